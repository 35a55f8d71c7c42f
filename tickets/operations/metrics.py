"""Gauges that are read from the database with each scrape of /metrics: a few small queries."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from tickets.lists import inbox
from tickets.models import InboxEvent, Job, Outgoing, OutgoingState, Status


def gauges() -> Iterator[Metric]:
    """Yield tickets by status, late jobs, overdue tickets, and the age of unread activity and of unsent e-mails."""
    now = timezone.now()
    tickets = GaugeMetricFamily(
        "desk_tickets", "Tickets by status, counted up to 10,000.", labels=["status"]
    )
    for status in Status.values:
        tickets.add_metric([status], inbox.count(inbox.InboxFilter(status=status)).number)
    waiting = inbox.inbox(inbox.InboxFilter(view="needs-answer")).filter(next_response_due_at__lt=now)
    late = waiting.order_by()[: inbox.COUNT_CAP].count()
    oldest = InboxEvent.objects.filter(position=None).order_by("at").first()
    age = (now - oldest.at).total_seconds() if oldest else 0
    jobs = GaugeMetricFamily(
        "desk_job_late_seconds", "How long a job is past its due time.", labels=["job"]
    )
    for job in Job.objects.all():
        jobs.add_metric([job.name], max(0.0, (now - job.due_at).total_seconds()))
    # A try that failed moves `due_at` on: the row is late all the same
    unsent = Outgoing.objects.filter(
        Q(tries__gt=0) | Q(due_at__lt=now), state__in=[OutgoingState.WAITING, OutgoingState.SENDING]
    )
    first = unsent.order_by("created_at").values_list("created_at", flat=True).first()
    yield tickets
    yield jobs
    yield GaugeMetricFamily(
        "desk_letters_age_seconds",
        "Age of the oldest message over e-mail or another channel that should have left and has not.",
        max(0.0, (now - first).total_seconds()) if first else 0,
    )
    yield GaugeMetricFamily("desk_tickets_overdue", "Open tickets past their due time, up to 10,000.", late)
    yield GaugeMetricFamily(
        "desk_outbox_age_seconds",
        "Age of the oldest activity without a position in the inbox's stream.",
        age,
    )
