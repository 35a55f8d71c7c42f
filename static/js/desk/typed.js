// Words in the fields of a form that the desk has not stored: they outlive a header that is drawn again.
const FIELDS = "form input:not([type=hidden], [type=checkbox], [type=radio]), form textarea";
const addressOf = (field) => field.form.getAttribute("action");

export function typedIn(root) {
  const fields = Array.from(root.querySelectorAll(FIELDS)).filter((field) => field.name && field.value !== field.defaultValue);
  return fields.map((field) => [addressOf(field), field.name, field.value]);
}

export function putBack(root, typed) {
  for (const [address, name, value] of typed) {
    const field = Array.from(root.querySelectorAll(FIELDS)).find((each) => each.name === name && addressOf(each) === address);
    if (field && field.value !== value) field.value = value;
  }
}

// The desk has stored what was sent; what was typed since then stays
export function clearStored(form, sent) {
  for (const field of form.elements) {
    if (field.matches("input:not([type=hidden]), textarea") && sent.get(field.name) === field.value) field.value = field.defaultValue;
  }
}
