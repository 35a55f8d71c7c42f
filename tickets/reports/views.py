"""/support/figures/: four cards, days as bars, tables by agent and category, and all of it as CSV."""

import csv
from collections.abc import Sequence
from io import StringIO

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets import rate_limits
from tickets.access import for_agents
from tickets.files.csv_cells import BYTE_ORDER_MARK, harmless
from tickets.models import Ticket
from tickets.visibility import require, visibility_of

from .comments import latest_comments
from .figures import DAYS, PERIODS, Figures, report

HEADINGS = (
    "Kind", "Name", "Opened", "First responses", "Average first response (s)", "On time (%)", "Next responses",
    "Average next response (s)", "Resolved", "Average resolution (s)", "Ratings", "Average rating", "Comment",
)  # fmt: skip

# The page shows them in pages
COMMENTS_IN_CSV = 1_000


@require_safe
@for_agents
def figures(request):
    """Return the figures of the last 7, 30 or 90 days; `?format=csv` as a spreadsheet."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and asked.isascii() and int(asked) in PERIODS else DAYS
    visible = visibility_of(request.user)
    found = report(timezone.localdate(), days, visible)
    if request.GET.get("format") == "csv":
        require(request.user, "export")
        rate_limits.consume(request, "export")
        return _csv(found, latest_comments(found.first, found.last, visible, size=COMMENTS_IN_CSV).rows)
    most = max((day.opened for day in found.days), default=0)
    comments = latest_comments(found.first, found.last, visible, request.GET.get("comments", ""))
    context = {
        "figures": found, "days": days, "periods": PERIODS, "most": max(most, 1), "comments": comments,
    }  # fmt: skip
    return render(request, "tickets/figures.html", context)


def _csv(found: Figures, commented: list[Ticket]) -> HttpResponse:
    out = StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    parts = (
        ("total", [found.total]),
        ("day", found.days),
        ("agent", found.agents),
        ("category", found.categories),
    )
    for kind, rows in parts:
        for row in rows:
            share = None if row.share_in_time is None else 100 * row.share_in_time
            cells: Sequence[object] = (
                kind, row.label, row.opened, row.answered, _rounded(row.first_response), _rounded(share),
                row.next_answered, _rounded(row.next_response), row.resolved, _rounded(row.resolution), row.rated,
                _rounded(row.rating, 2), "",
            )  # fmt: skip
            writer.writerow(map(harmless, cells))
    for ticket in commented:
        stars = [1, ticket.rating] if ticket.rating else [0, ""]
        cells = ["comment", f"#{ticket.number}", *[""] * (len(HEADINGS) - 5), *stars, ticket.rating_comment]
        writer.writerow(map(harmless, cells))
    name = f"figures-{found.first}-{found.last}.csv"
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rounded(number: float | None, digits: int = 0):
    if number is None:
        return ""
    return round(number, digits) if digits else round(number)
