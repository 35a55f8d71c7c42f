// Times as the reader's clock and language have them, kept current.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

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
  const now = Date.now();
  for (const time of root.querySelectorAll("time[data-age], time[data-clock], time[data-day]")) {
    const at = new Date(time.dateTime);
    time.title = full.format(at);
    time.textContent = "age" in time.dataset ? age(at, now) : "day" in time.dataset ? dayName(at, now) : clock.format(at);
  }
  for (const due of root.querySelectorAll("[data-due]")) countDown(due, now);
}

export function keepTimes() {
  showTimes();
  setInterval(() => document.hidden || document.querySelectorAll("[data-due]").forEach((due) => countDown(due, Date.now())), 1000);
  setInterval(() => document.hidden || showTimes(), 30_000);
  document.addEventListener("visibilitychange", () => document.hidden || showTimes());
}
