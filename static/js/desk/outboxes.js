// Messages that this browser holds for tickets that are not open: their ticket sends them when it is opened.
import { body, ownStore, store } from "./page.js";
import { talk } from "./ticket.js";
import { toast } from "./toast.js";
import { _ } from "../words.js";

// Another tab may be sending it just now
const OUTBOX_PAUSE = 30_000;

function heldOutboxes(onlyFailed) {
  const own = `${body.dataset.meId}:outbox:`;
  let keys = [];
  try { keys = Object.keys(localStorage).filter((key) => key.startsWith(own)); } catch { /* forbidden */ }
  return keys.map((key) => key.slice(own.length)).filter((id) => {
    if (id === talk?.root.dataset.ticket) return false;
    try { return JSON.parse(ownStore.get(`outbox:${id}`)).some(({ failed }) => failed || !onlyFailed); } catch { return false; }
  });
}

function tellOutboxes(ids) {
  for (const id of ids) toast(_("A message that you wrote is not sent yet."), "error", { link: [`${body.dataset.desk}${id}/`, _("Open the ticket")], time: 60_000 });
}

// Keys of the desk from before each agent had their own, which no page reads any more
const OWNERLESS = /^(draft|draft-saved|outbox):/;

// Of tickets that are not open: what no page reads, and drafts that the server has word for word
export function sweepStore() {
  const own = `${body.dataset.meId}:draft:`;
  let keys = [];
  try { keys = Object.keys(localStorage); } catch { /* forbidden */ }
  for (const key of keys.filter((each) => OWNERLESS.test(each))) store.set(key, "");
  for (const id of keys.filter((each) => each.startsWith(own)).map((each) => each.slice(own.length))) {
    if (id.split(":")[0] === talk?.root.dataset.ticket || ownStore.get(`draft:${id}`) !== ownStore.get(`draft-saved:${id}`)) continue;
    ownStore.set(`draft:${id}`, "");
    ownStore.set(`draft-saved:${id}`, "");
  }
}

export function tellHeld() {
  const failed = heldOutboxes(true);
  tellOutboxes(failed);
  setTimeout(() => tellOutboxes(heldOutboxes(false).filter((id) => !failed.includes(id))), OUTBOX_PAUSE);
}
