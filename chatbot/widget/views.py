"""The widget: its loader, its frame, and the fragments that the frame shows.

The frame has no cookies and asks for none: who is calling stands in the Authorization
header of every request, so the fragments are DRF views that answer HTML.
"""

import json
from datetime import timedelta
from functools import cache
from pathlib import Path

import rjsmin
from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_POST, require_safe
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chatbot import conversations, handover, visitors, wording
from chatbot.api.serializers import HelpedSerializer
from chatbot.models import ChatMessage
from supportdesk.serving.static import digest
from tickets import access, live, queries, sla, workflow
from tickets.accounts import rate_limits
from tickets.api.serializers import (
    CallbackSerializer,
    ConfirmSerializer,
    ContactSerializer,
    WordsSerializer,
)
from tickets.api.views import checked
from tickets.attachments import received_files
from tickets.desk import fragments
from tickets.models import Ticket, Viewer
from tickets.operations import checklist
from tickets.privacy.plain_text import plain_address
from tickets.team.settings import current
from tickets.uploads import received

from . import badges, callback_times, embed, home

LOADER = Path(settings.BASE_DIR, "static/js/loader.js")
# Tells the frame which conversation an answer is of: a ticket's id, or CHAT
SHOWN = "X-Conversation"
CHAT, HOME = "chat", "home"
# What the frame's script imports, named in its page so that all of it is fetched at once
MODULES = [
    f"js/{name}.js"
    for name in (
        "conversation", "composer", "documents", "pictures", "groups", "events", "vendor/eventsource-parser-3.1.1", "alerts", "head",
        "host", "identity", "lightbox", "menu", "net", "times",
    )
]  # fmt: skip
# A chat with Villy that is older is a card on the home rather than what the widget opens on
CHAT_IS_SHOWN = timedelta(days=1)
# An agent whose page told this lately that it is open is here
IS_HERE = timedelta(minutes=2)


# --- What a shop's page loads ------------------------------------------------


@cache
def _minified(source: str) -> str:
    return rjsmin.jsmin(Path(settings.BASE_DIR, source).read_text())


def _loader_version(request) -> str:
    return f'"{digest(LOADER)}-{current().version}"'


@gzip_page
@require_safe
@condition(etag_func=_loader_version)
def loader(request):
    """The script behind the one tag on the shop's page, with the shop's colours in it."""
    shop = current()
    look = {"colour": shop.colour, "text": shop.text_colour, "side": shop.side}
    script = _minified("static/js/loader.js").replace(
        "const look={};", f"const look={json.dumps(look)};", 1
    )
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, public=True, max_age=300)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def frame(request):
    """The page inside the iframe; only the origin that it names may be its parent."""
    host = embed.allowed_host(request)
    if not host:
        return render(request, "chatbot/not_here.html", status=403)
    context = _conversation(None) | {"host": host, "shop": current(), "modules": MODULES}
    checklist.note_tag(host, embed.own_origin(request))
    response = render(request, "chatbot/frame.html", context)
    # The older header knows no list of origins: the browser goes by the policy
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": [host]}
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    # A page that isolates itself (COEP) frames only pages that do so as well; all that we load is our own
    response["Cross-Origin-Embedder-Policy"] = "require-corp"
    patch_cache_control(response, private=True, max_age=60)
    return response


@csrf_exempt
@require_POST
def unread(request):
    """{unread, open} for a page of the shop that shows no chat: how much the customer has not read yet.

    The token is the body, as plain text: a request that needs no preflight. It reads this number and nothing else.
    """
    found = badges.read(request.body[: badges.MAX_LENGTH].decode(errors="replace"))
    response = JsonResponse(
        {"unread": found[0], "open": found[1]} if found else {"unread": 0, "open": False}
    )
    response["Cache-Control"] = "no-store"
    origin = request.headers.get("Origin", "")
    if embed.is_allowed(request, origin):
        response["Access-Control-Allow-Origin"] = origin
        response["Vary"] = "Origin"
    return response


# --- The conversation --------------------------------------------------------


@api_view(["GET"])
def conversation(request):
    """One of the caller's conversations, whole; without a name the current one, or the home when there is none."""
    return _shown(request, request.GET.get("conversation", ""))


