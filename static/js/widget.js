// The frame: Villy's side of the widget. Identity comes from the host page, which keeps it for us.
import { Conversation } from "./conversation.js";
import { listen } from "./events.js";
import { openPicture } from "./lightbox.js";
import { request as plainRequest, sentence, wait } from "./net.js";
import { keepTimes, showTimes } from "./times.js";

const { host, visitor, identify, refresh, logout, conversationUrl } = document.body.dataset;
const main = document.getElementById("conversation");
const stored = {};
let identity = null;
// Whose conversation is on the screen
let shownTo = null;
let visible = true;
let conversation = null;
let endStream = null;
let unread = 0;
let drawn = 0;
let onTurn = null;
const pictures = new Map();

// --- The host page: exactly the one that we were framed for

const tellHost = (type, more = {}) => parent.postMessage({ villy: 1, type, ...more }, host);
const store = {
  get: (key) => stored[key] ?? null,
  set(key, value) {
    stored[key] = value;
    tellHost("store", { key, value: value || null });
    if (key !== "identity") keepHere(key, value);
  },
};

// Words, in this tab as well: a page that is left at once no longer reads what we told it to keep
function keepHere(key, value) {
  try {
    const words = JSON.parse(sessionStorage.getItem("villy") || "{}").words;
    sessionStorage.setItem("villy", JSON.stringify({ of: who(identity), words: { ...words, [key]: value || "" } }));
  } catch { /* full or forbidden: the host page has them */ }
}

// Only of the person who is still here: the page may have signed the customer out while there was no frame
function keptHere(kept) {
  try {
    const { of = null, words } = JSON.parse(sessionStorage.getItem("villy") || "{}");
    if (of === who(kept.identity) && Object.keys(kept).length) return words;
    forgetHere();
  } catch { /* forbidden */ }
  return {};
}

function forgetHere() {
  try { sessionStorage.removeItem("villy"); } catch { /* forbidden */ }
}

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== host || data?.villy !== 1) return;
  if (data.type === "hello") hello(data);
  if (data.type === "visible") show(data.open);
  if (data.type === "identify") signIn(data.token);
  if (data.type === "identity" || data.type === "turn") switchTo(data.value);
  if (data.type === "turn") onTurn?.();
  if (data.type === "logout") signOut();
});

async function hello({ stored: kept, open }) {
  Object.assign(stored, kept, keptHere(kept));
  identity = kept.identity ?? null;
  visible = open;
  unread = kept.unread ?? 0;
  if (identity) await load();
  else start();
}

function who(tokens) {
  if (!tokens) return null;
  const claims = tokens.refresh.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  try { return JSON.parse(atob(claims)).sub; } catch { return tokens.refresh; }
}

function keepIdentity(tokens) {
  identity = tokens && { access: tokens.access, refresh: tokens.refresh };
  store.set("identity", identity);
}

async function switchTo(tokens) {
  identity = tokens;
  // The same person with newer tokens is no reason to redraw anything
  if (shownTo !== who(tokens)) await load();
}

function signOut() {
  if (identity) post(logout, { refresh: identity.refresh }, {}).catch(() => {});
  forgetHere();
  Object.keys(stored).forEach((key) => delete stored[key]);
  setUnread(0);
  switchTo(null);
}

async function signIn(token) {
  const before = identity;
  let answer = await post(identify, { token });
  // It is who we were until now that is not known any more: renew that first, or come without
  if (answer.status === 401 && before && !answer.text.includes("bad_identity")) {
    await renewTokens(before.access);
    answer = await post(identify, { token });
  }
  if (!answer.ok) return console.warn(`Villy.identify: ${sentence(answer)}`);
  keepIdentity(JSON.parse(answer.text));
  if (shownTo !== who(identity)) await load();
}

// --- Requests as the person who is here

const NOBODY = { status: 401, ok: false, text: "", header: () => null };

