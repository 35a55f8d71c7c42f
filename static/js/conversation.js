// One conversation on the screen, on either side of the desk: shows bubbles that the server
// rendered, sends what is written, and loses none of it. A message is in the outbox until the server
// has acknowledged it; its clientId makes a retry harmless.
import { Composer } from "./composer.js";
import { newId, sentence, wait } from "./net.js";
import { showTimes } from "./times.js";

export class Conversation {
  // root: the element with data-conversation; request: see net.js, with the caller's credentials;
  // store: {get(key), set(key, value)}; onMoved: the server says that the conversation went elsewhere
  constructor(root, { request, store, onMoved = null, onShown = null }) {
    Object.assign(this, { root, request, store, onMoved, onShown, busy: false });
    this.side = root.dataset.side;
    this.key = root.dataset.key || root.dataset.ticket;
    this.log = root.querySelector("[role=log]");
    this.typingLine = root.querySelector("[data-typing-line]");
    this.files = new Map();
    this.composer = new Composer(root.querySelector("[data-composer]"), {
      draftKey: `draft:${this.key}`, store, onSend: (words) => this.send(words), onTyping: () => this.tellTyping(),
    });
    this.outbox = this.unsent(JSON.parse(store.get(this.boxKey) || "[]"));
    this.outbox.forEach((message) => this.showPending(message));
    this.log.addEventListener("click", (event) => this.clicked(event));
    this.prepare(this.log);
    this.stayAtEnd();
    this.flush();
  }

  get boxKey() { return `outbox:${this.key}`; }

  get lastSeq() {
    return Math.max(0, ...Array.from(this.log.querySelectorAll("[data-seq]"), (bubble) => Number(bubble.dataset.seq)));
  }

  // What was not acknowledged before a reload. Pictures cannot be kept: their words go back into the box
  unsent(kept) {
    const arrived = (message) => this.log.querySelector(`[data-seq][data-client-id="${message.id}"]`);
    const lost = kept.filter((message) => message.picture && !arrived(message));
    for (const message of lost) {
      this.composer.fill([message.text, this.composer.text.value].filter(Boolean).join("\n"));
      this.composer.refuse("Your picture was not sent. Please attach it again.");
    }
    const rest = kept.filter((message) => !message.picture);
    if (kept.length > rest.length) this.store.set(this.boxKey, JSON.stringify(rest));
    return rest;
  }

  // --- Sending

  send({ text, file, url }) {
    const internal = this.root.querySelector("[name=internal]:checked")?.value || "";
    const message = { id: newId(), text, internal, picture: Boolean(file) };
    if (file) this.files.set(message.id, { file, url });
    this.outbox.push(message);
    this.save();
    this.showPending(message);
    this.flush();
  }

  // One after the other, so that they arrive in the order in which they were written
  async flush() {
    if (this.busy) return;
    this.busy = true;
    for (let next; (next = this.outbox.find((message) => !message.failed)); ) await this.deliver(next);
    this.busy = false;
  }

  async deliver(message) {
    const bubble = this.pending(message.id);
    const picture = this.files.get(message.id);
    const form = new FormData();
    form.set("message", message.text);
    form.set("clientId", message.id);
    form.set("internal", message.internal || "");
    if (this.side === "agent" && !message.internal) form.set("lastSeq", this.lastSeq);
    if (picture) form.set("image", picture.file);
    const onProgress = picture ? (share) => this.showProgress(bubble, share) : null;
    let answer;
    try {
      answer = await this.request(this.root.dataset.post, { method: "POST", body: form, onProgress });
    } catch {
      return this.fail(message, "Not sent. You seem to be offline.");
    }
    if (answer.ok) {
      this.forget(message);
      this.append(answer.text);
      if (answer.header("X-Conversation-Moved")) this.onMoved?.();
    } else if (answer.status === 429) {
      const line = Object.assign(document.createElement("p"), { className: "failed-line" });
      line.textContent = `${sentence(answer)} It is sent by itself then.`;
      bubble?.append(line);
      await wait(1000 * Math.min(30, Number(answer.header("Retry-After")) || 5));
      line.remove();
    } else if (answer.status >= 500 || answer.status === 401) {
      this.fail(message, sentence(answer) || "Not sent. We could not be reached.");
    } else {
      this.giveBack(message, answer);
    }
  }

