// One request with upload progress, which fetch cannot tell. Resolves for every answer of the
// server ({status, ok, text, header}); rejects only when there was none.
export function request(url, { method = "GET", body = null, headers = {}, onProgress = null } = {}) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.timeout = body ? 120_000 : 30_000;
    for (const [name, value] of Object.entries({ "X-Requested-With": "fetch", ...headers })) xhr.setRequestHeader(name, value);
    if (onProgress) xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    xhr.onload = () => resolve({ status: xhr.status, ok: xhr.status < 300, text: xhr.responseText, header: (name) => xhr.getResponseHeader(name) });
    xhr.onerror = xhr.ontimeout = xhr.onabort = () => reject(new Error("offline"));
    xhr.send(body);
  });
}

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
