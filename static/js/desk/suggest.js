// A list of suggestions above the composer, which what is typed narrows down: canned replies, colleagues.
import { talk } from "./ticket.js";

const lists = [];
export const MOST_SHOWN = 8;

// All letters in their order; the earlier and closer together, the better
export function score(pattern, text) {
  let at = -1;
  let cost = 0;
  for (const letter of pattern) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return Infinity;
    cost += next - at - 1;
    at = next;
  }
  return cost;
}

// id: of the listbox; asked(text): what was typed to narrow it down, null for no list; find(pattern): the
// suggestions, best first; show(line, suggestion): fill one line; choose(text, suggestion); none: what an empty list says
export class Suggestions {
  constructor({ id, asked, find, show, choose, none = "" }) {
    Object.assign(this, { id, asked, find, show, take: choose, none, shown: [], place: 0 });
    lists.push(this);
  }

  get box() { return document.getElementById(this.id); }

  get isOpen() { return this.box?.hidden === false; }

  async offer(text) {
    const pattern = this.asked(text)?.toLowerCase() ?? null;
    if (pattern === null) return this.close();
    const found = await this.find(pattern);
    if (this.asked(text)?.toLowerCase() !== pattern) return;
    if (!found.length && !this.none) return this.close();
    this.shown = found.slice(0, MOST_SHOWN);
    this.place = 0;
    this.draw(text);
  }

  draw(text) {
    this.box.replaceChildren(...this.shown.map((suggestion, at) => this.option(suggestion, at)));
    if (!this.shown.length) this.box.append(Object.assign(document.createElement("p"), { className: "canned-none", textContent: this.none }));
    this.box.hidden = false;
    text.setAttribute("aria-controls", this.id);
    text.setAttribute("aria-expanded", "true");
    this.mark(text);
  }

  option(suggestion, at) {
    const line = Object.assign(document.createElement("div"), { className: "canned-option", id: `${this.id}-${at}` });
    line.setAttribute("role", "option");
    this.show(line, suggestion);
    line.addEventListener("mousedown", (event) => { event.preventDefault(); this.place = at; this.choose(talk.composer.text); });
    return line;
  }

  mark(text) {
    this.box.querySelectorAll("[role=option]").forEach((line, at) => line.setAttribute("aria-selected", String(at === this.place)));
    text.setAttribute("aria-activedescendant", this.shown.length ? `${this.id}-${this.place}` : "");
    this.box.children[this.place]?.scrollIntoView({ block: "nearest" });
  }

  choose(text) {
    const chosen = this.shown[this.place];
    if (!chosen) return;
    this.take(text, chosen);
    this.close();
  }

  close() {
    if (!this.isOpen) return;
    this.box.hidden = true;
    talk?.composer.text.removeAttribute("aria-expanded");
    talk?.composer.text.removeAttribute("aria-activedescendant");
  }

  // Enter chooses, Escape closes, and neither sends nor leaves; return whether the key was for the list
  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const number = this.shown.length;
    if (event.key in moves && number) this.place = (this.place + moves[event.key] + number) % number;
    else if ((event.key === "Enter" || event.key === "Tab") && number) this.choose(event.target);
    else if (event.key === "Escape") this.close();
    else return false;
    if (this.isOpen) this.mark(event.target);
    return true;
  }
}

// Put words in the place of what was typed before the caret
export function complete(text, typed, words) {
  const before = text.value.slice(0, text.selectionStart).replace(typed, "");
  const after = text.value.slice(text.selectionStart);
  talk.composer.fill(before + words + after);
  text.setSelectionRange(before.length + words.length, before.length + words.length);
}

const inComposer = (element) => element.matches?.("[data-composer] [data-text]");

export function watchSuggestions() {
  // Before the composer's own keys
  document.addEventListener("keydown", (event) => {
    const open = inComposer(event.target) && !event.isComposing && lists.find((list) => list.isOpen);
    if (!open || !open.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("input", (event) => inComposer(event.target) && lists.forEach((list) => list.offer(event.target)));
  document.addEventListener("focusout", (event) => inComposer(event.target) && setTimeout(() => inComposer(document.activeElement) || lists.forEach((list) => list.close()), 120));
}
