"""The shop's articles, found by what the customer asks."""

from dataclasses import dataclass

from . import retrieval
from .models import Article


@dataclass(frozen=True)
class Passage:
    """An article that may answer, and how surely it does (0 to 1)."""

    article: Article
    score: float

    @property
    def is_sure(self) -> bool:
        return self.score >= retrieval.THRESHOLD


def look_up(text: str, limit: int = 3) -> list[Passage]:
    """Return the nearest articles, the best first."""
    articles, index = _library()
    return [Passage(articles[id], score) for id, score in index.search(text, limit)]


_shelf: tuple = (None, {}, None)


def _library():
    """Return the articles and their index, made anew only when an article has changed."""
    global _shelf
    stamp = _stamp()
    if _shelf[0] != stamp:
        articles = {str(article.pk): article for article in Article.objects.filter(is_active=True)}
        documents = [
            retrieval.Document(id, article.title, article.body, tuple(article.variants))
            for id, article in articles.items()
        ]
        _shelf = (stamp, articles, retrieval.Index(documents))
    return _shelf[1], _shelf[2]


def _stamp():
    newest = Article.objects.order_by("-updated_at").values_list("updated_at", flat=True).first()
    return newest, Article.objects.filter(is_active=True).count()
