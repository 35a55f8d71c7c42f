"""What the desk knows of a person: handed over, forgotten, or outlived.

`export` gives everything as a ZIP, `erase` leaves the conversations without the person,
`retain` removes what is older than RETENTION_DAYS. Other apps that keep something of
people add a `PersonalDataProvider`.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model, Q

from supportdesk.db.batches import Batch
from supportdesk.db.transactions import atomic_with_retry
from supportdesk.http.outages import is_outage
from tickets import live, search, uploads
from tickets.models import (
    Activity,
    Attachment,
    AuditEntry,
    Draft,
    Message,
    Order,
    Person,
    Role,
    ScheduledReply,
    Sender,
    Status,
    Ticket,
    TicketEvent,
    TokenFamily,
    load_files,
)
from tickets.privacy import registry
from tickets.privacy.registry import Erase

BATCH = 50
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


class PersonalDataProvider:
    """What another app keeps of people, and does when they or their tickets go."""

    def export(self, person: Person) -> dict:
        """Return what belongs into the export, as JSON can carry it."""
        return {}

    def erase(self, person: Person) -> None:
        """Remove it."""

    def has(self, person: Person) -> bool:
        """Say whether there is anything."""
        return False

    def tickets_go(self, ids: list) -> None:
        """Remove what belongs to these tickets, which are about to be removed."""

    def retain(self, before: datetime) -> bool:
        """Remove what was not touched since; return whether more is waiting."""
        return False


PROVIDERS: list[PersonalDataProvider] = []


class NotACustomer(Exception):
    """People of the desk are not erased: their names stand under what they wrote. They are made inactive."""


def find(who: str) -> list[Person]:
    """Return the people of this id, sign-in or contact e-mail, or id in the shop."""
    who = who.strip()
    found = Q(email__iexact=who) | Q(login_email=who.lower()) | Q(external_id=who)
    if re.fullmatch(r"[0-9a-fA-F-]{32,36}", who):
        found |= Q(pk=who)
    return list(Person.objects.filter(found).order_by("created_at"))


# --- Export ------------------------------------------------------------------


def export(person: Person, file) -> None:
    """Write everything about the person into a binary file, as a ZIP of data.json and the pictures."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "data.json",
            json.dumps(_everything(person), indent=1, ensure_ascii=False, cls=DjangoJSONEncoder),
        )
        for message in _with_pictures(Message.objects.filter(ticket__requester=person)):
            try:
                with default_storage.open(message.picture.name) as picture:
                    archive.writestr(_name_in_archive(message), picture.read(), zipfile.ZIP_STORED)
            except FileNotFoundError:
                continue
        for attachment in Attachment.objects.filter(message__ticket__requester=person):
            try:
                with default_storage.open(attachment.file.name) as file:
                    archive.writestr(_file_in_archive(attachment), file.read(), zipfile.ZIP_STORED)
            except FileNotFoundError:
                continue


def _everything(person: Person) -> dict:
    tickets = Ticket.objects.filter(requester=person).order_by("created_at")
    data = {
        "person": {
            "id": person.pk,
            "role": person.role,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "signInEmail": person.login_email,
            "idInShop": person.external_id,
            "notes": person.notes,
            "createdAt": person.created_at,
            "lastSignIn": person.last_login,
        },
        "signIns": list(
            TokenFamily.objects.filter(person=person).values("created_at", "used_at", "revoked_at")
        ),
        "orders": [_order(order) for order in Order.objects.filter(customer=person).order_by("placed_at")],
        "tickets": [_ticket(ticket) for ticket in tickets],
        "accesses": _accesses(person, [ticket.pk for ticket in tickets]),
    }
    for provider in PROVIDERS:
        data |= provider.export(person)
    return data


def _order(order: Order) -> dict:
    fields = (*registry.exported_fields(Order), "status", "placed_at", "eta", "delivered_at", "total")
    items = list(order.items.values("sku", "name", "quantity", "price"))
    return {field: getattr(order, field) for field in fields} | {"items": items}


def _ticket(ticket: Ticket) -> dict:
    messages = list(ticket.messages.order_by("seq"))
    load_files(messages)
    left_out = {
        "id", "requester", "order", "assignee", "previous", "client_id", "merged_into", "lane", "attention_rank",
        "is_waiting", "has_scheduled", "clocks_paused_at", "nudged_at",
    }  # fmt: skip
    fields = [field.name for field in Ticket._meta.concrete_fields if field.name not in left_out]
    return {field: getattr(ticket, field) for field in fields} | {
        "messages": [_message(message) for message in messages],
        "drafts": list(ticket.drafts.order_by("updated_at").values("text", "is_note", "updated_at")),
        "history": list(ticket.events.order_by("at").values("field", "old", "new", "actor_name", "at")),
    }


def _message(message: Message) -> dict:
    return {
        "seq": message.seq,
        "sender": message.sender,
        "senderName": message.sender_name,
        "text": message.text,
        "privateNote": message.internal,
        "picture": _name_in_archive(message) if message.picture else None,
        "files": [
            {"name": file.name, "type": file.type, "size": file.size, "file": _file_in_archive(file)}
            for file in message.files
        ],
        "at": message.created_at,
    }


def _accesses(person: Person, tickets: list) -> list[dict]:
    about = AuditEntry.objects.filter(Q(person_id=person.pk) | Q(ticket_id__in=tickets))
    return list(about.order_by("at").values("at", "actor_name", "deed", "what"))


