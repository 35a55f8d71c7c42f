// This browser and the desk's pushes: the worker that shows them, and the switch on the account page.
import { _ } from "../words.js";

const root = document.querySelector("[data-push]") ?? document.body;
const { pushWorker, pushKey, pushSubscribe, pushUnsubscribe } = root.dataset;
const hasWorkers = "serviceWorker" in navigator && isSecureContext;

export async function registerWorker() {
  if (!hasWorkers || !document.body.dataset.pushWorker) return;
  await navigator.serviceWorker.register(document.body.dataset.pushWorker, { scope: "/support/" }).catch(() => {});
}

function bytes(key) {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function postToDesk(url, body, type) {
  const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token, "X-Requested-With": "fetch", ...(type && { "Content-Type": type }) };
  return fetch(url, { method: "POST", body, headers });
}

// Tabs of the desk in this browser notify by themselves where no push does, see notify.js
const rememberChoice = (value) => { try { value ? localStorage.setItem("desktop", value) : localStorage.removeItem("desktop"); } catch { /* full or forbidden */ } };
const isStored = () => { try { return localStorage.getItem("desktop") === "on"; } catch { return false; } };
const WITHOUT_PUSH = _("This browser has no push service. You are notified while the desk is open in a tab.");

async function turnOn(registration, say) {
  if ((await Notification.requestPermission()) !== "granted") return say(_("Your browser does not allow notifications from this page. Allow them in its settings."));
  rememberChoice("on");
  if (!registration?.pushManager) return say(WITHOUT_PUSH);
  try {
    // One that another key was used for has to go first
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(pushKey) });
    const answer = await postToDesk(pushSubscribe, JSON.stringify(subscription), "application/json");
    say(answer.ok ? "" : await answer.text());
  } catch {
    say(WITHOUT_PUSH);
  }
}

async function turnOff(registration) {
  rememberChoice(null);
  const subscription = await registration?.pushManager?.getSubscription();
  if (!subscription) return;
  await postToDesk(pushUnsubscribe, new URLSearchParams({ endpoint: subscription.endpoint }));
  await subscription.unsubscribe();
}

async function watchSwitch() {
  const button = root.querySelector("[data-push-switch]");
  const said = root.querySelector("[data-push-said]");
  const say = (sentence) => { said.textContent = sentence; said.hidden = !sentence; };
  if (!isSecureContext || !("Notification" in self)) return say(_("This browser takes no notifications of this page. On an iPhone, add the desk to the home screen first."));
  const registration = hasWorkers && await navigator.serviceWorker.register(pushWorker, { scope: "/support/" }).catch(() => null);
  const show = async () => {
    const isPushed = Boolean(await registration?.pushManager?.getSubscription());
    const isOn = (isPushed || isStored()) && Notification.permission === "granted";
    button.setAttribute("aria-pressed", String(isOn));
    button.hidden = false;
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (button.getAttribute("aria-pressed") === "true") await turnOff(registration);
    else await turnOn(registration, say);
    button.disabled = false;
    await show();
  });
  await show();
}

if (root.matches("[data-push]")) watchSwitch();
