"""A rule of the shop that a bare follow-up names, and what to do by the one that was told."""

import re

from chatbot import wording
from chatbot.models import Article, Chat
from chatbot.nlu.cues.turn_cues import phrases, plain

from ... import answers
from ...answers import Reply
from ...message import ACT, CLEAR, VERY_CLEAR, ParsedMessage
from ...reading import passages, subjects
from ..orders import order_flows

MOST_WORDS = 3
ASIDE = r"(?:aur|and|or|ya|n|ok|okay|acha|accha|what about|how about|tell me about|also|about|और|या|अच्छा)"
# What stands around a name and asks nothing of its own
BARE = re.compile(
    rf"^\W*(?P<lead>(?:{ASIDE}\s+)*)(?P<name>.{{2,40}}?)(?:\s+(?:ka|ki|ke|kya|hai|h|bhi|to|please|available|possible|milega|chalega|का|की|भी|है|क्या|मिलेगा))*[^\w\u0900-\u097F]*$",
    re.IGNORECASE,
)
OF_PAYING = "ways to pay"
# Rules that tell by which way money comes back: "and UPI?" asks them on
OF_MONEY_BACK = ("refund-timing", "returns", "exchange", "cancel-order", "upi-failed", "charged-twice")
# "And the new one?" names what was told
POINTS = phrases("it", "that", "this", "one", "new", "other", r"wal[aei]", "isk[aei]", "usk[aei]", "वाल[ाे]")


def a_rule_by_its_name(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Return the rule that a follow-up names and nothing else, where another one was told."""
    told = _told(parsed)
    found = BARE.match(plain(parsed.text))
    if (
        not told
        or not found
        or not (found["lead"] or parsed.text.rstrip().endswith("?"))
        or parsed.reason
        or parsed.numbers
        or parsed.found.share
        or chat.memory.get("issue")
        or order_flows.wanted(parsed)
    ):
        return None
    name = found["name"].strip()
    if len(name.split()) > MOST_WORDS or POINTS.search(name) or subjects.asked_in(name):
        return None
    article = _named(parsed, name)
    if not article or article.pk == told.pk or _tells_of_it(told, name):
        return None
    return answers.of_article(article, parsed, CLEAR)


def _told(parsed: ParsedMessage) -> Article | None:
    ids = parsed.topic.get("ids") or []
    return parsed.library.articles.get(ids[0]) if parsed.topic.get("kind") == "article" and ids else None


def _named(parsed: ParsedMessage, name: str) -> Article | None:
    """Return the article that is surely meant by a name alone, without the talk as evidence."""
    best = next(iter(parsed.library.near(name, 1)), None)
    least = ACT if subjects.named_in(name) else VERY_CLEAR
    if not best or best.score < least or not answers.shares_a_word(name, best.article):
        return None
    refused = parsed.chat.memory.get("refused", [])
    return None if str(best.article.pk) in refused else best.article


def _tells_of_it(told: Article, name: str) -> bool:
    """Return whether the rule that was told has the words of a name, so that it is asked on."""
    if OF_PAYING in subjects.named_in(name):
        return told.slug in OF_MONEY_BACK and _has_words(told, name)
    return _has_words(told, name)


def _has_words(article: Article, name: str) -> bool:
    bodies = [article.body_in(language) for language in wording.LANGUAGES]
    asked = passages.units(name)
    return bool(asked) and all(
        any(passages.stands_in(unit, body) >= passages.OF_A_FORM for body in bodies) for unit in asked
    )


# --- What to do by the rule that was told ---------------------------------------------------


def what_to_do_then(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "To kya karu" after a rule of the shop: its steps, and not that this is beyond Villy."""
    said = plain(parsed.text).strip(" ?.!")
    article = _told(parsed) or _beside_a_flow(chat, parsed)
    refused = chat.memory.get("refused", [])
    if not article or parsed.reason or str(article.pk) in refused or not WHAT_TO_DO.fullmatch(said):
        return None
    reply = answers.of_article(article, parsed, CLEAR)
    if steps := passages.steps(article, parsed.language):
        reply.text, reply.passage = steps, ""
    if issue := chat.memory.get("issue"):
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    return reply


def _beside_a_flow(chat: Chat, parsed: ParsedMessage) -> Article | None:
    """Return the rule that a flow of no order told: "what if I am not home"."""
    ids = [source["id"] for source in chat.memory.get("sources", []) if source["type"] == "article"]
    return parsed.library.articles.get(ids[0]) if ids and chat.memory.get("rule") == "a_flow" else None


WHAT_TO_DO = phrases(
    r"(?:to|toh|so|then|ab|ok|acha|phir|fir|and|but)? ?(?:what (?:should|do|can|must|shall) (?:i|we) do|what to do|(?:main |hum |mai )?kya (?:karu|karun|karoon|kare|karen|karna (?:hai|chahiye|hoga|padega)))(?: (?:then|now|next|ab|about it|with it|phir|iska|is ka|ji))*",
    "(?:तो|अब|फिर)? ?(?:मैं |हम )?क्या (?:करूं|करें|करना (?:है|चाहिए|होगा))(?: (?:अब|फिर))?",
)
