// The head of the widget: Villy's until an agent takes over, then the agent's. And its "More" menu.
import { written } from "./times.js";
import { _ } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);

export function showHead(root) {
  const { ticket, number, agent, status, initials, here, within, opens, calling, showing } = root.dataset;
  const isOver = status === "closed";
  find("back").hidden = showing === "home";
  find("human").hidden = Boolean(ticket);
  find("title").textContent = agent || (ticket ? _("Customer Care") : "Villy - AI Assistant");
  find("subtitle").textContent = subtitle();
  document.querySelector("[data-face=villy]").hidden = Boolean(ticket);
  const face = document.querySelector("[data-face=person]");
  face.hidden = !ticket;
  face.textContent = initials || "CC";
  find("presence").hidden = !agent || isOver;
  find("presence").dataset.here = here;
  find("number").hidden = !ticket;
  find("number").textContent = ticket ? _("Ticket #%(number)s", { number }) : "";
  find("show-callback").hidden = !ticket || isOver || status === "resolved" || calling === "yes";
  find("end-chat").hidden = showing === "home" || isOver;
  find("send-copy").hidden = !ticket || !root.dataset.mail;
  find("whatsapp").hidden = !root.dataset.whatsappUrl;

  function subtitle() {
    if (!ticket) return _("Instant answers, real people");
    // Always "Customer Care", by which tests and integrators know whom the chat is with. The number is in the menu
    if (isOver) return `${_("Customer Care")} · #${number} · ${_("closed")}`;
    const when = opens ? _("back %(when)s", { when: written("dayAndClock", new Date(opens)) }) : _("replies in about %(time)s", { time: within });
    return `${_("Customer Care")} · ${when}`;
  }
}

// --- The "More" menu: opens on its button, walks with the arrows, closes on Escape and on any other tap

// Looked up each time: the head of the page is replaced when its language changes
const menuParts = () => ({ button: document.querySelector("[data-more]"), box: document.querySelector("[data-menu]") });
const items = (box) => Array.from(box.querySelectorAll("[role^=menuitem]")).filter((item) => !item.hidden);

export function openMenu() {
  const { button, box } = menuParts();
  if (!box.hidden) return closeMenu();
  box.hidden = false;
  button.setAttribute("aria-expanded", "true");
  items(box)[0]?.focus();
}

export function closeMenu() {
  const { button, box } = menuParts();
  if (box.hidden) return;
  const back = box.contains(document.activeElement);
  box.hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (back) button.focus();
}

// Take a key that belongs to the open menu; say whether it did
export function moveInMenu(event) {
  const { box } = menuParts();
  if (box.hidden) return false;
  if (event.key === "Escape" || event.key === "Tab") {
    closeMenu();
    return event.key === "Escape";
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return false;
  event.preventDefault();
  const all = items(box);
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  return true;
}
