"""A rule about one item of an order that is to be taken out before it ships: "sirf papad hata do", "cancel the papad from it"."""

from decimal import Decimal

from chatbot.models import Chat
from chatbot.nlu.cues.turn_cues import phrases, plain
from supportdesk import money
from tickets.models import Category, Order, OrderItem, OrderStatus, Priority

from ... import answers, flows
from ...answers import Reply
from ...message import ParsedMessage
from ...reading import affected
from ...state import GRAVE
from . import which_order

TAKES_OUT = phrases(
    r"remov\w*", r"hata\w*", r"hta\w*", r"tak(?:e|ing) (?:out|off)", r"take (?:the |my )?(?:\w+ ){1,3}(?:out|off)", r"nika+l\w*(?! gay| chuk)", r"drop", r"cance?l\w*", r"radd?", r"delete", r"minus", r"less", "हटा\\S*", "निकाल\\S*", "कैंसल", "रद्द", "(?:nahi|nahin|nhi) chahiye", "नहीं चाहिए",
)  # fmt: skip
# The whole of it: another flow
WHOLE = phrases(r"(?:whole|entire|pura|poora|full) (?:order|parcel)?", r"(?:order|parcel|ऑर्डर) (?:hi |ko |ही |को )*(?:cance?l|radd?|कैंसल|रद्द)\w*", r"cance?l (?:my |the |this )?(?:whole |entire )?(?:order|parcel)", "all of it")  # fmt: skip
ONLY = phrases("only", "just", "sirf", "bas", "keval", "सिर्फ", "बस", "केवल")
CAN_STILL = (OrderStatus.PLACED, OrderStatus.PACKED)
OF_AN_ORDER = ("cancel", "change_items", "change_address", "another_day", "where")
MOST_WORDS = 14


def an_item_taken_out(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Usme se chai hata do" of an order that has not shipped: the item, its price by the order, and a person."""
    said, issue = plain(parsed.text), chat.memory.get("issue") or {}
    if (
        not TAKES_OUT.search(said)
        or WHOLE.search(said)
        or parsed.reason
        or issue.get("why") in GRAVE
        or len(said.split()) > MOST_WORDS
        or not _is_of_an_order(parsed, issue, said)
    ):
        return None
    order = _order(parsed, issue)
    items = _named(order, parsed) if order else []
    if not order or not items:
        return None
    if order.status not in CAN_STILL:
        return flows.run(chat, parsed, "change_items", order)
    if len(items) == len(list(order.items.all())):
        return None
    amount = _worth(items)
    reply = answers.text_reply(
        "take_out",
        parsed,
        "cancel_order",
        sure=0.9,
        number=order.number,
        items=", ".join(item.name for item in items),
        amount=money.formatted(amount, order.currency, parsed.language) if amount else "",
    )
    reply.text = reply.text.replace(" ()", "")
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    reply.flow = "change_items"
    return answers.about_order(chat, reply, order)


def _is_of_an_order(parsed: ParsedMessage, issue: dict, said: str) -> bool:
    """Return whether the talk or the message is about an order, not about a sum or a list."""
    kind, aspect = parsed.topic.get("kind"), parsed.topic.get("aspect")
    return (
        (kind == "order" and aspect in OF_AN_ORDER)
        or issue.get("flow") in OF_AN_ORDER
        # "Sirf sev hata do" of the order that was spoken of, with a product's facts in between
        or (bool(which_order.order_spoken_of(parsed)) and bool(ONLY.search(said)) and kind != "sum")
        or (
            kind not in ("product", "sum")
            and bool(which_order.SAME_ORDER.search(said) or which_order.MY_ORDER.search(said))
        )
    )


def _order(parsed: ParsedMessage, issue: dict) -> Order | None:
    """Return the order that can still be changed and has the item: the one spoken of first."""
    spoken = which_order.order_spoken_of(parsed)
    known = [parsed.order] if parsed.order else [*([spoken] if spoken else []), *parsed.known_orders]
    having = [each for each in known if _named(each, parsed)]
    return next((each for each in having if each.status in CAN_STILL), None) or next(
        (each for each in having if each == spoken), None
    )


def _named(order: Order, parsed: ParsedMessage) -> list[OrderItem]:
    """Return the items of an order that a message names, by a word of the shop as well: "tel", "chai"."""
    names = {product.name for product in parsed.found.products} if parsed.found.share else set()
    by_name = [item for item in order.items.all() if item.name in names]
    if len(by_name) == 1 or order.items.count() == 1:
        # Of an order of one item a text need not name it, and without it nothing is left
        return by_name
    return affected.named_in(order, parsed.text)


def _worth(items: list[OrderItem]) -> Decimal | None:
    prices = [item.price * item.quantity for item in items if item.price is not None]
    return sum(prices, Decimal(0)) if len(prices) == len(items) else None
