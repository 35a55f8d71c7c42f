"""Bundles of static files: the scripts or style sheets of one page in one file.

A phone on a slow network pays a round trip for every six files of HTTP/1.1, and a quarter of its processor for
each response. Bundles are made when static files are collected; the sources stay single modules.
"""

import re
from collections.abc import Callable

# The sources of a bundle, read with this: a name below static/ -> its text
Read = Callable[[str], str]

# Bundle -> its sources, in the order in which they apply
STYLES = {
    "css/desk.bundle.css": [
        f"css/{name}.css"
        for name in (
            "tokens", "base", "conversation", "dashboard", "desk-list", "desk-ticket", "desk-overlays",
        )
    ],
}  # fmt: skip
# Bundle -> the module that imports all others
SCRIPTS = {"js/desk.bundle.js": "js/dashboard.js"}

IMPORT = re.compile(r'^import (?:\{ ([\w$]+(?:, [\w$]+)*) \} from )?"([^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function\*?|function\*?|class|const|let|var) )", re.MULTILINE)
EXPORT_LIST = re.compile(r"^export \{[\w$,\s]*\};$", re.MULTILINE)
DECLARED = re.compile(
    r"^(?:export )?(?:async function\*?|function\*?|class|const|let|var) +(?:([\w$]+)|(\{[^}]*\}|\[[^\]]*\]) *=)",
    re.MULTILINE,
)
# No more is taken away: rjsmin drops blanks out of a template string inside another
COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
# A tenth of the sheet, which a browser's first page carries inside; a test asserts that no text holds one
STYLE_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
# What is left of modules once the forms above are gone
MODULE_SYNTAX = re.compile(r"^(?:import|export)\b.*|\bimport\(.*|\bimport\.meta\b.*", re.MULTILINE)


class CannotBundle(Exception):
    """A module has a form that a bundle cannot hold; the message says which, and what to do."""


def all_bundles(read: Read) -> dict[str, str]:
    """Return each bundle's text by its name."""
    styles = {
        name: "\n".join(STYLE_COMMENT.sub("", read(source)) for source in sources)
        for name, sources in STYLES.items()
    }
    return styles | {name: script(entry, read) for name, entry in SCRIPTS.items()}


def modules(entry: str, read: Read) -> list[str]:
    """Return this module and all that it imports, each after those that it imports (as browsers evaluate them)."""
    found: dict[str, None] = {}
    seen = set()

    def visit(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        for _names, source in IMPORT.findall(read(name)):
            visit(_resolved(source, name))
        found[name] = None

    visit(entry)
    return list(found)


def script(entry: str, read: Read) -> str:
    """Return one module with this one and all that it imports, without lines that are comments.

    All share one scope, so a name at the top level of a module means the same in all of them. Raise CannotBundle
    where two modules declare one name, or where an import or export has another form than ours.
    """
    owners: dict[str, str] = {}
    parts = []
    for name in modules(entry, read):
        text = read(name)
        for declared in declared_names(text):
            if declared in owners:
                raise CannotBundle(f"{owners[declared]} and {name} both declare {declared}: rename one")
            owners[declared] = name
        text = EXPORT.sub("", EXPORT_LIST.sub("", IMPORT.sub("", text)))
        if left := MODULE_SYNTAX.search(text):
            raise CannotBundle(f'{name}: write `import {{ a, b }} from "./x.js";`, not {left[0]}')
        parts.append(text)
    return "\n".join(COMMENT.sub("", part).strip() for part in parts) + "\n"


def declared_names(text: str) -> list[str]:
    """Return the names that a module declares at its top level, which is where our lines are not indented."""
    found = []
    for name, pattern in DECLARED.findall(text):
        found += [name] if name else re.findall(r"[\w$]+(?=\s*[,}\]=])", pattern)
    return found


def _resolved(source: str, importer: str) -> str:
    parts = importer.split("/")[:-1]
    for step in source.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)
