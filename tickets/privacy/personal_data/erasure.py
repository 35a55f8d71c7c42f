"""Erase a person: the conversations stay, without who it was."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model

from supportdesk.db.transactions import atomic_with_retry
from tickets import live, search
from tickets.models import (
    Draft,
    Message,
    Order,
    Person,
    Role,
    ScheduledReply,
    Sender,
    Ticket,
    TicketEvent,
    TokenFamily,
    text_fields,
)
from tickets.models.text_fields import Erase
from tickets.pictures import uploads

from .providers import PROVIDERS, attached_to, with_pictures

ERASED = "Erased"
NO_WORDS = "[erased]"
NO_PICTURE = "[picture erased]"
NO_FILE = "[file erased]"

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
# Phones, cards, accounts: seven digits and more, however they are grouped
NUMBER = re.compile(r"\+?\d(?:[ ()./-]{0,2}\d){6,}")
SHORTEST_NAME = 3
# Pages of SQLite's full-text index: some milliseconds
MERGED_AT_ONCE = 200


class NotACustomer(Exception):
    """People of the desk are not erased: their names stand under what they wrote. They are made inactive."""


def erase(person: Person, *, words: bool = False) -> None:
    """Take the person out of all that the desk keeps; the conversations stay, without who it was.

    With `words` nothing stays of what the person wrote either. Running it again is
    safe, and finishes what was interrupted. Raise NotACustomer.
    """
    if person.role != Role.CUSTOMER:
        raise NotACustomer(str(person))
    _end_sessions(person)
    with _no_remnants():
        anonymous = Anonymous(person, words=words)
        for ticket in Ticket.objects.filter(requester=person):
            _erase_from(ticket, person, anonymous)
        for provider in PROVIDERS:
            provider.erase(person)
        # The shop's books need the order, not where it went
        emptied = text_fields.erased_by(Order, Erase.EMPTY)
        Order.objects.filter(customer=person).update(**dict.fromkeys(emptied, ""))
        LogEntry.objects.filter(object_id=str(person.pk)).update(object_repr=ERASED)
        # Last, so that an interrupted erasure still finds whom to erase
        Person.objects.filter(pk=person.pk).update(
            name=ERASED, email="", phone="", login_email=None, external_id=None, last_login=None, notes=""
        )


def _end_sessions(person: Person) -> None:
    """Sign the person out everywhere, for good."""
    person.set_unusable_password()
    Person.objects.filter(pk=person.pk).update(is_active=False, password=person.password)
    TokenFamily.objects.filter(person=person).delete()
    theirs = str(person.pk)
    for session in Session.objects.iterator(500):
        if session.get_decoded().get("_auth_user_id") == theirs:
            session.delete()


class Anonymous:
    """Takes what names a person out of texts: `anonymous(text)`."""

    def __init__(self, person: Person, *, words: bool):
        self.words = words
        tickets = Ticket.objects.filter(requester=person)
        known = [person.name, *tickets.values_list("requester_name", flat=True)]
        names = {word for name in known if name != ERASED for word in re.findall(r"\w+", name)}
        codes = {
            person.external_id,
            *Order.objects.filter(customer=person).values_list("number", flat=True),
        }
        codes |= set(tickets.values_list("order_number", flat=True))
        self.patterns = [
            (EMAIL, "[e-mail]"),
            *_any_of(filter(None, codes), "[number]"),
            (NUMBER, "[number]"),
            *_any_of((name for name in names if len(name) >= SHORTEST_NAME), "[name]"),
        ]

    def __call__(self, text: str) -> str:
        for pattern, stands_for in self.patterns:
            text = pattern.sub(stands_for, text)
        return text

    def said(self, text: str) -> str:
        """Return NO_WORDS, or the text with the person's data replaced where words are kept."""
        return NO_WORDS if self.words and text else self(text)


def _any_of(words: Iterable[str], stands_for: str) -> list[tuple[re.Pattern, str]]:
    found = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return [(re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE), stands_for)] if found else []


def _erase_from(ticket: Ticket, person: Person, anonymous: Anonymous) -> None:
    messages = list(ticket.messages.order_by("seq"))
    # Before the rows: a picture without a message would not be found
    for message in messages:
        uploads.discard(message.picture.name, message.thumbnail.name)
    uploads.discard(*(attachment.file.name for attachment in attached_to(messages)))
    _erase_rows(ticket, messages, person, anonymous)
    LogEntry.objects.filter(object_id=str(ticket.pk)).update(object_repr=f"#{ticket.number}")


