// The list: rows that move as tickets change, counts of the views, the place in the list.
import { showTimes } from "../times.js";
import { body, htmx, list, parse, request } from "./page.js";
import { markCurrent, markRead, openTicket, talk, tellLeaving } from "./ticket.js";
import { setWaiting, showTitle, unseen } from "./title.js";
import { showColours } from "./tags.js";
import { ngettext } from "../words.js";

// Ask for the ticket's row as it is now, in the list that is shown: it moves to its place, or goes
export async function renewRow(ticketId, isNew) {
  const rows = list();
  if (!rows) return;
  const answer = await request(`${body.dataset.desk}${ticketId}/row?${rows.dataset.query}`).catch(() => null);
  if (answer?.status === 404) return depart(ticketId);
  if (!answer?.ok) return;
  // Another filter was chosen meanwhile
  if (rows !== list()) return renewRow(ticketId, isNew);
  const fresh = parse(answer.text).querySelector(".row");
  const old = document.getElementById(`ticket-${ticketId}`);
  if (fresh) placeRow(rows, fresh, old, isNew);
  const open = talk?.root.dataset.ticket === ticketId;
  // The row may be from before it was told that the newest words are in view
  if (open && !document.hidden && talk.seenSeq >= talk.lastSeq) markRead(ticketId);
  // The open ticket keeps its row until another one is opened, so that nothing jumps under the hand
  if (old && !fresh && open) old.dataset.gone = "";
  else if (old && !fresh) removeRow(rows, old);
  sayIfEmpty(rows);
}

// The last row has gone: the desk says what there is none of. By the list's own query: the search box leaves the view out
async function sayIfEmpty(rows) {
  if (rows.querySelector(".row, .empty")) return;
  const answer = await request(`${body.dataset.desk}rows?${rows.dataset.query}`).catch(() => null);
  // Another view was chosen meanwhile, or a row has come
  if (answer?.ok && rows === list() && !rows.querySelector(".row")) htmx.swap(rows, answer.text, { swapStyle: "outerHTML" });
}

function placeRow(rows, fresh, old, isNew) {
  const focused = old?.contains(document.activeElement) && document.activeElement;
  const rest = rows.querySelector(".next-page");
  const place = placeFor(fresh, old, rows) || rest;
  // Behind what is loaded so far: it comes with the next page
  if (!old && rest && place === rest) return;
  rows.querySelector(".empty")?.remove();
  if (old?.dataset.beyond !== undefined) fresh.dataset.beyond = "";
  if (old?.querySelector(".row-check").checked) fresh.querySelector(".row-check").checked = true;
  rows.insertBefore(fresh, place ?? null);
  htmx.process(fresh);
  showTimes(fresh);
  showColours(fresh);
  if (!old) {
    fresh.classList.add("fresh");
    // One from a page that is not loaded yet has been counted
    if (isNew || !rest) addToTotal(1);
  }
  old?.remove();
  markCurrent(talk?.root.dataset.ticket);
  if (focused) fresh.querySelector(focused.matches(".row-check") ? ".row-check" : ".row-link").focus();
}

function removeRow(rows, old) {
  const next = old.nextElementSibling;
  const focused = old.contains(document.activeElement);
  old.remove();
  addToTotal(-1);
  if (focused) next?.querySelector(".row-link")?.focus();
}

// A ticket that this agent sees no longer leaves the page: its row, and the pane in which it is open
export function depart(ticketId) {
  const rows = list();
  const row = document.getElementById(`ticket-${ticketId}`);
  if (row) removeRow(rows, row);
  if (row) sayIfEmpty(rows);
  unseen.delete(ticketId);
  showTitle();
  renewCounts();
  if (talk?.root.dataset.ticket !== ticketId) return;
  const pane = document.getElementById("pane");
  const wasInside = pane.contains(document.activeElement);
  emptyPane("departed");
  const { query } = rows.dataset;
  history.replaceState(history.state, "", `${body.dataset.desk}${query && `?${query}`}`);
  openTicket();
  if (wasInside) pane.focus({ preventScroll: true });
}

function emptyPane(template) {
  talk.drafts.saveNow();
  document.getElementById("pane").replaceChildren(document.getElementById(template).content.cloneNode(true));
}

