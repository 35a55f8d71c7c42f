"""What Villy remembers of a chat from turn to turn, and what a hand-over takes from it.

`Chat.memory` is a dict of: issue (category, priority, intent, words, why), order and
product (ids, spoken of last), asked (our open question), sources (of the last answer),
refused (articles that did not help), turns (without a "that helped"), misses (in a row).
"""

from chatbot import wording
from tickets import sla
from tickets.models import Category, Priority
from tickets.privacy.masking import masked

from .answers import Reply
from .message import Heard

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


def remember(memory: dict, heard: Heard, reply: Reply) -> None:
    """Keep what the next turn or a hand-over needs. May raise the reply's priority, and offer a human."""
    if reply.asks_help:
        memory["asked"] = {"about": "help"}
    if reply.intent != "unknown":
        memory["misses"] = 0
    if reply.helped is not None:
        learn_of_help(memory, memory.get("sources", []), reply.helped)
    memory["sources"] = reply.sources
    if heard.order:
        memory["order"] = str(heard.order.pk)
    if reply.products:
        memory["product"] = reply.products[0]["id"] if len(reply.products) == 1 else None
    if reply.offer_agent and reply.helped is None:
        _remember_issue(memory, heard, reply)
    _count_turn(memory, heard, reply)


def learn_of_help(memory: dict, sources: list[dict], helped: bool) -> None:
    """Take a "Did this help?" to heart: yes begins the count of turns anew, no puts the article aside."""
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


def _remember_issue(memory: dict, heard: Heard, reply: Reply) -> None:
    """Keep the last issue in the customer's own words. Its priority never falls within a chat."""
    known = memory.get("issue")
    if known:
        reply.priority = _higher(known["priority"], reply.priority)
    is_grave = known and known["why"] in AT_ONCE
    if known and (is_grave or not heard.says_what_is_wrong) and heard.reason not in AT_ONCE:
        # "Connect me" leaves what it is about as it was, and nothing comes before glass in the food
        known["priority"] = reply.priority
        return
    # A code says nothing, and is nobody's to read
    said = "" if reply.rule == "a_code" else heard.text
    memory["issue"] = _issue(reply, said, heard.reason or reply.intent)


def _issue(reply: Reply, words: str, why: str) -> dict:
    return {
        "category": reply.category,
        "priority": reply.priority,
        "intent": reply.intent,
        # They are stored with the chat, and open the ticket
        "words": masked(words),
        "why": why,
    }


def _count_turn(memory: dict, heard: Heard, reply: Reply) -> None:
    """Offer a person after a long talk, and say so once; a "that helped" begins the count anew."""
    if heard.intent == "thanks_bye":
        memory["turns"] = 0
    if reply.intent in SMALL_TALK:
        return
    memory["turns"] = memory.get("turns", 0) + 1
    if reply.offer_agent:
        return
    reply.offer_agent = heard.reason == "anger" or memory["turns"] >= LONG_TALK
    if memory["turns"] == LONG_TALK:
        reply.text += " " + wording.say("long_talk", heard.language)


def _higher(one: str | None, other: str | None) -> str:
    return max(one or Priority.LOW, other or Priority.LOW, key=list(Priority.values).index)