@api_view(["GET", "POST"])
def messages(request):
    """GET: bubbles after a seq, or the page before one. POST: say something, and get what it led to."""
    if request.method == "POST":
        return _say(request)
    key = request.GET.get("conversation", "")
    ticket = _ticket_named(request, key)
    after, before = _seq(request.GET, "after"), _seq(request.GET, "before")
    if not ticket:
        chat = conversations.current_chat(request.user) if key != HOME else None
        return _bubbles(request, lines=chat.messages.filter(seq__gt=after) if chat else [])
    if before:
        shown = queries.newest_messages(ticket, notes=False, before=before)
    else:
        shown = queries.newer_messages(ticket, after, notes=False)
    return _bubbles(request, ticket=ticket, messages=shown, older=before and _older(shown))


def _say(request):
    data = checked(WordsSerializer, request)
    key = request.data.get("conversation", "")
    ticket = None if key == HOME else _ticket_named(request, key)
    if not ticket:
        return _ask(request, _text(data), data["clientId"], is_new_chat=key == HOME)
    rate_limits.consume(request, *rate_limits.words("write", data))
    with received_files(data["file"], data["image"]) as files, received(data["image"]) as picture:
        message = workflow.customer_says(
            ticket,
            data["message"],
            by=request.user,
            picture=picture,
            files=files,
            client_id=data["clientId"],
        )
    return _bubbles(request, ticket=message.ticket, messages=[message])


def _ask(request, text: str, client_id: str | None, *, is_new_chat: bool):
    rate_limits.consume(request, *conversations.uses(request.user, text))
    if is_new_chat:
        conversations.begin_with(request.user, client_id)
    try:
        answer = conversations.ask(request.user, text, client_id=client_id)
    except conversations.HandedOver as handed:
        return _bubbles(request, ticket=handed.ticket, messages=[handed.message])
    return _bubbles(request, lines=[answer.answers, answer])


def _text(data) -> str:
    if data["image"]:
        raise ValidationError({"image": ["Villy cannot see pictures. Connect to Customer Care first."]})
    if data["file"]:
        raise ValidationError(
            {"file": [gettext("Villy cannot read files. Connect to Customer Care first.")]}
        )
    return data["message"]


@api_view(["POST"])
def connect(request):
    """From Villy to Customer Care. A person who cannot be reached yet is asked for a name and a contact."""
    person = request.user
    if not person.can_be_reached:
        person = visitors.as_guest(person, **_contact(request))
    ticket = conversations.current_ticket(person)
    if not ticket or ticket.is_over:
        rate_limits.consume(request, "open a ticket")
        handover.open_ticket(person, page=str(request.data.get("page", "")))
    return _shown(request, status=201)


def _contact(request) -> dict:
    """The form's "Email or phone" is whichever it looks like."""
    contact = plain_address(str(request.data.get("contact", "")))
    if "@" not in contact and not any(map(str.isdigit, contact)):
        raise ValidationError({"contact": ["Please give an e-mail address or a phone number."]})
    given = {"name": request.data.get("name", ""), "email" if "@" in contact else "phone": contact}
    serializer = ContactSerializer(data=given)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


@api_view(["POST"])
def callback(request):
    """Ask to be called back."""
    rate_limits.consume(request, "write")
    ticket = _ticket(request)
    workflow.request_callback(ticket, by=request.user, **checked(CallbackSerializer, request))
    return _shown(request, str(ticket.pk))


@api_view(["POST"])
def solved(request):
    """ "Did that solve it?": yes closes the ticket, no opens it again."""
    rate_limits.consume(request, "write")
    ticket = _ticket(request)
    if request.data.get("solved") == "yes":
        workflow.confirm(ticket, by=request.user)
    else:
        workflow.reopen(ticket, by=request.user)
    return _shown(request, str(ticket.pk))


@api_view(["POST"])
def rating(request):
    """One to five stars for a closed ticket, and what the customer wants to say with them."""
    rate_limits.consume(request, "write")
    data = checked(ConfirmSerializer, request)
    if not data["rating"]:
        raise ValidationError({"rating": ["Choose one to five stars."]})
    ticket = _ticket(request)
    workflow.rate(ticket, data["rating"], by=request.user, comment=data["comment"])
    return _shown(request, str(ticket.pk))


@api_view(["POST"])
def end(request):
    """The customer ends the chat, whatever state it is in: a ticket is closed, a chat with Villy is left behind."""
    rate_limits.consume(request, "write")
    key = request.data.get("conversation", "")
    ticket = _ticket_named(request, key)
    if not ticket:
        conversations.begin_with(request.user, None)
        return _shown(request, HOME)
    if not ticket.is_over:
        workflow.end(ticket, by=request.user)
    return _shown(request, str(ticket.pk))


