// What every module of the desk needs: the page's own data, requests, storage.
import { plainRequest, sentence } from "../net.js";
import { _ } from "../words.js";

export const { htmx } = window;
export const body = document.body;
export const headers = JSON.parse(body.getAttribute("hx-headers"));
export const list = () => document.getElementById("tickets");
export const head = () => document.getElementById("ticket-head");
export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

// Of this browser, for every agent who signs in here
export const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* full or forbidden: the page still works */ } },
};

// Of the agent who is signed in: what a colleague left in this browser is neither shown nor sent in this agent's name
const own = (key) => `${body.dataset.meId}:${key}`;
export const ownStore = { get: (key) => store.get(own(key)), set: (key, value) => store.set(own(key), value) };

// Every answer that says that the session is over leads to signing in; what was typed stays where it is
export async function request(url, options = {}) {
  const answer = await plainRequest(url, { ...options, headers: { ...headers, ...options.headers } });
  if (answer.status === 401) askToSignIn();
  return answer;
}

export function post(url, fields = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) form.append(name, each ?? "");
  return request(url, { method: "POST", body: form });
}

// Why something was not done. `answer` is null when there was none, and `away` says that. A proxy's error page is no sentence
export function reasonOf(answer, away = _("We could not be reached. Please try again.")) {
  if (!answer) return away;
  const said = sentence(answer);
  if (/[.!?।]$/u.test(said)) return said;
  if (answer.status === 401) return _("Your session has ended. Sign in again.");
  if (answer.status === 403) return _("You have signed in again since this page was loaded. Reload it: your drafts are kept.");
  return _("That did not work. Please try again.");
}

export function askToSignIn() {
  const dialog = document.getElementById("sign-in");
  if (dialog.open) return;
  // Not modal, and without the focus: an answer that is being typed is finished first
  const typing = document.activeElement;
  dialog.show();
  typing?.focus({ preventScroll: true });
}

// Back from signing in, with another token for the forms: the page reloads and sends what waits
export function watchSignIn() {
  addEventListener("focus", async () => {
    const dialog = document.getElementById("sign-in");
    if (!dialog.open) return;
    const answer = await plainRequest(body.dataset.counts, { headers }).catch(() => null);
    if (answer?.ok) location.reload();
  });
}
