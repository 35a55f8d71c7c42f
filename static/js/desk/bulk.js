// Many tickets at once: ticked one by one, a range with Shift, or the whole view.
import { body, list, post, reasonOf } from "./page.js";
import { renewCounts, renewRow } from "./list.js";
import { moment } from "./snooze.js";
import { renewHeader, talk } from "./ticket.js";
import { toast } from "./toast.js";
import { keepUnsent } from "./unsent.js";
import { _, ngettext } from "../words.js";

const pane = () => document.querySelector(".list-pane");
const boxes = () => Array.from(document.querySelectorAll(".row-check"));
export const chosen = () => boxes().filter((box) => box.checked).map((box) => box.closest(".row").dataset.ticket);
let last = null;
// The address of the view of which every ticket is chosen, those that are not loaded included
let view = null;
const hasMore = () => Boolean(document.querySelector(".next-page"));

export function showSelection() {
  const number = chosen().length;
  const isAll = number > 0 && number === boxes().length;
  if (!isAll || !hasMore()) view = null;
  const bar = document.getElementById("bulk");
  pane().toggleAttribute("data-selecting", number > 0);
  bar.hidden = !number;
  bar.querySelector("[data-bulk-count]").textContent = view === null ? _("%(count)s selected", { count: number }) : _("All of this view selected");
  bar.querySelector("[data-select-view]").hidden = !isAll || !hasMore() || view !== null;
  const all = document.querySelector("[data-select-all]");
  all.hidden = !boxes().length;
  all.querySelector("span").textContent = isAll ? _("Select none") : _("Select all");
}

function pick(box, withShift) {
  const all = boxes();
  if (withShift && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  }
  last = box;
  showSelection();
}

export function selectCurrent() {
  const row = document.querySelector(".row-link[aria-current]")?.closest(".row") ?? document.activeElement.closest?.(".row") ?? document.querySelector(".row");
  const box = row?.querySelector(".row-check");
  if (!box) return;
  box.checked = !box.checked;
  pick(box, false);
}

// Of these tickets, or of all
export function selectNone(ids = null) {
  for (const box of boxes()) if (!ids || ids.includes(box.closest(".row").dataset.ticket)) box.checked = false;
  view = null;
  showSelection();
}

// Answer whether it was done
async function change(changes) {
  const which = view === null ? { ids: chosen() } : { view };
  const fields = { ...which, changes: JSON.stringify(changes) };
  const answer = await post(body.dataset.bulk, fields).catch(() => null);
  if (answer?.status === 401) keepUnsent(body.dataset.bulk, fields);
  if (!answer?.ok) {
    toast(reasonOf(answer), "error");
    return false;
  }
  const { done, skipped, undo, whole } = JSON.parse(answer.text);
  if (which.ids) selectNone(which.ids);
  else selectNone();
  const said = ngettext("%(count)s ticket changed.", "%(count)s tickets changed.", done.length);
  toast(whole ? said : `${said} ${_("There are more: choose all of this view again.")}`, "done", { undo: undo && (() => undoBulk(undo)) });
  // What was skipped is named
  if (skipped.length) toast(_("Skipped: %(reasons)s", { reasons: skipped.map((each) => each.detail).join(" ") }), "error", { time: 12_000 });
  renewRows(done);
  return true;
}

async function undoBulk(undo) {
  const answer = await post(body.dataset.bulk, { undo: JSON.stringify(undo) }).catch(() => null);
  if (!answer) return toast(reasonOf(null), "error", { undo: () => undoBulk(undo) });
  if (!answer.ok) return toast(reasonOf(answer), "error");
  const { done } = JSON.parse(answer.text);
  toast(ngettext("%(count)s ticket changed back.", "%(count)s tickets changed back.", done.length));
  renewRows(done);
}

function renewRows(ids) {
  for (const id of ids.slice(0, 50)) renewRow(id);
  if (ids.includes(talk?.root.dataset.ticket)) renewHeader();
  renewCounts();
}

function changeBy(field) {
  const { name, value } = field;
  field.value = "";
  if (name === "snooze") change({ snoozedUntil: moment(value).toISOString() });
  else if (name === "tag") change({ addTag: value }).then((isSaved) => { if (!isSaved && !field.value) field.value = value; });
  else change({ [name]: value === "none" ? null : value });
}

export function watchBulk() {
  let shift = false;
  document.addEventListener("click", (event) => {
    shift = event.shiftKey;
    if (event.target.closest("[data-select-none]")) selectNone();
    if (event.target.closest("[data-select-view]")) {
      view = list().dataset.query;
      showSelection();
    }
    if (event.target.closest("[data-select-all]")) {
      const all = boxes().every((box) => box.checked);
      for (const box of boxes()) box.checked = !all;
      showSelection();
    }
  }, true);
  document.addEventListener("change", (event) => {
    if (event.target.matches(".row-check")) return pick(event.target, shift);
    const field = event.target.closest("#bulk select, #bulk input");
    if (field?.value) changeBy(field);
  });
  // Enter in a field that was put back after a failure is no change to the browser
  document.getElementById("bulk").addEventListener("submit", (event) => {
    event.preventDefault();
    const { tag } = event.target.elements;
    if (tag.value) changeBy(tag);
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => detail.target?.closest?.(".list-pane") && showSelection());
  if (list()) showSelection();
}
