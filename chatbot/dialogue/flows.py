"""The flows of `data/flows.yaml`: which order, how it stands, what is said. Read once, on first need."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from django.utils import timezone

from chatbot import wording
from chatbot.sources import order_states
from supportdesk import money
from tickets.models import Order, OrderStatus

from ..models import Chat
from . import answers
from .answers import Reply
from .message import ParsedMessage
from .reading import affected, troubles

FILE = Path(__file__).parents[1] / "data" / "flows.yaml"
ITEMS_NAMED = 3
NO_ORDER, GUEST, WHICH_ORDER = "no order", "guest", "which order"
PAID = {"upi": "UPI", "card": "card", "cod": "UPI", "netbanking": "netbanking", "wallet": "wallet"}


@dataclass(frozen=True)
class Step:
    """One line of a flow. `lines` and `after` are by language."""

    when: tuple[str, ...]
    connects: bool
    lines: dict[str, str]
    after: dict[str, str]
    article: str = ""
    # Days since the delivery within which the step holds; None: always
    within: int | None = None


@dataclass(frozen=True)
class Flow:
    key: str
    title: str
    category: str
    priority: str
    # States of the orders that it is likely about
    orders: tuple[str, ...]
    steps: tuple[Step, ...] = field(default=())

    def step(self, state: str, days: int | None = None) -> Step | None:
        """Return the first step of this state whose time limit has not passed."""
        fitting = (step for step in self.steps if state in step.when)
        return next(
            (step for step in fitting if step.within is None or days is None or days <= step.within), None
        )


class BadFlow(ValueError):
    """A flow that cannot be read; the message says which and why."""


@cache
def all_flows() -> dict[str, Flow]:
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> dict[str, Flow]:
    """Return the flows of a YAML text by their key. Raise BadFlow."""
    try:
        rows = yaml.load(text, wording.Loader) or {}  # noqa: S506 - a safe loader
    except yaml.YAMLError as reason:
        raise BadFlow(f"This is not YAML: {reason}") from None
    return {key: _flow(key, row) for key, row in rows.items()}


STATES = {*OrderStatus.values, NO_ORDER, GUEST, WHICH_ORDER}


def _flow(key: str, row: dict) -> Flow:
    missing = {"title", "category", "priority", "orders"} - row.keys()
    if missing:
        raise BadFlow(f"{key}: {', '.join(sorted(missing))} is missing.")
    steps = tuple(_step(key, each) for each in row.get("steps", ()))
    return Flow(key, row["title"], row["category"], row["priority"], tuple(row["orders"]), steps)


def _step(key: str, row: dict) -> Step:
    if unknown := set(row.get("when", ())) - STATES:
        raise BadFlow(f"{key}: there is no state {', '.join(sorted(unknown))}.")
    if row.get("then") not in ("answer", "connect"):
        raise BadFlow(f"{key}: `then` is answer or connect, not {row.get('then')!r}.")
    lines = {language: row[language] for language in wording.LANGUAGES if language in row}
    return Step(
        tuple(row["when"]),
        row["then"] == "connect",
        lines,
        row.get("after", {}),
        row.get("article", ""),
        row.get("within"),
    )


# --- Running one -----------------------------------------------------------------


def run(chat: Chat, parsed: ParsedMessage, key: str, order: Order | None, state: str = "") -> Reply | None:
    """Return what this flow says of this order (or of there being none); None when it has no such step.

    `state` is asked for in place of the order's, such as WHICH_ORDER.
    """
    flow = all_flows()[key]
    step = flow.step(
        state or (state_of(order) if order else GUEST if chat.person.is_guest else NO_ORDER),
        _days_since(order),
    )
    if not step:
        return None
    article = parsed.library.by_slug.get(step.article)
    lines = [_line(step.lines, order, parsed.language), article.body_in(parsed.language) if article else ""]
    text = " ".join(filter(None, [*lines, _line(step.after, order, parsed.language)]))
    if not text:
        return None
    reply = Reply(text, INTENTS.get(key, parsed.intent), max(parsed.confidence, 0.8), flow=key)
    reply.category = flow.category
    if step.connects:
        reply.offer_agent, reply.priority = True, flow.priority
    if article:
        reply.sources = [{"type": "article", "id": str(article.pk), "title": article.title}]
    if order:
        answers.about_order(chat, reply, order)
    if key == "damaged" and order:
        _ask_for_the_items(chat, parsed, reply, order)
    if key == "damaged" and (caution := troubles.caution(parsed.text, parsed.language)):
        reply.text = f"{caution} {reply.text}"
    return reply


def _ask_for_the_items(chat: Chat, parsed: ParsedMessage, reply: Reply, order: Order) -> None:
    """Tick the items that the message names, and offer the others to tap."""
    reply.claim = affected.claim_of(order, parsed.text, (chat.memory.get("issue") or {}).get("claim"))
    reply.suggestions = affected.chips(order, reply.claim)
    if reply.claim:
        reply.text = f"{reply.text} {affected.told(reply.claim, parsed.language)}"
    elif reply.suggestions:
        reply.text = f"{reply.text} {wording.say('tap_the_items', parsed.language)}"


INTENTS = {
    "where": "order_status", "cancel": "cancel_order", "change_address": "change_address", "change_items": "cancel_order",
    "return": "refund_return", "refund_status": "refund_return", "damaged": "item_problem", "late": "delivery_delay",
    "invoice": "payment_problem", "company_bill": "payment_problem", "payment": "payment_problem", "coupon": "payment_problem", "serviceability": "product_query",
    "how_to_order": "product_query", "another_day": "change_address", "exchange": "refund_return",
}  # fmt: skip


def _days_since(order: Order | None) -> int | None:
    """Return how many days ago the order was delivered; None where that is not known."""
    return (timezone.now() - order.delivered_at).days if order and order.delivered_at else None


def step_of(key: str, order: Order) -> Step | None:
    """Return the step of a flow that holds for an order now."""
    return all_flows()[key].step(state_of(order), _days_since(order))


def state_of(order: Order) -> str:
    """Return how the order stands; money that went back counts as refunded."""
    refund = (getattr(order, "refund_status", "") or order.payment_status or "").lower()
    if order.status in (OrderStatus.CANCELLED, OrderStatus.RETURNED) and "refunded" in refund:
        return OrderStatus.REFUNDED
    return order.status


def _line(lines: dict[str, str], order: Order | None, language: str) -> str:
    line = lines.get(language) or lines.get("en") or ""
    return line.format(**words_of(order, language)) if line and order else line


def words_of(order: Order, language: str) -> dict[str, str]:
    """Return what may stand in braces in a line about an order."""
    return {
        "number": order.number,
        "items": items_in_words(order),
        "state": order_states.state_after_its_number(order, language),
        "total": money.formatted(order.total, order.currency, language),
        "day": order_states.day_of(order, language),
        "paid": _paid(order, language),
    }


def items_in_words(order: Order) -> str:
    """Return the names of the first items: "Gir Cow Bilona Ghee, Moong Papad"."""
    names = [item.name for item in order.items.all()]
    more = f" +{len(names) - ITEMS_NAMED}" if len(names) > ITEMS_NAMED else ""
    return ", ".join(names[:ITEMS_NAMED]) + more


def _paid(order: Order, language: str) -> str:
    way = PAID.get((order.payment_method or "").lower())
    return wording.say("paid_to", language, way=way) if way else ""
