"""What the worker does about alerts, done at once."""

from django.utils import timezone

from tickets.alerts import collecting, sending
from tickets.models import AlertPreferences


def run(now=None) -> None:
    while collecting.collect():
        pass
    sending.send_due(now or timezone.now())


def choose(person, **fields) -> None:
    AlertPreferences.objects.update_or_create(person=person, defaults=fields)
