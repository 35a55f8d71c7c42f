// Everything that a key or the palette can do: [key, name, what, when it is possible].
import { selectCurrent } from "./bulk.js";
import { showView, step } from "./list.js";
import { openMenu, show } from "./menus.js";
import { body, head, htmx, list, post } from "./page.js";
import { renewHeader, showHeader, talk, write } from "./ticket.js";
import { toast } from "./toast.js";

const isOpen = () => Boolean(talk);
const press = (selector) => document.querySelector(selector)?.click();
const box = (name) => document.querySelector(`.pills select[aria-label="${name}"]`);

function choose(name) {
  const select = box(name);
  if (!select?.checkVisibility()) return openMenu("more-box");
  select.focus();
  try { select.showPicker(); } catch { /* some browsers want a click for that */ }
}

// "e" resolves at once; the dialog asks for a resolution where there is one to tell
function resolve() {
  if (document.getElementById("resolve")) return show("resolve");
  toast("This ticket cannot be resolved now. Take it first.", "error");
}

function assignToMe() {
  const mine = box("Assigned to");
  if (!mine) return;
  mine.value = body.dataset.meId;
  htmx.trigger(mine, "change");
}

async function setPriority(value) {
  const answer = await post(talk.root.dataset.change, { priority: value }).catch(() => null);
  if (answer) showHeader(answer.text);
  renewHeader();
}

function search() {
  const q = document.getElementById("q");
  q.focus();
  q.select();
}

export const COMMANDS = [
  ["j", "Next ticket", () => step(1)],
  ["k", "Previous ticket", () => step(-1)],
  ["/", "Search tickets", search],
  ["r", "Reply", () => write(""), isOpen],
  ["n", "Write a private note", () => write("1"), isOpen],
  ["e", "Resolve", resolve, isOpen],
  ["a", "Assign to me", assignToMe, isOpen],
  ["s", "Snooze", () => openMenu("snooze-box"), isOpen],
  ["p", "Set the priority", () => choose("Priority"), isOpen],
  ["t", "Add a tag", () => openMenu("tags-box"), isOpen],
  ["x", "Select the ticket", selectCurrent],
  ["?", "Keyboard shortcuts", () => show("keys")],
  ["1", "View: Needs an answer", () => showView(0)],
  ["2", "View: Mine", () => showView(1)],
  ["3", "View: Unassigned", () => showView(2)],
  ["4", "View: All open", () => showView(3)],
  ["5", "View: Snoozed", () => showView(4)],
  ["6", "View: Done", () => showView(5)],
  ["", "Take the ticket", () => press('[action$="/take"] button'), () => isOpen() && head()?.dataset.status === "open"],
  ["", "No answer needed", () => press("[data-do=no-answer]"), () => Boolean(document.querySelector("[data-do=no-answer]"))],
  ["", "Priority: Urgent", () => setPriority("urgent"), isOpen],
  ["", "Priority: High", () => setPriority("high"), isOpen],
  ["", "Priority: Medium", () => setPriority("medium"), isOpen],
  ["", "Priority: Low", () => setPriority("low"), isOpen],
  ["", "Merge into another ticket", () => show("merge"), isOpen],
  ["", "Split off a message", () => show("split"), isOpen],
  ["", "New conversation for a caller", () => show("new-ticket")],
  ["", "Save this view", () => show("save-view"), () => Boolean(list()?.dataset.query)],
  ["", "Edit canned replies", () => location.assign(`${body.dataset.desk}canned/`)],
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
