// Of three and more lines of the desk in a row the last one stays; a button shows the others.
import { _ } from "./words.js";

const FOLD_FROM = 3;

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
