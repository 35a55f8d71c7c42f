"""The conversation behind the link in an e-mail: read and answered in any browser, without a sign-in.

The token in the address is the right to see this one conversation, so there is no cookie and no CSRF token;
what it shows is what the conversation says, and nothing else of the ticket, the order or the person.
"""

import uuid
from contextlib import ExitStack
from functools import wraps

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from markupsafe import Markup

from supportdesk import languages
from supportdesk.http.too_many import TooMany
from tickets import queries, rate_limits, workflow
from tickets.files import downloads
from tickets.lists import fragments
from tickets.pictures import uploads
from tickets.privacy.plain_text import is_blank
from tickets.settings.in_force import current

from ..files.attachments import MOST_FILES, BadFile, NotChecked, received_files
from ..models import Attachment, ChannelName, Message, Status
from ..pictures.uploads import BadPicture, NoRoom, TooBusy, received
from ..workflow import MAX_TEXT, Refused
from . import ended_links, identity, links
from .email import bounces
from .ended_links import typed, unsent_files

COMMENT_LENGTH = 2000
BUSY_SECONDS = 10
# What a page without scripts may hold
PAGE_MESSAGES = 200


def with_link(view):
    """Give the view the link of its token; 404 when it is unknown, expired or revoked (`ended_links`)."""

    @csrf_exempt
    @wraps(view)
    def opened(request, token, *args, **kwargs):
        link = links.find(token)
        if not link:
            return ended_links.page(request, token)
        # In the language of the conversation, whatever the browser's
        with languages.speaking(current().language(link.ticket.language)):
            response = view(request, link, *args, **kwargs)
        # The address is a secret: no site that is linked from here may learn it, and no search engine
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return opened


@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def conversation(request, link):
    """GET: the conversation. POST: say something, then the conversation again."""
    if request.method == "POST":
        return _say(request, link)
    return _page(request, link)


@require_GET
@with_link
def messages(request, link):
    """The bubbles after a seq, for the page's script, and how the ticket stands."""
    shown = queries.newer_messages(
        link.ticket, _number(request.GET.get("after")), notes=False, limit=PAGE_MESSAGES
    )
    html = "".join(str(bubble) for _day, bubble in _bubbles(link, shown))
    return HttpResponse(html, headers={"X-Conversation-State": link.ticket.status})


@require_POST
@with_link
def seen(request, link):
    """A person has the page on the screen; a mail scanner that opens the link runs no script."""
    if seq := _number(request.POST.get("seq")):
        workflow.mark_read(link.ticket, by_agents=False, up_to=min(seq, link.ticket.last_seq))
    return HttpResponse(status=204)


@require_POST
@with_link
def rating(request, link):
    """Rate: confirms a ticket that is resolved. Only a POST does; mail scanners open links."""
    stars, comment = (
        _number(request.POST.get("rating")),
        typed(request, "comment").strip()[:COMMENT_LENGTH],
    )
    kept = {"comment": comment, "stars": stars}
    try:
        rate_limits.consume(request, "write")
    except TooMany as reason:
        return _later(_page(request, link, error=str(reason), status=429, **kept), reason.seconds)
    if not 1 <= stars <= 5:
        return _page(request, link, error=_("Choose one to five stars."), status=400, **kept)
    ticket = link.ticket
    try:
        if ticket.status == Status.RESOLVED:
            try:
                workflow.confirm(ticket, by=ticket.requester, rating=stars, comment=comment)
                return _back(link, "rated")
            except workflow.IllegalMove:
                # Pressed twice: the first has closed it meanwhile
                ticket.refresh_from_db()
        workflow.rate(ticket, stars, by=ticket.requester, comment=comment)
    except Refused as reason:
        return _page(request, link, error=str(reason), status=409, **kept)
    return _back(link, "rated")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """Unsubscribe from the e-mails about unread answers: a button here, one click in the mail client (RFC 8058).

    It works over an expired link too: an e-mail is kept longer than its link lasts.
    """
    if link := links.find_expired(token):
        return _unsubscribe(request, link)
    return with_link(_unsubscribe)(request, token)


def _unsubscribe(request, link):
    if request.method == "POST":
        if address := link.ticket.requester_email:
            bounces.opt_out(address)
        return render(request, "tickets/link_unsubscribe.html", {"is_done": True})
    return render(request, "tickets/link_unsubscribe.html", {"is_done": False})


@require_GET
@with_link
def attachment(request, link, attachment_id):
    """A file of this conversation."""
    found = Attachment.objects.filter(
        pk=attachment_id, message__ticket=link.ticket, message__internal=False
    )
    if not (attached := found.first()):
        raise Http404
    try:
        return downloads.answer(attached)
    except FileNotFoundError:
        raise Http404 from None


@require_GET
@with_link
def picture(request, link, message_id, small=False):
    """A picture of this conversation."""
    message = (
        Message.objects.filter(pk=message_id, ticket=link.ticket, internal=False)
        .exclude(picture="")
        .first()
    )
    if not message:
        raise Http404
    name = (message.thumbnail if small else message.picture).name
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type=uploads.content_type(name))
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


