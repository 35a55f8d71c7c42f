// Messages of one sender within five minutes are one group; each of the reader's days stands once.
import { dayKey, dayName, now } from "./times.js";
import { _ } from "./words.js";

const GROUP = 5 * 60_000;
const FOLD_FROM = 3;

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

// Of three and more lines of the desk in a row the last one stays; a button shows the others
export function fold(log) {
  for (const button of log.querySelectorAll(":scope > .fold")) button.remove();
  for (const bubble of log.querySelectorAll(":scope > [data-folded]")) { bubble.hidden = false; delete bubble.dataset.folded; }
  let run = [];
  for (const bubble of [...log.querySelectorAll(":scope > .bubble:not([hidden])"), null]) {
    if (bubble?.dataset.sender === "system" && !("unfolded" in bubble.dataset)) { run.push(bubble); continue; }
    if (run.length >= FOLD_FROM) foldRun(run.slice(0, -1));
    run = [];
  }
}

function foldRun(run) {
  const textContent = _("%(count)s earlier updates", { count: run.length });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "fold", textContent });
  button.addEventListener("click", () => {
    for (const bubble of run) { bubble.hidden = false; bubble.dataset.unfolded = ""; delete bubble.dataset.folded; }
    button.remove();
  });
  run[0].before(button);
  for (const bubble of run) { bubble.hidden = true; bubble.dataset.folded = ""; }
}

// Chips belong to the newest message only
export function showNewestChips(root) {
  new MutationObserver(() => {
    const newest = root.querySelector(".log > .bubble:last-of-type");
    for (const chips of root.querySelectorAll(".chips")) {
      chips.hidden = Boolean(newest) && !newest.contains(chips) && Boolean(newest.dataset.seq || "pending" in newest.dataset);
    }
  }).observe(root, { childList: true, subtree: true });
}
