"""Rules about what is to be done with an order: proving that it is theirs, and the flow that its state allows."""

from chatbot.models import Chat
from chatbot.nlu.cues.turn_cues import phrases, plain, words_of
from chatbot.sources import order_codes, orders, product_facts
from tickets.models import Category, Order, OrderStatus, Priority
from tickets.shop import people

from ... import answers, flows
from ...answers import Reply
from ...message import ACT, ASK, ParsedMessage
from ...reading import signs, troubles
from ...reading.readings import asks_how_it_stands
from . import flow_cues
from .flow_cues import ASKS_TO_DO, COUPON, GSTIN, INVOICE, MONEY, SENDS, SWAPS, THAT_ORDER, THE_REFUND
from .money_back import MONEY_IS_NOT_BACK, has_a_refund
from .which_order import (
    ADDRESS,
    ADDS,
    ANOTHER_DAY,
    CANCELLED,
    CANCELS,
    CHANGES,
    DROPS,
    EXCHANGES,
    FEWER,
    IF_NOT_COME,
    MARKED,
    MINE,
    MY_ORDER,
    NEEDED_BY,
    NEWEST,
    NOT_KNOWN,
    REFUND,
    RETURNS,
    SAME_ORDER,
    SENT_BACK,
    STANDING,
    SUBSCRIBED,
    THAT_ONE,
    THE_RULE,
    TO_THE_COURIER,
    TOGETHER,
    WANTS_ONE,
    WRONG_PLACE,
    of_items,
    the_other,
    which,
)

# --- Proving an order

# A message about a number with so few other words is about nothing else
FEW_BESIDE = 6
FEW_BESIDE_OWN = 3


