// The desk's service worker: shows pushes, also while no tab of the desk is open, and opens their ticket.
// The desk fills in what it says, in the agent's language
const said = {};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const desks = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

self.addEventListener("push", (event) => event.waitUntil(show(event.data?.json() ?? {})));

async function show({ title, body, url, tag, icon, urgent }) {
  // An agent who looks at the desk sees and hears it there
  const looking = (await desks()).some((desk) => desk.visibilityState === "visible" && desk.focused);
  if (looking && !urgent && tag) return;
  await self.registration.showNotification(title || said.desk, {
    body, tag, renotify: Boolean(tag), requireInteraction: Boolean(urgent), data: { url }, icon,
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url || "/support/"));
});

async function open(url) {
  const address = new URL(url, self.location.origin).href;
  const open = await desks();
  const there = open.find((desk) => desk.url.split("?")[0] === address) ?? open[0];
  if (!there) return self.clients.openWindow(address);
  await there.focus();
  if (there.url.split("?")[0] !== address) await there.navigate(address).catch(() => self.clients.openWindow(address));
}

// An installed app without a network says so, instead of the browser's dinosaur
const away = () => new Response(said.away, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(fetch(event.request).catch(away));
});
