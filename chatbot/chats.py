"""The chat with Villy as it is stored: ask, be answered once, look back."""

from datetime import timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from tickets import workflow
from tickets.models import Person, Sender, Ticket
from tickets.workflow import Mismatch

from . import engine, proofs
from .models import Chat, ChatMessage

TRIES = 20
# A closed ticket stays in the widget for its rating, then Villy is back
CLOSED_IS_SHOWN = timedelta(days=1)


class HandedOver(Exception):
    """A human has the conversation: Villy keeps silent, the words went to `ticket` as `message`."""

    def __init__(self, ticket: Ticket, message):
        super().__init__("A person has your conversation now. I passed this on.")
        self.ticket = ticket
        self.message = message


def current_chat(person: Person) -> Chat | None:
    """Return the chat that is still with Villy; None before the first word and after a hand-over."""
    chat = Chat.objects.filter(person=person).order_by("-created_at").first()
    return chat if chat and not chat.ticket_id else None


def current_ticket(person: Person) -> Ticket | None:
    """Return the ticket that the person's conversation has moved to, if no newer chat was begun."""
    ticket = Ticket.objects.filter(requester=person).order_by("-created_at").first()
    if not ticket:
        return None
    if ticket.is_over and ticket.closed_at < timezone.now() - CLOSED_IS_SHOWN:
        return None
    chat = current_chat(person)
    return None if chat and chat.created_at > ticket.created_at else ticket


def begin(person: Person) -> Chat:
    return current_chat(person) or Chat.objects.create(person=person)


def begin_anew(person: Person) -> Chat:
    """Begin a chat after a closed ticket: it is newer, so the conversation is with Villy again."""
    return Chat.objects.create(person=person)


def ask(person: Person, text: str, *, client_id: str | None = None) -> ChatMessage:
    """Store what the person said, let Villy answer, and return the answer.

    Both are committed on their own: if the desk dies in between, the question is
    there, and asking again with the same `client_id` brings the one answer. Raise
    HandedOver when a human took the conversation while Villy was thinking.
    """
    chat = begin(person)
    question = _question(chat, text, client_id)
    return answer_to(chat, question, text)


def answer_to(chat: Chat, question: ChatMessage, text: str) -> ChatMessage:
    """Return Villy's answer to a stored question, made now if there is none yet.

    `text` is what was typed; what is stored of it may be masked.
    """
    if not question.is_new and (answer := ChatMessage.objects.filter(answers=question).first()):
        return answer
    reply = engine.answer(chat, text)
    if ticket := Ticket.objects.filter(chats=chat).first():
        message = workflow.customer_says(
            ticket, question.text, by=chat.person, client_id=question.client_id
        )
        raise HandedOver(ticket, message)
    try:
        with transaction.atomic():
            answer = _append(
                chat,
                sender=Sender.AI,
                text=reply.text,
                answers=question,
                reply=reply.as_dict(),
                intent=reply.intent,
            )
            Chat.objects.filter(pk=chat.pk).update(
                memory=chat.memory, language=chat.language, updated_at=timezone.now()
            )
        return answer
    except IntegrityError:
        # The same question was answered meanwhile
        return ChatMessage.objects.get(answers=question)


def say_helped(person: Person, answer_id, helped: bool) -> ChatMessage | None:
    """Store the answer to "Did this help?" on Villy's line; None if it is not one of this person's."""
    line = ChatMessage.objects.filter(pk=answer_id, chat__person=person, sender=Sender.AI).first()
    if line:
        ChatMessage.objects.filter(pk=line.pk).update(helped=helped)
        line.helped = helped
    return line


def _question(chat: Chat, text: str, client_id: str | None) -> ChatMessage:
    if proofs.awaited(chat):
        # A one-time code is worth something for ten minutes, and nothing to those who read it later
        text = proofs.masked(text)
    if client_id and (seen := chat.messages.filter(client_id=client_id).first()):
        if seen.text not in (text, proofs.masked(text)):
            raise Mismatch("This clientId belongs to another message.")
        return seen
    line = partial(_append, chat, sender=Sender.CUSTOMER, text=text, client_id=client_id)
    try:
        return line()
    except IntegrityError:
        return chat.messages.get(client_id=client_id)


def _append(chat: Chat, **fields) -> ChatMessage:
    """Add the next line; its (chat, seq) is unique, so the loser of a race takes the next number."""
    for _ in range(TRIES):
        newest = chat.messages.order_by("-seq").values_list("seq", flat=True).first() or 0
        line = ChatMessage(chat=chat, seq=newest + 1, **fields)
        line.is_new = True
        try:
            with transaction.atomic():
                line.save(force_insert=True)
            return line
        except IntegrityError:
            # Another line took the number; anything else that is unique was taken for good
            if not chat.messages.filter(seq=newest + 1).exists():
                raise
            if _taken(chat, fields):
                raise
    raise IntegrityError("no free place in the chat")


def _taken(chat: Chat, fields: dict) -> bool:
    client_id, question = fields.get("client_id"), fields.get("answers")
    return bool(
        (client_id and chat.messages.filter(client_id=client_id).exists())
        or (question and ChatMessage.objects.filter(answers=question).exists())
    )
