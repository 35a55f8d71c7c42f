"""Rows of the list and bubbles of a conversation, as markup that is kept.

Each is made of plain values and of nothing else, so that equal values look alike: a row
that did not change and a bubble that was shown before are not rendered again.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from markupsafe import Markup

from supportdesk import languages
from supportdesk.compiled_templates import kept_markup
from supportdesk.templating import age, hue, rendered, waited
from tickets import queries
from tickets.files.attachments import EXTENSIONS
from tickets.models import (
    CATEGORY_LABELS,
    PRIORITY_LABELS,
    STATUS_LABELS,
    Message,
    Person,
    Sender,
    Ticket,
    load_files,
)
from tickets.privacy import masking

# Two or three kilobytes each
ROWS_KEPT, BUBBLES_KEPT = 3_000, 5_000


# --- The list ----------------------------------------------------------------


class Waiting(NamedTuple):
    """Since when a customer waits, when the answer is due, and how it stands."""

    since: datetime
    due_at: datetime
    state: str
    waited: str


class Row(NamedTuple):
    """All that a row of the list shows: the ticket's own fields, then what is worked out for the reader."""

    id: UUID
    number: int
    requester_name: str
    subject: str
    preview: str
    status: str
    priority: str
    category: str
    assignee_name: str
    unread_by_agents: int
    wants_callback: bool
    updated_at: datetime
    snoozed_until: datetime | None
    attention_rank: int
    channel: str
    preview_by: str
    age: str
    hue: int
    due: Waiting | None
    tags: tuple[queries.TagShown, ...]
    query: str
    is_open: bool
    beyond: bool
    # What the row is written in
    language: str

    def get_status_display(self) -> str:
        return str(STATUS_LABELS[self.status])

    def get_priority_display(self) -> str:
        return str(PRIORITY_LABELS[self.priority])

    def get_category_display(self) -> str:
        return str(CATEGORY_LABELS[self.category])


OF_TICKET = Row._fields[: Row._fields.index("preview_by")]
_of_ticket = attrgetter(*OF_TICKET)
# The columns that a row asks for: its own, and those behind what is worked out. Loading the other columns would cost
# as much again
COLUMNS = (
    *(name for name in OF_TICKET if name != "wants_callback"),
    "callback_requested", "callback_completed", "requester_id", "preview_by", "assignee_id", "waiting_since",
    "next_response_due_at", "is_spam", "tag_names", "lane", "first_responded_at",
)  # fmt: skip


def row(
    ticket: Ticket,
    now: datetime,
    query: str = "",
    *,
    is_open: bool = False,
    beyond: bool = False,
    me: str = "",
    language: str = "",
) -> Markup:
    """A ticket as a row of the list that `query` asks for, for the agent called `me`, in the language in force."""
    language = language or languages.current()
    due = None
    since, due_at = ticket.waiting_since, ticket.next_response_due_at
    if since and due_at and ticket.is_awaited:
        due = Waiting(since, due_at, ticket.response_state(now), waited(since, now, language))
    preview_by = (
        gettext("You")
        if ticket.preview_by and ticket.preview_by == me
        else ticket.preview_by.partition(" ")[0]
    )
    age_now, hue_of = age(ticket.updated_at, now, language), hue(ticket.requester_id)
    shown = (preview_by, age_now, hue_of, due, tags_shown(ticket), query, is_open, beyond, language)
    return _row(Row._make((*_of_ticket(ticket), *shown)))


def tags_shown(ticket: Ticket) -> tuple[queries.TagShown, ...]:
    """The tags of a ticket with their colours."""
    if not ticket.tag_names:
        return ()
    known = queries.tags()
    return tuple(known.get(name) or queries.TagShown(name, "") for name in ticket.tags)


@kept_markup(ROWS_KEPT)
def _row(row: Row) -> Markup:
    return rendered("tickets/_ticket_row.html", row=row)


# --- Conversations -----------------------------------------------------------


# The client_id of the first message of an inbound e-mail, see models.Incoming
FIRST_OF_EMAIL = re.compile(r"in-[0-9a-f]{32}-0")
# Messages of one sender within this time are one group
TOGETHER = timedelta(minutes=5)


class FileShown(NamedTuple):
    """A file of a message: a recording to play, anything else a card to download."""

    id: UUID
    name: str
    size: int
    type: str

    @property
    def is_audio(self) -> bool:
        return self.type.startswith("audio/")

    @property
    def kind(self) -> str:
        """Return the file type for people, such as "PDF"."""
        return EXTENSIONS.get(self.type, "file").upper()


