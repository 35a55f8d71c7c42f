"""Personal data of the channels: export, erasure, retention."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from tickets.privacy.personal_data import PROVIDERS, PersonalDataProvider

from ..models import (
    AddressBlock,
    ChannelIdentity,
    ContactCode,
    ConversationLink,
    Incoming,
    Outgoing,
    OutgoingState,
    Person,
    Ticket,
)
from . import inbox

BATCH = 200


class ChannelRecords(PersonalDataProvider):
    def export(self, person: Person) -> dict:
        tickets = _tickets(person)
        addresses = ChannelIdentity.objects.filter(person=person)
        return {
            "addresses": list(addresses.values("channel", "address", "proven_by", "created_at")),
            "received": list(
                Incoming.objects.filter(ticket__in=tickets)
                .order_by("received_at")
                .values("channel", "sender", "subject", "quoted", "payload", "received_at")
            ),
            "sent": list(
                Outgoing.objects.filter(Q(ticket__in=tickets) | Q(person=person))
                .order_by("created_at")
                .values("channel", "kind", "address", "state", "created_at", "sent_at")
            ),
        }

    def erase(self, person: Person) -> None:
        tickets = _tickets(person)
        received = Incoming.objects.filter(ticket__in=tickets)
        for row in received.exclude(original=""):
            inbox.discard(row)
        received.update(sender="", subject="", quoted="", payload={}, original="")
        sent = Outgoing.objects.filter(Q(ticket__in=tickets) | Q(person=person))
        unfinished = sent.filter(state__in=(OutgoingState.WAITING, OutgoingState.SENDING))
        unfinished.update(state=OutgoingState.CANCELLED)
        known = set(sent.exclude(address="").values_list("channel", "address"))
        for channel, address in known | {("email", person.email.lower())}:
            AddressBlock.objects.filter(channel=channel, address=address).delete()
        sent.update(address="", payload={}, last_error="", external_id="")
        ConversationLink.objects.filter(ticket__in=tickets, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        ConversationLink.objects.filter(ticket__in=tickets).update(address="")
        ContactCode.objects.filter(person=person).delete()
        ChannelIdentity.objects.filter(person=person).delete()

    def delete_for_tickets(self, ids: list) -> None:
        inbox.remove(list(Incoming.objects.filter(ticket__in=ids).only("id", "original")))
        Outgoing.objects.filter(ticket__in=ids).delete()
        ConversationLink.objects.filter(ticket__in=ids).delete()

    def retain(self, before: datetime) -> bool:
        rows = list(
            Incoming.objects.filter(ticket=None, received_at__lt=before).only("id", "original")[:BATCH]
        )
        inbox.remove(rows)
        old = Outgoing.objects.filter(ticket=None, created_at__lt=before).values_list("pk", flat=True)
        sent = list(old.order_by("-created_at")[:BATCH])
        Outgoing.objects.filter(pk__in=sent).delete()
        return BATCH in (len(rows), len(sent))


def _tickets(person: Person) -> list:
    return list(Ticket.objects.filter(requester=person).values_list("pk", flat=True))


PROVIDERS.append(ChannelRecords())
