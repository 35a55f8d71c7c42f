// The conversation on the agent's side: one's own messages taken back.
import { Conversation } from "../conversation.js";
import { now } from "../times.js";
import { Drafts } from "./drafts.js";
import { ownStore, post, request } from "./page.js";
import { toast, UNDO_TIME } from "./toast.js";
import { _ } from "../words.js";

export class Talk extends Conversation {
  constructor(root, { onSeen }) {
    super(root, { request, store: ownStore, onSeen });
    this.drafts = new Drafts(this);
  }

  begunAs(text, internal) { return (text && this.drafts.begunAs(internal)) || super.begunAs(); }

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
    if (!answer?.ok) return toast(answer?.text || _("We could not be reached. The message stays."), "error");
    this.append(answer.text);
    const mode = this.root.querySelector(`[name=internal][value="${note ? 1 : ""}"]`);
    if (!mode.disabled) { mode.checked = true; mode.dispatchEvent(new Event("change", { bubbles: true })); }
    const typed = this.composer.text.value;
    this.composer.fill(typed ? `${text}\n${typed}` : text);
    this.composer.text.focus();
  }
}
