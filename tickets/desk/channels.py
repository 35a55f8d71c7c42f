"""Channel parts of an open ticket: quoted text and full e-mail, WhatsApp's clock and templates."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from markupsafe import Markup

from tickets import access, rate_limits, workflow
from tickets.channels.email.parsing import cleaned
from tickets.channels.whatsapp import templates
from tickets.lists import fragments
from tickets.models import ChannelName, Incoming, Message

from .actions import from_script, plain
from .dashboard import page_for_agents

MOST_VALUES = 20
VALUE_LENGTH = 400


@page_for_agents
def whole_mail(request, message_id):
    """Return the quoted text and the full e-mail, for the agent who opens them below the message."""
    message = Message.objects.filter(pk=message_id).only("id", "ticket_id").first()
    found = message and Incoming.objects.filter(channel=ChannelName.EMAIL, message_id=message.pk).first()
    if not found:
        raise Http404
    access.desk_ticket(request.user, message.ticket_id)
    # Cleaned when it came; what an older release let pass is cleaned again
    html = cleaned(found.payload.get("html", "") or "")
    context = {"incoming": found, "html": Markup(html), "text": found.payload.get("text", "")}  # noqa: S704
    return render(request, "tickets/_whole_mail.html", context)


@page_for_agents
def list_templates(request, ticket_id):
    """The approved templates, each with its text and a field for each of its variables."""
    ticket = access.desk_ticket(request.user, ticket_id)
    return render(request, "tickets/_templates.html", {"ticket": ticket, "templates": _choices()})


def _choices() -> list[dict]:
    return [
        {
            "row": row,
            "numbers": range(1, row.variables + 1),
            "text": "\n\n".join(part for part in (row.header, row.body, row.footer) if part),
        }
        for row in templates.approved()
    ]


@require_POST
@access.for_agents
def send_template(request, ticket_id):
    """Send a template as the reply; a script gets the bubble, a plain form the ticket."""
    ticket = access.desk_ticket(request.user, ticket_id)
    values = [value[:VALUE_LENGTH] for value in request.POST.getlist("variable")[:MOST_VALUES]]
    try:
        rate_limits.consume(request, "reply")
        message = templates.send(
            ticket,
            request.POST.get("name", ""),
            request.POST.get("language", ""),
            values,
            by=request.user,
            client_id=request.POST.get("clientId", "")[:64] or None,
        )
    except templates.DoesNotFit as reason:
        return plain(str(reason), 400)
    except workflow.Refused as reason:
        return plain(str(reason), 409)
    if not from_script(request):
        return redirect("ticket", ticket_id=ticket.pk)
    shown = fragments.bubbles([message], message.ticket, "agent", viewer=request.user)
    return render(request, "tickets/_messages.html", {"bubbles": shown, "older": None}, status=201)
