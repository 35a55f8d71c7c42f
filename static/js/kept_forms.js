// A form that is sent as a page keeps what was typed in this tab until the desk has read it. Where the session
// had ended, or an error page came instead, the text stands in the form again once its page is shown.
const KEY = "kept-form";
const LASTS = 3_600_000;
// Of the person who is signed in; a sign-in or error page has none
const owner = document.querySelector("meta[name=form-owner]");
const NEVER = ["password", "file", "hidden", "submit", "button", "image", "reset"];

const read = () => { try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; } };
const write = (kept) => { try { kept ? sessionStorage.setItem(KEY, JSON.stringify(kept)) : sessionStorage.removeItem(KEY); } catch { /* full or forbidden */ } };

const isKept = (box) => box.name && !box.disabled && !NEVER.includes(box.type) && !("neverKept" in box.dataset);
const actionOf = (form) => form.getAttribute("action") || "";
const named = (form, name) => Array.from(form.elements).filter((box) => box.name === name);

function isChanged(box) {
  if (box.type === "checkbox" || box.type === "radio") return box.checked !== box.defaultChecked;
  if (!box.options) return box.value !== box.defaultValue;
  const options = Array.from(box.options);
  // Without a choice of the server's, a box of one value shows its first
  if (!box.multiple && !options.some((each) => each.defaultSelected)) return box.selectedIndex > 0;
  return options.some((each) => each.selected !== each.defaultSelected);
}

function stateOf(box) {
  if (box.type === "checkbox" || box.type === "radio") return { checked: box.checked };
  // With its label: a box that searches has no options before
  if (box.options) return { chosen: Array.from(box.selectedOptions, (each) => [each.value, each.text]) };
  return { value: box.value };
}

function keep(form) {
  // What a colleague changed meanwhile stays: only what was changed here comes back
  const all = owner.dataset.method === "POST";
  const boxes = Array.from(form.elements).filter((box) => isKept(box) && (all || isChanged(box)));
  const fields = boxes.map((box) => ({ name: box.name, at: named(form, box.name).indexOf(box), ...stateOf(box) }));
  // Rows that were added to the form
  const rows = Array.from(form.querySelectorAll("input[name$=-TOTAL_FORMS]"), (box) => [box.name, Number(box.value)]);
  if (!fields.length) return write(null);
  write({ owner: owner.content, page: owner.dataset.page, action: actionOf(form), rows, fields, at: Date.now() });
}

function addRows(form, rows) {
  for (const [name, count] of rows) {
    const total = form.elements[name];
    const more = form.querySelector(`#${CSS.escape(name.replace("-TOTAL_FORMS", "-group"))} .add-row a`);
    while (more && Number(total.value) < count) {
      const before = total.value;
      more.click();
      if (total.value === before) break;
    }
  }
}

function fill(box, { value, checked, chosen }) {
  if (checked !== undefined) box.checked = checked;
  else if (chosen) {
    for (const [each, text] of chosen) {
      if (!Array.from(box.options).some((option) => option.value === each)) box.add(new Option(text, each));
    }
    for (const option of box.options) option.selected = chosen.some(([each]) => each === option.value);
  } else box.value = value;
  for (const type of ["input", "change"]) box.dispatchEvent(new Event(type, { bubbles: true }));
}

function putBack(kept) {
  const form = Array.from(document.forms).find((each) => each.method === "post" && actionOf(each) === kept.action);
  if (!form) return;
  for (let part = form.parentElement; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  addRows(form, kept.rows);
  for (const field of kept.fields) {
    const box = named(form, field.name)[field.at];
    if (box && isKept(box)) fill(box, field);
  }
  say(kept);
}

function say(kept) {
  const note = document.querySelector("[data-kept-note]");
  if (!note) return;
  note.hidden = false;
  const link = note.querySelector("a");
  if (link) link.href = kept.page;
}

function arrive() {
  const kept = read();
  if (!kept) return;
  if (Date.now() - kept.at > LASTS) return write(null);
  if (!owner) {
    write({ ...kept, refused: true });
    // Not to the address that only takes the form
    const door = document.querySelector("form[data-door]");
    if (door) door.action = `${location.pathname}?${new URLSearchParams({ next: kept.page })}`;
    // The company's sign-in is another form of that page
    for (const next of document.querySelectorAll("form:not([data-door]) [name=next]")) next.value = kept.page;
    return say(kept);
  }
  if (owner.content !== kept.owner) return write(null);
  // The browser's own error page may have come, from which the person went back
  const [way] = performance.getEntriesByType("navigation");
  if (!kept.refused && way?.type !== "back_forward") return write(null);
  if (owner.dataset.page !== kept.page) return;
  write(null);
  putBack(kept);
}

document.addEventListener("submit", (event) => {
  if (owner && !event.defaultPrevented && event.target.method === "post") keep(event.target);
});
// The admin's own scripts add the buttons for rows while the page loads
if (document.readyState === "complete") arrive();
else window.addEventListener("load", arrive);
