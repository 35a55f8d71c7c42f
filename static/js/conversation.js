// One conversation on the screen, on either side of the desk: shows bubbles that the server
// rendered, sends what is written, and loses none of it. A message is in the outbox until the server
// has acknowledged it; its clientId makes a retry harmless.
import { Composer } from "./composer.js";
import { arrange, fold } from "./groups.js";
import { newId, sentence, wait } from "./net.js";
import { failedLine, heldElsewhere, pendingBubble } from "./outbox.js";
import { showTimes } from "./times.js";
import { _ } from "./words.js";

// The newest conversation of each outbox. One that is drawn again goes on with what the one before it is sending
const newest = new Map();

// A fast answer needs no typing indicator
const DOTS_AFTER = 300;
// The desk has looked at the files and does not take them
const ABOUT_FILES = [400, 413, 415];
// How often to look whether a tab that was sending files has gone
const LOOK_FOR_FILES = 5000;

// Whether this tab has the files of this message
export const holdsFiles = (id) => Array.from(newest.values()).some(({ files }) => files.has(id));

export class Conversation {
  // root: the element with data-conversation; request: see net.js, with the caller's credentials;
  // store: {get(key), set(key, value)}; onMoved: the server says that the message went elsewhere;
  // onBegun: the first words of a new conversation are on their way; onSeen: more of it has come into view, see `seenSeq`
  constructor(root, { request, store, onMoved = null, onBegun = null, onShown = null, onSeen = null }) {
    Object.assign(this, { root, request, store, onMoved, onBegun, onShown, onSeen, news: 0 });
    this.side = root.dataset.side;
    this.key = root.dataset.key || root.dataset.ticket;
    this.log = root.querySelector("[role=log]");
    this.typingLine = root.querySelector("[data-typing-line]");
    const before = newest.get(this.boxKey);
    for (const [key, each] of newest) if (!each.outbox.length && !each.composer.isHolding) newest.delete(key);
    newest.set(this.boxKey, this);
    this.files = before?.files ?? new Map();
    // Messages that this tab has had in its hands; others in the outbox are of other tabs
    this.handled = before?.handled ?? new Set();
    this.busy = Boolean(before?.busy);
    this.makeNews();
    this.composer = new Composer(root.querySelector("[data-composer]"), {
      draftKey: `draft:${this.key}`, store, onSend: (words) => this.send(words), onTyping: () => this.tellTyping(),
      onDraft: (text) => this.drafted(text),
    });
    this.outbox = [...(before?.outbox ?? []), ...this.unsent(this.stored().filter(({ id }) => !this.handled.has(id)))];
    this.outbox.forEach((message) => { delete message.failed; });
    if (before) this.composer.takeOver(before.composer);
    this.outbox.forEach((message) => this.showPending(message));
    this.log.addEventListener("click", (event) => this.clicked(event));
    this.prepare(this.log);
    fold(this.log);
    this.stayAtEnd();
    this.flush();
  }

  get newest() { return newest.get(this.boxKey) ?? this; }

  get boxKey() { return `outbox:${this.key}`; }

  // Which conversation is shown, where one page shows several
  get showing() { return this.root.dataset.showing || ""; }

  stored() {
    try { return JSON.parse(this.store.get(this.boxKey) || "[]"); } catch { return []; }
  }

  get lastSeq() {
    return Math.max(0, ...Array.from(this.log.querySelectorAll("[data-seq]"), (bubble) => Number(bubble.dataset.seq)));
  }

  // What was not acknowledged before a reload
  unsent(kept) {
    const rest = kept.filter((message) => !message.picture);
    rest.forEach((message) => this.handled.add(message.id));
    if (kept.length > rest.length) this.findLost();
    return rest;
  }

  // Pictures and files cannot be kept over a reload: their words go back into the box, once no other tab has them
  async findLost() {
    const waiting = () => this.stored().filter(({ id, picture }) => picture && !this.handled.has(id));
    const held = await heldElsewhere(waiting().map(({ id }) => id));
    if (this.newest !== this) return;
    const lost = waiting().filter(({ id }) => !held.has(id));
    for (const message of lost) {
      this.handled.add(message.id);
      if (this.log.querySelector(`[data-seq][data-client-id="${message.id}"]`)) continue;
      this.composer.fill([message.text, this.composer.text.value].filter(Boolean).join("\n"));
      this.composer.refuse(_("Your picture or file was not sent. Please attach it again."));
    }
    if (lost.length) this.save();
    if (waiting().length) setTimeout(() => this.findLost(), LOOK_FOR_FILES);
  }

