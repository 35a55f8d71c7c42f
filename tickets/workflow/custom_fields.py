"""Custom fields of a ticket and of its customer."""

from django.utils.translation import gettext

from tickets.custom_fields import definitions, values
from tickets.models import FieldOwner, Person, Ticket

from .change_set import ChangeSet, atomic_on_ticket
from .status import Refused


@atomic_on_ticket
def set_custom_fields(ticket: Ticket, wanted: dict, *, by: Person) -> None:
    """Set fields by their keys; None or "" empties one. All of them fit, or none is set: raise Refused."""
    known = {field.key: field for field in definitions.in_use()}
    checked = {}
    for key, value in wanted.items():
        field = known.get(key)
        if not field:
            raise Refused(gettext("There is no field %(key)s.") % {"key": str(key)[:40]})
        if field.owner == FieldOwner.TICKET and not field.is_on(ticket.category):
            told = {"field": field.label, "category": ticket.get_category_display()}
            raise Refused(gettext("%(field)s is no field of the category %(category)s.") % told)
        try:
            checked[field] = field.stored(value)
        except definitions.BadValue as reason:
            raise Refused(str(reason)) from reason
    changed = values.write(ticket, checked)
    if not changed:
        return
    change_set = ChangeSet(ticket, by=by)
    for field, old, new in changed:
        add_change(change_set, field, old, new)
    change_set.write()
    values.renew_search(ticket, [field for field, _old, _new in changed])


def add_change(change_set: ChangeSet, field: definitions.Field, old: str, new: str) -> None:
    """Add the event of a changed value to the history, and what takes it back."""
    change_set.add_event("custom_field", _line(field.label, old), _line(field.label, new))
    change_set.custom_values[str(field.id)] = [old, new]


def _line(label: str, value: str) -> str:
    return f"{label}: {value}" if value else ""


def take_back(change_set: ChangeSet, changed: dict[str, list[str]], since: str, own: list) -> bool:
    """Give custom fields their values from before, by id; return False when one was changed again since.

    `own` are the ids of the events of the change itself.
    """
    ticket = change_set.ticket
    known = {str(field.id): field for field in definitions.in_use()}
    if not changed.keys() <= known.keys():
        return False
    now = values.stored_by_field(ticket, [known[id] for id in changed])
    newer = ticket.events.filter(field="custom_field", at__gte=since).exclude(pk__in=own)
    lines = [line for event in newer for line in (event.old, event.new)]
    for id, (old, new) in changed.items():
        field = known[id]
        # Where no transaction holds, a try before this one may have stored it already
        if now[field] not in (old, new) or any(line.startswith(f"{field.label}: ") for line in lines):
            return False
    for id, (old, new) in changed.items():
        values.store(ticket, known[id], old)
        add_change(change_set, known[id], new, old)
    return True
