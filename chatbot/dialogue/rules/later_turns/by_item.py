"""A return or an exchange item by item: what is sealed, what is opened, and what comes in its place."""

from decimal import Decimal

from chatbot import wording
from chatbot.models import Article, Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain, words_of
from chatbot.sources import products as catalogue
from supportdesk import money
from tickets.models import Order, OrderItem

from ... import answers, flows
from ...answers import Reply
from ...message import CLEAR, ParsedMessage
from ...reading import troubles
from ...reading.affected import is_same, telling
from ...state import GRAVE
from ..issues import open_issue
from ..orders import order_facts

OF_ITEMS = ("return", "exchange")
MOST_WORDS = 16
OPENED = phrases(
    r"open(?:ed)?", r"khol\w*", r"khul\w*", "used?", "using", "ate", "eaten", "tasted", "tried", "finished", r"kha (?:li|liy[aei]|gaye)", r"chakh\w*", "istemal", "खोल\\S*", "खुल\\S*", "खा लि\\S*", "चख\\S*",
)  # fmt: skip
SEALED = phrases(
    r"(?:un|not )?seal(?:ed)?", "unopened", "untouched", "closed", r"pack(?:ed)?", "band", "intact", r"(?:waise|vaise|aise) (?:hi|ka|ke)", "jaisa tha", "सील", "बंद", "पैक",
)  # fmt: skip
UNSEALED = phrases(
    "unsealed",
    r"seal (?:toot|tod|khul|khol|tut)\w*",
    r"seal (?:is |was )?(?:broken|open\w*)",
    "सील (?:टूट|तोड़|खुल)\\S*",
)
NOT = phrases("not", r"\w+n'?t", "nahi", "nahin", "nhi", "never", "abhi tak nahi", "नहीं")
BETWEEN = phrases(
    "but", "and", "aur", "par", "lekin", "magar", "while", "n", "jabki", "और", "लेकिन", "पर", "जबकि", "baaki"
)


