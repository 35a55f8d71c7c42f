// The page's title and icon count what waits for an answer of mine.
import { body } from "./page.js";

export const unseen = new Set();
let title = "";
let waiting = 0;

export function setTitle(text) { title = text; showTitle(); }

export function setWaiting(number) { waiting = number; showTitle(); }

export function showTitle() {
  const number = Math.max(unseen.size, waiting);
  const wanted = `${number ? `(${number}) ` : ""}${title} · Customer Support Dashboard`;
  if (document.title !== wanted) document.title = wanted;
  showIcon(number);
}

let drawn = null;
function showIcon(number) {
  const link = document.querySelector("link[rel=icon]");
  if (drawn === Boolean(number) || !link) return;
  drawn = Boolean(number);
  link.dataset.plain ??= link.getAttribute("href");
  link.setAttribute("href", drawn ? body.dataset.iconWaiting || link.dataset.plain : link.dataset.plain);
}
