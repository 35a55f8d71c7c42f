"""The widget: its loader, its frame, and the fragments that the frame shows.

The frame has no cookies and asks for none: who is calling stands in the Authorization
header of every request, so the fragments are DRF views that answer HTML.
"""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chatbot import conversations, handover, visitors, wording
from chatbot.api.serializers import HelpedSerializer
from chatbot.models import ChatMessage
from supportdesk.serving.static import digest
from tickets import live, queries, sla, workflow
from tickets.accounts import rate_limits
from tickets.api.serializers import (
    CallbackSerializer,
    ConfirmSerializer,
    ContactSerializer,
    WordsSerializer,
)
from tickets.api.views import checked
from tickets.desk import fragments
from tickets.models import Status
from tickets.operations import checklist
from tickets.uploads import received

from . import embed

LOADER = Path(settings.BASE_DIR / "static" / "js" / "loader.js")
MOVED = "X-Conversation-Moved"


# --- What a shop's page loads ------------------------------------------------


@gzip_page
@require_safe
@condition(etag_func=lambda request: f'"{digest(LOADER)}"')
def loader(request):
    """The script behind the one tag on the shop's page."""
    response = HttpResponse(LOADER.read_bytes(), content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, public=True, max_age=300)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def frame(request):
    """The page inside the iframe; only the origin that it names may be its parent."""
    host = embed.allowed_host(request)
    if not host:
        return render(request, "chatbot/not_here.html", status=403)
    context = _conversation(None) | {"host": host, "target": sla.in_words(sla.TARGETS["high"])}
    checklist.note_tag(host, embed.own_origin(request))
    response = render(request, "chatbot/frame.html", context)
    # The older header knows no list of origins: the browser goes by the policy
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": [host]}
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_cache_control(response, private=True, max_age=60)
    return response


# --- The conversation --------------------------------------------------------


@api_view(["GET"])
def conversation(request):
    """The caller's current conversation, whole: with Villy, or the ticket that it became."""
    return _shown(request)


@api_view(["GET", "POST"])
def messages(request):
    """GET: bubbles after a seq, or the page before one. POST: say something, and get what it led to."""
    if request.method == "POST":
        return _say(request)
    ticket = conversations.current_ticket(request.user)
    after, before = _seq(request.GET, "after"), _seq(request.GET, "before")
    if not ticket:
        chat = conversations.current_chat(request.user)
        return _bubbles(request, lines=chat.messages.filter(seq__gt=after) if chat else [])
    if before:
        shown = queries.newest_messages(ticket, notes=False, before=before)
    else:
        shown = queries.newer_messages(ticket, after, notes=False)
    return _bubbles(request, ticket=ticket, messages=shown, older=before and _older(shown))


def _say(request):
    data = checked(WordsSerializer, request)
    ticket = conversations.current_ticket(request.user)
    if not ticket:
        return _ask(request, _text(data), data["clientId"])
    rate_limits.consume(request, *rate_limits.words("write", data))
    with received(data["image"]) as picture:
        message = workflow.customer_says(
            ticket, data["message"], by=request.user, picture=picture, client_id=data["clientId"]
        )
    response = _bubbles(request, ticket=message.ticket, messages=[message])
    return _moved(request, response, str(message.ticket_id))


def _ask(request, text: str, client_id: str | None):
    rate_limits.consume(request, *conversations.uses(request.user, text))
    try:
        answer = conversations.ask(request.user, text, client_id=client_id)
    except conversations.HandedOver as handed:
        response = _bubbles(request, ticket=handed.ticket, messages=[handed.message])
        return _moved(request, response, str(handed.ticket.pk))
    return _moved(request, _bubbles(request, lines=[answer.answers, answer]), "chat")


def _text(data) -> str:
    if data["image"]:
        raise ValidationError({"image": ["Villy cannot see pictures. Connect to Customer Care first."]})
    return data["message"]


def _moved(request, response, key: str):
    """Tell the frame when the message went into another conversation than the one that it shows."""
    if request.data.get("conversation", key) != key:
        response[MOVED] = "yes"
    return response


@api_view(["POST"])
def connect(request):
    """From Villy to Customer Care. A person who cannot be reached yet is asked for a name and a contact."""
    person = request.user
    if not person.can_be_reached:
        person = visitors.as_guest(person, **_contact(request))
    if not conversations.current_ticket(person):
        rate_limits.consume(request, "open a ticket")
        handover.open_ticket(person)
    return _shown(request, status=201)


