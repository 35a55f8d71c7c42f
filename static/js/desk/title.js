// The page's title and icon count what waits for an answer of mine.
export const unseen = new Set();
let title = "";
let waitingForMe = 0;

export function setTitle(text) { title = text; showTitle(); }

export function setWaiting(number) { waitingForMe = number; showTitle(); }

export function showTitle() {
  const number = Math.max(unseen.size, waitingForMe);
  const wanted = `${number ? `(${number}) ` : ""}${title} · Customer Support Dashboard`;
  if (document.title !== wanted) document.title = wanted;
  showIcon(number);
}

let drawn = 0;
function showIcon(number) {
  const link = document.querySelector("link[rel=icon]");
  if (drawn === number || !link) return;
  drawn = number;
  link.dataset.plain ??= link.getAttribute("href");
  link.setAttribute("href", number ? `data:image/svg+xml,${encodeURIComponent(counting(number))}` : link.dataset.plain);
}

// The desk's icon with the number in its corner
function counting(number) {
  const text = number > 99 ? "99+" : String(number);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#f3b72f"/>
    <rect x="${28 - 8 * text.length}" y="10" width="${4 + 8 * text.length}" height="22" rx="9" fill="#b3261e"/>
    <text x="${30 - 4 * text.length}" y="27" font-family="system-ui, sans-serif" font-size="16" font-weight="700" fill="#fff" text-anchor="middle">${text}</text></svg>`;
}