  // The server will not take it as it is: the words go back into the box, nothing is lost
  giveBack(message, answer) {
    this.forget(message);
    this.pending(message.id)?.remove();
    if (answer.text.includes("data-seq")) this.append(answer.text);
    const typedSince = this.composer.text.value;
    this.composer.fill(typedSince ? `${message.text}\n${typedSince}` : message.text);
    const missed = answer.status === 409 && "The customer wrote again. Look first, then send.";
    this.composer.refuse(sentence(answer) || missed || "This was not sent.");
  }

  fail(message, reason) {
    if (!this.outbox.includes(message)) return;
    message.failed = true;
    const bubble = this.pending(message.id);
    bubble.dataset.failed = "";
    bubble.querySelector(".progress")?.remove();
    const line = Object.assign(document.createElement("p"), { className: "failed-line", textContent: `${reason} ` });
    const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Try again" });
    again.dataset.again = message.id;
    line.append(again);
    bubble.querySelector(".failed-line")?.remove();
    bubble.append(line);
    this.save();
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

  save() { this.store.set(this.boxKey, JSON.stringify(this.outbox.map(({ id, text, internal, picture }) => ({ id, text, internal, picture })))); }

  // --- Showing

  pending(id) { return this.log.querySelector(`[data-pending][data-client-id="${id}"]`); }

  showPending(message) {
    if (this.pending(message.id)) return;
    const bubble = Object.assign(document.createElement("article"), { className: "bubble" });
    Object.assign(bubble.dataset, { sender: this.side, pending: "", clientId: message.id });
    if (message.internal) bubble.dataset.internal = "";
    const url = this.files.get(message.id)?.url;
    if (url) bubble.append(Object.assign(document.createElement("img"), { src: url, alt: "", className: "pending-picture" }));
    if (message.text) bubble.append(Object.assign(document.createElement("p"), { className: "text", textContent: message.text }));
    bubble.append(Object.assign(document.createElement("p"), { className: "when" }));
    this.place(bubble);
    this.toEnd();
  }

  showProgress(bubble, share) {
    const bar = bubble.querySelector("progress") || bubble.appendChild(document.createElement("progress"));
    bar.setAttribute("aria-label", "Upload");
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
    if (atEnd) this.toEnd();
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
    showTimes(root.parentNode ?? root);
    this.onShown?.(root);
  }

  get atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120; }

  toEnd() { this.log.scrollTop = this.log.scrollHeight; }

  // A reader at the newest message keeps seeing it while pictures load and the boxes below grow
  stayAtEnd() {
    // An unanswered message is read from its beginning
    let staying = this.log.dataset.opens !== "top";
    const stay = () => staying && this.toEnd();
    this.log.addEventListener("scroll", () => { staying = this.atEnd; }, { passive: true });
    this.log.addEventListener("load", stay, true);
    new ResizeObserver(stay).observe(this.log);
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
    this.log.scrollTop = this.log.scrollHeight - fromEnd;
  }

  showRead(upTo) {
    for (const tick of this.log.querySelectorAll('.tick[data-state="sent"]')) {
      if (Number(tick.closest("[data-seq]").dataset.seq) > upTo) continue;
      tick.dataset.state = "read";
      tick.querySelector(".sr").textContent = "Read";
    }
  }

  showTyping(name) {
    clearTimeout(this.typingTimer);
    this.typingLine.hidden = !name;
    if (!name) return this.typingLine.replaceChildren();
    const dots = document.createElement("i");
    dots.append(document.createElement("b"));
    this.typingLine.replaceChildren(dots, ` ${name} is typing`);
    if (this.atEnd) this.toEnd();
    this.typingTimer = setTimeout(() => this.showTyping(null), 6000);
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
