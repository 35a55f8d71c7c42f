"""Villy's memory of a chat from turn to turn, and the part that a hand-over takes.

`Chat.memory` is a `dialogue.state.State`.
"""

from chatbot import wording
from chatbot.sources import products
from tickets import sla
from tickets.models import Category, Priority
from tickets.privacy.masking import masked

from .answers import Reply
from .message import ParsedMessage
from .reading import talk

# Such answers offer a person beside what is told, and say nothing of what is wrong
NO_ISSUE_OF_ITS_OWN = {
    "asked_of_the_subject", "asked_of_the_fault", "beyond_the_shop", "this_or_that", "whether_it_is_in_it", "in_its_own_words", "what_is_not_hot", "not_of_that_kind", "a_comparison", "what_the_claim_is", "what_it_is_worth", "may_it_be_eaten",
    "details_of_the_open_issue", "what_happens_now", "the_rule_goes_on", "how_another_order_stands", "where_exactly", "sealed_or_opened", "to_pay_at_the_door", "more_of_the_article", "a_photo", "no_promise", "small_talk", "an_answer_to_our_question", "said_again", "of_what_was_shown", "an_unknown_fact", "what_is_in_it", "a_language", "i_do_not_know", "a_fact", "an_order_to_prove",
    "a_number_and_little_else", "a_wish_for_a_person",
}  # fmt: skip
MOST_DETAILS = 8
# Turns without a "that helped" after which a person is offered unasked
LONG_TALK = 5
# Answers that are no turn of a talk about something
SMALL_TALK = ("greeting", "thanks_bye", "feedback")
# Whatever else the words say, a ticket about this is at least about ...
AT_ONCE = {
    "safety": Category.PRODUCT_ISSUE,
    "fraud": Category.PAYMENT,
    "legal": Category.FEEDBACK,
    "outage": Category.OTHER,
}


def remember(memory: dict, parsed: ParsedMessage, reply: Reply) -> None:
    """Keep what the next turn or a hand-over needs. May raise the reply's priority, and offer a human."""
    if reply.offer_agent:
        memory["asked"] = {"about": "connect"}
    elif reply.asks_help:
        memory["asked"] = {"about": "help"}
    if reply.asks:
        memory["asked"] = reply.asks
    if reply.intent != "unknown":
        memory["misses"] = 0
    if reply.helped is not None:
        learn_of_help(memory, memory.get("sources", []), reply.helped)
    memory["sources"], memory["rule"] = reply.sources, reply.rule
    talk.remember(memory, reply.sources)
    _count_since_a_product(memory, reply)
    if parsed.order:
        memory["order"] = str(parsed.order.pk)
    if reply.topic:
        memory["topic"] = reply.topic
        _remember_products(memory, parsed, reply.topic)
        _remember_the_price(memory, parsed, reply.topic)
        of_no_product = reply.topic["kind"] in ("article", "order")
        if of_no_product and len(parsed.found.products) == 1 and parsed.found.share:
            # "Akhrot fresh hai?" was answered by a rule, "add mango pickle" by an order: still what is talked about
            memory["recent"] = [*memory.get("recent", []), str(parsed.found.products[0].pk)][-4:]
            if reply.topic["kind"] == "article":
                memory["since_product"] = 0
    # What came broken or wrong is told, however doubtful the guess
    only_asked = reply.rule == "a_flow" and not parsed.is_issue and reply.flow not in TELLS_A_FAULT
    if reply.offer_agent and reply.helped is None and not only_asked:
        _remember_issue(memory, parsed, reply)
        if reply.claim and memory.get("issue"):
            memory["issue"]["claim"] = reply.claim
    _count_turn(memory, parsed, reply)


TELLS_A_FAULT = ("damaged",)


def _count_since_a_product(memory: dict, reply: Reply) -> None:
    """Count the answers since a product was spoken of; an order ends the talk about it."""
    kind = (reply.topic or {}).get("kind")
    if kind in ("product", "sum"):
        memory["since_product"] = 0
    elif kind == "order":
        memory.pop("since_product", None)
    elif "since_product" in memory:
        memory["since_product"] += 1


def _whole_list(parsed: ParsedMessage, topic: dict, shown: list[str]) -> list[str]:
    """Return the ids of all that a list stands for, of which only the first are told."""
    if "among" in topic:
        return topic["among"]
    named = [str(product.pk) for product in products.all_named(parsed.text)]
    return named[:MOST_OF_A_LIST] if set(shown) <= set(named) else shown


MOST_OF_A_LIST = 12


