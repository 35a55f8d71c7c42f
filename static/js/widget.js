// The frame: Villy's side of the widget, the conversation with Customer Care, and the home between them.
import { Conversation, holdsFiles } from "./conversation.js";
import { listen } from "./events.js";
import { alertCustomer, showSwitches, toggleSwitch } from "./alerts.js";
import { showNewestChips } from "./groups.js";
import { closeMenu, moveInMenu, openMenu, showHead } from "./head.js";
import { forgetHere, hostRoom, keptHere, on, ownedBy, store, stored, tellHost } from "./host.js";
import { begin, fetchAs, identity, onChange, onLeft, request as asPerson, signIn, signOut, who } from "./identity.js";
import { openPicture } from "./lightbox.js";
import { download, offerToPlay, picture } from "./media.js";
import { plainRequest, sentence } from "./net.js";
import { shareFiles } from "./outbox.js";
import { choosePhoto, chooseStar, showEarlier, tickPhotos } from "./taps.js";
import { keepTimes, showTimes } from "./times.js";
import { _, renewWords } from "./words.js";

const { conversationUrl } = document.body.dataset;
const main = document.getElementById("conversation");
// What one sees whom the desk does not know yet
const unknown = main.querySelector("[data-conversation]").cloneNode(true);
// Whose conversation is on the screen
let shownTo = null;
let visible = true;
let conversation = null;
let endStream = null;
let unread = 0;
let drawn = 0;
// The page of the shop that the chat is open on
let writesFrom = "";

const { colour, onColour } = document.body.dataset;
if (colour) document.documentElement.style.setProperty("--brand", colour);
if (onColour) document.documentElement.style.setProperty("--on-brand", onColour);

ownedBy(who);
onChange((isFirst) => {
  if (isFirst) shownTo = who();
  // The same person with newer tokens is no reason to draw anything again
  else if (shownTo !== who()) load();
  else if (stored.unread !== undefined) unread = stored.unread ?? 0;
});
onLeft(() => {
  endStream?.();
  conversation?.end();
  drawn += 1;
  shownTo = null;
  setUnread(0);
  main.replaceChildren(unknown.cloneNode(true));
  if (conversation) start();
});
on("hello", hello);
on("visible", ({ open, page }) => { writesFrom = page; show(open); });
on("identify", ({ token }) => signIn(token));
on("logout", signOut);

async function hello({ stored: kept, open, page }) {
  writesFrom = page;
  Object.assign(stored, kept, keptHere(who(kept.identity), Object.keys(kept).length > 0));
  begin(kept.identity);
  visible = open;
  unread = kept.unread ?? 0;
  showSwitches(store);
  if (identity) await load();
  else start();
}

// Every request names the conversation that it is about
function request(url, options = {}) {
  const key = conversation?.showing ?? "";
  if (options.body instanceof FormData) {
    if (!options.body.has("conversation")) options.body.set("conversation", key);
  } else if (options.method !== "POST" && url.startsWith(conversation?.root.dataset.messages ?? "-")) {
    url += `&conversation=${key}`;
  } else if (options.method === "POST" && !options.body) {
    options.body = new URLSearchParams({ conversation: key });
    return asPerson(url, options);
  }
  return asPerson(url, options);
}

// --- The conversation

// key: a ticket's id, "chat" or "home"; without one, what the desk holds for the current one
async function load(key = "") {
  const turn = ++drawn;
  const person = who();
  endStream?.();
  const get = person ? asPerson(`${conversationUrl}?conversation=${key}&${shownLanguage()}`) : plainRequest(location.href);
  const answer = await get.catch(() => null);
  if (turn !== drawn) return;
  if (person !== who()) return load();
  // A conversation that is not this person's, or not any more
  if (answer?.status === 404 && key) return load();
  if (answer?.ok) shownTo = person;
  else {
    if (!conversation) start();
    showConnection(false);
    setTimeout(() => turn === drawn && load(key), 3000);
    return;
  }
  const typed = main.querySelector("[data-text]").value;
  if (typed && !conversation) store.set("draft:conversation", typed);
  const contact = main.querySelector("[data-contact]:not([hidden])");
  const filledIn = contact && new FormData(contact);
  adopt(answer.text);
  start();
  // They have asked for a person. An identity that came meanwhile may say how to reach them; otherwise their form goes on
  if (filledIn && main.querySelector("[data-connect]")) {
    connect();
    const form = main.querySelector("[data-contact]:not([hidden])");
    if (form) filledIn.forEach((value, name) => { form.elements[name].value = value; });
  }
  showConnection(true);
}

