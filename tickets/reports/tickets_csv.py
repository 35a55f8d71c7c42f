"""Tickets as a spreadsheet: CSV that Excel decodes as UTF-8 and that runs no formula."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

from django.db.models import QuerySet
from django.utils import timezone

from tickets.files.csv_cells import BYTE_ORDER_MARK, PhoneCell, harmless
from tickets.models import Ticket
from tickets.privacy.phones import LIKE_A_PHONE

CHUNK = 64 * 1024
ROWS_AT_ONCE = 2000

NOT_OF_A_PHONE = re.compile(r"[^0-9+]+")


def tickets_csv(tickets: QuerySet[Ticket]) -> Iterator[bytes]:
    """Yield the tickets as CSV in UTF-8, a heading first; times as the desk's clocks show them.

    Any number of them: they are read and sent piece by piece.
    """
    columns = _columns()
    rows = tickets.defer("handover").iterator(ROWS_AT_ONCE)
    yield from _lines([list(columns)], BYTE_ORDER_MARK)
    yield from _lines([read(ticket) for read in columns.values()] for ticket in rows)


def _phone(phone: str) -> str:
    """Return `+91 90000 00110` for any grouping; a lone number would lose its plus or zeros as a number."""
    if not LIKE_A_PHONE.match(phone):
        return phone
    groups = NOT_OF_A_PHONE.sub(" ", phone).strip()
    if " " not in groups:
        first = 3 if groups.startswith("+") else len(groups) - 5
        groups = f"{groups[:first]} {groups[first:]}"
    return PhoneCell(groups)


def _columns() -> dict:
    """Heading -> what stands below it."""
    zone = timezone.get_current_timezone_name()
    return {
        "Ticket": lambda ticket: ticket.number,
        "Subject": lambda ticket: ticket.subject,
        "Status": lambda ticket: ticket.status,
        "Priority": lambda ticket: ticket.priority,
        "Category": lambda ticket: ticket.category,
        "Customer": lambda ticket: ticket.requester_name,
        "E-mail": lambda ticket: ticket.requester_email,
        "Phone": lambda ticket: _phone(ticket.requester_phone),
        "Order": lambda ticket: ticket.order_number,
        "Assigned to": lambda ticket: ticket.assignee_name,
        "Call back": _callback,
        f"Opened ({zone})": lambda ticket: _time(ticket.created_at),
        f"First reply due ({zone})": lambda ticket: _time(ticket.first_response_due_at),
        f"First reply ({zone})": lambda ticket: _time(ticket.first_responded_at),
        f"Resolved ({zone})": lambda ticket: _time(ticket.resolved_at),
        f"Closed ({zone})": lambda ticket: _time(ticket.closed_at),
        f"Updated ({zone})": lambda ticket: _time(ticket.updated_at),
        "Resolution": lambda ticket: ticket.resolution,
        "Rating": lambda ticket: ticket.rating,
        "Comment": lambda ticket: ticket.rating_comment,
    }


def _callback(ticket: Ticket) -> str:
    if not ticket.callback_requested:
        return ""
    return "done" if ticket.callback_completed else "wanted"


def _time(at) -> str:
    # With the offset: 20:14 of which day and place is a question otherwise
    return timezone.localtime(at).isoformat(" ", "minutes") if at else ""


def _lines(rows: Iterable[list], before: str = "") -> Iterator[bytes]:
    out = StringIO()
    out.write(before)
    writer = csv.writer(out)
    for row in rows:
        writer.writerow(map(harmless, row))
        if out.tell() > CHUNK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()
