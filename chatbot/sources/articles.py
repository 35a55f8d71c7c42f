"""The shop's articles, found by what the customer asks."""

from dataclasses import dataclass

from chatbot.models import Article
from chatbot.nlu import features as words
from chatbot.nlu import retrieval

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
        self.titles = {_title(article.title): article for article in articles}
        self.by_slug = {article.slug: article for article in articles}
        self.index = retrieval.Index(
            retrieval.Document(id, article.title, article.body, tuple(article.variants))
            for id, article in self.articles.items()
        )

    def near(self, text: str, limit: int = 3) -> list[Passage]:
        """Return the nearest articles, the best first; none for a text without a word that can be read."""
        if not can_read(text):
            return []
        # A question stands at the beginning; the rest of an essay only takes time
        found = self.index.search(text[:LONGEST], limit)
        return [Passage(self.articles[id], score) for id, score in found]

    def titled(self, text: str) -> Article | None:
        """Return the article with exactly this title: what a tap on a suggestion sends."""
        return self.titles.get(_title(text))


library = CachedFromTable(Article, Library).get


def can_read(text: str) -> bool:
    """Whether the text has a word in letters that Villy was taught: Latin or Devanagari."""
    return any(words.latin(token).isascii() and token[0].isalpha() for token in words.tokens(text))


def _title(text: str) -> str:
    return " ".join(text.split()).casefold()
