// Times in the reader's zone and language, kept current. What is late is told by the desk's clock: the page
// brings the time at which it was made, because the reader's computer may be hours off.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
// From this share of the target on the customer has waited for long
const SOON = 0.5;
const dayOfYear = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric" });

// How far the reader's clock is behind the desk's. The time since the answer began is measured, not told by a clock
const skew = (() => {
  const made = Date.parse(document.documentElement.dataset.now);
  if (Number.isNaN(made)) return 0;
  const [load] = performance.getEntriesByType("navigation");
  return made + performance.now() - (load?.responseStart || 0) - Date.now();
})();

// The desk's time, in milliseconds
export function now() { return Date.now() + skew; }

function age(at, now) {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h`;
  if (minutes < 7 * 1440) return `${Math.floor(minutes / 1440)} d`;
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }).format(at);
}

// A day of the reader, as something to compare
export function dayKey(at) { return new Date(at).setHours(0, 0, 0, 0); }

export function dayName(at, now) {
  const days = Math.round((dayKey(now) - dayKey(at)) / 86_400_000);
  if (days === 0 || days === 1) return days ? "Yesterday" : "Today";
  const format = new Date(at).getFullYear() === new Date(now).getFullYear() ? day : dayOfYear;
  return format.format(at).replace(",", "");
}

// The hour, with its day when that is not today's
function hour(at, now) {
  return dayKey(at) === dayKey(now) ? clock.format(at) : `${dayName(at, now)}, ${clock.format(at)}`;
}

// As the server says it: "now", "12 min", "3 h 5 min", "2 d"
function waited(milliseconds) {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000);
  if (minutes >= 2880) return `${Math.floor(minutes / 1440)} d`;
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return minutes ? `${minutes} min` : "now";
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
  until: (at) => short.format(at),
  moment: (at) => full.format(at),
};

export function showTimes(root = document) {
  const current = now();
  for (const time of root.querySelectorAll("time")) {
    const kind = Object.keys(SHOWN).find((name) => name in time.dataset);
    if (!kind) continue;
    const at = new Date(time.dateTime);
    time.title = full.format(at);
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
