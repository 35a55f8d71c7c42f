// Canned replies: "/" in the composer opens a list that what follows narrows down.
import { body, request } from "./page.js";
import { talk } from "./ticket.js";

let replies = null;
let shown = [];
let place = 0;

const box = () => document.getElementById("canned");

async function load() {
  replies ??= request(body.dataset.canned).then((answer) => (answer.ok ? JSON.parse(answer.text).results : [])).catch(() => []);
  return replies;
}

export function forgetCanned() { replies = null; }

// What stands between the slash and the caret; null when no slash begins a word there
function asked(text) {
  const before = text.value.slice(0, text.selectionStart);
  return /(?:^|\s)\/([^\s/]*)$/u.exec(before)?.[1] ?? null;
}

// All letters in their order; the earlier and closer together, the better
function score(pattern, text) {
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

function rank(reply, pattern) {
  if (!pattern) return -reply.uses / 1e6;
  const [shortcut, title, text] = [reply.shortcut, reply.title, textOf(reply)].map((each) => each.toLowerCase());
  return Math.min(score(pattern, shortcut), 20 + score(pattern, title), text.includes(pattern) ? 200 : Infinity);
}

// The ticket's language first, then English, then whatever there is
export function textOf(reply) {
  const { language } = talk.root.dataset;
  return reply.text[language] ?? reply.text.en ?? Object.values(reply.text)[0] ?? "";
}

export function filled(text) {
  const values = JSON.parse(talk.root.dataset.variables || "{}");
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name) => values[name] ?? "");
}

export async function offer(text) {
  const pattern = asked(text)?.toLowerCase() ?? null;
  if (pattern === null) return close();
  const all = await load();
  if (asked(text)?.toLowerCase() !== pattern) return;
  const ranked = all.map((reply) => [rank(reply, pattern), reply]).filter(([cost]) => cost < Infinity);
  shown = ranked.sort(([a], [b]) => a - b).map(([, reply]) => reply).slice(0, 8);
  place = 0;
  draw(text);
}

function draw(text) {
  box().replaceChildren(...shown.map(option));
  if (!shown.length) {
    const none = Object.assign(document.createElement("p"), { className: "canned-none", textContent: "No canned reply matches. Add some under “Edit canned replies”." });
    box().append(none);
  }
  box().hidden = false;
  text.setAttribute("aria-expanded", "true");
  mark(text);
}

function option(reply, at) {
  const line = Object.assign(document.createElement("div"), { className: "canned-option", id: `canned-${at}` });
  line.setAttribute("role", "option");
  line.append(Object.assign(document.createElement("b"), { textContent: reply.title }), Object.assign(document.createElement("kbd"), { textContent: `/${reply.shortcut}` }), Object.assign(document.createElement("span"), { textContent: filled(textOf(reply)) }));
  line.addEventListener("mousedown", (event) => { event.preventDefault(); place = at; choose(talk.composer.text); });
  return line;
}

function mark(text) {
  box().querySelectorAll("[role=option]").forEach((line, at) => line.setAttribute("aria-selected", String(at === place)));
  text.setAttribute("aria-activedescendant", shown.length ? `canned-${place}` : "");
  box().children[place]?.scrollIntoView({ block: "nearest" });
}

function choose(text) {
  const reply = shown[place];
  if (!reply) return;
  const before = text.value.slice(0, text.selectionStart).replace(/\/[^\s/]*$/u, "");
  const after = text.value.slice(text.selectionStart);
  const words = filled(textOf(reply));
  talk.composer.fill(before + words + after);
  text.setSelectionRange(before.length + words.length, before.length + words.length);
  close();
  request(`${body.dataset.desk}canned/${reply.id}/used`, { method: "POST" }).catch(() => {});
  if (reply.image) attach(reply);
}

async function attach(reply) {
  const answer = await fetch(reply.image).catch(() => null);
  if (!answer?.ok) return;
  const blob = await answer.blob();
  talk.composer.take([new File([blob], `${reply.shortcut}.${blob.type.split("/")[1]}`, { type: blob.type })]);
}

function close() {
  if (!box() || box().hidden) return;
  box().hidden = true;
  talk?.composer.text.removeAttribute("aria-expanded");
  talk?.composer.text.removeAttribute("aria-activedescendant");
}

// Before the composer's own keys: Enter chooses, Escape closes, and neither sends nor leaves
function key(event) {
  if (!event.target.matches?.("[data-composer] [data-text]") || box()?.hidden !== false || event.isComposing) return;
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in moves && shown.length) place = (place + moves[event.key] + shown.length) % shown.length;
  else if ((event.key === "Enter" || event.key === "Tab") && shown.length) choose(event.target);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
  if (!box().hidden) mark(event.target);
}

export function watchCanned() {
  document.addEventListener("keydown", key, true);
  document.addEventListener("input", (event) => event.target.matches("[data-composer] [data-text]") && offer(event.target));
  document.addEventListener("focusout", (event) => event.target.matches?.("[data-composer] [data-text]") && setTimeout(close, 120));
}
