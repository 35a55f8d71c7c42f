// The conversation on the agent's side: what was in view is told to the server, and nothing else.
import { Conversation } from "../conversation.js";
import { arrange } from "../groups.js";
import { showTimes } from "../times.js";
import { parse, post, request, store } from "./page.js";
import { toast } from "./toast.js";

export class Talk extends Conversation {
  constructor(root) {
    super(root, { request, store });
    this.seen = Number(root.dataset.read) || 0;
    this.newest = root.querySelector("[data-newest]");
    this.missed = new Set();
    this.newest.addEventListener("click", () => this.toNewest());
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.observer = new IntersectionObserver((entries) => this.looked(entries), { root: this.log, threshold: 0.6 });
    this.arrange();
    this.watch();
  }

  // --- Around the bubbles

  arrange() {
    arrange(this.log);
    for (const bubble of this.log.querySelectorAll(":scope > [data-folded]")) bubble.hidden = true;
    showTimes(this.log);
  }

  append(html) {
    const arrived = super.append(html);
    if (!this.newest) return arrived;
    this.arrange();
    this.watch();
    for (const bubble of arrived) if (!this.atEnd && bubble.dataset.sender === "customer") this.missed.add(bubble);
    this.showMissed();
    for (const bubble of arrived) if (bubble.dataset.sender === "agent") this.offerUndo(bubble);
    return arrived;
  }

  showPending(message) {
    super.showPending(message);
    if (this.newest) this.arrange();
  }

  async showOlder(button) {
    await super.showOlder(button);
    this.arrange();
    this.watch();
  }

  // --- What was in view

  watch() {
    for (const bubble of this.log.querySelectorAll(":scope > .bubble[data-seq]")) {
      if (Number(bubble.dataset.seq) > this.seen) this.observer.observe(bubble);
    }
  }

  looked(entries) {
    let seen = this.seen;
    for (const { isIntersecting, target, intersectionRect, rootBounds } of entries) {
      // One that is taller than the log is seen when it fills it
      const fills = rootBounds && intersectionRect.height > rootBounds.height * 0.6;
      if (!(isIntersecting || fills)) continue;
      seen = Math.max(seen, Number(target.dataset.seq));
      this.observer.unobserve(target);
      this.missed.delete(target);
    }
    this.showMissed();
    if (seen > this.seen && !document.hidden) {
      this.seen = seen;
      this.onSeen?.();
    } else if (seen > this.seen) {
      this.unseenYet = true;
    }
  }

  // The tab is looked at again: what is in view now counts
  lookAgain() {
    this.observer.disconnect();
    this.watch();
  }

  scrolled() { if (this.atEnd) { this.missed.clear(); this.showMissed(); } }

  showMissed() {
    this.newest.hidden = !this.missed.size;
    this.newest.textContent = `↓ ${this.missed.size} new`;
  }

  toNewest() {
    this.toEnd();
    this.missed.clear();
    this.showMissed();
    this.composer.text.focus();
  }

  // --- Taking back

  offerUndo(bubble) {
    if (bubble.dataset.author !== document.body.dataset.meId || Date.now() - Number(bubble.dataset.at) > 4000) return;
    const note = "internal" in bubble.dataset;
    const text = bubble.querySelector(".text")?.innerText ?? "";
    toast(note ? "Note added." : "Reply sent.", "done", { undo: () => this.withdraw(bubble.dataset.seq, text, note) });
  }

  async withdraw(seq, text, note) {
    const answer = await post(this.root.dataset.withdraw, { seq }).catch(() => null);
    if (!answer?.ok) return toast(answer?.text || "We could not be reached. The message stays.", "error");
    this.append(answer.text);
    const mode = this.root.querySelector(`[name=internal][value="${note ? 1 : ""}"]`);
    if (!mode.disabled) { mode.checked = true; mode.dispatchEvent(new Event("change", { bubbles: true })); }
    const typed = this.composer.text.value;
    this.composer.fill(typed ? `${text}\n${typed}` : text);
    this.composer.text.focus();
  }

  // A message of another kind of answer than bubbles: nothing of it belongs into the log
  static isBubbles(html) { return Boolean(parse(html).querySelector(".bubble")); }

  end() { this.observer.disconnect(); }
}
