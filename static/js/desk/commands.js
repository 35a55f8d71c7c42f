// Everything that a key or the palette can do: [key, name, what, when it is possible].
import { selectCurrent } from "./bulk.js";
import { showView, step } from "./list.js";
import { openMenu, show } from "./menus.js";
import { body, head, htmx, list, post, reasonOf } from "./page.js";
import { maySuggest, suggestReply } from "./suggestion.js";
import { renewHeader, showHeader, talk, write } from "./ticket.js";
import { toast } from "./toast.js";
import { keepUnsent } from "./unsent.js";
import { _ } from "../words.js";

const isOpen = () => Boolean(talk);
const press = (selector) => document.querySelector(selector)?.click();
const box = (name) => document.querySelector(`.pills select[name="${name}"]`);

function choose(name) {
  const select = box(name);
  if (!select?.checkVisibility()) return openMenu("more-box");
  select.focus();
  try { select.showPicker(); } catch { /* some browsers want a click for that */ }
}

// "e" resolves at once; the dialog asks for a resolution where there is one to tell
function resolve() {
  if (document.getElementById("resolve")) return show("resolve");
  toast(_("This ticket cannot be resolved now. Take it first."), "error");
}

function assignToMe() {
  const mine = box("agent");
  if (!mine) return;
  mine.value = body.dataset.meId;
  htmx.trigger(mine, "change");
}

async function setPriority(value) {
  const { change } = talk.root.dataset;
  const name = talk.root.querySelector("h1").textContent;
  const answer = await post(change, { priority: value }).catch(() => null);
  if (answer?.status === 401) return keepUnsent(change, { priority: value });
  if (answer?.ok) {
    showHeader(answer.text);
    const { toast: detail } = JSON.parse(answer.header("HX-Trigger") || "{}");
    document.dispatchEvent(new CustomEvent("toast", { detail: { ...detail, text: `${name}: ${detail.text}` } }));
  } else toast(`${name}: ${reasonOf(answer)}`, "error");
  renewHeader();
}

function search() {
  const q = document.getElementById("q");
  q.focus();
  q.select();
}

export const COMMANDS = [
  ["j", _("Next ticket"), () => step(1)],
  ["k", _("Previous ticket"), () => step(-1)],
  ["/", _("Search tickets"), search],
  ["r", _("Reply"), () => write(""), isOpen],
  ["n", _("Write a private note"), () => write("1"), isOpen],
  ["e", _("Resolve"), resolve, isOpen],
  ["a", _("Assign to me"), assignToMe, isOpen],
  ["s", _("Snooze"), () => openMenu("snooze-box"), isOpen],
  ["p", _("Set the priority"), () => choose("priority"), isOpen],
  ["t", _("Add a tag"), () => openMenu("tags-box"), isOpen],
  ["x", _("Select the ticket"), selectCurrent],
  ["?", _("Keyboard shortcuts"), () => show("keys")],
  ["1", _("View: Needs an answer"), () => showView(0)],
  ["2", _("View: Mine"), () => showView(1)],
  ["3", _("View: Unassigned"), () => showView(2)],
  ["4", _("View: All open"), () => showView(3)],
  ["5", _("View: Snoozed"), () => showView(4)],
  ["6", _("View: Done"), () => showView(5)],
  ["", _("Take the ticket"), () => press('[action$="/take"] button'), () => isOpen() && head()?.dataset.status === "open"],
  ["", _("No answer needed"), () => press("[data-do=no-answer]"), () => Boolean(document.querySelector("[data-do=no-answer]"))],
  ["", _("Priority: Urgent"), () => setPriority("urgent"), isOpen],
  ["", _("Priority: High"), () => setPriority("high"), isOpen],
  ["", _("Priority: Medium"), () => setPriority("medium"), isOpen],
  ["", _("Priority: Low"), () => setPriority("low"), isOpen],
  ["g", _("Suggest a reply"), suggestReply, maySuggest],
  ["m", _("Apply a macro"), () => press("[data-show=macros]"), isOpen],
  ["", _("Merge into another ticket"), () => show("merge"), isOpen],
  ["", _("Split off a message"), () => show("split"), isOpen],
  ["", _("New conversation for a caller"), () => show("new-ticket")],
  ["", _("Save this view"), () => show("save-view"), () => Boolean(list()?.dataset.query)],
  ["", _("Edit canned replies"), () => location.assign(`${body.dataset.desk}canned/`)],
].map(([key, name, run, possible = () => true]) => ({ key, name, run, possible }));

const BY_KEY = new Map(COMMANDS.filter(({ key }) => key).map((command) => [command.key, command]));

export function watchKeys(openPalette) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return openPalette();
    }
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog, [popover]");
    if (event.key === "Escape" && typing?.id === "q") typing.blur();
    if (event.isComposing || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const command = BY_KEY.get(event.key);
    if (!command?.possible()) return;
    event.preventDefault();
    command.run();
  });
}