class Bubble(NamedTuple):
    """All that a message shows to one side of the conversation."""

    id: UUID
    seq: int
    client_id: str | None
    sender: str
    sender_name: str
    text: str
    internal: bool
    picture: str | None
    picture_width: int | None
    picture_height: int | None
    created_at: datetime
    is_resolution: bool
    withdraws: int | None
    files: tuple[FileShown, ...]
    side: str
    # Whose it is, for agents only
    author: str
    at: int
    is_mine: bool
    is_withdrawn: bool
    # It was split off from another ticket, and may go back there
    is_split_off: bool
    # The other side had read it before it was withdrawn: it learns that there was something
    shows_withdrawn: bool
    # only, first, middle or last of its group
    place: str
    # Told to its sender only
    was_read: bool | None
    language: str

    @property
    def is_email(self) -> bool:
        """Return whether this is the first message of an e-mail: below it agents open the full e-mail."""
        return self.side == "agent" and FIRST_OF_EMAIL.fullmatch(self.client_id or "") is not None

    @property
    def hidden(self) -> str:
        """Return the kinds of data masked before the text was stored ("card", "code"), for agents."""
        return masking.hidden(self.text) if self.side == "agent" else ""


_OfMessage = tuple[
    UUID,
    int,
    str | None,
    str,
    str,
    str,
    bool,
    str | None,
    int | None,
    int | None,
    datetime,
    bool,
    int | None,
]
_of_message: Callable[[Message], _OfMessage] = attrgetter(
    "id", "seq", "client_id", "sender", "sender_name", "text", "internal", "picture.name", "picture_width",
    "picture_height", "created_at", "is_resolution", "withdraws",
)  # fmt: skip


def bubbles(
    messages: Iterable[Message],
    ticket: Ticket,
    side: str,
    *,
    days: bool = False,
    viewer: Person | None = None,
) -> list[tuple[datetime | None, Markup]]:
    """Messages of a ticket as `side` ("agent", "customer") sees them; with `days`, each day's first has its time beside it.

    A withdrawal brings the message that it takes back once more, so that a page that shows it renews it.
    """
    messages = _with_withdrawn(list(messages), ticket)
    load_files(messages)
    groups = _groups(messages)
    shown, last = [], None
    for message, group in zip(messages, groups, strict=True):
        day = _day(message.created_at)
        begins = message.created_at if days and day != last else None
        shown.append((begins, _bubble(_shown(message, ticket, side, group, viewer))))
        last = day
    return shown


def _shown(message: Message, ticket: Ticket, side: str, group: str, viewer: Person | None) -> Bubble:
    is_own = message.sender == side and not message.internal
    is_withdrawn = bool(message.withdrawn_at)
    reads = side == "agent" or message.seq <= ticket.read_by_requester
    return Bubble(
        *_of_message(message),
        files=tuple(FileShown(file.id, file.name, file.size, file.type) for file in message.files),
        side=side,
        author=str(message.author_id or "") if side == "agent" else "",
        at=int(message.created_at.timestamp() * 1000),
        is_mine=bool(viewer and message.author_id == viewer.pk),
        is_withdrawn=is_withdrawn,
        is_split_off=side == "agent" and message.seq == 1 and message.origin_id is not None,
        shows_withdrawn=is_withdrawn and reads and message.sender != Sender.SYSTEM,
        place=group,
        was_read=message.was_read(ticket) if is_own else None,
        language=languages.current(),
    )


def _with_withdrawn(messages: list[Message], ticket: Ticket) -> list[Message]:
    shown = {message.seq for message in messages}
    missing = [
        message.withdraws for message in messages if message.withdraws and message.withdraws not in shown
    ]
    if not missing:
        return messages
    return [*Message.objects.filter(ticket=ticket, seq__in=missing).order_by("seq"), *messages]


def _groups(messages: list[Message]) -> list[str]:
    names = []
    for place, message in enumerate(messages):
        before = place > 0 and _together(messages[place - 1], message)
        after = place + 1 < len(messages) and _together(message, messages[place + 1])
        names.append(("middle" if before else "first") if after else "last" if before else "only")
    return names


def _together(a: Message, b: Message) -> bool:
    return (
        a.sender != Sender.SYSTEM
        and (a.sender, a.author_id, a.internal) == (b.sender, b.author_id, b.internal)
        and not (a.withdrawn_at or b.withdrawn_at)
        and b.created_at - a.created_at < TOGETHER
        and _day(a.created_at) == _day(b.created_at)
    )


@kept_markup(BUBBLES_KEPT)
def _bubble(bubble: Bubble) -> Markup:
    return rendered("tickets/_message.html", message=bubble)


@lru_cache(maxsize=BUBBLES_KEPT)
def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