// The open ticket's row stood at the end until the page came on which it has its place
export function showOnce() {
  for (const row of list()?.querySelectorAll(".row[data-beyond]") ?? []) {
    if (list().querySelectorAll(`[id="${row.id}"]`).length > 1) row.remove();
  }
}

// Rows of tickets that have left the view go when the agent has moved on
export function sweep() {
  for (const row of list()?.querySelectorAll(".row[data-gone]") ?? []) {
    if (row.dataset.ticket !== talk?.root.dataset.ticket) removeRow(list(), row);
  }
}

function placeFor(row, old, rows) {
  const others = Array.from(rows.querySelectorAll(".row")).filter((other) => other !== old);
  const at = (other) => other.querySelector(".row-age time").dateTime;
  const rank = (other) => Number(other.dataset.rank);
  const later = rows.dataset.order === "waiting" ? (other) => rank(other) > rank(row) : (other) => at(other) <= at(row);
  return others.find(later);
}

function addToTotal(change) {
  const total = document.getElementById("total");
  if (total.textContent.includes("+")) return;
  const number = Math.max(0, Number(total.textContent.replace(/\D/g, "")) + change);
  const text = ngettext("Total: %(total)s ticket", "Total: %(total)s tickets", number, { total: number.toLocaleString("en") });
  total.textContent = text;
  total.setAttribute("aria-label", text);
}

// --- The counts of the views

let asked = null;

export function renewCounts() {
  asked ??= setTimeout(async () => {
    asked = null;
    const answer = await request(body.dataset.counts).catch(() => null);
    if (answer?.ok) showCounts(JSON.parse(answer.text));
  }, 400);
}

function showCounts(counts) {
  for (const [view, text] of Object.entries(counts)) {
    for (const box of document.querySelectorAll(`[data-count="${view}"]`)) {
      box.textContent = text;
      box.toggleAttribute("data-none", text === "0");
    }
  }
  if ("waiting-for-me" in counts) setWaiting(Number.parseInt(counts["waiting-for-me"].replace(/\D/g, ""), 10));
}

// --- Views, by key

export function showView(place) {
  document.querySelectorAll(".view:not(.saved)")[place]?.click();
}

// Six views and the saved ones are wider than the list: a button shows those to the right, as long as there are some
export function watchViews() {
  const more = document.querySelector(".views-more");
  const views = () => document.getElementById("views");
  const show = () => { more.hidden = views().scrollWidth - views().clientWidth - Math.abs(views().scrollLeft) < 8; };
  const ahead = () => (getComputedStyle(views()).direction === "rtl" ? -1 : 1);
  more.addEventListener("click", () => views().scrollBy({ left: ahead() * views().clientWidth / 2 }));
  document.addEventListener("scroll", ({ target }) => { if (target === views()) show(); }, true);
  document.addEventListener("htmx:afterSettle", show);
  new ResizeObserver(show).observe(more.parentElement);
  showCurrentView();
}

export function showCurrentView() {
  document.querySelector(".view[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

export function step(by) {
  const links = Array.from(document.querySelectorAll(".row-link"));
  const now = links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = links[now < 0 ? 0 : now + by];
  next?.click();
  next?.scrollIntoView({ block: "nearest" });
}

// --- The place in the list, which both Backs keep

const lastPlace = { scroll: 0 };
// A list that is hidden, as it is beside a ticket on a phone, has no place
export function rememberPlace() { if (list()?.checkVisibility()) lastPlace.scroll = list().scrollTop; }
export function returnToPlace() { if (list() && body.dataset.ticketOpen === "no") list().scrollTop = lastPlace.scroll; }

// The list is still there, with all that was loaded into it: going back asks the server for nothing
export function watchBack() {
  document.addEventListener("click", (event) => {
    const back = event.target.closest?.(".ticket-head .back");
    if (!back || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState({ htmx: true }, "", back.href);
    leaveTicket();
  });
  addEventListener("popstate", (event) => {
    rememberPlace();
    if (!talk || location.pathname !== body.dataset.desk || location.search.slice(1) !== list().dataset.query) return;
    // htmx would load the first page of the list in its place
    event.stopImmediatePropagation();
    leaveTicket();
  }, true);
}

function leaveTicket() {
  const row = document.querySelector(`.row[data-ticket="${talk.root.dataset.ticket}"]`);
  tellLeaving();
  emptyPane("nothing-open");
  openTicket();
  returnToPlace();
  row?.querySelector(".row-link").focus({ preventScroll: true });
}
