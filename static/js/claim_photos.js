// Photos of the items that a claim is about: a picture is sent with the item's name as its words.
let waiting = null;

// Choose a picture for one item; its name goes into the box once there is a picture
export function choosePhoto(button, composer) {
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const once = { once: true, signal };
  composer.file.addEventListener("cancel", () => waiting.abort(), once);
  composer.file.addEventListener("change", () => {
    waiting.abort();
    if (composer.pictures.length) composer.fill([composer.text.value.trimEnd(), button.dataset.photoOf].filter(Boolean).join("\n"));
  }, once);
  composer.file.click();
}

// Tick the items whose picture has arrived; once all have, the row goes
export function tickPhotos(main) {
  const row = main.querySelector("[data-photos]");
  if (!row) return;
  const shown = Array.from(main.querySelectorAll('.bubble[data-sender="customer"][data-seq]:has([data-full])'), (bubble) => bubble.querySelector(".text")?.innerText ?? "");
  const said = new Set(shown.flatMap((text) => text.split("\n").map((line) => line.trim())));
  const buttons = Array.from(row.querySelectorAll("[data-photo-of]"));
  for (const button of buttons) if (said.has(button.dataset.photoOf)) button.dataset.done = "";
  row.hidden = buttons.every((button) => "done" in button.dataset);
}
