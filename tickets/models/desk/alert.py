"""Alerts of agents: what each wants to hear of, the browsers that are told, and what is to be told."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..conversations.ticket import Ticket
from ..ids import id_in_order, random_id
from ..people.person import Person


class AlertEvent(models.TextChoices):
    NEW = "new", _("A new ticket")
    MESSAGE = "message", _("A customer writes")
    OVERDUE = "overdue", _("An answer is due soon or overdue")
    ASSIGNED = "assigned", _("A ticket is assigned to me")
    MENTION = "mention", _("A colleague mentions me")


class AlertScope(models.TextChoices):
    """Of which tickets; each one has those of the ones before it."""

    OFF = "off", _("Never")
    MINE = "mine", _("My tickets")
    MENTIONED = "mentioned", _("Mine, followed, mentioned")
    UNASSIGNED = "unassigned", _("Those and unassigned ones")
    ALL = "all", _("Every ticket")


class AlertPreferences(models.Model):
    """An agent's alert preferences; without a row the defaults of `tickets.alerts.preferences` apply."""

    person = models.OneToOneField(
        Person, models.CASCADE, primary_key=True, related_name="alert_preferences"
    )
    # {event: scope}
    scopes = models.JSONField(default=dict, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    repeats = models.BooleanField(_("repeat urgent alerts until they are seen"), default=True)
    by_mail = models.BooleanField(_("an e-mail for what is not seen within ten minutes"), default=False)


class PushSubscription(models.Model):
    """A browser that takes pushes; the address was named by the browser."""

    id = random_id()
    person = models.ForeignKey(Person, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.TextField()
    # Of the endpoint: addresses are too long for a unique key
    digest = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    browser = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    pushed_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.browser or self.endpoint[:40]


class PushKey(models.Model):
    """The key by which push services know this desk, made once; sealed with SECRET_KEY."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    private = models.TextField()


class AlertCursor(models.Model):
    """Up to which activity alerts have been made."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    position = models.PositiveBigIntegerField(default=0)


class AlertState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    MAILED = "mailed"
    # Seen, muted, or the agent left, before it was sent
    DROPPED = "dropped"
    FAILED = "failed"


class Alert(models.Model):
    """Something that one agent is to hear of. A row is the work queue: it is taken by a conditional update."""

    id = id_in_order()
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    event = models.CharField(max_length=10, choices=AlertEvent)
    # What happened, so that two workers make one alert of it
    key = models.CharField(max_length=80)
    seq = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=8, choices=AlertState, default=AlertState.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    pushes = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_alert_a_person")]
        indexes = [models.Index(fields=["state", "due_at"], name="alerts_to_send")]

    def __str__(self):
        return f"{self.event} {self.key}"