// Only a message creates a visitor; looking leaves nothing behind
async function request(url, options = {}) {
  let refusal = NOBODY;
  const known = async () => {
    if (!identity && options.method === "POST") refusal = await becomeVisitor();
    return Boolean(identity);
  };
  if (!(await known())) return refusal;
  const tried = identity.access;
  const answer = await send(url, options);
  if (answer.status !== 401) return answer;
  await renewTokens(tried);
  return await known() ? send(url, options) : answer;
}

function send(url, options) {
  if (options.body instanceof FormData) options.body.set("conversation", conversation?.root.dataset.showing ?? "chat");
  return plainRequest(url, { ...options, headers: { Authorization: `Bearer ${identity.access}` } });
}

function post(url, data, headers = identity ? { Authorization: `Bearer ${identity.access}` } : {}) {
  return plainRequest(url, { method: "POST", body: JSON.stringify(data), headers: { "Content-Type": "application/json", ...headers } });
}

let becoming = null;
function becomeVisitor() {
  becoming ??= post(visitor, {}, {}).then((answer) => {
    if (answer.ok) keepIdentity(JSON.parse(answer.text));
    // What is on the screen is theirs from now on
    if (answer.ok) shownTo = who(identity);
    return answer;
  }).finally(() => { becoming = null; });
  return becoming;
}

let renewing = null;
async function renewTokens(expired) {
  if (identity?.access !== expired) return;
  renewing ??= renewInTurn(expired).finally(() => { renewing = null; });
  await renewing;
}

// A refresh token works once, and every tab of the shop has the same: one renews, the others wait
// and take what it got. Only a refusal ends an identity; a desk that is down or busy does not.
async function renewInTurn(expired) {
  const turn = new Promise((resolve) => { onTurn = resolve; });
  tellHost("turn");
  await Promise.race([turn, wait(15_000)]);
  try {
    if (identity?.access !== expired) return;
    const answer = await post(refresh, { refresh: identity.refresh }, {});
    if (answer.ok) keepIdentity(JSON.parse(answer.text));
    else if (answer.status === 401) keepIdentity(null);
  } finally {
    tellHost("over");
  }
}

// --- The conversation

async function load() {
  const turn = ++drawn;
  const person = who(identity);
  endStream?.();
  const get = person ? request(conversationUrl) : plainRequest(location.href);
  const answer = await get.catch(() => null);
  if (turn !== drawn) return;
  if (person !== who(identity)) return load();
  if (answer?.ok) shownTo = person;
  else {
    if (!conversation) start();
    showConnection(false);
    setTimeout(() => turn === drawn && load(), 3000);
    return;
  }
  const typed = main.querySelector("[data-text]").value;
  if (typed && !conversation) store.set("draft:conversation", typed);
  const contact = main.querySelector("[data-contact]:not([hidden])");
  const filledIn = contact && new FormData(contact);
  const fresh = new DOMParser().parseFromString(answer.text, "text/html");
  main.replaceChildren(fresh.querySelector("[data-conversation]"));
  start();
  // The customer is about to say how to reach them
  if (filledIn && main.querySelector("[data-reachable=no]")) {
    connect();
    filledIn.forEach((value, name) => { main.querySelector("[data-contact]").elements[name].value = value; });
  }
  showConnection(true);
}

function replace(html) {
  drawn += 1;
  endStream?.();
  main.innerHTML = html;
  shownTo = who(identity);
  start();
}

function start() {
  const root = main.querySelector("[data-conversation]");
  if (conversation?.root !== root) conversation = new Conversation(root, { request, store, onMoved: load, onShown: prepare });
  showTimes();
  showHead();
  const { ticket } = root.dataset;
  endStream = null;
  if (ticket) follow(ticket);
  if (visible) conversation.composer.text.focus({ preventScroll: true });
  tellSeen();
}

