// Short messages bottom left. One that can be undone has a button for it, and Ctrl/Cmd-Z does the same.
import { htmx, reasonOf } from "./page.js";
import { _ } from "../words.js";

const PLAIN = 5000;
export const UNDO_TIME = 8000;
let undoable = null;

// link: [address, words]
export function toast(text, kind = "done", { undo = null, link = null, time = undo ? UNDO_TIME : PLAIN } = {}) {
  if (kind === "error") sayInDialog(text);
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
  if (link) line.append(Object.assign(document.createElement("a"), { href: link[0], textContent: link[1] }));
  box.append(line);
  while (box.children.length > 3) box.firstElementChild.remove();
  setTimeout(() => { line.remove(); if (undoable?.line === line) undoable = null; }, time);
  return line;
}

// A modal dialog lies above the toasts: it says itself why its form was refused
function sayInDialog(text) {
  const dialog = document.querySelector("dialog.dialog:modal");
  if (!dialog) return;
  let line = dialog.querySelector("[data-refused]");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "notice", role: "alert" });
    Object.assign(line.dataset, { kind: "error", refused: "" });
    dialog.querySelector(".dialog-buttons").before(line);
  }
  line.hidden = false;
  line.textContent = text;
}

// A change of a ticket that is no longer open says whose it was
const whoseOf = (elt) => {
  const root = elt?.closest?.("[data-conversation]");
  return root && !root.isConnected ? `${root.querySelector("h1").textContent}: ` : "";
};

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
  document.addEventListener("htmx:sendError", ({ detail }) => toast(whoseOf(detail.elt) + reasonOf(null), "error"));
  document.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
    if (xhr.status !== 401) toast(whoseOf(elt) + reasonOf({ status: xhr.status, text: xhr.responseText }), "error");
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea")?.value;
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !typing && takeBack()) event.preventDefault();
  });
  htmx.config.defaultSettleDelay = 0;
}
