// The box to write in: grows with its text, keeps a draft, takes one picture (button, paste, drop).
const MAX_BYTES = 5 * 1024 * 1024;
const TYPES = ["image/jpeg", "image/png", "image/webp"];

export class Composer {
  constructor(form, { draftKey, store, onSend, onTyping }) {
    Object.assign(this, { form, draftKey, store, onSend, onTyping, picture: null, typedAt: 0 });
    this.text = form.querySelector("[data-text]");
    this.file = form.querySelector("[data-file]");
    this.preview = form.querySelector("[data-preview]");
    this.counter = form.querySelector("[data-counter]");
    this.refusal = form.querySelector("[data-refusal]");
    if (!this.text.value) this.text.value = store.get(draftKey) || "";
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("paste", (event) => this.take(event.clipboardData?.files?.[0], event));
    form.querySelector("[data-attach]")?.addEventListener("click", () => this.file.click());
    this.file?.addEventListener("change", () => this.take(this.file.files[0]));
    const conversation = form.closest("[data-conversation]");
    for (const name of ["dragover", "dragleave", "drop"]) conversation.addEventListener(name, (event) => this.drag(event));
    this.grow();
  }

  get mayAttach() {
    const button = this.form.querySelector("[data-attach]");
    return Boolean(this.file) && Boolean(button) && !button.hidden;
  }

  key(event) {
    if (event.key === "Escape") this.text.blur();
    // While an input method composes a word, Enter belongs to it
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  typed() {
    this.grow();
    this.store.set(this.draftKey, this.text.value);
    if (this.text.value && Date.now() - this.typedAt > 3000) {
      this.typedAt = Date.now();
      this.onTyping?.();
    }
  }

  grow() {
    this.text.rows = Math.min(7, this.text.value.split("\n").length);
    const left = this.text.maxLength - this.text.value.length;
    this.counter.hidden = left > 300;
    this.counter.textContent = left > 0 ? `${left} characters left` : "4,000 characters is the most that fits.";
    this.counter.toggleAttribute("data-full", left <= 0);
  }

  drag(event) {
    if (!this.mayAttach || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.form.classList.toggle("dragging", event.type === "dragover");
    if (event.type === "drop") this.take(event.dataTransfer.files[0]);
  }

  take(file, event) {
    if (!file || !this.mayAttach) return;
    event?.preventDefault();
    this.file.value = "";
    if (!TYPES.includes(file.type)) return this.refuse("Only pictures can be sent: JPEG, PNG or WebP.");
    if (file.size > MAX_BYTES) return this.refuse("This picture is larger than 5 MB. Please choose a smaller one.");
    this.refuse("");
    this.drop();
    this.picture = { file, url: URL.createObjectURL(file) };
    const image = Object.assign(document.createElement("img"), { src: this.picture.url, alt: "The picture that you attached" });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: "Remove" });
    remove.setAttribute("aria-label", "Remove picture");
    remove.addEventListener("click", () => { this.drop(); this.text.focus(); });
    this.preview.replaceChildren(image, Object.assign(document.createElement("span"), { textContent: file.name }), remove);
    this.preview.hidden = false;
    this.text.focus();
  }

  drop() {
    this.picture = null;
    this.preview.hidden = true;
    this.preview.replaceChildren();
  }

  refuse(sentence) {
    this.refusal.hidden = !sentence;
    this.refusal.textContent = sentence;
  }

  send() {
    const text = this.text.value;
    if (!text.trim() && !this.picture) return this.text.focus();
    this.refuse("");
    this.onSend({ text, file: this.picture?.file ?? null, url: this.picture?.url ?? null });
    this.fill("");
    this.drop();
    this.typedAt = 0;
    this.text.focus();
  }

  // Put text into the box (back into it, after a refusal) and remember it as the draft
  fill(text) {
    this.text.value = text;
    this.store.set(this.draftKey, text);
    this.grow();
  }
}
