"""Find the articles of the talk: a short later message is more likely about them than about others."""

from . import subjects

# Evidence beside the words, of which an article that surely answers has .4 and more. Found on kept conversations
LAST_TOLD = 0.12
OF_THE_SUBJECT = 0.1
TOLD_BEFORE = 0.05
# A longer message says itself what it is about
MOST_WORDS = 9
# Answers whose articles are remembered
MOST_TOLD = 3


def nearer(memory: dict, by_slug: dict, text: str) -> dict[str, float]:
    """Return evidence by id for the articles of this talk; none for the first message, or a long one."""
    if not memory.get("last") or len(text.split()) > MOST_WORDS:
        return {}
    found = _of_goods(memory, by_slug)
    of_the_talk = (
        subjects.of_the_answer(memory.get("topic") or {}),
        subjects.of_the_issue(memory.get("issue") or {}),
    )
    about = tuple(filter(None, of_the_talk))
    if subjects.names_another(text, about):
        return {}
    slugs = [slug for key in about for slug in subjects.SUBJECTS[key].articles]
    for slug in slugs:
        if article := by_slug.get(slug):
            found[str(article.pk)] = OF_THE_SUBJECT
    for place, id in enumerate(memory.get("told", [])):
        found[id] = max(found.get(id, 0.0), TOLD_BEFORE if place else LAST_TOLD)
    return found


# What the shop wrote beside the facts of a product, by what was asked of it
OF_A_PRODUCT = {
    "stock": "out-of-stock",
    "shelf_life": "storage-shelf-life",
    "storage": "storage-shelf-life",
    "purity": "freshness-promise",
}


def _of_goods(memory: dict, by_slug: dict) -> dict[str, float]:
    topic = memory.get("topic") or {}
    slug = OF_A_PRODUCT.get(topic.get("aspect", "")) if topic.get("kind") == "product" else None
    article = by_slug.get(slug) if slug else None
    return {str(article.pk): OF_THE_SUBJECT} if article else {}


def remember(memory: dict, sources: list[dict]) -> None:
    """Keep the articles that were told last, the newest first."""
    told = [source["id"] for source in sources if source["type"] == "article"]
    before = [id for id in memory.get("told", []) if id not in told]
    if told or before:
        memory["told"] = [*told, *before][:MOST_TOLD]
