// What an agent has begun to write, on the server: the reply and the note of a ticket, each a draft of its own.
// The browser keeps both as well (`draft:…`), so that nothing typed offline is lost; beside them stands what
// the server has acknowledged (`draft-saved:…`). Where they differ, this browser has words that the server has not.
import { newId } from "../net.js";
import { headers, ownStore, post, request } from "./page.js";

const PAUSE = 700;
// Which page has saved: it need not ask what it knows
const TAB = newId();
const KINDS = ["reply", "note"];

export class Drafts {
  constructor(talk) {
    Object.assign(this, { talk, url: talk.root.dataset.draft, timer: null, waiting: null });
    this.kind = this.chosen;
    const server = JSON.parse(talk.root.dataset.drafts || "{}");
    this.ids = Object.fromEntries(KINDS.map((kind) => [kind, server[kind]?.clientId ?? newId()]));
    this.onServer = Object.fromEntries(KINDS.map((kind) => [kind, Boolean(server[kind])]));
    for (const kind of KINDS) {
      const text = server[kind]?.text ?? "";
      if (this.kept(kind) === this.saved(kind)) this.keep(kind, text, true);
      else if (this.kept(kind) !== text) this.save(kind);
    }
    const { composer } = talk;
    composer.draftKey = this.key(this.kind);
    if (!composer.text.defaultValue && composer.text.value !== this.kept(this.kind)) this.showText(this.kept(this.kind));
    // One is there and the other is not: it is shown
    const other = KINDS.find((kind) => kind !== this.kind);
    if (!composer.text.value && this.kept(other)) this.choose(other);
    this.mark();
  }

  get chosen() { return this.talk.root.querySelector("[name=internal]:checked")?.value === "1" ? "note" : "reply"; }

  radio(kind) { return this.talk.root.querySelector(`[name=internal][value="${kind === "note" ? 1 : ""}"]`); }

  key(kind) { return `draft:${this.talk.key}${kind === "note" ? ":note" : ""}`; }

  kept(kind) { return ownStore.get(this.key(kind)) ?? ""; }

  saved(kind) { return ownStore.get(this.key(kind).replace("draft:", "draft-saved:")) ?? ""; }

  keep(kind, text, isSaved = false) {
    ownStore.set(this.key(kind), text);
    if (isSaved) ownStore.set(this.key(kind).replace("draft:", "draft-saved:"), text);
  }

  // --- The box

  // Put text there that is kept already
  showText(text) {
    const { composer } = this.talk;
    composer.text.value = text;
    composer.grow();
  }

  choose(kind) {
    const radio = this.radio(kind);
    if (radio.disabled) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // The box shows the draft of this kind; the other one waits
  show(kind) {
    if (kind === this.kind) return;
    this.saveNow();
    this.kind = kind;
    this.talk.composer.draftKey = this.key(kind);
    this.showText(this.kept(kind));
    this.mark();
  }

  // Let what stands in the box be a draft of the other kind, before what that one has
  bring(kind) {
    const text = this.talk.composer.text.value;
    if (!text || kind === this.kind) return;
    this.talk.composer.fill("");
    this.keep(kind, [text, this.kept(kind)].filter(Boolean).join("\n"));
    this.save(kind);
  }

  // A dot on the kind that has words and is not shown
  mark() {
    for (const kind of KINDS) this.radio(kind).closest("label").toggleAttribute("data-draft", kind !== this.kind && Boolean(this.kept(kind)));
  }

  // --- The server

  changed() {
    // Emptied because it is on its way: the draft ends when the message is there
    if (this.isSending) return;
    this.waiting = this.kind;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.saveNow(), PAUSE);
  }

  saveNow() {
    clearTimeout(this.timer);
    const kind = this.waiting;
    this.waiting = null;
    if (kind) this.save(kind);
  }

  async save(kind) {
    const text = this.kept(kind);
    const id = this.ids[kind];
    if (text === this.saved(kind)) return;
    // From now on it may be there
    this.onServer[kind] = Boolean(text);
    const answer = await post(this.url, this.fields(kind, text)).catch(() => null);
    // Offline, or the session is over: the browser keeps it, and the next change or page saves it
    if (!answer?.ok || id !== this.ids[kind]) return;
    ownStore.set(this.key(kind).replace("draft:", "draft-saved:"), text);
  }

  fields(kind, text) { return { message: text, internal: kind === "note" ? "1" : "", clientId: this.ids[kind], tab: TAB }; }

  // The page goes: a request of its own would be cut off
  leave() {
    clearTimeout(this.timer);
    const kind = this.waiting;
    this.waiting = null;
    if (!kind || this.kept(kind) === this.saved(kind)) return;
    const form = new FormData();
    for (const [name, value] of Object.entries(this.fields(kind, this.kept(kind)))) form.set(name, value);
    form.set("csrfmiddlewaretoken", headers["X-CSRFToken"]);
    // Not noted as saved: the next page may be made before this arrives, and saves what it finds here
    navigator.sendBeacon(this.url, form);
  }

  // Send what is in the box under the id of its draft; the next words begin another one
  begunAs(internal) {
    const kind = internal ? "note" : "reply";
    clearTimeout(this.timer);
    this.waiting = null;
    const begun = { id: this.ids[kind], draft: this.onServer[kind] };
    this.ids[kind] = newId();
    this.onServer[kind] = false;
    this.keep(kind, "", true);
    this.isSending = true;
    queueMicrotask(() => { this.isSending = false; });
    return begun;
  }

  // Another tab or machine of this agent has saved, or sent
  async heard(tab) {
    if (tab === TAB) return;
    const answer = await request(this.url, { headers }).catch(() => null);
    if (!answer?.ok) return;
    const server = JSON.parse(answer.text);
    for (const kind of KINDS) {
      const text = server[kind]?.text ?? "";
      // Words that are not saved yet stay, and are saved next
      if (this.waiting === kind || this.kept(kind) !== this.saved(kind) || text === this.kept(kind)) continue;
      this.keep(kind, text, true);
      this.ids[kind] = server[kind]?.clientId ?? newId();
      this.onServer[kind] = Boolean(text);
      if (kind === this.kind) this.showText(text);
    }
    this.mark();
  }
}
