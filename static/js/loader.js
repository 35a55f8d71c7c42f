// The one script that a shop's page loads. It draws a button; the chat itself is a frame from the
// desk that is loaded on the first click. Identity and drafts live in this page's own storage, so that
// the widget works where browsers block storage of frames from other sites.
(() => {
  if (window.Villy) return;
  const desk = new URL(document.currentScript.src).origin;
  const KEY = "villy";
  const handlers = {};
  const late = { ready: [] };
  let memory = {}, lasting = true, frame = null, alive = false, open = false, waiting = [], endTurn = null;

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
  const tellIdentity = (type) => alive && tell({ type, value: load().identity || null });
  const tell = (message) => alive ? frame.contentWindow.postMessage({ villy: 1, ...message }, desk) : waiting.push(message);
  // One tab at a time renews the tokens; the frame itself may not be allowed to lock anything
  const takeTurn = () => new Promise((done) => {
    endTurn = done;
    setTimeout(done, 15_000);
    tellIdentity("turn");
  });
  const showUnread = (number) => {
    badge.textContent = number ? (number > 99 ? "99+" : number) : "";
    button.setAttribute("aria-description", number ? `${number} unread` : "");
  };
  const emit = (event, detail) => {
    if (late[event]) late[event] = [detail];
    (handlers[event] || []).forEach((fn) => { try { fn(detail); } catch (error) { console.error(error); } });
  };

  const root = document.createElement("div").attachShadow({ mode: "open" });
  // A constructed sheet: allowed under any style-src of the host page
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial !important; position: fixed !important; inset: auto 0 0 auto !important; z-index: 2147483000 !important; display: block !important; color-scheme: light dark; }
    button { all: unset; box-sizing: border-box; position: fixed; right: calc(20px + env(safe-area-inset-right)); bottom: calc(20px + env(safe-area-inset-bottom)); width: 60px; height: 60px; display: grid; place-items: center; border-radius: 50%; background: #f3b72f; color: #2b2003; cursor: pointer; box-shadow: 0 6px 24px rgb(40 30 0 / 28%); transition: transform 140ms; }
    button:hover { transform: scale(1.05); }
    button:focus-visible { outline: 3px solid #1d56b8; outline-offset: 3px; }
    b { all: unset; position: absolute; top: -2px; right: -2px; min-width: 22px; height: 22px; padding: 0 5px; box-sizing: border-box; border-radius: 11px; background: #b3261e; color: #fff; font: 600 13px/22px system-ui, sans-serif; text-align: center; }
    b:empty { display: none; }
    p { all: unset; box-sizing: border-box; position: fixed; right: 20px; bottom: 92px; width: min(320px, calc(100vw - 40px)); padding: 16px 18px; border-radius: 14px; background: Canvas; color: CanvasText; outline: 1px solid rgb(128 128 128 / 30%); font: 15px/1.5 system-ui, sans-serif; box-shadow: 0 16px 56px rgb(30 25 10 / 30%); }
    p[hidden] { display: none; }
    iframe { all: unset; position: fixed; right: 20px; bottom: 92px; width: 400px; height: min(680px, calc(100dvh - 112px)); border-radius: 18px; background: Canvas; box-shadow: 0 16px 56px rgb(30 25 10 / 30%); }
    iframe[hidden] { display: none; }
    iframe:not([data-alive]) { visibility: hidden; }
    @media (max-width: 480px), (max-height: 480px) { iframe { inset: 0; width: 100vw; height: 100dvh; border-radius: 0; } }
    @media (prefers-reduced-motion: reduce) { button { transition: none; } }`);
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = `<button type="button" aria-label="Chat with Villy" aria-expanded="false"><svg width="28" height="28" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M22 17a2 2 0 0 1-2 2H6.8a2 2 0 0 0-1.4.6l-2.2 2.2A.7.7 0 0 1 2 21.3V5a2 2 0 0 1 2-2h16a2 2 0 0 1 2 2z"/><path d="M8 10h.01M12 10h.01M16 10h.01"/></svg><b></b></button><p role="status" hidden></p>`;
  const button = root.querySelector("button");
  const badge = root.querySelector("b");
  const note = root.querySelector("p");

  const say = (text) => { note.textContent = text; note.hidden = !text; };

  // On a phone the frame covers the page: it is seen when it has come to life, and goes if it never does
  const giveUp = () => {
    if (alive || !frame) return;
    const wanted = open;
    frame.remove();
    frame = null;
    show(false);
    if (wanted) say("The chat cannot be reached just now. Please try again in a moment.");
    setTimeout(() => frame || say(""), 10_000);
    console.warn(`Villy: no chat came from ${desk}. Is it up, and is ${location.origin} in its WIDGET_ORIGINS?`);
  };
  const loadFrame = () => {
    frame = document.createElement("iframe");
    const mine = frame;
    frame.title = "Villy - AI Assistant";
    frame.src = `${desk}/widget/frame?host=${encodeURIComponent(location.origin)}`;
    // What has loaded has run its script by then, or never will
    frame.addEventListener("load", () => setTimeout(() => mine === frame && giveUp(), 2000));
    setTimeout(() => mine === frame && giveUp(), 20_000);
    setTimeout(() => mine === frame && !alive && open && say("Opening the chat…"), 500);
    root.append(frame);
  };

  const show = (wanted) => {
    if (wanted === open) return;
    open = wanted;
    say("");
    if (open && !frame) loadFrame();
    if (frame) frame.hidden = !open;
    button.setAttribute("aria-expanded", open);
    tell({ type: "visible", open });
    if (open) frame.focus(); else button.focus();
    emit(open ? "opened" : "closed");
  };

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== desk || event.data?.villy !== 1) return;
    const { type, key, value } = event.data;
    if (type === "ready") {
      alive = true;
      frame.dataset.alive = "";
      say("");
      if (open) frame.focus();
      tell({ type: "hello", stored: load(), open });
      waiting.splice(0).forEach(tell);
    } else if (type === "store") save(key, value);
    else if (type === "turn") navigator.locks ? navigator.locks.request("villy", takeTurn) : takeTurn();
    // What was stored takes a moment to reach the other tabs
    else if (type === "over") setTimeout(endTurn, 100);
    else if (type === "close") show(false);
    else if (type === "unread") {
      // Kept for the next page of the shop, which loads no frame by itself
      save("unread", value || null);
      showUnread(value);
      emit("unread", value);
    } else if (type === "ticket") emit("ticket", value);
  });
  // Another tab of this site signed in, out, or renewed its tokens
  addEventListener("storage", (event) => {
    if (event.key !== KEY && event.key !== null) return;
    tellIdentity("identity");
    showUnread(load().unread);
  });
  button.addEventListener("click", () => show(!open));

  window.Villy = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!open),
    identify: (token) => tell({ type: "identify", token }),
    logout: () => { memory = {}; showUnread(0); try { localStorage.removeItem(KEY); } catch { /* was in memory only */ } tell({ type: "logout" }); },
    on: (event, fn) => { (handlers[event] ||= []).push(fn); (late[event] || []).forEach((detail) => fn(detail)); },
  };
  addEventListener("keydown", (event) => { if (event.key === "Escape" && open && !alive) show(false); });
  const place = () => { document.body.append(root.host); showUnread(load().unread); late.ready = []; emit("ready"); };
  document.body ? place() : addEventListener("DOMContentLoaded", place);
})();
