"""May I, and which one? Both in one call: what a person may not see does not exist for them."""

import uuid
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpResponse

from .models import Message, Person, Ticket


def own_ticket(person: Person, ticket_id, *related: str) -> Ticket:
    """Return the customer's own ticket, with these relations loaded along; 404 for anybody else's."""
    return _found(_with(related).filter(requester_id=person.pk), ticket_id)


def desk_ticket(person: Person, ticket_id, *related: str) -> Ticket:
    """Return any ticket to an agent, with these relations loaded along; 404 for others."""
    if not person.is_agent:
        raise Http404
    return _found(_with(related), ticket_id)


def visible_picture(person: Person, message_id) -> Message:
    """Return the message with a picture that this person may see, notes to agents only."""
    messages = Message.objects.exclude(picture="")
    if not person.is_agent:
        messages = messages.filter(ticket__requester_id=person.pk, internal=False)
    return _found(messages, message_id)


def _with(related) -> QuerySet[Ticket]:
    # Without an argument select_related() would load every relation there is
    return Ticket.objects.select_related(*related) if related else Ticket.objects.all()


def _found(rows, id):
    try:
        return rows.get(pk=uuid.UUID(str(id)))
    except (ValueError, rows.model.DoesNotExist):
        raise Http404("There is nothing here for you.") from None


def for_agents(view):
    """A page for agents: others are asked to sign in; a signed-in customer gets 404."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            if request.htmx:
                # The fragment cannot show a sign-in page: let the whole page go there
                return HttpResponse(status=401, headers={"HX-Refresh": "true"})
            return redirect_to_login(request.get_full_path())
        if not request.user.is_agent:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
