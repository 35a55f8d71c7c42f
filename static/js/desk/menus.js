// Menus beside their buttons, dialogs, and what asks before it is done.
import { openPicture } from "../lightbox.js";
import { newId } from "../net.js";
import { list, post, reasonOf } from "./page.js";
import { toast } from "./toast.js";
import { clearStored } from "./typed.js";
import { keepUnsent } from "./unsent.js";
import { _ } from "../words.js";

const NARROW = matchMedia("(max-width: 820px)");

// A menu opens below its button, inside the window; on a narrow screen the style sheet makes it a sheet
function placeMenu(menu) {
  if (NARROW.matches) return;
  const button = document.querySelector(`[popovertarget="${menu.id}"]:not([popovertargetaction])`);
  const box = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const above = box.bottom + height + 12 > innerHeight;
  menu.style.left = `${Math.max(8, Math.min(box.right - width, innerWidth - width - 8))}px`;
  menu.style.top = `${above ? Math.max(8, box.top - height - 6) : box.bottom + 6}px`;
}

export function closeMenus() {
  for (const menu of document.querySelectorAll(".menu:popover-open")) menu.hidePopover();
}

export function openMenu(id) {
  const menu = document.getElementById(id);
  if (!menu || menu.matches(":popover-open")) return;
  closeMenus();
  menu.showPopover();
  menu.querySelector("input:not([type=hidden]), button, select")?.focus();
}

export function show(id) {
  const dialog = document.getElementById(id);
  if (!dialog) return;
  closeMenus();
  refuseDialog(dialog, "");
  if (id === "split") fillSplit(dialog);
  if (id === "save-view") dialog.querySelector("[name=query]").value = list().dataset.query;
  dialog.showModal();
}

function refuseDialog(dialog, text) {
  const line = dialog.querySelector("[data-refused]");
  if (line) Object.assign(line, { hidden: !text, textContent: text });
  return Boolean(line);
}

// The desk has done what a form of the ticket asked for
export function isDone({ elt, formData }) {
  elt.closest("dialog")?.close();
  if (elt.matches("form")) clearStored(elt, formData);
}

// The customer's messages that are on the page, the newest first; the one that opened the ticket stays
function fillSplit(dialog) {
  const said = Array.from(document.querySelectorAll("#log .bubble[data-sender=customer][data-seq]:not(.withdrawn)")).filter((bubble) => bubble.dataset.seq !== "1");
  const options = said.reverse().map((bubble) => {
    const words = bubble.querySelector(".text")?.textContent.replace(/\s+/g, " ").trim() || bubble.querySelector(".file-name")?.textContent || "Picture";
    return new Option(`${bubble.querySelector(".when")?.textContent.trim() ?? ""} · ${words.slice(0, 80)}`, bubble.dataset.seq);
  });
  dialog.querySelector("[data-split-messages]").replaceChildren(...options);
  const refused = dialog.querySelector("[data-refused]");
  refused.hidden = options.length > 0;
  if (!options.length) refused.textContent = _("The customer has written no second message here.");
  dialog.querySelector(".primary").disabled = !options.length;
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(_("Copied."));
  } catch {
    toast(_("Copying is not allowed here."), "error");
  }
}

// Forms that lead elsewhere when they succeed, and keep what was typed when they do not
async function sendForm(form) {
  if ("busy" in form.dataset) return;
  form.dataset.busy = "";
  // Sent again because the answer was lost, it is the same conversation
  form.dataset.clientId ??= newId();
  const fields = { ...Object.fromEntries(new FormData(form)), clientId: form.dataset.clientId };
  const answer = await post(form.action, fields).catch(() => null);
  delete form.dataset.busy;
  if (answer?.status === 401) keepUnsent(form.action, fields);
  // Closed meanwhile, or the ticket is no longer open: the agent does something else, and is told of it there
  const dialog = form.closest("dialog");
  const isLeft = !form.isConnected || dialog?.open === false;
  const whose = isLeft && form.closest("[data-conversation]")?.querySelector("h1").textContent;
  const told = (text) => (whose ? `${whose}: ${text}` : text);
  if (answer?.ok) {
    delete form.dataset.clientId;
    dialog?.close();
    // Not what was typed since
    if (Array.from(new FormData(form)).every(([name, value]) => fields[name] === value)) form.reset();
    const { url, toast: said } = JSON.parse(answer.text);
    if (isLeft) return toast(told(said || _("Saved.")), "done", url ? { link: [url, _("Open")], time: 60_000 } : {});
    if (said) toast(said);
    if (url) location.assign(url);
    return;
  }
  const reason = reasonOf(answer);
  if (isLeft || !refuseDialog(form, reason)) toast(told(reason), "error");
}

export function watchMenus() {
  document.addEventListener("toggle", (event) => {
    if (event.newState === "open" && event.target.matches(".menu")) placeMenu(event.target);
  }, true);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-show]");
    if (opener) show(opener.dataset.show);
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    const copied = event.target.closest("[data-copy]");
    if (copied) copy(copied);
    const picture = event.target.closest("[data-full]");
    if (picture && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      openPicture(picture.href, { alt: picture.querySelector("img").alt });
    }
    const closing = event.target.closest("[data-ask] .menu-item");
    if (closing) askFirst(event, closing);
    const keep = event.target.closest("[data-keep]");
    if (keep) { keep.closest(".menu-ask").hidden = true; closeMenus(); }
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-new-ticket], [data-merge], [data-split], [data-put-back], [data-save-view]");
    if (!form) return;
    event.preventDefault();
    sendForm(form);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-field=status] select") && event.target.value === "resolved") {
      // Resolving wants a word to the customer
      event.stopPropagation();
      event.target.form.reset();
      show("resolve");
    }
  }, true);
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.closest(".menu")) queueMicrotask(closeMenus);
    // A colleague may have corrected another field since this page was loaded
    if (detail.elt.matches("[data-changes-only]")) {
      for (const field of detail.elt.elements) if (field.matches("input:not([type=hidden])") && field.value === field.defaultValue) delete detail.parameters[field.name];
    }
    const dialog = detail.elt.closest("dialog[open]");
    if (!dialog) return;
    refuseDialog(dialog, "");
    dialog.dataset.busy = "";
  });
  // Open until the desk has done it: what was typed is not gone when it could not be
  document.addEventListener("htmx:afterRequest", ({ detail }) => { delete detail.elt.closest("dialog")?.dataset.busy; });
  document.addEventListener("submit", (event) => {
    if (!event.target.closest("dialog[data-busy]")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}

// The customer has no answer yet: one line asks, and the second click does it
function askFirst(event, button) {
  const question = button.closest("form").querySelector(".menu-ask");
  if (!question.hidden) return;
  event.preventDefault();
  event.stopPropagation();
  question.hidden = false;
  question.querySelector("button").focus();
}

