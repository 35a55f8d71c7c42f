"""What agents do together on a ticket: who follows it, who was mentioned, what each has begun to write."""

from django.db import models
from django.utils import timezone

from ..conversations.message import Message
from ..conversations.ticket import Ticket
from ..ids import id_in_order
from ..people.person import Person


class Follower(models.Model):
    """An agent who wants to know what happens on a ticket. The name is a copy, so that a list needs no join."""

    id = id_in_order()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="followers", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="followed", db_index=False)
    name = models.CharField(max_length=120)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "person"], name="one_follower_a_person"),
        ]
        indexes = [models.Index(fields=["person", "-since"], name="followed_by_person")]

    def __str__(self):
        return self.name


class Mention(models.Model):
    """An agent whose name stands in a private note."""

    id = id_in_order()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="mentions", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="mentions", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="mentions", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["message", "person"], name="one_mention_a_message"),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="mentions_of_person"),
            models.Index(fields=["ticket"], name="mentions_on_ticket"),
        ]


class Draft(models.Model):
    """A reply or a private note that an agent has begun to write.

    `client_id` is the one under which it will be sent: the message of that id ends the draft.
    """

    id = id_in_order()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="drafts", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="drafts")
    is_note = models.BooleanField(default=False)
    text = models.TextField()
    client_id = models.CharField(max_length=64)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "person", "is_note"], name="one_draft_a_person"),
        ]

    def __str__(self):
        return self.text[:60]
