"""Remove what is older than RETENTION_DAYS."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry

from supportdesk.db.batches import Batch
from supportdesk.db.transactions import atomic_with_retry
from supportdesk.http.outages import is_outage
from tickets import search
from tickets.models import InboxEvent, Message, Person, Role, Status, Ticket
from tickets.pictures import uploads

from .providers import PROVIDERS, attached_to, with_pictures

BATCH = 50


def retain(now: datetime) -> bool:
    """Remove some of what is older than RETENTION_DAYS; return whether more is waiting.

    That is: closed tickets with all that belongs to them, chats, and guests of whom nothing is left.
    """
    if not settings.RETENTION_DAYS:
        return False
    before = now - timedelta(days=settings.RETENTION_DAYS)
    old = Ticket.objects.filter(status=Status.CLOSED, updated_at__lt=before).order_by("updated_at")
    # The positions of the inbox are counted on from the newest activity: its ticket goes another time
    newest = InboxEvent.objects.exclude(position=None).order_by("-position").first()
    if newest:
        old = old.exclude(pk=newest.ticket_id)
    ids = list(old.exclude(pk__in=_retention.left_out()).values_list("pk", flat=True)[:BATCH])
    more: list[bool] = [len(ids) == BATCH]
    if ids:
        try:
            _remove_tickets(ids)
        except Exception as reason:
            if is_outage(reason):
                raise
            # One by one, so that only what cannot be removed stays
            _retention.each(ids, lambda id: _remove_tickets([id]), key=str)
    _retention.each(PROVIDERS, lambda provider: more.append(provider.retain(before)), key=str)
    return any(more)


_retention = Batch("retention")


def _remove_tickets(ids: list) -> None:
    tickets = Ticket.objects.filter(pk__in=ids)
    people = set(tickets.values_list("requester_id", flat=True))
    for message in with_pictures(Message.objects.filter(ticket__in=ids)):
        uploads.discard(message.picture.name, message.thumbnail.name)
    attached = attached_to(Message.objects.filter(ticket__in=ids, file_count__gt=0))
    uploads.discard(*(attachment.file.name for attachment in attached))
    _remove_rows(ids)
    LogEntry.objects.filter(object_id__in=[str(id) for id in ids]).delete()
    remove_bare_guests(people)


@atomic_with_retry
def _remove_rows(ids: list) -> None:
    for provider in PROVIDERS:
        provider.delete_for_tickets(ids)
    search.forget(ids)
    Ticket.objects.filter(pk__in=ids).delete()


def remove_bare_guests(ids: Iterable) -> None:
    """Remove those of these people who cannot sign in and of whom nothing else is left."""
    guests = Person.objects.filter(pk__in=list(ids), role=Role.CUSTOMER, login_email=None, external_id=None)
    for person in guests:
        if not (
            person.tickets.exists()
            or person.orders.exists()
            or any(provider.has(person) for provider in PROVIDERS)
        ):
            person.delete()
