"""What a channel has to remember between two runs."""

from django.db import IntegrityError

from ..models import ChannelState


def remembered(name: str) -> dict:
    row = ChannelState.objects.filter(pk=name).first()
    return row.value if row else {}


def remember(name: str, value: dict) -> None:
    """Store the value, if it is another one than is stored."""
    row = ChannelState.objects.filter(pk=name).first()
    if row and row.value == value:
        return
    try:
        ChannelState.objects.update_or_create(name=name, defaults={"value": value})
    except IntegrityError:
        ChannelState.objects.filter(pk=name).update(value=value)
