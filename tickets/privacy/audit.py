"""Who at the desk saw, changed, exported or erased what, when, and from where.

Written by one middleware, so that no page, call or admin form is forgotten: whatever an
agent is shown of a ticket was seen, and whatever an agent posts with success changed
something. `TicketEvent` stays the history of a ticket; this is the account of its readers.
"""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection, models
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware

from supportdesk.db.compiled_queries import insert
from supportdesk.http.client_address import address_of, known_person
from tickets.models import AuditAction, AuditEntry, Person

# Looking again within this time is looking once
ONE_LOOK = timedelta(minutes=10)
LOOKS = uuid.UUID("c0a9a3c2-3bb2-4b39-8a3c-0f7b3a1de6a5")
READING = {"GET", "HEAD"}
# Sent by an open tab on its own: no person looked at or did anything
BY_THEMSELVES = {"ticket-row", "ticket-seen", "ticket-typing", "api-read", "api-typing", "logout"}
# The admin's pages of one row, and what the row is
ADMIN_PAGES = {
    "tickets_ticket_change": "ticket",
    "tickets_person_change": "person",
    "tickets_person_data": "person",
}


# --- Writing -----------------------------------------------------------------


def record(
    by: Person | None, action: AuditAction, what: str, *, ticket=None, person=None, address: str = ""
) -> None:
    """Add one entry; `ticket` and `person` are ids. `by` is None for the command line."""
    insert([_entry(by, action, what, ticket, person, address)])


def note(request, action: AuditAction, what: str, *, tickets: Iterable = (), person=None) -> None:
    """Add what a view did: an entry for each of these tickets (ids), or one for the person (id)."""
    request.audited = True
    subjects = [(ticket, None) for ticket in tickets] if person is None else [(None, person)]
    by, address = request.user, address_of(request)
    insert([_entry(by, action, what, ticket, whom, address) for ticket, whom in subjects])


def record_view(by: Person, *, ticket=None, person=None, address: str = "") -> None:
    """Record a look at a ticket or a person, unless they did so just now."""
    now = timezone.now()
    look = f"{by.pk}:{ticket or person}:{int(now.timestamp() // ONE_LOOK.total_seconds())}"
    if not cache.add(f"saw:{look}", True, ONE_LOOK.total_seconds()):
        return
    entry = _entry(by, AuditAction.SAW, "", ticket, person, address)
    # Another process may have noted the same look: then this is the same row
    entry.pk = uuid.uuid5(LOOKS, look)
    if connection.features.supports_ignore_conflicts:
        AuditEntry.objects.bulk_create([entry], ignore_conflicts=True)
        return
    with suppress(IntegrityError):
        entry.save(force_insert=True)


def _entry(by, action, what, ticket, person, address) -> AuditEntry:
    return AuditEntry(
        actor_id=by and by.pk,
        actor_name=str(by or "command line"),
        action=action,
        what=what[:120],
        ticket_id=ticket,
        person_id=person,
        address=address,
    )


def forget(now: datetime) -> None:
    """Remove what is older than AUDIT_DAYS, the only way in which an entry goes."""
    if settings.AUDIT_DAYS:
        before = now - timedelta(days=settings.AUDIT_DAYS)
        models.QuerySet(AuditEntry).filter(at__lt=before).delete()


# --- What every request passes -----------------------------------------------


@sync_and_async_middleware
def audit_middleware(get_response):
    """Note what agents saw and did. Streams, the only async requests, note their listeners themselves."""
    if iscoroutinefunction(get_response):
        return get_response

    def middleware(request):
        response = get_response(request)
        match = request.resolver_match
        if response.status_code < 400 and match and match.url_name not in BY_THEMSELVES:
            person = known_person(request)
            if person and person.is_agent:
                _note(request, response, match, person)
        return response

    return middleware


def _note(request, response, match, person: Person) -> None:
    address = address_of(request)
    ids = _subject(match)
    if request.method in READING:
        if ids and response.status_code == 200:
            record_view(person, address=address, **ids)
        return
    if hasattr(request, "audited"):
        return
    what = match.url_name or match.route
    if match.app_names == ["admin"]:
        if what.endswith("_changelist"):
            what = f"{what}: {request.POST.get('action', '')}"
        if hasattr(response, "streaming_content"):
            record(person, AuditAction.EXPORTED, what, address=address)
            return
        if response.status_code != 302:
            # A form that came back, or a page that asks whether one is sure
            return
    record(person, AuditAction.CHANGED, what, address=address, **ids)


def _subject(match) -> dict:
    """The ticket or person that an address is about."""
    if match.app_names == ["admin"]:
        kind, id = ADMIN_PAGES.get(match.url_name), match.kwargs.get("object_id")
    else:
        kind, id = "ticket", match.kwargs.get("ticket_id")
    if not kind or not id:
        return {}
    try:
        return {kind: id if isinstance(id, uuid.UUID) else uuid.UUID(str(id))}
    except ValueError:
        return {}
