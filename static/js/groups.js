// What a conversation looks like around its bubbles: groups of one sender, a chip for each of the
// reader's days, long runs of system lines folded. Runs again after every change of the log.
const TOGETHER = 5 * 60_000;
const FOLD_FROM = 3;

const shown = (log) => Array.from(log.querySelectorAll(":scope > .bubble:not([hidden])"));
const at = (bubble) => Number(bubble.dataset.at) || Date.now();
const speaker = (bubble) => [bubble.dataset.sender, bubble.dataset.author, "internal" in bubble.dataset].join();
const dayOf = (bubble) => new Date(at(bubble)).toDateString();

export function arrange(log) {
  hideWithdrawn(log);
  const bubbles = shown(log);
  renewDays(log, bubbles);
  group(bubbles);
  fold(log, bubbles);
}

// A withdrawal names the message that it takes back; the server sends that one again beside it
function hideWithdrawn(log) {
  for (const mark of log.querySelectorAll(":scope > [data-withdraws]")) {
    const bubble = log.querySelector(`:scope > [data-seq="${mark.dataset.withdraws}"]`);
    if (bubble && !bubble.classList.contains("withdrawn")) bubble.hidden = true;
  }
}

function group(bubbles) {
  const together = (a, b) => a && b && a.dataset.sender !== "system" && speaker(a) === speaker(b)
    && !a.classList.contains("withdrawn") && !b.classList.contains("withdrawn")
    && Math.abs(at(b) - at(a)) < TOGETHER && dayOf(a) === dayOf(b);
  bubbles.forEach((bubble, place) => {
    const before = together(bubbles[place - 1], bubble);
    const after = together(bubble, bubbles[place + 1]);
    const name = before ? (after ? "middle" : "last") : after ? "first" : "only";
    if (bubble.dataset.group !== name) bubble.dataset.group = name;
  });
}

// The server's days are those of the shop; each stands once, however many pages are loaded
function renewDays(log, bubbles) {
  const chips = Array.from(log.querySelectorAll(":scope > .day"));
  let last = null;
  for (const bubble of bubbles) {
    if (!bubble.dataset.at || dayOf(bubble) === last) continue;
    last = dayOf(bubble);
    const chip = chips.shift() ?? newDay();
    if (bubble.previousElementSibling !== chip) bubble.before(chip);
    const time = chip.querySelector("time");
    const moment = new Date(at(bubble)).toISOString();
    if (time.dateTime !== moment) time.dateTime = moment;
  }
  for (const chip of chips) chip.remove();
}

function newDay() {
  const chip = Object.assign(document.createElement("p"), { className: "day" });
  const time = document.createElement("time");
  time.dataset.day = "";
  chip.append(time);
  return chip;
}

// Of three and more system lines in a row the last one stays; a button shows the others
function fold(log, bubbles) {
  for (const button of log.querySelectorAll(":scope > .fold")) button.remove();
  let run = [];
  const close = () => {
    if (run.length >= FOLD_FROM && !run.some((bubble) => "unfolded" in bubble.dataset)) {
      const folded = run.slice(0, -1);
      const button = Object.assign(document.createElement("button"), {
        type: "button", className: "fold", textContent: `${folded.length} earlier updates`,
      });
      button.addEventListener("click", () => {
        for (const bubble of folded) { bubble.hidden = false; bubble.dataset.unfolded = ""; }
        button.remove();
      });
      folded[0].before(button);
      for (const bubble of folded) bubble.dataset.folded = "";
    }
    run = [];
  };
  for (const bubble of bubbles) {
    if (bubble.dataset.sender === "system" && bubble.nextElementSibling) run.push(bubble);
    else close();
    delete bubble.dataset.folded;
  }
  close();
}
