"""What Villy did not know, gathered by likeness, and how to teach it to him."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from rapidfuzz import fuzz, process

from chatbot import privacy
from chatbot.models import Article, ChatMessage, Example
from chatbot.nlu import classifier
from chatbot.nlu.text import features as words
from tickets.models import Person

# What is looked at: older and further lines teach little, and the page stays quick
DAYS = 90
LINES = 500
# Two questions alike (of 100) are one to teach
ALIKE = 76
SHOWN = 3
LONGEST = Example._meta.get_field("text").max_length


class TaughtBefore(Exception):
    """This text is an example (or a variant) already; the message says of what."""


def question_of(line: ChatMessage) -> str:
    """Return the text that a line of Villy's answers; empty for his greeting, which answers none."""
    return line.answers.text if line.answers else ""


@dataclass
class Cluster:
    """Questions that say about the same. `lines` are Villy's answers to them, the newest first."""

    lines: list[ChatMessage] = field(default_factory=list)

    @property
    def newest(self) -> ChatMessage:
        return self.lines[0]

    @property
    def text(self) -> str:
        return question_of(self.newest)

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def others(self) -> list[str]:
        """Other wordings of it, to see what the cluster holds."""
        texts = dict.fromkeys(map(question_of, self.lines[1:]))
        return [text for text in texts if text != self.text][:SHOWN]

    @property
    def refused(self) -> list[str]:
        """The sources of answers that did not help."""
        return sorted({s["title"] for line in self.lines for s in line.reply.get("sources", [])})

    @property
    def at(self) -> datetime:
        return self.newest.created_at


# --- What he did not know ----------------------------------------------------


def not_known() -> list[Cluster]:
    """Return what Villy had no answer to, or none that helped: clusters, the newest first.

    Two bounded queries; reviewed lines are left out.
    """
    return clustered(_unanswered())


def clustered(lines: list[ChatMessage]) -> list[Cluster]:
    """Put lines whose questions are alike together; each goes to the likest cluster before it."""
    clusters: list[Cluster] = []
    written: list[str] = []
    parsed: list[str] = []
    for line in lines:
        mine, sounds = _plain(question_of(line)), _sounds(question_of(line))
        place = _likest(mine, written)
        place = _likest(sounds, parsed) if place is None else place
        if place is None:
            place = len(clusters)
            clusters.append(Cluster())
            written.append(mine)
            parsed.append(sounds)
        clusters[place].lines.append(line)
    return clusters


def cluster_of(line: ChatMessage) -> Cluster:
    """Return the cluster that holds a line now; of a line that was looked at, itself alone."""
    return next((each for each in not_known() if line in each.lines), Cluster([line]))


def unhelpful_articles() -> list[Article]:
    """Return the published articles that did not help their readers in the help centre, the worst first."""
    voted = Article.objects.filter(is_active=True, helped_not__gt=0).order_by("-helped_not")[:LINES]
    worst = [article for article in voted if article.helped_not >= article.helped]
    return sorted(worst, key=lambda article: article.helped_not - article.helped, reverse=True)[:20]


def _unanswered() -> list[ChatMessage]:
    recent = ChatMessage.objects.filter(
        created_at__gt=timezone.now() - timedelta(days=DAYS), answers__isnull=False, reviewed=False
    )
    newest = recent.order_by("-created_at").prefetch_related("answers")
    found = [*newest.filter(intent="unknown")[:LINES], *newest.filter(helped=False)[:LINES]]
    unique = {line.pk: line for line in found}.values()
    return sorted(unique, key=lambda line: line.created_at, reverse=True)[:LINES]


def _likest(text: str, others: list[str]) -> int | None:
    """Return the place of the likest of the other texts, if it is like enough."""
    found = text and process.extractOne(text, others, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
    return found[2] if found else None


def _plain(text: str) -> str:
    return " ".join(token for token in words.tokens(text) if token not in words.STOPS)


def _sounds(text: str) -> str:
    """The text by its sound, so that "mausam kaisa hai" and "मौसम कैसा है" are one question."""
    tokens = (token for token in words.tokens(text) if token not in words.STOPS)
    sounds = [words.sound(token) or token for token in tokens]
    return " ".join(sounds) if sum(map(len, sounds)) >= 4 else ""


# --- Teaching ----------------------------------------------------------------


def suggestion(line: ChatMessage) -> dict:
    """Return what the form begins with: the question without what names a person, as Villy understood it."""
    text = privacy.without_personal_data(question_of(line)).strip()[:LONGEST]
    understood = classifier.classify(text)
    return {
        "text": text,
        "intent": understood["intent"],
        "language": classifier.language_of(text),
        "is_issue": understood["is_issue"],
    }


def teach_example(
    text: str, *, intent: str, language: str, is_issue: bool, by: Person, cluster: Cluster | None = None
) -> Example:
    """Keep the text as an example, which `train_villy` adds to the corpus. Raise TaughtBefore."""
    text = " ".join(text.split())
    if known := Example.objects.filter(text__iexact=text).first():
        raise TaughtBefore(f"This is an example of {known.intent} already.")
    try:
        with transaction.atomic():
            example = Example.objects.create(
                text=text, intent=intent, language=language, is_issue=is_issue, taught_by=by
            )
    except IntegrityError:
        raise TaughtBefore("A colleague has just taught this.") from None
    set_aside(cluster)
    return example


def teach_variant(text: str, article: Article, *, cluster: Cluster | None = None) -> Article:
    """Add the text to the ways in which the article is asked; Villy knows it at once. Raise TaughtBefore."""
    text = " ".join(text.split())
    if text.casefold() in {each.casefold() for each in [article.title, *article.variants]}:
        raise TaughtBefore(f"“{article.title}” has this wording already.")
    article.also_asked = "\n".join([*article.variants, text])
    article.save(update_fields=["also_asked", "updated_at"])
    set_aside(cluster)
    return article


def set_aside(cluster: Cluster | None) -> None:
    """Mark these lines as reviewed: they are not shown again."""
    if cluster:
        ids = [line.pk for line in cluster.lines]
        ChatMessage.objects.filter(pk__in=ids).update(reviewed=True)
