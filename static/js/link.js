// The conversation behind the link in an e-mail: shows new messages and sends read receipts. Works without this file.
import { arrange } from "./groups.js";
import { askFor } from "./link_handed_on.js";
import { hasEnded, sendsInBackground } from "./link_sending.js";
import { keepTimes, showTimes } from "./times.js";

const page = document.querySelector("[data-link]");
const log = page.querySelector("[data-log]");
const LOOK_SECONDS = 4;
const SLOWEST_SECONDS = 60;
let wait = LOOK_SECONDS;
let told = 0;
let ended = false;

const lastSeq = () => Math.max(Number(log.dataset.last), ...[...log.querySelectorAll("[data-seq]")].map((each) => Number(each.dataset.seq)));

async function tellSeen() {
  const seq = lastSeq();
  if (document.hidden || seq <= told) return;
  const body = new URLSearchParams({ seq });
  const answer = await fetch(page.dataset.seen, { method: "POST", body });
  if (answer.ok) told = seq;
}

async function look() {
  if (document.hidden || ended) return;
  const answer = await fetch(`${page.dataset.messages}?after=${lastSeq()}`);
  if (ended = await hasEnded(page, answer)) return;
  if (!answer.ok) throw new Error(String(answer.status));
  const state = answer.headers.get("X-Conversation-State");
  const html = await answer.text();
  if (html.trim()) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    for (const bubble of parsed.querySelectorAll(".bubble")) {
      if (!document.getElementById(bubble.id)) log.append(document.importNode(bubble, true));
    }
    arrange(log);
    showTimes(log);
    log.lastElementChild.scrollIntoView({ block: "nearest" });
  }
  await tellSeen();
  // The rating belongs to another state: the page shows it, unless something is being written
  const isWriting = [...document.querySelectorAll("textarea, input[type=file]")].some((each) => each.value);
  if (state !== page.dataset.state && !isWriting) location.reload();
}

async function repeat() {
  try {
    await look();
    wait = LOOK_SECONDS;
  } catch {
    wait = Math.min(wait * 2, SLOWEST_SECONDS);
  }
  setTimeout(repeat, wait * 1000);
}

// Pasted and dropped files join those that were chosen: a file that is dropped beside the fields would replace the page
function take(files) {
  const form = page.querySelector(".composer");
  for (const input of [form.elements.image, form.elements.file]) {
    const chosen = new DataTransfer();
    const isPicture = input.name === "image";
    for (const file of [...input.files, ...files.filter((each) => each.type.startsWith("image/") === isPicture)]) chosen.items.add(file);
    input.files = chosen.files;
    input.dispatchEvent(new Event("change"));
  }
}

// Cells of a spreadsheet come with a picture of themselves: the text is meant. A copied file comes with its name
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  const names = files.map((file) => file.name);
  const text = event.clipboardData?.getData("text/plain").trim() ?? "";
  if (!files.length || (text && !text.split(/[\r\n]+/).every((line) => names.includes(line.trim())))) return;
  event.preventDefault();
  take(files);
});
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (name === "drop") take([...event.dataTransfer.files]);
  });
}

// Of the page whose link has ended, in another tab
askFor(page.dataset.number, ({ words, files }) => {
  const { message } = page.querySelector(".composer").elements;
  if (message.value) return;
  message.value = words;
  take(files);
});
sendsInBackground(page, () => look().catch(() => {}));

// Days and hours are the reader's
arrange(log);
keepTimes();
document.addEventListener("visibilitychange", () => look().catch(() => {}));
tellSeen().catch(() => {});
setTimeout(repeat, LOOK_SECONDS * 1000);
