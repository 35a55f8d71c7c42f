"""The team: who is there, who takes which tickets, and who may do what."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..conversations.ticket import Category
from ..ids import random_id
from ..people.person import Person

MOST_OPEN = 500


class Team(models.Model):
    """Agents who take the tickets of some categories."""

    id = random_id()
    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class TeamCategory(models.Model):
    """A category and the team that has it; the key keeps two teams from having it."""

    category = models.CharField(max_length=16, choices=Category, primary_key=True)
    team = models.ForeignKey(Team, models.CASCADE, related_name="routes")

    def __str__(self):
        return self.get_category_display()


class TeamMember(models.Model):
    """An agent of a team."""

    id = random_id()
    team = models.ForeignKey(Team, models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], name="one_member_a_person"),
        ]

    def __str__(self):
        return str(self.person) if self.person_id else ""


class AwayReason(models.TextChoices):
    HAND = "hand", _("Chosen")
    INACTIVE = "inactive", _("Inactive")
    HOURS = "hours", _("Outside business hours")


class Availability(models.Model):
    """An agent's availability; without a row the agent was never at the desk.

    Written by `tickets.team.availability` and `tickets.team.assignment` only, each time on the
    condition that `version` is still the one that was read.
    """

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="availability")
    is_away = models.BooleanField(default=False)
    reason = models.CharField(max_length=10, choices=AwayReason, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    # The newest sign of activity, by the server's clock
    seen_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=0)
    # False from going away until the waiting tickets are unassigned
    has_given_back = models.BooleanField(default=True)
    # The ticket that is being assigned to this agent just now
    claim = models.UUIDField(null=True)
    claim_read_at = models.DateTimeField(null=True)
    # The agent with the lowest number is next in the round
    turn = models.BigIntegerField(default=0)
    open_limit = models.PositiveIntegerField(
        _("open tickets at most"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_OPEN)],
        help_text=_("Empty: as the settings say. 0: no ticket is assigned automatically."),
    )

    class Meta:
        verbose_name_plural = "availability"

    def __str__(self):
        return str(self.person) if self.person_id else ""
