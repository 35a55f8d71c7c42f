"""The page of an expired conversation link: it keeps the unsent text, and sends a new link by e-mail."""

from contextlib import nullcontext

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from supportdesk import languages
from supportdesk.http.too_many import TooMany
from tickets import rate_limits
from tickets.files.attachments import MOST_FILES
from tickets.models import ChannelName, ConversationLink
from tickets.settings.in_force import current
from tickets.workflow import MAX_TEXT

from . import links, outbox

NAME_LENGTH = 200


def page(request, token: str, *, notice: str = "", error: str = "", status: int = 404) -> HttpResponse:
    """Return the page of a link that has ended. Raise Http404 for an unknown one over which nothing was sent."""
    link = links.find_expired(token)
    words = typed(request, "message") or typed(request, "comment")
    unsent = unsent_files(request)
    if not (link or words or unsent):
        raise Http404
    context = {
        "token": token if link and link.ticket.requester_email else "",
        "number": link.ticket.number if link else "",
        "words": words[:MAX_TEXT],
        "unsent": unsent,
        "notice": notice,
        "error": error,
    }
    speaking = languages.speaking(current().language(link.ticket.language)) if link else nullcontext()
    with speaking:
        response = render(request, "tickets/link_ended.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt
@require_POST
def renew(request, token: str) -> HttpResponse:
    """Send the customer an e-mail with a new link. It goes to the ticket's own address, not to one that the reader names."""
    link = links.find_expired(token)
    if not link:
        if links.find(token):
            return HttpResponseRedirect(reverse("conversation-link", args=[token]))
        raise Http404
    with languages.speaking(current().language(link.ticket.language)):
        sent = _("We have sent you an e-mail with a new link. Your words are still here.")
        none = _("We have no e-mail address for this conversation.")
    try:
        rate_limits.consume(request, "get a code")
    except TooMany as reason:
        response = page(request, token, error=str(reason), status=429)
        response["Retry-After"] = str(reason.seconds)
        return response
    if not _sent(link):
        return page(request, token, error=none, status=409)
    return page(request, token, notice=sent, status=200)


def _sent(link: ConversationLink) -> bool:
    """Queue the e-mail, at most once an hour; return False if the ticket has no address."""
    ticket = link.ticket
    address = ticket.requester_email.strip().lower()
    if not address:
        return False
    hour = timezone.now().strftime("%Y%m%d%H")
    outbox.queue(
        f"link-{ticket.pk.hex}-{hour}",
        ChannelName.EMAIL,
        "link",
        ticket=ticket,
        person_id=ticket.requester_id,
        address=address,
    )
    return True


def typed(request, name: str) -> str:
    """Return a field of the form without NUL, which no keyboard types and PostgreSQL does not store."""
    return request.POST.get(name, "").replace("\0", "")


def unsent_files(request) -> list[str]:
    """Return the names of the files in this request: a form cannot be filled with them again."""
    chosen = [each.name for name in ("image", "file") for each in request.FILES.getlist(name)]
    return [name[:NAME_LENGTH] for name in chosen or request.POST.getlist("unsent")][: 2 * MOST_FILES]