const shownLanguage = () => `shown=${document.documentElement.lang}`;

// A conversation in another language than the frame around it brings the frame's head and words along
function adopt(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const shown = fresh.querySelector("[data-conversation]");
  for (const part of fresh.querySelectorAll(".widget-head, [data-offline]")) {
    const here = document.querySelector(part.matches("[data-offline]") ? "[data-offline]" : ".widget-head");
    part.hidden = here.hidden;
    here.replaceWith(part);
  }
  if (shown.lang !== document.documentElement.lang) {
    Object.assign(document.documentElement, { lang: shown.lang, dir: shown.dir });
    renewWords(fresh);
    showSwitches(store);
  }
  main.replaceChildren(shown);
}

function replace(html) {
  drawn += 1;
  endStream?.();
  adopt(html);
  shownTo = who();
  start();
}

function start() {
  const root = main.querySelector("[data-conversation]");
  if (conversation?.root !== root) {
    conversation = new Conversation(root, { request, store, onMoved: load, onBegun: begun, onShown: prepare, onSeen: tellSeen });
  }
  showTimes();
  closeMenu();
  showHead(root);
  const { ticket, badge } = root.dataset;
  if (badge) store.set("badge", badge);
  endStream = null;
  if (ticket) follow(ticket);
  else tellHost("following", { value: false });
  if (visible) conversation.composer.text.focus({ preventScroll: true });
  tellSeen();
}

// The first words to Villy: the home makes room for the chat that they begin
function begun() {
  conversation.root.dataset.showing = "chat";
  main.querySelector("[data-home]")?.remove();
  showHead(conversation.root);
}

function prepare(root) {
  for (const image of root.querySelectorAll("img[data-src]")) {
    const url = image.dataset.src;
    delete image.dataset.src;
    picture(url).then((address) => { image.src = address; }, () => { image.dataset.src = url; });
  }
  for (const link of root.querySelectorAll("a[data-download]")) link.addEventListener("click", download);
  for (const player of root.querySelectorAll("audio[data-src]")) offerToPlay(player);
  const bubbles = root.matches?.(".bubble") ? [root] : root.querySelectorAll(".bubble");
  for (const bubble of bubbles) if ("offers" in bubble.dataset) offerPerson();
  tickPhotos(main);
}

function offerPerson() {
  const bar = main.querySelector("[data-connect-bar]");
  if (bar && main.querySelector("[data-contact]")?.hidden !== false) bar.hidden = false;
}

// --- What happens meanwhile

function follow(ticket) {
  const room = hostRoom(`stream:${ticket}`);
  const end = listen({
    url: `/api/support/${ticket}/events`,
    get: fetchAs,
    room,
    rests: true,
    lastEventId: String(conversation.lastSeq),
    onState: (state) => showConnection(state === "live"),
    onEvent: ({ event, data }) => heard(event, JSON.parse(data)),
    onGone: () => load(),
  });
  endStream = () => { end(); room.close(); };
  tellHost("following", { value: true });
}

async function heard(event, data) {
  if (event === "typing") conversation.showTyping(data.name);
  if (event === "read") conversation.showRead(data.agents);
  if (event === "ticket") heardTicket(data);
  if (event !== "message" || data.seq <= conversation.lastSeq) return;
  if (data.sender === "agent" && !looking()) alertCustomer(data, store);
  await conversation.catchUp();
  tellSeen();
}

