"""An article's text as HTML: Markdown without raw HTML, cleaned once more, links to the outside marked."""

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import nh3
from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# An article with fewer headings is read from its top
TOC_FROM = 3
TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "strong", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "ol": {"start"}}


@cache
def _markdown() -> "MarkdownIt":
    # Loaded with the first article: every command of the shell would wait for it otherwise
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Heading:
    anchor: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """An article's HTML, and its headings when there are at least TOC_FROM of them."""

    html: Markup
    contents: tuple[Heading, ...]


@lru_cache(maxsize=500)
def render(text: str) -> Rendered:
    """Return the text as HTML; the article's title is the page's h1, so its headings begin at h2."""
    tokens = _markdown().parse(text)
    headings: list = []
    taken: set[str] = set()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.tag = f"h{min(int(opening.tag[1]) + 1, 4)}"
            anchor = _anchor(inline.content, taken)
            opening.attrSet("id", anchor)
            if opening.tag == "h2":
                headings.append(Heading(anchor, _plain(inline)))
        elif opening.type == "heading_close":
            opening.tag = f"h{min(int(opening.tag[1]) + 1, 4)}"
    html = _markdown().renderer.render(tokens, _markdown().options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )
    return Rendered(Markup(clean), tuple(headings) if len(headings) >= TOC_FROM else ())  # noqa: S704 cleaned by nh3


def summary(text: str, length: int = 160) -> str:
    """Return the beginning of the text without its markup, for lists and search engines."""
    words = " ".join(
        token.content if token.type in ("text", "code_inline") else " "
        for block in _markdown().parse(text)
        for token in (block.children or [])
        if token.content or token.type == "softbreak"
    )
    plain = " ".join(words.split())
    return plain if len(plain) <= length else plain[:length].rsplit(" ", 1)[0] + "…"


def _plain(inline) -> str:
    return "".join(token.content for token in inline.children or [])


def _anchor(text: str, taken: set[str]) -> str:
    # Django's slugify leaves nothing of a Hindi heading; this one transliterates
    from slugify import slugify

    base = anchor = slugify(text)[:60] or "part"
    number = 2
    while anchor in taken:
        anchor, number = f"{base}-{number}", number + 1
    taken.add(anchor)
    return anchor
