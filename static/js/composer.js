// The box to write in: grows with its text, keeps a draft, takes pictures and files (button, paste, drop).
import { isDocument, lineOf, whyNot } from "./documents.js";
import { fit, NotAPicture } from "./pictures.js";
import { _ } from "./words.js";

const MAX_BYTES = 5 * 1024 * 1024;
const MAX_PICTURES = 6;
const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif"];

export class Composer {
  // onSend gets {text, file, url, documents}: each picture is a message of its own, words and files go with the first;
  // onDraft gets the text whenever it has changed
  constructor(form, { draftKey, store, onSend, onTyping, onDraft = null }) {
    Object.assign(this, { form, draftKey, store, onSend, onTyping, onDraft, pictures: [], documents: [], typedAt: 0 });
    this.text = form.querySelector("[data-text]");
    this.file = form.querySelector("[data-file]");
    this.preview = form.querySelector("[data-preview]");
    this.counter = form.querySelector("[data-counter]");
    this.refusal = form.querySelector("[data-refusal]");
    if (!this.text.value) this.text.value = store.get(draftKey) || "";
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("paste", (event) => this.paste(event));
    form.querySelector("[data-attach]")?.addEventListener("click", () => this.file.click());
    if (this.file) this.file.multiple = true;
    this.file?.addEventListener("change", () => {
      const chosen = [...this.file.files];
      this.file.value = "";
      this.take(chosen);
    });
    // Not in the page: the form keeps one chooser, that of pictures
    const chooser = Object.assign(document.createElement("input"), { type: "file", accept: "application/pdf,video/*,audio/*", multiple: true });
    form.querySelector("[data-attach-file]")?.addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      const chosen = [...chooser.files];
      chooser.value = "";
      this.take(chosen);
    });
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
    this.keep();
    if (this.text.value && Date.now() - this.typedAt > 3000) {
      this.typedAt = Date.now();
      this.onTyping?.();
    }
  }

  grow() {
    this.text.rows = Math.min(7, this.text.value.split("\n").length);
    const left = this.text.maxLength - this.text.value.length;
    this.counter.hidden = left > 300;
    this.counter.textContent = left > 0 ? _("%(count)s characters left", { count: left }) : _("Maximum 4,000 characters reached.");
    this.counter.toggleAttribute("data-full", left <= 0);
  }

  // --- Pictures

  // Cells of a spreadsheet, and text from some word processors, come with a picture of themselves: the text
  // is meant. A copied file comes with its name as text: the file is meant
  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    const names = files.map((file) => file.name);
    const namesOnly = text.split(/[\r\n]+/).every((line) => names.includes(line.trim()));
    if (!files.length || !this.mayAttach || (text && !namesOnly)) return;
    event.preventDefault();
    this.take(files);
  }

  drag(event) {
    if (!this.mayAttach || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.form.classList.toggle("dragging", event.type === "dragover");
    if (event.type === "drop") this.take([...event.dataTransfer.files]);
  }

  // Attach pictures and files; name each that is refused
  take(files) {
    if (!files.length || !this.mayAttach) return;
    const refused = [];
    const quoted = (file) => (files.length > 1 ? `“${file.name}”: ` : "");
    for (const file of files) {
      if (isDocument(file)) refused.push(...[this.attachDocument(file)].filter(Boolean));
      else if (!PICTURE_TYPES.includes(file.type)) refused.push(quoted(file) + _("Only pictures (JPEG, PNG, WebP, GIF), PDF, video and audio can be sent."));
      else if (this.pictures.length >= MAX_PICTURES) refused.push(quoted(file) + _("You can attach %(count)s pictures at a time.", { count: MAX_PICTURES }));
      else this.attach(file);
    }
    this.refuse(refused.join(" "));
    this.text.focus();
  }

  // Return why it was not attached; empty if it was
  attachDocument(file) {
    if (!this.form.querySelector("[data-attach-file]")) return _("Files can be sent once you are connected.");
    const reason = whyNot(file, this.documents, this.pictures);
    if (reason) return reason;
    const line = lineOf(file, () => {
      this.documents = this.documents.filter((other) => other !== file);
      line.remove();
      this.showPreview();
      this.text.focus();
    });
    this.documents.push(file);
    this.preview.append(line);
    this.showPreview();
    return "";
  }

  get isHolding() { return this.pictures.length + this.documents.length > 0; }

  showPreview() { this.preview.hidden = !this.pictures.length && !this.documents.length; }

  // Shown at once; a large one is made smaller meanwhile, and sending waits for it
  attach(file) {
    const url = URL.createObjectURL(file);
    const image = Object.assign(document.createElement("img"), { src: url, alt: _("The picture that you attached") });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: _("Remove") });
    remove.setAttribute("aria-label", this.pictures.length ? _("Remove picture %(name)s", { name: file.name }) : _("Remove picture"));
    const line = Object.assign(document.createElement("p"), { className: "preview-line" });
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", _("Preparing %(name)s", { name: file.name }));
    bar.hidden = true;
    line.append(image, Object.assign(document.createElement("span"), { textContent: file.name }), bar, remove);
    const picture = { file, url, line };
    remove.addEventListener("click", () => { this.detach(picture); this.text.focus(); });
    this.pictures.push(picture);
    this.preview.append(line);
    this.preview.hidden = false;
    const showing = setTimeout(() => { bar.hidden = false; }, 200);
    picture.ready = fit(file, MAX_BYTES).then((fitted) => { picture.file = fitted; }, (reason) => {
      this.detach(picture);
      this.refuse(reason instanceof NotAPicture ? _("“%(name)s” cannot be read as a picture.", { name: file.name }) : _("“%(name)s” is larger than 5 MB. Please choose a smaller one.", { name: file.name }));
    }).finally(() => { clearTimeout(showing); bar.remove(); });
  }

  detach(picture) {
    this.pictures = this.pictures.filter((other) => other !== picture);
    picture.line.remove();
    this.showPreview();
  }

  // What was attached to the box that stood here before, where it can be attached still
  takeOver(before) {
    if (!this.mayAttach) return;
    for (const { file } of before.pictures) this.attach(file);
    for (const each of before.documents) this.attachDocument(each);
    Object.assign(before, { pictures: [], documents: [], next: this });
  }

  // Good news beside the box; it goes with the next word
  tell(sentence) {
    this.refusal.dataset.kind = "info";
    this.refusal.hidden = !sentence;
    this.refusal.textContent = sentence;
  }

  refuse(sentence) {
    this.refusal.dataset.kind = "error";
    this.refusal.hidden = !sentence;
    this.refusal.textContent = sentence;
  }

  // --- Sending

  async send() {
    if (this.sending) return;
    this.refuse("");
    if (this.pictures.length) {
      this.sending = true;
      await Promise.all(this.pictures.map((picture) => picture.ready));
      this.sending = false;
      // Drawn again meanwhile: that box has the words and the pictures
      if (this.next) return this.next.send();
      // One of them was refused meanwhile: the words wait until this has been read
      if (!this.refusal.hidden) return;
    }
    const text = this.text.value;
    if (!text.trim() && !this.pictures.length && !this.documents.length) return this.text.focus();
    const [first, ...others] = this.pictures;
    const { documents } = this;
    this.pictures = [];
    this.documents = [];
    this.preview.replaceChildren();
    this.preview.hidden = true;
    this.onSend({ text, file: first?.file ?? null, url: first?.url ?? null, documents });
    for (const { file, url } of others) this.onSend({ text: "", file, url });
    this.fill("");
    this.typedAt = 0;
    this.text.focus();
  }

  // Put text into the box (back into it, after a refusal) and remember it as the draft
  fill(text) {
    this.text.value = text;
    this.keep();
    this.grow();
  }

  keep() {
    this.store.set(this.draftKey, this.text.value);
    this.onDraft?.(this.text.value);
  }
}
