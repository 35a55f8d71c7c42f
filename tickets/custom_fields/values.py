"""The values of custom fields: reading, writing, finding; handing over and erasing them with the person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from tickets.models import CustomField, CustomValue, FieldKind, FieldOwner, Person, Ticket
from tickets.privacy.personal_data import PROVIDERS, PersonalDataProvider
from tickets.search import index, words

from . import definitions
from .definitions import Field

# Of a customer, whose value has changed
MOST_RENEWED = 50


@dataclass(frozen=True)
class Shown:
    """A field with its value, for the side panel."""

    field: Field
    value: str


# --- Reading ---------------------------------------------------------------------


def stored_on(tickets: Iterable[Ticket]) -> dict:
    """Return {ticket id: {key: stored value}}, with those of the customer: one query, none without fields."""
    tickets = list(tickets)
    fields = {field.id: field for field in definitions.in_use()}
    found: dict = {ticket.pk: {} for ticket in tickets}
    if not fields or not tickets:
        return found
    of_person = defaultdict(list)
    for ticket in tickets:
        of_person[ticket.requester_id].append(ticket)
    wanted = Q(ticket__in=list(found)) | Q(person__in=list(of_person))
    for row in CustomValue.objects.filter(wanted, field__in=list(fields)):
        field = fields[row.field_id]
        for ticket in of_person[row.person_id] if row.person_id else [_by_id(tickets, row.ticket_id)]:
            if field.owner == FieldOwner.PERSON or field.is_on(ticket.category):
                found[ticket.pk][field.key] = row.value
    return found


def _by_id(tickets: list[Ticket], id) -> Ticket:
    return next(ticket for ticket in tickets if ticket.pk == id)


def as_json(tickets: Iterable[Ticket]) -> dict:
    """Return {ticket id: {key: value}} as the API gives it; every field of the ticket has a key."""
    tickets = list(tickets)
    stored = stored_on(tickets)
    return {
        ticket.pk: {
            field.key: field.told(stored[ticket.pk][field.key]) if field.key in stored[ticket.pk] else None
            for field in definitions.of_ticket(ticket.category)
        }
        for ticket in tickets
    }


def shown(ticket: Ticket) -> list[Shown]:
    """Return the fields of a ticket with their values, as they are stored."""
    fields = definitions.of_ticket(ticket.category)
    stored = stored_on([ticket])[ticket.pk] if fields else {}
    return [Shown(field, stored.get(field.key, "")) for field in fields]


def stored_by_field(ticket: Ticket, fields: Iterable[Field]) -> dict[Field, str]:
    """Return what is stored for these fields, "" for none, whether or not they stand on its category."""
    fields = list(fields)
    wanted = Q(ticket=ticket) | Q(person=ticket.requester_id)
    rows = CustomValue.objects.filter(wanted, field__in=[field.id for field in fields])
    kept = dict(rows.values_list("field_id", "value"))
    return {field: kept.get(field.id, "") for field in fields}


# --- Writing ---------------------------------------------------------------------


def write(ticket: Ticket, values: dict[Field, str]) -> list[tuple[Field, str, str]]:
    """Store these values, "" for none; return what has changed as (field, old, new)."""
    before = stored_on([ticket])[ticket.pk]
    changed = []
    for field, new in values.items():
        old = before.get(field.key, "")
        if old != new:
            store(ticket, field, new)
            changed.append((field, old, new))
    return changed


def store(ticket: Ticket, field: Field, value: str) -> None:
    """Store one value; "" for none."""
    of_person = field.owner == FieldOwner.PERSON
    whose = {"person_id": ticket.requester_id} if of_person else {"ticket_id": ticket.pk}
    kept = CustomValue.objects.filter(field_id=field.id, **whose)
    if not value:
        kept.delete()
        return
    written = {"value": value, "updated_at": timezone.now()}
    if kept.update(**written):
        return
    try:
        with transaction.atomic():
            CustomValue.objects.create(field_id=field.id, **whose, **written)
    except IntegrityError:
        # Another agent was first
        kept.update(**written)


def move(kept: Person, other: Person) -> None:
    """Make the values of a record that is linked those of the kept one, which keeps its own where both have one."""
    rows = list(CustomValue.objects.filter(person=other).select_related("field"))
    for row in rows:
        if CustomValue.objects.filter(person=kept, field=row.field_id).exists():
            row.delete()
        else:
            CustomValue.objects.filter(pk=row.pk).update(person=kept)
    if any(row.field.kind == FieldKind.TEXT for row in rows):
        for ticket in Ticket.objects.filter(requester=kept).order_by("-updated_at")[:MOST_RENEWED]:
            index.renew(ticket)


# --- Search ----------------------------------------------------------------------


def renew_search(ticket: Ticket, changed: Iterable[Field]) -> None:
    """Find the ticket by its texts as they are now; other tickets of the customer too, for a text of theirs."""
    texts = [field for field in changed if field.kind == FieldKind.TEXT]
    if not texts:
        return
    index.renew(ticket)
    if any(field.owner == FieldOwner.PERSON for field in texts):
        others = Ticket.objects.filter(requester=ticket.requester_id).exclude(pk=ticket.pk)
        for other in others.order_by("-updated_at")[:MOST_RENEWED]:
            index.renew(other)


def found_by(tickets: dict) -> dict:
    """Return the words of the custom texts by ticket id, of tickets given as {id: ticket}."""
    fields = [field.id for field in definitions.in_use() if field.kind == FieldKind.TEXT]
    found: defaultdict = defaultdict(list)
    if not fields:
        return found
    of_person = defaultdict(list)
    for id, ticket in tickets.items():
        of_person[ticket.requester_id].append(id)
    wanted = Q(ticket__in=list(tickets)) | Q(person__in=list(of_person))
    for row in CustomValue.objects.filter(wanted, field__in=fields):
        for id in of_person[row.person_id] if row.person_id else [row.ticket_id]:
            found[id] += words.found_by(row.value)
    return found


index.beside_fields.append(found_by)


# --- The person's data -----------------------------------------------------------


class CustomValues(PersonalDataProvider):
    """The values on a person and on their tickets."""

    def export(self, person: Person) -> dict:
        rows = CustomValue.objects.filter(Q(person=person) | Q(ticket__requester=person))
        told = rows.select_related("field", "ticket").order_by("updated_at")
        return {
            "customFields": [
                {
                    "field": row.field.label,
                    "value": row.value,
                    "ticket": row.ticket.number if row.ticket else None,
                }
                for row in told
            ]
        }

    def erase(self, person: Person) -> None:
        personal = list(CustomField.objects.filter(is_personal=True).values_list("pk", flat=True))
        tickets = list(Ticket.objects.filter(requester=person).values_list("pk", flat=True))
        CustomValue.objects.filter(person=person).delete()
        CustomValue.objects.filter(ticket__in=tickets, field__in=personal).delete()
        for ticket in Ticket.objects.filter(pk__in=tickets):
            index.renew(ticket)


PROVIDERS.append(CustomValues())
