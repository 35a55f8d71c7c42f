// Mentions: "@" in a private note opens the list of colleagues.
import { complete, score, Suggestions } from "./suggest.js";

const isNote = () => document.querySelector("[name=internal]:checked")?.value === "1";
const colleagues = () => Array.from(document.getElementById("all-agents").options, (option) => option.value);

// The name's beginning first, then that of its other words, then its letters in their order
function nameRank(name, pattern) {
  const words = name.toLowerCase();
  if (words.startsWith(pattern)) return 0;
  return words.includes(` ${pattern}`) ? 1 : 2 + score(pattern, words);
}

export function offerColleagues() {
  return new Suggestions({
    id: "colleagues",
    // What stands between the sign and the caret, up to two words; an address has a letter before its sign
    asked: (text) => (isNote() ? /(?:^|[^\p{L}\p{N}._+-])@([^\s@]*(?: [^\s@]+)?)$/u.exec(text.value.slice(0, text.selectionStart))?.[1] ?? null : null),
    find: (pattern) => colleagues().filter((name) => nameRank(name, pattern) < Infinity).sort((a, b) => nameRank(a, pattern) - nameRank(b, pattern)),
    show: (line, name) => line.append(Object.assign(document.createElement("b"), { textContent: name })),
    choose: (text, name) => complete(text, /@[^@]*$/u, `@${name} `),
  });
}
