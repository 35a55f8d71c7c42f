"""The background work: what the desk does by itself, in steps that run now and then.

A step is a plain function of two times, now and since when (its last run that went
through), and returns whether more is waiting. It has a row, `Job`; the worker that moves the
row's lease does the step. So any number of processes may work, on every engine, without
a broker: the condition in the update decides. Each step is safe to run twice and takes
its tickets by conditional update, too, so that a lease that ran out does no harm.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from supportdesk.db import clock
from supportdesk.db.batches import Batch
from supportdesk.observability import metrics
from tickets import live, workflow
from tickets.channels import inbox, outbox
from tickets.channels.email import imap
from tickets.channels.whatsapp import templates
from tickets.models import (
    Alert,
    ChannelName,
    Delivery,
    InboxEvent,
    Job,
    Message,
    Outgoing,
    OutgoingState,
    RateLimitCounter,
    Sender,
    Status,
    Ticket,
    TokenFamily,
    Viewer,
)
from tickets.privacy import audit, personal_data
from tickets.settings import holidays
from tickets.settings.in_force import current
from tickets.shop.systems import fetching

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# What lies further ahead than anybody waits was written before the clock was set back; those of two machines
# are never quite the same
CLOCKS_DIFFER = timedelta(minutes=5)
# A step that failed waits so long at least
SHORTEST_WAIT = timedelta(seconds=5)
# What one run takes on before it lets go of the lease
BATCH = 200
# After a failure a step waits longer each time, up to this
LONGEST_WAIT = timedelta(hours=1)

ACTIVITIES_KEPT = timedelta(days=3)
VIEWERS_KEPT = timedelta(days=1)
DELIVERIES_KEPT = timedelta(days=7)
# An activity may be committed some time after the moment that it bears
LATE_COMMIT = timedelta(minutes=1)


def always(now: datetime) -> bool:
    """Return whether there is something to do, for steps that find out while they run."""
    return True


@dataclass(frozen=True)
class Step:
    run: Callable[[datetime, datetime], bool]
    every: timedelta
    # After failures it waits longer each time, up to this
    longest_wait: timedelta = LONGEST_WAIT
    # Whether there is something to do. Asked without the lease: taking it and giving it back are two commits, which
    # is most of what a quiet desk's background work costs
    has_work: Callable[[datetime], bool] = always


STEPS: dict[str, Step] = {}


def step(name: str, *, every: timedelta, **options):
    """Make a function a step of the background work; apps add theirs when they are ready."""

    def register(function):
        STEPS[name] = Step(function, every, **options)
        return function

    return register


# One bad row of a step stops no other
_breaches, _closing, _unread, _pruning = map(Batch, ("answers", "auto-close", "letters", "prune"))

# --- The steps ---------------------------------------------------------------


@step("holidays", every=timedelta(days=1))
def refresh_holidays(now: datetime, since: datetime) -> bool:
    """Copy the holidays of the coming year, and of the calendar address."""
    holidays.refresh(timezone.localdate(now))
    return False


def _unchecked(now: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(answer_check_at__lte=now)


@step("answers", every=timedelta(seconds=10), has_work=lambda now: _unchecked(now).exists())
def notice_breaches(now: datetime, since: datetime) -> bool:
    """Note the tickets without an answer in time."""
    due = _unchecked(now).defer("handover").exclude(pk__in=_breaches.left_out())
    tickets = list(due.order_by("answer_check_at")[:BATCH])

    def check(ticket: Ticket) -> None:
        if workflow.check_answer(ticket, now):
            metrics.OVERDUE.inc()

    _breaches.each(tickets, check)
    return len(tickets) == BATCH


@step("leavers", every=timedelta(seconds=30))
def release_of_leavers(now: datetime, since: datetime) -> bool:
    """Give back the open tickets of agents who were made inactive, wherever that was done."""
    workflow.release_of_leavers()
    return False


@step("auto-close", every=timedelta(minutes=10))
def close_resolved(now: datetime, since: datetime) -> bool:
    """Close what was resolved and then left alone for as long as the settings say."""
    wait = current().auto_close_after
    if not wait:
        return False
    before = now - wait
    resolved = Ticket.objects.defer("handover").filter(status=Status.RESOLVED, updated_at__lt=before)
    resolved = resolved.exclude(pk__in=_closing.left_out())
    tickets = list(resolved.order_by("updated_at")[:BATCH])

    def close(ticket: Ticket) -> None:
        # Moved meanwhile: it is not ours to close any more
        with suppress(workflow.Refused):
            workflow.close_by_itself(ticket, untouched_since=before)

    _closing.each(tickets, close)
    return len(tickets) == BATCH


@step("letters", every=timedelta(seconds=30))
def mail_unread(now: datetime, since: datetime) -> bool:
    """Queue e-mails to customers who have not read an agent's reply for UNREAD_MAIL_MINUTES."""
    if not settings.UNREAD_MAIL_MINUTES:
        return False
    wait = timedelta(minutes=settings.UNREAD_MAIL_MINUTES)
    told = InboxEvent.objects.filter(at__gt=since - wait - LATE_COMMIT, at__lte=now - wait).exclude(
        seq=None
    )
    ids = list({ticket for (ticket,) in told.values_list("ticket_id")})
    for start in range(0, len(ids), BATCH):
        unread = Ticket.objects.defer("handover").filter(
            pk__in=ids[start : start + BATCH], unread_by_requester__gt=0
        )
        _unread.each(unread.exclude(requester_email=""), queue_unread)
    return False