def sealed_or_opened(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Papad sealed h ghee khol diya" of a return: which of them can go back, and which cannot."""
    said = plain(parsed.text)
    if not OPENED.search(said) and not SEALED.search(said):
        return None
    key, order = _wish(chat, parsed)
    if not order or parsed.reason or troubles.is_unfit(said) or len(said.split()) > MOST_WORDS:
        return None
    states = states_of(said, list(order.items.all()))
    article = _rule(parsed, key, order)
    if not states or not article:
        return None
    lines = [
        wording.say(f"items_{state}", parsed.language, items=", ".join(names))
        for state in ("sealed", "opened")
        if (names := [name for name, each in states.items() if each == state])
    ]
    reply = answers.of_article(article, parsed, CLEAR)
    # The rule was told when the wish was; what it says of each item is new
    reply.text = " ".join([*lines, wording.say("tap_for_a_person", parsed.language)])
    return _of_the_wish(chat, parsed, reply, key, order)


def _wish(chat: Chat, parsed: ParsedMessage) -> tuple[str, Order | None]:
    """Return the open return or exchange and its order."""
    issue, topic = chat.memory.get("issue") or {}, parsed.topic
    key = issue.get("flow") or (topic.get("aspect", "") if topic.get("kind") == "order" else "")
    if key not in OF_ITEMS or issue.get("why") in GRAVE:
        return "", None
    return key, parsed.order or open_issue.order_of(parsed, issue) or order_facts.of_the_talk(parsed)


def _rule(parsed: ParsedMessage, key: str, order: Order) -> Article | None:
    """Return what the shop wrote about it, as long as the order's state and days allow it."""
    step = flows.step_of(key, order)
    article = parsed.library.by_slug.get(step.article) if step and step.connects else None
    body = article.body_in("en").casefold() if article else ""
    return article if "sealed" in body else None


def states_of(said: str, items: list[OrderItem]) -> dict[str, str]:
    """Return what a text says of the items of an order that it names: {"Moong Papad": "sealed"}."""
    words = words_of(said)
    named = {}
    for place, word in enumerate(words):
        if name := _item_named(word, items):
            named[place] = name
    states: dict[str, str] = {}
    for name, words_beside in _parts(words, named):
        if state := _state(" ".join(words_beside)):
            states.setdefault(name, state)
    # "Ghee is opened but papad is not"
    rest = [
        name for name, beside in _parts(words, named) if name not in states and NOT.search(" ".join(beside))
    ]
    if len(set(states.values())) == 1 and rest:
        other = "sealed" if "opened" in states.values() else "opened"
        states |= dict.fromkeys(rest, other)
    return states


def _item_named(word: str, items: list[OrderItem]) -> str:
    """Return the item that a word names, "" for none or several; in Devanagari by the names that the shop gave it."""
    fitting = [item.name for item in items if any(is_same(word, name) for name in telling(item.name))]
    if not fitting and not word.isascii():
        known = {product.name for product in catalogue.look_up(word).products}
        fitting = [item.name for item in items if item.name in known]
    return fitting[0] if len(fitting) == 1 else ""


def _parts(words: list[str], named: dict[int, str]) -> list[tuple[str, list[str]]]:
    """Return each item that is named with the words said of it: those of its clause, up to the next item."""
    clauses: list[list[int]] = [[]]
    for place, word in enumerate(words):
        if BETWEEN.fullmatch(word):
            clauses.append([])
        else:
            clauses[-1].append(place)
    parts = []
    for clause in clauses:
        here = [place for place in clause if place in named]
        for order, place in enumerate(here):
            if len({named[each] for each in here}) == 1:
                span = clause
            else:
                end = here[order + 1] if order + 1 < len(here) else clause[-1] + 1
                # "I opened the ghee, papad …": what stands before the first is said of it
                span = list(range(place if order else clause[0], end))
            parts.append((named[place], [words[each] for each in span]))
    return parts


def _state(said: str) -> str:
    if UNSEALED.search(said):
        return "opened"
    denied = bool(NOT.search(said))
    if SEALED.search(said):
        return "opened" if denied and not OPENED.search(said) else "sealed"
    if OPENED.search(said):
        return "sealed" if denied else "opened"
    return ""


def _of_the_wish(chat: Chat, parsed: ParsedMessage, reply: Reply, key: str, order: Order) -> Reply:
    issue, flow = chat.memory.get("issue") or {}, flows.all_flows()[key]
    if issue:
        open_issue.note(parsed, issue)
    reply.intent, reply.flow, reply.passage = flows.INTENTS[key], key, ""
    reply.offer_agent = True
    reply.category, reply.priority = (
        issue.get("category", flow.category),
        issue.get("priority", flow.priority),
    )
    return answers.about_order(chat, reply, order)


# --- What comes in its place --------------------------------------------------------------------------

IN_ITS_PLACE = phrases(
    r"(?:ke|k) badle", "ki jagah", "instead", r"in (?:its|their|his|it'?s) place", r"in place of", r"swap\w*", r"exchang\w*", r"replac\w*", r"badal\w*", "iske badle", "के बदले", "की जगह", "बदल\\S*",
)  # fmt: skip


def what_comes_in_its_place(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Papad ke badle sev mil skta h?" of a return: the rule for an exchange, and the difference in price."""
    said = plain(parsed.text)
    if not IN_ITS_PLACE.search(said) or parsed.reason or not parsed.found.share or parsed.numbers:
        return None
    _, order = _wish(chat, parsed)
    article = _rule(parsed, "exchange", order) if order else None
    if not order or not article:
        return None
    items = {item.name: item for item in order.items.all()}
    new = [product for product in parsed.found.products if product.name not in items]
    old = [items[product.name] for product in parsed.found.products if product.name in items]
    if len(new) != 1 or len(old) > 1 or not new[0].stock:
        return None
    reply = answers.of_article(article, parsed, CLEAR)
    known = old[0] if old else _spoken_of(chat, list(items.values()))
    if known and known.price is not None and new[0].price is not None:
        reply.text = f"{_difference(known, new[0], order, parsed.language)} {reply.text}"
    reply.text = f"{reply.text} {wording.say('tap_for_a_person', parsed.language)}"
    return _of_the_wish(chat, parsed, reply, "exchange", order)


def _spoken_of(chat: Chat, items: list[OrderItem]) -> OrderItem | None:
    """Return the item that the wish names; the only one that is not opened of those told of."""
    issue = chat.memory.get("issue") or {}
    told = [issue.get("words", ""), *issue.get("details", [])]
    states: dict[str, str] = {}
    for each in told:
        states |= states_of(plain(each), items)
    # What is opened cannot be exchanged
    sealed = [item for item in items if states.get(item.name) == "sealed"]
    if len(sealed) == 1:
        return sealed[0]
    words = [word for each in told for word in telling(each)]
    named = [item for item in items if any(_item_named(word, items) == item.name for word in words)]
    return (
        named[0]
        if len(named) == 1 and states.get(named[0].name) != "opened"
        else (items[0] if len(items) == 1 else None)
    )


def _difference(old: OrderItem, new: Product, order: Order, language: str) -> str:
    paid = old.price or Decimal(0)
    more = new.price - paid
    key = "exchange_more" if more > 0 else "exchange_less" if more < 0 else "exchange_same"
    in_words = [money.formatted(each, order.currency, language) for each in (paid, new.price, abs(more))]
    return wording.say(
        key, language, old=old.name, new=new.name, paid=in_words[0], price=in_words[1], more=in_words[2]
    )
