"""Whether a ticket meets the conditions of a rule, and which one it does not."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from tickets.models import Category, ChannelName, Lane, Priority, Status, Ticket
from tickets.settings.in_force import current

LISTS: dict[str, tuple[Callable[[Ticket], str], dict]] = {
    "status": (lambda ticket: ticket.status, dict(Status.choices)),
    "priority": (lambda ticket: ticket.priority, dict(Priority.choices)),
    "category": (lambda ticket: ticket.category, dict(Category.choices)),
    "channel": (lambda ticket: ticket.channel, dict(ChannelName.choices)),
}


def unmet(conditions: Mapping, ticket: Ticket, text: str, now: datetime) -> str:
    """Return the first condition that does not hold, in words; "" when all hold.

    `text` is what was written; the subject counts as well.
    """
    if ticket.lane in (Lane.SPAM, Lane.MERGED):
        return _("it is spam or merged")
    for name, (value_of, labels) in LISTS.items():
        wanted, value = conditions.get(name), value_of(ticket)
        if wanted and value not in wanted:
            return _("%(field)s is %(value)s") % {"field": name, "value": labels.get(value, value)}
    tags = {tag.casefold() for tag in ticket.tags}
    if conditions.get("tags") and not tags & {tag.casefold() for tag in conditions["tags"]}:
        return _("it has none of the tags")
    words = conditions.get("words")
    said = f"{ticket.subject}\n{text}".casefold()
    if words and not any(word.casefold() in said for word in words):
        return _("it has none of the words")
    assigned = conditions.get("assigned")
    if assigned and bool(ticket.assignee_id) != (assigned == "yes"):
        return _("it is assigned") if ticket.assignee_id else _("it is unassigned")
    hours = conditions.get("hours")
    if hours and current().is_open(now) != (hours == "open"):
        return _("the desk is closed") if hours == "open" else _("the desk is open")
    return ""