  // Its customer has left: what is on its way is not shown, and nothing more is sent or kept
  end() {
    newest.delete(this.boxKey);
    this.outbox = [];
    this.files.clear();
    this.store = this.composer.store = { get: () => null, set() {} };
    Object.assign(this.composer, { pictures: [], documents: [], onSend() {}, onTyping: null });
    this.composer.text.value = "";
  }

  // --- Sending

  send(words) {
    // Drawn again while its pictures were made ready
    if (this.newest !== this) return this.newest.send(words);
    const { text, file, url, documents = [] } = words;
    const internal = this.root.querySelector("[name=internal]:checked")?.value || "";
    const message = { ...this.begunAs(text, internal), text, internal, to: this.showing, picture: Boolean(file || documents.length) };
    this.handled.add(message.id);
    if (message.picture) this.files.set(message.id, { file, url, documents });
    this.outbox.push(message);
    this.save();
    this.showPending(message);
    // These words begin a conversation, the next ones belong to it
    if (message.to === "home") this.onBegun?.();
    this.flush();
  }

  // The id under which a message is sent; the desk knows it before, see desk/drafts.js
  begunAs() { return { id: newId() }; }

  drafted() {}

  // One after the other, so that they arrive in the order in which they were written
  async flush() {
    if (this.busy) return;
    this.busy = true;
    for (let next; (next = this.newest.outbox.find((message) => !message.failed)); ) await this.newest.deliver(next);
    this.newest.busy = false;
  }

  async deliver(message) {
    const picture = this.files.get(message.id);
    const form = new FormData();
    form.set("message", message.text);
    form.set("clientId", message.id);
    form.set("internal", message.internal || "");
    if (this.side === "agent" && !message.internal) form.set("lastSeq", this.lastSeq);
    if (message.draft) form.set("draft", "1");
    if (message.to) form.set("conversation", message.to);
    if (picture?.file) form.set("image", picture.file);
    for (const each of picture?.documents ?? []) form.append("file", each);
    const onProgress = picture ? (share) => this.newest.showProgress(message, share) : null;
    const { thinks } = this.root.dataset;
    const dots = thinks && setTimeout(() => this.showTyping(thinks, true), DOTS_AFTER);
    let answer;
    try {
      answer = await this.request(this.root.dataset.post, { method: "POST", body: form, onProgress });
    } catch {
      return this.newest.fail(message, _("Not sent. You seem to be offline."));
    } finally {
      clearTimeout(dots);
      if (dots) this.showTyping(null);
    }
    await this.newest.delivered(message, answer);
  }

  async delivered(message, answer) {
    if (answer.ok && !answer.text.includes(`data-client-id="${message.id}"`)) {
      // Whatever came back, it was not this message: only its own bubble says that it arrived
      this.fail(message, _("Not sent. The answer was not from the desk."));
    } else if (answer.ok) {
      this.forget(message);
      const went = answer.header("X-Conversation");
      if (!went || went === this.showing) this.append(answer.text);
      else if (message.to === this.showing) this.onMoved?.(went, answer.text);
    } else if (answer.status === 429) {
      const line = Object.assign(document.createElement("p"), { className: "failed-line" });
      line.textContent = `${sentence(answer)} ${_("We'll send it automatically.")}`;
      this.pending(message.id)?.append(line);
      await wait(1000 * Math.min(30, Number(answer.header("Retry-After")) || 5));
      line.remove();
    } else if (answer.status === 401) {
      this.fail(message, _("Not sent. Your session has ended."), this.side === "agent");
    } else if (answer.status >= 500) {
      this.fail(message, sentence(answer) || _("Not sent. We could not be reached."));
    } else {
      this.giveBack(message, answer);
    }
  }