def _contact(request) -> dict:
    """The form's "Email or phone" is whichever it looks like."""
    contact = str(request.data.get("contact", "")).strip()
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
    data = checked(CallbackSerializer, request)
    workflow.request_callback(_ticket(request), by=request.user, **data)
    return _shown(request)


@api_view(["POST"])
def solved(request):
    """ "Did that solve it?": yes closes the ticket, no opens it again."""
    rate_limits.consume(request, "write")
    ticket = _ticket(request)
    if request.data.get("solved") == "yes":
        workflow.confirm(ticket, by=request.user)
    else:
        workflow.reopen(ticket, by=request.user)
    return _shown(request)


@api_view(["POST"])
def rating(request):
    """One to five stars for a closed ticket."""
    rate_limits.consume(request, "write")
    data = checked(ConfirmSerializer, request)
    if not data["rating"]:
        raise ValidationError({"rating": ["Choose one to five stars."]})
    workflow.rate(_ticket(request), data["rating"], by=request.user, comment=data["comment"])
    return _shown(request)


@api_view(["POST"])
def again(request):
    """Leave a closed ticket behind and talk to Villy again."""
    rate_limits.consume(request, "write")
    if not _ticket(request).is_over:
        raise ValidationError("This conversation is still open.")
    conversations.begin_anew(request.user)
    return _shown(request)


@api_view(["POST"])
def seen(request):
    """The customer has the conversation on the screen up to a seq."""
    if ticket := conversations.current_ticket(request.user):
        workflow.mark_read(ticket, by_agents=False, up_to=_seq(request.data, "seq"))
    return Response(status=204)


@api_view(["POST"])
def typing(request):
    if ticket := conversations.current_ticket(request.user):
        live.signal(ticket, "typing", by="customer", name=ticket.requester_name)
    return Response(status=204)


@api_view(["POST"])
def helped(request, answer_id):
    """The answer to "Did this help?" under one of Villy's lines; a "no" offers a human."""
    line = conversations.say_helped(request.user, answer_id, checked(HelpedSerializer, request)["helped"])
    if not line:
        raise Http404
    return _bubbles(request, lines=[line])


# --- What the templates are given --------------------------------------------


def _ticket(request):
    ticket = conversations.current_ticket(request.user)
    if not ticket:
        raise Http404
    return ticket


def _shown(request, status: int = 200):
    response = render(request, "chatbot/_conversation.html", _conversation(request.user), status=status)
    response["Cache-Control"] = "no-store"
    return response


def _conversation(person) -> dict:
    """What `_conversation.html` shows; a person of None has only just opened the widget."""
    ticket = conversations.current_ticket(person) if person else None
    if not ticket:
        chat = conversations.current_chat(person) if person else None
        lines = list(chat.messages.all()) if chat else []
        return {
            "ticket": None,
            "lines": lines,
            "person": person,
            "offered": any(line.reply.get("offerAgent") for line in lines),
            "greeting": wording.say("greeting"),
            "chips": [] if lines else wording.chips(),
        }
    shown = queries.newest_messages(ticket, notes=False)
    return {
        "ticket": ticket,
        "person": person,
        "transcript": [_from_transcript(line) for line in ticket.handover.get("transcript", [])],
        "bubbles": fragments.bubbles(_without_quote(ticket, shown), ticket, "customer"),
        "older": _older(shown),
        "greeting": wording.say("greeting"),
        "Status": Status,
    }


def _without_quote(ticket, shown: list) -> list:
    """The ticket's first message repeats words that stand in the transcript above it: show them once."""
    if ticket.handover.get("quoted") and shown and shown[0].seq == 1:
        return shown[1:]
    return shown


def _from_transcript(line: dict) -> ChatMessage:
    """A line of the hand-over packet, in the shape that `_line.html` shows."""
    return ChatMessage(seq=0, sender=line["sender"], text=line["message"], reply=line)


def _bubbles(request, *, lines=(), ticket=None, messages=(), older=None):
    bubbles = fragments.bubbles(messages, ticket, "customer")
    return render(request, "chatbot/_bubbles.html", {"lines": lines, "bubbles": bubbles, "older": older})


def _older(shown) -> int | None:
    return shown[0].seq if shown and shown[0].seq > 1 else None


def _seq(sent, name: str) -> int:
    raw = str(sent.get(name, ""))
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
