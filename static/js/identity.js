// Who is here, and requests as that person. Tokens are renewed once for all tabs of the site, and only the
// desk's own refusal of everything that could prove an identity ends it.
import { forgetHere, hostRoom, on, restoreLost, store, stored, tellHost, turn } from "./host.js";
import { plainRequest, sentence, wait } from "./net.js";

const { visitor, identify, refresh, logout } = document.body.dataset;
const ME = "/api/auth/me";
const SIGNED_OUT = { status: 401, ok: false, text: "", header: () => null };
// Longer than a renewal takes; the desk gives two tabs that renew at once the same tokens
const LONGEST_TURN = 15_000;
// While the desk still repeats an answer that was lost (60 s)
const TRIES = [0, 1000, 4000, 10_000];

export let identity = null;
let changed = () => {};
let left = () => {};
// How many customers have left this page: what was asked in the name of one is not answered to the next
let departures = 0;

// fn(isFirst) is called when another person may be here; `isFirst`: an unknown one has just got an identity
export function onChange(fn) { changed = fn; }

// fn() is called when the customer has left: signed out here or in another tab, or another one has signed in
export function onLeft(fn) { left = fn; }

export function begin(tokens) { identity = tokens ?? null; }

export function who(tokens = identity) {
  if (!tokens) return null;
  const claims = tokens.refresh.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  try { return JSON.parse(atob(claims)).sub; } catch { return tokens.refresh; }
}

// The host page may not have stored yet what this tab has just got
const BEING_STORED = 2000;
let storedAt = 0;

// What the shop says of who is here is on its way to the desk: the first words wait for it, but not for long
const LONGEST_SIGN_IN = 5000;
let signing = null;
// Whether a visitor, or a guest, has sent something meanwhile
let spoke = false;
const posting = new Set();

function keepIdentity(tokens) {
  storedAt = Date.now();
  identity = tokens && { access: tokens.access, refresh: tokens.refresh };
  store.set("identity", identity);
}

// What other tabs have read and not sent yet; the draft in this tab's box is its own
const SHARED = ["unread", "badge", "outbox:conversation"];

// gone: another tab has signed the customer out
function switchTo({ value, stored: kept, gone = false }) {
  // Not into what is another customer's by now
  const isSame = (!value || who(value) === who()) && (!kept?.owner || kept.owner === stored.owner);
  if (kept && !gone && isSame) restoreLost(kept);
  const isSettled = Date.now() - storedAt > BEING_STORED;
  // A tab that wrote at the same moment has put back what was signed out
  if (gone && value?.refresh === identity?.refresh) value = null;
  if (gone || (isSettled && kept?.owner && stored.owner && kept.owner !== stored.owner)) {
    const isTheirs = (key) => /^(draft|outbox):/.test(key) && (kept?.[key] ?? stored[key]) === stored[key];
    const written = Object.keys(stored).filter(isTheirs);
    leave();
    // What this tab was still telling the host page to keep
    if (gone && !value) tellHost("forget");
    else written.forEach((key) => tellHost("store", { key, value: null }));
  }
  if (kept?.owner && isSettled) stored.owner = kept.owner;
  if (kept) for (const key of SHARED) stored[key] = kept[key] ?? null;
  if (value || gone || isSettled) identity = value ?? null;
  changed();
}

on("identity", switchTo);
on("turn", (told) => { switchTo(told); turn(told); });

// --- Signing in and out

export function signOut() {
  if (identity) post(logout, { refresh: identity.refresh }, {}).catch(() => {});
  leave();
  // Again: words were on their way when the host page emptied its storage
  tellHost("forget");
  switchTo({ value: null });
}

// The customer has left: nothing that they wrote, and nothing that they still wait for, is the next one's
function leave() {
  departures += 1;
  becoming = renewing = null;
  posting.clear();
  storedAt = 0;
  identity = null;
  forgetHere();
  Object.keys(stored).forEach((key) => delete stored[key]);
  left();
}

// Settles only while the customer who asked is here
function whileHere(answer) {
  const mine = departures;
  return new Promise((resolve, reject) => {
    answer.then((got) => mine === departures && resolve(got), (reason) => mine === departures && reject(reason));
  });
}

export async function signIn(token) {
  const here = departures;
  // What is being sent as a visitor arrives first, and goes along
  const before = Promise.allSettled([signing, becoming, Promise.race([Promise.allSettled(posting), wait(LONGEST_SIGN_IN)])]);
  const mine = signing = before.then(() => here === departures && prove(token));
  await mine.catch(console.error);
  if (signing === mine) signing = null;
}

