"""Daily figures of the desk: sums a day, agent and category, from which the page of figures is read."""

from django.db import models

from .conversations.ticket import Category
from .ids import random_id


class DailyFigures(models.Model):
    """One day's counts for the tickets of one agent in one category.

    Sums, so that any days, agents and categories can be added up; an average is a sum divided by its count.
    Each event counts on its own day: a ticket of Monday that is resolved on Tuesday is opened on Monday's row
    and resolved on Tuesday's. Written by `tickets.reports.rollup` only.
    """

    id = random_id()
    day = models.DateField(help_text="In the desk's time zone.")
    # The agent's id, or "" for tickets that no agent has; no foreign key, so that an agent who left stays in it
    agent = models.CharField(max_length=36, blank=True)
    agent_name = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=16, choices=Category)
    opened = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0, help_text="Tickets that got their first response.")
    first_response_seconds = models.PositiveBigIntegerField(default=0)
    in_time = models.PositiveIntegerField(default=0, help_text="First responses that were in time.")
    next_answered = models.PositiveIntegerField(
        default=0, help_text="Replies after the first response that answered a waiting customer."
    )
    next_response_seconds = models.PositiveBigIntegerField(default=0)
    resolved = models.PositiveIntegerField(default=0)
    resolution_seconds = models.PositiveBigIntegerField(default=0)
    rated = models.PositiveIntegerField(default=0)
    stars = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "daily figures"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "agent", "category"], name="one_row_a_day_agent_category"
            ),
        ]

    def __str__(self):
        return f"{self.day} {self.agent_name or '-'} {self.category}"
