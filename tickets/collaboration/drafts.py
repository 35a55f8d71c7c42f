"""Drafts: what an agent has begun to write on a ticket, the same on every machine of theirs.

A draft belongs to one agent, so that no colleague's change touches it. It ends when the message
that it became is stored, which its clientId tells, and not when "Send" was pressed: a message that
did not arrive is still a draft on another machine.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from tickets import live
from tickets.models import Draft, Message, Person, Ticket
from tickets.privacy.masking import masked


def drafts_of(ticket: Ticket, person: Person) -> list[Draft]:
    """Return the drafts of this person on the ticket, without those whose message is there."""
    found = list(Draft.objects.filter(ticket=ticket, person=person))
    if not found:
        return []
    ids = [draft.client_id for draft in found]
    said = set(ticket.messages.filter(client_id__in=ids).values_list("client_id", flat=True))
    return [draft for draft in found if draft.client_id not in said]


def as_json(ticket: Ticket, person: Person) -> dict[str, dict]:
    """Return them as the page takes them: `{"reply": {"text", "clientId"}, "note": {…}}`."""
    return {
        "note" if draft.is_note else "reply": {"text": draft.text, "clientId": draft.client_id}
        for draft in drafts_of(ticket, person)
    }


def save(
    ticket: Ticket, person: Person, text: str, *, is_note: bool, client_id: str, tab: str = ""
) -> bool:
    """Keep what this person has written so far; no text ends the draft.

    `tab` is the page that saves: the person's other pages are told. Return False for the draft of a message that is there already: it was saved late.
    """
    if ticket.messages.filter(client_id=client_id).exists():
        return False
    kept = Draft.objects.filter(ticket=ticket, person=person, is_note=is_note)
    if text:
        written = {"text": masked(text), "client_id": client_id, "updated_at": timezone.now()}
        if not kept.update(**written):
            _create(kept, written, ticket=ticket, person=person, is_note=is_note)
    else:
        kept.delete()
    _tell(ticket, person.pk, tab)
    return True


def _tell(ticket: Ticket, person_id, tab: str = "") -> None:
    live.signal(ticket, "draft", to=str(person_id), tab=tab)


def _create(kept, written: dict, **whose) -> None:
    try:
        with transaction.atomic():
            Draft.objects.create(**whose, **written)
    except IntegrityError:
        # Another machine of theirs was first
        kept.update(**written)


def sent(message: Message) -> None:
    """End the draft that has become this message."""
    if Draft.objects.filter(ticket=message.ticket_id, client_id=message.client_id).delete()[0]:
        _tell(message.ticket, message.author_id)


def move(ticket: Ticket, into: Ticket) -> None:
    """Have the drafts on a ticket that is merged belong to the one that stays; two of one kind are joined."""
    for draft in Draft.objects.filter(ticket=ticket):
        there = Draft.objects.filter(ticket=into, person=draft.person_id, is_note=draft.is_note).first()
        if there:
            Draft.objects.filter(pk=there.pk).update(text=f"{there.text}\n{draft.text}")
            draft.delete()
        else:
            Draft.objects.filter(pk=draft.pk).update(ticket=into)
