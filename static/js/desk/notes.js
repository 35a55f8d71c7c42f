// Notes about the customer: kept in this browser until the desk has stored them.
import { htmx, ownStore, post } from "./page.js";

const notesForm = () => document.getElementById("person-notes-form");
const knownBox = (of) => of.querySelector("[name=known]");
const notesKey = (address) => `notes:${address}`;

function keptNotes(address) {
  try { return JSON.parse(ownStore.get(notesKey(address))); } catch { return null; }
}

// What was typed on this ticket and has not arrived is sent, with what stood there when it was typed: of two
// agents the second gets both texts to join
export function sendKeptNotes() {
  const of = notesForm();
  const typed = of && keptNotes(of.getAttribute("action"));
  if (!typed) return;
  if (typed.notes === of.elements.notes.value) return ownStore.set(notesKey(of.getAttribute("action")), "");
  of.elements.notes.value = typed.notes;
  knownBox(of).value = typed.known;
  // htmx has not looked at a pane that has just been swapped in
  setTimeout(() => htmx.trigger(of, "submit"));
}

// The ticket is left with words that no change of the box has sent
export async function leaveNotes(root) {
  const of = root.querySelector("#person-notes-form");
  const address = of?.getAttribute("action");
  const typed = of && keptNotes(address);
  if (!typed || typed.notes !== of.elements.notes.value) return;
  const answer = await post(address, typed).catch(() => null);
  if (answer?.ok) notesArrived(address, typed.notes);
}

function notesArrived(address, notes) { if (keptNotes(address)?.notes === notes) ownStore.set(notesKey(address), ""); }

export function watchNotes() {
  document.addEventListener("input", ({ target }) => {
    if (target.id !== "person-notes") return;
    const address = target.form.getAttribute("action");
    ownStore.set(notesKey(address), JSON.stringify({ notes: target.value, known: knownBox(target.form).value }));
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig, successful } }) => {
    if (successful && requestConfig.formData.has("known")) notesArrived(requestConfig.path, requestConfig.formData.get("notes"));
  });
  addEventListener("online", sendKeptNotes);
}
