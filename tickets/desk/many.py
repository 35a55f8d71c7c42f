"""Views beyond one ticket: bulk actions, a new ticket, merge, saved views, notes about a customer."""

import json
from urllib.parse import parse_qsl
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from rest_framework.exceptions import ValidationError

from tickets import access, workflow
from tickets.api import desk as api
from tickets.api.desk_serializers import (
    MOST_AT_ONCE,
    BulkSerializer,
    CallerTicketSerializer,
    SplitSerializer,
)
from tickets.lists import inbox
from tickets.models import Person, SavedView, Ticket
from tickets.privacy.masking import masked
from tickets.visibility import visible_tickets
from tickets.workflow import clock

from .actions import from_script, plain
from .forms import SaveViewForm, complaint
from .lists import shown_list

NOTES_LENGTH = 2000
# Names of the API that a bulk change of the page may not use
NOT_IN_BULK = {"undo", "orderId", "resolution", "userName", "userEmail", "userPhone", "subject"}


@require_POST
@access.for_agents
def bulk(request):
    """Change the chosen tickets, or take such a change back: {done, skipped, undo}."""
    try:
        if "undo" in request.POST:
            return JsonResponse(_undone(json.loads(request.POST["undo"]), request.user))
        ids, is_whole = _chosen(request)
        changes = json.loads(request.POST.get("changes", ""))
    except (ValueError, RecursionError):
        return plain(gettext("This is not JSON."), 400)
    if not isinstance(changes, dict) or changes.keys() & NOT_IN_BULK:
        return plain(gettext("These fields cannot be changed for many tickets."), 400)
    tokens: dict[str, str] = {}
    try:
        done, skipped = _changed(ids, changes, request.user, tokens)
    except ValidationError as reason:
        return plain(sentence_of(reason), 400)
    return JsonResponse(
        {
            "done": [str(id) for id in done],
            "skipped": skipped,
            # Eight seconds from here, however long so many took
            "undo": {id: workflow.prolonged_undo(token) for id, token in tokens.items()} or None,
            # Whether there were no more than one call changes
            "whole": is_whole,
        }
    )