def a_code(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """The code that we sent to the contact of an order, typed by the person who asks about it."""
    if not order_codes.looks_like_a_code(parsed.text) or not (code := order_codes.pending(chat)):
        return None
    if order_codes.check(code, parsed.text) and code.order:
        people.claim(code.order, chat.person)
        return answers.of_order(chat, code.order, parsed)
    if code.proven_at:
        return None
    if code.tries_left:
        return answers.text_reply("code_wrong", parsed, "order_status", left=code.tries_left)
    reply = answers.text_reply("code_over", parsed, "order_status")
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    return reply


NO_CODE = phrases(
    r"(?:code|otp) (?:.{0,12})?(?:nahi|not|didn'?t|never|hasn'?t|kab|nai)(?: .{0,20})?",
    r"(?:didn'?t|did not|haven'?t|have not|not|no|never|where is|wheres) (?:.{0,12})?(?:code|otp)(?: .{0,12})?",
    r"(?:code|otp) (?:.{0,8})?(?:kah?an?|kidhar|where|kis)(?: .{0,20})?",
    r"(?:where|kah?an?|which|kis) (?:.{0,20})?(?:code|otp)(?: .{0,12})?",
    "(?:कोड|ओटीपी) (?:.{0,8})?(?:नहीं|कब|कहां|किस)(?: .{0,10})?",
    r"(?:resend|send again|dobara bhejo|phir se bhejo)(?: .{0,12})?",
)


def a_code_that_did_not_come(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Code nahi aaya" while one of ours is awaited."""
    if (
        not chat.person.is_guest
        or parsed.numbers
        or len(parsed.text.split()) > 9
        or not NO_CODE.search(plain(parsed.text))
    ):
        return None
    if not order_codes.pending(chat):
        return None
    reply = answers.text_reply("code_not_come", parsed, "order_status", sure=0.9)
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    return reply


def an_order_to_prove(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """An order number that is not known to be theirs. What is said is the same for every number."""
    numbers = [] if parsed.order else parsed.numbers
    if not numbers:
        return None
    # An unclaimed order becomes the customer's with the code; another customer's never does
    proves = chat.person.is_guest or orders.is_unclaimed(numbers)
    if proves and not order_codes.can_be_sent():
        reply = answers.text_reply("code_unavailable", parsed, "order_status", number=numbers[0])
        reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
        return reply
    if proves:
        order_codes.begin(chat, numbers)
        reply = answers.text_reply("code_sent", parsed, "order_status", sure=1.0, number=numbers[0])
        if key := wanted(parsed) or chat.memory.get("flow", ""):
            chat.memory["flow"] = key
        return reply
    reply = answers.text_reply("order_not_yours", parsed, "order_status", number=numbers[0])
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    reply.suggestions = [order.number for order in parsed.known_orders[:2]]
    return reply


def a_number_and_little_else(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "number hai VP10251", "order no: 10 264": about that order, whatever the classifier makes of it."""
    trouble = parsed.says_what_is_wrong and parsed.confidence >= ACT
    if parsed.order and not trouble and not chat.memory.get("issue") and not wanted(parsed):
        beside = [word for word in words_of(parsed.text) if not any(map(str.isdigit, word))]
        return answers.of_order(chat, parsed.order, parsed) if len(beside) <= FEW_BESIDE_OWN else None
    if not parsed.numbers or parsed.order or (parsed.says_what_is_wrong and parsed.confidence >= ACT):
        return None
    return an_order_to_prove(chat, parsed) if len(parsed.text.split()) <= FEW_BESIDE else None


# --- Which flow, and what it does


def wanted(parsed: ParsedMessage) -> str:
    """Return the flow that the message begins, or ""."""
    said = flow_cues.wish_in(parsed.text, FEW_OF_A_STATE)
    mine = parsed.is_issue or bool(MINE.search(said) or THE_REFUND.search(said) or parsed.order)
    mine = mine or len(said.split()) <= 3 or parsed.topic.get("kind") == "order"
    if SUBSCRIBED.search(said) or IF_NOT_COME.search(said) or NOT_KNOWN.search(said):
        return ""
    if (
        parsed.order
        and parsed.order.status in MONEY_BACK
        and MONEY.search(said)
        and not CANCELS.search(said)
    ):
        return "refund_status"
    if (
        REFUND.search(said)
        and STANDING.search(said)
        and (mine or has_a_refund(parsed))
        and not THE_RULE.search(said)
        and not CANCELS.search(said)
    ):
        return "refund_status"
    if MONEY_IS_NOT_BACK.search(said) and mine:
        return "refund_status"
    if MARKED.search(said) and parsed.is_issue and WRONG_PLACE.search(said):
        return "late"
    if (
        REFUND.search(said)
        and mine
        and parsed.is_issue
        and parsed.surely("refund_return")
        # "Paisa wapas" names the money and no goods
        and not RETURNS.search(REFUND.sub(" ", said))
        and not any(cue.search(said) for cue in (EXCHANGES, WANTS_ONE, CANCELS, THE_RULE))
    ):
        return "refund_status"
    if parsed.is_issue and parsed.surely("refund_return") and EXCHANGES.search(said):
        return "exchange"
    # "Is gst included in the price" asks for no bill
    if INVOICE.search(said) and not ADDRESS.search(said) and parsed.aspect != product_facts.PRICE:
        of_that = parsed.topic.get("kind") == "order" and THAT_ONE.search(said)
        if GSTIN.search(said) and parsed.known_orders and (of_that or _means_one(parsed, said)):
            return "company_bill"
        asks_for_one = (MINE.search(said) or SENDS.search(said) or of_that) and parsed.known_orders
        return "invoice" if parsed.is_issue or (asks_for_one and not GSTIN.search(said)) else ""
    if COUPON.search(said):
        return ""
    if SENT_BACK.search(said) and parsed.known_orders:
        return "refund_status"
    if parsed.topic.get("aspect") == "address" and CHANGES.search(said) and len(said.split()) <= 4:
        return "change_address"
    of_order = parsed.topic.get("kind") == "order" and parsed.known_orders
    if (
        EXCHANGES.search(said)
        and ASKS_TO_DO.search(said)
        and not ADDRESS.search(said)
        and not of_order
        and not told_of_it(parsed)
        and parsed.known_orders
        and of_items(parsed)[0]
        and parsed.intent not in ("change_address", "account_problem", "payment_problem")
    ):
        # "Peri peri makhana bahut teekha hai, badal sakte ho?"
        return "exchange"
    if (FEWER.search(said) or TOGETHER.search(said)) and parsed.known_orders:
        return "change_items"
    adds_to_it = ADDS.search(said) and parsed.intent not in ("item_problem", "delivery_delay")
    if of_order and parsed.found.products and (SWAPS.search(said) or adds_to_it):
        return "change_items"
    if of_order and parsed.found.products and DROPS.search(said) and parsed.intent != "item_problem":
        return "change_items"
    if (
        ANOTHER_DAY.search(said)
        and not asks_how_it_stands(parsed.text)
        and (
            parsed.intent not in ("product_query", "item_problem", "refund_return", "talk_to_human")
            or TO_THE_COURIER.search(said)
        )
        and (TO_THE_COURIER.search(said) or not parsed.found.products)
    ):
        return "another_day"
    told_of_trouble = parsed.intent in (
        "item_problem",
        "payment_problem",
        "delivery_delay",
    ) and not ASKS_TO_DO.search(said)
    if ADDS.search(said) and SAME_ORDER.search(said) and not ADDRESS.search(said) and not told_of_trouble:
        return "change_items"
    if (
        ADDRESS.search(said)
        and CHANGES.search(said)
        and parsed.intent
        in (
            "change_address",
            "account_problem",
            "delivery_delay",
            "order_status",
            "cancel_order",
            "product_query",
        )
    ):
        return "change_address" if mine and parsed.intent != "account_problem" else ""
    told = parsed.chat.memory.get("issue") or {}
    this_one = bool((of_order or told.get("order")) and THAT_ONE.search(said))
    # "Cancel ho sakta hai?" of the order that was shown: what its state allows, and no rule alone
    short = len(said.split()) <= MOST_WORDS_OF_IT
    if (
        CANCELS.search(said)
        and (mine or this_one)
        and parsed.intent
        in (
            "cancel_order",
            "refund_return",
            "order_status",
            "change_address",
            "payment_problem",
            "item_problem",
        )
        and (parsed.is_issue or MY_ORDER.search(said) or parsed.order or this_one or (of_order and short))
        and not CANCELLED.search(said)
    ):
        return "cancel"
    pressing = parsed.priority in (Priority.HIGH, Priority.URGENT) and parsed.confidence >= ASK
    may_return = parsed.order and parsed.intent == "refund_return" and RETURNS.search(said)
    if not (parsed.is_issue or may_return) or not (parsed.confidence >= ACT or pressing):
        return ""
    if (
        parsed.intent == "refund_return"
        and RETURNS.search(said)
        and not EXCHANGES.search(said)
        and not REFUND.search(said)
    ):
        return "return"
    of_what_is_shown = parsed.topic.get("kind") == "product" and parsed.text.rstrip().endswith("?")
    if parsed.intent == "item_problem" and troubles.is_unfit(parsed.text) and not of_what_is_shown:
        return "damaged"
    if parsed.intent == "item_problem" and not troubles.article_for(parsed.text):
        # "Too hot, can i exchange it?" tells of no fault of ours: by the rule for goods that are not wanted
        if EXCHANGES.search(said):
            return "exchange"
        if RETURNS.search(said) and not REFUND.search(said):
            return "return"
    # What is only guessed begins no flow
    guessed = signs.are_missing(parsed.text, parsed.intent, parsed.confidence)
    return "" if guessed else BY_INTENT.get(parsed.intent, "")


def told_of_it(parsed: ParsedMessage) -> bool:
    """Return whether something is told to be wrong with the item: then it is no swap that is wished for."""
    return (
        bool(troubles.article_for(parsed.text))
        or parsed.chat.memory.get("issue", {}).get("intent") == "item_problem"
    )


MOST_WORDS_OF_IT = 5
MONEY_BACK = (OrderStatus.REFUNDED, OrderStatus.RETURNED, OrderStatus.CANCELLED)


FEW_OF_A_STATE = 5


def wanted_by_cue(parsed: ParsedMessage) -> bool:
    """Return whether the words themselves name a flow, not only the classifier."""
    said = flow_cues.wish_in(parsed.text)
    return any(cue.search(said) for cue in (REFUND, CANCELS, RETURNS, ADDRESS))


BY_INTENT = {
    "cancel_order": "cancel",
    "change_address": "change_address",
    "item_problem": "damaged",
    "delivery_delay": "late",
}


def a_flow(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Tell what the state of an order allows."""
    key = wanted(parsed)
    if not key:
        return None
    proves = parsed.numbers and not parsed.order and key not in ("damaged", "late")
    return an_order_to_prove(chat, parsed) if proves else begin(chat, parsed, key)


def begin(chat: Chat, parsed: ParsedMessage, key: str) -> Reply | None:
    """Run a flow for the order that the message means."""
    order, state = which(parsed, key)
    if key == "invoice" and not _names_an_order(parsed):
        # The rule for invoices, and no guess whose it is
        order, state = None, flows.NO_ORDER
    reply = flows.run(chat, parsed, key, order, state)
    if not reply:
        return None
    reply.is_sure = True
    if parsed.is_issue and flows.INTENTS[key] == parsed.intent:
        reply.category = parsed.category
    if key == "invoice" and parsed.is_issue and parsed.confidence >= ACT:
        # "The invoice has not come": a person can send it
        reply.offer_agent, reply.priority = True, flows.all_flows()[key].priority
    if NEEDED_BY.search(plain(parsed.text)) and key in ("late", "damaged") and parsed.is_issue:
        # The order is missing, and the guests come tomorrow
        reply.priority = Priority.URGENT
    if parsed.is_issue and reply.offer_agent:
        reply.priority = higher(reply.priority, parsed.priority)
    if not order and chat.person.is_guest and key in WAITS_FOR_A_NUMBER:
        chat.memory["flow"] = key
    if state == flows.WHICH_ORDER:
        reply.suggestions = [order.number for order in parsed.known_orders[:3]]
        reply.asks = {"about": "order", "flow": key}
    elif reply.offer_agent:
        others = _others(parsed, key, order)
        reply.suggestions = (
            reply.suggestions + others + parsed.library.without_told(parsed.near(ACT)[:1], reply.sources)
        )
    return reply


def told(chat: Chat, parsed: ParsedMessage, key: str, order: Order) -> Reply | None:
    """Run a flow for an order that the talk is about already."""
    reply = flows.run(chat, parsed, key, order)
    if reply:
        reply.is_sure = True
    return reply


def _names_an_order(parsed: ParsedMessage) -> bool:
    said = plain(parsed.text)
    return not GSTIN.search(said) and (_means_one(parsed, said) or parsed.topic.get("kind") == "order")


def _means_one(parsed: ParsedMessage, said: str) -> bool:
    """Return whether a message names an order: by number, item, "the other one", "aaj wala order"."""
    return bool(
        parsed.order
        or of_items(parsed)[0]
        or the_other(parsed)
        or NEWEST.search(said)
        or THAT_ORDER.search(said)
    )


WAITS_FOR_A_NUMBER = ("cancel", "change_address", "refund_status", "return", "late")


def _others(parsed: ParsedMessage, key: str, order: Order | None) -> list[str]:
    """Return the numbers of other orders that the flow may be meant for."""
    states = flows.all_flows()[key].orders
    fitting = [
        each for each in parsed.known_orders if each.status in states and (not order or each.pk != order.pk)
    ]
    return (
        [each.number for each in fitting[:2]]
        if order and order.status in states and key != "damaged"
        else []
    )


def higher(one: str | None, other: str) -> str:
    return max(one or Priority.LOW, other, key=list(Priority.values).index)
