// Whether the agent is at the desk. The server is told that the page is being used, never when: its clock decides.
import { body, request } from "./page.js";

const EVERY = 60_000;
let used = true;

const availabilityBox = () => document.querySelector(".availability-box");

// As the desk has it
let storedAvailability = null;

function showAvailability(availability) {
  storedAvailability = availability;
  const shown = availabilityBox();
  if (!shown) return;
  shown.dataset.state = availability;
  shown.querySelector("select").value = availability;
}

async function report() {
  if (!used || document.hidden) return;
  used = false;
  const answer = await request(body.dataset.active, { method: "POST" }).catch(() => null);
  if (answer?.ok) showAvailability(JSON.parse(answer.text).availability);
  else used = true;
}

export function watchHere() {
  for (const event of ["pointerdown", "keydown", "wheel", "pointermove"]) {
    addEventListener(event, () => { used = true; }, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    used = true;
    report();
  });
  const form = availabilityBox()?.closest("form");
  form?.addEventListener("change", () => { availabilityBox().dataset.state = form.elements.availability.value; });
  storedAvailability = availabilityBox()?.dataset.state;
  form?.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful) storedAvailability = detail.requestConfig.formData.get("availability"); });
  // Refused or offline: the box shows what is stored, and asks, as the answer may have been lost
  for (const failed of ["htmx:sendError", "htmx:responseError"]) {
    form?.addEventListener(failed, () => {
      showAvailability(storedAvailability);
      used = true;
      report();
    });
  }
  setInterval(report, EVERY);
  report();
}
