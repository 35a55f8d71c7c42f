// The article's form in the admin: what each answer will look like in the help centre, below its box.
const address = document.querySelector("textarea[data-preview]")?.dataset.preview;
const PAUSE = 400;

function token() {
  return document.querySelector("input[name=csrfmiddlewaretoken]").value;
}

async function show(box, shown) {
  try {
    const body = new URLSearchParams({ text: box.value });
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token() } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    // Cleaned by the server: Markdown without raw HTML, then nh3
    shown.innerHTML = await answer.text();
  } catch {
    shown.textContent = "The preview could not be loaded. Your text is safe in its box.";
  }
}

for (const box of document.querySelectorAll("textarea[data-preview]")) {
  const frame = document.createElement("details");
  const title = document.createElement("summary");
  const shown = document.createElement("div");
  title.textContent = "Preview";
  shown.className = "article-preview";
  frame.append(title, shown);
  box.after(frame);
  let timer;
  frame.addEventListener("toggle", () => frame.open && show(box, shown));
  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (frame.open) timer = setTimeout(() => show(box, shown), PAUSE);
  });
}
