// Server-sent events over fetch: unlike EventSource it can send the Authorization header.
import { createParser } from "./vendor/eventsource-parser-3.1.1.js";
import { wait } from "./net.js";

// open(lastEventId, signal) makes the request; onEvent gets {event, data, id}; onState "live" or "lost".
// Returns a function that ends it.
export function listen({ open, lastEventId, onEvent, onState }) {
  const ending = new AbortController();
  let pause = 1000;
  const run = async () => {
    while (!ending.signal.aborted) {
      try {
        const response = await open(lastEventId, ending.signal);
        if (response.status === 404) return;
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
          parser.feed(decoder.decode(value, { stream: true }));
        }
      } catch {
        if (ending.signal.aborted) return;
        onState("lost");
        pause = Math.min(30_000, pause * 1.6);
      }
      await wait(pause * (0.6 + 0.8 * Math.random()));
    }
  };
  run();
  return () => ending.abort();
}