@atomic_with_retry
def _erase_rows(ticket: Ticket, messages: list[Message], person: Person, anonymous: Anonymous) -> None:
    attached_to(messages).delete()
    for message in messages:
        _erase_message(message, person, anonymous)
    ticket.messages.filter(file_count__gt=0).update(file_count=0)
    written = ("text", "sender_name", "author", "fingerprint", "client_id")
    Message.objects.bulk_update(messages, written, batch_size=200)
    with_pictures(ticket.messages.all()).update(
        picture="", thumbnail="", picture_width=None, picture_height=None
    )
    told_nothing_of = [*text_fields.erased_by(Ticket, Erase.EMPTY, Erase.NAME), "custom_field"]
    for event in ticket.events.all():
        old, new = (
            ("", "") if event.field in told_nothing_of else (anonymous(event.old), anonymous(event.new))
        )
        actor_name = ERASED if event.actor_id == person.pk else event.actor_name
        TicketEvent.objects.filter(pk=event.pk).update(old=old, new=new, actor_name=actor_name)
    _erase_head(ticket, messages, anonymous)
    ScheduledReply.objects.filter(ticket=ticket).delete()
    Draft.objects.filter(ticket=ticket).delete()
    search.renew(ticket)
    live.announce(ticket)


def _erase_message(message: Message, person: Person, anonymous: Anonymous) -> None:
    theirs = message.sender == Sender.CUSTOMER
    message.text = anonymous.said(message.text) if theirs else anonymous(message.text)
    if message.picture:
        message.text = message.text or NO_PICTURE
    elif message.file_count:
        message.text = message.text or NO_FILE
    # The sum of a short text tells the text
    message.fingerprint, message.client_id = "", None
    if theirs:
        message.sender_name, message.author = ERASED, None


def _erase_head(ticket: Ticket, messages: list[Message], anonymous: Anonymous) -> None:
    spoken = [message for message in messages if not message.internal and message.sender != Sender.SYSTEM]
    ticket.order, ticket.client_id = None, None
    ticket.preview = spoken[-1].text[:140] if spoken else ""
    ticket.handover = _handover(ticket.handover, anonymous)
    changed = _erase_fields(ticket, anonymous)
    ticket.save(update_fields=["order", "client_id", "preview", "handover", *changed])


def _erase_fields(row: Model, anonymous: Anonymous) -> list[str]:
    """Do to the row's texts what is declared of them; return the names of the fields."""
    ways: dict[Erase, Callable[[str], str]] = {
        Erase.EMPTY: lambda text: "",
        Erase.NAME: lambda text: ERASED,
        Erase.ANONYMISE: anonymous,
        Erase.OWN_WORDS: anonymous.said,
    }
    changed = text_fields.erased_by(type(row), *ways)
    for name in changed:
        way = ways[text_fields.fields_of(type(row))[name].erase]
        # A replacement may be longer than what it stands for
        longest = getattr(row._meta.get_field(name), "max_length", None)
        setattr(row, name, way(getattr(row, name))[:longest])
    return changed


def _handover(packet: dict, anonymous: Anonymous) -> dict:
    """The packet with its lines anonymous; cards and orders that Villy showed are not among what is kept."""
    if not packet:
        return {}
    lines = [
        {
            "sender": line.get("sender"),
            "message": (anonymous.said if line.get("sender") == Sender.CUSTOMER else anonymous)(
                line.get("message", "")
            ),
            "timestamp": line.get("timestamp"),
        }
        for line in packet.get("transcript", [])
    ]
    kept = {
        name: packet[name] for name in ("quoted", "why", "intent", "language", "articles") if name in packet
    }
    said = {name: anonymous.said(packet[name]) for name in ("words", "summary") if packet.get(name)}
    return kept | said | {"transcript": lines}


@contextmanager
def _no_remnants() -> Iterator[None]:
    """Have SQLite overwrite what is deleted: in its pages, in its full-text index, in the log of changes."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA secure_delete").fetchone()[0]
        cursor.execute("PRAGMA secure_delete = ON")
        try:
            yield
        finally:
            _merge_index(cursor)
            cursor.execute(f"PRAGMA secure_delete = {int(before)}")
            if not connection.in_atomic_block:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _merge_index(cursor) -> None:
    """Rewrite the full-text index, which only notes that a word is gone until its parts are merged.

    In steps, between which others may write.
    """
    merge = "INSERT INTO tickets_searchindex(tickets_searchindex, rank) VALUES ('merge', %s)"
    pages = -MERGED_AT_ONCE
    while True:
        before = connection.connection.total_changes
        cursor.execute(merge, [pages])
        # What FTS5 documents as the sign that nothing is left to merge
        if pages > 0 and connection.connection.total_changes - before < 2:
            return
        pages = MERGED_AT_ONCE