function showHead() {
  const { ticket, number, agent, status } = conversation.root.dataset;
  const subtitle = document.querySelector("[data-subtitle]");
  document.querySelector("[data-human]").hidden = Boolean(ticket);
  subtitle.textContent = !ticket ? "Instant answers, real people"
    : status === "closed" ? `Ticket #${number} · closed`
    : agent ? `${agent} · Customer Care · #${number}` : `Customer Care · #${number}`;
}

function prepare(root) {
  for (const image of root.querySelectorAll("img[data-src]")) {
    const url = image.dataset.src;
    delete image.dataset.src;
    picture(url).then((address) => { image.src = address; }, () => { image.dataset.src = url; });
  }
  const bubbles = root.matches?.(".bubble") ? [root] : root.querySelectorAll(".bubble");
  for (const bubble of bubbles) if ("offers" in bubble.dataset) offerPerson();
}

// An <img> cannot send the Authorization header: the picture is fetched and shown from memory
function picture(url) {
  if (!pictures.has(url)) {
    const got = fetchAs(url).then(async (response) => {
      if (!response.ok) throw new Error(response.status);
      return URL.createObjectURL(await response.blob());
    });
    got.catch(() => pictures.delete(url));
    pictures.set(url, got);
  }
  return pictures.get(url);
}

async function fetchAs(url, { headers = {}, signal } = {}) {
  const tried = identity.access;
  const get = () => fetch(url, { signal, headers: { Authorization: `Bearer ${identity?.access}`, ...headers } });
  const response = await get();
  if (response.status !== 401) return response;
  await renewTokens(tried);
  if (!identity) load();
  return get();
}

function offerPerson() {
  const bar = main.querySelector("[data-connect-bar]");
  if (bar) bar.hidden = false;
}

function follow(ticket) {
  endStream = listen({
    open: (lastEventId, signal) => fetchAs(`/api/support/${ticket}/events`, { signal, headers: { "Last-Event-ID": lastEventId } }),
    lastEventId: String(conversation.lastSeq),
    onState: (state) => showConnection(state === "live"),
    onEvent: ({ event, data }) => heard(event, JSON.parse(data)),
  });
}

async function heard(event, data) {
  if (event === "typing") conversation.showTyping(data.name);
  if (event === "read") conversation.showRead(data.agents);
  if (event === "ticket") { tellHost("ticket", { value: data }); renewState(data); }
  if (event !== "message" || data.seq <= conversation.lastSeq) return;
  await conversation.catchUp();
  if (data.sender === "agent" && (!visible || document.hidden)) setUnread(unread + 1);
  tellSeen();
}

// The ticket's state decides what stands above the box: fetch that part when it has changed
async function renewState(ticket) {
  const { dataset } = conversation.root;
  const calling = ticket.callbackRequested && !ticket.callbackCompleted ? "yes" : "no";
  if (ticket.status === dataset.status && ticket.agentName === dataset.agent && calling === dataset.calling) return;
  const answer = await request(conversationUrl).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(answer.text, "text/html");
  Object.assign(dataset, fresh.querySelector("[data-conversation]").dataset);
  showHead();
  const panel = main.querySelector("[data-state-panel]");
  const news = fresh.querySelector("[data-state-panel]");
  // A half-typed phone number is not lost, as long as it can still be sent
  if (panel.querySelector("[data-callback]:not([hidden])") && news.querySelector("[data-callback]")) return;
  panel.replaceWith(news);
}

function tellSeen() {
  if (!visible || document.hidden || !identity || !conversation?.root.dataset.ticket) return;
  const form = new FormData();
  form.set("seq", conversation.lastSeq);
  request(conversation.root.dataset.seen, { method: "POST", body: form }).catch(() => {});
}

function setUnread(number) {
  unread = number;
  tellHost("unread", { value: number });
}

function show(open) {
  visible = open;
  if (!open) return;
  conversation?.toEnd();
  conversation?.composer.text.focus({ preventScroll: true });
  lookedAt();
}

function lookedAt() {
  if (!visible || document.hidden) return;
  if (unread) setUnread(0);
  tellSeen();
}

