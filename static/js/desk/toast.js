// Short messages bottom left. One that can be undone has a button for it, and Ctrl/Cmd-Z does the same.
import { htmx } from "./page.js";
import { _ } from "../words.js";

const PLAIN = 5000;
export const UNDO_TIME = 8000;
let undoable = null;

export function toast(text, kind = "done", { undo = null, time = undo ? UNDO_TIME : PLAIN } = {}) {
  const box = document.getElementById("toasts");
  const line = Object.assign(document.createElement("p"), { className: "toast" });
  line.dataset.kind = kind;
  line.append(Object.assign(document.createElement("span"), { textContent: text }));
  // One change at a time can be taken back: the newest
  if (undo) dismiss();
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: _("Undo") });
    undoable = { line, undo };
    button.addEventListener("click", takeBack);
    line.append(button);
  }
  box.append(line);
  while (box.children.length > 3) box.firstElementChild.remove();
  setTimeout(() => { line.remove(); if (undoable?.line === line) undoable = null; }, time);
  return line;
}

function dismiss() {
  undoable?.line.remove();
  undoable = null;
}

export function takeBack() {
  const last = undoable;
  dismiss();
  last?.undo();
  return Boolean(last);
}

export function watchToasts() {
  for (const line of document.querySelectorAll(".toast")) setTimeout(() => line.remove(), PLAIN);
  document.addEventListener("htmx:sendError", () => toast(_("We could not be reached. Please try again."), "error"));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status !== 401) toast(_("That did not work. Please try again."), "error");
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea")?.value;
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !typing && takeBack()) event.preventDefault();
  });
  htmx.config.defaultSettleDelay = 0;
}
