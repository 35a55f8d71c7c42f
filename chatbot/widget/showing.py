"""Build the widget's view of a conversation, in that conversation's language."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import NamedTuple

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from chatbot import chats, wording
from chatbot.models import Chat
from supportdesk import languages
from tickets import access, queries
from tickets.clocks import reader_zone
from tickets.lists import fragments
from tickets.models import ChannelName, Sender, Ticket, Viewer
from tickets.settings.in_force import CurrentSettings, current
from tickets.workflow import wording as desk_wording

from . import badges, callback_times, home, opening

# Tells the frame which conversation an answer is of: a ticket's id, or CHAT
SHOWN = "X-Conversation"
CHAT, HOME = "chat", "home"
# What the frame's script imports, named in its page so that all of it is fetched at once
MODULES = [
    f"js/{name}.js"
    for name in (
        "conversation", "composer", "documents", "pictures", "groups", "events", "vendor/eventsource-parser-3.1.1", "alerts", "chime",
        "head", "host", "identity", "lightbox", "media", "net", "outbox", "taps", "times", "words",
    )
]  # fmt: skip
SCRIPTS = ("js/widget.js", *MODULES)
# A chat with Villy that is older is a card on the home rather than what the widget opens on
CHAT_IS_SHOWN = timedelta(days=1)
# An agent whose page told this lately that it is open is here
IS_HERE = timedelta(minutes=2)

# --- In which language -------------------------------------------------------


def language_of_browser(request, shop: CurrentSettings) -> str:
    """Return the language of the page that calls: the widget names its own, a new one the browser's."""
    return languages.of_browser(request.headers.get("Accept-Language", ""), shop.languages)


def in_their_language(view):
    """Let a view speak the language of the page that calls it; what it shows of a conversation has that one's."""

    @wraps(view)
    def speaking(request, *args, **kwargs):
        zone = reader_zone.reading_in(request.headers.get("X-Time-Zone", ""))
        with languages.speaking(language_of_browser(request, current())), zone:
            return view(request, *args, **kwargs)

    return speaking


# --- What the templates are given --------------------------------------------


def shown(request, key: str = "", status: int = 200):
    ticket: Ticket | None = None
    if not key:
        ticket = chats.current_ticket(request.user)
    elif key not in (CHAT, HOME):
        ticket = access.own_ticket(request.user, key)
    chat = None if ticket else _chat_to_show(request.user, key)
    with languages.speaking(language_of(ticket or chat)):
        context = conversation_context(request, request.user, ticket, chat)
        response = render(request, "chatbot/_conversation.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def language_of(conversation: Ticket | Chat | None) -> str:
    """Return the language of a conversation; that of the page where it has none yet."""
    said = conversation.language if conversation else ""
    return current().language(said) if said else languages.current()


def _chat_to_show(person, key: str) -> Chat | None:
    chat = chats.current_chat(person) if key != HOME else None
    if chat and not key and chat.updated_at < timezone.now() - CHAT_IS_SHOWN:
        return None
    return chat if chat and chat.last_seq else None


def conversation_context(request, person, ticket: Ticket | None = None, chat: Chat | None = None) -> dict:
    """Return the context of `_conversation.html`; person is None when the widget was just opened."""
    shop, language = current(), languages.current()
    shown = request.GET.get("shown", "")
    common = {
        "person": person,
        "greeting": shop.greeting(language) or wording.say("greeting", language),
        "badge": "",
        # The frame around it speaks another language: its head and its scripts' sentences come along
        "is_other_language": bool(shown) and shown != languages.tag(language),
        "scripts": SCRIPTS,
    }
    if ticket:
        return common | _of_ticket(ticket, shop)
    lines = list(chat.messages.all()) if chat else []
    page = home.first_page(person) if person and not lines else home.Page([])
    return common | {
        "ticket": None,
        "lines": lines,
        "offered": any(line.reply.get("offerAgent") for line in lines),
        "showing": CHAT if lines else HOME,
        "home": None if lines else page.cards,
        "earlier": page.next,
        "orders": [] if lines else opening.cards(person, language),
        "chips": [] if lines else (shop.suggestions_in(language) or wording.chips(language)),
    }


def _of_ticket(ticket: Ticket, shop) -> dict:
    shown = queries.newest_messages(ticket, notes=False)
    now = timezone.now()
    target = shop.targets[ticket.priority]
    return {
        "ticket": ticket,
        "showing": str(ticket.pk),
        "photo_items": [] if ticket.is_over else photo_items(ticket),
        "on_whatsapp": bool(settings.WHATSAPP_NUMBER)
        and not ticket.is_over
        and ticket.channel != ChannelName.WHATSAPP,
        "transcript": [_from_transcript(line) for line in ticket.handover.get("transcript", [])],
        "bubbles": fragments.bubbles(_without_quote(ticket, shown), ticket, "customer"),
        "older": older(shown),
        "badge": "" if ticket.is_over else badges.token_for(ticket.requester),
        "initials": home.initials(ticket.assignee_name),
        "is_here": bool(ticket.assignee_id) and _is_here(ticket.assignee_id, now),
        "replies_within": desk_wording.in_words(target.next if ticket.first_responded_at else target.first),
        "opens_at": None if shop.is_open(now) else shop.next_opening(now),
        "call_times": callback_times.windows(shop.calendar, now, shop.time_zone),
    }


def _is_here(agent_id, now) -> bool:
    return Viewer.objects.filter(person=agent_id, seen_at__gt=now - IS_HERE).exists()


def _without_quote(ticket, shown: list) -> list:
    """The ticket's first message repeats words that stand in the transcript above it: show them once."""
    if ticket.handover.get("quoted") and shown and shown[0].seq == 1:
        return shown[1:]
    return shown


class TranscriptLine(NamedTuple):
    """A line of the hand-over packet, in the shape that `_line.html` shows."""

    sender: str
    text: str
    reply: dict
    created_at: datetime | None
    # No place in a chat, so that it can be neither rated nor repeated
    seq: int = 0
    client_id: str | None = None
    helped: bool | None = None


def _from_transcript(line: dict) -> TranscriptLine:
    at = parse_datetime(line.get("timestamp", ""))
    return TranscriptLine(line["sender"], line["message"], reply=line, created_at=at)


def bubbles(request, *, lines=(), ticket=None, messages=(), older=None):
    lines = list(lines)
    with languages.speaking(language_of(ticket or (lines[-1].chat if lines else None))):
        bubbles = fragments.bubbles(messages, ticket, "customer")
        context = {"lines": lines, "bubbles": bubbles, "older": older}
        response = render(request, "chatbot/_bubbles.html", context)
    response[SHOWN] = str(ticket.pk) if ticket else CHAT
    return response


def older(shown) -> int | None:
    return shown[0].seq if shown and shown[0].seq > 1 else None


@dataclass(frozen=True)
class PhotoItem:
    """An item of the claim, and whether the customer has sent a photo with its name."""

    name: str
    has_photo: bool


def photo_items(ticket: Ticket) -> list[PhotoItem]:
    """Return the items that a photo is asked of; none once all have one. Tickets without a claim ask no query."""
    names = ticket.handover.get("photos") or []
    if not names:
        return []
    sent = ticket.messages.filter(sender=Sender.CUSTOMER, withdrawn_at=None).exclude(picture="")
    said = {line.strip() for text in sent.values_list("text", flat=True) for line in text.splitlines()}
    items = [PhotoItem(name, name in said) for name in names]
    return [] if all(item.has_photo for item in items) else items