function showConnection(live) {
  const banner = document.querySelector("[data-offline]");
  const back = live && !banner.hidden;
  banner.hidden = live;
  if (back) { conversation?.catchUp(); conversation?.retry(); }
}

// --- What can be tapped

async function act(url, data) {
  const form = new FormData();
  for (const [name, value] of Object.entries(data)) form.set(name, value);
  const answer = await request(url, { method: "POST", body: form }).catch(() => null);
  if (answer?.ok) replace(answer.text);
  else conversation.composer.refuse(answer ? sentence(answer) : "We could not be reached. Please try again.");
  return answer;
}

function say(text) {
  conversation.send({ text, file: null });
}

function connect() {
  const bar = main.querySelector("[data-connect]");
  if (bar.dataset.reachable === "yes") return act(bar.dataset.connect, {});
  const form = main.querySelector("[data-contact]");
  form.hidden = false;
  main.querySelector("[data-connect-bar]").hidden = true;
  form.elements.name.focus();
}

async function sendContact(form) {
  const refusal = form.querySelector("[data-contact-refusal]");
  const button = form.querySelector(".primary");
  refusal.hidden = button.disabled = true;
  const data = new FormData(form);
  const answer = await request(main.querySelector("[data-connect]").dataset.connect, { method: "POST", body: data }).catch(() => null);
  button.disabled = false;
  if (answer?.ok) return replace(answer.text);
  refusal.textContent = answer ? sentence(answer) : "We could not be reached. Please try again.";
  refusal.hidden = false;
}

document.addEventListener("click", (event) => {
  const find = (selector) => event.target.closest(selector);
  let found;
  if (find("[data-close-chat]")) tellHost("close");
  else if (find("[data-human]") || find("[data-connect]")) connect();
  else if (find("[data-contact-cancel]")) {
    main.querySelector("[data-contact]").hidden = true;
    offerPerson();
    main.querySelector("[data-connect]").focus();
  }
  else if ((found = find("[data-say]"))) say(found.dataset.say);
  else if ((found = find("[data-helped]"))) answerHelped(found);
  else if ((found = find("[data-post-state]"))) act(found.dataset.postState, { [found.dataset.field]: found.value });
  else if ((found = find("[data-show-callback]"))) {
    const form = main.querySelector("[data-callback]");
    form.hidden = !form.hidden;
    found.setAttribute("aria-expanded", !form.hidden);
    if (!form.hidden) form.elements.phone.focus();
  } else if ((found = find("[data-full]"))) {
    event.preventDefault();
    openPicture(found.getAttribute("href"), { source: picture, alt: found.querySelector("img").alt });
  }
});

async function answerHelped(button) {
  const form = new FormData();
  form.set("helped", button.value);
  const answer = await request(button.dataset.helped, { method: "POST", body: form }).catch(() => null);
  if (!answer?.ok) return;
  button.closest(".helped").textContent = button.value === "true" ? "Thanks, good to know." : "Sorry about that. A person can help you.";
  if (button.value !== "true") offerPerson();
}

document.addEventListener("submit", async (event) => {
  if (event.target.matches("[data-contact]")) { event.preventDefault(); sendContact(event.target); }
  if (event.target.matches("[data-callback]")) {
    event.preventDefault();
    act(event.target.dataset.callback, Object.fromEntries(new FormData(event.target)));
  }
});

// Chips belong to the newest words only
new MutationObserver(() => {
  const all = main.querySelectorAll(".chips");
  const newest = main.querySelector(".log > .bubble:last-of-type");
  all.forEach((chips) => { chips.hidden = newest && !newest.contains(chips) && Boolean(newest.dataset.seq || "pending" in newest.dataset); });
}).observe(main, { childList: true, subtree: true });

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) tellHost("close");
});
document.addEventListener("visibilitychange", () => document.hidden || conversation?.catchUp().then(lookedAt));
addEventListener("online", () => showConnection(true));
addEventListener("offline", () => showConnection(false));

keepTimes();
tellHost("ready");
