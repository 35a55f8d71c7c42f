// Who is here, and requests as that person. Tokens are renewed once for all tabs of the site, and only the
// desk's own refusal of everything that could prove an identity ends it.
import { forgetHere, hostRoom, on, store, stored, turn } from "./host.js";
import { request as plainRequest, sentence, wait } from "./net.js";

const { visitor, identify, refresh, logout } = document.body.dataset;
const ME = "/api/auth/me";
const SIGNED_OUT = { status: 401, ok: false, text: "", header: () => null };
// Longer than a renewal takes; the desk gives two tabs that renew at once the same tokens
const LONGEST_TURN = 15_000;
// While the desk still repeats an answer that was lost (60 s)
const TRIES = [0, 1000, 4000, 10_000];

export let identity = null;
let changed = () => {};

// fn(isFirst) is called when another person may be here; `isFirst`: an unknown one has just got an identity
export function onChange(fn) { changed = fn; }

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
let signOuts = 0;

function keepIdentity(tokens) {
  storedAt = Date.now();
  identity = tokens && { access: tokens.access, refresh: tokens.refresh };
  store.set("identity", identity);
}

// What other tabs have read and not sent yet; the draft in this tab's box is its own
const SHARED = ["unread", "badge", "outbox:conversation"];

// gone: another tab has signed the customer out
function switchTo({ value, stored: kept, gone = false }) {
  if (kept) for (const key of SHARED) stored[key] = kept[key] ?? null;
  if (value || gone || Date.now() - storedAt > BEING_STORED) identity = value ?? null;
  changed();
}

on("identity", switchTo);
on("turn", (told) => { switchTo(told); turn(told); });

// --- Signing in and out

export function signOut() {
  signOuts += 1;
  if (identity) post(logout, { refresh: identity.refresh }, {}).catch(() => {});
  forgetHere();
  Object.keys(stored).forEach((key) => delete stored[key]);
  storedAt = 0;
  switchTo({ value: null });
}

export async function signIn(token) {
  const mine = signing = Promise.allSettled([signing, becoming]).then(() => prove(token));
  await mine.catch(console.error);
  if (signing === mine) signing = null;
}

async function prove(token) {
  const before = identity;
  const outs = signOuts;
  let answer = await trying(() => post(identify, { token }));
  // It is who we were until now that is not known any more: renew that first, or come without
  if (answer?.status === 401 && before && !answer.text.includes("bad_identity")) {
    await renewTokens(before.access);
    answer = await trying(() => post(identify, { token }));
  }
  if (!answer?.ok) return console.warn(`Villy.identify: ${answer ? sentence(answer) : "the desk did not answer."}`);
  // Words said as a visitor meanwhile go along, unless the shop's token counts only once
  if (!before && identity) {
    const again = await trying(() => post(identify, { token }));
    if (again?.ok) answer = again;
  }
  if (outs !== signOuts) return;
  keepIdentity(JSON.parse(answer.text));
  changed();
}

// --- Requests

// Only a message creates a visitor; looking leaves nothing behind
export async function request(url, options = {}) {
  let refusal = SIGNED_OUT;
  const known = async () => {
    if (!identity && options.method === "POST") {
      if (signing) await Promise.race([signing, wait(LONGEST_SIGN_IN)]);
      if (!identity) refusal = await becomeVisitor();
    }
    return Boolean(identity);
  };
  if (!(await known())) return refusal;
  const tried = identity;
  const answer = await send(url, options);
  // A person signed in meanwhile, and the conversation went along
  const moved = answer.status === 404 && who(tried) !== who() && identity;
  if (answer.status !== 401 && !moved) return answer;
  if (!moved) await renewTokens(tried.access);
  return await known() ? send(url, options) : answer;
}

function send(url, options) {
  return plainRequest(url, { ...options, headers: { Authorization: `Bearer ${identity.access}` } });
}

function post(url, data, headers = identity ? { Authorization: `Bearer ${identity.access}` } : {}) {
  return plainRequest(url, { method: "POST", body: JSON.stringify(data), headers: { "Content-Type": "application/json", ...headers } });
}

// The same with fetch, for streams and pictures
export async function fetchAs(url, { headers = {}, signal } = {}) {
  if (!identity) throw new Error("no identity");
  const tried = identity.access;
  const get = () => fetch(url, { signal, headers: { Authorization: `Bearer ${identity?.access}`, ...headers } });
  const response = await get();
  if (response.status !== 401) return response;
  await renewTokens(tried);
  if (!identity) changed();
  return get();
}

async function trying(ask) {
  for (const pause of TRIES) {
    await wait(pause);
    const answer = await ask().catch(() => null);
    if (answer && answer.status < 500) return answer;
  }
  return null;
}

let becoming = null;
function becomeVisitor() {
  becoming ??= post(visitor, {}, {}).then((answer) => {
    if (answer.ok) keepIdentity(JSON.parse(answer.text));
    // What is on the screen is theirs from now on
    if (answer.ok) changed(true);
    return answer;
  }).finally(() => { becoming = null; });
  return becoming;
}

// --- Renewing

const room = hostRoom("renew");
let renewing = null;

async function renewTokens(expired) {
  if (identity?.access !== expired) return;
  renewing ??= renewInTurn(expired).finally(() => { renewing = null; });
  await renewing;
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

