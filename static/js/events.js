// Server-sent events over fetch: unlike EventSource it can send the Authorization header. One tab of a
// browser holds the stream and tells the others; where a proxy holds it back, the same address is polled.
import { createParser } from "./vendor/eventsource-parser-3.1.1.js";
import { wait } from "./net.js";

// The desk sends at least a comment every 20 s; after this long without one the connection is lost
const SILENCE = 45_000;
// A stream begins with a comment. If even that does not come, something on the way holds it back
export const FIRST_WORD = 8_000;
// Until a stream has proved that it delivers as things happen, it is checked by asking for what is new
const CHECK = 10_000;
const POLL = 4_000;
const POLL_TIMEOUT = 15_000;
const HIDDEN_POLL = 30_000;
const TRY_STREAM_AGAIN = 120_000;
// A hidden tab of a customer holds no stream; for a while it still asks now and then
const REST_AFTER = 60_000;
const SLEEP_AFTER = 15 * 60_000;
// What the tab that leads keeps for one that comes later
const REMEMBERED = 50;
const JUST_NOW = 5_000;

// url: of the stream. get(url, {headers, signal}): a fetch with the caller's credentials. room: see tabs.js,
// or null. rests: whether a hidden tab lets go of the stream. onEvent gets {event, data, id}; onState "live"
// or "lost"; onGone is called if there is nothing to hear (any more). Returns a function that ends it.
export function listen({ url, get = (address, options) => fetch(address, options), room = null, rests = false, lastEventId = "", onEvent, onState, onGone = () => {} }) {
  const ending = new AbortController();
  const recent = [];
  // What a poll and a stream that run side by side have brought
  const known = new Set();
  let state = null;
  let leading = null;
  let heardAt = Date.now();
  let hiddenAt = document.hidden ? Date.now() : 0;

  // --- What comes, from the stream, a poll, or the tab that leads

  const take = (event) => {
    if (event.id) {
      if (known.has(event.id)) return false;
      known.add(event.id);
      lastEventId = event.id;
    }
    recent.push({ ...event, at: Date.now() });
    if (recent.length > REMEMBERED) recent.shift();
    if (event.event !== "place") onEvent(event);
    return true;
  };
  const tell = (news) => {
    if (news === state) return;
    state = news;
    onState(news);
  };
  const own = ({ id, event, data }) => {
    const isNew = take({ id, event, data });
    if (isNew) room?.send({ event: { id, event, data } });
    return isNew;
  };
  const show = (news) => { tell(news); room?.send({ state: news }); };

  // --- Leading

  const lead = async (signal) => {
    let held = false;
    while (!signal.aborted) {
      const resting = rests && hiddenAt && Date.now() - hiddenAt > REST_AFTER;
      const going = held || resting ? pollUntil(signal, resting) : stream(signal);
      const outcome = await going;
      if (outcome === "gone") {
        ending.abort();
        return onGone();
      }
      held = outcome === "held";
      if (typeof outcome === "number") await Promise.race([wait(outcome * (0.6 + 0.8 * Math.random())), online(signal)]);
    }
  };

  let pause = 1000;
  // One connection, to its end: "held", "gone", "rest", or how long to wait before the next
  const stream = async (signal) => {
    const attempt = new AbortController();
    const stop = (reason) => { outcome ??= reason ?? null; attempt.abort(); };
    const cut = () => stop();
    signal.addEventListener("abort", cut);
    addEventListener("offline", cut);
    let outcome = null;
    known.clear();
    let chunks = 0;
    let beganAt = 0;
    let timer = setTimeout(stop, FIRST_WORD, "held");
    const rest = setInterval(() => {
      if (rests && hiddenAt && Date.now() - hiddenAt > REST_AFTER) stop("rest");
    }, 5_000);
    // Proved by a second piece that comes later than the first
    const proved = () => chunks > 1 && Date.now() - beganAt > 1000;
    const check = setInterval(async () => {
      if (proved()) return clearInterval(check);
      if (!chunks || document.hidden) return;
      const before = chunks;
      const found = await pollOnce(signal).catch(() => 0);
      // The stream has its time to bring it as well
      if (found > 0) await wait(1500);
      if (found > 0 && chunks === before) stop("held");
    }, CHECK);
    try {
      const response = await get(url, { signal: attempt.signal, headers: placed() });
      if (response.status === 404) return "gone";
      if (response.status === 429) return "held";
      if (!response.ok) throw new Error(response.status);
      const parser = createParser({ onEvent: own, onRetry(milliseconds) { pause = milliseconds; } });
      const decoder = new TextDecoder();
      for (const reader = response.body.getReader(); ; ) {
        const { value, done } = await reader.read();
        if (done) break;
        clearTimeout(timer);
        timer = setTimeout(stop, SILENCE, 1);
        if (!chunks++) {
          beganAt = Date.now();
          pause = 1000;
        }
        show("live");
        parser.feed(decoder.decode(value, { stream: true }));
      }
      return pause;
    } catch {
      if (outcome || signal.aborted) return outcome;
      show("lost");
      return pause = Math.min(30_000, pause * 1.6);
    } finally {
      clearTimeout(timer);
      clearInterval(check);
      clearInterval(rest);
      signal.removeEventListener("abort", cut);
      removeEventListener("offline", cut);
      attempt.abort();
    }
  };

  // Ask every few seconds, until it is time to try a stream once more
  const pollUntil = async (signal, resting) => {
    const until = Date.now() + TRY_STREAM_AGAIN;
    while (!signal.aborted && (resting ? hiddenAt : Date.now() < until)) {
      if (resting && Date.now() - hiddenAt > SLEEP_AFTER) return leave();
      try {
        if (await pollOnce(signal) === "gone") return "gone";
        show("live");
      } catch {
        if (!signal.aborted) show("lost");
      }
      await Promise.race([wait(document.hidden ? HIDDEN_POLL : POLL), shown(signal)]);
    }
    return null;
  };

  const pollOnce = async (signal) => {
    const once = `${url}${url.includes("?") ? "&" : "?"}once=1`;
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    const timer = setTimeout(stop, POLL_TIMEOUT);
    signal.addEventListener("abort", stop);
    try {
      const response = await get(once, { signal: attempt.signal, headers: placed() });
      if (response.status === 404) return "gone";
      if (!response.ok) throw new Error(response.status);
      let found = 0;
      const parser = createParser({ onEvent(event) { if (own(event) && event.event === "message") found += 1; } });
      parser.feed(await response.text());
      return found;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  };

  const placed = () => lastEventId ? { "Last-Event-ID": lastEventId } : {};

  // --- Who leads

  const enter = (steal) => {
    if (ending.signal.aborted) return;
    if (!room) return begin();
    room.send({ ask: lastEventId });
    room.lead(steal);
  };
  const begin = () => {
    if (leading || ending.signal.aborted) return;
    const mine = leading = new AbortController();
    lead(mine.signal).finally(() => { if (leading === mine) leading = null; });
  };
  const leave = () => {
    leading?.abort();
    leading = null;
    room?.leave();
  };
  if (room) {
    room.onLead = begin;
    // Another tab took over from this one, which had fallen asleep
    room.onLost = () => {
      leading?.abort();
      leading = null;
      heardAt = Date.now();
      if (!document.hidden) room.lead(false);
    };
    room.onHeard = ({ event, state: news, ask, replay }) => {
      if (ask !== undefined && leading) {
        const since = Date.now() - JUST_NOW;
        room.send({ replay: recent.filter(({ id, at }) => id && (ask ? Number(id) > Number(ask) : at > since)), state });
      }
      if (leading) return;
      if (event || news) heardAt = Date.now();
      if (event) take(event);
      if (replay) replay.forEach((each) => take(each));
      if (news && news !== state) {
        known.clear();
        tell(news);
      }
    };
  }
  const looked = () => {
    const hidden = document.hidden;
    hiddenAt = hidden ? Date.now() : 0;
    if (hidden) {
      // A tab that only waits for its turn does not take it while the page is hidden
      if (rests && !leading) room?.leave();
    } else if (!leading) enter(false);
  };
  document.addEventListener("visibilitychange", looked, { signal: ending.signal });
  // Out of the browser's cache of whole pages: the stream was cut without a word, and another tab may lead
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    heardAt = Date.now();
    leave();
    enter(false);
  }, { signal: ending.signal });
  const watch = setInterval(() => {
    if (room && !leading && !document.hidden && Date.now() - heardAt > SILENCE) { heardAt = Date.now(); enter(true); }
  }, 5_000);

  if (!document.hidden || !rests) enter(false);
  return () => {
    ending.abort();
    clearInterval(watch);
    leave();
  };
}

function online(signal) {
  return new Promise((resolve) => {
    addEventListener("online", resolve, { once: true, signal });
    signal.addEventListener("abort", resolve, { once: true });
  });
}

function shown(signal) {
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => document.hidden || resolve(), { signal });
    signal.addEventListener("abort", resolve, { once: true });
  });
}
