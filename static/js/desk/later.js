// Send later: what stands in the composer is kept on the server until its time.
import { newId } from "../net.js";
import { closeMenus } from "./menus.js";
import { htmx, post, reasonOf } from "./page.js";
import { moment } from "./snooze.js";
import { showTimes } from "../times.js";
import { talk } from "./ticket.js";
import { toast } from "./toast.js";
import { _ } from "../words.js";

// What is on its way, or was sent and not answered: sent again, it is the same reply
const planned = new Map();

async function sendLater(name) {
  const { composer, root } = talk;
  const text = composer.text.value;
  closeMenus();
  if (!text.trim()) return composer.text.focus();
  if (root.querySelector("[name=internal]:checked")?.value) return composer.refuse(_("A private note is not sent later. Choose “Reply” first."));
  if (composer.isHolding) return composer.refuse(_("Pictures and files cannot be sent later. Remove them first."));
  const key = JSON.stringify([root.dataset.later, name, text]);
  const reply = planned.get(key) ?? { message: text, at: moment(name).toISOString(), clientId: newId() };
  if (reply.isOnItsWay) return;
  planned.set(key, reply);
  reply.isOnItsWay = true;
  const { message, at, clientId } = reply;
  const answer = await post(root.dataset.later, { message, at, clientId }).catch(() => null);
  reply.isOnItsWay = false;
  if (answer) planned.delete(key);
  if (!answer?.ok) {
    const reason = reasonOf(answer, _("We could not be reached. The reply is still here."));
    if (!root.isConnected) toast(`${root.querySelector("h1").textContent}: ${reason}`, "error");
    return composer.refuse(reason);
  }
  // What was typed since then stays
  const now = composer.text.value;
  composer.fill(now.startsWith(text) ? now.slice(text.length).trimStart() : now);
  const box = root.querySelector("#scheduled");
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
