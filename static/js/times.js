// Times as the reader's clock and language have them, kept current.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
// From this share of the target on the customer has waited for long
const SOON = 0.5;

function age(at, now) {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h`;
  if (minutes < 7 * 1440) return `${Math.floor(minutes / 1440)} d`;
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }).format(at);
}

function dayName(at, now) {
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : day.format(at);
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
  due.querySelector("[data-waited]").textContent = waited(now - since);
  due.dataset.sla = now >= end ? "breached" : now >= since + (end - since) * SOON ? "soon" : "ok";
}

const SHOWN = {
  age: (at, now) => age(at, now),
  day: (at, now) => dayName(at, now),
  clock: (at) => clock.format(at),
  until: (at) => short.format(at),
  moment: (at) => full.format(at),
};

export function showTimes(root = document) {
  const now = Date.now();
  for (const time of root.querySelectorAll("time")) {
    const kind = Object.keys(SHOWN).find((name) => name in time.dataset);
    if (!kind) continue;
    const at = new Date(time.dateTime);
    time.title = full.format(at);
    const text = SHOWN[kind](at, now);
    if (time.textContent !== text) time.textContent = text;
  }
  for (const due of root.querySelectorAll("[data-due]")) showWaiting(due, now);
}

export function keepTimes() {
  showTimes();
  setInterval(() => document.hidden || document.querySelectorAll("[data-due]").forEach((due) => showWaiting(due, Date.now())), 5000);
  setInterval(() => document.hidden || showTimes(), 30_000);
  document.addEventListener("visibilitychange", () => document.hidden || showTimes());
}
