// The head of the widget: Villy's until an agent takes over, then the agent's.
const find = (name) => document.querySelector(`[data-${name}]`);
const opening = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "numeric", minute: "2-digit" });

export function showHead(root) {
  const { ticket, number, agent, status, initials, here, within, opens, calling, showing } = root.dataset;
  const isOver = status === "closed";
  find("back").hidden = showing === "home";
  find("human").hidden = Boolean(ticket);
  find("title").textContent = agent || (ticket ? "Customer Care" : "Villy - AI Assistant");
  find("subtitle").textContent = subtitle();
  document.querySelector("[data-face=villy]").hidden = Boolean(ticket);
  const face = document.querySelector("[data-face=person]");
  face.hidden = !ticket;
  face.textContent = initials || "CC";
  find("presence").hidden = !agent || isOver;
  find("presence").dataset.here = here;
  find("number").hidden = !ticket;
  find("number").textContent = ticket ? `Ticket #${number}` : "";
  find("show-callback").hidden = !ticket || isOver || status === "resolved" || calling === "yes";
  find("end-chat").hidden = showing === "home" || isOver;

  function subtitle() {
    if (!ticket) return "Instant answers, real people";
    if (isOver) return `Customer Care · #${number} · closed`;
    const when = opens ? `back ${opening.format(new Date(opens))}` : `replies in about ${within.replace(" minutes", " min")}`;
    return agent ? `Customer Care · ${when}` : `Customer Care · #${number} · ${when}`;
  }
}
