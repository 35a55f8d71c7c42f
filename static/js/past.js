// The customer's past conversations, a page at a time.
import { request } from "./identity.js";
import { sentence } from "./net.js";
import { showTimes } from "./times.js";
import { _ } from "./words.js";

// The next page of past conversations; one that was answered meanwhile is listed already
export async function showEarlier(button, main, language, refuse) {
  button.disabled = true;
  const answer = await request(`${button.dataset.earlier}&${language}`).catch(() => null);
  button.disabled = false;
  if (!answer?.ok) return refuse(answer ? sentence(answer) : _("We could not be reached. Please try again."));
  const list = main.querySelector("[data-past]");
  // Another conversation may be on the screen by now
  if (!list || !button.isConnected) return;
  const fresh = new DOMParser().parseFromString(answer.text, "text/html");
  const cards = [...fresh.querySelectorAll("li")].filter((each) => !main.querySelector(`[data-go="${each.querySelector("[data-go]").dataset.go}"]`));
  list.append(...cards);
  const next = fresh.querySelector("[data-earlier]");
  if (next) button.replaceWith(next);
  else button.remove();
  showTimes(list);
  cards[0]?.querySelector("button").focus();
}
