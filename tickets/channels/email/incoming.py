"""Route an inbound e-mail to its ticket: by the reply token, else by References from the same address."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tickets.files.attachments import MOST_FILES, BadFile, NotChecked, received_files
from tickets.interfaces.channel_interface import NotForUs, Unreadable
from tickets.pictures.uploads import BadPicture, received
from tickets.privacy.masking import masked

from ... import workflow
from ...models import ChannelName, Incoming, Message, Outgoing, Person, Ticket
from ...workflow import MAX_TEXT
from .. import assistant, identity, inbox, links, outbox
from . import bounces, quotes
from .addresses import own_addresses, token_in
from .parsing import Attached, ParsedEmail, cleaned, parse
from .sorting import Kind, kind_of

# A phone's photo as it is
MOST_PICTURE_BYTES = 20 * 1024 * 1024
# After so many tries the text is stored without the files that the virus scanner could not check
SCAN_TRIES = 3
# More e-mails than this from one address in an hour are a mail loop or abuse
MOST_IN_AN_HOUR = 30
NOTE_LENGTH = 1500
# Characters of the whole e-mail that agents can open below its new text
KEPT_TEXT = 100_000
NO_WORDS = "(The e-mail has no text.)"


def receive(incoming: Incoming) -> None:
    """Add the e-mail to its ticket, or open one for it. Raise Unreadable or NotForUs."""
    email = parse(inbox.original(incoming))
    incoming.sender, incoming.subject = email.sender, masked(email.subject)
    kind = kind_of(email, own_addresses())
    if kind == Kind.BOUNCE:
        raise NotForUs(bounces.record_bounce(email))
    if kind == Kind.LOOP:
        raise NotForUs("This is an e-mail of our own that came back.")
    ticket, answered, address = _ticket_of(email)
    if kind == Kind.AUTO_REPLY:
        _note_auto_reply(ticket, email)
        raise NotForUs("An automatic reply.")
    if kind == Kind.LIST and not ticket:
        raise NotForUs("An e-mail of a mailing list or a machine.")
    _limit_rate(incoming, email)
    if ticket:
        _answer(incoming, email, ticket, answered, address)
    else:
        _open(incoming, email)


def _ticket_of(email: ParsedEmail) -> tuple[Ticket | None, Outgoing | None, str]:
    """Return the e-mail's ticket, the outbound e-mail that it answers, and the address that one went to."""
    rows = Outgoing.objects.filter(channel=ChannelName.EMAIL, external_id__in=email.references)
    answered = rows.select_related("ticket").order_by("-id").first() if email.references else None
    if answered and answered.ticket:
        answered.ticket = links.surviving_ticket(answered.ticket)
    if (token := token_in(email.recipients)) and (link := links.find_reply(token)):
        if answered and answered.ticket_id != link.ticket_id:
            answered = None
        return link.ticket, answered, link.address
    # References can be forged: they count only from the address that we wrote to
    if (
        answered
        and answered.ticket
        and email.sender in (answered.address, answered.ticket.requester_email.lower())
    ):
        return answered.ticket, answered, answered.address
    if email.references:
        before = Incoming.objects.filter(
            channel=ChannelName.EMAIL, key__in=email.references, sender=email.sender
        ).exclude(ticket=None)
        if (earlier := before.select_related("ticket").order_by("-id").first()) and earlier.ticket:
            return links.surviving_ticket(earlier.ticket), None, ""
    return None, None, ""


# --- Writing the messages ---------------------------------------------------------------


