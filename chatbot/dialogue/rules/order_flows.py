"""Rules about what is to be done with an order: proving that it is theirs, and the flow that its state allows."""

from chatbot.sources import order_codes, orders
from tickets.models import Category, Order, Priority
from tickets.shop import people

from ...models import Chat
from ...nlu.cues import phrases, plain
from .. import answers, flows
from ..answers import Reply
from ..message import ACT, ASK, Heard
from .which_order import (
    ADDRESS,
    ADDS,
    CANCELS,
    CHANGES,
    EXCHANGES,
    MINE,
    MY_ORDER,
    REFUND,
    RETURNS,
    SAME_ORDER,
    STANDING,
    SUBSCRIBED,
    THE_RULE,
    which,
)

# --- Proving an order

# A message about a number with so few other words is about nothing else
FEW_BESIDE = 6


def a_code(chat: Chat, heard: Heard) -> Reply | None:
    """The code that we sent to the contact of an order, typed by the person who asks about it."""
    if not order_codes.looks_like_a_code(heard.text) or not (code := order_codes.pending(chat)):
        return None
    if order_codes.check(code, heard.text) and code.order:
        people.claim(code.order, chat.person)
        return answers.of_order(chat, code.order, heard)
    if code.proven_at:
        return None
    if code.tries_left:
        return answers.text_reply("code_wrong", heard, "order_status", left=code.tries_left)
    reply = answers.text_reply("code_over", heard, "order_status")
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    return reply


def an_order_to_prove(chat: Chat, heard: Heard) -> Reply | None:
    """An order number that is not known to be theirs. What is said is the same for every number."""
    numbers = [] if heard.order else heard.numbers
    if not numbers:
        return None
    # An unclaimed order becomes the customer's with the code; another customer's never does
    proves = chat.person.is_guest or orders.is_unclaimed(numbers)
    if proves and not order_codes.can_be_sent():
        reply = answers.text_reply("code_unavailable", heard, "order_status", number=numbers[0])
        reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
        return reply
    if proves:
        order_codes.begin(chat, numbers)
        reply = answers.text_reply("code_sent", heard, "order_status", sure=1.0, number=numbers[0])
        if key := wanted(heard) or chat.memory.get("flow", ""):
            chat.memory["flow"] = key
        return reply
    reply = answers.text_reply("order_not_yours", heard, "order_status", number=numbers[0])
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    reply.suggestions = [order.number for order in heard.known_orders[:2]]
    return reply


def a_number_and_little_else(chat: Chat, heard: Heard) -> Reply | None:
    """ "number hai VP10251": it is about that order, whatever the classifier makes of it."""
    if not heard.numbers or heard.order or (heard.says_what_is_wrong and heard.confidence >= ACT):
        return None
    return an_order_to_prove(chat, heard) if len(heard.text.split()) <= FEW_BESIDE else None


# --- Which flow, and what it does


def wanted(heard: Heard) -> str:
    """Return the flow that the message begins, or ""."""
    said = plain(heard.text)
    mine = heard.is_issue or bool(MINE.search(said) or THE_REFUND.search(said) or heard.order)
    mine = mine or len(said.split()) <= 3
    if SUBSCRIBED.search(said):
        return ""
    if (
        REFUND.search(said)
        and STANDING.search(said)
        and mine
        and not THE_RULE.search(said)
        and not CANCELS.search(said)
    ):
        return "refund_status"
    if INVOICE.search(said) and not ADDRESS.search(said):
        return "invoice" if heard.is_issue else ""
    told_of_trouble = heard.intent in (
        "item_problem",
        "payment_problem",
        "delivery_delay",
    ) and not ASKS_TO_DO.search(said)
    if ADDS.search(said) and SAME_ORDER.search(said) and not ADDRESS.search(said) and not told_of_trouble:
        return "change_items"
    if (
        ADDRESS.search(said)
        and CHANGES.search(said)
        and heard.intent
        in (
            "change_address",
            "account_problem",
            "delivery_delay",
            "order_status",
            "cancel_order",
            "product_query",
        )
    ):
        return "change_address" if mine and heard.intent != "account_problem" else ""
    if (
        CANCELS.search(said)
        and mine
        and heard.intent
        in (
            "cancel_order",
            "refund_return",
            "order_status",
            "change_address",
            "payment_problem",
            "item_problem",
        )
        and (heard.is_issue or MY_ORDER.search(said) or heard.order)
        and not CANCELLED.search(said)
    ):
        return "cancel"
    pressing = heard.priority in (Priority.HIGH, Priority.URGENT) and heard.confidence >= ASK
    if not heard.is_issue or not (heard.confidence >= ACT or pressing):
        return ""
    if (
        heard.intent == "refund_return"
        and RETURNS.search(said)
        and not EXCHANGES.search(said)
        and not REFUND.search(said)
    ):
        return "return"
    return BY_INTENT.get(heard.intent, "")


