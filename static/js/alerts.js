// What tells a customer who is not looking that an agent wrote: a sound, and one line beside the button.
// Both can be turned off; the shop decides whether the sound is on at first.
import { chime } from "./chime.js";
import { tellHost } from "./host.js";
import { _ } from "./words.js";

const PREVIEW_LENGTH = 90;
const isOn = (name, store) => store.get(name) === null ? (name !== "sound" || document.body.dataset.sound !== "off") : store.get(name) === "on";

export function showSwitches(store) {
  for (const item of document.querySelectorAll("[data-switch]")) item.setAttribute("aria-checked", isOn(item.dataset.switch, store));
}

export function toggleSwitch(item, store) {
  store.set(item.dataset.switch, isOn(item.dataset.switch, store) ? "off" : "on");
  showSwitches(store);
}

export function alertCustomer(message, store) {
  if (isOn("sound", store)) chime();
  if (!isOn("preview", store)) return;
  const text = message.message.replace(/\s+/g, " ").trim() || _("sent a picture");
  const line = `${message.senderName}: ${text}`;
  tellHost("preview", { value: line.length > PREVIEW_LENGTH ? `${line.slice(0, PREVIEW_LENGTH - 1)}…` : line });
}
