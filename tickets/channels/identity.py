"""Proven addresses of people, and merging the histories of one person.

Proven is: the sender of a signed webhook (WhatsApp), who answered an e-mail that went to the address,
who brings the link of one, who typed a code that was sent there, whom the shop's signature names.
An equal address alone is no proof: anybody can type it.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from tickets import workflow
from tickets.models import ChannelIdentity, ContactCode, Person, Role, Ticket, TokenFamily

from . import assistant, outbox

TRIES = 3
LIFE = timedelta(minutes=10)
CODES_AN_HOUR = 5
# Proofs after which even a browser's own guest becomes the customer: it is told who it is from then on
TELLS_THE_BROWSER = {"code", "identity"}


def find(channel: str, address: str) -> ChannelIdentity | None:
    return ChannelIdentity.objects.select_related("person").filter(channel=channel, address=address).first()


def prove(person: Person, channel: str, address: str, *, by: str) -> Person:
    """Note that the address is this person's, and return the person whose history it is from now on.

    Was it proven to be another one's before, both are one: the tickets of the one become the other's.
    """
    address = address.strip().lower()
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
            if found is None:
                raise
    return person if found.person_id == person.pk else _join(found, person, by)


def _join(found: ChannelIdentity, person: Person, by: str) -> Person:
    """Merge two people; keep the shop's customer, else the one with an open chat, else the older one."""
    known = found.person
    if {known.role, person.role} != {Role.CUSTOMER} or not (known.is_active and person.is_active):
        return person
    winner, loser = (known, person) if _identity_rank(known) >= _identity_rank(person) else (person, known)
    is_in_a_browser = _identity_rank(loser) == 1
    if _identity_rank(loser) == 2 or (is_in_a_browser and by not in TELLS_THE_BROWSER):
        # Two customers of the shop stay two, and no open chat loses its conversation
        return person
    move_history(loser, winner)
    ChannelIdentity.objects.filter(person=loser).update(person=winner)
    return winner


def _identity_rank(person: Person) -> int:
    """Return 2 for a customer of the shop or a registered one, 1 for a guest with a token, 0 for an address alone."""
    if not person.is_guest:
        return 2
    return int(TokenFamily.objects.filter(person=person, revoked_at=None).exists())


def move_history(old: Person, new: Person) -> None:
    """Make all tickets and chats of one person another one's. Each moves on its own; again finishes the rest."""
    if villy := assistant.get():
        villy.move(old, new)
    for ticket in Ticket.objects.filter(requester=old).order_by("created_at"):
        workflow.change_requester(ticket, new, by=new)


# --- Codes -------------------------------------------------------------------


def send_code(person: Person, channel: str, address: str) -> None:
    """Send a code to the address. What is said is the same whether it could be sent or not."""
    address = address.strip().lower()
    since = timezone.now() - timedelta(hours=1)
    recent = ContactCode.objects.filter(created_at__gt=since)
    if (
        recent.filter(person=person).count() >= CODES_AN_HOUR
        or recent.filter(address=address).count() >= CODES_AN_HOUR
    ):
        return
    code = f"{secrets.randbelow(1_000_000):06}"
    row = ContactCode.objects.create(
        person=person,
        channel=channel,
        address=address,
        digest=_digest(person, address, code),
        tries_left=TRIES,
        expires_at=timezone.now() + LIFE,
    )
    outbox.queue(
        f"code-{row.pk.hex}", channel, "code", person=person, address=address, payload={"code": code}
    )


def check_code(person: Person, channel: str, address: str, code: str) -> bool:
    """Use up one try of the newest code for this address, and say whether it is the right one.

    Once it was right it is right again until it runs out, for this person: the answer that said so may be lost.
    """
    address = address.strip().lower()
    rows = ContactCode.objects.filter(
        person=person, channel=channel, address=address, expires_at__gt=timezone.now()
    )
    newest = rows.order_by("-created_at").first()
    if newest is None:
        return False
    is_right = hmac.compare_digest(newest.digest, _digest(person, address, code.strip()))
    if newest.proven_at:
        return is_right
    unspent = ContactCode.objects.filter(pk=newest.pk, tries_left__gt=0)
    if not unspent.update(tries_left=F("tries_left") - 1):
        return False
    if is_right:
        ContactCode.objects.filter(pk=newest.pk).update(proven_at=timezone.now())
    return is_right


def _digest(person: Person, address: str, code: str) -> str:
    text = f"{person.pk}:{address}:{code}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
