// The agents' desk. The pages work without this file; it makes them live.
import { holdsFiles } from "./conversation.js";
import { watchBulk } from "./desk/bulk.js";
import { offerCanned } from "./desk/canned.js";
import { watchKeys } from "./desk/commands.js";
import { watchHere } from "./desk/here.js";
import { depart, rememberPlace, renewCounts, returnToPlace, showCurrentView, showOnce, sweep, watchBack, watchViews } from "./desk/list.js";
import { watchLater } from "./desk/later.js";
import { offerColleagues } from "./desk/mentions.js";
import { isDone, watchMenus } from "./desk/menus.js";
import { watchNotes } from "./desk/notes.js";
import { watchLooking } from "./desk/notify.js";
import { sweepStore, tellHeld } from "./desk/outboxes.js";
import { askToSignIn, body, head, reasonOf, request, watchSignIn } from "./desk/page.js";
import { openPalette, watchPalette } from "./desk/palette.js";
import { registerWorker } from "./desk/push.js";
import { keepSheet } from "./desk/sheet.js";
import { watchSnooze } from "./desk/snooze.js";
import { watchSound } from "./desk/sound.js";
import { follow, showLiveAgain } from "./desk/stream.js";
import { watchSuggestions } from "./desk/suggest.js";
import { watchSuggestion } from "./desk/suggestion.js";
import { showColours } from "./desk/tags.js";
import { watchTemplates } from "./desk/templates.js";
import { retryLeft } from "./desk/talk.js";
import { openTicket, renewHeader, showBoxes, showHeader, talk, tellLeaving, tellSeen } from "./desk/ticket.js";
import { showTitle, unseen } from "./desk/title.js";
import { toast, watchToasts } from "./desk/toast.js";
import { keepUnsent, sendUnsent } from "./desk/unsent.js";
import { shareFiles } from "./outbox.js";
import { roomOf } from "./tabs.js";
import { keepTimes, showTimes } from "./times.js";
import { _ } from "./words.js";

// A control that was renewed keeps the focus; one that is gone leaves it to the ticket's name
let acting = null;
function focusAgain(before) {
  const name = (control) => control.getAttribute("aria-label") || control.textContent.trim();
  const controls = head().querySelectorAll("a, button, select");
  const same = Array.from(controls).find((control) => !control.disabled && control.checkVisibility() && name(control) === name(before));
  (same || head().querySelector("h1")).focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (detail.xhr.status === 401) askToSignIn();
  const { target } = detail;
  if (target?.id === "pane") {
    rememberPlace();
    tellLeaving();
  }
  if (target?.id === "ticket-head" && detail.shouldSwap) {
    // Morphed rather than swapped: an open menu and the focus stay
    detail.shouldSwap = false;
    if (detail.xhr.status < 300) isDone(detail.requestConfig);
    acting = head().contains(document.activeElement) ? document.activeElement : null;
    showHeader(detail.xhr.responseText, detail.requestConfig?.elt);
    showBoxes(true);
    const { activeElement: focused } = document;
    if (acting && (focused === document.body || focused.disabled || !focused.checkVisibility())) focusAgain(acting);
    tellSeen();
  }
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  // Not away from a search that is being typed
  const typing = document.activeElement?.matches("input:not([type=checkbox]), textarea");
  if (detail.target?.id === "pane" && !typing) document.getElementById("pane").focus({ preventScroll: true });
  openTicket();
  sweep();
  showOnce();
  showTimes();
  showColours();
  document.getElementById("filter").value = "";
  showCurrentView();
});
// A change that failed: the box goes back to what is stored
for (const failed of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failed, ({ detail }) => {
    if (detail.xhr?.status === 401) {
      askToSignIn();
      const { verb, path, formData } = detail.requestConfig;
      if (verb === "post") keepUnsent(path, formData);
    }
    showBoxes(true);
    if (detail.elt?.closest?.("[data-conversation]")) renewHeader();
  });
}
document.addEventListener("htmx:historyRestore", () => {
  tellLeaving();
  openTicket();
  showTimes();
  showColours();
  showLiveAgain();
  returnToPlace();
  renewCounts();
});
document.addEventListener("departed", ({ detail }) => depart(detail));
document.addEventListener("toast", ({ detail }) => {
  if (!detail.text) return;
  const undo = detail.undo && (() => undoChange(detail.undo, detail.url));
  toast(detail.text, detail.kind, { undo });
});

async function undoChange(token, url) {
  const form = new FormData();
  form.set("token", token);
  const answer = await request(url, { method: "POST", body: form }).catch(() => null);
  // Its answer may be lost: the desk takes a change back once, however often it is asked
  if (!answer) return toast(reasonOf(null), "error", { undo: () => takeBack(token, url) });
  if (!answer.ok) return toast(reasonOf(answer), "error");
  toast(_("Undone."));
  showHeader(answer.text);
  showBoxes(true);
  talk?.catchUp();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen.clear();
  showTitle();
  talk?.catchUp().then(tellSeen);
});
addEventListener("online", () => { talk?.retry(); retryLeft(); talk?.drafts.saveNow(); });
addEventListener("pagehide", () => tellLeaving());
// Out of the browser's cache of whole pages: what happened meanwhile is asked for
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  talk?.catchUp().then(tellSeen);
  if (talk) renewHeader();
  renewCounts();
});
document.addEventListener("unsent-sent", () => {
  if (talk) renewHeader();
  renewCounts();
});

watchToasts();
watchMenus();
watchNotes();
watchSnooze();
watchLater();
watchBulk();
watchViews();
watchBack();
offerCanned();
offerColleagues();
watchSuggestions();
watchSuggestion();
watchPalette();
watchTemplates();
watchKeys(openPalette);
watchSignIn();
watchSound();
watchLooking();
registerWorker();
watchHere();
keepTimes();
showColours();
shareFiles(roomOf(`files:${body.dataset.meId}`), holdsFiles);
openTicket();
returnToPlace();
renewCounts();
follow();
sendUnsent();
sweepStore();
tellHeld();
keepSheet();
