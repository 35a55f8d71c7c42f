// Later times as a person says them, in the reader's own time zone.
import { now, written } from "../times.js";

const MORNING = 9;

// "In one hour" counts from the desk's clock: the reader's may be hours off
export function moment(name, from = new Date(now())) {
  const at = new Date(from);
  if (name === "1h" || name === "3h") return new Date(from.getTime() + Number.parseInt(name, 10) * 3_600_000);
  at.setHours(MORNING, 0, 0, 0);
  if (name === "tomorrow") at.setDate(at.getDate() + 1);
  else if (name === "monday") at.setDate(at.getDate() + ((8 - at.getDay()) % 7 || 7));
  else return new Date(name);
  return at;
}

function showMoments(root) {
  for (const note of root.querySelectorAll("[data-at]")) {
    const hours = note.dataset.at.endsWith("h");
    note.textContent = written(hours ? "clock" : "dayAndClock", moment(note.dataset.at));
  }
}

export function watchSnooze() {
  document.addEventListener("toggle", (event) => event.newState === "open" && showMoments(event.target), true);
  // The server gets a moment, not a word
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!detail.elt.matches("[data-snooze]")) return;
    const { until } = detail.parameters;
    if (until) detail.parameters.until = moment(until).toISOString();
  });
}
