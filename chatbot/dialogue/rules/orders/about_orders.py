"""Rules about orders: which one is asked about, and how it stands."""

import re
from typing import Any

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu import classifier
from chatbot.nlu.cues import order_cues as asked
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import order_states, orders
from chatbot.sources import products as catalogue
from chatbot.sources.product_facts import STOCK
from tickets.models import Category, Order, Priority

from ... import answers, flows
from ...answers import Reply
from ...message import ACT, ASK, ParsedMessage
from ...resolving import asking
from . import order_facts
from .order_flows import FEW_BESIDE, wanted, wanted_by_cue
from .which_order import (
    ADDRESS,
    ALL_OF_THEM,
    ASKS_WHERE,
    BY_STATE,
    MINE,
    MY_ORDER,
    NO_NUMBER,
    REFUND,
    of_items,
    order_spoken_of,
    the_other,
    which,
)

FOLLOWING = re.compile(
    r"^\W*(?:the |my )?(?:one|order|parcel) (?:with|of|jisme|which has)\b|^\W*(?:and|aur|what about|how about|और)(?![\w\u0900-\u097F])|\b(?:one|wala|wali|order|parcel)\W*$|(?:वाला|वाली|ऑर्डर)\W*$",
    re.IGNORECASE,
)


WHICH_ONE = re.compile(
    r"\W*(?:ka?un ?s[ai]|kons[ai]|which(?: one| order)?|कौन ?सा)(?: order| wala| ऑर्डर)?\W*", re.IGNORECASE
)


BARE_ORDER = re.compile(r"\W*(?:orders?|ऑर्डर)\W*", re.IGNORECASE)


