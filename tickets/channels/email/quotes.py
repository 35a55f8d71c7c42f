"""Separate the new text of an e-mail from quotes and signature. Pure.

`quotequail` knows how clients introduce a quote in a dozen languages; the rules here add what it
does not know (Hindi, wrapped introductions, answers below the quote, signatures). The whole e-mail
is kept beside the message, so a wrong cut loses nothing.
"""

import re
from typing import NamedTuple

# How many lines an introduction is wrapped over: "On Sun, 29 Nov 2026 at 10:00 AM\nSupport <...>\nwrote:"
WRAPPED = 4
LONGEST = 20_000
MOST_LINES = 2_000

INTRODUCTIONS = (
    re.compile(r"On\b.{6,300}\bwrote\s*:", re.IGNORECASE),
    # Yahoo on Android writes on behind it
    re.compile(r"On\b.{6,200}<[^<>\s]+@[^<>\s]+>\s*wrote\s*:.*", re.IGNORECASE),
    # Zoho
    re.compile(r"-{2,}\s*On\b.{6,300}\bwrote\s*:?\s*-{2,}", re.IGNORECASE),
    # Gmail in Hindi: "रवि, 29 नव॰ 2026 को 10:00 am बजे को Support <a@b.c> ने लिखा:"
    re.compile(r".{4,300}\s(?:ने लिखा|ने लिखा है)\s*[:：]"),
    re.compile(r"(?:Le|Am|El|Em|Op|Il|Den)\b.{6,300}(?:a écrit|schrieb.*|escribió|escreveu|schreef.*|ha scritto|skrev.*)\s?:"),
)  # fmt: skip
FORWARD = re.compile(
    r"\s*(?:-{2,}\s*(?:original message|forwarded message|मूल संदेश|फ़ॉरवर्ड किया गया संदेश|अग्रेषित संदेश)\s*-{2,}"
    r"|begin forwarded message:|_{20,})\s*",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"\s*\*?(?P<name>from|sent|date|to|cc|subject|reply-to|importance|प्रेषक|से|दिनांक|भेजा गया|प्रति|को|विषय)\s*:\*?\s*\S",
    re.IGNORECASE,
)
FIRST_HEADER = {"from", "प्रेषक", "से"}
# A line of plain text may begin with "From:"; a forwarded header block has three such lines
HEADERS_AT_LEAST = 3

SIGNATURE = re.compile(r"--\s?|—|_{2,10}")
SENT_FROM = re.compile(
    r"\s*(?:sent (?:from|via|using) (?:my\b|the\b|outlook|yahoo|gmail|mail\b|samsung|proton|mobile|android|iphone|a\b).{0,80}"
    r"|sent (?:from|via|with) .{1,40}\b(?:e?-?mail|phone|mobile|app|tablet|ipad)\b.{0,40}"
    r"|get outlook for (?:ios|android).{0,60}|sent from .{0,40} on android.{0,40}"
    r"|(?:मेरे|मेरी) .{1,40} से (?:भेजा|भेजी|भेजे) (?:गया|गई|गए).{0,10}|.{0,30} से भेजा गया\s*[।.]?)\s*",
    re.IGNORECASE,
)


class Folded(NamedTuple):
    """The new words, and the rest: quotes and signatures, as they stood."""

    new: str
    rest: str


