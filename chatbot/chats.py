"""Whose conversation is it: Villy's, with a chat, or a human's, with a ticket."""

from datetime import timedelta

from django.utils import timezone

from supportdesk.db.compiled_queries import compiled_query, insert
from supportdesk.db.transactions import atomic_with_retry, lock_rows
from tickets.models import Person, Ticket

from .models import Chat

# A closed ticket stays in the widget for its rating, then Villy is back
CLOSED_IS_SHOWN = timedelta(days=1)


def current_chat(person: Person) -> Chat | None:
    """Return the chat that is still with Villy; None before the first word and after a hand-over."""
    chat = newest_chat(person)
    return chat if chat and not chat.ticket_id else None


def current_ticket(person: Person) -> Ticket | None:
    """Return the ticket that the person's conversation has moved to, if no newer chat was begun."""
    ticket = Ticket.objects.filter(requester=person).order_by("-created_at").first()
    if not ticket:
        return None
    if ticket.is_over and ticket.closed_at and ticket.closed_at < timezone.now() - CLOSED_IS_SHOWN:
        return None
    chat = current_chat(person)
    return None if chat and chat.created_at > ticket.created_at else ticket


def begin_new(person: Person) -> Chat:
    """Begin a chat after a closed ticket: it is newer, so the conversation is with Villy again."""
    chat = Chat(person=person)
    insert([chat])
    return chat


def begin_with(person: Person, client_id: str | None) -> Chat:
    """Return a chat in which this may be the first question: a new one, unless the newest is empty or has it."""
    chat = newest_chat(person)
    if chat and not chat.ticket_id:
        is_first = not chat.messages.exists()
        if is_first or (client_id and chat.messages.filter(client_id=client_id).exists()):
            return chat
    return begin_new(person)


@atomic_with_retry
def begun(person: Person) -> Chat:
    """Return the person's new chat: the same for all who ask their first question at once."""
    lock_rows(Person.objects.filter(pk=person.pk))
    return current_chat(person) or begin_new(person)


def move(kept: Person, other: Person) -> None:
    """Make the chats of a record those of the one that it was linked to."""
    Chat.objects.filter(person=other).update(person=kept)


_newest = compiled_query(lambda person: Chat.objects.filter(person_id=person).order_by("-created_at")[:1])


def newest_chat(person: Person) -> Chat | None:
    """The person's newest chat, with that person: its readers ask for both."""
    for chat in _newest(person.pk):
        chat.person = person
        return chat
    return None