@api_view(["POST"])
def again(request):
    """Leave a closed ticket behind and talk to Villy again."""
    rate_limits.consume(request, "write")
    if not _ticket(request).is_over:
        raise ValidationError("This conversation is still open.")
    conversations.begin_anew(request.user)
    return _shown(request, HOME)


@api_view(["POST"])
def seen(request):
    """The customer has the conversation on the screen up to a seq."""
    if ticket := _ticket_named(request, request.data.get("conversation", "")):
        workflow.mark_read(ticket, by_agents=False, up_to=_seq(request.data, "seq"))
    return Response(status=204)


@api_view(["POST"])
def typing(request):
    if ticket := _ticket_named(request, request.data.get("conversation", "")):
        live.signal(ticket, "typing", by="customer", name=ticket.requester_name)
    return Response(status=204)


@api_view(["POST"])
def helped(request, answer_id):
    """The answer to "Did this help?" under one of Villy's lines; a "no" offers a human."""
    line = conversations.say_helped(request.user, answer_id, checked(HelpedSerializer, request)["helped"])
    if not line:
        raise Http404
    return _bubbles(request, lines=[line])


# --- Which conversation ------------------------------------------------------


def _ticket_named(request, key) -> Ticket | None:
    """Return the caller's own ticket with this id; for anything but an id the current one, if it is a ticket."""
    if key in ("", CHAT, HOME):
        return conversations.current_ticket(request.user)
    return access.own_ticket(request.user, key)


def _ticket(request) -> Ticket:
    ticket = _ticket_named(request, request.data.get("conversation", ""))
    if not ticket:
        raise Http404
    return ticket


# --- What the templates are given --------------------------------------------


def _shown(request, key: str = "", status: int = 200):
    if key not in ("", CHAT, HOME):
        ticket = access.own_ticket(request.user, key)
    else:
        ticket = conversations.current_ticket(request.user) if not key else None
    context = _conversation(request.user, ticket, key)
    response = render(request, "chatbot/_conversation.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _conversation(person, ticket: Ticket | None = None, key: str = "") -> dict:
    """What `_conversation.html` shows; a person of None has only just opened the widget."""
    shop = current()
    common = {
        "person": person,
        "greeting": shop.greeting("en") or wording.say("greeting"),
        "badge": "",
    }
    if ticket:
        return common | _of_ticket(ticket, shop)
    chat = conversations.current_chat(person) if person and key != HOME else None
    if chat and not key and chat.updated_at < timezone.now() - CHAT_IS_SHOWN:
        chat = None
    lines = list(chat.messages.all()) if chat else []
    return common | {
        "ticket": None,
        "lines": lines,
        "offered": any(line.reply.get("offerAgent") for line in lines),
        "showing": CHAT if lines else HOME,
        "home": None if lines else (home.cards(person) if person else []),
        "chips": [] if lines else (shop.suggestions_in("en") or wording.chips()),
    }


def _of_ticket(ticket: Ticket, shop) -> dict:
    shown = queries.newest_messages(ticket, notes=False)
    now = timezone.now()
    target = shop.targets[ticket.priority]
    return {
        "ticket": ticket,
        "showing": str(ticket.pk),
        "transcript": [_from_transcript(line) for line in ticket.handover.get("transcript", [])],
        "bubbles": fragments.bubbles(_without_quote(ticket, shown), ticket, "customer"),
        "older": _older(shown),
        "badge": "" if ticket.is_over else badges.token_for(ticket.requester),
        "initials": home.initials(ticket.assignee_name),
        "is_here": bool(ticket.assignee_id) and _is_here(ticket.assignee_id, now),
        "replies_within": sla.in_words(target.next if ticket.first_responded_at else target.first),
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


def _from_transcript(line: dict) -> ChatMessage:
    """A line of the hand-over packet, in the shape that `_line.html` shows."""
    at = parse_datetime(line.get("timestamp", ""))
    return ChatMessage(seq=0, sender=line["sender"], text=line["message"], reply=line, created_at=at)


def _bubbles(request, *, lines=(), ticket=None, messages=(), older=None):
    bubbles = fragments.bubbles(messages, ticket, "customer")
    context = {"lines": lines, "bubbles": bubbles, "older": older}
    response = render(request, "chatbot/_bubbles.html", context)
    response[SHOWN] = str(ticket.pk) if ticket else CHAT
    return response


def _older(shown) -> int | None:
    return shown[0].seq if shown and shown[0].seq > 1 else None


def _seq(sent, name: str) -> int:
    raw = str(sent.get(name, ""))
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
