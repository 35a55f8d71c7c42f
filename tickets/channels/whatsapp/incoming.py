"""A WhatsApp message: onto the ticket that is open, else to Villy; asking for a person opens the ticket."""

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.utils import timezone

from tickets import workflow
from tickets.files.attachments import BadFile, NotChecked, received_files
from tickets.interfaces.channel_interface import NotSent, TryLater
from tickets.pictures.uploads import BadPicture, received
from tickets.privacy.masking import masked
from tickets.privacy.plain_text import one_line
from tickets.workflow import wording

from ...models import AddressBlock, ChannelIdentity, ChannelName, Incoming, Message, Person, Status, Ticket
from ...workflow import MAX_TEXT, Refused
from .. import assistant, identity, links, outbox
from . import api, messages
from .messages import Words

logger = logging.getLogger(__name__)

# A phone's photo as it is
MOST_PICTURE_BYTES = 20 * 1024 * 1024
# After so many tries the words go on without the picture
PICTURE_TRIES = 3
# What the link "Continue on WhatsApp" has the customer say
CONTINUED = re.compile(r"(?:\bcontinue\s+)?#([a-z2-7]{42})\b", re.IGNORECASE)
NO_PICTURE = "[A picture that could not be fetched from WhatsApp]"
NO_FILE = "[A file that could not be fetched from WhatsApp]"


class PictureLater(Exception):
    """The picture could not be fetched this time."""


def receive(incoming: Incoming) -> None:
    """Do with the message what the chat would do. Raise Unreadable or NotForUs."""
    message = incoming.payload["message"]
    sender = message["from"]
    incoming.sender = sender
    person = _person(incoming, sender, message)
    words = messages.read(message)
    if _opts_out_or_in(incoming, person, sender, words) or _confirms(person, words):
        _forget(incoming)
        return
    linked, words = _continued(person, sender, words)
    if linked and not (words.text or words.media):
        incoming.ticket_id = linked.pk
        said = wording.to(linked, wording.continued_here, linked.number)
        _queue(incoming, linked.requester, sender, said)
        _forget(incoming)
        return
    ticket = linked or _open_ticket(person)
    if ticket:
        person = ticket.requester
        message = _say(incoming, ticket, person, words)
        incoming.ticket_id, incoming.message_id = message.ticket_id, message.pk
    else:
        _begin(incoming, person, sender, words)
    _forget(incoming)


def _forget(incoming: Incoming) -> None:
    """Clear the stored payload; its text is in the conversation, masked."""
    incoming.payload = {}


# --- Who it is ---------------------------------------------------------------


def _person(incoming: Incoming, sender: str, message: dict) -> Person:
    """Return the person of this number, which WhatsApp has verified and whose webhook it signed."""
    found = identity.find(ChannelName.WHATSAPP, sender)
    if found:
        person = found.person
    else:
        name = masked(one_line(incoming.payload.get("name", "")))[:120]
        person, _ = Person.objects.get_or_create(
            id=incoming.pk, defaults={"name": name, "phone": f"+{sender}"[:20], "password": "!"}
        )
        person = identity.prove(person, ChannelName.WHATSAPP, sender, by="signature")
    at = _at(message)
    rows = ChannelIdentity.objects.filter(channel=ChannelName.WHATSAPP, address=sender)
    rows.filter(Q(last_heard_at=None) | Q(last_heard_at__lt=at)).update(last_heard_at=at)
    return person


def _at(message: dict) -> datetime:
    """Return when the customer wrote it: the 24-hour window starts then."""
    now = timezone.now()
    try:
        return min(datetime.fromtimestamp(int(message["timestamp"]), UTC), now)
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return now


def _open_ticket(person: Person) -> Ticket | None:
    newest = Ticket.objects.filter(requester=person).exclude(status=Status.CLOSED)
    return newest.order_by("-created_at").first()


def _continued(person: Person, sender: str, words: Words) -> tuple[Ticket | None, Words]:
    """Return the ticket whose link a customer brings from an e-mail, and the words without it.

    The link proves that this number is the same customer's: from then on it is one history.
    """
    found = CONTINUED.search(words.text)
    link = links.find_reply(found[1].lower()) if found else None
    if not link:
        return None, words
    identity.prove(link.ticket.requester, ChannelName.WHATSAPP, sender, by="link")
    ticket = Ticket.objects.select_related("requester").get(pk=link.ticket_id)
    return ticket, replace(words, text=CONTINUED.sub("", words.text).strip())


# --- Saying it ---------------------------------------------------------------


def _say(incoming: Incoming, ticket: Ticket, person: Person, words: Words) -> Message:
    with _media(incoming, words) as sent:
        return workflow.customer_says(
            ticket,
            sent.pop("text"),
            by=person,
            client_id=incoming.client_id,
            channel=ChannelName.WHATSAPP,
            **sent,
        )


