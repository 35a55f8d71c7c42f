import { _ } from "./words.js";

// Files beside a message: PDF, video and recordings. The desk looks at the bytes; this spares the upload of what it refuses.
export const MOST_FILES = 5;
const MOST_BYTES = 20 * 1024 * 1024;
const MOST_TOGETHER = 40 * 1024 * 1024;
const DOCUMENT_TYPES = /^(application\/pdf|video\/(mp4|webm|quicktime)|audio\/(ogg|mpeg|mp3|mp4|x-m4a|aac|wav|x-wav|vnd\.wave|webm))$/;
// Some systems name no type
const NAMES = /\.(pdf|mp4|webm|mov|ogg|oga|opus|mp3|m4a|wav|weba)$/i;

export const isDocument = (file) => DOCUMENT_TYPES.test(file.type.split(";")[0]) || (!file.type && NAMES.test(file.name));

// Why this file cannot go with those that are attached already; empty if it can
export function whyNot(file, attached, pictures) {
  if (attached.length >= MOST_FILES) return _("You can attach %(count)s files at a time.", { count: MOST_FILES });
  if (file.size > MOST_BYTES) return _("“%(name)s” is larger than 20 MB. Please choose a smaller one.", { name: file.name });
  const together = [...attached, ...pictures.slice(0, 1).map((picture) => picture.file), file].reduce((sum, each) => sum + each.size, 0);
  return together > MOST_TOGETHER ? _("These files are larger than 40 MB together.") : "";
}

export function sizeOf(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

// A line of the preview with the file's name and a button that removes it
export function lineOf(file, onRemove) {
  const line = Object.assign(document.createElement("p"), { className: "preview-line" });
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: _("Remove") });
  remove.setAttribute("aria-label", _("Remove file %(name)s", { name: file.name }));
  remove.addEventListener("click", onRemove);
  line.append(Object.assign(document.createElement("span"), { textContent: file.name }), Object.assign(document.createElement("small"), { textContent: sizeOf(file.size) }), remove);
  return line;
}

// What stands in a bubble while its files are on their way
export function pendingLine(file) {
  return Object.assign(document.createElement("p"), { className: "attached", textContent: `${file.name} · ${sizeOf(file.size)}` });
}
