// Sends the form of the conversation page in the background, so that text and files stay if the request fails.
import { _ } from "./words.js";

const CHECK_WITHIN = 5000;
// Higher than any message number, so the response lists no messages
const LAST = 999_999_999;

// Return whether the response says that the link has ended; if so, show that and keep the customer's text
export async function hasEnded(page, answer) {
  if (answer.status !== 404) return false;
  showEnded(page, await answer.text());
  return true;
}

function showEnded(page, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-ended]");
  if (!fresh) return;
  // The page already has the text and the files
  for (const part of fresh.querySelectorAll("textarea, [data-unsent], [name=unsent]")) part.remove();
  page.querySelector("[data-ended]")?.remove();
  page.querySelector(".composer").before(fresh);
  fresh.scrollIntoView({ block: "nearest" });
  fresh.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(event.target.action, { method: "POST" }).catch(() => null);
    if (answer) showEnded(page, await answer.text());
    else refuse(page, _("We could not be reached. Please try again."));
  });
}

function refuse(page, text) {
  page.querySelector("[data-refused]")?.remove();
  const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: text });
  Object.assign(notice.dataset, { kind: "error", refused: "" });
  notice.setAttribute("role", "alert");
  page.querySelector(".composer").before(notice);
}

// Check first, since files take long over a slow connection and text does not
async function mayBeSent(page, form) {
  const files = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
  if (!files) return true;
  const options = self.AbortSignal?.timeout ? { signal: AbortSignal.timeout(CHECK_WITHIN) } : {};
  const answer = await fetch(`${page.dataset.messages}?after=${LAST}`, options).catch(() => null);
  return !answer || !(await hasEnded(page, answer));
}

async function send(page, form, onSent) {
  page.querySelector("[data-refused]")?.remove();
  if (!(await mayBeSent(page, form))) return;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!answer) return refuse(page, _("Not sent. You seem to be offline."));
  if (await hasEnded(page, answer)) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) return refuse(page, fresh.querySelector("[role=alert], .card .muted")?.textContent.trim() || _("This was not sent."));
  empty(form, fresh);
  // The words have begun a new conversation
  if (new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
  const notice = fresh.querySelector(".notice[role=status]");
  if (notice) form.before(document.importNode(notice, true));
  onSent();
}

function empty(form, fresh) {
  form.elements.message.value = "";
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.value = "";
    input.dispatchEvent(new Event("change"));
  }
  // What is written next is another message
  const next = fresh.querySelector("[name=clientId]");
  if (next) form.elements.clientId.value = next.value;
}

// onSent: called when the desk has what was written
export function sendsInBackground(page, onSent) {
  const form = page.querySelector(".composer");
  const button = form.querySelector(".primary");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    try {
      await send(page, form, onSent);
    } finally {
      button.disabled = false;
    }
  });
}
