"""The widget: its loader, its frame, and the fragments that the frame shows.

The frame has no cookies and asks for none: who is calling stands in the Authorization
header of every request, so the fragments are DRF views that answer HTML.
"""

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chatbot import chats, conversations, handover, visitors
from chatbot.api.serializers import HelpedSerializer
from chatbot.models import Product
from supportdesk import languages
from tickets import access, live, queries, rate_limits, workflow
from tickets.api.serializers import (
    CallbackSerializer,
    ConfirmSerializer,
    ContactSerializer,
    WordsSerializer,
)
from tickets.api.views import checked
from tickets.channels import links
from tickets.channels import transcript as transcripts
from tickets.files.attachments import received_files
from tickets.models import Status, Ticket
from tickets.operations import checklist
from tickets.pictures.uploads import received
from tickets.privacy.plain_text import plain_address
from tickets.settings.in_force import current

from . import badges, embed, home, product_pictures
from .showing import (
    CHAT,
    HOME,
    MODULES,
    SCRIPTS,
    bubbles,
    conversation_context,
    in_their_language,
    language_of_browser,
    older,
    shown,
)

# --- What a shop's page loads ------------------------------------------------


# It is the same for everyone: nothing secret could be guessed by its length
@gzip_page
@require_safe
def frame(request):
    """The page inside the iframe; only the origin that it names may be its parent."""
    host = embed.allowed_host(request)
    if not host:
        return render(request, "chatbot/not_here.html", status=403)
    shop = current()
    checklist.record_embedding(host, embed.own_origin(request))
    with languages.speaking(language_of_browser(request, shop)):
        context = conversation_context(request, None) | {"host": host, "shop": shop, "modules": MODULES}
        response = render(request, "chatbot/frame.html", context | {"scripts": SCRIPTS})
    patch_vary_headers(response, ["Accept-Language"])
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


@require_safe
def product_picture(request, product_id):
    """The picture of one of the shop's products, small. Public, as the shop's own page is: an <img> has no token."""
    product = Product.objects.filter(pk=product_id, is_active=True).only("image_url").first()
    if not product or not product.image_url:
        raise Http404
    try:
        picture = product_pictures.small(product.image_url)
    except product_pictures.Busy:
        return HttpResponse(status=503, headers={"Retry-After": "2", "Cache-Control": "no-store"})
    if not picture:
        return HttpResponse(status=404, headers={"Cache-Control": "public, max-age=600"})
    response = HttpResponse(picture, content_type="image/webp")
    patch_cache_control(response, public=True, max_age=86_400)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# --- The conversation --------------------------------------------------------


@api_view(["GET"])
@in_their_language
def conversation(request):
    """One of the caller's conversations, whole; without a name the current one, or the home when there is none."""
    return shown(request, request.GET.get("conversation", ""))


@api_view(["GET"])
@in_their_language
def past(request):
    """More of the caller's past conversations, as cards for the home: those after a place that a page before named."""
    page = home.page_after(request.user, request.GET.get("after", ""))
    return render(request, "chatbot/_talks.html", {"cards": page.cards, "earlier": page.next})


@api_view(["GET", "POST"])
@in_their_language
def messages(request):
    """GET: bubbles after a seq, or the page before one. POST: say something, and get what it led to."""
    if request.method == "POST":
        return _say(request)
    key = request.GET.get("conversation", "")
    ticket = _ticket_named(request, key)
    after, before = _seq(request.GET, "after"), _seq(request.GET, "before")
    if not ticket:
        chat = chats.current_chat(request.user) if key != HOME else None
        return bubbles(request, lines=chat.messages.filter(seq__gt=after) if chat else [])
    if before:
        shown = queries.newest_messages(ticket, notes=False, before=before)
    else:
        shown = queries.newer_messages(ticket, after, notes=False)
    return bubbles(request, ticket=ticket, messages=shown, older=before and older(shown))


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
    return bubbles(request, ticket=message.ticket, messages=[message])


def _ask(request, text: str, client_id: str | None, *, is_new_chat: bool):
    rate_limits.consume(request, *conversations.uses(request.user, text))
    if is_new_chat:
        chats.begin_with(request.user, client_id)
    try:
        answer = conversations.ask(request.user, text, client_id=client_id)
    except conversations.HandedOver as handed:
        return bubbles(request, ticket=handed.ticket, messages=[handed.message])
    return bubbles(request, lines=[answer.answers, answer])


def _text(data) -> str:
    if data["image"]:
        raise ValidationError({"image": [_("Villy cannot see pictures. Connect to Customer Care first.")]})
    if data["file"]:
        raise ValidationError({"file": [_("Villy cannot read files. Connect to Customer Care first.")]})
    return data["message"]


@api_view(["POST"])
@in_their_language
def connect(request):
    """From Villy to Customer Care. A person who cannot be reached yet is asked for a name and a contact."""
    person = request.user
    if not person.can_be_reached:
        person = visitors.as_guest(person, **_contact(request))
    ticket = chats.current_ticket(person)
    if not ticket or ticket.is_over:
        rate_limits.consume(request, "open a ticket")
        handover.open_ticket(person, page=str(request.data.get("page", "")))
    return shown(request, status=201)