def _answer(
    incoming: Incoming, email: ParsedEmail, ticket: Ticket, answered: Outgoing | None, address: str
) -> None:
    person = ticket.requester
    message = None
    for place, part in enumerate(_parts(incoming, email)):
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
    if email.sender != known and message and message.is_new:
        outbox.add_system_note(
            ticket, f"This answer came from {email.sender}, not from {known or 'a known address'}."
        )
    if answered and answered.message_id:
        seq = (
            Message.objects.filter(pk=answered.message_id, ticket=ticket)
            .values_list("seq", flat=True)
            .first()
        )
        if seq:
            workflow.mark_read(ticket, by_agents=False, up_to=seq)
    if email.sender == address.lower():
        # An answer from the address that our e-mail went to proves the address
        identity.prove(person, ChannelName.EMAIL, email.sender, by="reply")


def _open(incoming: Incoming, email: ParsedEmail) -> None:
    first, *more = _parts(incoming, email)
    person = _requester(incoming, email)
    understood = assistant.understand(f"{email.subject}\n{first.text}")
    with _stored(incoming, first) as sent:
        text = sent.pop("text")
        ticket = workflow.open_ticket(
            person,
            text or ("" if sent["picture"] or sent["files"] else NO_WORDS),
            subject=email.subject,
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


def _requester(incoming: Incoming, email: ParsedEmail) -> Person:
    """Return the guest who wrote the e-mail; the same one when it is processed again.

    The From address can be forged and proves nothing: each new e-mail makes a new guest, until its
    author answers one of our e-mails.
    """
    person, _ = Person.objects.get_or_create(
        id=incoming.pk,
        defaults={
            "name": masked(email.sender_name) or email.sender.partition("@")[0][:120],
            "email": email.sender,
            "password": "!",
        },
    )
    return person


# --- Text and attachments ----------------------------------------------------------


@dataclass
class _Part:
    """One of the messages that an e-mail becomes."""

    text: str = ""
    picture: Attached | None = None
    documents: list[Attached] = field(default_factory=list)


def _parts(incoming: Incoming, email: ParsedEmail) -> list[_Part]:
    """Return the messages that the e-mail becomes: its new text with the first picture and files, then the others."""
    folded = quotes.fold(email.text)
    text, rest = folded.new, folded.rest
    if len(text) > MAX_TEXT:
        text, rest = text[: MAX_TEXT - 1] + "…", f"{text[MAX_TEXT - 1 :]}\n\n{rest}"
    if email.left_out:
        text = _noted(text, [f"[Attached as well: {', '.join(email.left_out[:10])[:500]}]"])
    incoming.quoted = masked(rest)
    incoming.payload = {
        "from": email.sender,
        "text": masked(email.text[:KEPT_TEXT]),
        "html": masked(cleaned(email.html)) if email.html else "",
    }
    batches = [email.documents[at : at + MOST_FILES] for at in range(0, len(email.documents), MOST_FILES)]
    parts = [
        _Part(picture=picture, documents=documents or [])
        for picture, documents in zip_longest(email.pictures, batches)
    ] or [_Part(text=NO_WORDS)]
    parts[0].text = text or parts[0].text
    return parts


@contextmanager
def _stored(incoming: Incoming, part: _Part) -> Iterator[dict]:
    """Store what is attached for a block: `{text, picture, files}`.

    An unreadable or unsupported attachment is named in the text; the message is stored all the same.
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


def _note_auto_reply(ticket: Ticket | None, email: ParsedEmail) -> None:
    """Show an automatic reply to the agents; it changes nothing and gets no answer."""
    if ticket:
        text = quotes.fold(email.text).new[:NOTE_LENGTH]
        outbox.add_system_note(ticket, f"Automatic reply from {email.sender}: {text}".strip())


def _limit_rate(incoming: Incoming, email: ParsedEmail) -> None:
    """Raise Unreadable when this address has sent too many e-mails within an hour."""
    since = timezone.now() - timedelta(hours=1)
    recent = Incoming.objects.filter(
        channel=ChannelName.EMAIL, sender=email.sender, received_at__gt=since, state="done"
    )
    if settings.RATE_LIMITS and recent.count() >= MOST_IN_AN_HOUR:
        raise Unreadable(f"More than {MOST_IN_AN_HOUR} e-mails from this address within an hour.")