def _chosen(request) -> tuple[list[str], bool]:
    """Return the ids that are sent, or those of the whole view that is named, and whether these are all.

    A view that is not understood as it was written names no ticket: a list may leave out what it does not
    know, a change of many may not.
    """
    query = request.POST.get("view")
    if query is None:
        return request.POST.getlist("ids"), True
    shown = shown_list(QueryDict(query), request.user)
    if shown.query != query:
        return [], True
    found = list(inbox.inbox(shown.wanted).values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    return [str(id) for id in found[:MOST_AT_ONCE]], len(found) <= MOST_AT_ONCE


def _changed(ids: list[str], changes: dict, agent: Person, tokens: dict) -> tuple[list, list]:
    added = changes.pop("addTag", None)
    if added is not None:
        serializer = BulkSerializer(data={"ids": ids, "changes": {"tags": [added]}})
        serializer.is_valid(raise_exception=True)
        return _tagged(serializer.validated_data["ids"], added, agent, tokens)
    serializer = BulkSerializer(data={"ids": ids, "changes": changes})
    serializer.is_valid(raise_exception=True)
    return api.change_many(serializer.validated_data["ids"], changes, agent, tokens)


def _tagged(ids: list, tag: str, agent: Person, tokens: dict) -> tuple[list, list]:
    """Add a tag to each, whatever others it has."""
    found = visible_tickets(agent).in_bulk([id for id in ids if isinstance(id, UUID)])

    def add(ticket):
        done = workflow.change(ticket, by=agent, add_tags=[tag])
        if done.token:
            tokens[str(ticket.pk)] = done.token

    done, skipped = workflow.change_many(found.values(), add)
    return [each.pk for each in done], [{"id": str(each.pk), "detail": why} for each, why in skipped]


def _undone(tokens: dict, agent: Person) -> dict:
    asked_at = clock.now()
    ids = list(tokens)[:MOST_AT_ONCE] if isinstance(tokens, dict) else []
    found = [ticket for id in ids if (ticket := _found(id, str(tokens[id]), agent))]
    done, skipped = workflow.change_many(
        found,
        lambda ticket: workflow.undo_change(
            ticket, str(tokens[str(ticket.pk)]), by=agent, asked_at=asked_at
        ),
    )
    return {
        "done": [str(ticket.pk) for ticket in done],
        "skipped": [{"id": str(ticket.pk), "detail": why} for ticket, why in skipped],
    }


def _found(id: str, token: str, agent: Person) -> Ticket | None:
    restoring = workflow.replaced_by(id, token, by=agent)
    try:
        return access.desk_ticket(agent, id, merged=False, restoring=restoring)
    except Http404:
        return None


@require_POST
@access.for_agents
def new_ticket(request):
    """Open a ticket for a caller; answers its address."""
    sent = request.POST
    data = {
        "customer": {name: sent.get(name, "").strip() for name in ("name", "email", "phone")},
        **{name: sent.get(name, "") for name in ("message", "category", "priority", "orderId", "clientId")},
        "internal": bool(sent.get("internal")),
    }
    serializer = CallerTicketSerializer(data=data)
    try:
        serializer.is_valid(raise_exception=True)
        ticket = api.open_for_caller(serializer.validated_data, request.user)
    except ValidationError as reason:
        return plain(sentence_of(reason), 400)
    except workflow.Refused as reason:
        return plain(str(reason), 409)
    return _gone_to(request, reverse("ticket", args=[ticket.pk]))


@require_POST
@access.for_agents
def merge(request, ticket_id):
    """Merge this ticket into another one; answers the address of the one that stays."""
    # Merged already, it is still the one that was meant: the first answer may have been lost
    ticket = access.desk_ticket(request.user, ticket_id, merged=False)
    try:
        into = api.ticket_of(request.user, request.POST.get("into", ""))
        stays = workflow.merge(ticket, into, by=request.user)
    except ValidationError as reason:
        return plain(sentence_of(reason), 400)
    except workflow.Refused as reason:
        return plain(str(reason), 409)
    return _gone_to(request, reverse("ticket", args=[stays.pk]))


@require_POST
@access.for_agents
def split(request, ticket_id):
    """Make a ticket of one of the customer's messages, or with `undo` move it back; answers the address to go to."""
    ticket = access.desk_ticket(request.user, ticket_id, merged=not request.POST.get("undo"))
    try:
        if request.POST.get("undo"):
            return _gone_to(request, reverse("ticket", args=[workflow.unsplit(ticket, by=request.user).pk]))
        serializer = SplitSerializer(data={"seq": request.POST.get("seq", "")})
        serializer.is_valid(raise_exception=True)
        made = workflow.split(ticket, serializer.validated_data["seq"], by=request.user)
    except ValidationError:
        return plain(gettext("Choose the message."), 400)
    except workflow.Refused as reason:
        return plain(str(reason), 409)
    if not made:
        return plain(gettext("This ticket has no such message."), 404)
    return _gone_to(request, reverse("ticket", args=[made.pk]))


@require_POST
@access.for_agents
def save_view(request):
    """Keep the list that is shown under a name."""
    form = SaveViewForm(request.POST)
    if not form.is_valid():
        return plain(complaint(form), 400)
    data = form.cleaned_data
    if not parse_qsl(data["query"]):
        return plain(gettext("Choose a filter first."), 400)
    # No get(): two requests at once may have made two of one name
    same = SavedView.objects.filter(owner=request.user, name=data["name"])
    found = list(same.order_by("pk").values_list("pk", flat=True))
    first, others = (found[0], found[1:]) if found else (None, [])
    kept = {"query": data["query"], "is_shared": data["shared"]}
    if first is None or not same.filter(pk=first).update(**kept):
        SavedView.objects.create(owner=request.user, name=data["name"], **kept)
    same.filter(pk__in=others).delete()
    cache.delete("shared-views")
    return _gone_to(request, f"{reverse('dashboard')}?{data['query']}")


@require_POST
@access.for_agents
def delete_view(request, view_id):
    """Remove a saved view of one's own."""
    SavedView.objects.filter(pk=view_id, owner=request.user).delete()
    cache.delete("shared-views")
    return _gone_to(request, reverse("dashboard"))


@require_POST
@access.for_agents
def person_notes(request, ticket_id):
    """Keep what agents note about the customer of this ticket; 409 if a colleague wrote there meanwhile.

    `known` is what stood there when the agent began. Of two agents the second gets both texts in the form, to join.
    """
    ticket = access.desk_ticket(request.user, ticket_id)
    notes, known = (_lines(request.POST.get(name)) for name in ("notes", "known"))
    if len(notes) > NOTES_LENGTH:
        return plain((gettext("Maximum %(count)s characters reached.") % {"count": NOTES_LENGTH}), 400)
    # A form of before this field had no `known`
    rows = Person.objects.filter(pk=ticket.requester_id)
    free = rows.filter(notes=known) if "known" in request.POST else rows
    if not free.update(notes=notes):
        customer = rows.get()
        if customer.notes != notes:
            return _clash(request, ticket, customer, notes)
    if from_script(request):
        return render(request, "tickets/_person_notes_known.html", {"customer": Person(notes=notes)})
    return redirect("ticket", ticket_id=ticket.pk)


def _clash(request, ticket: Ticket, customer: Person, written: str) -> HttpResponse:
    """Show what stands there now above what the agent wrote, in a form that knows of it."""
    is_script = from_script(request)
    page = "tickets/_person_notes.html" if is_script else "tickets/person_notes.html"
    context = {"ticket": ticket, "customer": customer, "written": written, "clash": True}
    response = render(request, page, context, status=409)
    response["HX-Retarget"] = "#person-notes-form"
    return response


def _lines(text: str | None) -> str:
    """Return what a textarea sent as it is stored."""
    return masked((text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))


def _gone_to(request, address: str) -> HttpResponse:
    return JsonResponse({"url": address}) if from_script(request) else redirect(address)


def sentence_of(reason: ValidationError) -> str:
    return " ".join(_sentences(reason.detail))


def _sentences(detail) -> list[str]:
    if isinstance(detail, dict):
        return [sentence for each in detail.values() for sentence in _sentences(each)]
    if isinstance(detail, list):
        return [sentence for each in detail for sentence in _sentences(each)]
    return [str(detail)]
