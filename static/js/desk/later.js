// Send later: what stands in the composer is kept on the server until its time.
import { newId } from "../net.js";
import { closeMenus } from "./menus.js";
import { htmx, post } from "./page.js";
import { moment } from "./snooze.js";
import { showTimes } from "../times.js";
import { talk } from "./ticket.js";
import { toast } from "./toast.js";
import { _ } from "../words.js";

async function sendLater(name) {
  const { composer, root } = talk;
  const text = composer.text.value;
  closeMenus();
  if (!text.trim()) return composer.text.focus();
  const answer = await post(root.dataset.later, { message: text, at: moment(name).toISOString(), clientId: newId() }).catch(() => null);
  if (!answer?.ok) return composer.refuse(answer?.text || _("We could not be reached. The reply is still here."));
  composer.fill("");
  const box = document.getElementById("scheduled");
  box.innerHTML = answer.text;
  htmx.process(box);
  showTimes(box);
  toast(_("The reply is sent later."));
}

export function watchLater() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-later]");
    if (button?.matches("button")) sendLater(button.dataset.later);
  });
}