# --- Saying something --------------------------------------------------------


def _say(request, link):
    text, pictures = typed(request, "message"), request.FILES.getlist("image")
    documents = [each for each in request.FILES.getlist("file") if each]
    try:
        rate_limits.consume(request, *(("write", "upload") if pictures or documents else ("write",)))
    except TooMany as reason:
        # The page for too many requests would not have the words
        return _later(_page(request, link, error=str(reason), draft=text, status=429), reason.seconds)
    if is_blank(text) and not pictures and not documents:
        return _page(request, link, error=_("Write something or attach a picture."), status=400)
    if len(text) > MAX_TEXT:
        error = _("A message has at most %(count)s characters.") % {"count": f"{MAX_TEXT:,}"}
        return _page(request, link, error=error, draft=text, status=400)
    if len(pictures) > MOST_FILES:
        error = _("Please send at most %(count)s files at once.") % {"count": MOST_FILES}
        return _page(request, link, error=error, draft=text, status=400)
    client_id = typed(request, "clientId")[:60] or None
    ticket = link.ticket
    options = {"by": ticket.requester, "channel": ChannelName.WIDGET}
    first, *more = pictures or [None]
    try:
        # All of them are looked at before a word is sent
        with received_files(documents, first) as files, ExitStack() as stack:
            stored, *others = [stack.enter_context(received(each)) for each in (first, *more)]
            message = workflow.customer_says(
                ticket, text, picture=stored, files=files, client_id=client_id, **options
            )
            # A message has one picture
            for place, each in enumerate(others, 1):
                own_id = client_id and f"{client_id}-{place}"
                workflow.customer_says(message.ticket, "", picture=each, client_id=own_id, **options)
    except (BadPicture, BadFile) as reason:
        return _page(request, link, error=str(reason), draft=text, status=400)
    except (TooBusy, NotChecked) as reason:
        return _later(_page(request, link, error=str(reason), draft=text, status=503), BUSY_SECONDS)
    except NoRoom as reason:
        return _page(request, link, error=str(reason), draft=text, status=507)
    except Refused as reason:
        return _page(request, link, error=str(reason), draft=text, status=409)
    if link.address:
        # A message from this page proves the address, as a reply to the e-mail does
        identity.prove(ticket.requester, ChannelName.EMAIL, link.address, by="link")
    if message.ticket_id == ticket.pk:
        return _back(link, f"message-{message.seq}")
    # The conversation was closed, and the words have opened another one. Its link is for who opened it;
    # one that was there already may hold what the reader of this e-mail has no right to see
    if message.is_new and message.seq == 1:
        return _back(links.create(message.ticket, link.address), f"message-{message.seq}")
    return _page(request, link, notice=_("Your message was sent. We will answer you by e-mail."))


def _later(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Retry-After"] = str(seconds)
    return response


def _back(link, place: str) -> HttpResponseRedirect:
    response = HttpResponseRedirect(f"{reverse('conversation-link', args=[links.token(link)])}#{place}")
    response.status_code = 303
    return response


# --- What the page shows -----------------------------------------------------


def _page(request, link, *, error="", notice="", draft="", comment="", stars=0, status=200):
    ticket = link.ticket
    ticket.refresh_from_db(fields=["status", "rating", "last_seq", "unread_by_requester", "assignee_name"])
    shown = list(queries.conversation(ticket, notes=False).order_by("-seq")[:PAGE_MESSAGES])[::-1]
    stars = stars or _number(request.GET.get("rating"))
    context = {
        "token": links.token(link),
        "ticket": ticket,
        "bubbles": _bubbles(link, shown),
        "last_seq": shown[-1].seq if shown else 0,
        "is_cut": bool(shown) and shown[0].seq > 1,
        "whatsapp": links.whatsapp_url(link),
        "stars": stars if 1 <= stars <= 5 else ticket.rating or 0,
        "can_rate": ticket.status in (Status.RESOLVED, Status.CLOSED),
        "Status": Status,
        "error": error,
        # A page that comes again has the words in its form, and no file
        "unsent": unsent_files(request) if error else [],
        "notice": notice,
        "draft": draft,
        "comment": comment,
        "max_text": MAX_TEXT,
        # Pressed twice is said once
        "client_id": uuid.uuid4().hex,
    }
    return render(request, "tickets/link.html", context, status=status)


def _bubbles(link, messages) -> list[tuple]:
    """Bubbles whose pictures are reached with this link."""
    files, own = reverse("picture", args=[link.pk]).replace(str(link.pk), ""), links.token(link)
    shown = fragments.bubbles(messages, link.ticket, "customer", days=True)
    return [(day, _rehosted(html, files, f"/c/{own}/files/")) for day, html in shown]


def _rehosted(html: Markup, files: str, own: str) -> Markup:
    """The bubble with its pictures' addresses below the link. In its texts quotes are escaped: only an attribute fits."""
    text = str(html).replace(f'data-src="{files}', f'src="{own}').replace(f'href="{files}', f'href="{own}')
    return Markup(text)  # noqa: S704


def _number(raw) -> int:
    raw = str(raw or "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
