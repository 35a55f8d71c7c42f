"""Facts of one order: what is in it, what was paid, who brings it, where it goes."""

from typing import Any

from chatbot.nlu.cues.order_cues import CALLS, TRACKING
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import orders
from supportdesk import money
from tickets.models import Order

from ....models import Chat
from ... import answers
from ...answers import Reply
from ...message import ACT, ParsedMessage
from .which_order import order_spoken_of


def of_the_talk(parsed: ParsedMessage) -> Order | None:
    """Return the order spoken of, or the one of what is open."""
    pk = (parsed.chat.memory.get("issue") or {}).get("order")
    return order_spoken_of(parsed) or next(
        (each for each in parsed.known_orders if str(each.pk) == pk), None
    )


def items(chat: Chat, parsed: ParsedMessage, order: Order) -> Reply:
    lines = ", ".join(f"{item.quantity} × {item.name}" for item in order.items.all())
    return told(chat, parsed, order, "order_items", "items", items=lines)


def paid(chat: Chat, parsed: ParsedMessage, order: Order) -> Reply:
    paid = order.payment_method.upper() or "-"
    total = money.formatted(order.total or 0, order.currency, parsed.language)
    return told(
        chat, parsed, order, "order_paid", "paid", total=total, paid=f"{paid}, {order.payment_status}"
    )


def driver(chat: Chat, parsed: ParsedMessage, order: Order) -> Reply:
    carrier, tracking = order.carrier or "-", order.tracking_number or "-"
    return told(chat, parsed, order, "order_driver", "tracking", carrier=carrier, tracking=tracking)


def tracking(chat: Chat, parsed: ParsedMessage, order: Order) -> Reply:
    carrier, tracking = order.carrier or "-", order.tracking_number or "-"
    return told(chat, parsed, order, "order_tracking", "tracking", carrier=carrier, tracking=tracking)


def address(chat: Chat, parsed: ParsedMessage, order: Order) -> Reply:
    place = f"{order.city} {order.pincode}".strip() or "-"
    return told(chat, parsed, order, "order_address", "address", place=place)


# What can be asked of one order after another
FACTS = {"paid": paid, "items": items, "tracking": tracking, "address": address}


def by_reading(chat: Chat, parsed: ParsedMessage, order: Order) -> Reply | None:
    """Answer what `nlu.asked` surely reads as asked of the order, where no rule's word matches."""
    if parsed.surely_reads("courier") and order.tracking_number:
        said = plain(parsed.text)
        asks_to_call = CALLS.search(said) and not TRACKING.search(said)
        return driver(chat, parsed, order) if asks_to_call else tracking(chat, parsed, order)
    if parsed.is_issue and parsed.confidence >= ACT:
        return None
    if parsed.surely_reads("in_the_order"):
        return items(chat, parsed, order)
    # "How much extra do I pay" for an exchange: what the shop wrote about it
    of_a_wish = (chat.memory.get("issue") or {}).get("flow")
    return paid(chat, parsed, order) if parsed.surely_reads("paid") and not of_a_wish else None


def told(chat: Chat, parsed: ParsedMessage, order: Order, key: str, fact: str = "", **filled: Any) -> Reply:
    reply = answers.text_reply(key, parsed, "order_status", number=order.number, **filled)
    reply.is_sure = True
    reply = answers.about_order(chat, reply, order)
    if fact:
        reply.topic = (reply.topic or {}) | {"aspect": fact}
    return reply


def names_carrier(order: Order, said: str) -> bool:
    """Return whether a text names who brings the order: "swiftly ka number do"."""
    return bool(order.carrier) and order.carrier.split()[0].casefold() in said.casefold()


NEW_ONE = phrases(
    r"(?:the |a |my )?(?:new|right|correct|replace\w*|another|fresh|missing|remaining)(?: (?:one|pack\w*|jar|\w+))?",
    r"(?:naya|nayi|naye|sahi|dusr[aei]|badle|baa?ki|jo (?:kam|nahi) \w+)(?: .{0,12})?",
    "(?:नया|नई|सही|दूसर[ाेी])(?: .{0,10})?",
)
A_WHOLE_ORDER = phrases(r"orders?", r"parcels?", "ऑर्डर", "पार्सल")


# The parcel that should have come
THE_RIGHT_ONE = phrases(
    r"(?:right|correct|sahi|replacement|fresh) (?:order|parcel|box)", "सही (?:ऑर्डर|पार्सल|सामान)"
)


def speaks_of_a_new_one(parsed: ParsedMessage) -> bool:
    """Return whether it speaks of what comes in place of an item that is wrong, and of no other order."""
    said = plain(parsed.text)
    of_a_fault = (parsed.chat.memory.get("issue") or {}).get("intent") == "item_problem"
    # "Jo dusra order hai" is another order, and comes in place of nothing
    in_its_place = bool(NEW_ONE.search(said)) and not A_WHOLE_ORDER.search(said)
    return of_a_fault and (in_its_place or bool(THE_RIGHT_ONE.search(said)))


NOT_COME = ("item_problem", "delivery_delay")


def waits_for_what_did_not_come(chat: Chat, order: Order) -> bool:
    """Return whether something of an order that came, or the parcel itself, is missing: "when will it come" is asked of that."""
    issue = chat.memory.get("issue") or {}
    of_it = issue.get("order") in (None, "", str(order.pk))
    return of_it and issue.get("intent") in NOT_COME and order.status not in orders.UNDER_WAY