def queue_unread(ticket: Ticket) -> bool:
    """Queue one e-mail with all unread messages; each message is in one e-mail only."""
    known = max(ticket.read_by_requester, ticket.mailed_to_requester)
    said = Message.objects.filter(ticket=ticket, seq__gt=known, internal=False)
    news = Q(sender=Sender.AGENT)
    is_resolved = ticket.status == Status.RESOLVED
    if is_resolved:
        news |= Q(sender=Sender.SYSTEM, created_at__gte=ticket.resolved_at)
    if ticket.nudged_at:
        news |= Q(sender=Sender.SYSTEM, created_at__gte=ticket.nudged_at)
    newest = said.filter(news).order_by("-seq").values_list("seq", flat=True).first()
    if not newest:
        return False
    # Queued before it is recorded on the ticket: after a crash in between it is sent all the same
    row = outbox.queue(
        f"unread-{ticket.pk.hex}-{newest}",
        ChannelName.EMAIL,
        "unread",
        ticket=ticket,
        person_id=ticket.requester_id,
        address=ticket.requester_email,
        payload={
            "after": known,
            "upto": newest,
            "stars": is_resolved,
            "system": is_resolved or bool(ticket.nudged_at),
        },
    )
    mine = Ticket.objects.filter(pk=ticket.pk, mailed_to_requester=ticket.mailed_to_requester)
    if not mine.update(mailed_to_requester=newest) and row:
        # Another process has queued an e-mail with some of these messages
        Outgoing.objects.filter(pk=row.pk, state=OutgoingState.WAITING).update(
            state=OutgoingState.CANCELLED
        )
        return False
    return row is not None


@step("outbox", every=timedelta(seconds=30))
def send_due(now: datetime, since: datetime) -> bool:
    """Send what the sender's own thread has not: it is asleep or gone where only steps are run."""
    return outbox.deliver_due(now) >= outbox.BATCH


@step("inbox", every=timedelta(seconds=15), has_work=inbox.has_due)
def retry_incoming(now: datetime, since: datetime) -> bool:
    """Do what came in over a channel and was not finished."""
    return inbox.retry_due(now)


@step(
    "mailbox",
    every=imap.EVERY,
    longest_wait=imap.LONGEST_WAIT,
    has_work=lambda now: bool(settings.EMAIL_IN_URL),
)
def fetch_mail(now: datetime, since: datetime) -> bool:
    """Fetch new e-mails from the mailbox of EMAIL_IN_URL."""
    return imap.poll(now)


@step("templates", every=templates.EVERY)
def copy_templates(now: datetime, since: datetime) -> bool:
    """Copy the list of WhatsApp templates."""
    return templates.sync(now)


@step("shop-fetch", every=timedelta(seconds=5), has_work=fetching.is_running)
def fetch_shops(now: datetime, since: datetime) -> bool:
    """Fetch a page of each shop whose data is being fetched once."""
    return fetching.fetch_some()


@step("inbox-prune", every=timedelta(hours=1))
def forget_ignored(now: datetime, since: datetime) -> bool:
    """Remove what was not for the desk and was kept for staff to look at."""
    return inbox.forget_ignored(now)


@step("order", every=timedelta(seconds=15), has_work=live.has_unnumbered)
def assign_sequence(now: datetime, since: datetime) -> bool:
    """Number what happened also while no agent listens, so that the first who comes need not."""
    return live.assign_sequence()


