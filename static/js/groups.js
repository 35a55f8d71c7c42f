// Messages of one sender within five minutes are one group; each of the reader's days stands once.
import { dayKey, dayName, now } from "./times.js";

const GROUP = 5 * 60_000;

function timeOf(bubble) {
  const time = bubble.querySelector("time");
  return time ? Date.parse(time.dateTime) : "pending" in bubble.dataset ? now() : null;
}

function together(one, other) {
  if (!one || !other || one.bubble.dataset.sender !== other.bubble.dataset.sender || one.bubble.dataset.sender === "system") return false;
  if (one.day !== other.day || one.bubble.matches("[data-internal], [data-resolution]") || other.bubble.matches("[data-internal], [data-resolution]")) return false;
  return one.at === null || other.at === null || Math.abs(other.at - one.at) < GROUP;
}

export function arrange(log) {
  const shown = [];
  for (const bubble of log.querySelectorAll(":scope > .bubble")) {
    const at = timeOf(bubble);
    shown.push({ bubble, at, day: at === null ? shown.at(-1)?.day ?? null : dayKey(at) });
  }
  shown.forEach((each, place) => {
    const before = together(shown[place - 1], each);
    const after = together(each, shown[place + 1]);
    each.bubble.dataset.place = before ? (after ? "middle" : "last") : after ? "first" : "only";
  });
  arrangeDays(log, shown);
}

function arrangeDays(log, shown) {
  const there = new Map();
  for (const chip of log.querySelectorAll(":scope > .day")) {
    const day = dayKey(Date.parse(chip.querySelector("time").dateTime));
    there.has(day) ? chip.remove() : there.set(day, chip);
  }
  let day = null;
  for (const each of shown) {
    if (!each.day || each.day === day) continue;
    day = each.day;
    const chip = there.get(day) ?? newChip(each.at);
    there.delete(day);
    if (each.bubble.previousElementSibling !== chip) each.bubble.before(chip);
  }
  there.forEach((chip) => chip.remove());
}

function newChip(at) {
  const chip = Object.assign(document.createElement("p"), { className: "day" });
  const time = Object.assign(document.createElement("time"), { dateTime: new Date(at).toISOString(), textContent: dayName(at, now()) });
  time.dataset.day = "";
  chip.append(time);
  return chip;
}
