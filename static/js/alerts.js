// What tells a customer who is not looking that an agent wrote: a sound, and one line beside the button.
// Both can be turned off; the shop decides whether the sound is on at first.
import { tellHost } from "./host.js";

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
  const text = message.message.replace(/\s+/g, " ").trim() || "sent a picture";
  const line = `${message.senderName}: ${text}`;
  tellHost("preview", { value: line.length > PREVIEW_LENGTH ? `${line.slice(0, PREVIEW_LENGTH - 1)}…` : line });
}

// A soft two-note chime; browsers allow sound once the customer has touched the chat
let audio = null;
async function chime() {
  if (!navigator.userActivation?.hasBeenActive) return;
  try {
    audio ??= new AudioContext();
    await audio.resume();
    [784, 988].forEach((pitch, note) => {
      const tone = new OscillatorNode(audio, { frequency: pitch });
      const volume = new GainNode(audio, { gain: 0 });
      const at = audio.currentTime + 0.11 * note;
      volume.gain.linearRampToValueAtTime(0.05, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.28);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    });
  } catch { /* no sound device */ }
}
