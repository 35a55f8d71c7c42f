"""What agents work with: tags, canned replies, saved views, replies that are sent later."""

from django.db import models
from django.utils import timezone

from ..conversations.ticket import Ticket
from ..ids import id_in_order, random_id
from ..people.person import Person

TAG_LENGTH = 40


class Tag(models.Model):
    """A label that agents give tickets. Made while typing, tidied and coloured in the admin.

    A ticket carries the names of its tags as text, so that a list needs no join; `tickets.workflow.tags`
    keeps both in step.
    """

    id = random_id()
    name = models.CharField(max_length=TAG_LENGTH)
    # The name as it is compared: "VIP" and "vip" are one tag
    key = models.CharField(max_length=TAG_LENGTH * 2, unique=True, editable=False)
    colour = models.CharField(max_length=7, blank=True, help_text="Like #d9a11a; empty is grey.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class TicketTag(models.Model):
    """A tag of a ticket, for the lists that are filtered by it."""

    id = id_in_order()
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "ticket"], name="one_tag_a_ticket"),
        ]


class CannedReply(models.Model):
    """A text that agents send often, in one or more languages, with variables."""

    id = random_id()
    owner = models.ForeignKey(Person, models.CASCADE, related_name="canned_replies")
    shortcut = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    # {"en": "...", "hi": "..."}
    texts = models.JSONField(default=dict)
    picture = models.FileField(max_length=120, blank=True)
    is_shared = models.BooleanField("shared with the team", default=False)
    uses = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "canned replies"
        ordering = ["shortcut"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "shortcut"], name="one_reply_a_shortcut"),
        ]
        indexes = [models.Index(fields=["is_shared", "shortcut"], name="shared_replies")]

    def __str__(self):
        return f"/{self.shortcut} {self.title}"


class SavedView(models.Model):
    """A filter of the list with a name; its link is the filter itself."""

    id = random_id()
    owner = models.ForeignKey(Person, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["is_shared", "name"], name="shared_views")]

    def __str__(self):
        return self.name


class ScheduledReply(models.Model):
    """A reply that the desk sends later, unless the customer writes first.

    A row is the work queue: the worker that deletes it may send it.
    """

    id = id_in_order()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="scheduled_replies")
    author = models.ForeignKey(Person, models.CASCADE, related_name="+")
    text = models.TextField()
    client_id = models.CharField(max_length=64)
    send_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "scheduled replies"
        indexes = [models.Index(fields=["send_at"], name="replies_to_send")]

    def __str__(self):
        return self.text[:60]
