// The head of the widget: Villy's until an agent takes over, then the agent's.
import { _, locale } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);
const opening = (at) => new Intl.DateTimeFormat(locale(), { weekday: "short", hour: "numeric", minute: "2-digit" }).format(at);

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
    if (isOver) return `${_("Customer Care")} · #${number} · ${_("closed")}`;
    const when = opens ? _("back %(when)s", { when: opening(new Date(opens)) }) : _("replies in about %(time)s", { time: within });
    return agent ? `${_("Customer Care")} · ${when}` : `${_("Customer Care")} · #${number} · ${when}`;
  }
}