def _remember_products(memory: dict, parsed: ParsedMessage, topic: dict) -> None:
    """Keep the last list, what was spoken of one by one, and whose health it is about."""
    if topic["kind"] == "sum":
        memory["sum"] = topic["items"]
    elif topic.get("place"):
        memory["place"] = topic["place"]
    elif topic["kind"] == "order":
        memory.pop("sum", None)
    shown = topic["ids"] if topic["kind"] == "product" else [pk for pk, _ in topic.get("items", [])]
    if len(shown) > 1:
        memory["listed"] = shown
        memory["among"] = _whole_list(parsed, topic, shown)
    elif shown and topic["kind"] == "product":
        memory["recent"] = [*(pk for pk in memory.get("recent", []) if pk not in shown), *shown][-4:]
    if concern := topic.get("concern"):
        memory["concern"] = {"about": concern, "allergen": topic.get("allergen", "")}
    elif topic["kind"] in ("order", "delivery"):
        memory.pop("concern", None)


def _remember_the_price(memory: dict, parsed: ParsedMessage, topic: dict) -> None:
    """Keep the price that a list was asked for at, as long as the talk is about products."""
    if topic["kind"] != "product":
        memory.pop("within", None)
    elif within := products.price_named(parsed.text):
        memory["within"] = within


def learn_of_help(memory: dict, sources: list[dict], helped: bool) -> None:
    """Take a "Did this help?" to heart: yes restarts the count of turns, no puts the article aside."""
    if helped:
        memory["turns"] = 0
        return
    refused = [source["id"] for source in sources if source["type"] == "article"]
    memory["refused"] = sorted({*memory.get("refused", []), *refused})


def triage_so_far(memory: dict, category: str = Category.OTHER) -> tuple[str, str]:
    """Return the category and priority of what was said to be wrong before, or else this category's."""
    known = memory.get("issue", {})
    return known.get("category", category), known.get("priority", Priority.MEDIUM)


def amend(memory: dict, reply: Reply, text: str, is_issue: bool, priority: str) -> None:
    """Add what a second opinion saw: it may raise issue and priority, and lower neither."""
    if not is_issue and not reply.priority:
        return
    if is_issue:
        reply.offer_agent = True
        reply.priority = _higher(reply.priority, sla.DEFAULT_PRIORITY[reply.category or Category.OTHER])
    if priority in Priority.values:
        reply.priority = _higher(reply.priority, priority)
    issue = memory.setdefault("issue", _issue(reply, text, reply.intent))
    issue["priority"] = reply.priority = _higher(issue["priority"], reply.priority)


def _remember_issue(memory: dict, parsed: ParsedMessage, reply: Reply) -> None:
    """Keep the last issue in the customer's own words. Its priority never falls within a chat."""
    known = memory.get("issue")
    if reply.rule in NO_ISSUE_OF_ITS_OWN:
        if known:
            reply.priority = known["priority"] = _higher(known["priority"], reply.priority)
        return
    if known:
        reply.priority = _higher(known["priority"], reply.priority)
    is_grave = known and known["why"] in AT_ONCE
    if known and reply.flow and reply.flow == known.get("flow") and reply.order:
        # The same wish, of the order that was told last
        known["order"] = reply.order["id"]
    if known and known.get("flow") == "cancel" and reply.flow == "change_items" and not is_grave:
        # "Only the honey" in place of all of it
        known |= {"flow": reply.flow, "words": masked(parsed.text)}
    if known and (is_grave or not parsed.says_what_is_wrong) and parsed.reason not in AT_ONCE:
        # "Connect me" leaves what it is about as it was, and nothing comes before glass in the food
        known["priority"] = reply.priority
        return
    # A code says nothing, and no agent has to read it
    said = "" if reply.rule == "a_code" else parsed.text
    memory["issue"] = _issue(reply, said, parsed.reason or reply.intent)
    if (
        known
        and parsed.says_what_is_wrong
        and known.get("words")
        and known["words"] != memory["issue"]["words"]
    ):
        memory["issue"]["details"] = [known["words"], *known.get("details", [])][:MOST_DETAILS]


def _issue(reply: Reply, words: str, why: str) -> dict:
    issue = {
        "category": reply.category,
        "priority": reply.priority,
        "intent": reply.intent,
        # They are stored with the chat, and open the ticket
        "words": masked(words),
        "why": why,
        "flow": reply.flow,
    }
    if reply.order or (reply.asks and reply.asks["about"] == "order"):
        # Where he asked which one it is, none is guessed for the ticket
        issue["order"] = reply.order["id"] if reply.order else ""
    return issue


def _count_turn(memory: dict, parsed: ParsedMessage, reply: Reply) -> None:
    """Offer a person after a long talk, and say so once; a "that helped" restarts the count."""
    if parsed.intent == "thanks_bye":
        memory["turns"] = 0
    if reply.intent in SMALL_TALK:
        return
    memory["turns"] = memory.get("turns", 0) + 1
    if reply.offer_agent:
        return
    reply.offer_agent = parsed.reason == "anger" or memory["turns"] >= LONG_TALK
    if memory["turns"] == LONG_TALK:
        reply.text += " " + wording.say("long_talk", parsed.language)


def _higher(one: str | None, other: str | None) -> str:
    return max(one or Priority.LOW, other or Priority.LOW, key=list(Priority.values).index)
