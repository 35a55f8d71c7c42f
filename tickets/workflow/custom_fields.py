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
        change_set.add_event("custom_field", _line(field.label, old), _line(field.label, new))
    change_set.write()
    values.renew_search(ticket, [field for field, _old, _new in changed])


def _line(label: str, value: str) -> str:
    return f"{label}: {value}" if value else ""
