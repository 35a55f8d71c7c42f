// Server-sent events over fetch: unlike EventSource it can send the Authorization header.
import { createParser } from "./vendor/eventsource-parser-3.1.1.js";
import { wait } from "./net.js";

// The desk says at least a comment every 20 s. Who hears nothing for longer has lost it without being told
export const SILENCE = 45_000;

// open(lastEventId, signal) makes the request; onEvent gets {event, data, id}; onState "live" or "lost";
// onGone is called if there is nothing to hear (any more). Returns a function that ends it.
export function listen({ open, lastEventId, onEvent, onState, onGone = () => {} }) {
  const ending = new AbortController();
  let pause = 1000;
  let attempt = null;
  let silence = null;
  const stillThere = () => {
    clearTimeout(silence);
    silence = setTimeout(() => attempt?.abort(), SILENCE);
  };
  const run = async () => {
    while (!ending.signal.aborted) {
      attempt = new AbortController();
      stillThere();
      try {
        const response = await open(lastEventId, AbortSignal.any([ending.signal, attempt.signal]));
        if (response.status === 404) return onGone();
        if (!response.ok) throw new Error(response.status);
        onState("live");
        pause = 1000;
        const parser = createParser({
          onEvent(event) { if (event.id) lastEventId = event.id; onEvent(event); },
          onRetry(milliseconds) { pause = milliseconds; },
        });
        const decoder = new TextDecoder();
        for (const reader = response.body.getReader(); ; ) {
          const { value, done } = await reader.read();
          if (done) break;
          stillThere();
          parser.feed(decoder.decode(value, { stream: true }));
        }
      } catch {
        if (ending.signal.aborted) return;
        onState("lost");
        pause = Math.min(30_000, pause * 1.6);
      }
      await Promise.race([wait(pause * (0.6 + 0.8 * Math.random())), online()]);
    }
  };
  const cut = () => attempt?.abort();
  addEventListener("offline", cut, { signal: ending.signal });
  run().finally(() => clearTimeout(silence));
  return () => ending.abort();
}

function online() {
  return new Promise((resolve) => addEventListener("online", resolve, { once: true }));
}
