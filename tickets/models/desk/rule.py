"""Rules: when something happens, or a time has passed, and conditions hold, then a macro is applied."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..conversations.ticket import Ticket
from ..ids import id_in_order, random_id
from .macro import Macro

LONGEST_MINUTES = 60 * 24 * 60


class RuleEvent(models.TextChoices):
    """The events that trigger a rule."""

    CREATED = "created", _("A ticket is opened")
    CUSTOMER_WROTE = "customer-wrote", _("The customer writes again")
    AGENT_REPLIED = "agent-replied", _("An agent replies")
    STATUS = "status", _("The status changes")
    PRIORITY = "priority", _("The priority changes")
    CATEGORY = "category", _("The category changes")
    ASSIGNEE = "assignee", _("The assignee changes")
    TAGS = "tags", _("The tags change")
    RATED = "rated", _("The customer rates")
    WAITING = "waiting", _("The customer has waited for (time)")
    SILENT = "silent", _("The customer has not answered for (time)")
    UNSOLVED = "unsolved", _("Opened so long ago and not resolved (time)")
    RESOLVED = "resolved", _("Resolved so long ago and not closed (time)")


# Which of a ticket's history each stands for
CHANGES = {
    "status": RuleEvent.STATUS,
    "priority": RuleEvent.PRIORITY,
    "category": RuleEvent.CATEGORY,
    "assignee_name": RuleEvent.ASSIGNEE,
    "tags": RuleEvent.TAGS,
    "rating": RuleEvent.RATED,
}
TIMED = {RuleEvent.WAITING, RuleEvent.SILENT, RuleEvent.UNSOLVED, RuleEvent.RESOLVED}


class Rule(models.Model):
    """One rule. Run by the worker (`tickets.team.rules`), once for each event.

    `conditions` {"status": [...], "priority": [...], "category": [...], "channel": [...], "tags": [...],
    "words": [...], "assigned": "yes" | "no", "hours": "open" | "closed"}: all of them have to hold, and of
    a list one; what is absent is no condition.
    """

    id = random_id()
    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=100, help_text=_("Lower comes first."))
    event = models.CharField(_("when"), max_length=16, choices=RuleEvent)
    after_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MINUTES)]
    )
    conditions = models.JSONField(default=dict, blank=True)
    macro = models.ForeignKey(Macro, models.PROTECT, related_name="rules", verbose_name=_("then apply"))
    # What happened before does not count
    since = models.DateTimeField(default=timezone.now, editable=False)
    # Of a timed rule: tickets whose time came until then were looked at
    looked_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self):
        return self.name


class RunState(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
    LOOP = "loop", _("Loop stopped")
    NO_MATCH = "no-match", _("Conditions did not hold")


class RuleRun(models.Model):
    """A rule's run for one event; the unique key prevents a second one."""

    id = id_in_order()
    rule = models.ForeignKey(Rule, models.CASCADE, related_name="runs", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="rule_runs")
    event_key = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.RUNNING)
    detail = models.CharField(max_length=400, blank=True)
    # Keys of the rules that led here, the first one first
    chain = models.JSONField(default=list)
    # Keys of the events that the run caused
    caused = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "event_key"], name="one_run_an_event"),
        ]
        indexes = [models.Index(fields=["state", "at"], name="rule_runs_by_age")]

    def __str__(self):
        return f"{self.rule}: {self.get_state_display()}"


class RuleCursor(models.Model):
    """Up to which activity of the desk the rules have looked: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.PositiveBigIntegerField(default=0)