async function prove(token) {
  const before = identity;
  const mine = departures;
  spoke = posting.size > 0;
  let answer = await trying(() => post(identify, { token }));
  // It is who we were until now that is not known any more: renew that first, or come without
  if (mine === departures && answer?.status === 401 && before && !answer.text.includes("bad_identity")) {
    await renewTokens(before.access);
    answer = await trying(() => post(identify, { token }));
  }
  if (!answer?.ok) return console.warn(`Villy.identify: ${answer ? sentence(answer) : "the desk did not answer."}`);
  // Words said as a visitor meanwhile go along, unless the shop's token counts only once
  if (mine === departures && identity && spoke) {
    const again = await trying(() => post(identify, { token }));
    if (again?.ok) answer = again;
  }
  if (mine !== departures) return;
  const tokens = JSON.parse(answer.text);
  const owner = who(tokens);
  // The shop has signed another customer in without signing this one out
  if (stored.owner && stored.owner !== owner) {
    const words = Object.keys(stored).filter((key) => key !== "identity");
    leave();
    words.forEach((key) => tellHost("store", { key, value: null }));
  }
  store.set("owner", owner);
  keepIdentity(tokens);
  changed();
}

// --- Requests

// Only a message creates a visitor; looking leaves nothing behind
export function request(url, options = {}) { return whileHere(ask(url, options, departures)); }

async function ask(url, options, asker) {
  let refusal = SIGNED_OUT;
  const known = async () => {
    if (options.method === "POST" && signing && (!identity || who() !== stored.owner)) {
      await Promise.race([signing, wait(LONGEST_SIGN_IN)]);
      spoke = true;
    }
    if (!identity && options.method === "POST" && asker === departures) refusal = await becomeVisitor();
    return Boolean(identity) && asker === departures;
  };
  if (!(await known())) return refusal;
  const tried = identity;
  const answer = await send(url, options);
  // A person signed in meanwhile, and the conversation went along
  if (asker !== departures) return answer;
  const moved = answer.status === 404 && who(tried) !== who() && identity;
  if (answer.status !== 401 && !moved) return answer;
  if (!moved) await renewTokens(tried.access);
  return await known() ? send(url, options) : answer;
}

function send(url, options) {
  const sending = plainRequest(url, { ...options, headers: { Authorization: `Bearer ${identity.access}` } });
  if (options.method === "POST") {
    posting.add(sending);
    sending.finally(() => posting.delete(sending)).catch(() => {});
  }
  return sending;
}

function post(url, data, headers = identity ? { Authorization: `Bearer ${identity.access}` } : {}) {
  return plainRequest(url, { method: "POST", body: JSON.stringify(data), headers: { "Content-Type": "application/json", ...headers } });
}

// The same with fetch, for streams and pictures
export function fetchAs(url, options) { return whileHere(fetchNow(url, options)); }

async function fetchNow(url, { headers = {}, signal } = {}) {
  const mine = departures;
  if (!identity) throw new Error("no identity");
  const tried = identity.access;
  const get = () => fetch(url, { signal, headers: { Authorization: `Bearer ${identity?.access}`, ...headers } });
  const response = await get();
  if (response.status !== 401) return response;
  await renewTokens(tried);
  if (mine !== departures) return response;
  if (!identity) changed();
  return get();
}

async function trying(ask) {
  const mine = departures;
  for (const pause of TRIES) {
    await wait(pause);
    if (mine !== departures) return null;
    const answer = await ask().catch(() => null);
    if (answer && answer.status < 500) return answer;
  }
  return null;
}

let becoming = null;
function becomeVisitor() {
  if (becoming) return becoming;
  const mine = departures;
  const asked = becoming = post(visitor, {}, {}).then((answer) => {
    if (!answer.ok || mine !== departures) return answer;
    keepIdentity(JSON.parse(answer.text));
    // What is on the screen is theirs from now on
    changed(true);
    return answer;
  }).finally(() => { if (becoming === asked) becoming = null; });
  return asked;
}

// --- Renewing

const room = hostRoom("renew");
let renewing = null;

async function renewTokens(expired) {
  if (identity?.access !== expired) return;
  const mine = renewing ??= renewInTurn(expired).finally(() => { if (renewing === mine) renewing = null; });
  await mine;
}

// Every tab of the shop has the same tokens: one renews, the others wait and take what it got
async function renewInTurn(expired) {
  const mine = new Promise((resolve) => { room.onLead = resolve; });
  room.lead();
  await Promise.race([mine, wait(LONGEST_TURN)]);
  try {
    for (const pause of TRIES) {
      await wait(pause);
      if (identity?.access !== expired) return;
      const answer = await post(refresh, { refresh: identity.refresh }, {}).catch(() => null);
      // Renewed by another tab, or another customer's by now
      if (identity?.access !== expired) return;
      if (answer?.ok) return keepIdentity(JSON.parse(answer.text));
      // Down, busy, or not the desk at all: that says nothing of who we are
      if (!isRefusal(answer)) continue;
      if (await isProved(expired)) return;
      return identity?.access === expired ? keepIdentity(null) : undefined;
    }
  } finally {
    room.leave();
  }
}

// Whether the access token alone still opens the desk
async function isProved(access) {
  const answer = await plainRequest(ME, { headers: { Authorization: `Bearer ${access}` } }).catch(() => null);
  return !isRefusal(answer);
}

function isRefusal(answer) {
  return answer?.status === 401 && answer.text.includes('"token_not_valid"');
}