def the_list_of_orders(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Which orders do I have?", whatever was spoken of before; "which one?" after an order."""
    said = plain(parsed.text)
    if not parsed.known_orders or parsed.reason or len(said.split()) > 8:
        return None
    if BARE_ORDER.fullmatch(said) and not chat.memory.get("issue") and not parsed.topic:
        return all_orders(chat, parsed)
    asks_which = parsed.topic.get("kind") == "order" and WHICH_ONE.fullmatch(said)
    return all_orders(chat, parsed) if asks_which or asked.A_LIST_OF_ORDERS.search(said) else None


# "For the order coming today also": the same of that one
ALSO = re.compile(r"\b(?:for|also|too|bhi|ke liye)\b|भी|के लिए", re.IGNORECASE)


def another_order(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "And the other one?" after an order; "all my orders"."""
    said = plain(parsed.text)
    topic = parsed.topic
    if (
        ALL_OF_THEM.search(said)
        and parsed.known_orders
        and not (parsed.is_issue and parsed.confidence >= ACT)
        and len(said.split()) <= 9
    ):
        return all_orders(chat, parsed)
    fitting, _ = of_items(parsed) if parsed.known_orders and len(said.split()) <= 12 else ([], False)
    if (
        fitting
        and asked.ARRIVES.search(said)
        and not parsed.is_issue
        and not wanted(parsed)
        and parsed.aspect != STOCK
        and (topic.get("kind") == "order" or MINE.search(said) or _is_to_come(fitting[0], said))
    ):
        return answers.of_order(chat, fitting[0], parsed)
    by_state = (
        next((states for cue, states in BY_STATE if cue.search(said)), None)
        if len(said.split()) <= 7
        else None
    )
    # "Item missing in my delivered order" says which one it is about, and asks for no state
    by_state = None if parsed.intent in classifier.TROUBLE and parsed.is_issue else by_state
    if (
        by_state
        and parsed.known_orders
        and not wanted_by_cue(parsed)
        and not any(o.status in by_state for o in parsed.known_orders)
    ):
        return all_orders(chat, parsed, "orders_none_such")
    if (topic.get("kind") != "order" and not by_state) or len(said.split()) > 7:
        return None
    if (
        by_state
        and not wanted_by_cue(parsed)
        and (chosen := next((o for o in parsed.known_orders if o.status in by_state), None))
    ):
        key = (
            topic.get("aspect", "where") if topic.get("kind") == "order" and ALSO.search(said) else "where"
        )
        return the_same_of(chat, parsed, chosen, key)
    if (chosen := the_other(parsed)) and REFUND.search(said):
        return the_same_of(chat, parsed, chosen, "refund_status")
    if chosen := the_other(parsed):
        # "The other one" asks the same of another order
        return the_same_of(chat, parsed, chosen, topic.get("aspect", "where"))
    asks_which = parsed.intent == "order_status" or (len(said.split()) <= 5 and FOLLOWING.search(said))
    asks_which = asks_which and not parsed.is_issue
    if fitting and asks_which and not parsed.aspect:
        return the_same_of(chat, parsed, fitting[0], topic.get("aspect", "where"))
    return None


OF_WHAT_IS_THERE = ("late", "cancel", "refund_status", "change_address")


def no_order_with_it(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "My walnuts have not come", where no order has walnuts: said so, with the orders that there are."""
    if chat.memory.get("issue") or parsed.order or not parsed.known_orders or not parsed.found.share:
        return None
    if (
        wanted(parsed) not in OF_WHAT_IS_THERE
        or of_items(parsed) != ([], True)
        or len(parsed.found.products) != 1
        # "Have you returned my money": words for money that sound like a name are none
        or not catalogue.look_up(REFUND.sub(" ", plain(parsed.text))).share
    ):
        return None
    reply = all_orders(chat, parsed, "orders_without_it", name=parsed.found.products[0].name)
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    reply.asks = {"about": "order", "flow": wanted(parsed)}
    return reply


COMES = phrases(
    r"com(?:e|es|ing)",
    r"arriv\w+",
    "reach(?:es|ing)?",
    "deliver(?:ed|y)?",
    r"aa?ye?g[aie]",
    "aa rah[aie]",
    r"mileg[aie]",
    r"pahunch\w*",
    "आएग[ाी]",
    "मिलेग[ाी]",
)


def _is_to_come(order: Order, said: str) -> bool:
    """ "When will the tea come": what is in an order of theirs that is on its way."""
    return order.status in orders.UNDER_WAY and bool(COMES.search(said))


def the_same_of(chat: Chat, parsed: ParsedMessage, order: Order, key: str) -> Reply:
    """Answer the question of before (a fact, a flow) for this order; how it stands where there was none."""
    if key in order_facts.FACTS and not parsed.surely_reads("how_the_order_stands"):
        return order_facts.FACTS[key](chat, parsed, order)
    reply = flows.run(chat, parsed, key, order) if key in flows.all_flows() else None
    return reply or answers.of_order(chat, order, parsed)


def all_orders(chat: Chat, parsed: ParsedMessage, key: str = "orders_all", **filled: Any) -> Reply:
    """One line for each of the newest orders."""
    shown = parsed.known_orders[:4]
    lines = [
        f"{order.number} ({flows.items_in_words(order)}): {order_states.state_in_words(order, parsed.language)}."
        for order in shown
    ]
    reply = answers.text_reply(key, parsed, "order_status", **filled)
    reply.text = "\n".join([reply.text, *lines])
    reply.suggestions = [order.number for order in shown]
    reply.topic = {"kind": "order", "ids": [str(order.pk) for order in shown], "aspect": "where"}
    reply.is_sure = True
    return reply


def a_fact_of_the_order(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "How much did I pay?", "driver ka number do" of the order spoken of, whatever is open beside it."""
    said, order = plain(parsed.text), order_facts.of_the_talk(parsed)
    # After an article between: who brings it is asked of the order all the same
    of_courier = parsed.topic.get("kind") == "article" and (
        asked.TRACKING.search(said) or asked.DRIVER.search(said) or parsed.surely_reads("courier")
    )
    issue = chat.memory.get("issue") or {}
    # "Isme kya kya tha" beside what is open of an order
    of_its_items = bool(issue.get("order")) and asked.ITEMS.search(said) and asking.PAST.search(said)
    # "Kitne ka tha wo order" after an article: an order is named, and none of its own
    of_its_price = (
        asked.PAID.search(said) and asked.THE_ORDER.search(said) and not asked.MONEY_TROUBLE.search(said)
    )
    if issue and asking.PAST.search(said) and not asking.asks(parsed):
        # "Paise delivery wale ko diye the" tells
        return None
    if (
        not (parsed.topic.get("kind") == "order" or of_courier or of_its_items or of_its_price)
        or not order
        or (parsed.numbers and not parsed.order)
        or len(said.split()) > 9
        or parsed.found.products
        or parsed.reason
        or CONTACT.search(said)
    ):
        return None
    if asked.WHICH_ORDER.fullmatch(said.strip(" ?.!")):
        state = order_states.state_after_its_number(order, parsed.language)
        return order_facts.told(
            chat, parsed, order, "order_which", items=flows.items_in_words(order), state=state
        )
    asks_paid = asked.PAID.search(said) or asked.PAID_ALREADY.search(said)
    if asks_paid and asked.TO_BE_PAID.search(said) and (chat.memory.get("issue") or {}).get("flow"):
        # "How much do I pay" for a return: what the shop wrote about it, and not the price of the order
        return None
    if asks_paid and not asked.MONEY_TROUBLE.search(said) and not wanted(parsed):
        return order_facts.paid(chat, parsed, order)
    names_who = asked.DRIVER.search(said) or order_facts.names_carrier(order, said)
    if names_who and asked.CALLS.search(said) and not wanted_by_cue(parsed):
        return order_facts.driver(chat, parsed, order)
    # "Pichle order me" beside what is wrong tells, and asks nothing
    asks = not chat.memory.get("issue") or asking.asks(parsed)
    if asks and not wanted_by_cue(parsed) and (reply := order_facts.by_reading(chat, parsed, order)):
        return reply
    if wanted(parsed):
        return None
    if asked.PLACED.search(said):
        day = order_states.in_words(order.placed_at, parsed.language)
        return order_facts.told(chat, parsed, order, "order_placed_on", day=day)
    if of_courier:
        return order_facts.driver(chat, parsed, order)
    few = len(said.split()) <= MOST_WORDS_OF_A_FACT
    if few and asked.TRACKING.search(said) and order.tracking_number:
        return order_facts.tracking(chat, parsed, order)
    only_items = asked.ONLY_ITEMS.fullmatch(said.strip(" ?.!"))
    asks_else = parsed.reading not in ("", "in_the_order")
    if few and (only_items or (asked.ITEMS.search(said) and not parsed.is_issue and not asks_else)):
        return order_facts.items(chat, parsed, order)
    return None


MOST_WORDS_OF_A_FACT = 5


def how_it_stands(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "When is it coming", "aj pkka?" of the order that is spoken of, by the learnt reader; an offer that is open stays."""
    order = order_spoken_of(parsed)
    if (
        parsed.topic.get("kind") != "order"
        or not order
        or not parsed.surely_reads("how_the_order_stands")
        or parsed.found.products
        or parsed.numbers
        or parsed.is_issue
        or parsed.reason
        or wanted_by_cue(parsed)
        or the_other(parsed)
        or order_facts.speaks_of_a_new_one(parsed)
        # "Where's my parcel" after one that came long ago asks for what is to come
        or (order.status not in orders.UNDER_WAY and MY_ORDER.search(plain(parsed.text)))
        or parsed.topic.get("aspect") == "refund_status"
        or order_facts.waits_for_what_did_not_come(chat, order)
        or any(cue.search(plain(parsed.text)) for cue, _ in BY_STATE)
    ):
        return None
    reply = answers.of_order(chat, order, parsed)
    if issue := chat.memory.get("issue"):
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    return reply


THAT_ORDER = re.compile(r"\b(?:that|this|us|is|same|usi) (?:order|parcel|one)\b|उस ऑर्डर", re.IGNORECASE)


def what_was_ordered(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Maine last time kya kya mangaya tha": the items of the newest order, or of the one spoken of."""
    said = plain(parsed.text)
    if not parsed.known_orders or parsed.reason or len(said.split()) > 12:
        return None
    states = next((states for cue, states in BY_STATE if cue.search(said)), ())
    of_state = next((each for each in parsed.known_orders if each.status in states), None)
    if of_state and asked.ITEMS.search(said) and not parsed.is_issue:
        # "Jo aaj aana hai usme kya kya hai"
        return order_facts.items(chat, parsed, of_state)
    of_that = the_other(parsed) or (order_spoken_of(parsed) if THAT_ORDER.search(said) else None)
    if (
        of_that
        and not parsed.is_issue
        and (asked.ITEMS.search(said) or asked.WHAT_WAS_ORDERED.search(said))
    ):
        # "Jo sabse pehle kiya tha usme kya tha", "what else did i get in that order"
        return order_facts.items(chat, parsed, of_that)
    if not asked.WHAT_WAS_ORDERED.search(said):
        return None
    if parsed.is_issue and parsed.confidence >= ACT:
        return None
    return order_facts.items(chat, parsed, parsed.order or parsed.known_orders[0])


def _means_what_comes(parsed: ParsedMessage, order: Order, said: str) -> bool:
    """ "Where is my parcel" after one that was delivered is of the one that is on its way."""
    under_way = any(each.status in orders.UNDER_WAY for each in parsed.known_orders)
    return bool(ASKS_WHERE.search(said)) and order.status not in orders.UNDER_WAY and under_way


def about_the_order_spoken_of(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Kitne din me?", "which courier?", "how much did I pay?" after an order was shown."""
    said, order = plain(parsed.text), order_spoken_of(parsed)
    if (
        parsed.topic.get("kind") != "order"
        or not order
        or (parsed.order and not (ADDRESS.search(said) and asked.ASKS_WHAT.search(said)))
        or (parsed.numbers and not parsed.order)
        or len(said.split()) > 7
        or parsed.found.products
        or wanted(parsed)
        or order_facts.waits_for_what_did_not_come(chat, order)
        or _means_what_comes(parsed, order, said)
    ):
        return None
    if asked.PAID.search(said):
        return order_facts.paid(chat, parsed, order)
    if asked.ITEMS.search(said):
        return order_facts.items(chat, parsed, order)
    if asked.TRACKING.search(said) and order.tracking_number:
        return order_facts.tracking(chat, parsed, order)
    if ADDRESS.search(said) and asked.ASKS_WHAT.search(said) and order.city:
        return order_facts.address(chat, parsed, order)
    if asked.DRIVER.search(said) and asked.CALLS.search(said):
        return order_facts.driver(chat, parsed, order)
    if asked.WHICH_IS_IT.fullmatch(said.strip(" ?.!")):
        return order_facts.told(
            chat,
            parsed,
            order,
            "order_which",
            items=flows.items_in_words(order),
            state=order_states.state_after_its_number(order, parsed.language),
        )
    if asked.WHEN_OR_WHERE.fullmatch(said.strip(" ?.!")) or (
        parsed.intent == "order_status" and not parsed.is_issue
    ):
        if parsed.topic.get("aspect") in ("refund_status", "return"):
            return flows.run(chat, parsed, parsed.topic["aspect"], order)
        return answers.of_order(chat, order, parsed)
    return None


CONTACT = re.compile(r"\+?\d[\d -]{8,}\d|\S+@\S+\.\S+")


OTHER_PROOF = phrases(r"(?:phone|mobile|e-?mail|mail|naam|name)(?: number| no| id)? (?:se|by|through|par|pe)(?: .{0,20})?", r"(?:by|with|through|using) (?:my )?(?:phone|mobile|e-?mail|name)(?: .{0,12})?")  # fmt: skip


def no_number(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A guest who was asked for an order number and has none, or gives a phone number in its place."""
    if not chat.person.is_guest or not chat.memory.get("flow") or parsed.numbers:
        return None
    if (chat.memory.get("issue") or {}).get("intent", "order_status") != "order_status":
        return None
    said = plain(parsed.text)
    if len(said.split()) > 10 or not any(cue.search(said) for cue in (NO_NUMBER, CONTACT, OTHER_PROOF)):
        return None
    reply = answers.text_reply("order_no_number", parsed, "order_status", sure=0.9)
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    return reply


def their_order(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Answer "where is my order", from the caller's own orders only."""
    surely = parsed.confidence >= max(ASK, min(0.9, parsed.article_score))
    # The article that tells how to track an order says no more than their order does
    surely = surely or (parsed.confidence >= ASK and parsed.is_about(Category.ORDER))
    asks_where = bool(parsed.known_orders and ASKS_WHERE.search(plain(parsed.text)))
    asks = parsed.intent == "order_status" and (surely or asks_where)
    names = parsed.order and (
        len(parsed.text.split()) <= FEW_BESIDE or parsed.intent == "order_status" or not parsed.knows(ACT)
    )
    if (parsed.is_issue and not asks_where) or not (asks or names):
        return None
    order, _ = which(parsed, "where")
    if order := order or (parsed.known_orders[0] if parsed.known_orders else None):
        return answers.of_order(chat, order, parsed)
    key = "order_sign_in" if chat.person.is_guest else "order_none"
    reply = answers.text_reply(key, parsed, "order_status")
    if chat.person.is_guest:
        chat.memory["flow"] = "where"
    reply.suggestions = wording.chips(parsed.language, "human")
    return reply
