// Pictures, recordings and files of a conversation: an element cannot send the Authorization header, so each is
// fetched and shown from memory.
import { fetchAs } from "./identity.js";
import { _ } from "./words.js";

const fetched = new Map();

export function picture(url) {
  if (!fetched.has(url)) {
    const got = fetchAs(url).then(async (response) => {
      if (!response.ok) throw new Error(response.status);
      return URL.createObjectURL(await response.blob());
    });
    got.catch(() => fetched.delete(url));
    fetched.set(url, got);
  }
  return fetched.get(url);
}

// A player's file is fetched when it is to be played
export function offerToPlay(player) {
  const url = player.dataset.src;
  delete player.dataset.src;
  const play = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: `▶ ${_("Play")}` });
  play.setAttribute("aria-label", _("Play %(name)s", { name: player.getAttribute("aria-label") }));
  player.hidden = true;
  player.before(play);
  play.addEventListener("click", async () => {
    play.disabled = true;
    const address = await picture(url).catch(() => "");
    play.disabled = false;
    if (!address) return;
    player.src = address;
    player.hidden = false;
    play.remove();
    player.play().catch(() => {});
  });
}

export async function download(event) {
  event.preventDefault();
  const { href, download: name } = event.currentTarget;
  const address = await picture(href).catch(() => "");
  if (address) Object.assign(document.createElement("a"), { href: address, download: name }).click();
}
