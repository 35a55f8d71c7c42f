// What was written on the page of a link that has ended goes on to the new link's page in the same browser: its
// words, and the files where this page still has them.
const channel = self.BroadcastChannel && new BroadcastChannel("links");

// number: of the ticket. A page whose link has ended gives what it holds to the one that asks for it
function giveTo({ data }) {
  const ended = document.querySelector("[data-ended]");
  if (!ended?.dataset.number || data.asks !== ended.dataset.number) return;
  const words = document.querySelector("textarea[name=message]")?.value ?? "";
  const files = [...document.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (words || files.length) channel.postMessage({ number: data.asks, words, files });
}

// Call take({words, files}) with what a page of the same ticket still holds
export function askFor(number, take) {
  if (!channel) return;
  channel.addEventListener("message", ({ data }) => data.number === number && take(data));
  channel.postMessage({ asks: number });
}

channel?.addEventListener("message", giveTo);
