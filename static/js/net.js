// One request with upload progress, which fetch cannot tell. Resolves for every answer of the
// server ({status, ok, text, header}); rejects only when there was none.

// Times of the shop say whose they are to a reader whose clock shows another hour
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "";

// Counted from the last progress, so that a slow line that goes on is never cut off
const STALLED = 60_000;

export function plainRequest(url, { method = "GET", body = null, headers = {}, onProgress = null } = {}) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    let timer = null;
    const goesOn = () => {
      clearTimeout(timer);
      timer = setTimeout(() => xhr.abort(), STALLED);
    };
    xhr.open(method, url);
    for (const [name, value] of Object.entries({ "X-Requested-With": "fetch", "Accept-Language": document.documentElement.lang || "en", "X-Time-Zone": ZONE, ...headers })) xhr.setRequestHeader(name, value);
    // A listener for uploads makes a request of another site ask first; ours are of the same origin
    xhr.upload.onprogress = (event) => {
      goesOn();
      if (onProgress && event.lengthComputable) onProgress(event.loaded / event.total);
    };
    xhr.onprogress = xhr.upload.onload = goesOn;
    xhr.onload = () => {
      // Led somewhere else, to a sign-in page: that is not the answer
      const led = xhr.responseURL && pathOf(xhr.responseURL) !== pathOf(url);
      const status = led ? 401 : xhr.status;
      resolve({ status, ok: status >= 200 && status < 300, text: led ? "" : xhr.responseText, header: (name) => xhr.getResponseHeader(name) });
    };
    xhr.onerror = xhr.onabort = () => reject(new Error("offline"));
    xhr.onloadend = () => clearTimeout(timer);
    goesOn();
    xhr.send(body);
  });
}

function pathOf(url) { return new URL(url, location.href).pathname; }

// What a refusal says, whether it came as JSON or as plain text
export function sentence(answer) {
  try {
    const data = JSON.parse(answer.text);
    return data.detail || Object.values(data).flat().join(" ");
  } catch {
    return answer.text.length < 200 && !answer.text.includes("<") ? answer.text : "";
  }
}

// randomUUID exists in secure contexts only; a shop's test site may be plain http
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
