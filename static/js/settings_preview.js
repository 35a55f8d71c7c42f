// The preview on the settings page follows the form; what is shown there is not saved yet.
"use strict";

const ENOUGH = 4.5;

addEventListener("DOMContentLoaded", () => {
  const preview = document.querySelector("[data-settings-preview]");
  const form = document.querySelector("#desksettings_form");
  if (!preview || !form) return;

  const part = (name) => preview.querySelector(`[data-preview-${name}]`);
  const value = (name) => form.elements[name]?.value.trim() ?? "";
  const language = part("language");

  function show() {
    const colour = value("colour");
    const text = value("text_colour");
    preview.style.setProperty("--shop-colour", colour);
    preview.style.setProperty("--shop-text", text);
    preview.dataset.side = value("side");
    part("name").textContent = value("shop_name") || preview.dataset.shopName;
    part("greeting").textContent = value(`greeting_${language.value}`) || preview.dataset.greeting;
    part("launcher-text").textContent = value("launcher_text");
    const suggestions = value(`suggestions_${language.value}`).split("\n").filter((line) => line.trim());
    part("chips").replaceChildren(...suggestions.map(chip));
    const found = contrast(colour, text);
    const said = part("contrast");
    said.dataset.enough = found >= ENOUGH ? "yes" : "no";
    said.textContent = said.dataset[found >= ENOUGH ? "good" : "bad"].replace("%", found.toFixed(1));
  }

  function chip(text) {
    const element = document.createElement("span");
    element.textContent = text;
    return element;
  }

  form.addEventListener("input", show);
  language.addEventListener("change", show);
  form.elements.new_logo.addEventListener("change", (event) => {
    const file = event.target.files[0];
    const image = part("logo");
    if (file) image.src = URL.createObjectURL(file);
    else image.removeAttribute("src");
  });
  show();
});

// As WCAG 2 defines it; the server checks it again
function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
