"""To which ticket a letter goes: by the reply token, else by what it answers from the same address."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tickets.channel_interface import NotForUs, Unreadable
from tickets.privacy.masking import masked

from ... import workflow
from ...attachments import MOST_FILES, BadFile, NotChecked, received_files
from ...models import ChannelName, Incoming, Message, Outgoing, Person, Ticket
from ...uploads import BadPicture, received
from ...workflow import MAX_TEXT
from .. import assistant, identity, inbox, links, outbox
from . import bounces, quotes
from .addresses import own_addresses, token_in
from .parsing import Attached, Letter, cleaned, parse
from .sorting import Kind, kind_of

# A phone's photo as it is
MOST_PICTURE_BYTES = 20 * 1024 * 1024
# After so many tries the words go on without the files that the virus scanner gave no verdict of
SCAN_TRIES = 3
# One address that writes more often than this is a machine, or wants us to think so
MOST_IN_AN_HOUR = 30
NOTE_LENGTH = 1500
# The whole letter, for the agent who wants to see more than the new words
KEPT_TEXT = 100_000
NO_WORDS = "(The e-mail has no text.)"


def receive(incoming: Incoming) -> None:
    """Do with the letter what the chat would do with its words. Raise Unreadable or NotForUs."""
    letter = parse(inbox.original(incoming))
    incoming.sender, incoming.subject = letter.sender, masked(letter.subject)
    kind = kind_of(letter, own_addresses())
    if kind == Kind.BOUNCE:
        raise NotForUs(bounces.note(letter))
    if kind == Kind.LOOP:
        raise NotForUs("This is an e-mail of our own that came back.")
    ticket, answered, address = _ticket_of(letter)
    if kind == Kind.AUTO_REPLY:
        _note_auto_reply(ticket, letter)
        raise NotForUs("An automatic reply.")
    if kind == Kind.LIST and not ticket:
        raise NotForUs("An e-mail of a mailing list or a machine.")
    _not_too_many(incoming, letter)
    if ticket:
        _answer(incoming, letter, ticket, answered, address)
    else:
        _open(incoming, letter)


def _ticket_of(letter: Letter) -> tuple[Ticket | None, Outgoing | None, str]:
    """Return the ticket that this letter belongs to, the letter of ours that it answers, and where that went."""
    rows = Outgoing.objects.filter(channel=ChannelName.EMAIL, external_id__in=letter.references)
    answered = rows.select_related("ticket").order_by("-id").first() if letter.references else None
    if answered and answered.ticket:
        answered.ticket = links.staying(answered.ticket)
    if (token := token_in(letter.recipients)) and (link := links.find_reply(token)):
        if answered and answered.ticket_id != link.ticket_id:
            answered = None
        return link.ticket, answered, link.address
    # Anybody may write anything into References: it counts from the address that we wrote to
    if (
        answered
        and answered.ticket
        and letter.sender in (answered.address, answered.ticket.requester_email.lower())
    ):
        return answered.ticket, answered, answered.address
    if letter.references:
        before = Incoming.objects.filter(
            channel=ChannelName.EMAIL, key__in=letter.references, sender=letter.sender
        ).exclude(ticket=None)
        if (earlier := before.select_related("ticket").order_by("-id").first()) and earlier.ticket:
            return links.staying(earlier.ticket), None, ""
    return None, None, ""


# --- Saying it ---------------------------------------------------------------


def _answer(
    incoming: Incoming, letter: Letter, ticket: Ticket, answered: Outgoing | None, address: str
) -> None:
    person = ticket.requester
    message = None
    for place, part in enumerate(_parts(incoming, letter)):
        with _stored(incoming, part) as sent:
            said = workflow.customer_says(
                ticket,
                sent.pop("text"),
                by=person,
                client_id=f"{incoming.client_id}-{place}",
                channel=ChannelName.EMAIL,
                **sent,
            )
        message = message or said
        ticket = said.ticket
    _filed(incoming, message)
    known = ticket.requester_email.lower()
    if letter.sender != known and message and message.is_new:
        outbox.tell_agents(
            ticket, f"This answer came from {letter.sender}, not from {known or 'a known address'}."
        )
    if answered and answered.message_id:
        seq = (
            Message.objects.filter(pk=answered.message_id, ticket=ticket)
            .values_list("seq", flat=True)
            .first()
        )
        if seq:
            workflow.mark_read(ticket, by_agents=False, up_to=seq)
    if letter.sender == address.lower():
        # The letter reached this address, and its reader wrote back
        identity.prove(person, ChannelName.EMAIL, letter.sender, by="reply")


def _open(incoming: Incoming, letter: Letter) -> None:
    first, *more = _parts(incoming, letter)
    person = _requester(incoming, letter)
    understood = assistant.understand(f"{letter.subject}\n{first.text}")
    with _stored(incoming, first) as sent:
        text = sent.pop("text")
        ticket = workflow.open_ticket(
            person,
            text or ("" if sent["picture"] or sent["files"] else NO_WORDS),
            subject=letter.subject,
            client_id=f"{incoming.client_id}-0",
            channel=ChannelName.EMAIL,
            **sent,
            **understood,
        )
    message = ticket.messages.get(seq=1)
    for place, part in enumerate(more, 1):
        with _stored(incoming, part) as sent:
            workflow.customer_says(
                ticket,
                sent.pop("text"),
                by=person,
                client_id=f"{incoming.client_id}-{place}",
                channel=ChannelName.EMAIL,
                **sent,
            )
    _filed(incoming, message)


def _requester(incoming: Incoming, letter: Letter) -> Person:
    """Return the guest who wrote this; the same one when the letter is tried again.

    An equal address proves nothing, since anybody can write it into a letter: each new letter is a new
    guest's, until its writer answers one of ours.
    """
    person, _ = Person.objects.get_or_create(
        id=incoming.pk,
        defaults={
            "name": masked(letter.sender_name) or letter.sender.partition("@")[0][:120],
            "email": letter.sender,
            "password": "!",
        },
    )
    return person


# --- What it brings ----------------------------------------------------------


@dataclass
class _Part:
    """One of the messages that a letter makes."""

    text: str = ""
    picture: Attached | None = None
    documents: list[Attached] = field(default_factory=list)


def _parts(incoming: Incoming, letter: Letter) -> list[_Part]:
    """Return the messages that the letter makes: its new words with the first picture and files, then the others."""
    folded = quotes.fold(letter.text)
    text, rest = folded.new, folded.rest
    if len(text) > MAX_TEXT:
        text, rest = text[: MAX_TEXT - 1] + "…", f"{text[MAX_TEXT - 1 :]}\n\n{rest}"
    if letter.left_out:
        text = _noted(text, [f"[Attached as well: {', '.join(letter.left_out[:10])[:500]}]"])
    incoming.quoted = masked(rest)
    incoming.payload = {
        "from": letter.sender,
        "text": masked(letter.text[:KEPT_TEXT]),
        "html": masked(cleaned(letter.html)) if letter.html else "",
    }
    batches = [letter.documents[at : at + MOST_FILES] for at in range(0, len(letter.documents), MOST_FILES)]
    parts = [
        _Part(picture=picture, documents=documents or [])
        for picture, documents in zip_longest(letter.pictures, batches)
    ] or [_Part(text=NO_WORDS)]
    parts[0].text = text or parts[0].text
    return parts


@contextmanager
def _stored(incoming: Incoming, part: _Part) -> Iterator[dict]:
    """Store what is attached for a block: `{text, picture, files}`.

    What cannot be read or is of a kind that the desk does not take is named in the text; the letter arrives.
    """
    notes = []
    with ExitStack() as stack:
        picture, files = None, []
        if part.picture:
            upload = SimpleUploadedFile("picture", part.picture.data)
            try:
                picture = stack.enter_context(received(upload, MOST_PICTURE_BYTES))
            except BadPicture:
                notes.append(f"[The picture {part.picture.name[:100]} could not be read.]")
        for document in part.documents:
            upload = SimpleUploadedFile(document.name, document.data)
            try:
                files += stack.enter_context(received_files([upload]))
            except BadFile as reason:
                notes.append(f"[{reason}]")
            except NotChecked as reason:
                if incoming.tries + 1 < SCAN_TRIES:
                    raise
                notes.append(f"[{reason}]")
        yield {"text": _noted(part.text, notes), "picture": picture, "files": files}


def _noted(text: str, notes: list[str]) -> str:
    """Return the text with these notes below it, within the length of a message."""
    if not notes:
        return text
    said = "\n".join(notes)
    return f"{text[: MAX_TEXT - len(said) - 2]}\n\n{said}".strip()


def _filed(incoming: Incoming, message: Message | None) -> None:
    if message:
        incoming.ticket_id, incoming.message_id = message.ticket_id, message.pk


def _note_auto_reply(ticket: Ticket | None, letter: Letter) -> None:
    """Show an automatic reply to the agents; it changes nothing and gets no answer."""
    if ticket:
        text = quotes.fold(letter.text).new[:NOTE_LENGTH]
        outbox.tell_agents(ticket, f"Automatic reply from {letter.sender}: {text}".strip())


def _not_too_many(incoming: Incoming, letter: Letter) -> None:
    since = timezone.now() - timedelta(hours=1)
    recent = Incoming.objects.filter(
        channel=ChannelName.EMAIL, sender=letter.sender, received_at__gt=since, state="done"
    )
    if settings.RATE_LIMITS and recent.count() >= MOST_IN_AN_HOUR:
        raise Unreadable(f"More than {MOST_IN_AN_HOUR} e-mails from this address within an hour.")
