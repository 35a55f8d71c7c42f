// The agents' desk. The pages work without this file; it makes them live.
import { Conversation } from "./conversation.js";
import { listen } from "./events.js";
import { openPicture } from "./lightbox.js";
import { request as plainRequest } from "./net.js";
import { roomOf } from "./tabs.js";
import { keepTimes, showTimes } from "./times.js";

const { htmx } = window;
const body = document.body;
const headers = JSON.parse(body.getAttribute("hx-headers"));
const request = (url, options = {}) => plainRequest(url, { ...options, headers: { ...headers, ...options.headers } });
const list = () => document.getElementById("tickets");
const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* full or forbidden: the page still works */ } },
};
let conversation = null;
let seenTimer = null;

// --- The open ticket

function openTicket() {
  const root = document.querySelector("[data-conversation]");
  body.dataset.ticketOpen = root ? "yes" : "no";
  for (const link of document.querySelectorAll(".row-link")) {
    const current = root && link.closest("[data-ticket]").dataset.ticket === root.dataset.ticket;
    current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
  if (!root) {
    conversation = null;
    title = "Tickets · Support desk";
    return showTitle();
  }
  if (conversation?.root === root) return;
  conversation = new Conversation(root, { request, store, onSeen: tellSeen });
  for (const radio of root.querySelectorAll("[name=internal]")) radio.addEventListener("change", showMode);
  showMode();
  showStatus();
  title = `${root.querySelector("h1").textContent} · Support desk`;
  unseen.delete(root.dataset.ticket);
  showTitle();
  tellSeen();
}

function showMode() {
  const noting = document.querySelector("[name=internal]:checked")?.value === "1";
  document.querySelector("[data-composer]").toggleAttribute("data-noting", noting);
  const text = document.querySelector("[data-composer] [data-text]");
  text.placeholder = noting ? "Only your team sees this note..." : "Type your reply...";
}

// What is on the screen of a visible tab has been read; and the others see who is here
async function tellSeen() {
  clearTimeout(seenTimer);
  seenTimer = setTimeout(tellSeen, 25_000);
  if (!conversation || document.hidden) return;
  const open = conversation;
  const form = new FormData();
  form.set("seq", open.seenSeq);
  const answer = await request(open.root.dataset.seen, { method: "POST", body: form }).catch(() => null);
  if (answer?.ok && open === conversation) {
    document.getElementById("viewers").innerHTML = answer.text;
    list()?.querySelector(`[data-ticket="${open.root.dataset.ticket}"] .unread`)?.remove();
  }
}

function tellLeaving(root) {
  const form = new FormData();
  form.set("leaving", "1");
  form.set("csrfmiddlewaretoken", headers["X-CSRFToken"]);
  navigator.sendBeacon(root.dataset.seen, form);
}

async function renewHeader() {
  const open = conversation;
  if (!open) return;
  const answer = await request(open.root.dataset.header).catch(() => null);
  if (!answer?.ok || open !== conversation) return;
  const fresh = new DOMParser().parseFromString(answer.text, "text/html").getElementById("ticket-head");
  open.showRead(Number(fresh.dataset.readByRequester));
  const head = document.getElementById("ticket-head");
  // What was pressed there brings a header of its own, and says what happened on the one that it left
  if (head.querySelector(".htmx-request")) return setTimeout(renewHeader, 200);
  // An agent who is choosing in a box of the header must not lose it under the hand
  if (head.querySelector("select:focus, dialog[open]")) {
    head.addEventListener("focusout", renewHeaderNext, { once: true });
    return;
  }
  const focused = head.contains(document.activeElement) && document.activeElement;
  fresh.querySelector("#viewers").replaceWith(document.getElementById("viewers"));
  document.getElementById("outcome").replaceWith(fresh.ownerDocument.getElementById("outcome"));
  head.replaceWith(fresh);
  htmx.process(fresh);
  showTimes(fresh);
  showStatus();
  if (focused) focusAgain(fresh, focused);
}

// What follows from the header: where "Back" leads, and whether there is still a customer to reply to
function showStatus() {
  const head = document.getElementById("ticket-head");
  if (!head) return;
  const { query } = list().dataset;
  head.querySelector(".back").href = `/support/${query && `?${query}`}`;
  const [reply, note] = document.querySelectorAll("[name=internal]");
  const over = head.dataset.status === "closed";
  if (reply.disabled === over) return;
  reply.disabled = over;
  (over ? note : reply).checked = true;
  showMode();
}

function renewHeaderNext() { setTimeout(renewHeader); }

// A control that was renewed keeps the focus; one that is gone leaves it to the ticket's name
function focusAgain(head, before) {
  const name = (control) => control.getAttribute("aria-label") || control.textContent.trim();
  const same = Array.from(head.querySelectorAll("a, button, select")).find((control) => name(control) === name(before));
  (same || head.querySelector("h1")).focus({ preventScroll: true });
}

// --- The list

// Ask for the ticket's row as it is now, in the list that is shown: it moves to its place, or goes
async function renewRow(ticketId, isNew) {
  const rows = list();
  if (!rows) return;
  const answer = await request(`/support/${ticketId}/row?${rows.dataset.query}`).catch(() => null);
  if (!answer?.ok) return;
  // Another filter was chosen meanwhile
  if (rows !== list()) return renewRow(ticketId, isNew);
  const parsed = new DOMParser().parseFromString(answer.text, "text/html").querySelector(".row");
  const old = document.getElementById(`ticket-${ticketId}`);
  const focused = old?.contains(document.activeElement);
  const rest = rows.querySelector(".next-page");
  const place = parsed && (placeFor(parsed, old, rows) || rest);
  // Behind what is loaded so far: it comes with the next page
  const comesLater = parsed && !old && rest && place === rest;
  if (parsed && !comesLater) {
    rows.querySelector(".empty")?.remove();
    rows.dataset.query.includes("waiting") && old ? old.before(parsed) : rows.insertBefore(parsed, place);
    htmx.process(parsed);
    showTimes(parsed);
    if (!old) {
      parsed.classList.add("fresh");
      // One from a page that is not loaded yet has been counted
      if (isNew || !rest) addToTotal(1);
    }
    if (conversation?.root.dataset.ticket === ticketId) parsed.querySelector(".row-link").setAttribute("aria-current", "true");
    if (focused) parsed.querySelector(".row-link").focus();
  }
  old?.remove();
  if (old && !parsed) addToTotal(-1);
  if (!rows.querySelector(".row")) htmx.trigger(".list-tools", "submit");
}

// The newest first; a ticket that was only read stays where it is
function placeFor(row, old, rows) {
  const at = (other) => other.querySelector("time").dateTime;
  const others = Array.from(rows.querySelectorAll(".row")).filter((other) => other !== old);
  return others.find((other) => at(other) <= at(row));
}

function addToTotal(change) {
  const total = document.getElementById("total");
  const number = Number(total.textContent.replace(/\D/g, "")) + change;
  if (total.textContent.includes("+")) return;
  const text = `Total: ${number.toLocaleString("en")} ticket${number === 1 ? "" : "s"}`;
  total.textContent = text;
  total.setAttribute("aria-label", text);
}

// --- News

const waiting = new Map();
const unseen = new Set();
let title = document.title;

function showTitle() { document.title = unseen.size ? `(${unseen.size}) ${title}` : title; }

function notice(ticketId, event) {
  const news = waiting.get(ticketId) || { renew: setTimeout(() => renew(ticketId), 30) };
  waiting.set(ticketId, news);
  if (event) Object.assign(news, event);
}

async function renew(ticketId) {
  const news = waiting.get(ticketId);
  waiting.delete(ticketId);
  const open = conversation?.root.dataset.ticket === ticketId;
  if (open) {
    const arrived = await conversation.catchUp();
    if (arrived.length) tellSeen();
    renewHeader();
  }
  renewRow(ticketId, news.isNew);
  if (news.fromCustomer && (document.hidden || !open)) {
    unseen.add(ticketId);
    showTitle();
    chime();
  }
}

function follow() {
  listen({
    // Without a place: from now on. All tabs of this agent's browser share one stream
    url: body.dataset.events,
    get: (url, options) => fetch(url, { ...options, headers: { "X-Requested-With": "fetch", ...options.headers } }),
    room: roomOf(`inbox:${body.dataset.me}`),
    onState: (state) => showLive(state, state === "live" ? "Live" : "Connection lost. Reconnecting…"),
    onEvent: ({ event, data }) => HEARD[event]?.(JSON.parse(data)),
    // Not an agent any more
    onGone: () => location.reload(),
  });
}

const HEARD = {
  message(message) {
    const news = message.sender === "customer" && { fromCustomer: true };
    notice(message.ticketId, message.seq === 1 ? { ...news, isNew: true } : news);
  },
  ticket: (ticket) => notice(ticket.id),
  typing(typing) {
    const mine = typing.by === "agent" && typing.name === body.dataset.me;
    if (conversation?.root.dataset.ticket === typing.ticketId && !mine) conversation.showTyping(typing.name);
  },
  presence(presence) {
    if (conversation?.root.dataset.ticket === presence.ticketId && presence.name !== body.dataset.me) tellSeen();
  },
};

let liveNow = null;

function showLive(state, text) {
  if (liveNow?.state === "lost" && state === "live") {
    // What happened meanwhile comes with the stream; what could not be sent goes out now
    conversation?.catchUp();
    conversation?.retry();
  }
  liveNow = { state, text };
  body.dataset.live = state;
  const live = document.getElementById("live");
  live.dataset.state = state;
  live.querySelector(".live-text").textContent = text;
}

// A soft two-note chime; browsers allow sound once the agent has touched the page
let audio = null;
async function chime() {
  if (!navigator.userActivation?.hasBeenActive) return;
  try {
    audio ??= new AudioContext();
    await audio.resume();
    [660, 880].forEach((pitch, note) => {
      const tone = new OscillatorNode(audio, { frequency: pitch });
      const volume = new GainNode(audio, { gain: 0 });
      const at = audio.currentTime + 0.12 * note;
      volume.gain.linearRampToValueAtTime(0.06, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    });
  } catch { /* no sound device */ }
}

function toast(text, kind) {
  const bubble = Object.assign(document.createElement("p"), { className: "toast", textContent: text });
  bubble.dataset.kind = kind;
  document.getElementById("toasts").append(bubble);
  setTimeout(() => bubble.remove(), kind === "error" ? 7000 : 3500);
}

// --- Keys

function step(by) {
  const links = Array.from(document.querySelectorAll(".row-link"));
  const at = links.findIndex((link) => link.getAttribute("aria-current") === "true");
  const link = links[at < 0 ? 0 : at + by];
  link?.click();
  link?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => document.getElementById("q").focus(),
  r: () => write(""),
  n: () => write("1"),
  "?": () => document.getElementById("keys").showModal(),
};

function write(internal) {
  const mode = document.querySelector(`[name=internal][value="${internal}"]:not(:disabled)`);
  if (!mode) return;
  mode.checked = true;
  showMode();
  conversation.composer.text.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (event.key === "Escape" && typing?.id === "q") typing.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

document.addEventListener("click", (event) => {
  const show = event.target.closest("[data-show]");
  if (show) document.getElementById(show.dataset.show)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  const picture = event.target.closest("[data-full]");
  if (picture && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    openPicture(picture.href, { alt: picture.querySelector("img").alt });
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".ticket-fields [name=status]") && event.target.value === "resolved") {
    // Resolving wants a word to the customer
    event.stopPropagation();
    event.target.form.reset();
    document.getElementById("resolve").showModal();
  }
}, true);

let acting = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  acting = detail.target?.contains(document.activeElement) ? document.activeElement : null;
  if (detail.target?.id === "pane" && conversation) tellLeaving(conversation.root);
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id === "pane") document.getElementById("pane").focus({ preventScroll: true });
  openTicket();
  showTimes();
  const head = document.getElementById("ticket-head");
  showStatus();
  if (detail.target?.id === "ticket-head" && head) {
    if (acting && document.activeElement === body) focusAgain(head, acting);
    tellSeen();
  }
});
document.addEventListener("htmx:historyRestore", () => {
  if (conversation) tellLeaving(conversation.root);
  openTicket();
  showTimes();
  if (liveNow) showLive(liveNow.state, liveNow.text);
});
document.addEventListener("toast", ({ detail }) => detail.text && toast(detail.text, detail.kind));
document.addEventListener("htmx:sendError", () => toast("We could not be reached. Please try again.", "error"));
document.addEventListener("htmx:responseError", () => toast("That did not work. Please try again.", "error"));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen.clear();
  showTitle();
  conversation?.catchUp().then(tellSeen);
});
addEventListener("online", () => conversation?.retry());
addEventListener("pagehide", () => conversation && tellLeaving(conversation.root));

keepTimes();
openTicket();
follow();
