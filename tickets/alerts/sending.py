"""Send alerts: a push to each browser of the agent, repeats if urgent, an e-mail if it stays unseen."""

import logging
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from supportdesk.db import clock
from supportdesk.observability import metrics
from supportdesk.serving.polling import PollingThread
from tickets.models import (
    AgentPreferences,
    Alert,
    AlertEvent,
    AlertPreferences,
    AlertState,
    Message,
    Person,
    Priority,
    PushSubscription,
    Status,
    Ticket,
    Viewer,
)
from tickets.settings.in_force import current

from . import collecting, preferences, push

logger = logging.getLogger(__name__)

BATCH = 100
# A worker that dies while sending holds the alert up so long
LEASE = timedelta(minutes=2)
REPEATED_AFTER, MOST_PUSHES = timedelta(minutes=5), 6
MAILED_AFTER = timedelta(minutes=10)
# After each failure, in seconds; then it is given up, or mailed
BACKOFF = (30, 120, 600)
# Older than this it is no news
TOLD_WITHIN = timedelta(hours=12)
PREVIEW = 120
PAUSE_SECONDS, IDLE_SECONDS = 1, 5


def send_due(now: datetime | None = None) -> int:
    """Send what is due; return how many alerts were looked at."""
    now = now or clock.now()
    due = Alert.objects.filter(state=AlertState.WAITING, due_at__lte=now).order_by("due_at")
    # Mostly there is none, and reading their tickets costs four times as much to ask
    if not due.exists():
        return 0
    alerts = list(due.select_related("ticket", "person")[:BATCH])
    for alert in alerts:
        mine = Alert.objects.filter(pk=alert.pk, state=AlertState.WAITING, due_at=alert.due_at)
        if mine.update(due_at=now + LEASE) != 1:
            continue
        try:
            changes = _handle(alert, now)
        except Exception:  # one bad alert must not hold up the others
            metrics.FAILURES.labels("alerts").inc()
            logger.exception("alerts: alert %s failed", alert.pk)
            changes = _later(alert, now)
        Alert.objects.filter(pk=alert.pk).update(**changes)
    return len(alerts)


def _handle(alert: Alert, now: datetime) -> dict:
    """Do what is next with this alert; return what to write."""
    chosen = AlertPreferences.objects.filter(pk=alert.person_id).first()
    chosen = chosen or AlertPreferences(person=alert.person)
    if _is_moot(alert, chosen, now):
        return {"state": AlertState.DROPPED}
    if quiet := preferences.quiet_until(chosen, now):
        return {"due_at": quiet}
    subscriptions = list(PushSubscription.objects.filter(person=alert.person_id))
    repeats = chosen.repeats and _is_urgent(alert) and alert.pushes < MOST_PUSHES
    if subscriptions and (not alert.pushes or repeats):
        return _pushed(alert, subscriptions, chosen, now)
    return _mailed(alert, chosen, now)


def _is_moot(alert: Alert, chosen: AlertPreferences, now: datetime) -> bool:
    person = alert.person
    if not person.is_agent or preferences.is_muted(chosen, now) or now - alert.created_at > TOLD_WITHIN:
        return True
    if AgentPreferences.objects.filter(pk=person.pk, notifications=False).exists():
        return True
    return is_seen(alert)


def is_seen(alert: Alert) -> bool:
    """Return whether the agent has looked at the ticket since, or an agent has read the message."""
    ticket = alert.ticket
    if (
        alert.event in (AlertEvent.NEW, AlertEvent.MESSAGE)
        and alert.seq
        and ticket.read_by_agents >= alert.seq
    ):
        return True
    if alert.event == AlertEvent.OVERDUE and not ticket.waiting_since:
        return True
    if ticket.status == Status.CLOSED and alert.event not in (AlertEvent.MENTION, AlertEvent.ASSIGNED):
        return True
    looked = Viewer.objects.filter(ticket=ticket, person=alert.person_id, seen_at__gt=alert.created_at)
    return looked.exists()


def _is_urgent(alert: Alert) -> bool:
    return alert.ticket.priority == Priority.URGENT


