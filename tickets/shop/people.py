"""Whose record it is: two records of one person linked, orders claimed on proof, each with its history."""

from collections.abc import Callable

from supportdesk.db.transactions import atomic_with_retry
from tickets import workflow
from tickets.custom_fields import values
from tickets.models import ChannelIdentity, Order, Person, PersonEvent, Role, Ticket, TokenFamily

# Other apps move what they keep of a person: `(kept, other)`
MOVERS: list[Callable[[Person, Person], None]] = []


class NotLinked(Exception):
    """These two cannot be linked; the message is a sentence for staff."""


def link(kept: Person, other: Person, *, by: Person) -> None:
    """Make two records of one customer one: what the other has becomes the kept one's. Raise NotLinked.

    The other record stays, signed out, and leads to the kept one: an identity that the shop signs
    for either is the same customer from now on. Running it again finishes what was interrupted.
    """
    _check(kept, other)
    for ticket in Ticket.objects.filter(requester=other).order_by("created_at"):
        workflow.change_requester(ticket, kept, by=by)
    orders = list(Order.objects.filter(customer=other).values_list("number", flat=True))
    Order.objects.filter(customer=other).update(customer=kept)
    ChannelIdentity.objects.filter(person=other).update(person=kept)
    values.move(kept, other)
    _move_notes(kept, other)
    for move in MOVERS:
        move(kept, other)
    _merge_records(kept, other, by, orders)


def _check(kept: Person, other: Person) -> None:
    if kept.pk == other.pk:
        raise NotLinked("These are the same record.")
    if Role.CUSTOMER not in (kept.role, other.role) or kept.role != other.role:
        raise NotLinked("Only customers' records are linked.")
    if kept.merged_into_id:
        raise NotLinked("This record is linked to another one already: open that one.")
    if other.merged_into_id not in (None, kept.pk):
        raise NotLinked("The other record is linked to a third one already.")


def _move_notes(kept: Person, other: Person) -> None:
    """Add what agents note about the other record to the kept one: that is where they read it, and erase it."""
    if other.notes and other.notes not in kept.notes:
        kept.notes = "\n\n".join(filter(None, [kept.notes, other.notes]))
        Person.objects.filter(pk=kept.pk).update(notes=kept.notes)
    # Last: if the desk dies in between, running it again finds them
    Person.objects.filter(pk=other.pk).update(notes="")


@atomic_with_retry
def _merge_records(kept: Person, other: Person, by: Person, orders: list[str]) -> None:
    fields = {name: getattr(other, name) for name in ("name", "email", "phone") if not getattr(kept, name)}
    moved = {"merged_into": kept, "is_active": False}
    if other.login_email and not kept.login_email:
        fields |= {"login_email": other.login_email, "password": other.password}
        moved |= {"login_email": None}
    if other.external_id and not kept.external_id:
        fields |= {"external_id": other.external_id}
        moved |= {"external_id": None}
    # Each value is unique: first it is given up, then taken
    Person.objects.filter(pk=other.pk).update(**moved)
    if fields:
        Person.objects.filter(pk=kept.pk).update(**fields)
    Person.objects.filter(merged_into=other).update(merged_into=kept)
    TokenFamily.objects.filter(person=other).delete()
    details = {"record": str(other.pk), "orders": orders, "taken": sorted(fields)}
    note(kept, "linked", by=by, **details)
    note(other, "linked into", by=by, record=str(kept.pk))


def claim(order: Order, person: Person) -> bool:
    """Make an unclaimed order the customer's, who has proven to be reached at its contact; say if it was."""
    if person.is_guest or not Order.objects.filter(pk=order.pk, customer=None).update(customer=person):
        return False
    order.customer = person
    note(person, "order claimed", by=person, order=order.number, proof="code")
    return True


def note(person: Person, what: str, *, by: Person | None, **details) -> None:
    """Add to the history of a person's record."""
    PersonEvent.objects.create(
        person=person, actor=by, actor_name=str(by or ""), what=what, details=details
    )
