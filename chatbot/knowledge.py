"""The shop's articles, found by what the customer asks."""

from dataclasses import dataclass

from django.db.models import Count, Max

from . import retrieval
from . import text as words
from .models import Article


@dataclass(frozen=True)
class Passage:
    """An article that may answer, and how surely it does (0 to 1)."""

    article: Article
    score: float


@dataclass(frozen=True)
class Library:
    """The published articles by id and by title, and their index."""

    articles: dict[str, Article]
    titles: dict[str, Article]
    index: retrieval.Index


def look_up(text: str, limit: int = 3) -> list[Passage]:
    """Return the nearest articles, the best first; none for a text without a word that can be read."""
    if not can_read(text):
        return []
    library = _library()
    return [Passage(library.articles[id], score) for id, score in library.index.search(text, limit)]


def can_read(text: str) -> bool:
    """Whether the text has a word in letters that Villy was taught: Latin or Devanagari."""
    return any(words.latin(token).isascii() and token[0].isalpha() for token in words.tokens(text))


def titled(text: str) -> Article | None:
    """Return the article with exactly this title: what a tap on a suggestion sends."""
    return _library().titles.get(_title(text))


_kept: tuple = (None, None)


def _library() -> Library:
    """Return the articles and their index, made anew only when an article has changed."""
    global _kept
    stamp = Article.objects.filter(is_active=True).aggregate(newest=Max("updated_at"), count=Count("pk"))
    if _kept[0] != stamp:
        _kept = (stamp, _built())
    return _kept[1]


def _built() -> Library:
    articles = {str(article.pk): article for article in Article.objects.filter(is_active=True)}
    documents = [
        retrieval.Document(id, article.title, article.body, tuple(article.variants))
        for id, article in articles.items()
    ]
    titles = {_title(article.title): article for article in articles.values()}
    return Library(articles, titles, retrieval.Index(documents))


def _title(text: str) -> str:
    return " ".join(text.split()).casefold()