  // The server will not take it as it is: the words go back into the box, nothing is lost
  giveBack(message, answer) {
    // Refused for another reason than the files: they are attached again
    const { file, documents = [] } = ABOUT_FILES.includes(answer.status) ? {} : this.files.get(message.id) ?? {};
    this.forget(message);
    this.pending(message.id)?.remove();
    if (answer.text.includes("data-seq")) this.append(answer.text);
    const typedSince = this.composer.text.value;
    this.composer.fill(typedSince ? `${message.text}\n${typedSince}` : message.text);
    const missed = answer.status === 409 && _("The customer wrote again. Look first, then send.");
    if (file) this.composer.attach(file);
    for (const each of documents) this.composer.attachDocument(each);
    this.composer.refuse(sentence(answer) || missed || _("This was not sent."));
  }

  fail(message, reason, signedOut = false) {
    if (!this.outbox.includes(message)) return;
    message.failed = true;
    this.save();
    const bubble = this.pending(message.id);
    if (!bubble) return;
    bubble.dataset.failed = "";
    bubble.querySelector(".progress")?.remove();
    bubble.querySelector(".failed-line")?.remove();
    bubble.append(failedLine(message, reason, signedOut));
  }

  // The connection is back (or the person asks for it): everything that waits is sent
  retry() {
    for (const message of this.outbox) {
      delete message.failed;
      const bubble = this.pending(message.id);
      bubble?.removeAttribute("data-failed");
      bubble?.querySelector(".failed-line")?.remove();
    }
    this.flush();
  }

  forget(message) {
    this.outbox = this.outbox.filter((other) => other.id !== message.id);
    this.files.delete(message.id);
    this.save();
  }

  // Beside what other tabs have put there
  save() {
    const others = this.stored().filter((message) => !this.handled.has(message.id));
    const own = this.outbox.map(({ id, text, internal, to, picture, draft, failed }) => ({ id, text, internal, to, picture, draft, failed }));
    const all = [...others, ...own];
    this.store.set(this.boxKey, all.length ? JSON.stringify(all) : "");
  }

  // --- Showing

  pending(id) { return this.log.querySelector(`[data-pending][data-client-id="${id}"]`); }

  showPending(message) {
    if (this.pending(message.id) || !["home", this.showing].includes(message.to || "")) return;
    const bubble = pendingBubble(message, this.side, this.files.get(message.id));
    this.place(bubble);
    arrange(this.log);
    this.toEnd();
  }

  showProgress(message, share) {
    const bubble = this.pending(message.id);
    if (!bubble) return;
    const bar = bubble.querySelector("progress") || bubble.appendChild(document.createElement("progress"));
    bar.setAttribute("aria-label", _("Upload"));
    bar.value = share;
  }

  // Add bubbles from the server: a pending one is replaced, one that is there already is renewed
  append(html) {
    const atEnd = this.atEnd;
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const arrived = [];
    for (const bubble of parsed.querySelectorAll(".bubble[data-seq]")) {
      const there = this.log.querySelector(`[data-seq="${bubble.dataset.seq}"]`);
      const sent = bubble.dataset.clientId && this.pending(bubble.dataset.clientId);
      // It may come by the stream before (or without) the answer to its own request
      if (sent) this.forget({ id: bubble.dataset.clientId });
      if (there) {
        sent?.remove();
        there.replaceWith(bubble);
      } else {
        sent?.remove();
        this.place(bubble);
        bubble.classList.add("fresh");
        arrived.push(bubble);
      }
      this.prepare(bubble);
    }
    if (arrived.length) this.showTyping(null);
    arrange(this.log);
    fold(this.log);
    if (atEnd) this.toEnd();
    else this.showNews(this.news + arrived.filter((bubble) => bubble.dataset.sender !== this.side).length);
    return arrived;
  }

  // In the order of seq; what is not sent yet stays last
  place(bubble) {
    const seq = Number(bubble.dataset.seq || Infinity);
    const later = Array.from(this.log.querySelectorAll(".bubble[data-seq], .bubble[data-pending]"))
      .find((other) => Number(other.dataset.seq || Infinity) > seq);
    this.log.insertBefore(bubble, later || this.typingLine);
  }

  prepare(root) {
    arrange(this.log);
    showTimes(root.parentNode ?? root);
    this.onShown?.(root);
  }

