"""Rules about what is asked meanwhile: another order beside an open issue, more of the rule that was told."""

from collections.abc import Iterable

from chatbot import wording
from chatbot.models import Article, Chat
from chatbot.nlu import classifier
from chatbot.nlu.cues import order_cues
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import delivery_areas

from ... import answers
from ...answers import Reply
from ...message import CLEAR, ParsedMessage
from ...reading import passages, signs, subjects, troubles
from ...resolving import asking
from ...state import GRAVE
from .. import about_articles
from ..issues import open_issue, what_next
from ..orders import order_flows, which_order


def how_to_order_meanwhile(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Ok order it for me" beside an open issue: no detail of it."""
    if not chat.memory.get("issue") or order_flows.wanted(parsed):
        return None
    return about_articles.how_to_order(chat, parsed)


# --- The rule that was told -----------------------------------------------------------------------

# Beside an order that is under way, what the shop wrote about couriers speaks of it as well
UNDER_WAY = ("missed-delivery", "late-delivery")
# "When" and "where" of these mean the order itself
OF_AN_ORDER_STILL = {"cancel", "address", "another day", "items", "late"}
OF_THE_ORDER = {"days", "where"}
# What of an order that is under way stands in the rules for couriers
OF_THE_COURIER = {"hour", "times"}
# "4000 ka order ho to", "it is already shipped" ask without a question mark
TOLD_AS_WELL = {
    "limit", "shipped", "where", "by what", "times", "hour", "refused", "opened", "choice", "send back", "deadline",
}  # fmt: skip
# ... and what the learnt reader need not see as a question
TELLS = {"opened", "deadline", "refused", "choice"}
MOST_WORDS_OF_A_QUESTION = 12


def asked_of_the_subject(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Charges?", "kitne din?", "which link?" of what the talk is about: what the shop wrote that has it."""
    said, issue = plain(parsed.text), chat.memory.get("issue") or {}
    about = _subjects_of(parsed, issue)
    if reply := _and_then(chat, parsed, said) or _of_the_courier(chat, parsed, said, issue):
        return reply
    if not about or _is_of_something_else(parsed, said, issue) or subjects.names_another(said, about):
        return None
    asked = set(parsed.asked_of_the_subject)
    if not _asks(parsed):
        asked &= TOLD_AS_WELL if subjects.asked_in(said) else TELLS
    if not subjects.asked_in(said) and what_next.asks_what_comes(parsed):
        return None
    if "payment" in about and "days" in asked and what_next.asks_what_comes(parsed):
        # "Kab tak wapas aayega" of what failed or was paid twice: by its own rule, and no refund
        return None
    order = which_order.order_spoken_of(parsed)
    if (
        about == ["delivery"]
        and order
        and order.status in answers.orders.UNDER_WAY
        and order_cues.WHEN_OR_WHERE.fullmatch(said.strip(" ?.!"))
    ):
        # "Kab tak aayega" of the order that was spoken of before the rule
        return answers.of_order(chat, order, parsed)
    of_the_order = OF_AN_ORDER_STILL & set(about) and about[0] != "refund"
    if of_the_order and not subjects.named_in(said) & subjects.covered_by(about):
        # "Aur paise kab milenge" of a cancelled order asks for the money
        asked -= OF_THE_ORDER
    if (
        about[:1]
        and about[0] in subjects.OWN_RULE_FIRST
        and not asked & OF_THE_FAULT
        and what_next.asks_what_comes(parsed)
    ):
        return None
    if (
        not asked
        or which_order.MY_ORDER.search(said)
        or delivery_areas.pin_in(said)
        or delivery_areas.areas().named_in(said)
    ):
        return None
    slugs, told = subjects.articles_of(about, said), _told(parsed)
    if (
        issue.get("wants") == "refund"
        and asked == {"days"}
        and not what_next.asks_for_a_new_one(chat, parsed)
    ):
        slugs = ["refund-timing", *slugs]
    if "choice" in asked and issue and (which_order.REFUND.search(said) or what_next.MONEY.search(said)):
        issue["wants"] = "refund"
    if subjects.OWN_RULE_FIRST & set(about) and asked & OF_THE_FAULT:
        # "Galat wala wapas dena hai?" of a wrong item: its rule, before that of returns
        written = _not_refused(parsed, None, [*_own_rules(about), *slugs])
    elif subjects.named_in(said) & subjects.covered_by(about):
        # "Delivery charge kitna hai" after the rule for returns: of the delivery first
        written = [*_not_refused(parsed, None, slugs), *([told] if told else [])]
    else:
        written = _not_refused(parsed, told, slugs)
    article = next(
        (each for each in written if subjects.answers_it(each.body_in(parsed.language), asked)), None
    )
    return again(chat, parsed, article) if article else None


# What the rule for a fault says, and none for returns or refunds
OF_THE_FAULT = {"send back", "choice", "deadline"}


def _own_rules(about: Iterable[str]) -> list[str]:
    return [subjects.SUBJECTS[key].articles[0] for key in about if key in subjects.OWN_RULE_FIRST]


AND_THEN = phrases(
    r"(?:and |aur |ok |acha )?(?:then(?: what)?|what then|after that|phir(?: kya)?|fir(?: kya)?|uske baad(?: kya)?)",
    "(?:और )?(?:फिर(?: क्या)?|उसके बाद)",
)


def _and_then(chat: Chat, parsed: ParsedMessage, said: str) -> Reply | None:
    """ "And then?": the rule that was told last, which says it to its end."""
    if not AND_THEN.fullmatch(said.strip(" ?.!")) or parsed.reason:
        return None
    ids = [each["id"] for each in chat.memory.get("sources", []) if each["type"] == "article"]
    article = parsed.library.articles.get(ids[0]) if ids else None
    return again(chat, parsed, article) if article else None


def _of_the_courier(chat: Chat, parsed: ParsedMessage, said: str, issue: dict) -> Reply | None:
    """ "Kitne baje tak?" of an order that is under way: how it stands, and when couriers come."""
    order = which_order.order_spoken_of(parsed) if parsed.topic.get("kind") == "order" else None
    article = parsed.library.by_slug.get(UNDER_WAY[0])
    if (
        not article
        or not order
        or order.status not in answers.orders.UNDER_WAY
        or parsed.order
        or parsed.reason
    ):
        return None
    if issue.get("why") in GRAVE or len(said.split()) > FEW_WORDS_OF_WHEN or parsed.found.share:
        return None
    if not OF_THE_COURIER & parsed.asked_of_the_subject or order_flows.wanted(parsed):
        return None
    reply = answers.of_order(chat, order, parsed)
    reply.text = f"{reply.text} {article.body_in(parsed.language)}"
    reply.sources += [{"type": "article", "id": str(article.pk), "title": article.title}]
    return reply


FEW_WORDS_OF_WHEN = 8


def the_rule_goes_on(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A message with a word of the article that was told, or of the rule for what is open: that rule."""
    said, issue = plain(parsed.text), chat.memory.get("issue") or {}
    if _is_of_something_else(parsed, said, issue):
        return None
    # "Purana number band hai" beside an account asks as well
    asks = _asks(parsed) or subjects.of_the_issue(issue) == "account"
    if not asks and _says_if_opened(parsed, said, issue):
        # "Packet is open, ate 2 only" of a return: the rule says what that means
        of_flow = what_next.OF_FLOW.get(issue.get("flow", ""), ())
        article = next(iter(_not_refused(parsed, _told(parsed), of_flow)), None)
    else:
        article = _with_its_words(parsed, issue, asks)
    if not article:
        return None
    if issue and not asks:
        open_issue.note(parsed, issue)
    return again(chat, parsed, article)


def _asks(parsed: ParsedMessage) -> bool:
    return asking.asks(parsed) or parsed.reading in ASKS_OF_IT


# What the learnt reader knows that is always a question
ASKS_OF_IT = {
    "cost",
    "price",
    "days",
    "limit",
    "times",
    "where",
    "by_what",
    "send_back",
    "again",
    "what_happens_now",
}


def _is_of_something_else(parsed: ParsedMessage, said: str, issue: dict) -> bool:
    """Return whether a message cannot continue the rule: grave, long, or with a subject of its own."""
    return (
        bool(parsed.reason)
        or issue.get("why") in GRAVE
        or parsed.is_nod
        or len(said.split()) > MOST_WORDS_OF_A_QUESTION
        or bool(delivery_areas.pin_in(said))
        or _names_an_order(parsed, said)
        or _names_a_product(parsed, said, issue)
        or _wants_more(parsed, said, issue)
        or _wants_to_order(said)
        or bool(which_order.ASKS_WHERE.search(said))
        # "My parents stay in kota, can i order from here"
        or ("abroad" not in subjects.named_in(said) and bool(delivery_areas.areas().named_in(said)))
    )


def _wants_to_order(said: str) -> bool:
    """ "How to order" does; "should i order again" of a payment that failed asks for its rule."""
    return bool(about_articles.HOW_TO_ORDER.search(said)) and "again" not in subjects.asked_in(said)


LINK = phrases("link")
PAID = phrases(
    r"(?:did|have) (?:i|we) pa(?:y|id)", "(?:maine|humne) (?:.{0,10})?(?:diya|diye|pay)(?: .{0,8})?"
)


def _names_an_order(parsed: ParsedMessage, said: str) -> bool:
    """Return whether it means an order, its payment or its courier."""
    of_one = [order_cues.TRACKING, order_cues.PAID_ALREADY, PAID]
    # "If i dont take it from the delivery guy" asks nothing of him
    of_one += [] if "refused" in parsed.asked_of_the_subject else [order_cues.DRIVER]
    if any(cue.search(LINK.sub(" ", said)) for cue in of_one):
        return True
    if parsed.order or (parsed.numbers and "limit" not in parsed.asked_of_the_subject):
        return True
    return bool(parsed.known_orders) and bool(
        which_order.the_other(parsed) or which_order.means_an_older(parsed)
    )


def _names_a_product(parsed: ParsedMessage, said: str, issue: dict) -> bool:
    """Return whether it asks of a product: named now, or shown last and asked for a fact."""
    if parsed.found.share > 0 and not _says_if_opened(parsed, said, issue):
        # "Papad to theek hai, kuch wapas bhejna padega?" names an item of it
        return not (issue.get("intent") == "item_problem" and subjects.asked_in(said) & OF_THE_FAULT)
    return bool(parsed.aspect) and (parsed.topic.get("kind") in OF_GOODS or not _subjects_of(parsed, issue))


OF_GOODS = ("product", "sum", "delivery", "health")


def _subjects_of(parsed: ParsedMessage, issue: dict) -> list[str]:
    """Return what the talk is about: of the answer before, then of what is open."""
    # "When?" after what an item is worth asks for the money, whatever it was wished for
    of_money = "refund" if parsed.chat.memory.get("rule") == "what_it_is_worth" else ""
    both = (of_money, subjects.of_the_answer(parsed.topic), subjects.of_the_issue(issue))
    return [key for key in dict.fromkeys(both) if key]


def _with_its_words(parsed: ParsedMessage, issue: dict, asks: bool) -> Article | None:
    """Return what was told, or the shop's rule for what is open, that has most words of the message."""
    written = _not_refused(parsed, _told(parsed), _rules_of(parsed, issue, asks))
    # "Mera number badal gaya" beside an account sounds like an exchange
    of_account = subjects.of_the_issue(issue) == "account"
    if not written or (not of_account and _has_its_own(parsed, written)):
        return None
    near = {passage.article.pk: passage.score for passage in parsed.passages}
    last = parsed.chat.memory.get("told", [])[:1]
    # Of two that have as many of its words it is rather the one that was told
    shared = [
        (_shared(parsed, each, long=not asks), str(each.pk) in last, near.get(each.pk, 0.0), each)
        for each in written
    ]
    most, *_, article = max(shared, key=lambda each: each[:3])
    return article if most else None


def _not_refused(parsed: ParsedMessage, told: Article | None, slugs: Iterable[str]) -> list[Article]:
    """Return the article that was told and those of these slugs, without those that did not help."""
    written = [told, *(parsed.library.by_slug.get(slug) for slug in slugs)]
    refused = parsed.chat.memory.get("refused", [])
    return [each for each in written if each and str(each.pk) not in refused]


def _rules_of(parsed: ParsedMessage, issue: dict, asks: bool) -> list[str]:
    """Return the slugs of what the shop wrote about what is open, and about the order that is spoken of."""
    slugs: list[str] = []
    # "Its opened though" asks nothing, and the rule for returns says what that means
    if asks or issue.get("flow") in ("return", "exchange"):
        slugs += what_next.OF_FLOW.get(issue.get("flow", ""), ())
    if asks and issue:
        slugs += what_next.WRITTEN.get(issue["intent"], ())
        slugs += what_next.BY_ITS_WORDS.get(issue["intent"], ())
    order = which_order.order_spoken_of(parsed) if asks and parsed.topic.get("kind") == "order" else None
    if order and order.status in answers.orders.UNDER_WAY:
        slugs += UNDER_WAY
    return slugs


def _wants_more(parsed: ParsedMessage, said: str, issue: dict) -> bool:
    """Return whether the message more likely starts a request of its own than continues the rule."""
    key = order_flows.wanted(parsed)
    about = _subjects_of(parsed, issue)
    if not key or (
        key == "damaged" and {"return", "exchange"} & set(about) and not troubles.is_unfit(said)
    ):
        return False
    if subjects.BY_FLOW.get(key, "") in subjects.covered_by(about) and not which_order.MY_ORDER.search(
        said
    ):
        # "And refund comes where" of a return
        return False
    if key == "another_day" and issue and parsed.reading == "deadline":
        # "Kal delivery hui thi" of what came broken
        return False
    guessed = key == order_flows.BY_INTENT.get(parsed.intent) and not order_flows.wanted_by_cue(parsed)
    if about and guessed and not subjects.names_another(said, about):
        # "Mera number badal gaya" beside an OTP that does not come: the account's, and no parcel's
        return bool(signs.concepts_in(parsed.text) & (signs.OF_AN_ITEM - {"g:past", "g:old"}))
    doubtful = parsed.intent in classifier.TROUBLE and not signs.concepts_in(parsed.text) & signs.OF_AN_ITEM
    # "Its not my first order" after the rule for coupons tells of no parcel that is late
    return not (doubtful and _told(parsed) and not issue)


OPENED = phrases(
    r"(?:un)?open(?:ed)?", r"(?:un)?seal(?:ed)?", r"seal (?:toot|khul|band|tod)\w*", r"khul[aie]", r"khol\w*", "ate", "used", "tasted", r"kha li(?:ya|ye)", "खुल[ाेी]", "सील", "खोल\\S*",
)  # fmt: skip


def _says_if_opened(parsed: ParsedMessage, said: str, issue: dict) -> bool:
    return (
        bool({"return", "exchange"} & set(_subjects_of(parsed, issue)))
        and bool(OPENED.search(said))
        and not troubles.is_unfit(said)
    )


def _told(parsed: ParsedMessage) -> Article | None:
    ids = parsed.topic.get("ids") or []
    return parsed.library.articles.get(ids[0]) if parsed.topic.get("kind") == "article" and ids else None


def _has_its_own(parsed: ParsedMessage, written: list[Article]) -> bool:
    """Return whether another article is clearly what is asked for."""
    return parsed.knows(CLEAR) and parsed.passages[0].article not in written


LONG_WORD = 5


def _shared(parsed: ParsedMessage, article: Article, long: bool) -> int:
    """Return how many words of its own a message has in common with an article; only long ones where it asks nothing."""
    texts = {article.body_in(language) for language in (parsed.language, "en")}
    asked = [unit for unit in passages.units(parsed.text) if not long or len(unit.word) >= LONG_WORD]
    found = list(filter(None, (max(passages.stands_in(unit, each) for each in texts) for unit in asked)))
    by_meaning = max(found, default=0.0) <= passages.OF_A_MEANING
    # One meaning in many words is chance
    return 0 if by_meaning and 3 * len(found) < len(asked) else len(found)


def rule_of_the_flow(chat: Chat, parsed: ParsedMessage, key: str) -> Reply | None:
    """Return what the shop wrote about a wish that is open."""
    article = next(iter(_not_refused(parsed, None, what_next.OF_FLOW.get(key, ()))), None)
    return again(chat, parsed, article) if article else None


def again(chat: Chat, parsed: ParsedMessage, article: Article) -> Reply:
    reply = answers.of_article(article, parsed, CLEAR)
    issue = chat.memory.get("issue")
    if issue and not of_another_order(parsed, issue):
        reply.text = f"{reply.text} {wording.say('tap_for_a_person', parsed.language)}"
        reply.passage, reply.intent, reply.flow = (
            "",
            issue.get("intent") or reply.intent,
            issue.get("flow", ""),
        )
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
        of_a_fault = issue.get("intent") == "item_problem"
        if not of_a_fault and (order := open_issue.order_of(parsed, issue)):
            reply.order = answers.orders.as_card(order)
    return reply


def of_another_order(parsed: ParsedMessage, issue: dict) -> bool:
    """Return whether the talk has moved to another order than the one with the issue."""
    topic = parsed.topic
    return topic.get("kind") == "order" and bool(issue.get("order")) and topic["ids"] != [issue["order"]]
