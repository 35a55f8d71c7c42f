"""An article that was told a moment ago is not told again in full: the sentence that answers, or that a detail is noted.

The rules find what a question is about; three questions about one rule find the same article three times. The second
time the customer has read it, and looks for the one sentence that answers now.
"""

import re

from chatbot import wording
from chatbot.models import Article, Chat
from chatbot.nlu.cues.turn_cues import plain

from ..answers import Reply
from ..message import CLEAR, ParsedMessage
from ..reading import passages, subjects
from ..resolving import asking
from ..rules.issues import open_issue, what_next
from ..rules.later_turns.meanwhile import of_another_order
from ..state import GRAVE

# So many answers ago it was told at most
LATELY = 2
# These say the rule beside a sum or a state, or were asked for by its title
TOLD_IN_FULL = {
    "what_it_is_worth",
    "a_tapped_suggestion",
    "said_again",
    "a_flow",
    "several_questions",
    "why_not",
    "a_coupon_on_an_amount",
}
# ... and these find one for a message that may as well tell
TELLS_A_RULE = {
    "asked_of_the_fault",
    "an_article",
    "the_rule_goes_on",
    "asked_of_the_subject",
    "an_issue",
    "a_follow_up_of_an_article",
    "perhaps_an_article",
}
# It says nothing without the sentence before: "If not, your bank sends it back", "A new one leaves the next day"
LEANS_BACK = re.compile(
    r"^(?:if not|otherwise|then|it|that|this|they|such|below that|after that|a new one|we|warna|nahi hua|phir|uske|usse|usi|hum|naya|na aaye|वरना|नहीं|फिर|उसके|उससे|नया|हम)(?![\w\u0900-\u097F])",
    re.IGNORECASE,
)
OF_US = re.compile(r"^(?:we|hum|हम)(?![\w\u0900-\u097F])", re.IGNORECASE)
# True only of some
HOLDS_IF = re.compile(r"^(?:if|agar|अगर)(?![\w\u0900-\u097F])", re.IGNORECASE)
# What answers an aspect weighs more than a word that both have
OF_AN_ASPECT = 2.0
LEAST, LEAST_OF_A_WORD, LEAST_ALONE, FEW_WORDS = 1.6, 0.85, 0.5, 3


def not_told_twice(chat: Chat, parsed: ParsedMessage, reply: Reply) -> Reply:
    """Return the reply with only what answers now, where its article was told lately; else the reply as it is."""
    told = [source["id"] for source in reply.sources if source["type"] == "article"]
    article = parsed.library.articles.get(told[0]) if len(told) == 1 else None
    body = article.body_in(parsed.language) if article else ""
    if not article or told[0] not in chat.memory.get("told", [])[:LATELY] or body not in reply.text:
        return reply
    if reply.rule in TOLD_IN_FULL:
        return reply
    issue = chat.memory.get("issue") or {}
    in_the_past = bool(asking.PAST.search(plain(parsed.text)))
    asks = asking.asks(parsed) or (not in_the_past and bool(subjects.asked_in(plain(parsed.text))))
    # "Unsubscribe from messages" wishes what the rule is for
    tells = not asks and (in_the_past or not parsed.knows(CLEAR)) and not of_another_order(parsed, issue)
    just_told = chat.memory["told"][0] == told[0] and reply.rule in TELLS_A_RULE
    is_open = issue.get("intent") in open_issue.BY_NOW and issue.get("why") not in GRAVE
    if just_told and tells and is_open:
        # "Both debits are from one bank" after the rule for that: told, and not asked
        noted = open_issue.absorbed(chat, parsed, issue, with_its_rule=False)
        noted.rule = "details_of_the_open_issue"
        return noted
    what_if = asking.CONDITION.search(plain(parsed.text))
    # What would be if stands in the whole of a rule
    if (asks or not issue) and not what_if and (answering := sentences(article, parsed)):
        reply.text = reply.text.replace(body, answering)
        # Too little for other words to be put to it
        reply.passage = ""
    elif article.slug == NOT_RECEIVED and (rest := _without_what_is_done(body, issue)) != body:
        reply.text, reply.passage = reply.text.replace(body, rest), ""
    return reply


NOT_RECEIVED = "marked-delivered-not-received"


def _without_what_is_done(body: str, issue: dict) -> str:
    """Return the rule for a parcel that did not come without the search that the customer has made already."""
    done = " ".join(
        told for told in issue.get("details", []) if what_next.TELLS_WHAT_WAS_DONE.match(plain(told))
    )
    first, *rest = passages.split(body)
    looked = any(passages.stands_in(unit, first) >= passages.OF_A_FORM for unit in passages.units(done))
    return " ".join(rest) if rest and looked else body


def sentences(article: Article, parsed: ParsedMessage) -> str:
    """Return the sentences of an article that answer a message, in their order; "" where none stands out.

    They begin with a yes or a no where one of them decides the question.
    """
    in_each = passages.sentences_of(article, parsed.language)
    each_one = [each[0] for each in in_each]
    by_words = passages.weights(plain(parsed.text), in_each, article.title)
    weights = [
        OF_AN_ASPECT * _aspects(each, parsed) + own for each, own in zip(each_one, by_words, strict=True)
    ]
    best = max(weights, default=0)
    # A word that one sentence alone has is enough in a message of few; what it means only for a yes or no
    least_alone = LEAST_ALONE if passages.asks_yes_or_no(plain(parsed.text)) else LEAST_OF_A_WORD
    alone = best >= least_alone and len(passages.units(parsed.text)) <= FEW_WORDS
    alone = alone and sum(weight >= LEAST_ALONE for weight in weights) == 1
    if (best < LEAST and not alone) or len(each_one) < 2:
        return ""
    # All that have what is asked for, though one has more words of it
    chosen = {place for place, weight in enumerate(weights) if weight == best or weight >= OF_AN_ASPECT}
    decided = {place: passages.decides(plain(parsed.text), in_each[place]) for place in chosen}
    deciding = [place for place in decided if decided[place]]
    if len(deciding) == 1 and weights[deciding[0]] == best:
        chosen = {deciding[0]}
    leaning = [place for place in chosen if place and LEANS_BACK.match(each_one[place])]
    # "We do not offer EMI" that decides says enough
    chosen |= {place - 1 for place in leaning if not (place in deciding and OF_US.match(each_one[place]))}
    if len(chosen) == len(each_one) or all(HOLDS_IF.match(each_one[place]) for place in chosen):
        # "If anything was damaged, there is nothing to pay" alone is wrong for a pack that is whole
        return ""
    ended = (
        each if each[-1] in ".!?।" else f"{each}." for each in (each_one[place] for place in sorted(chosen))
    )
    told = " ".join(each[0].upper() + each[1:] for each in ended)
    if len(deciding) == 1 and article.slug not in OF_HEALTH:
        return f"{wording.say(f'it_is_{decided[deciding[0]]}', parsed.language)} {told}"
    return told


# A yes or no of these is a doctor's, or the pack's
OF_HEALTH = {"allergens", "ingredients-diet", "expired-or-stale", "natural-changes"}


def _aspects(sentence: str, parsed: ParsedMessage) -> int:
    """Return how many of the things that are asked a sentence answers: an amount, days, a place."""
    asked = subjects.asked_in(plain(parsed.text)) or parsed.asked_of_the_subject
    of_a_fault = (parsed.chat.memory.get("issue") or {}).get("intent") == "item_problem"
    asked = asked if of_a_fault else asked - {"send back"}
    return sum(bool(subjects.ASPECTS[key][1].search(sentence)) for key in asked)