  // --- What has come while the reader was further up

  makeNews() {
    const holder = Object.assign(document.createElement("div"), { className: "news-holder" });
    this.newsButton = Object.assign(document.createElement("button"), { type: "button", className: "news", hidden: true });
    this.newsButton.addEventListener("click", () => { this.toEnd(); this.log.focus({ preventScroll: true }); });
    holder.append(this.newsButton);
    this.log.after(holder);
  }

  showNews(number) {
    this.news = number;
    this.newsButton.hidden = !number;
    this.newsButton.textContent = `↓ ${_("%(count)s new", { count: number })}`;
  }

  // The newest message that has been in view: what is further down has not been read
  get seenSeq() {
    if (this.atEnd) return this.lastSeq;
    const bottom = this.log.getBoundingClientRect().bottom;
    const inView = Array.from(this.log.querySelectorAll(".bubble[data-seq]")).filter((bubble) => bubble.getBoundingClientRect().top < bottom - 20);
    return Math.max(0, ...inView.map((bubble) => Number(bubble.dataset.seq)));
  }

  scrolled() {
    if (this.atEnd) this.showNews(0);
    const seen = this.seenSeq;
    if (seen > (this.toldSeq ?? 0)) { this.toldSeq = seen; this.onSeen?.(seen); }
  }

  get atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120; }

  // A home on which nothing was said yet is read from its top
  toEnd() { this.log.scrollTop = this.log.querySelector("[data-seq], [data-pending]") ? this.log.scrollHeight : 0; }

  // The newest message stays in view while pictures load and the boxes below grow
  stayAtEnd() {
    // What is not answered yet is read from its beginning
    let staying = this.log.dataset.opens !== "top";
    const stay = () => staying && this.toEnd();
    this.log.addEventListener("scroll", () => {
      staying = this.atEnd;
      clearTimeout(this.scrollTimer);
      this.scrollTimer = setTimeout(() => this.scrolled(), 150);
    }, { passive: true });
    this.log.addEventListener("load", stay, true);
    if (self.ResizeObserver) new ResizeObserver(stay).observe(this.log);
    stay();
  }

  // Everything after what is on the screen: after a call of the stream, a reconnect, a return to the tab
  async catchUp() {
    const answer = await this.request(`${this.root.dataset.messages}?after=${this.lastSeq}`).catch(() => null);
    return answer?.ok ? this.append(answer.text) : [];
  }

  async showOlder(button) {
    const answer = await this.request(`${this.root.dataset.messages}?before=${button.dataset.older}`).catch(() => null);
    if (!answer?.ok) return;
    const fromEnd = this.log.scrollHeight - this.log.scrollTop;
    const parsed = new DOMParser().parseFromString(answer.text, "text/html");
    button.replaceWith(...parsed.body.childNodes);
    this.prepare(this.log);
    fold(this.log);
    this.log.scrollTop = this.log.scrollHeight - fromEnd;
  }

  showRead(upTo) {
    for (const tick of this.log.querySelectorAll('.tick[data-state="sent"]')) {
      if (Number(tick.closest("[data-seq]").dataset.seq) > upTo) continue;
      tick.dataset.state = "read";
      tick.querySelector(".sr").textContent = _("Read");
    }
  }

  showTyping(name, lasting = false) {
    clearTimeout(this.typingTimer);
    this.typingLine.hidden = !name;
    if (!name) return this.typingLine.replaceChildren();
    const dots = document.createElement("i");
    dots.append(document.createElement("b"));
    this.typingLine.replaceChildren(dots, ` ${_("%(name)s is typing", { name })}`);
    if (this.atEnd) this.toEnd();
    if (!lasting) this.typingTimer = setTimeout(() => this.showTyping(null), 6000);
  }

  tellTyping() {
    const noting = this.root.querySelector("[name=internal]:checked")?.value;
    if (this.root.dataset.typing && !noting) this.request(this.root.dataset.typing, { method: "POST" }).catch(() => {});
  }

  clicked(event) {
    const again = event.target.closest("[data-again]");
    const older = event.target.closest("[data-older]");
    if (again) this.retry();
    if (older) this.showOlder(older);
  }
}