function heardTicket(ticket) {
  tellHost("ticket", { value: ticket });
  // The desk counts for all tabs and browsers; what is on the screen here is about to be told as read
  if (!looking()) setUnread(ticket.unreadCount);
  renewState(ticket);
}

// The ticket's state decides what stands above the box: fetch that part when it has changed
async function renewState(ticket) {
  const { root } = conversation;
  const { dataset } = root;
  const calling = ticket.callbackRequested && !ticket.callbackCompleted ? "yes" : "no";
  if (ticket.status === dataset.status && ticket.agentName === dataset.agent && calling === dataset.calling) return;
  const answer = await asPerson(`${conversationUrl}?conversation=${dataset.ticket}`).catch(() => null);
  // Another conversation may be on the screen by now
  if (!answer?.ok || conversation.root !== root) return;
  const fresh = new DOMParser().parseFromString(answer.text, "text/html");
  Object.assign(dataset, fresh.querySelector("[data-conversation]").dataset);
  showHead(conversation.root);
  if (dataset.status === "closed") store.set("badge", null);
  const panel = main.querySelector("[data-state-panel]");
  const news = fresh.querySelector("[data-state-panel]");
  // A phone number that is half typed stays, as long as it can still be sent
  if (panel.querySelector("[data-callback]:not([hidden])") && news.querySelector("[data-callback]")) return;
  panel.replaceWith(news);
  tickPhotos(main);
}

const looking = () => visible && !document.hidden;

let told = "";
function tellSeen() {
  if (!looking() || !identity || !conversation?.root.dataset.ticket) return;
  const { ticket, seen } = conversation.root.dataset;
  const seq = conversation.seenSeq;
  const now = `${ticket}:${seq}:${unread}`;
  if (!seq || told === now) return;
  told = now;
  const form = new FormData();
  form.set("seq", seq);
  if (unread && conversation.atEnd) setUnread(0);
  request(seen, { method: "POST", body: form }).catch(() => { told = ""; });
}

function setUnread(number) {
  unread = number;
  stored.unread = number;
  tellHost("unread", { value: number });
}

function show(open) {
  visible = open;
  if (!open) return closeMenu();
  conversation?.toEnd();
  conversation?.composer.text.focus({ preventScroll: true });
  tellSeen();
}

function showConnection(live) {
  const banner = document.querySelector("[data-offline]");
  const back = live && !banner.hidden;
  banner.hidden = live;
  if (back) { conversation?.catchUp(); conversation?.retry(); }
}

// --- What can be tapped

async function act(url, data, refuse = (said) => conversation.composer.refuse(said)) {
  const form = new FormData();
  for (const [name, value] of Object.entries(data)) form.set(name, value);
  const answer = await request(`${url}?${shownLanguage()}`, { method: "POST", body: form }).catch(() => null);
  if (answer?.ok) replace(answer.text);
  else refuse(answer ? sentence(answer) : _("We could not be reached. Please try again."));
  return answer;
}

function connect() {
  const bar = main.querySelector("[data-connect]");
  if (bar.dataset.reachable === "yes") return act(bar.dataset.connect, { page: writesFrom || "" });
  const form = main.querySelector("[data-contact]");
  form.hidden = false;
  main.querySelector("[data-connect-bar]").hidden = true;
  (form.elements.name.value ? form.elements.contact : form.elements.name).focus();
}

// Send a form, and say in it why that did not work
async function sendForm(form, url) {
  const refusal = form.querySelector("[role=alert]");
  const button = form.querySelector(".primary");
  if (refusal) refusal.hidden = true;
  button.disabled = true;
  await act(url, { page: writesFrom || "", ...Object.fromEntries(new FormData(form)) }, (said) => {
    if (!refusal) return conversation.composer.refuse(said);
    refusal.textContent = said;
    refusal.hidden = false;
  });
  button.disabled = false;
}

function showCallback() {
  const form = main.querySelector("[data-callback]");
  if (!form) return;
  form.hidden = false;
  form.elements.phone.focus();
}

