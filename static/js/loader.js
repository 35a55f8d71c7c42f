// The one script that a shop's page loads. It draws a button; the chat itself is a frame from the
// desk that is loaded on the first click. Identity and drafts live in this page's own storage, so that
// the widget works where browsers block storage of frames from other sites.
(() => {
  if (window.Villy) return;
  // In a shadow root, and as a module, a script does not know its tag
  const desk = new URL(document.currentScript?.src || new Error().stack.match(/https?:\S+?\/widget\.js/)[0]).origin;
  // The desk fills in the shop's settings
  const look = {};
  const said = look.said?.[navigator.language.slice(0, 2)] || ["Opening the chat…", "We can't open the chat right now. Please try again in a moment."];
  const KEY = "villy";
  const LATEST = 20_000;
  const handlers = {};
  const late = { ready: [] };
  const turns = {};
  let memory = {}, lasting = true, frame = null, alive = false, open = false, waiting = [], following = false, askedAt = 0;

  // Read again each time: other tabs of the site write there too
  const load = () => {
    if (lasting) try { memory = JSON.parse(localStorage.getItem(KEY)) || {}; } catch { lasting = false; }
    return memory;
  };
  const save = (key, value) => {
    const all = load();
    if (value === null || value === "") delete all[key]; else all[key] = value;
    try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { lasting = false; }
  };
  const tellIdentity = (type, more) => alive && tell({ type, value: load().identity || null, stored: memory, ...more });
  const tell = (message) => alive ? frame.contentWindow.postMessage({ villy: 1, ...message }, desk) : waiting.push(message);
  const showUnread = (number) => {
    badge.textContent = number ? (number > 99 ? "99+" : number) : "";
    // No template inside another: the minifier takes the inner one's blanks away
    button.setAttribute("aria-label", "Chat with Villy" + (number ? `, ${number} unread` : ""));
  };
  const setUnread = (number) => {
    const news = (load().unread || 0) !== number;
    if (news) save("unread", number || null);
    showUnread(number);
    if (news) emit("unread", number);
  };
  const emit = (event, detail) => {
    if (late[event]) late[event] = [detail];
    (handlers[event] || []).forEach((fn) => { try { fn(detail); } catch (e) { console.error(e); } });
  };

  // --- Between the tabs of this site: a frame of another site may neither lock nor reach them

  const channel = window.BroadcastChannel && new BroadcastChannel(KEY);
  if (channel) channel.onmessage = ({ data }) => alive && tell({ type: "heard", data });
  const takeTurn = (name, steal) => {
    const mine = turns[name] = {};
    const granted = () => turns[name] === mine && new Promise((done) => {
      mine.end = done;
      tellIdentity("turn", { name });
    });
    if (!navigator.locks || !channel) return tellIdentity("turn", { name, alone: true });
    navigator.locks.request(`${KEY}:${name}`, steal ? { steal } : {}, granted).catch(() => turns[name] === mine && tell({ type: "lost", name }));
  };
  // What was stored takes a moment to reach the other tabs; meanwhile this one may stand in line again
  const endTurn = (name) => {
    const mine = turns[name];
    delete turns[name];
    setTimeout(() => mine?.end?.(), 100);
  };

  // --- The number of unread messages, where a conversation with a person is open and no frame follows it

  const askUnread = async () => {
    const token = load().badge;
    if (!token || following || document.hidden || Date.now() - askedAt < LATEST - 500) return;
    askedAt = Date.now();
    try {
      const answer = await fetch(`${desk}/widget/unread`, { method: "POST", body: token });
      if (answer.status > 499) return;
      const { unread = 0, open: goesOn } = answer.ok ? await answer.json() : {};
      if (load().badge !== token || following) return;
      if (!goesOn) save("badge", null);
      setUnread(unread);
    } catch { /* offline, or this page's policy forbids it: what is stored stays */ }
  };

  // --- What is drawn. No markup as text: pages with Trusted Types allow none

  const make = (name, attributes, ...children) => {
    const element = name === "svg" || name === "path" ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    element.append(...children);
    return element;
  };
  const drawn = (d, name) => make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: name }, ...d.map((line) => make("path", { d: line })));
  const badge = make("b");
  const button = make("button", { type: "button", "aria-expanded": "false" },
    drawn(["M22 17a2 2 0 0 1-2 2H6.5L2 22V5a2 2 0 0 1 2-2h16a2 2 0 0 1 2 2z", "M8 10h.01M12 10h.01M16 10h.01"], "a"),
    drawn(["m6 9 6 6 6-6"], "z"), ...(look.label ? [make("span", {}, look.label)] : []), badge);
  const note = make("p", { role: "status", hidden: "" });
  const host = make("div");
  const root = host.attachShadow({ mode: "open" });
  const edge = look.side;
  const style = `
    :host { all: initial !important; position: fixed !important; inset: auto 0 0 auto !important; z-index: 2147483000 !important; display: block !important; direction: ltr !important; color-scheme: light dark; }
    button { all: unset; box-sizing: border-box; position: fixed; ${edge}: calc(20px + env(safe-area-inset-${edge})); bottom: calc(20px + env(safe-area-inset-bottom)); min-width: 60px; max-width: calc(100vw - 40px); height: 60px; display: grid; place-items: center; border-radius: 30px; background: ${look.colour}; color: ${look.text}; cursor: pointer; box-shadow: 0 12px 40px #1e190a47; transition: transform 140ms; -webkit-tap-highlight-color: transparent; }
    button:hover { transform: scale(1.05); }
    button:focus-visible { outline: 3px solid #1d56b8; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    svg { grid-area: 1 / 1; width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; transition: transform 140ms, opacity 140ms; }
    [aria-expanded=true] .a, [aria-expanded=false] .z { opacity: 0; transform: rotate(-45deg) scale(.6); }
    span { all: unset; grid-area: 1 / 2; overflow: hidden; max-width: 200px; padding: 0 20px 0 10px; white-space: nowrap; text-overflow: ellipsis; font: 600 16px system-ui, sans-serif; }
    b { all: unset; position: absolute; top: -2px; right: -2px; min-width: 22px; height: 22px; padding: 0 5px; box-sizing: border-box; border-radius: 11px; background: #b3261e; color: #fff; font: 600 13px/22px system-ui, sans-serif; text-align: center; }
    b:empty { display: none; }
    p { all: unset; box-sizing: border-box; position: fixed; ${edge}: 20px; bottom: 92px; max-width: min(320px, calc(100vw - 40px)); padding: 12px 16px; border-radius: 14px; background: Canvas; color: CanvasText; outline: 1px solid #8080804d; font: 15px/1.5 system-ui, sans-serif; box-shadow: 0 12px 40px #1e190a47; overflow-wrap: anywhere; }
    p[hidden] { display: none; }
    iframe { all: unset; position: fixed; ${edge}: 20px; bottom: 92px; width: min(400px, calc(100vw - 40px)); height: min(680px, calc(100vh - 112px)); height: min(680px, calc(100dvh - 112px)); border-radius: 18px; background: Canvas; box-shadow: 0 12px 40px #1e190a47; }
    iframe[hidden] { display: none; }
    iframe:not([data-alive]) { visibility: hidden; }
    @media (prefers-color-scheme: dark) { iframe { outline: 1px solid #ffffff29; } }
    @media (max-width: 480px), (max-height: 480px) { iframe { inset: 0; width: 100vw; height: 100vh; height: 100dvh; border-radius: 0; outline: 0; } }
    @media (prefers-reduced-motion: reduce) { button, svg { transition: none; } }
    @media print { :host { display: none !important; } }`;
  // A constructed sheet is allowed under any style-src of the host page; iOS before 16.4 has none
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", {}, style));
  }
  root.append(button, note);

  let hush = 0;
  const say = (text, milliseconds) => {
    clearTimeout(hush);
    note.textContent = text;
    note.hidden = !text;
    if (milliseconds) hush = setTimeout(say, milliseconds, "");
  };

  // On a phone the frame covers the page: it is seen when it has come to life, and goes if it never does
  const giveUp = () => {
    if (alive || !frame) return;
    const wanted = open;
    frame.remove();
    frame = null;
    show(false);
    if (wanted) say(said[1], 10_000);
    console.warn(`Villy: no chat came from ${desk}. Is ${location.origin} in its WIDGET_ORIGINS?`);
  };
  const loadFrame = () => {
    const mine = frame = make("iframe", { title: "Villy - AI Assistant", src: `${desk}/widget/frame?host=${encodeURIComponent(location.origin)}` });
    // What has loaded has run its script by then, or never will
    frame.addEventListener("load", () => setTimeout(() => mine === frame && giveUp(), 2000));
    setTimeout(() => mine === frame && giveUp(), LATEST);
    setTimeout(() => mine === frame && !alive && open && say(said[0]), 500);
    root.append(frame);
  };

  // For the agent, without what a query may hold
  const page = () => location.origin + location.pathname;
  const show = (wanted) => {
    if (wanted === open) return;
    open = wanted;
    say("");
    if (open && !frame) loadFrame();
    if (frame) frame.hidden = !open;
    button.setAttribute("aria-expanded", open);
    tell({ type: "visible", open, page: page() });
    if (open) frame.focus(); else button.focus();
    emit(open ? "opened" : "closed");
  };

  const forget = () => { memory = {}; try { localStorage.removeItem(KEY); } catch { /* was in memory only */ } };
  const HEARD = {
    forget,
    ready() {
      // A frame that was moved with the page has loaded again: what it was told is gone
      alive = true;
      frame.dataset.alive = "";
      say("");
      if (open) frame.focus();
      tell({ type: "hello", stored: load(), open, page: page() });
      waiting.splice(0).forEach(tell);
    },
    store: ({ key, value }) => save(key, value),
    turn: ({ name, steal }) => takeTurn(name, steal),
    over: ({ name }) => endTurn(name),
    say: ({ data }) => channel?.postMessage(data),
    close: () => show(false),
    following: ({ value }) => { following = value; if (!value) askUnread(); },
    unread: ({ value }) => setUnread(value),
    preview: ({ value }) => open || say(value, 8000),
    ticket: ({ value }) => emit("ticket", value),
  };
  addEventListener("message", ({ source, origin, data }) => {
    if (frame && source === frame.contentWindow && origin === desk && data?.villy === 1) HEARD[data.type]?.(data);
  });
  // Another tab of this site signed in, out, renewed its tokens, or has read
  addEventListener("storage", (event) => {
    // A frame of this very site keeps its words in the tab's storage
    if ((event.key !== KEY && event.key !== null) || !lasting || event.storageArea !== localStorage) return;
    stored(!event.newValue);
  });
  const stored = (gone) => { tellIdentity("identity", { gone }); showUnread(load().unread); };
  // Out of the browser's cache of whole pages, which hear of nothing meanwhile
  addEventListener("pageshow", ({ persisted }) => persisted && lasting && stored(!localStorage.getItem(KEY)));
  button.addEventListener("click", () => show(!open));
  note.addEventListener("click", () => show(true));
  addEventListener("keydown", (event) => { if (event.key === "Escape" && open && !alive) show(false); });
  document.addEventListener("visibilitychange", askUnread);
  setInterval(askUnread, LATEST);

  window.Villy = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!open),
    identify: (token) => tell({ type: "identify", token }),
    logout: () => { setUnread(0); forget(); tell({ type: "logout" }); },
    on: (event, fn) => { (handlers[event] ||= []).push(fn); (late[event] || []).forEach((detail) => fn(detail)); },
  };

  // Beside <body>, which pages that change without a load replace, empty or morph; put back where even this is replaced
  const place = () => {
    if (host.parentNode === document.documentElement) return;
    alive = false;
    document.documentElement.append(host);
    watch.observe(document, { childList: true });
    watch.observe(document.documentElement, { childList: true });
  };
  const watch = new MutationObserver(place);
  const start = () => {
    place();
    showUnread(load().unread);
    askUnread();
    late.ready = [];
    emit("ready");
  };
  document.body ? start() : addEventListener("DOMContentLoaded", start);
})();
