"""The shop's articles, found by what the customer asks."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from chatbot.models import Article
from chatbot.nlu import retrieval
from chatbot.nlu.text import features as words

from .table_cache import CachedFromTable

LONGEST = 400


@dataclass(frozen=True)
class Passage:
    """An article that may answer, and how surely it does (0 to 1)."""

    article: Article
    score: float


class Library:
    """The published articles, ready to be searched; `library()` returns it as it is now."""

    def __init__(self, articles: list[Article]):
        self.articles = {str(article.pk): article for article in articles}
        self.titles = {
            _title(title): article
            for article in articles
            for title in (article.title_hi, article.title_hinglish, article.title)
            if title
        }
        self.by_slug = {article.slug: article for article in articles}
        # What the shop writes in sentences is spelt right: "first" is no misspelt "forest"
        self.ordinary_words = {
            word for article in articles for word in words.tokens(article.body.casefold())
        }
        self.index = retrieval.Index(
            retrieval.Document(id, article.title, article.body, tuple(article.variants))
            for id, article in self.articles.items()
        )

    def near(self, text: str, limit: int = 3, nearer: Mapping[str, float] | None = None) -> list[Passage]:
        """Return the nearest articles, the best first; none for a text without a word that can be read.

        `nearer` is evidence beside the words, by id of the article: what the talk is about.
        """
        if not can_read(text):
            return []
        # A question stands at the beginning; the rest of an essay only takes time
        found = self.index.search(text[:LONGEST], limit, nearer)
        return [Passage(self.articles[id], score) for id, score in found]

    def titled(self, text: str) -> Article | None:
        """Return the article with exactly this title in any language: what a tap on a suggestion sends."""
        return self.titles.get(_title(text))

    def without_told(self, suggestions: Iterable[str], sources: list[dict]) -> list[str]:
        """Return the suggestions without the titles, in any language, of articles that a reply has just told."""
        told = {source["id"] for source in sources}
        return [
            each
            for each in suggestions
            if not (article := self.titled(each)) or str(article.pk) not in told
        ]


_published = CachedFromTable(Article, Library).get
_tried: ContextVar[Library | None] = ContextVar("the articles that staff try", default=None)


def library() -> Library:
    """Return the published articles, or those that are being tried."""
    return _tried.get() or _published()


@contextmanager
def with_drafts() -> Iterator[None]:
    """Answer from every article until the end, drafts included: to try them before they are published."""
    token = _tried.set(Library(list(Article.objects.all())))
    try:
        yield
    finally:
        _tried.reset(token)


def can_read(text: str) -> bool:
    """Return whether the text has a word in letters that Villy was taught: Latin or Devanagari."""
    return any(words.latin(token).isascii() and token[0].isalpha() for token in words.tokens(text))


def _title(text: str) -> str:
    return " ".join(text.split()).casefold()
