// WhatsApp templates: the text with its variables filled in while they are typed, sent as the reply.
import { newId } from "../net.js";
import { post, reasonOf } from "./page.js";
import { renewHeader, talk } from "./ticket.js";
import { keepUnsent } from "./unsent.js";
import { _ } from "../words.js";

function preview(form) {
  const box = form.querySelector("[data-preview-of]");
  const values = Array.from(form.querySelectorAll("[data-variable]"), (field) => field.value.trim());
  box.textContent = box.dataset.previewOf.replace(/\{\{\s*(\d+)\s*\}\}/g, (hole, number) => values[number - 1] || hole);
}

async function send(form) {
  const data = new FormData(form);
  const button = form.querySelector(".primary");
  button.disabled = true;
  form.dataset.clientId ??= newId();
  const fields = { name: data.get("name"), language: data.get("language"), variable: data.getAll("variable"), clientId: form.dataset.clientId };
  const answer = await post(form.action, fields).catch(() => null);
  if (answer?.status === 401) keepUnsent(form.action, fields);
  button.disabled = false;
  if (!answer?.ok) {
    const refused = document.querySelector("#templates-list [data-refused]");
    refused.textContent = reasonOf(answer);
    refused.hidden = false;
    return;
  }
  delete form.dataset.clientId;
  document.getElementById("templates").close();
  talk?.append(answer.text);
  renewHeader();
}

export function watchTemplates() {
  document.addEventListener("input", ({ target }) => target.matches("[data-variable]") && preview(target.form));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-template]")) return;
    event.preventDefault();
    send(event.target);
  });
}
