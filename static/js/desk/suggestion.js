// A reply that the language model suggests: put into the box, for the agent to read, change and send.
import { post, reasonOf } from "./page.js";
import { talk, write } from "./ticket.js";
import { toast } from "./toast.js";
import { _ } from "../words.js";

const button = () => document.querySelector("[data-suggest]");
let asking = null;

export const maySuggest = () => Boolean(talk?.root.dataset.suggestion) && !talk.root.querySelector('[name=internal][value=""]').disabled;

export async function suggestReply() {
  if (!maySuggest() || asking === talk) return;
  const open = talk;
  asking = open;
  write("");
  button()?.setAttribute("aria-busy", "true");
  const waiting = toast(_("Looking for a reply in the articles and the order…"), "done", { time: 11_000 });
  const answer = await post(open.root.dataset.suggestion).catch(() => null);
  waiting.remove();
  asking = null;
  // Another ticket is open by now: its box is not this one's
  if (open !== talk) return;
  button()?.removeAttribute("aria-busy");
  if (answer?.status === 401) return;
  if (!answer?.ok) return toast(reasonOf(answer, _("We could not be reached. Please write the reply yourself.")), "error");
  if (open.drafts.chosen !== "reply") return toast(_("You are writing a note, so the suggested reply was left out."), "error");
  const { text, sources } = JSON.parse(answer.text);
  const { composer } = open;
  const typed = composer.text.value.trimEnd();
  composer.fill((typed ? `${typed}\n\n${text}` : text).slice(0, composer.text.maxLength));
  composer.text.focus();
  composer.tell(sources.length ? _("Suggested from: %(sources)s. Please check it before you send it.", { sources: sources.join(", ") }) : _("Suggested from the order. Please check it before you send it."));
}

export function watchSuggestion() {
  document.addEventListener("click", (event) => event.target.closest("[data-suggest]") && suggestReply());
}
