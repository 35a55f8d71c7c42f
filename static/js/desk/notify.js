// Desktop notifications of an open desk: while no tab of it is looked at, and no push tells this browser.
// What the agent chose to hear of, quiet hours and mutes are the server's to decide.
import { body, request, store } from "./page.js";
import { wait } from "../net.js";

const SCOPE = "/support/";
const LOOKING = "desk-looking";
// So long other tabs that hear of the same find it told
const TOLD = 5_000;
const told = new Set();
let looking = null;

const isLooking = () => !document.hidden && document.hasFocus();

// A tab that is looked at holds a lock, so that the others know
function tellLooking() {
  if (!isLooking()) {
    looking?.();
    looking = null;
  } else if (!looking) {
    const ended = new Promise((resolve) => { looking = resolve; });
    navigator.locks.request(LOOKING, { mode: "shared" }, () => ended);
  }
}

async function isLookedAt() {
  if (isLooking()) return true;
  const { held } = await navigator.locks.query();
  return held.some(({ name }) => name === LOOKING);
}

const mayNotify = () => "Notification" in self && "locks" in navigator && Notification.permission === "granted" && store.get("desktop") === "on";

async function showNotification({ title, body: text, url, tag, icon, urgent }, registration) {
  const options = { body: text, tag, icon, renotify: true, requireInteraction: urgent, data: { url } };
  // The worker opens the ticket on a click; on a phone there is no other way to show one
  if (registration?.active) return registration.showNotification(title, options);
  const shown = new Notification(title, options);
  shown.addEventListener("click", () => {
    focus();
    shown.close();
    location.assign(url);
  });
}

export async function notify(ticketId, event, seq = "") {
  if (!mayNotify() || await isLookedAt()) return;
  const registration = await navigator.serviceWorker?.getRegistration(SCOPE);
  if (await registration?.pushManager?.getSubscription()) return;
  const answer = await request(`${body.dataset.desk}${ticketId}/notification?event=${event}&seq=${seq}`).catch(() => null);
  if (answer?.status !== 200) return;
  const found = JSON.parse(answer.text);
  if (told.has(found.key)) return;
  told.add(found.key);
  await navigator.locks.request(`told ${found.key}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await showNotification(found, registration);
    await wait(TOLD);
  });
}

export function watchLooking() {
  if (!("locks" in navigator)) return;
  for (const event of ["focus", "blur"]) addEventListener(event, tellLooking);
  document.addEventListener("visibilitychange", tellLooking);
  tellLooking();
}
