"""The chat with Villy as it is stored: ask, be answered once, look back."""

import logging
from contextlib import nullcontext
from functools import partial
from typing import NoReturn

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from chatbot.dialogue.answers import Reply
from supportdesk.db.compiled_queries import insert, update
from tickets import workflow
from tickets.models import Person, Sender, Ticket
from tickets.privacy.masking import masked
from tickets.workflow import Mismatch

from . import handover, wording
from .chats import begun, newest_chat
from .dialogue import memory
from .llm import client, follow_ups
from .models import Chat, ChatMessage
from .sources import order_codes, orders

logger = logging.getLogger(__name__)

TRIES = 20


class HandedOver(Exception):
    """A human has the conversation: Villy keeps silent, the words went to `ticket` as `message`."""

    def __init__(self, ticket: Ticket, message, key: str = "handed_over"):
        super().__init__(wording.say(key, ticket.language))
        self.ticket = ticket
        self.message = message


class _TakenMeanwhile(Exception):
    """The chat became a ticket while the answer was being written."""


def uses(person: Person, text: str) -> tuple[str, ...]:
    """Return the rate limit scopes that this question consumes: a guest's order number sends a code by e-mail."""
    if person.is_guest and order_codes.looks_like_a_code(text):
        return "ask Villy", "enter a code"
    if person.is_guest and orders.numbers_in(text):
        return "ask Villy", "get a code"
    return ("ask Villy",)


def ask(person: Person, text: str, *, client_id: str | None = None) -> ChatMessage:
    """Store what the person said, let Villy answer, and return the answer.

    Both are committed on their own: if the desk dies in between, the question is
    there, and asking again with the same `client_id` brings the one answer. Raise
    HandedOver when a human has the conversation, or took it while Villy was thinking.
    """
    chat = newest_chat(person)
    if chat and chat.ticket_id:
        if answered := _answered_before(chat, text, client_id):
            return answered
        if chat.ticket and not chat.ticket.is_over:
            _pass_on(chat, text, client_id)
        chat = None
    chat = chat or begun(person)
    question = _question(chat, text, client_id)
    return answer_to(chat, question, text)


def answer_to(chat: Chat, question: ChatMessage, text: str) -> ChatMessage:
    """Return Villy's answer to a stored question, made now if there is none yet.

    `text` is what was typed; what is stored of it may be masked.
    """
    if not question.is_new and (answer := ChatMessage.objects.filter(answers=question).first()):
        return answer
    try:
        reply = client.improved(chat, follow_ups.answered(chat, text), text)
    except Exception as fault:
        _a_person_answers(chat, question, fault)
    try:
        return _answer(chat, question, reply)
    except _TakenMeanwhile:
        _pass_on(chat, question.text, question.client_id)
    except IntegrityError:
        # The same question was answered meanwhile
        return ChatMessage.objects.get(answers=question)


def _a_person_answers(chat: Chat, question: ChatMessage, fault: Exception) -> NoReturn:
    """Open a ticket with what was said, because Villy failed on it, and raise HandedOver.

    What he remembers of the chat is what was stored: the failed turn changed it halfway. Without a
    database there is no ticket either; the fault then ends the request as any other does.
    """
    logger.error("Villy could not answer, a person will: %s", type(fault).__name__, exc_info=fault)
    try:
        chat.refresh_from_db(fields=["memory", "language"])
        ticket = handover.open_after_a_fault(chat, question)
        message = ticket.messages.order_by("seq").first()
    except Exception as worse:
        raise fault from worse
    raise HandedOver(ticket, message, "a_person_will_answer") from fault


def say_helped(person: Person, answer_id, helped: bool) -> ChatMessage | None:
    """Store the answer to "Did this help?" on Villy's line; None if it is not one of this person's.

    A yes restarts the count of turns; a no offers a human.
    """
    line = ChatMessage.objects.filter(pk=answer_id, chat__person=person, sender=Sender.AI).first()
    if not line:
        return None
    line.helped = helped
    line.reply["offerAgent"] = line.reply.get("offerAgent", False) or not helped
    ChatMessage.objects.filter(pk=line.pk).update(helped=helped, reply=line.reply)
    memory.learn_of_help(line.chat.memory, line.reply.get("sources", []), helped)
    Chat.objects.filter(pk=line.chat_id).update(memory=line.chat.memory)
    return line


# --- Writing -----------------------------------------------------------------


