// Messages that this browser holds for tickets that are not open: their ticket sends them when it is opened.
import { body, ownStore as store } from "./page.js";
import { talk } from "./ticket.js";
import { toast } from "./toast.js";
import { _ } from "../words.js";

// Another tab may be sending it just now
const ON_ITS_WAY = 30_000;

function held(onlyFailed) {
  const own = `${body.dataset.meId}:outbox:`;
  let keys = [];
  try { keys = Object.keys(localStorage).filter((key) => key.startsWith(own)); } catch { /* forbidden */ }
  return keys.map((key) => key.slice(own.length)).filter((id) => {
    if (id === talk?.root.dataset.ticket) return false;
    try { return JSON.parse(store.get(`outbox:${id}`)).some(({ failed }) => failed || !onlyFailed); } catch { return false; }
  });
}

function tell(ids) {
  for (const id of ids) toast(_("A message that you wrote is not sent yet."), "error", { link: [`${body.dataset.desk}${id}/`, _("Open the ticket")], time: 60_000 });
}

export function tellHeld() {
  const failed = held(true);
  tell(failed);
  setTimeout(() => tell(held(false).filter((id) => !failed.includes(id))), ON_ITS_WAY);
}
