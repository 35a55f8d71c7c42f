"""/support/figures/: four cards, days as bars, tables by agent and category, and all of it as CSV."""

import csv
from io import StringIO

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets.access import for_agents
from tickets.accounts import rate_limits
from tickets.reports.cells import BYTE_ORDER_MARK, harmless
from tickets.visibility import require, visibility_of

from .figures import DAYS, PERIODS, Figures, report

HEADINGS = (
    "Kind", "Name", "Opened", "First responses", "Average first response (s)", "In time (%)", "Resolved",
    "Average resolution (s)", "Ratings", "Average rating",
)  # fmt: skip


@require_safe
@for_agents
def figures(request):
    """Return the figures of the last 7, 30 or 90 days; `?format=csv` as a spreadsheet."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and asked.isascii() and int(asked) in PERIODS else DAYS
    found = report(timezone.localdate(), days, visibility_of(request.user))
    if request.GET.get("format") == "csv":
        require(request.user, "export")
        rate_limits.consume(request, "export")
        return _csv(found)
    most = max((day.opened for day in found.days), default=0)
    context = {"figures": found, "days": days, "periods": PERIODS, "most": max(most, 1)}
    return render(request, "tickets/figures.html", context)


def _csv(found: Figures) -> HttpResponse:
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
            cells = (
                kind, row.label, row.opened, row.answered, _rounded(row.first_response), _rounded(share), row.resolved,
                _rounded(row.resolution), row.rated, _rounded(row.rating, 2),
            )  # fmt: skip
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