def _pass_on(chat: Chat, text: str, client_id: str | None) -> NoReturn:
    """Give the words to the human who has the conversation, and raise HandedOver."""
    ticket = Ticket.objects.get(chats=chat)
    text = _storable(chat, text)
    raise HandedOver(ticket, workflow.customer_says(ticket, text, by=chat.person, client_id=client_id))


def _answer(chat: Chat, question: ChatMessage, reply: Reply) -> ChatMessage:
    """Write the answer, unless a human has the conversation by now: the update's condition decides."""
    try:
        return _written(chat, question, reply, place=question.seq + 1)
    except _PlaceTaken:
        return _written(chat, question, reply)


def _written(chat: Chat, question: ChatMessage, reply: Reply, place: int | None = None) -> ChatMessage:
    with transaction.atomic():
        answer = _append(
            chat,
            place,
            sender=Sender.AI,
            text=reply.text,
            answers=question,
            reply=reply.as_dict(),
            intent=reply.intent,
            rule=reply.rule,
            flow=reply.flow,
            offered=reply.offer_agent,
        )
        if reply.helped is not None:
            _mark_helped(chat, answer, reply.helped)
        untaken = {"pk": chat.pk, "ticket": None}
        now_known = {"memory": chat.memory, "language": chat.language, "last_seq": answer.seq}
        if not update(Chat, untaken, now_known | {"updated_at": timezone.now()}):
            # No transaction takes it back on MongoDB
            answer.delete()
            raise _TakenMeanwhile
    return answer


def _mark_helped(chat: Chat, answer: ChatMessage, helped: bool) -> None:
    """Keep a typed "yes" or "no" with the answer that it is about: the last one that asked."""
    before = chat.messages.filter(sender=Sender.AI, seq__lt=answer.seq).order_by("-seq").first()
    if before:
        ChatMessage.objects.filter(pk=before.pk).update(helped=helped)


def _question(chat: Chat, text: str, client_id: str | None, *, knows_place: bool = True) -> ChatMessage:
    if client_id and (seen := chat.messages.filter(client_id=client_id).first()):
        return _same(seen, text)
    line = partial(
        _append,
        chat,
        # Of a new chat it is the first
        chat.last_seq + 1 if knows_place else None,
        sender=Sender.CUSTOMER,
        text=_storable(chat, text),
        client_id=client_id,
    )
    try:
        return line()
    except _PlaceTaken:
        return _question(chat, text, client_id, knows_place=False)
    except IntegrityError:
        return _same(chat.messages.get(client_id=client_id), text)


def _answered_before(chat: Chat, text: str, client_id: str | None) -> ChatMessage | None:
    """Return what Villy said to this question before the chat became a ticket."""
    seen = chat.messages.filter(client_id=client_id).first() if client_id else None
    return ChatMessage.objects.filter(answers=_same(seen, text)).first() if seen else None


def _same(seen: ChatMessage, text: str) -> ChatMessage:
    """Return the question if it is what is being asked again; raise Mismatch otherwise."""
    if seen.text not in (masked(text), order_codes.without_code(masked(text))):
        raise Mismatch("This clientId belongs to another message.")
    return seen


def _storable(chat: Chat, text: str) -> str:
    """The text without cards and one-time codes: worth nothing to those who read it later.

    While we wait for a code of ours, six digits are one without being called so.
    """
    text = masked(text)
    return (
        order_codes.without_code(text)
        if order_codes.CODE.search(text) and order_codes.pending(chat)
        else text
    )


class _PlaceTaken(IntegrityError):
    """Another line has the number that we took for the next one: look for it."""


def _append(chat: Chat, place: int | None = None, **fields) -> ChatMessage:
    """Add the next line; its (chat, seq) is unique, so the loser of a race takes the next number.

    `place` is the number if it is likely known: then nothing is asked. Raise _PlaceTaken when it is not free.
    """
    if place:
        line = ChatMessage(chat=chat, seq=place, **fields)
        line.is_new = True
        try:
            # One statement is a transaction already; within another one its failure must be undone alone
            with (
                transaction.atomic()
                if connection.in_atomic_block and not fields.get("answers")
                else nullcontext()
            ):
                insert([line])
            return line
        except IntegrityError:
            raise _PlaceTaken from None
    for _ in range(TRIES):
        newest = chat.messages.order_by("-seq").values_list("seq", flat=True).first() or 0
        line = ChatMessage(chat=chat, seq=newest + 1, **fields)
        line.is_new = True
        try:
            with transaction.atomic():
                insert([line])
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