THE_REFUND = phrases(r"(?:the|that|this) refu?nd", r"refu?nd (?:for|of)")
INVOICE = phrases(r"gst\w*", r"invoice\w*", "bill", "hsn", "बिल", "जीएसटी")
ASKS_TO_DO = phrases(
    r"kar do",
    r"karo",
    r"kar dijiye",
    r"kardo",
    "karna hai",
    "karni hai",
    "please",
    "pls",
    "plz",
    "can (?:you|u|i|we)",
    "want to",
    "could you",
    "sakte",
    "sakta",
    "jod do",
    "add",
    "करो",
    "कर दो",
    "करना है",
    "सकते",
)


def wanted_by_cue(heard: Heard) -> bool:
    """Whether the words themselves name a flow, not only the classifier."""
    said = plain(heard.text)
    return any(cue.search(said) for cue in (REFUND, CANCELS, RETURNS, ADDRESS))


CANCELLED = phrases(r"cancell?ed (?:by|automatically|without)", r"auto(?:matically)? cancell?ed", r"(?:was|got|is|has been|been|why) (?:.{0,12})?cancell?ed", r"cancel (?:ho gaya|hua|kyu|kyun|kyon)", r"apne aap cancel", "कैंसल (?:हो गया|क्यों)")  # fmt: skip
BY_INTENT = {
    "cancel_order": "cancel",
    "change_address": "change_address",
    "item_problem": "damaged",
    "delivery_delay": "late",
}


def a_flow(chat: Chat, heard: Heard) -> Reply | None:
    """What can be done with an order, which its state decides."""
    key = wanted(heard)
    if not key:
        return None
    if heard.numbers and not heard.order and key not in ("damaged", "late"):
        return an_order_to_prove(chat, heard)
    return begin(chat, heard, key)


def begin(chat: Chat, heard: Heard, key: str) -> Reply | None:
    """Run a flow for the order that the message means."""
    order, state = which(heard, key)
    reply = flows.run(chat, heard, key, order, state)
    if not reply:
        return None
    reply.is_sure = True
    if heard.is_issue and flows.INTENTS[key] == heard.intent:
        reply.category = heard.category
    if heard.is_issue and reply.offer_agent:
        reply.priority = higher(reply.priority, heard.priority)
    if not order and chat.person.is_guest and key in WAITS_FOR_A_NUMBER:
        chat.memory["flow"] = key
    if state == flows.WHICH_ORDER:
        reply.suggestions = [order.number for order in heard.known_orders[:3]]
        reply.asks = {"about": "order", "flow": key}
    elif reply.offer_agent:
        others = _others(heard, key, order)
        reply.suggestions = others + [
            title for title in heard.near(ACT)[:1] if title not in {s["title"] for s in reply.sources}
        ]
    return reply


WAITS_FOR_A_NUMBER = ("cancel", "change_address", "refund_status", "return", "late")


def _others(heard: Heard, key: str, order: Order | None) -> list[str]:
    """Return the numbers of other orders that the flow may be meant for."""
    states = flows.all_flows()[key].orders
    fitting = [
        each for each in heard.known_orders if each.status in states and (not order or each.pk != order.pk)
    ]
    return (
        [each.number for each in fitting[:2]]
        if order and order.status in states and key != "damaged"
        else []
    )


def higher(one: str | None, other: str) -> str:
    return max(one or Priority.LOW, other, key=list(Priority.values).index)
