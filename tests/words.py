"""Find words of riddles in comments, docstrings, texts and pages: `python -m tests.words` (part of `make lint`).

"Nobody waits" hides who waits; name the customer, the agent, the worker, the request. Some are left from
before this check: `MOST` may only go down. `python -m tests.words all` lists them.
"""

import re
import subprocess
import sys
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BANNED = re.compile(r"\b(nobody|somebody|whoever|anew|outrun)\b", re.IGNORECASE)
KINDS = {".py", ".md", ".js", ".html", ".css", ".yaml"}
# Customers' own sentences, files of others, and the lists of the words themselves
LEFT_OUT = (
    "chatbot/data/",
    "static/js/vendor/",
    "benchmarks/results/",
    "tests/words.py",
    "tests/test_words.py",
)
# ... but these are Villy's
VILLY = ("chatbot/data/replies.yaml", "chatbot/data/flows.yaml")
MOST = 13


def found_in(text: str, kind: str) -> list[tuple[int, str]]:
    """Return line and word of each banned word; of Python comments, strings and names count."""
    if not BANNED.search(text.replace("_", " ")):
        # To take a file of Python apart costs a hundred times as much
        return []
    pieces = _prose(text) if kind == ".py" else enumerate(text.splitlines(), 1)
    return [(line, match[0]) for line, piece in pieces for match in BANNED.finditer(piece)]


def _prose(source: str):
    lines = iter(source.splitlines(keepends=True))
    for token in tokenize.generate_tokens(lambda: next(lines, "")):
        if token.type in (tokenize.COMMENT, tokenize.STRING) or token.type == FSTRING_MIDDLE:
            for offset, piece in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, piece
        elif token.type == tokenize.NAME:
            yield token.start[0], token.string.replace("_", " ")


# Python 3.12 and newer split an f-string into pieces
FSTRING_MIDDLE = getattr(tokenize, "FSTRING_MIDDLE", None)


def files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = listed.stdout.splitlines()
    paths = (Path(name) for name in names if name in VILLY or not name.startswith(LEFT_OUT))
    return [path for path in paths if path.suffix in KINDS and (ROOT / path).is_file()]


def main() -> int:
    found = [
        f'{path}:{line}: "{word}": name who or what it is'
        for path in files()
        for line, word in found_in((ROOT / path).read_text(encoding="utf-8"), path.suffix)
    ]
    if len(found) > MOST or "all" in sys.argv:
        print(*found, sep="\n")
    if len(found) > MOST:
        print(f"{len(found)} of these words, and at most {MOST} are allowed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
