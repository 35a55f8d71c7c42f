// Canned replies: "/" in the composer opens a list that what follows narrows down.
import { body, request } from "./page.js";
import { complete, MOST_SHOWN, score, Suggestions } from "./suggest.js";
import { maySuggest, suggestReply } from "./suggestion.js";
import { talk } from "./ticket.js";
import { _ } from "../words.js";

let replies = null;
// Not a canned reply: one that is made for this ticket
const SUGGESTION = { title: _("Suggest a reply") };

async function load() {
  replies ??= request(body.dataset.canned).then((answer) => (answer.ok ? JSON.parse(answer.text).results : [])).catch(() => []);
  return replies;
}

function rank(reply, pattern) {
  if (!pattern) return -reply.uses / 1e6;
  const [shortcut, title, text] = [reply.shortcut, reply.title, textOf(reply)].map((each) => each.toLowerCase());
  return Math.min(score(pattern, shortcut), 20 + score(pattern, title), text.includes(pattern) ? 200 : Infinity);
}

// The ticket's language first, then English, then whatever there is
function textOf(reply) {
  const { language } = talk.root.dataset;
  return reply.text[language] ?? reply.text.en ?? Object.values(reply.text)[0] ?? "";
}

function filled(text) {
  const values = JSON.parse(talk.root.dataset.variables || "{}");
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name) => values[name] ?? "");
}

async function attach(reply) {
  const answer = await fetch(reply.image).catch(() => null);
  if (!answer?.ok) return;
  const blob = await answer.blob();
  talk.composer.take([new File([blob], `${reply.shortcut}.${blob.type.split("/")[1]}`, { type: blob.type })]);
}

export function offerCanned() {
  return new Suggestions({
    id: "canned",
    none: _("No canned reply matches. Add some under “Edit canned replies”."),
    // What stands between the slash and the caret; null when no slash begins a word there
    asked: (text) => /(?:^|\s)\/([^\s/]*)$/u.exec(text.value.slice(0, text.selectionStart))?.[1] ?? null,
    async find(pattern) {
      const ranked = (await load()).map((reply) => [rank(reply, pattern), reply]).filter(([cost]) => cost < Infinity);
      const found = ranked.sort(([a], [b]) => a - b).map(([, reply]) => reply);
      // The last of those that are shown: Enter takes the first
      return maySuggest() && SUGGESTION.title.toLowerCase().includes(pattern) ? [...found.slice(0, MOST_SHOWN - 1), SUGGESTION] : found;
    },
    show(line, reply) {
      if (reply === SUGGESTION) return line.append(Object.assign(document.createElement("b"), { textContent: reply.title }), Object.assign(document.createElement("span"), { textContent: _("From the articles and the order, for you to check") }));
      line.append(Object.assign(document.createElement("b"), { textContent: reply.title }), Object.assign(document.createElement("kbd"), { textContent: `/${reply.shortcut}` }), Object.assign(document.createElement("span"), { textContent: filled(textOf(reply)) }));
    },
    choose(text, reply) {
      if (reply === SUGGESTION) {
        complete(text, /\/[^\s/]*$/u, "");
        return suggestReply();
      }
      complete(text, /\/[^\s/]*$/u, filled(textOf(reply)));
      request(`${body.dataset.desk}canned/${reply.id}/used`, { method: "POST" }).catch(() => {});
      if (reply.image) attach(reply);
    },
  });
}
