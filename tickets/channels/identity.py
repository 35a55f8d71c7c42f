"""Whose address it is, once that is proven; and one history for one person.

Proven is: the sender of a signed webhook (WhatsApp), who answered a letter that went to the address,
who typed a code that was sent there, whom the shop's signature names. An equal address alone is
no proof: anybody can type it.
"""

from django.db import IntegrityError, transaction

from ..models import ChannelIdentity, Person


def find(channel: str, address: str) -> ChannelIdentity | None:
    return ChannelIdentity.objects.select_related("person").filter(channel=channel, address=address).first()


def prove(person: Person, channel: str, address: str, *, by: str) -> Person:
    """Note that the address is this person's; return the person whose history it is from now on."""
    found = find(channel, address)
    if found is None:
        try:
            with transaction.atomic():
                ChannelIdentity.objects.create(
                    channel=channel, address=address, person=person, proven_by=by
                )
            return person
        except IntegrityError:
            found = find(channel, address)
    return found.person
