// The frame: Villy's side of the widget. Identity comes from the host page, which keeps it for us.
import { Conversation } from "./conversation.js";
import { listen } from "./events.js";
import { openPicture } from "./lightbox.js";
import { request as plainRequest, sentence } from "./net.js";
import { keepTimes, showTimes } from "./times.js";

const { host, visitor, identify, refresh, conversationUrl } = document.body.dataset;
const main = document.getElementById("conversation");
const stored = {};
let identity = null;
let visible = true;
let conversation = null;
let endStream = null;
let unread = 0;
let pictures = new Map();

// --- The host page: exactly the one that we were framed for

const tellHost = (type, more = {}) => parent.postMessage({ villy: 1, type, ...more }, host);
const store = {
  get: (key) => stored[key] ?? null,
  set(key, value) { stored[key] = value; tellHost("store", { key, value: value || null }); },
};

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== host || data?.villy !== 1) return;
  if (data.type === "hello") hello(data);
  if (data.type === "visible") show(data.open);
  if (data.type === "identify") signIn(data.token);
  if (data.type === "identity") switchTo(data.value);
  if (data.type === "logout") { Object.keys(stored).forEach((key) => delete stored[key]); switchTo(null); }
});

async function hello({ stored: kept, open }) {
  Object.assign(stored, kept);
  identity = kept.identity ?? null;
  visible = open;
  if (identity) await load();
  else start();
}

function keepIdentity(tokens) {
  identity = tokens && { access: tokens.access, refresh: tokens.refresh };
  store.set("identity", identity);
}

async function switchTo(tokens) {
  const before = identity?.refresh;
  identity = tokens;
  // The same person with newer tokens is no reason to draw anything anew
  if (before && tokens) return;
  await load();
}

async function signIn(token) {
  const answer = await post(identify, { token });
  if (!answer.ok) return console.warn(`Villy.identify: ${sentence(answer)}`);
  keepIdentity(JSON.parse(answer.text));
  await load();
}

// --- Requests as the person who is here

async function request(url, options = {}) {
  if (!identity) await becomeVisitor();
  const tried = identity?.access;
  const answer = await send(url, options);
  if (answer.status !== 401) return answer;
  if (!(await renewTokens(tried))) await becomeVisitor();
  return send(url, options);
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
    if (!answer.ok) throw new Error("offline");
    keepIdentity(JSON.parse(answer.text));
  }).finally(() => { becoming = null; });
  return becoming;
}

// A refresh token works once, and every tab of the shop has the same: one renews, the others wait
async function renewTokens(expired) {
  const renew = async () => {
    if (identity?.access !== expired) return true;
    const answer = await post(refresh, { refresh: identity.refresh }, {});
    if (!answer.ok) { if (answer.status === 401) keepIdentity(null); return false; }
    keepIdentity(JSON.parse(answer.text));
    return true;
  };
  try { return await navigator.locks.request("villy-tokens", renew); } catch { return renew(); }
}

// --- The conversation

async function load() {
  endStream?.();
  if (!identity) return location.reload();
  const answer = await request(conversationUrl).catch(() => null);
  if (answer?.ok) main.innerHTML = answer.text;
  start();
}

function replace(html) {
  endStream?.();
  main.innerHTML = html;
  start();
}

function start() {
  const root = main.querySelector("[data-conversation]");
  conversation = new Conversation(root, { request, store, onMoved: load, onShown: prepare });
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
  subtitle.textContent = !ticket ? "Answers at once, people when you need them"
    : status === "closed" ? `Ticket #${number} · closed`
    : agent ? `${agent} · Customer Care · #${number}` : `Customer Care · #${number}`;
}

function prepare(root) {
  for (const image of root.querySelectorAll("img[data-src]")) {
    const url = image.dataset.src;
    delete image.dataset.src;
    picture(url).then((address) => { image.src = address; });
  }
  const bubbles = root.matches?.(".bubble") ? [root] : root.querySelectorAll(".bubble");
  for (const bubble of bubbles) if ("offers" in bubble.dataset) offerPerson();
}

// An <img> cannot send the Authorization header: the picture is fetched and shown from memory
function picture(url) {
  if (!pictures.has(url)) {
    pictures.set(url, (async () => {
      const get = () => fetch(url, { headers: { Authorization: `Bearer ${identity.access}` } });
      let response = await get();
      if (response.status === 401 && await renewTokens(identity.access)) response = await get();
      return URL.createObjectURL(await response.blob());
    })());
  }
  return pictures.get(url);
}

function offerPerson() {
  const bar = main.querySelector("[data-connect-bar]");
  if (bar) bar.hidden = false;
}

function follow(ticket) {
  const open = async (lastEventId, signal) => {
    const ask = () => fetch(`/api/support/${ticket}/events`, { signal, headers: { Authorization: `Bearer ${identity.access}`, "Last-Event-ID": lastEventId } });
    const response = await ask();
    return response.status === 401 && await renewTokens(identity.access) ? ask() : response;
  };
  endStream = listen({
    open, lastEventId: String(conversation.lastSeq),
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
  if (data.sender === "agent" && !visible) setUnread(unread + 1);
  tellSeen();
}

// The ticket's state decides what stands above the box: fetch that part when it has changed
async function renewState(ticket) {
  const { dataset } = conversation.root;
  if (ticket.status === dataset.status && ticket.agentName === dataset.agent) return;
  const answer = await request(conversationUrl).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(answer.text, "text/html");
  Object.assign(dataset, fresh.querySelector("[data-conversation]").dataset);
  main.querySelector("[data-state-panel]").replaceWith(fresh.querySelector("[data-state-panel]"));
  showHead();
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
  if (unread) setUnread(0);
  conversation?.toEnd();
  conversation?.composer.text.focus({ preventScroll: true });
  tellSeen();
}

function showConnection(live) {
  const banner = document.querySelector("[data-offline]");
  const back = live && !banner.hidden;
  banner.hidden = live;
  if (back) { conversation.catchUp(); conversation.retry(); }
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
  refusal.hidden = true;
  const data = new FormData(form);
  const answer = await request(main.querySelector("[data-connect]").dataset.connect, { method: "POST", body: data }).catch(() => null);
  if (answer?.ok) return replace(answer.text);
  refusal.textContent = answer ? sentence(answer) : "We could not be reached. Please try again.";
  refusal.hidden = false;
}

document.addEventListener("click", (event) => {
  const find = (selector) => event.target.closest(selector);
  let found;
  if (find("[data-close-chat]")) tellHost("close");
  else if (find("[data-human]") || find("[data-connect]")) connect();
  else if (find("[data-contact-cancel]")) { main.querySelector("[data-contact]").hidden = true; offerPerson(); }
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
  const answer = await post(button.dataset.helped, { helped: button.value === "true" });
  if (!answer.ok) return;
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
document.addEventListener("visibilitychange", () => document.hidden || conversation?.catchUp().then(tellSeen));
addEventListener("online", () => showConnection(true));
addEventListener("offline", () => showConnection(false));

keepTimes();
tellHost("ready");