def _contact(request) -> dict:
    """The form's "Email or phone" is whichever it looks like."""
    contact = plain_address(str(request.data.get("contact", "")))
    if "@" not in contact and not any(map(str.isdigit, contact)):
        raise ValidationError({"contact": [_("Please give an e-mail address or a phone number.")]})
    given = {"name": request.data.get("name", ""), "email" if "@" in contact else "phone": contact}
    serializer = ContactSerializer(data=given)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


@api_view(["POST"])
@in_their_language
def callback(request):
    """Ask to be called back."""
    rate_limits.consume(request, "write")
    ticket = _ticket(request)
    workflow.request_callback(ticket, by=request.user, **checked(CallbackSerializer, request))
    return shown(request, str(ticket.pk))


@api_view(["POST"])
@in_their_language
def solved(request):
    """ "Did that solve it?": yes closes the ticket, no opens it again."""
    rate_limits.consume(request, "write")
    ticket = _ticket(request)
    is_yes = request.data.get("solved") == "yes"
    try:
        if is_yes:
            workflow.confirm(ticket, by=request.user)
        else:
            workflow.reopen(ticket, by=request.user)
    except workflow.IllegalMove:
        # Asked again when the answer was lost: the chat shows what their answer has done
        if not workflow.was_moved_by(ticket, Status.CLOSED if is_yes else Status.IN_PROGRESS, request.user):
            raise
    return shown(request, str(ticket.pk))


@api_view(["POST"])
@in_their_language
def rating(request):
    """One to five stars for a closed ticket, and what the customer wants to say with them."""
    rate_limits.consume(request, "write")
    data = checked(ConfirmSerializer, request)
    if not data["rating"]:
        raise ValidationError({"rating": [_("Choose one to five stars.")]})
    ticket = _ticket(request)
    workflow.rate(ticket, data["rating"], by=request.user, comment=data["comment"])
    return shown(request, str(ticket.pk))


@api_view(["POST"])
@in_their_language
def end(request):
    """The customer ends the chat, whatever state it is in: a ticket is closed, a chat with Villy is left behind."""
    rate_limits.consume(request, "write")
    key = request.data.get("conversation", "")
    ticket = _ticket_named(request, key)
    if not ticket:
        chats.begin_with(request.user, None)
        return shown(request, HOME)
    if not ticket.is_over:
        workflow.end(ticket, by=request.user)
    return shown(request, str(ticket.pk))


@api_view(["POST"])
@in_their_language
def again(request):
    """Leave a closed ticket behind and talk to Villy again."""
    rate_limits.consume(request, "write")
    if not _ticket(request).is_over:
        raise ValidationError(_("This conversation is still open."))
    chats.begin_new(request.user)
    return shown(request, HOME)


@api_view(["POST"])
@in_their_language
def transcript(request):
    """Send a copy of the conversation to the customer's address, and say so in a sentence."""
    rate_limits.consume(request, "get a code")
    ticket = _ticket(request)
    if not transcripts.send(ticket):
        raise ValidationError(
            _("We have no e-mail address of yours. Write it here, and we will send it to you.")
        )
    said = _("We are sending a copy to %(address)s.") % {"address": ticket.requester_email}
    return HttpResponse(
        said, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


@api_view(["POST"])
@in_their_language
def whatsapp(request):
    """The address that goes on with this conversation in WhatsApp; its words prove whose number it is."""
    rate_limits.consume(request, "write")
    ticket = _ticket(request)
    if not settings.WHATSAPP_NUMBER:
        raise Http404
    url = links.whatsapp_url(links.for_chat(ticket))
    return HttpResponse(
        url, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


@api_view(["POST"])
@in_their_language
def seen(request):
    """The customer has the conversation on the screen up to a seq."""
    if ticket := _ticket_named(request, request.data.get("conversation", "")):
        workflow.mark_read(ticket, by_agents=False, up_to=_seq(request.data, "seq"))
    return Response(status=204)


@api_view(["POST"])
@in_their_language
def typing(request):
    if ticket := _ticket_named(request, request.data.get("conversation", "")):
        live.signal(ticket, "typing", by="customer", name=ticket.requester_name)
    return Response(status=204)


@api_view(["POST"])
@in_their_language
def helped(request, answer_id):
    """The answer to "Did this help?" under one of Villy's lines; a "no" offers a human."""
    line = conversations.say_helped(request.user, answer_id, checked(HelpedSerializer, request)["helped"])
    if not line:
        raise Http404
    return bubbles(request, lines=[line])


# --- Which conversation ------------------------------------------------------


def _ticket_named(request, key) -> Ticket | None:
    """Return the caller's own ticket with this id; for anything but an id the current one, if it is a ticket."""
    if key in ("", CHAT, HOME):
        return chats.current_ticket(request.user)
    return access.own_ticket(request.user, key)


def _ticket(request) -> Ticket:
    ticket = _ticket_named(request, request.data.get("conversation", ""))
    if not ticket:
        raise Http404
    return ticket


def _seq(sent, name: str) -> int:
    raw = str(sent.get(name, ""))
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