const TAPPED = {
  "[data-close-chat]": () => tellHost("close"),
  "[data-back]": () => load("home"),
  "[data-go]": (card) => load(card.dataset.go),
  "[data-earlier]": (button) => showEarlier(button, main, shownLanguage(), (said) => conversation.composer.refuse(said)),
  "[data-human], [data-connect]": connect,
  "[data-more]": openMenu,
  "[data-switch]": (item) => toggleSwitch(item, store),
  "[data-show-callback]": () => { closeMenu(); showCallback(); },
  "[data-send-copy]": () => { closeMenu(); sendTranscript(); },
  "[data-whatsapp]": () => { closeMenu(); continueOnWhatsapp(); },
  "[data-end-chat]": () => { closeMenu(); act(conversation.root.dataset.end, {}); },
  "[data-contact-cancel]": () => { main.querySelector("[data-contact]").hidden = true; offerPerson(); main.querySelector("[data-connect]").focus(); },
  "[data-callback-cancel]": () => { main.querySelector("[data-callback]").hidden = true; conversation.composer.text.focus(); },
  "[data-say]": (chip) => conversation.send({ text: chip.dataset.say, file: null }),
  "[data-helped]": answerHelped,
  "[data-star]": chooseStar,
  "[data-photo-of]": (button) => choosePhoto(button, conversation.composer),
  "[data-post-state]": (button) => act(button.dataset.postState, { [button.dataset.field]: button.value }),
  "[data-full]": (link, event) => {
    event.preventDefault();
    openPicture(link.getAttribute("href"), { source: picture, alt: link.querySelector("img").alt });
  },
};
document.addEventListener("click", (event) => {
  for (const [selector, tapped] of Object.entries(TAPPED)) {
    const found = event.target.closest(selector);
    if (found) return tapped(found, event);
  }
  closeMenu();
});

async function sendTranscript() {
  const { transcript } = conversation.root.dataset;
  const answer = await request(transcript, { method: "POST" }).catch(() => null);
  if (answer?.ok) conversation.composer.tell(answer.text);
  else conversation.composer.refuse(answer ? sentence(answer) : _("We could not be reached. Please try again."));
}

// Browsers open a tab at the tap only, so it is there before its address is
async function continueOnWhatsapp() {
  const tab = window.open("", "_blank");
  if (tab) tab.opener = null;
  const answer = await request(conversation.root.dataset.whatsappUrl, { method: "POST" }).catch(() => null);
  if (answer?.ok) return tab ? tab.location.replace(answer.text) : window.open(answer.text, "_blank", "noopener");
  tab?.close();
  conversation.composer.refuse(answer ? sentence(answer) : _("We could not be reached. Please try again."));
}

async function answerHelped(button) {
  const form = new FormData();
  form.set("helped", button.value);
  const answer = await request(button.dataset.helped, { method: "POST", body: form }).catch(() => null);
  if (!answer?.ok) return;
  button.closest(".helped").textContent = button.value === "true" ? _("Thanks, good to know.") : _("Sorry about that. A person can help you.");
  if (button.value !== "true") offerPerson();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-contact], [data-callback], [data-rating]")) return;
  event.preventDefault();
  if (form.matches("[data-contact]")) sendForm(form, main.querySelector("[data-connect]").dataset.connect);
  if (form.matches("[data-callback]")) sendForm(form, form.dataset.callback);
  if (form.matches("[data-rating]")) act(form.dataset.rating, { rating: form.dataset.chosen, comment: form.elements.comment.value });
});

showNewestChips(main);
shareFiles(hostRoom("files"), holdsFiles);

document.addEventListener("keydown", (event) => {
  if (moveInMenu(event)) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) tellHost("close");
});
document.addEventListener("visibilitychange", () => document.hidden || conversation?.catchUp().then(tellSeen));
addEventListener("online", () => showConnection(true));
addEventListener("offline", () => showConnection(false));

keepTimes();
tellHost("ready");
