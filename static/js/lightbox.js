import { _ } from "./words.js";

// A picture at full size over the page. `source` turns its address into one that <img> can load.
export function openPicture(address, { source = (url) => url, alt = "" } = {}) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "lightbox" });
  const image = Object.assign(document.createElement("img"), { alt });
  const close = Object.assign(document.createElement("button"), { type: "button", className: "icon-button", textContent: "✕" });
  close.setAttribute("aria-label", _("Close picture"));
  dialog.append(close, image);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  Promise.resolve(source(address)).then((url) => { image.src = url; });
}