def _pushed(alert: Alert, subscriptions: list, chosen: AlertPreferences, now: datetime) -> dict:
    payload, arrived, failed = payload_of(alert), 0, 0
    for subscription in subscriptions:
        try:
            push.send(subscription, payload, topic=alert.ticket_id.hex, urgent=_is_urgent(alert))
            arrived += 1
        except push.Gone:
            continue
        except push.PushFailed as reason:
            failed += 1
            logger.info("alerts: a push failed (%s)", reason)
        else:
            PushSubscription.objects.filter(pk=subscription.pk).update(pushed_at=now)
    if not arrived and failed:
        return _later(alert, now)
    alert.pushes += 1
    if arrived and chosen.repeats and _is_urgent(alert) and alert.pushes < MOST_PUSHES:
        return {"pushes": alert.pushes, "due_at": now + REPEATED_AFTER}
    if chosen.by_mail:
        return {"pushes": alert.pushes, "due_at": max(now, alert.created_at + MAILED_AFTER)}
    return {"pushes": alert.pushes, "state": AlertState.SENT if arrived else AlertState.DROPPED}


def _later(alert: Alert, now: datetime) -> dict:
    if alert.failures >= len(BACKOFF):
        return {"state": AlertState.FAILED}
    wait = timedelta(seconds=BACKOFF[alert.failures] * random.uniform(0.9, 1.1))  # noqa: S311
    return {"failures": alert.failures + 1, "due_at": now + wait}


def _mailed(alert: Alert, chosen: AlertPreferences, now: datetime) -> dict:
    address = alert.person.login_email or alert.person.email
    if not chosen.by_mail or not address:
        return {"state": AlertState.SENT if alert.pushes else AlertState.DROPPED}
    if now < alert.created_at + MAILED_AFTER:
        return {"due_at": alert.created_at + MAILED_AFTER}
    told = payload_of(alert)
    link = f"{settings.DESK_URL.rstrip('/')}{told['url']}"
    body = f"{told['title']}\n{told['body']}\n\n{link}\n\n{current().shop_name}\n"
    subject = " ".join(f"#{alert.ticket.number}: {told['what']}".split())
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
    return {"state": AlertState.MAILED}


# --- What is said ------------------------------------------------------------------


def payload_of(alert: Alert) -> dict:
    """Return what the browser shows: {title, body, what, url, tag, icon, urgent}."""
    ticket = alert.ticket
    what = {
        AlertEvent.NEW: _("New ticket"),
        AlertEvent.MESSAGE: _("New message"),
        AlertEvent.OVERDUE: _("The customer waits for an answer"),
        AlertEvent.ASSIGNED: _("Assigned to you"),
        AlertEvent.MENTION: _("You are mentioned"),
    }[AlertEvent(alert.event)]
    return {
        "title": f"{ticket.requester_name} · #{ticket.number}",
        "body": _words(alert, ticket, what),
        "what": what,
        "url": reverse("ticket", args=[ticket.pk]),
        "tag": f"ticket-{ticket.pk}",
        "icon": static("img/desk-192.png"),
        "urgent": _is_urgent(alert),
    }


def _words(alert: Alert, ticket: Ticket, what: str) -> str:
    message = alert.seq and Message.objects.filter(ticket=ticket, seq=alert.seq).first()
    said = " ".join(message.text.split()) if message and not message.withdrawn_at else ""
    said = said if len(said) <= PREVIEW else f"{said[: PREVIEW - 1]}…"
    return f"{what}: {said}" if said else f"{what}: {ticket.subject}"


def send_test(person: Person) -> int:
    """Push a test to the person's browsers; return how many took it."""
    arrived = 0
    payload = {
        "title": current().shop_name,
        "body": _("Notifications work."),
        "url": reverse("dashboard"),
        "icon": static("img/desk-192.png"),
    }
    for subscription in PushSubscription.objects.filter(person=person):
        try:
            push.send(subscription, payload)
        except push.PushFailed as reason:
            logger.info("alerts: a test push failed (%s)", reason)
        else:
            arrived += 1
    return arrived


# --- The worker's part ---------------------------------------------------------------


def run_once() -> bool:
    """Collect what happened and send what is due; return whether there may be more."""
    more = collecting.collect()
    return send_due() == BATCH or more


def look() -> float:
    """Do a part of what is due and return the seconds until the next look."""
    if run_once():
        return 0
    return PAUSE_SECONDS if collecting.has_listeners() else IDLE_SECONDS


def sender() -> PollingThread:
    """Return what alerts the agents, in a thread of its own: a push service may be slow."""
    return PollingThread("alerts", look, first_pause=IDLE_SECONDS, after_failure=IDLE_SECONDS)
