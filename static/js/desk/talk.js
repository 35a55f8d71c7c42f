// The conversation on the agent's side: system lines folded, one's own messages taken back.
import { Conversation } from "../conversation.js";
import { now } from "../times.js";
import { Drafts } from "./drafts.js";
import { post, request, store } from "./page.js";
import { toast, UNDO_TIME } from "./toast.js";

const FOLD_FROM = 3;

export class Talk extends Conversation {
  constructor(root, { onSeen }) {
    super(root, { request, store, onSeen });
    this.drafts = new Drafts(this);
    this.fold();
  }

  begunAs(text, internal) { return (text && this.drafts.begunAs(internal)) || super.begunAs(); }

  drafted(text) { this.drafts?.changed(text); }

  append(html) {
    const arrived = super.append(html);
    this.fold();
    // A resolution is taken back with its status, whose toast says so
    for (const bubble of arrived) if (bubble.dataset.sender === "agent" && !("resolution" in bubble.dataset)) this.offerUndo(bubble);
    return arrived;
  }

  async showOlder(button) {
    await super.showOlder(button);
    this.fold();
  }

  // Of three and more system lines in a row the last one stays; a button shows the others
  fold() {
    for (const button of this.log.querySelectorAll(":scope > .fold")) button.remove();
    for (const bubble of this.log.querySelectorAll(":scope > [data-folded]")) { bubble.hidden = false; delete bubble.dataset.folded; }
    let run = [];
    for (const bubble of [...this.log.querySelectorAll(":scope > .bubble:not([hidden])"), null]) {
      if (bubble?.dataset.sender === "system" && !("unfolded" in bubble.dataset)) { run.push(bubble); continue; }
      if (run.length >= FOLD_FROM) this.foldRun(run.slice(0, -1));
      run = [];
    }
  }

  foldRun(run) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "fold", textContent: `${run.length} earlier updates` });
    button.addEventListener("click", () => {
      for (const bubble of run) { bubble.hidden = false; bubble.dataset.unfolded = ""; delete bubble.dataset.folded; }
      button.remove();
    });
    run[0].before(button);
    for (const bubble of run) { bubble.hidden = true; bubble.dataset.folded = ""; }
  }

  // --- Taking back

  offerUndo(bubble) {
    const left = UNDO_TIME - (now() - Number(bubble.dataset.at));
    if (bubble.dataset.author !== document.body.dataset.meId || left < 500) return;
    const note = "internal" in bubble.dataset;
    const text = bubble.querySelector(".text")?.innerText ?? "";
    toast(note ? "Note added." : "Reply sent.", "done", { undo: () => this.withdraw(bubble.dataset.seq, text, note), time: Math.min(left, UNDO_TIME) });
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
}
