// The style sheet comes inside a browser's first page. It is fetched as a file once there is time, and later pages
// only name it: the cookie says that this browser has it.
const QUIET = 2000;

async function keepFile() {
  const { file } = document.querySelector("style[data-file]").dataset;
  const answer = await fetch(file).catch(() => null);
  if (!answer?.ok) return;
  await answer.blob();
  const name = file.split("/").at(-1);
  document.cookie = `desk-sheet=${name}; path=/support/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}

export function keepSheet() {
  if (document.querySelector("style[data-file]")) setTimeout(keepFile, QUIET);
}
