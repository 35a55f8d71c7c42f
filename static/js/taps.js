// Handlers of the widget's smaller buttons: earlier conversations, stars, claim photos. In one file, as each costs its
// reader a request.
import { request } from "./identity.js";
import { sentence } from "./net.js";
import { showTimes } from "./times.js";
import { _ } from "./words.js";

// --- The customer's past conversations, a page at a time

// Append the next page of past conversations, without those that the list already has
export async function showEarlier(button, main, language, refuse) {
  button.disabled = true;
  const answer = await request(`${button.dataset.earlier}&${language}`).catch(() => null);
  button.disabled = false;
  if (!answer?.ok) return refuse(answer ? sentence(answer) : _("We could not be reached. Please try again."));
  const list = main.querySelector("[data-past]");
  // The customer may have opened another conversation meanwhile
  if (!list || !button.isConnected) return;
  const fresh = new DOMParser().parseFromString(answer.text, "text/html");
  const cards = [...fresh.querySelectorAll("li")].filter((each) => !main.querySelector(`[data-go="${each.querySelector("[data-go]").dataset.go}"]`));
  list.append(...cards);
  const next = fresh.querySelector("[data-earlier]");
  if (next) button.replaceWith(next);
  else button.remove();
  showTimes(list);
  cards[0]?.querySelector("button").focus();
}

// --- The stars of the widget: the ones up to the chosen one shine, and there is room for words

export function chooseStar(star) {
  const form = star.closest("[data-rating]");
  form.dataset.chosen = star.dataset.star;
  for (const each of form.querySelectorAll("[data-star]")) {
    each.setAttribute("aria-pressed", each === star);
    each.toggleAttribute("data-given", Number(each.dataset.star) <= Number(star.dataset.star));
  }
  form.querySelector("[data-rating-more]").hidden = false;
}

// --- Photos of the items that a claim is about: a picture is sent with the item's name as its words

let waiting = null;

// Choose a picture for one item; its name goes into the box once there is a picture
export function choosePhoto(button, composer) {
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const once = { once: true, signal };
  composer.file.addEventListener("cancel", () => waiting.abort(), once);
  composer.file.addEventListener("change", () => {
    waiting.abort();
    if (composer.pictures.length) composer.fill([composer.text.value.trimEnd(), button.dataset.photoOf].filter(Boolean).join("\n"));
  }, once);
  composer.file.click();
}

// Tick the items whose picture has arrived; once all have, the row goes
export function tickPhotos(main) {
  const row = main.querySelector("[data-photos]");
  if (!row) return;
  const shown = Array.from(main.querySelectorAll('.bubble[data-sender="customer"][data-seq]:has([data-full])'), (bubble) => bubble.querySelector(".text")?.innerText ?? "");
  const said = new Set(shown.flatMap((text) => text.split("\n").map((line) => line.trim())));
  const buttons = Array.from(row.querySelectorAll("[data-photo-of]"));
  for (const button of buttons) if (said.has(button.dataset.photoOf)) button.dataset.done = "";
  row.hidden = buttons.every((button) => "done" in button.dataset);
}
