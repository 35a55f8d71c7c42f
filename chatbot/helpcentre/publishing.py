"""Drafts that are due are published; what an article said before stays as a version."""

from datetime import datetime, timedelta

from chatbot.models import Article, ArticleVersion
from tickets.operations import jobs

TEXTS = ("title", "title_hinglish", "title_hi", "body", "body_hinglish", "body_hi", "also_asked")
VERSIONS_KEPT = 50


def publish_due(now: datetime) -> int:
    """Publish the drafts whose time has come; return how many."""
    due = list(Article.objects.filter(is_active=False, publish_at__lte=now).order_by("publish_at")[:100])
    for article in due:
        article.is_active, article.publish_at = True, None
        # Through save(), which tells Villy and the pages that the articles have changed
        article.save(update_fields=["is_active", "publish_at", "updated_at"])
    return len(due)


@jobs.step("articles", every=timedelta(minutes=1))
def publish_scheduled(now: datetime, since: datetime) -> bool:
    """Publish scheduled drafts; return whether more are due."""
    return publish_due(now) == 100


def keep_version(article: Article, by: str) -> ArticleVersion | None:
    """Keep what the stored article says before it is overwritten; None if no text will change."""
    stored = Article.objects.filter(pk=article.pk).values(*TEXTS).first()
    if stored is None or all(stored[name] == getattr(article, name) for name in TEXTS):
        return None
    version = ArticleVersion.objects.create(article=article, said=stored, changed_by=by[:120])
    old = list(article.versions.order_by("-changed_at").values_list("pk", flat=True)[VERSIONS_KEPT:])
    ArticleVersion.objects.filter(pk__in=old).delete()
    return version


def restore(version: ArticleVersion, by: str) -> Article:
    """Have the article say again what it said then; what it says now becomes a version."""
    article = Article.objects.get(pk=version.article_id)
    for name in TEXTS:
        setattr(article, name, version.said.get(name, getattr(article, name)))
    keep_version(article, by)
    article.save()
    return article
