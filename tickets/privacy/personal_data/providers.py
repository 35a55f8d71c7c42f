"""Registry of the apps that store personal data, and how to find its people, messages and files."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from tickets.models import Attachment, Message, Person


class PersonalDataProvider:
    """An app's store of personal data: its export, and its erasure with a person or a ticket."""

    def export(self, person: Person) -> dict:
        """Return what belongs into the export, as JSON can carry it."""
        return {}

    def erase(self, person: Person) -> None:
        """Remove it."""

    def has(self, person: Person) -> bool:
        """Say whether there is anything."""
        return False

    def delete_for_tickets(self, ids: list) -> None:
        """Remove what belongs to these tickets, which are about to be removed."""

    def retain(self, before: datetime) -> bool:
        """Remove what was not touched since; return whether more is waiting."""
        return False


PROVIDERS: list[PersonalDataProvider] = []


def find(who: str) -> list[Person]:
    """Return the people of this id, sign-in or contact e-mail, or id in the shop."""
    who = who.strip()
    found = Q(email__iexact=who) | Q(login_email=who.lower()) | Q(external_id=who)
    if re.fullmatch(r"[0-9a-fA-F-]{32,36}", who):
        found |= Q(pk=who)
    return list(Person.objects.filter(found).order_by("created_at"))


def attached_to(messages: Iterable[Message]) -> QuerySet[Attachment]:
    """Return the files of these messages."""
    having = [message.pk for message in messages if message.file_count]
    return Attachment.objects.filter(message__in=having) if having else Attachment.objects.none()


def with_pictures(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return those of these messages that have a picture, the oldest first."""
    return messages.exclude(picture="").order_by("created_at")