def fold(text: str) -> Folded:
    """Return the e-mail's new text and the rest. All of it is new if it is nothing but a quote."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    lines = text[:LONGEST].split("\n")[:MOST_LINES]
    marks = _quoted(lines)
    _sign(lines, marks)
    new = _joined(line for line, is_rest in zip(lines, marks, strict=True) if not is_rest)
    rest = _joined(line for line, is_rest in zip(lines, marks, strict=True) if is_rest)
    if not new:
        return Folded(text[:LONGEST].strip(), "")
    return Folded(new, rest)


def _quoted(lines: list[str]) -> list[bool]:
    """Say of each line whether it belongs to a quote."""
    marks = [False] * len(lines)
    start = _first_quote(lines)
    if start is None:
        return marks
    at, body = start
    marks[at:body] = [True] * (body - at)
    first = next((place for place in range(body, len(lines)) if lines[place].strip()), None)
    if first is None or not lines[first].lstrip().startswith(">"):
        # Nothing marks the quote's lines: it goes on to the end
        marks[body:] = [True] * (len(lines) - body)
        return marks
    for place in range(body, len(lines)):
        marks[place] = lines[place].lstrip().startswith(">") or not lines[place].strip()
    # A quote may be wrapped by the client that quoted it: "> a long\nline"
    for place in range(body + 1, len(lines) - 1):
        before, after = lines[place - 1].lstrip(), lines[place + 1].lstrip()
        if before.startswith(">") and after.startswith(">") and len(before) > 60:
            marks[place] = True
    _second_quote(lines, marks, body)
    return marks


def _second_quote(lines: list[str], marks: list[bool], body: int) -> None:
    """Drop the repeated original: some clients add it below an answer that stands under its quote."""
    for place in range(body, len(lines)):
        if not marks[place] and _introduction(lines, place):
            marks[place:] = [True] * (len(lines) - place)
            return


def _first_quote(lines: list[str]) -> tuple[int, int] | None:
    """Return where the quote begins, introduction and all, and where its own lines begin."""
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        if end := _introduction(lines, place):
            return place, end
        if line.startswith(">") and _is_block(lines, place):
            return place, place
    text = "\n".join(lines)
    # Imported here: it compiles fifty patterns, which a desk without inbound e-mail never needs
    import quotequail

    parts = quotequail.quote(text, limit=MOST_LINES, quote_intro_line=True)
    if len(parts) == 2 and not parts[0][1].endswith(text[-1:] or "\n"):
        at = parts[0][1].count("\n") + 1
        if any(line.strip() for line in lines[:at]):
            return at, at + 1
    return None


def _introduction(lines: list[str], place: int) -> int:
    """Return the line behind an introduction that begins here; 0 if none does."""
    line = lines[place]
    if FORWARD.fullmatch(line):
        return place + 1 + _headers(lines, place + 1)
    header = HEADER.match(line)
    if header and header["name"].lower() in FIRST_HEADER:
        count = _headers(lines, place)
        return place + count if count >= HEADERS_AT_LEAST else 0
    joined = ""
    for end in range(place, min(place + WRAPPED, len(lines))):
        if not lines[end].strip() and end > place:
            return 0
        joined = f"{joined} {lines[end].strip()}".strip()
        if any(pattern.fullmatch(joined) for pattern in INTRODUCTIONS):
            return end + 1
    return 0


def _headers(lines: list[str], place: int) -> int:
    """Count the lines of a header block that begins here; a long one is wrapped now and then."""
    count = found = 0
    for line in lines[place : place + 12]:
        if HEADER.match(line):
            found, count = found + 1, count + 1
        elif found and line.startswith((" ", "\t")) and line.strip():
            count += 1
        else:
            break
    return count if found >= HEADERS_AT_LEAST else 0


def _is_block(lines: list[str], place: int) -> bool:
    """Return whether a quote begins with this line: a single line with a > is the writer's own."""
    return sum(line.startswith(">") for line in lines[place : place + 3]) >= 2


def _sign(lines: list[str], marks: list[bool]) -> None:
    """Mark the signature below the new words as well."""
    own = [place for place, is_rest in enumerate(marks) if not is_rest and lines[place].strip()]
    while own and SENT_FROM.fullmatch(lines[own[-1]]):
        marks[own.pop()] = True
    for place in own[1:]:
        if SIGNATURE.fullmatch(lines[place].rstrip("\n")) and lines[place].startswith("--"):
            for after in own:
                if after >= place:
                    marks[after] = True
            break
    own = [place for place in own if not marks[place]]
    while own and SENT_FROM.fullmatch(lines[own[-1]]):
        marks[own.pop()] = True


def _joined(lines) -> str:
    """The lines as one text: no blanks around it, and of empty lines one at a time."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
