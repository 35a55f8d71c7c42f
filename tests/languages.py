"""Finds sentences that people read and that no translator gets to see."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
SCRIPTS = ROOT / "static" / "js"
MARKED = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
# What these are given is no text
NOT_SHOWN = MARKED | {"icon", "static", "url", "words", "date", "format"}
READ_ATTRIBUTES = {
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "content",
    "aria-description",
    "data-confirm",
}
# Stands for what is filled in
GAP = "\0"
ATTRIBUTE = re.compile(r'\s*[a-z-]+="')
WORD = re.compile(r"[A-Za-z]{2,}")


class _Texts(HTMLParser):
    """Collects what a reader of the page is shown."""

    SILENT = {"script", "style", "code"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.silent = [], 0

    def handle_starttag(self, tag, attributes):
        self.silent += tag in self.SILENT
        given = dict(attributes)
        for name, value in attributes:
            # Of <meta> only what is written for people
            if name == "content" and "description" not in str(given.get("name", "")):
                continue
            if name in READ_ATTRIBUTES and value:
                self.found.append(value)

    def handle_endtag(self, tag):
        self.silent -= tag in self.SILENT and self.silent > 0

    def handle_data(self, data):
        if not self.silent:
            self.found.append(data)


def unmarked_in_template(path: Path) -> list[str]:
    """Return the sentences of a template that are not in `_()`."""
    env = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 (nothing is rendered)
    env.policies["ext.i18n.trimmed"] = True
    tree = env.parse(path.read_text("utf-8"))
    pieces: list[str] = []
    constants: list[str] = []
    _walk(tree, pieces, constants)
    parser = _Texts()
    parser.feed("".join(pieces))
    parser.close()
    texts = [part for text in parser.found for part in text.split(GAP)] if path.suffix != ".txt" else pieces
    return [text.strip() for text in [*texts, *constants] if WORD.search(text.replace(GAP, ""))]


def _walk(node, pieces, constants) -> None:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            pieces.append(child.data)
        elif isinstance(node, nodes.Output):
            pieces.append(GAP)
            constants += _constants(child)
        elif _holds_attributes(child):
            pieces.append("<p ")
            _walk(child, pieces, constants)
            pieces.append(">")
        elif isinstance(child, nodes.Stmt | nodes.Template):
            _walk(child, pieces, constants)


def _holds_attributes(node) -> bool:
    """Return whether this part of a template stands inside a tag: the block for it, or a macro of attributes."""
    if isinstance(node, nodes.Macro):
        return next((bool(ATTRIBUTE.match(each.data)) for each in node.find_all(nodes.TemplateData)), False)
    return isinstance(node, nodes.Block) and node.name == "body_attributes"


def _constants(node) -> list[str]:
    """Return the texts that an expression may show."""
    if isinstance(node, nodes.Const):
        shown = isinstance(node.value, str) and re.search(r"[A-Z][a-z]|[a-z] [a-z]", node.value)
        return [node.value] if shown else []
    if isinstance(node, nodes.Call):
        name = getattr(node.node, "name", "")
        return [] if name in NOT_SHOWN else [text for each in node.args for text in _constants(each)]
    if isinstance(node, nodes.CondExpr):
        return [text for each in (node.expr1, node.expr2) if each is not None for text in _constants(each)]
    if isinstance(node, nodes.Filter):
        return _constants(node.node) if node.node is not None else []
    if isinstance(node, nodes.Compare | nodes.Getitem | nodes.Getattr):
        return []
    return [text for each in node.iter_child_nodes() for text in _constants(each)]


# --- Scripts -----------------------------------------------------------------

LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|//[^\n]*|/\*.*?\*/', re.DOTALL)
SENTENCE = re.compile(r"(?<![\w.#-])[A-Z][a-z]+(?: [a-z]|[.!?…]|$)|[a-z]{2,} [a-z]{2,}[.!?]")
BEFORE = re.compile(r"""(?:\b_|\bngettext|\bError|console\.\w+)\($|\bngettext\(\s*"[^"]*",$""")


def unmarked_in_script(path: Path) -> list[str]:
    """Return the sentences of a script that are not in `_()`."""
    source = path.read_text("utf-8")
    found = []
    for literal in LITERAL.finditer(source):
        text = literal[0]
        if text.startswith(("//", "/*")) or BEFORE.search(source[: literal.start()].rstrip()):
            continue
        plain = re.sub(r"\$\{(?:[^{}`]|\{[^{}]*\})*\}", GAP, text[1:-1])
        if SENTENCE.search(plain) and not re.search(r"^[\[.#:@>]|[=;{}]|^[A-Z][a-zA-Z]+$", plain):
            found.append(plain)
    return found


# --- Python ------------------------------------------------------------------

PYTHON_SENTENCE = re.compile(r"^[A-Z#“{][^_]*[a-z]{2,} .*[.!?”…}]$|^[A-Z][a-z]+ [a-z]+( [a-z]+)*$")
LAZY = {"gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "_", "N_"}
NOT_READ = re.compile(r"^(logger|logging|log|warnings|re|metrics)\b|Error$|RuntimeError|help$")


def unmarked_in_python(path: Path) -> list[tuple[int, str]]:
    """Return the sentences of a module that are not in `_()`, with their lines; docstrings and logs are no such."""
    tree = ast.parse(path.read_text("utf-8"))
    found: list[tuple[int, str]] = []
    _look(tree, found)
    return found


def _look(node, found) -> None:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name.rpartition(".")[2] in LAZY or NOT_READ.search(name):
            return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.JoinedStr):
        text = "".join(each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
        if PYTHON_SENTENCE.search(text):
            found.append((node.lineno, text))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if PYTHON_SENTENCE.search(node.value):
            found.append((node.lineno, node.value))
        return
    for child in ast.iter_child_nodes(node):
        _look(child, found)
