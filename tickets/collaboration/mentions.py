"""`@name` in a private note: who is meant, and what follows from it.

A colleague is mentioned by the whole name, or by the first name where only one has it. The name is
looked up when the note is written: who joins later, or changes the name, changes no old note.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from tickets import live, queries
from tickets.models import Mention, Message, Person, Ticket

from . import followers

# An e-mail address has a word before its sign
SIGN = re.compile(r"(?<![\w.+-])@")


def mentioned(text: str, people: Iterable[queries.Colleague]) -> list[queries.Colleague]:
    """Return those of these people whom the text mentions, each once, in the order of the text."""
    if "@" not in text:
        return []
    known = _by_name(people)
    longest_first = sorted(known, key=len, reverse=True)
    plain = _plain(text)
    found = {}
    for sign in SIGN.finditer(plain):
        name = next((name for name in longest_first if _stands_at(plain, name, sign.end())), None)
        if name:
            found[known[name].id] = known[name]
    return list(found.values())


def _by_name(people: Iterable[queries.Colleague]) -> dict[str, queries.Colleague]:
    """Return people by the names that mean one of them alone."""
    people = list(people)
    names = [{_plain(each.name), _plain(each.name).split(" ")[0]} for each in people]
    having = Counter(name for both in names for name in both)
    return {
        name: each
        for each, both in zip(people, names, strict=True)
        for name in both
        if name and having[name] == 1
    }


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _stands_at(text: str, name: str, place: int) -> bool:
    after = text[place + len(name) : place + len(name) + 1]
    # A vowel sign of Hindi is no letter to itself, and part of the word
    ends = not after or unicodedata.category(after)[0] not in "LMN"
    return ends and text.startswith(name, place)


def note_mentions(ticket: Ticket, message: Message) -> list[Mention]:
    """Keep whom this private note mentions, make them followers and tell them; safe to repeat.

    Return what is new. An author's own name is no mention.
    """
    people = [
        each for each in mentioned(message.text, queries.colleagues()) if each.id != message.author_id
    ]
    made = [mention for each in people if (mention := _kept(ticket, message, each))]
    for mention in made:
        followers.follow(ticket, mention.person)
    if made:
        transaction.on_commit(lambda: _tell(ticket, message, made))
    return made


def _kept(ticket: Ticket, message: Message, colleague: queries.Colleague) -> Mention | None:
    person = Person.objects.filter(pk=colleague.id, is_active=True).first()
    if not person or Mention.objects.filter(message=message, person=person).exists():
        return None
    mention = Mention(ticket=ticket, message=message, person=person, at=message.created_at)
    try:
        with transaction.atomic():
            mention.save(force_insert=True)
    except IntegrityError:
        return None
    return mention


def _tell(ticket: Ticket, message: Message, made: list[Mention]) -> None:
    text = f"#{ticket.number}: {message.sender_name} mentioned you."
    for mention in made:
        live.signal(ticket, "alert", kind="mention", to=str(mention.person_id), text=text)


def forget(message: Message) -> None:
    """Remove what a note mentioned that was taken back; its followers stay."""
    Mention.objects.filter(message=message).delete()


def move(messages: Iterable[Message], into: Ticket) -> None:
    """Have the mentions of these messages belong to the ticket that the messages belong to now."""
    Mention.objects.filter(message__in=[message.pk for message in messages if message.internal]).update(
        ticket=into
    )
