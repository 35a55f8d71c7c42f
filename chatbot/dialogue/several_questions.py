"""Several questions in one message: each is answered, content before small talk."""

from copy import deepcopy

from ..models import Chat
from ..nlu import classifier, cues
from .answers import Reply
from .memory import AT_ONCE
from .message import ACT, Heard, listen
from .rules import (
    about_articles,
    about_delivery,
    about_health,
    about_orders,
    about_products,
    issues,
    open_questions,
    order_flows,
    product_lists,
    product_sums,
    small_talk,
)


def several_questions(chat: Chat, heard: Heard) -> Reply | None:
    """Each question of a message is answered, where at least two of its parts are ones of their own."""
    parts = cues.parts(heard.text)
    if (
        len(parts) < 2
        or heard.reason in AT_ONCE
        or heard.reason == "human"
        or heard.asked.get("about") == "order"
    ):
        return None
    tells = heard.is_issue and heard.intent in classifier.TROUBLE and heard.confidence >= ACT
    if tells and not any(open_questions.QUESTION.search(cues.plain(part)) for part in parts):
        # "The packet is open and smelling" is one thing that is wrong
        return None
    kept = deepcopy(chat.memory)
    # "One classic and one honey, what is the total" is one question, however many parts it has
    for rule in OF_THE_WHOLE:
        if reply := rule(chat, heard):
            reply.rule = rule.__name__
            return reply
    found: dict[tuple, Reply] = {}
    for part in parts:
        one = listen(chat, part, asked={}, language=heard.language)
        reply = _part_answered(chat, one)
        if not reply:
            continue
        key = _what_it_is_about(reply)
        if key not in found or reply.offer_agent:
            found[key] = reply
        if reply.topic:
            chat.memory["topic"] = reply.topic
    # What is wrong in two ways is told once
    troubles = sum(reply.intent in classifier.TROUBLE and reply.offer_agent for reply in found.values())
    if len(found) < 2 or troubles > 1:
        chat.memory.clear()
        chat.memory.update(kept)
        return None
    return together(list(found.values()))


def _part_answered(chat: Chat, heard: Heard) -> Reply | None:
    for rule in PART_RULES:
        if reply := rule(chat, heard):
            reply.rule = rule.__name__
            return reply if reply.is_sure else None
    return None


def _what_it_is_about(reply: Reply) -> tuple:
    if reply.order:
        return ("order", reply.order["id"])
    topic = reply.topic or {}
    return (
        topic.get("kind", reply.rule),
        *topic.get("ids", ()),
        topic.get("aspect", ""),
        topic.get("place", ""),
    )


def together(found: list[Reply]) -> Reply:
    """Return one reply that says all of these; what is wrong comes first."""
    found = sorted(found, key=lambda reply: not reply.offer_agent)
    first = found[0]
    first.text = "\n\n".join(reply.text for reply in found)
    first.passage = ""
    for other in found[1:]:
        first.products = [*first.products, *(card for card in other.products if card not in first.products)]
        first.sources = [
            *first.sources,
            *(source for source in other.sources if source not in first.sources),
        ]
        first.order = first.order or other.order
        first.topic = other.topic or first.topic
    first.suggestions = [
        title for title in first.suggestions if title not in {s["title"] for s in first.sources}
    ][:3]
    first.rule = "several_questions"
    return first


# Questions that are about several things at once
OF_THE_WHOLE = (product_sums.a_sum, product_lists.a_comparison)
# What may answer one part of a message
PART_RULES = (
    small_talk.about_himself,
    about_health.food_safety,
    about_delivery.a_place,
    product_lists.a_list_by_contents,
    order_flows.a_flow,
    issues.an_issue,
    about_orders.another_order,
    product_sums.a_sum,
    product_lists.a_comparison,
    about_products.a_fact,
    about_products.a_bare_name,
    about_orders.their_order,
    about_products.products_by_name,
    about_articles.how_to_order,
    about_articles.an_article,
)
