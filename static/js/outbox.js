// Messages that the server has not acknowledged yet: their bubbles, and the tab that holds their files.
import { pendingLine } from "./documents.js";
import { newId, wait } from "./net.js";
import { _ } from "./words.js";

export function pendingBubble(message, side, { url, documents = [] } = {}) {
  const bubble = Object.assign(document.createElement("article"), { className: "bubble" });
  Object.assign(bubble.dataset, { sender: side, pending: "", clientId: message.id });
  if (message.internal) bubble.dataset.internal = "";
  bubble.append(...documents.map(pendingLine));
  if (url) bubble.append(Object.assign(document.createElement("img"), { src: url, alt: "", className: "pending-picture" }));
  if (message.text) bubble.append(Object.assign(document.createElement("p"), { className: "text", textContent: message.text }));
  const when = Object.assign(document.createElement("p"), { className: "when" });
  when.dataset.sending = _("Sending…");
  bubble.append(when);
  return bubble;
}

export function failedLine(message, reason, signedOut) {
  const line = Object.assign(document.createElement("p"), { className: "failed-line", textContent: `${reason} ` });
  const again = Object.assign(document.createElement("button"), { type: "button", textContent: _("Try again") });
  again.dataset.again = message.id;
  if (signedOut) {
    // The page that opens after sign-in sends the pending messages
    const href = `/support/login/?next=${encodeURIComponent(location.pathname + location.search)}`;
    line.append(Object.assign(document.createElement("a"), { href, textContent: _("Sign in") }), " ");
  }
  line.append(again);
  return line;
}

// --- Files that wait to be sent are in the memory of one tab. Another tab that finds their message in the outbox asks
// all tabs before it takes the files for lost; a tab that is gone does not answer

const ANSWER_WITHIN = 1000;
const questions = new Set();
let filesRoom = null;

// room: of all tabs of this site, see tabs.js; holds(id): whether this tab has the files of this message
export function shareFiles(room, holds) {
  filesRoom = room;
  room.onHeard = ({ asks, token, held = [] }) => {
    const mine = (asks ?? []).filter((id) => holds(id) || asksFirst(id, token));
    if (mine.length) room.send({ held: mine });
    for (const question of questions) held.forEach((id) => question.held.add(id));
  };
}

// If two tabs ask at the same moment, only one takes the text
function asksFirst(id, token) {
  return Array.from(questions).some((question) => question.ids.includes(id) && question.token < token);
}

// Resolve with those of these ids whose files another tab holds
export async function heldElsewhere(ids) {
  const question = { ids, token: newId(), held: new Set() };
  if (!filesRoom) return question.held;
  questions.add(question);
  filesRoom.send({ asks: ids, token: question.token });
  await wait(ANSWER_WITHIN);
  questions.delete(question);
  return question.held;
}
