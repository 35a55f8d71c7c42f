"""Several questions in one message: each is answered, content before small talk."""

import re
from copy import deepcopy

from chatbot.models import Chat
from chatbot.nlu import classifier
from chatbot.nlu.cues import issue_cues, turn_cues
from chatbot.sources import articles, delivery_areas, product_facts, products

from ..answers import Reply
from ..memory import AT_ONCE
from ..message import ACT, ParsedMessage, parse
from ..reading import readings
from ..rules import about_articles, small_talk
from ..rules.issues import needs_a_person, what_next
from ..rules.orders import about_delivery, about_orders, order_flows, which_order
from ..rules.products import about_health, about_products, concerns, product_lists, which_product
from ..rules.products.sums import how_many, product_sums

NOTHING_WRONG = turn_cues.phrases(
    r"(?:koi|no|not a|nothing) (?:shikayat|complaints?|issues?|problem|dikkat|gussa|wrong)",
    "just asking",
    r"sirf poo?ch\w*",
    "कोई (?:शिकायत|दिक्कत)",
)
# "Packet khola nahi hai", beside "can i return it"
ONLY_OPENED = turn_cues.phrases(
    r"(?:the |its |it'?s |it is |wo |ye )?(?:packet|pack|seal|dabba|box|jar)? ?(?:is |to |abhi )?(?:not |un|still )?(?:khol\w*|khul\w*|open\w*|seal\w*|band)(?: (?:nahi|not|hai|hi|bhi|tak|yet|kiya|h|it))*"
)
OPENED = turn_cues.phrases(
    r"(?:i|we|maine|mene|humne|hamne) (?:have |had |already |just )?(?:opened|used|tasted|khola|khol (?:diya|liya)|kha (?:liya|li)|ate|tried|tasted)"
)


