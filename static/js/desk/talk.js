// The conversation on the agent's side: one's own messages taken back.
import { Conversation } from "../conversation.js";
import { now } from "../times.js";
import { Drafts } from "./drafts.js";
import { body, ownStore, post, reasonOf, request } from "./page.js";
import { toast, UNDO_TIME } from "./toast.js";
import { _ } from "../words.js";

// Of tickets that were left with words that the desk would not take, or could not be reached for
const leftTalks = new Set();

export function retryLeft() {
  for (const talk of leftTalks) talk.newest.retry();
  leftTalks.clear();
}

export class Talk extends Conversation {
  constructor(root, { onSeen }) {
    super(root, { request, store: ownStore, onSeen });
    this.drafts = new Drafts(this);
  }

  begunAs(text, internal) { return (text && this.drafts.begunAs(internal)) || super.begunAs(); }

  fail(message, ...reason) {
    super.fail(message, ...reason);
    leftTalks.add(this);
    this.tellAway(reason[0]);
  }

  giveBack(message, answer) {
    super.giveBack(message, answer);
    if (answer.status === 403) this.composer.refuse(reasonOf(answer));
    this.tellAway(this.composer.refusal.textContent);
  }

  // Another ticket is open: nothing here shows it
  tellAway(reason) {
    if (this.root.isConnected) return;
    const link = [`${body.dataset.desk}${this.root.dataset.ticket}/`, _("Open the ticket")];
    toast(`${this.root.querySelector("h1").textContent}: ${reason}`, "error", { link, time: 30_000 });
  }

  drafted(text) { this.drafts?.changed(text); }

  append(html) {
    const arrived = super.append(html);
    // A resolution is taken back with its status, whose toast says so
    for (const bubble of arrived) if (bubble.dataset.sender === "agent" && !("resolution" in bubble.dataset)) this.offerUndo(bubble);
    return arrived;
  }

  // --- Taking back

  offerUndo(bubble) {
    const left = UNDO_TIME - (now() - Number(bubble.dataset.at));
    if (bubble.dataset.author !== document.body.dataset.meId || left < 500) return;
    const note = "internal" in bubble.dataset;
    const text = bubble.querySelector(".text")?.innerText ?? "";
    toast(note ? _("Note added.") : _("Reply sent."), "done", { undo: () => this.withdraw(bubble.dataset.seq, text, note), time: Math.min(left, UNDO_TIME) });
  }

  async withdraw(seq, text, note) {
    const answer = await post(this.root.dataset.withdraw, { seq }).catch(() => null);
    // Its answer may be lost: the message is taken back once, however often that is asked
    if (!answer) return toast(reasonOf(null), "error", { undo: () => this.withdraw(seq, text, note) });
    if (!answer.ok) return toast(reasonOf(answer), "error");
    this.append(answer.text);
    const mode = this.root.querySelector(`[name=internal][value="${note ? 1 : ""}"]`);
    if (!mode.disabled) { mode.checked = true; mode.dispatchEvent(new Event("change", { bubbles: true })); }
    const typed = this.composer.text.value;
    this.composer.fill(typed ? `${text}\n${typed}` : text);
    this.composer.text.focus();
  }
}
