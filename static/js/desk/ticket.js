// The ticket that is open: its conversation, its header, who else looks at it.
import { Idiomorph } from "../vendor/idiomorph-0.8.0.js";
import { showTimes } from "../times.js";
import { leaveNotes, sendKeptNotes } from "./notes.js";
import { body, head, headers, htmx, list, parse, post, request } from "./page.js";
import { Talk } from "./talk.js";
import { setTitle, unseen } from "./title.js";
import { putBack, typedIn } from "./typed.js";
import { _ } from "../words.js";

export let talk = null;
let seenTimer = null;

// A box that is being chosen in, or text that is being typed, is not taken from under the hand
Idiomorph.defaults.ignoreActiveValue = true;

export function openTicket() {
  const root = document.querySelector("[data-conversation]");
  body.dataset.ticketOpen = root ? "yes" : "no";
  markCurrent(root?.dataset.ticket);
  if (!root) {
    talk = null;
    setTitle("Tickets");
    return;
  }
  if (talk?.root === root) return;
  talk = new Talk(root, { onSeen: tellSeen });
  relayLate(root);
  sendKeptNotes();
  for (const radio of root.querySelectorAll("[name=internal]")) radio.addEventListener("change", showMode);
  showMode();
  showStatus();
  setTitle(root.querySelector("h1").textContent);
  unseen.delete(root.dataset.ticket);
  tellSeen();
}

// What was asked for on a ticket may be answered when another one is open: its news is told, and nothing of it is shown
function relayLate(root) {
  const name = root.querySelector("h1").textContent;
  root.addEventListener("htmx:beforeSwap", (event) => { if (!root.isConnected) event.detail.shouldSwap = false; });
  root.addEventListener("toast", ({ detail }) => {
    if (!root.isConnected) document.dispatchEvent(new CustomEvent("toast", { detail: { ...detail, text: detail.text && `${name}: ${detail.text}` } }));
  });
  for (const failed of ["htmx:sendError", "htmx:responseError"]) {
    root.addEventListener(failed, ({ detail }) => { if (!root.isConnected) document.dispatchEvent(new CustomEvent(failed, { detail })); });
  }
}

