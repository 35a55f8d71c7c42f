// What rings on the open desk: what the agent chose to hear of, unless the sound is off.
import { chime } from "../chime.js";
import { body, post } from "./page.js";
import { toast } from "./toast.js";
import { _ } from "../words.js";

const soundSwitch = () => document.querySelector("[data-sound-switch]");
const isOn = () => body.dataset.sound !== "off";

// Scopes as in tickets/models/desk/alert.py; who follows a ticket hears of it by an alert of their own
export function concernsMe(message) {
  const scope = message.seq === 1 ? body.dataset.ringsNew : body.dataset.ringsMessage;
  if (scope === "off") return false;
  if (scope === "all" || message.assignedAgent === body.dataset.meId) return true;
  return scope === "unassigned" && !message.assignedAgent;
}

export function ring() { if (isOn()) chime(); }

function showSound() {
  soundSwitch()?.setAttribute("aria-pressed", String(isOn()));
}

export function watchSound() {
  showSound();
  soundSwitch()?.addEventListener("click", async () => {
    const wanted = isOn() ? "off" : "on";
    body.dataset.sound = wanted;
    showSound();
    ring();
    const answer = await post(body.dataset.soundUrl, { sound: wanted }).catch(() => null);
    if (!answer?.ok) toast(_("This could not be saved. It holds until you close the page."), "error");
  });
}