@step("prune", every=timedelta(minutes=10))
def prune(now: datetime, since: datetime) -> bool:
    """Remove what has served its time: old activities, tabs that are gone, sessions, dead tokens."""
    newest = InboxEvent.objects.exclude(position=None).order_by("-position").first()
    # Positions are counted on from the newest: without it, streams would wait for numbers long gone
    old = InboxEvent.objects.filter(at__lt=now - ACTIVITIES_KEPT)
    if newest:
        old = old.exclude(pk=newest.pk)
    refresh_tokens_end = now - settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    dead = Q(revoked_at__lt=now - settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]) | Q(
        used_at__lt=refresh_tokens_end
    )
    more: list[bool] = []
    parts = {
        "viewers": lambda: Viewer.objects.filter(seen_at__lt=now - VIEWERS_KEPT).delete(),
        "audit": lambda: audit.forget(now),
        "activities": lambda: more.append(delete_batch(old)),
        "sessions": lambda: more.append(delete_batch(Session.objects.filter(expire_date__lt=now))),
        "tokens": lambda: more.append(delete_batch(TokenFamily.objects.filter(dead))),
        "alerts": lambda: more.append(
            delete_batch(Alert.objects.filter(created_at__lt=now - DELIVERIES_KEPT))
        ),
        "limits": lambda: more.append(delete_batch(RateLimitCounter.objects.filter(ends_at__lt=now))),
        "deliveries": lambda: more.append(
            delete_batch(Delivery.objects.filter(ended_at__lt=now - DELIVERIES_KEPT))
        ),
    }
    _pruning.each(parts, lambda part: parts[part](), key=str)
    return any(more)


@step("retention", every=timedelta(hours=1))
def retain(now: datetime, since: datetime) -> bool:
    """Remove what is older than RETENTION_DAYS."""
    return personal_data.retain(now)


def delete_batch(rows: QuerySet, size: int = 1000) -> bool:
    """Delete some of these rows, few enough that writers hardly wait; return whether more are left."""
    ids = list(rows.values_list("pk", flat=True)[:size])
    if ids:
        rows.model.objects.filter(pk__in=ids).delete()
    return len(ids) == size


# --- Whose turn it is --------------------------------------------------------


def run_due(now: datetime | None = None) -> list[str]:
    """Run the steps that are due, have work, and that no other worker has; return their names."""
    now = now or clock.now()
    jobs = Job.objects.in_bulk(list(STEPS))
    for name in STEPS.keys() - jobs.keys():
        jobs[name] = _first(name, now)
    due = [jobs[name] for name in STEPS if _is_due(jobs[name], now)]
    idle = [job for job in due if _is_idle(job, now)]
    _postpone(idle, now)
    return [job.name for job in due if job not in idle and _run(job, now)]


def _is_due(job: Job, now: datetime) -> bool:
    longest = STEPS[job.name].longest_wait if job.failures else STEPS[job.name].every
    return job.due_at <= now or job.due_at > now + longest + CLOCKS_DIFFER


def _is_idle(job: Job, now: datetime) -> bool:
    """Return whether an idle step can be postponed without a lease; unusual jobs need one."""
    if job.failures or job.leased_until or job.due_at > now:
        return False
    try:
        return not STEPS[job.name].has_work(now)
    except Exception:  # it fails again under the lease, where that is counted
        return False


def _postpone(idle: list[Job], now: datetime) -> None:
    """Note that steps without work have looked: one update for all that look equally often."""
    for every in {STEPS[job.name].every for job in idle}:
        names = [job.name for job in idle if STEPS[job.name].every == every]
        free = Job.objects.filter(name__in=names, leased_until=None, failures=0, due_at__lte=now)
        free.update(due_at=now + every, ran_at=now)


def _first(name: str, now: datetime) -> Job:
    try:
        with transaction.atomic():
            return Job.objects.create(name=name, due_at=now)
    except IntegrityError:
        return Job.objects.get(name=name)


def _run(job: Job, now: datetime) -> bool:
    """Run a step if its lease is to be had; say if it was."""
    lease = now + LEASE
    row = Job.objects.filter(name=job.name)
    over = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=lease + CLOCKS_DIFFER)
    if not row.filter(over, due_at=job.due_at).update(leased_until=lease):
        return False
    step = STEPS[job.name]
    try:
        more = step.run(now, min(job.ran_at or now, now - step.every))
    except Exception as reason:  # the other steps, and the next run, may go well
        metrics.FAILURES.labels(job.name).inc()
        logger.exception("the step %s of the background work failed", job.name)
        wait = min(step.every * 2 ** min(job.failures, 10), step.longest_wait)
        result = {
            "due_at": now + max(wait, SHORTEST_WAIT),
            "failures": job.failures + 1,
            "last_error": type(reason).__name__,
        }
    else:
        result = {
            "due_at": now if more else now + step.every,
            "ran_at": now,
            "failures": 0,
            "last_error": "",
        }
    row.filter(leased_until=lease).update(leased_until=None, **result)
    return True