def _begin(incoming: Incoming, person: Person, sender: str, words: Words) -> None:
    """Villy first; a picture, a place or a voice is for people."""
    answer = None
    if words.is_plain and not words.text.startswith("📍"):
        answer = assistant.answer(
            person, _asked(words), client_id=incoming.client_id, channel=ChannelName.WHATSAPP
        )
    if answer:
        if not answer.ticket:
            _queue(incoming, person, sender, answer.text, answer.choices)
            return
        ticket = answer.ticket
    else:
        with _media(incoming, words) as sent:
            text = sent.pop("text")
            understood = assistant.understand(text)
            ticket = workflow.open_ticket(
                person,
                text,
                client_id=incoming.client_id,
                channel=ChannelName.WHATSAPP,
                **sent,
                **understood,
            )
    incoming.ticket_id = ticket.pk
    _queue(incoming, person, sender, wording.to(ticket, wording.connected, ticket.priority))


def _asked(words: Words) -> str:
    """A button's title may be cut off: its id says the whole."""
    return words.button.removeprefix("say:") if words.button.startswith("say:") else words.text


def _queue(incoming: Incoming, person: Person, sender: str, text: str, choices=()) -> None:
    chosen = [{"title": choice.title, "id": f"say:{choice.says}"} for choice in choices]
    outbox.queue(
        f"villy-{incoming.pk.hex}",
        ChannelName.WHATSAPP,
        "villy",
        person=person,
        address=sender,
        payload={"text": text, "choices": chosen},
    )


@contextmanager
def _media(incoming: Incoming, words: Words) -> Iterator[dict]:
    """Fetch and store the picture, voice or document of the words for a block: `{text, picture or files}`.

    What cannot be fetched, or is of a kind that the desk does not take, is named in the text.
    """
    text, name = words.text[:MAX_TEXT], words.file_name
    data = _fetched(incoming, words) if words.media else b""
    if data is None:
        yield {"text": _with_note(text, NO_PICTURE if words.has_picture else NO_FILE)}
        return
    if not data:
        yield {"text": text}
        return
    sent: dict = {}
    with ExitStack() as stack:
        try:
            if words.has_picture:
                upload = SimpleUploadedFile("picture", data)
                sent = {"picture": stack.enter_context(received(upload, MOST_PICTURE_BYTES))}
            else:
                upload = SimpleUploadedFile(name, data)
                sent = {"files": stack.enter_context(received_files([upload]))}
        except BadPicture:
            text = _with_note(text, NO_PICTURE)
        except (BadFile, NotChecked) as reason:
            text = _with_note(text, f"[{reason}]")
        yield {"text": text, **sent}


def _with_note(text: str, note: str) -> str:
    return f"{text[: MAX_TEXT - len(note) - 1]}\n{note}".strip()


def _fetched(incoming: Incoming, words: Words) -> bytes | None:
    try:
        return api.fetch(words.media)
    except NotSent:
        return None
    except TryLater as reason:
        if incoming.tries + 1 < PICTURE_TRIES:
            raise PictureLater(str(reason)) from reason
        return None


# --- Words that mean something to the desk -----------------------------------


def _opts_out_or_in(incoming: Incoming, person: Person, sender: str, words: Words) -> bool:
    block = AddressBlock.objects.filter(channel=ChannelName.WHATSAPP, address=sender)
    if messages.wants_no_more(words):
        AddressBlock.objects.update_or_create(
            channel=ChannelName.WHATSAPP,
            address=sender,
            defaults={"reason": AddressBlock.Reason.OPT_OUT, "detail": words.text[:60]},
        )
        ticket = _open_ticket(person)
        _notice(incoming, person, sender, wording.to(ticket, wording.opted_out))
        if ticket:
            outbox.add_system_note(ticket, "The customer asked for no more messages on WhatsApp.")
        return True
    if messages.wants_to_begin_again(words) and block.exists():
        block.delete()
        _notice(incoming, person, sender, wording.to(_open_ticket(person), wording.opted_in))
        return True
    return False


def _notice(incoming: Incoming, person: Person, sender: str, text: str) -> None:
    outbox.queue(
        f"opt-{incoming.pk.hex}",
        ChannelName.WHATSAPP,
        "opt-out",
        person=person,
        address=sender,
        payload={"text": text},
    )


def _confirms(person: Person, words: Words) -> bool:
    """The buttons below "Did that solve it?": a yes closes the ticket, a no opens it again."""
    kind, _, rest = words.button.partition(":")
    answer, _, id = rest.partition(":")
    if kind != "solved" or answer not in ("yes", "no"):
        return False
    try:
        ticket = Ticket.objects.filter(pk=id, requester=person).first()
    except ValueError:
        return False
    if not ticket or ticket.status != Status.RESOLVED:
        return False
    try:
        (workflow.confirm if answer == "yes" else workflow.reopen)(ticket, by=person)
    except Refused:
        return False
    return True
