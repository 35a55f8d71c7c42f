// Times in the reader's zone and language, kept current. What is late is told by the desk's clock: the page
// brings the time at which it was made, because the reader's computer may be hours off.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
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

// Seconds press only as long as there is something to save
function span(milliseconds) {
  const late = milliseconds < 0;
  const minutes = Math.max(Math.floor(Math.abs(milliseconds) / 60_000), late ? 1 : 0);
  if (minutes >= 2880) return `${Math.floor(minutes / 1440)} d`;
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  if (minutes >= 10 || late) return `${minutes} min`;
  return `${minutes}:${String(Math.floor(Math.abs(milliseconds) / 1000) % 60).padStart(2, "0")}`;
}

// First-response countdown: amber in the last third of the target, red once it has passed
function countDown(due, now) {
  const left = Date.parse(due.dataset.due) - now;
  const text = left < 0 ? `${span(left)} late` : `${due.classList.contains("big") ? "in " : ""}${span(left)}`;
  due.querySelector("[data-countdown]").textContent = text;
  due.dataset.sla = left < 0 ? "breached" : now >= Date.parse(due.dataset.soon) ? "soon" : "ok";
}

export function showTimes(root = document) {
  const current = now();
  for (const time of root.querySelectorAll("time[data-age], time[data-clock], time[data-day]")) {
    const at = new Date(time.dateTime);
    time.title = full.format(at);
    time.textContent = "age" in time.dataset ? age(at, current) : "day" in time.dataset ? dayName(at, current) : hour(at, current);
  }
  for (const due of root.querySelectorAll("[data-due]")) countDown(due, current);
}

export function keepTimes() {
  showTimes();
  setInterval(() => document.hidden || document.querySelectorAll("[data-due]").forEach((due) => countDown(due, now())), 1000);
  setInterval(() => document.hidden || showTimes(), 30_000);
  document.addEventListener("visibilitychange", () => document.hidden || showTimes());
}
