// The page that frames us: exactly the one that we were framed for. It keeps what must last, because
// browsers may let a frame of another site store nothing, and reaches the other tabs of its site for us.
const { host } = document.body.dataset;
const handlers = {};
const rooms = new Map();
export const stored = {};

export function tellHost(type, more = {}) { parent.postMessage({ villy: 1, type, ...more }, host); }

// on(type, fn): what the host page says
export function on(type, fn) { handlers[type] = fn; }

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== host || data?.villy !== 1) return;
  handlers[data.type]?.(data);
});

export const store = {
  get: (key) => stored[key] ?? null,
  set(key, value) {
    noteWritten(key, value);
    stored[key] = value;
    tellHost("store", { key, value: value || null });
    if (key !== "identity") keepHere(key, value);
  },
};

// --- Two tabs that write at the same moment: each puts back all that it has read, without what the other has just written

const LOST_WITHIN = 5000;
const written = new Map();

function noteWritten(key, value) {
  const last = written.get(key);
  const olds = last && Date.now() - last.at < LOST_WITHIN ? last.olds : new Set();
  written.set(key, { olds: olds.add(JSON.stringify(stored[key] || null)), value: value || null, at: Date.now() });
}

// Write again what another tab, which had not read it yet, has put back as it was; `kept` is what is stored now
export function restoreLost(kept) {
  for (const [key, { olds, value, at }] of written) {
    const now = JSON.stringify(kept[key] || null);
    if (Date.now() - at > LOST_WITHIN || now === JSON.stringify(value) || !olds.has(now)) continue;
    kept[key] = value;
    tellHost("store", { key, value });
  }
}

// --- Words, in this tab as well: a page that is left at once no longer reads what we told it to keep

let owner = () => null;
// Whose words they are, as a function that tells it at any time
export function ownedBy(who) { owner = who; }

function keepHere(key, value) {
  try {
    const words = JSON.parse(sessionStorage.getItem("villy") || "{}").words;
    sessionStorage.setItem("villy", JSON.stringify({ of: owner(), words: { ...words, [key]: value || "" } }));
  } catch { /* full or forbidden: the host page has them */ }
}

// Only of the person who is still here: the page may have signed them out while there was no frame
export function keptHere(of, hasMore) {
  try {
    const kept = JSON.parse(sessionStorage.getItem("villy") || "{}");
    if ((kept.of ?? null) === of && hasMore) return kept.words;
    forgetHere();
  } catch { /* forbidden */ }
  return {};
}

export function forgetHere() {
  written.clear();
  try { sessionStorage.removeItem("villy"); } catch { /* forbidden */ }
}

// --- A room of all tabs of the host page's site, see tabs.js

export function hostRoom(name) {
  const room = {
    onLead() {}, onLost() {}, onHeard() {},
    lead: (steal = false) => tellHost("turn", { name, steal }),
    leave: () => tellHost("over", { name }),
    send: (data) => tellHost("say", { data: { room: name, data } }),
    close: () => rooms.get(name) === room && rooms.delete(name),
  };
  rooms.set(name, room);
  return room;
}

on("lost", ({ name }) => rooms.get(name)?.onLost());
on("heard", ({ data }) => rooms.get(data?.room)?.onHeard(data.data));
// The host page tells who is signed in along with each turn, see identity.js
export function turn({ name, alone = false }) { rooms.get(name)?.onLead(alone); }
