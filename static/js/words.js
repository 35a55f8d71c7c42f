// Sentences in the reader's language. Scripts say them in English; a page in another language brings
// those of its own scripts as JSON (supportdesk/catalogue.py).
let words = read(document);

function read(root) {
  const found = root.querySelector("#words");
  return found ? JSON.parse(found.textContent) : {};
}

// A part of the page has come in another language
export function renewWords(root) { words = read(root); }

const withValues = (text, values) => text.replace(/%\((\w+)\)s/g, (gap, name) => values[name] ?? gap);

export function _(text, values = {}) { return withValues(words[text] ?? text, values); }

export function ngettext(one, many, count, values = {}) {
  const [single, plural] = words[one] ?? [one, many];
  return withValues(count === 1 ? single : plural, { count, ...values });
}

// Dates as the page's language writes them, and as the server has written them: "Wed 26 Nov, 17:36"
export function locale() {
  const { lang } = document.documentElement;
  return !lang || lang.startsWith("en") ? "en-GB" : lang;
}
