"""A ticket's history, and the desk's activity in one order."""

from django.db import models
from django.utils import timezone

from ..ids import id_in_order
from ..people.person import Person
from .ticket import Category, Ticket


class TicketEvent(models.Model):
    """A change of a ticket: actor, field, old and new value, time. Append-only."""

    id = id_in_order()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="events", db_index=False)
    actor = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    actor_name = models.CharField(max_length=120, blank=True)
    field = models.CharField(max_length=30)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["ticket", "at"], name="history_of_ticket")]

    def __str__(self):
        return f"{self.field}: {self.old or '-'} → {self.new or '-'}"


class InboxEvent(models.Model):
    """An event of the desk with its position in one total order; the inbox's stream reads these.

    Writers leave `position` empty and so never wait for each other, except on SQLite, where
    they do anyway; readers number what is new (`live.assign_sequence`).
    Kept for some days only: the tickets themselves are the record.
    """

    id = id_in_order()
    position = models.PositiveBigIntegerField(unique=True, null=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    seq = models.PositiveIntegerField(null=True, help_text="of the message; empty: the ticket changed")
    at = models.DateTimeField(default=timezone.now)
    # Only of a change of one of them: by these, agents who are limited to their teams saw the ticket before
    category_before = models.CharField(max_length=16, choices=Category, blank=True, null=True)
    assignee_before = models.UUIDField(null=True, blank=True)

    class Meta:
        # The name of 0.1
        db_table = "tickets_activity"
        indexes = [models.Index(fields=["at"], name="activities_by_age")]
