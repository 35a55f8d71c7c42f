// The browser labels its own file control in the browser's language: it gets a button and the chosen names in the
// page's language. Without scripts the browser's control stays.
function show(input, names) {
  names.textContent = Array.from(input.files, (file) => file.name).join(", ") || input.dataset.none;
}

for (const input of document.querySelectorAll("input[type=file][data-choose]")) {
  const [look, button, names] = ["span", "span", "span"].map((tag) => document.createElement(tag));
  look.className = "file-choice";
  // The control itself tells a screen reader what was chosen
  look.setAttribute("aria-hidden", "true");
  button.className = "button small";
  button.textContent = input.dataset.choose;
  look.append(button, names);
  input.classList.add("sr");
  input.after(look);
  input.addEventListener("change", () => show(input, names));
  show(input, names);
}
