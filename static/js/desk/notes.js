// Notes about the customer: kept in this browser until the desk has stored them.
import { htmx, ownStore as store, post } from "./page.js";

const form = () => document.getElementById("person-notes-form");
const known = (of) => of.querySelector("[name=known]");
const keyOf = (address) => `notes:${address}`;

function kept(address) {
  try { return JSON.parse(store.get(keyOf(address))); } catch { return null; }
}

// What was typed on this ticket and has not arrived is sent, with what stood there when it was typed: of two
// agents the second gets both texts to join
export function sendKeptNotes() {
  const of = form();
  const typed = of && kept(of.getAttribute("action"));
  if (!typed) return;
  if (typed.notes === of.elements.notes.value) return store.set(keyOf(of.getAttribute("action")), "");
  of.elements.notes.value = typed.notes;
  known(of).value = typed.known;
  // htmx has not looked at a pane that has just been swapped in
  setTimeout(() => htmx.trigger(of, "submit"));
}

// The ticket is left with words that no change of the box has sent
export async function leaveNotes(root) {
  const of = root.querySelector("#person-notes-form");
  const address = of?.getAttribute("action");
  const typed = of && kept(address);
  if (!typed || typed.notes !== of.elements.notes.value) return;
  const answer = await post(address, typed).catch(() => null);
  if (answer?.ok) arrived(address, typed.notes);
}

function arrived(address, notes) { if (kept(address)?.notes === notes) store.set(keyOf(address), ""); }

export function watchNotes() {
  document.addEventListener("input", ({ target }) => {
    if (target.id !== "person-notes") return;
    const address = target.form.getAttribute("action");
    store.set(keyOf(address), JSON.stringify({ notes: target.value, known: known(target.form).value }));
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig, successful } }) => {
    if (successful && requestConfig.formData.has("known")) arrived(requestConfig.path, requestConfig.formData.get("notes"));
  });
  addEventListener("online", sendKeptNotes);
}