def several_questions(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Each question of a message is answered, where at least two of its parts are ones of their own."""
    if meant := turn_cues.corrected_within(parsed.text):
        # "And honey. Sorry, not honey, jaggery": what is meant stands at the end
        parsed.text = meant
        return None
    parts = _with_whose_health(turn_cues.parts(parsed.text))
    if (
        len(parts) < 2
        or parsed.reason in AT_ONCE
        or parsed.reason == "human"
        or parsed.asked.get("about") == "order"
    ):
        return None
    tells = parsed.is_issue and parsed.intent in classifier.TROUBLE and parsed.confidence >= ACT
    if tells and not any(issue_cues.QUESTION.search(turn_cues.plain(part)) for part in parts):
        # "The packet is open and smelling" is one thing that is wrong
        return None
    if parsed.known_orders and not parsed.aspect and order_flows.wanted(parsed) == "change_items":
        # "Mere order me ek aur chai daal do" is one wish, whatever "aur" parts
        return None
    if what_next.asks_for_a_new_one(chat, parsed):
        # "What about the new chikki, how long": of the one that is to come in place of the wrong one
        return None
    if OPENED.search(turn_cues.plain(parsed.text)) or (
        which_order.RETURNS.search(turn_cues.plain(parsed.text))
        and any(ONLY_OPENED.fullmatch(turn_cues.plain(p).strip(" ?.!")) for p in parts)
    ):
        # "I opened the packet, can I still return it" is one question
        return None
    kept = deepcopy(chat.memory)
    if reply := a_sum_and_days(chat, parsed):
        return reply
    # "One classic and one honey, what is the total" is one question, however many parts it has
    for rule in OF_THE_WHOLE:
        if (reply := rule(chat, parsed)) and len(reply.products) > 1:
            reply.rule = rule.__name__
            return reply
    found: dict[tuple, Reply] = {}
    answered = 0
    named = ""
    for part in parts:
        if named and product_facts.asked_about(part) and not products.look_up(part).products:
            # "Add one honey and whats its price": of the honey
            part = f"{named} {part}"
        elif len(one_of := products.look_up(part).products) == 1:
            named = one_of[0].name
        if NOTHING_WRONG.search(turn_cues.plain(part)):
            continue
        one = parse(chat, part, asked={}, language=parsed.language)
        reply = _part_answered(chat, one)
        if not reply:
            continue
        answered += 1
        key = _what_it_is_about(reply)
        if key not in found or reply.offer_agent:
            found[key] = reply
        if reply.topic:
            chat.memory["topic"] = reply.topic
    # What is wrong in two ways is told once
    troubles = sum(reply.intent in classifier.TROUBLE and reply.offer_agent for reply in found.values())
    if len(found) == 1 and answered == len(parts):
        # Both parts are about one order: what can be done with it says how it stands as well
        return next(iter(found.values()))
    if len(found) < 2 or troubles > 1:
        chat.memory.clear()
        chat.memory.update(kept)
        return None
    return together(list(found.values()))


def _with_whose_health(parts: list[str]) -> list[str]:
    """Join "my son is allergic to peanuts" to the question after it: it says whose health that is about."""
    joined: list[str] = []
    for part in parts:
        before = joined[-1] if joined else ""
        if before and concerns.concern(before) and not issue_cues.QUESTION.search(turn_cues.plain(before)):
            joined[-1] = f"{before}, {part}"
        elif before and readings.only_points(before):
            # "Then the other one, does it have mustard" is one question
            joined[-1] = f"{before}, {part}"
        else:
            joined.append(part)
    return joined


def _part_answered(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    for rule in PART_RULES:
        if reply := rule(chat, parsed):
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


def _together(one: dict | None, other: dict | None) -> dict | None:
    if (
        one
        and other
        and one["kind"] == other["kind"] == "product"
        and one.get("aspect") == other.get("aspect")
    ):
        return other | {"ids": list(dict.fromkeys([*one["ids"], *other["ids"]]))}
    if one and other and one["kind"] == "order" and other["kind"] == "article":
        # What comes next is rather about their order than about a rule
        return one
    return other or one


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
        first.topic = _together(first.topic, other.topic)
    first.suggestions = articles.library().without_told(first.suggestions, first.sources)[:3]
    first.rule = "several_questions"
    return first


# What is left of "2 masala, guwahati. total aur kitne din" without the place and the days
BESIDE_A_PLACE = turn_cues.phrases(
    r"(?:me|mein|to|tak|ko|pe|par|for|in|ke liye|delivery|deliver|lagenge|lagega|lagte|it takes?)",
    "(?:में|तक|को|पर|के लिए|लगेंगे|लगेगा)",
)
ENDS_WITH = re.compile(r"(?:\s|[,.;?!&+]|\b(?:aur|and|in|n)\b|और)+$", re.IGNORECASE)
OF_A_SUM = (product_sums.a_counted_basket, product_sums.a_sum, product_sums.more_of_it)


def a_sum_and_days(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "2 masala, guwahati. total aur kitne din": the sum of the goods, and the days to the place that is named."""
    said = turn_cues.plain(parsed.text)
    place = delivery_areas.areas().named_in(said)
    if (
        not place
        or parsed.is_issue
        or parsed.numbers
        or parsed.order
        or chat.memory.get("issue")
        or len(said.split()) > MOST_WORDS_OF_A_SUM
        or not DAYS.search(said)
        or not product_sums.TOTAL.search(DAYS.sub(" ", said))
    ):
        return None
    goods = re.sub(re.escape(place[0]), " , ", said, flags=re.IGNORECASE)
    goods = ENDS_WITH.sub("", BESIDE_A_PLACE.sub(" ", DAYS.sub(" ", goods)))
    # One question about the goods, wherever the place stood in it
    goods = f"{re.sub(r'[.?!,;।]+', ' ', goods)} total"
    one = parse(chat, " ".join(goods.split()), asked={}, language=parsed.language)
    reply = next(filter(None, (rule(chat, one) for rule in OF_A_SUM)), None)
    if not reply or (reply.topic or {}).get("kind") != "sum":
        return None
    reply.text = f"{reply.text}\n\n{about_delivery.days_to(parsed, place)}"
    chat.memory["place"] = place[0]
    reply.rule = "several_questions"
    return reply


MOST_WORDS_OF_A_SUM = 16
# Of days and of nothing else: "how much" is asked of the sum
DAYS = turn_cues.phrases(
    r"(?:in )?(?:kitn[ei]|how many) (?:din|days?|dino)(?: (?:me|mein|to|it takes?|will it take|lagenge|lagte|lag\w*))*",
    r"(?:aur |and )?(?:how long|days|din|kab tak|by when)(?: (?:it takes?|will it take|lagenge|to reach|to deliver|pahunch\w*|aay\w*))*",
    "(?:कितने दिन|कब तक|दिन)(?: (?:में|लगेंगे|लगेगा))*",
)


# Questions that are about several things at once
OF_THE_WHOLE = (
    which_product.which_of_a_kind,
    how_many.each_of_them,
    product_sums.a_counted_basket,
    product_sums.a_sum,
    product_lists.a_comparison,
)
# What may answer one part of a message
PART_RULES = (
    small_talk.about_himself,
    about_health.food_safety,
    about_delivery.a_place,
    product_lists.a_list_by_contents,
    order_flows.a_flow,
    needs_a_person.an_issue,
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
