// The demo shop's own script: signs in to the shop, and tells Villy who is here.
const KEY = "village-pantry";
const account = document.querySelector("[data-account]");
const dialog = document.getElementById("sign-in");

const kept = () => { try { return JSON.parse(localStorage.getItem(KEY)); } catch { return null; } };
const keep = (value) => { try { value ? localStorage.setItem(KEY, JSON.stringify(value)) : localStorage.removeItem(KEY); } catch { /* for this page only */ } };
const post = (url, data) => fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) });

function villy(use) {
  if (window.Villy) return use(window.Villy);
  document.querySelector('script[src="/widget.js"]').addEventListener("load", () => use(window.Villy));
}

// The identity that the shop's backend signs is short-lived, so it is asked for when the chat opens
async function vouch() {
  const customer = kept();
  if (!customer) return;
  const answer = await post("/shop/identity", { pass: customer.pass });
  if (answer.ok) villy(async (widget) => widget.identify((await answer.json()).token));
  else { keep(null); show(); }
}

function show() {
  if (account) account.textContent = kept() ? `${kept().name} · Sign out` : "Sign in";
}

account?.addEventListener("click", () => {
  if (!kept()) return dialog.showModal();
  keep(null);
  villy((widget) => widget.logout());
  show();
});

document.querySelector("[data-cancel]")?.addEventListener("click", () => dialog.close());
document.querySelector("[data-sign-in]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const answer = await post(form.action, Object.fromEntries(new FormData(form)));
  const data = await answer.json();
  const refusal = form.querySelector(".notice");
  refusal.hidden = answer.ok;
  refusal.textContent = data.detail ?? "";
  if (!answer.ok) return;
  keep(data);
  show();
  dialog.close();
  vouch();
});
document.querySelector("[data-open-chat]").addEventListener("click", () => villy((widget) => widget.open()));

let vouched = false;
villy((widget) => widget.on("opened", () => { if (!vouched) { vouched = true; vouch(); } }));
show();