def _name_in_archive(message: Message) -> str:
    return f"pictures/{message.pk}.{message.picture.name.rpartition('.')[2]}"


def _file_in_archive(attachment: Attachment) -> str:
    return f"files/{attachment.pk}.{attachment.file.name.rpartition('.')[2]}"


def _attached(messages: Iterable[Message]):
    having = [message.pk for message in messages if message.file_count]
    return Attachment.objects.filter(message__in=having) if having else Attachment.objects.none()


def _with_pictures(messages):
    return messages.exclude(picture="").order_by("created_at")


# --- Erasure -----------------------------------------------------------------


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
        emptied = registry.erased_by(Order, Erase.EMPTY)
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
        """What is left of the person's own words."""
        return NO_WORDS if self.words and text else self(text)


def _any_of(words: Iterable[str], stands_for: str) -> list[tuple[re.Pattern, str]]:
    found = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return [(re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE), stands_for)] if found else []


def _erase_from(ticket: Ticket, person: Person, anonymous: Anonymous) -> None:
    messages = list(ticket.messages.order_by("seq"))
    # Before the rows: a picture without a message would not be found
    for message in messages:
        uploads.discard(message.picture.name, message.thumbnail.name)
    uploads.discard(*(attachment.file.name for attachment in _attached(messages)))
    _erase_rows(ticket, messages, person, anonymous)
    LogEntry.objects.filter(object_id=str(ticket.pk)).update(object_repr=f"#{ticket.number}")


@atomic_with_retry
def _erase_rows(ticket: Ticket, messages: list[Message], person: Person, anonymous: Anonymous) -> None:
    _attached(messages).delete()
    for message in messages:
        _erase_message(message, person, anonymous)
    ticket.messages.filter(file_count__gt=0).update(file_count=0)
    written = ("text", "sender_name", "author", "fingerprint", "client_id")
    Message.objects.bulk_update(messages, written, batch_size=200)
    _with_pictures(ticket.messages.all()).update(
        picture="", thumbnail="", picture_width=None, picture_height=None
    )
    told_nothing_of = registry.erased_by(Ticket, Erase.EMPTY, Erase.NAME)
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
    ways = {
        Erase.EMPTY: lambda text: "",
        Erase.NAME: lambda text: ERASED,
        Erase.ANONYMISE: anonymous,
        Erase.OWN_WORDS: anonymous.said,
    }
    changed = registry.erased_by(type(row), *ways)
    for name in changed:
        way, field = ways[registry.fields_of(type(row))[name].erase], row._meta.get_field(name)
        # A replacement may be longer than what it stands for
        setattr(row, name, way(getattr(row, name))[: field.max_length])
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


# --- Retention ---------------------------------------------------------------


def retain(now: datetime) -> bool:
    """Remove some of what is older than RETENTION_DAYS; return whether more is waiting.

    That is: closed tickets with all that belongs to them, chats, and guests of whom nothing is left.
    """
    if not settings.RETENTION_DAYS:
        return False
    before = now - timedelta(days=settings.RETENTION_DAYS)
    old = Ticket.objects.filter(status=Status.CLOSED, updated_at__lt=before).order_by("updated_at")
    # The positions of the inbox are counted on from the newest activity: its ticket goes another time
    newest = Activity.objects.exclude(position=None).order_by("-position").first()
    if newest:
        old = old.exclude(pk=newest.ticket_id)
    ids = list(old.exclude(pk__in=_retention.left_out()).values_list("pk", flat=True)[:BATCH])
    more: list[bool] = [len(ids) == BATCH]
    if ids:
        try:
            _remove_tickets(ids)
        except Exception as reason:
            if is_outage(reason):
                raise
            # One by one, so that only what cannot be removed stays
            _retention.each(ids, lambda id: _remove_tickets([id]), key=str)
    _retention.each(PROVIDERS, lambda provider: more.append(provider.retain(before)), key=str)
    return any(more)


_retention = Batch("retention")


def _remove_tickets(ids: list) -> None:
    tickets = Ticket.objects.filter(pk__in=ids)
    people = set(tickets.values_list("requester_id", flat=True))
    for message in _with_pictures(Message.objects.filter(ticket__in=ids)):
        uploads.discard(message.picture.name, message.thumbnail.name)
    attached = _attached(Message.objects.filter(ticket__in=ids, file_count__gt=0))
    uploads.discard(*(attachment.file.name for attachment in attached))
    _remove_rows(ids)
    LogEntry.objects.filter(object_id__in=[str(id) for id in ids]).delete()
    remove_bare_guests(people)


@atomic_with_retry
def _remove_rows(ids: list) -> None:
    for provider in PROVIDERS:
        provider.tickets_go(ids)
    search.forget(ids)
    Ticket.objects.filter(pk__in=ids).delete()


def remove_bare_guests(ids: Iterable) -> None:
    """Remove those of these people who cannot sign in and of whom nothing else is left."""
    guests = Person.objects.filter(pk__in=list(ids), role=Role.CUSTOMER, login_email=None, external_id=None)
    for person in guests:
        if not (
            person.tickets.exists()
            or person.orders.exists()
            or any(provider.has(person) for provider in PROVIDERS)
        ):
            person.delete()
