// Changes that met the end of the session. They wait in this tab until the agent has signed in again.
import { body, htmx, post } from "./page.js";
import { toast } from "./toast.js";
import { _ } from "../words.js";

// Another person who signs in here must not send them
const key = () => `unsent:${body.dataset.meId}`;

function stored() {
  try { return JSON.parse(sessionStorage.getItem(key())) || []; } catch { return []; }
}

function storeUnsent(changes) {
  try { sessionStorage.setItem(key(), JSON.stringify(changes)); } catch { /* forbidden: what was typed stays in its box */ }
}

// fields: a FormData, or the fields as an object
export function keepUnsent(url, fields) {
  const names = fields instanceof FormData ? Array.from(new Set(fields.keys())) : Object.keys(fields);
  const values = Object.fromEntries(names.map((name) => [name, fields instanceof FormData ? fields.getAll(name) : fields[name]]));
  // The next page has another one
  delete values.csrfmiddlewaretoken;
  if (Object.values(values).flat().some((value) => value instanceof Blob)) return;
  // Pressed twice, it is sent once
  const text = JSON.stringify([url, values]);
  storeUnsent([...stored().filter((each) => JSON.stringify(each) !== text), [url, values]]);
}

export async function sendUnsent() {
  const changes = stored();
  for (const [url, fields] of changes) {
    const answer = await post(url, fields).catch(() => null);
    // Offline, or signed out again: the next page sends it
    if (!answer || answer.status === 401) return;
    storeUnsent(stored().slice(1));
    if (answer.ok) toast(_("Saved what you entered before you signed in again."));
    else showRefusal(answer);
  }
  // What is on the page was made before they were sent
  if (changes.length) document.dispatchEvent(new CustomEvent("unsent-sent"));
}

// A colleague was faster with the notes: both texts are shown. Any other refusal is a sentence
function showRefusal(answer) {
  const notes = document.getElementById("person-notes-form");
  if (answer.status === 409 && notes && answer.text.includes("person-notes-form")) {
    notes.outerHTML = answer.text;
    return htmx.process(document.getElementById("person-notes-form"));
  }
  const isSentence = answer.text.length < 300 && !answer.text.includes("<");
  toast(isSentence ? answer.text : _("That did not work. Please try again."), "error");
}
