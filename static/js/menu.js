// The "More" menu: opens on its button, walks with the arrows, closes on Escape and on any other tap.
// Looked up each time: the head of the page is replaced when its language changes
const find = () => ({ button: document.querySelector("[data-more]"), box: document.querySelector("[data-menu]") });
const items = (box) => Array.from(box.querySelectorAll("[role^=menuitem]")).filter((item) => !item.hidden);

export function openMenu() {
  const { button, box } = find();
  if (!box.hidden) return closeMenu();
  box.hidden = false;
  button.setAttribute("aria-expanded", "true");
  items(box)[0]?.focus();
}

export function closeMenu() {
  const { button, box } = find();
  if (box.hidden) return;
  const back = box.contains(document.activeElement);
  box.hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (back) button.focus();
}

// Take a key that belongs to the open menu; say whether it did
export function moveInMenu(event) {
  const { box } = find();
  if (box.hidden) return false;
  if (event.key === "Escape" || event.key === "Tab") {
    closeMenu();
    return event.key === "Escape";
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return false;
  event.preventDefault();
  const all = items(box);
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  return true;
}