export function markCurrent(id) {
  for (const link of document.querySelectorAll(".row-link")) {
    const current = id && link.closest("[data-ticket]").dataset.ticket === id;
    current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
}

export function showMode() {
  const noting = document.querySelector("[name=internal]:checked")?.value === "1";
  talk?.drafts.show(noting ? "note" : "reply");
  document.querySelector("[data-composer]").toggleAttribute("data-noting", noting);
  document.querySelector("[data-composer] [data-text]").placeholder = noting ? _("Only your team sees this note...") : _("Type your reply...");
}

export function write(internal) {
  const mode = document.querySelector(`[name=internal][value="${internal}"]:not(:disabled)`);
  if (!mode) return;
  mode.checked = true;
  showMode();
  talk.composer.text.focus();
}

// Tell the server what was in view, and the others who is here
export async function tellSeen() {
  clearTimeout(seenTimer);
  seenTimer = setTimeout(tellSeen, 25_000);
  if (!talk || document.hidden) return;
  const open = talk;
  const answer = await post(open.root.dataset.seen, { seq: open.seenSeq }).catch(() => null);
  if (!answer?.ok || open !== talk) return;
  // Without the blanks of the template, so that an empty box stays one that takes no room
  document.getElementById("viewers").innerHTML = answer.text.trim();
  if (open.seenSeq >= open.lastSeq) markRead(open.root.dataset.ticket);
}

export function markRead(id) {
  const row = list()?.querySelector(`[data-ticket="${id}"]`);
  row?.removeAttribute("data-unread");
  row?.querySelector(".row-unread")?.remove();
}

export function tellLeaving(root = talk?.root) {
  if (!root) return;
  talk?.drafts.leave();
  leaveNotes(root);
  const form = new FormData();
  form.set("leaving", "1");
  form.set("csrfmiddlewaretoken", headers["X-CSRFToken"]);
  navigator.sendBeacon(root.dataset.seen, form);
}

export async function renewHeader() {
  const open = talk;
  if (!open) return;
  const answer = await request(open.root.dataset.header).catch(() => null);
  if (answer?.status === 404 && open === talk) return document.dispatchEvent(new CustomEvent("departed", { detail: open.root.dataset.ticket }));
  if (!answer?.ok || open !== talk) return;
  // What was pressed there brings a header of its own, and says what happened on the one that it left
  if (head().querySelector(".htmx-request")) return setTimeout(renewHeader, 200);
  showHeader(answer.text);
}

// Morph the header into this one; an open menu, a dialog and the focus stay as they are. `acted` is the form
// whose answer this is: its box shows what was stored at once
export function showHeader(html, acted = null) {
  const page = parse(html);
  const fresh = page.getElementById("ticket-head");
  // The answer to a change of a ticket that was left meanwhile
  if (!fresh || fresh.dataset.ticket !== head()?.dataset.ticket) return;
  const typed = typedIn(head());
  talk?.showRead(Number(fresh.dataset.readByRequester));
  fresh.querySelector("#viewers").innerHTML = document.getElementById("viewers").innerHTML;
  // A box that is being chosen in is left as it is, and renewed when the focus has left it
  const box = document.activeElement;
  const choosing = head().contains(box) && box.matches("select, input, textarea") && !acted?.contains(box) ? box : null;
  if (choosing?.matches("select")) choosing.addEventListener("blur", () => renewHeader(), { once: true });
  Idiomorph.morph(head(), fresh, {
    ignoreActiveValue: Boolean(choosing),
    callbacks: {
      beforeNodeMorphed: (old) => !(old.nodeType === 1 && (old === choosing || old.matches("dialog[open], [popover]:popover-open"))),
      // With what is typed in it, also where its step is no longer possible
      beforeNodeRemoved: (old) => !(old.nodeType === 1 && old.matches("dialog[open]")),
    },
  });
  putBack(head(), typed);
  const outcome = page.getElementById("outcome");
  if (outcome) {
    const fields = typedIn(document.getElementById("outcome"));
    Idiomorph.morph(document.getElementById("outcome"), outcome, { ignoreActiveValue: true });
    putBack(document.getElementById("outcome"), fields);
    htmx.process(document.getElementById("outcome"));
  }
  htmx.process(head());
  if (fresh.dataset.details !== document.getElementById("details").dataset.of) renewDetails();
  showBoxes();
  showTimes(head());
  showStatus();
}

// Order and contact, which a colleague or this agent has changed: the card beside the conversation shows them
async function renewDetails() {
  const open = talk;
  const answer = await request(`${body.dataset.desk}${open.root.dataset.ticket}/`, { headers: { "HX-Request": "true" } }).catch(() => null);
  const fresh = answer?.ok && open === talk && parse(answer.text).getElementById("details");
  if (!fresh) return;
  const details = document.getElementById("details");
  // Neither an open dialog nor notes that are being written
  const stays = (old) => old.nodeType === 1 && (old.matches("dialog[open], #outcome") || (old.id === "person-notes-form" && (old.contains(document.activeElement) || old.querySelector("[role=alert]"))));
  const typed = typedIn(details);
  Idiomorph.morph(details, fresh, { ignoreActiveValue: true, callbacks: { beforeNodeMorphed: (old) => !stays(old) } });
  putBack(details, typed);
  htmx.process(details);
  showBoxes();
  showTimes(details);
}

// A control shows what is stored, whatever was chosen in it; not the one that is being chosen in
export function showBoxes(all = false) {
  for (const form of document.querySelectorAll("[data-field]")) {
    const box = form.querySelector("select");
    if (all || box !== document.activeElement) box.value = form.dataset.value;
  }
}

// What follows from the header: where "Back" leads, and whether there is still a customer to reply to
export function showStatus() {
  if (!head()) return;
  const { query } = list().dataset;
  head().querySelector(".back").href = `${body.dataset.desk}${query && `?${query}`}`;
  const [reply, note] = document.querySelectorAll("[name=internal]");
  const over = head().dataset.status === "closed";
  if (reply.disabled === over) return;
  reply.disabled = over;
  (over ? note : reply).checked = true;
  // A reply that can no longer be sent is not hidden with its box
  if (over) talk?.drafts.bring("note");
  showMode();
}
