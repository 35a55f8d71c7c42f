// What happens on the desk, as it happens.
import { listen } from "../events.js";
import { roomOf } from "../tabs.js";
import { depart, renewCounts, renewRow } from "./list.js";
import { notify } from "./notify.js";
import { askToSignIn, body } from "./page.js";
import { concernsMe, ring } from "./sound.js";
import { retryLeft } from "./talk.js";
import { renewHeader, talk, tellSeen } from "./ticket.js";
import { showTitle, unseen } from "./title.js";
import { toast } from "./toast.js";
import { _ } from "../words.js";

const waiting = new Map();

function notice(ticketId, event) {
  const news = waiting.get(ticketId) || { renew: setTimeout(() => renew(ticketId), 30) };
  waiting.set(ticketId, news);
  if (event) Object.assign(news, event);
}

async function renew(ticketId) {
  const news = waiting.get(ticketId);
  waiting.delete(ticketId);
  const open = talk?.root.dataset.ticket === ticketId;
  if (open) {
    await talk.catchUp();
    renewHeader();
  }
  renewRow(ticketId, news.isNew);
  renewCounts();
  if (news.isAnswered) {
    unseen.delete(ticketId);
    showTitle();
  }
  if (news.fromCustomer && (document.hidden || !open)) {
    unseen.add(ticketId);
    showTitle();
    ring();
  }
}

const HEARD = {
  message(message) {
    // What a colleague has answered, or this agent in another tab, is news no more
    const news = message.sender === "customer" ? concernsMe(message) && { fromCustomer: true, isAnswered: false } : message.sender === "agent" && !message.internal && { fromCustomer: false, isAnswered: true };
    notice(message.ticketId, message.seq === 1 ? { ...news, isNew: true } : news);
    if (message.sender === "customer") notify(message.ticketId, message.seq === 1 ? "new" : "message", message.seq);
    else if (message.assignedAgent === body.dataset.meId) notify(message.ticketId, "assigned");
  },
  ticket(ticket) {
    notice(ticket.id);
    if (ticket.assignedAgent === body.dataset.meId) notify(ticket.id, "assigned");
  },
  // It went to another team
  gone: ({ ticketId }) => depart(ticketId),
  typing(typing) {
    const mine = typing.by === "agent" && typing.name === body.dataset.me;
    if (talk?.root.dataset.ticket === typing.ticketId && !mine) talk.showTyping(typing.name);
  },
  presence(presence) {
    if (talk?.root.dataset.ticket === presence.ticketId && presence.name !== body.dataset.me) tellSeen();
  },
  draft(draft) {
    if (talk?.root.dataset.ticket === draft.ticketId) talk.drafts.heard(draft.tab);
  },
  alert(alert) {
    if (!alert.to || alert.to === body.dataset.meId) toast(alert.text, alert.kind === "breach" ? "error" : "done", { time: 10_000 });
    if (alert.to === body.dataset.meId) ring();
    notify(alert.ticketId, alert.kind === "mention" ? "mention" : "overdue");
  },
};

let liveNow = null;

export function showLive(state, text) {
  if (liveNow?.state === "lost" && state === "live") {
    // What happened meanwhile comes with the stream; what could not be sent goes out now
    talk?.catchUp();
    talk?.retry();
    retryLeft();
    renewCounts();
  }
  liveNow = { state, text };
  body.dataset.live = state;
  const live = document.getElementById("live");
  live.dataset.state = state;
  live.querySelector(".live-text").textContent = text;
}

export function showLiveAgain() { if (liveNow) showLive(liveNow.state, liveNow.text); }

export function follow() {
  listen({
    // Without a place: from now on. All tabs of this agent's browser share one stream
    url: body.dataset.events,
    async get(url, options) {
      const answer = await fetch(url, { ...options, headers: { "X-Requested-With": "fetch", ...options.headers } });
      if (answer.status === 401) askToSignIn();
      return answer;
    },
    room: roomOf(`inbox:${body.dataset.meId}`),
    onState: (state) => showLive(state, state === "live" ? _("Live") : _("Connection lost. Reconnecting…")),
    onEvent: ({ event, data }) => HEARD[event]?.(JSON.parse(data)),
    // Not an agent any more
    onGone: () => location.reload(),
  });
}
