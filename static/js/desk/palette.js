// Ctrl/Cmd-K: every command by name, and the tickets of the list by customer.
import { COMMANDS } from "./commands.js";
import { body } from "./page.js";
import { _ } from "../words.js";

const dialog = () => document.getElementById("palette");
const input = () => dialog().querySelector("[data-palette]");
const options = () => dialog().querySelector("[role=listbox]");
let offered = [];
let marked = 0;

export function openPalette() {
  if (dialog().open) return dialog().close();
  if (document.querySelector("dialog[open]")) return;
  input().value = "";
  dialog().showModal();
  draw();
}

function found(words) {
  const text = words.trim().toLowerCase();
  const named = COMMANDS.filter(({ name, possible }) => possible() && name.toLowerCase().includes(text));
  const rows = text ? Array.from(document.querySelectorAll(".row")).filter((row) => row.textContent.toLowerCase().includes(text)).slice(0, 5) : [];
  const tickets = rows.map((row) => ({ name: `${row.querySelector(".row-name").textContent} · #${row.dataset.number}`, run: () => row.querySelector(".row-link").click() }));
  const search = text ? [{ name: _("Search tickets for “%(words)s”", { words: words.trim() }), run: () => location.assign(`${body.dataset.desk}?q=${encodeURIComponent(words.trim())}`) }] : [];
  return [...named, ...tickets, ...search];
}

function draw() {
  offered = found(input().value);
  marked = 0;
  options().replaceChildren(...offered.map(({ name, key }, at) => {
    const line = Object.assign(document.createElement("li"), { id: `command-${at}` });
    line.setAttribute("role", "option");
    line.append(Object.assign(document.createElement("span"), { textContent: name }));
    if (key) line.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    line.addEventListener("click", () => run(at));
    return line;
  }));
  mark();
}

function mark() {
  options().querySelectorAll("[role=option]").forEach((line, at) => line.setAttribute("aria-selected", String(at === marked)));
  input().setAttribute("aria-activedescendant", offered.length ? `command-${marked}` : "");
  options().children[marked]?.scrollIntoView({ block: "nearest" });
}

function run(at) {
  const command = offered[at];
  dialog().close();
  command?.run();
}

export function watchPalette() {
  input().addEventListener("input", draw);
  dialog().addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && offered.length) marked = (marked + moves[event.key] + offered.length) % offered.length;
    else if (event.key === "Enter") run(marked);
    else return;
    event.preventDefault();
    mark();
  });
  dialog().addEventListener("click", (event) => event.target === dialog() && dialog().close());
}
