// Times in the reader's zone and language, kept current. What is late is told by the desk's clock: the page
// brings the time at which it was made, because the reader's computer may be hours off.
import { _, locale } from "./words.js";

const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const FORMATS = {
  clock: HOUR,
  dayAndClock: { weekday: "short", ...HOUR },
  full: { weekday: "short", day: "numeric", month: "short", year: "numeric", ...HOUR },
  day: { weekday: "short", day: "numeric", month: "short" },
  dayOfYear: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  short: { day: "numeric", month: "short", ...HOUR },
  date: { day: "numeric", month: "short" },
};
const WITH_DAY = new Set(["full", "day", "dayOfYear", "dayAndClock"]);
const made = new Map();

export function written(kind, at) {
  const key = `${kind} ${locale()}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(locale(), FORMATS[kind]));
  const text = made.get(key).format(at);
  // "Wed 26 Nov", as the server writes it
  return WITH_DAY.has(kind) ? text.replace(",", "") : text;
}

// From this share of the target on the customer has waited for long
const SOON = 0.5;

// How far the reader's clock is behind the desk's. The time since the answer began is measured, not told by a clock
const skew = (() => {
  const made = Date.parse(document.documentElement.dataset.now);
  if (Number.isNaN(made)) return 0;
  const [load] = performance.getEntriesByType("navigation");
  return made + performance.now() - (load?.responseStart || 0) - Date.now();
})();

// The desk's time, in milliseconds
export function now() { return Date.now() + skew; }

const inMinutes = (count) => _("%(count)s min", { count });
const inHours = (count) => _("%(count)s h", { count });
const inDays = (count) => _("%(count)s d", { count });

function age(at, now) {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return _("now");
  if (minutes < 60) return inMinutes(minutes);
  if (minutes < 1440) return inHours(Math.floor(minutes / 60));
  if (minutes < 7 * 1440) return inDays(Math.floor(minutes / 1440));
  return written("date", at);
}

// A day of the reader, as something to compare
export function dayKey(at) { return new Date(at).setHours(0, 0, 0, 0); }

export function dayName(at, now) {
  const days = Math.round((dayKey(now) - dayKey(at)) / 86_400_000);
  if (days === 0 || days === 1) return days ? _("Yesterday") : _("Today");
  const kind = new Date(at).getFullYear() === new Date(now).getFullYear() ? "day" : "dayOfYear";
  return written(kind, at);
}

// The hour, with its day when that is not today's
function hour(at, now) {
  return dayKey(at) === dayKey(now) ? written("clock", at) : `${dayName(at, now)}, ${written("clock", at)}`;
}

// As the server says it: "now", "12 min", "3 h 5 min", "2 d"
function waited(milliseconds) {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000);
  if (minutes >= 2880) return inDays(Math.floor(minutes / 1440));
  if (minutes >= 60) return `${inHours(Math.floor(minutes / 60))} ${inMinutes(minutes % 60)}`;
  return minutes ? inMinutes(minutes) : _("now");
}

// How long the customer has waited: neutral, amber from half of the target, red after it
function showWaiting(due, now) {
  const since = Date.parse(due.dataset.since);
  const end = Date.parse(due.dataset.due);
  const box = due.querySelector("[data-waited]");
  if (box) box.textContent = waited(now - since);
  const left = due.querySelector("[data-left]");
  if (left) left.textContent = `${waited(Math.max(60_000, Math.abs(end - now)))} ${now < end ? left.dataset.left : left.dataset.late}`;
  due.dataset.sla = now >= end ? "breached" : now >= since + (end - since) * SOON ? "soon" : "ok";
}

const SHOWN = {
  age: (at, now) => age(at, now),
  day: (at, now) => dayName(at, now),
  clock: (at, now) => hour(at, now),
  until: (at) => written("short", at),
  moment: (at) => written("full", at),
};

export function showTimes(root = document) {
  const current = now();
  for (const time of root.querySelectorAll("time")) {
    const kind = Object.keys(SHOWN).find((name) => name in time.dataset);
    if (!kind) continue;
    const at = new Date(time.dateTime);
    time.title = written("full", at);
    const text = SHOWN[kind](at, current);
    if (time.textContent !== text) time.textContent = text;
  }
  for (const due of root.querySelectorAll("[data-due]")) showWaiting(due, current);
}

export function keepTimes() {
  showTimes();
  setInterval(() => document.hidden || document.querySelectorAll("[data-due]").forEach((due) => showWaiting(due, now())), 5000);
  setInterval(() => document.hidden || showTimes(), 30_000);
  document.addEventListener("visibilitychange", () => document.hidden || showTimes());
}
