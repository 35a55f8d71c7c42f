"""Messages of a ticket's conversation."""

from django.db import models
from django.utils import timezone

from ..ids import random_id
from ..people.person import Person
from .ticket import Ticket


class Sender(models.TextChoices):
    CUSTOMER = "customer"
    AI = "ai"
    AGENT = "agent"
    SYSTEM = "system"


class Message(models.Model):
    """A line of a ticket's conversation, or an agent's private note (`internal`)."""

    # True on the object that a verb has just written, false on one that was there before
    is_new = False
    # The attachments, once `load_files` has read them
    files: tuple = ()

    id = random_id()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveIntegerField()
    client_id = models.CharField(max_length=64, null=True, default=None)
    # What the sender's retry must repeat; another content under the same client_id is a mistake
    fingerprint = models.CharField(max_length=64, blank=True)
    sender = models.CharField(max_length=8, choices=Sender)
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    sender_name = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    internal = models.BooleanField(default=False)
    # How it came, where that is not the way of the ticket
    channel = models.CharField(max_length=10, blank=True, default="")
    picture = models.FileField(max_length=120, blank=True)
    thumbnail = models.FileField(max_length=120, blank=True)
    picture_width = models.PositiveIntegerField(null=True)
    picture_height = models.PositiveIntegerField(null=True)
    # How many attachments it has: without any, none are asked for
    file_count = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    is_resolution = models.BooleanField(default=False)
    # Whether it counts as unread for the other side
    is_news = models.BooleanField(default=True)
    # Taken back: it keeps its seq and has no text. The row that says so names the other's seq
    withdrawn_at = models.DateTimeField(null=True)
    withdraws = models.PositiveIntegerField(null=True)
    # What the customer waited for when this reply answered it
    answered_since = models.DateTimeField(null=True)
    answered_due_at = models.DateTimeField(null=True)
    # Where it stood before its ticket was merged
    origin_id = models.UUIDField(null=True)
    origin_seq = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="one_message_a_seq"),
            models.UniqueConstraint(fields=["ticket", "client_id"], name="one_message_a_client_id"),
        ]

    def __str__(self):
        return self.text[:60] or "(file)"

    def was_read(self, ticket: Ticket) -> bool:
        """Return whether the other side has seen it."""
        if self.sender == Sender.CUSTOMER:
            return self.seq <= ticket.read_by_agents
        return self.seq <= ticket.read_by_requester
