"""Customers' comments on their ratings, newest first, in pages."""

from contextlib import suppress
from datetime import date, timedelta

from tickets.lists.inbox import ORDERS, BadFilter, Ordering, Page, from_cursor, page
from tickets.models import Lane, Ticket
from tickets.visibility import Visibility

from .rollup import midnight

COMMENTS = 20
SHOWN = (
    "id", "number", "requester_name", "assignee_name", "category", "rating", "rating_comment", "rated_at",
)  # fmt: skip
BY_RATING_TIME = Ordering("rated_at", True, ORDERS["updated"].parse)


def latest_comments(
    first: date, last: date, visible: Visibility | None = None, cursor: str = "", size: int = COMMENTS
) -> Page:
    """Return the tickets that customers commented in these days; a cursor of another list counts as none."""
    end = midnight(last + timedelta(days=1))
    tickets = Ticket.objects.filter(rated_at__gte=midnight(first), rated_at__lt=end)
    tickets = tickets.exclude(rating_comment="").exclude(lane=Lane.SPAM)
    if visible:
        tickets = visible.among(tickets)
    if cursor:
        with suppress(BadFilter):
            tickets = tickets.filter(BY_RATING_TIME.after(*from_cursor(cursor, BY_RATING_TIME)))
    found = tickets.order_by(*BY_RATING_TIME.ordering).only(*SHOWN)[: size + 1]
    return page(list(found), size, BY_RATING_TIME)
