"""Tickets, and the choices of what they can be.

What a list shows is stored on the ticket itself: a page of the list reads one table and no joins.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..ids import random_id
from ..people.person import Person
from ..shop.order import Order


class Status(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in-progress", _("In progress")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


class Priority(models.TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class Category(models.TextChoices):
    PRODUCT_ISSUE = "product-issue", _("Product issue")
    DELIVERY = "delivery", _("Delivery")
    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Refund")
    ORDER = "order", _("Order")
    ACCOUNT = "account", _("Account")
    FEEDBACK = "feedback", _("Feedback")
    OTHER = "other", _("Other")


class Lane(models.TextChoices):
    """A ticket's place on the desk, derived from its status and agents' actions."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"
    SPAM = "spam"
    MERGED = "merged"


STATUS_LABELS, PRIORITY_LABELS, CATEGORY_LABELS = (
    dict(each.choices) for each in (Status, Priority, Category)
)


class ChannelName(models.TextChoices):
    """The ways to reach the desk."""

    WIDGET = "widget", _("Chat")
    API = "api", "API"
    EMAIL = "email", _("E-mail")
    WHATSAPP = "whatsapp", "WhatsApp"
    PHONE = "phone", _("Phone")


class Ticket(models.Model):
    """One thing that a customer wants put right, from the hand-over to the rating.

    Written by `tickets.workflow` only.
    """

    # True on the object that `open_ticket` has just written, false on one that was there before
    is_new = False
    # What the changes of a block did, while it is recorded; see `workflow.undo`
    recording: Any = None
    # Whether a verb was retried with it, because another writer was first
    is_retry = False

    id = random_id()
    number = models.PositiveIntegerField(
        unique=True, help_text="What people call it; eight random digits, so it counts nothing."
    )
    # A foreign key whose list has an index below needs none of its own
    requester = models.ForeignKey(Person, models.PROTECT, related_name="tickets", db_index=False)
    requester_name = models.CharField(max_length=120, blank=True)
    requester_email = models.EmailField(blank=True)
    requester_phone = models.CharField(max_length=20, blank=True)
    order = models.ForeignKey(Order, models.SET_NULL, null=True, blank=True, related_name="tickets")
    order_number = models.CharField(max_length=32, blank=True)

    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.MEDIUM)
    category = models.CharField(max_length=16, choices=Category, default=Category.OTHER)
    subject = models.CharField(max_length=140)
    assignee = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_tickets",
        db_index=False,
    )
    assignee_name = models.CharField(max_length=120, blank=True)
    resolution = models.TextField(blank=True)
    callback_requested = models.BooleanField(default=False)
    callback_completed = models.BooleanField(default=False)
    callback_note = models.CharField(max_length=500, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rating_comment = models.TextField(blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    # Moves with what happens to the ticket, not with a reader: the list is in this order
    updated_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # When the customer rated or commented it
    rated_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_response_due_at = models.DateTimeField()
    first_responded_at = models.DateTimeField(null=True, blank=True)
    # When the desk looks whether an agent has answered; empty once it has looked, see jobs.notice_breaches
    answer_check_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Clocks, see `tickets.clocks`. The customer's oldest message that no agent has answered
    waiting_since = models.DateTimeField(null=True, blank=True)
    next_response_due_at = models.DateTimeField(null=True, blank=True)
    resolution_due_at = models.DateTimeField(null=True, blank=True)
    clocks_paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    is_spam = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", db_index=False
    )
    # Names of the tags, one a line, in their order; `TicketTag` says the same for filters
    tag_names = models.TextField(blank=True)
    # When the customer was reminded that we wait for an answer
    nudged_at = models.DateTimeField(null=True, blank=True, editable=False)
    has_scheduled = models.BooleanField(default=False, editable=False)

    # Derived by `clocks.lanes` with every change: each view is a range of one index
    lane = models.CharField(max_length=8, choices=Lane, default=Lane.OPEN, editable=False)
    is_waiting = models.BooleanField(default=False, editable=False)
    attention_rank = models.BigIntegerField(default=0, editable=False)

    # The conversation in numbers
    last_seq = models.PositiveIntegerField(default=0)
    last_customer_seq = models.PositiveIntegerField(default=0)
    preview = models.CharField(max_length=140, blank=True)
    # The agent who wrote it; empty for the customer
    preview_by = models.CharField(max_length=120, blank=True)
    read_by_agents = models.PositiveIntegerField(default=0, help_text="seq up to which agents read")
    read_by_requester = models.PositiveIntegerField(default=0)
    unread_by_agents = models.PositiveIntegerField(default=0)
    unread_by_requester = models.PositiveIntegerField(default=0)
    mailed_to_requester = models.PositiveIntegerField(
        default=0, editable=False, help_text="seq up to which the customer was told by e-mail"
    )

    client_id = models.CharField(max_length=64, null=True, blank=True, default=None)
    previous = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="following",
        help_text="The closed ticket that this one continues.",
    )
    language = models.CharField(max_length=10, blank=True)
    channel = models.CharField(max_length=10, choices=ChannelName, default=ChannelName.WIDGET)
    # The channel over which replies leave at once: the one of the customer's newest message. Empty: none,
    # the customer reads them in the chat, and gets an e-mail only about unread messages
    reply_by = models.CharField(max_length=10, blank=True, default="", editable=False)
    # The hand-off packet, written once: {"transcript": [...], "summary": ..., ...}
    handover = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["requester", "client_id"], name="one_ticket_a_client_id"),
        ]
        # Each named for the list that it serves; all in the order of the list
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="inbox"),
            models.Index(fields=["status", "-updated_at", "-id"], name="inbox_by_status"),
            models.Index(fields=["priority", "-updated_at", "-id"], name="inbox_by_priority"),
            models.Index(fields=["category", "-updated_at", "-id"], name="inbox_by_category"),
            models.Index(fields=["assignee", "-updated_at", "-id"], name="inbox_by_assignee"),
            models.Index(fields=["requester", "-updated_at", "-id"], name="own_tickets"),
            models.Index(fields=["lane", "-updated_at", "-id"], name="view_by_lane"),
            models.Index(fields=["assignee", "lane", "-updated_at", "-id"], name="view_by_assignee"),
            # Each page counts how many of mine wait: by view_by_assignee it would look at all that are mine
            models.Index(fields=["assignee", "is_waiting"], name="waiting_of_assignee"),
            models.Index(fields=["is_waiting", "attention_rank", "id"], name="view_needs_answer"),
            models.Index(fields=["attention_rank", "id"], name="inbox_by_attention"),
            models.Index(fields=["created_at", "id"], name="inbox_by_creation"),
            # Without a condition: MongoDB has none for "is not null"
            models.Index(fields=["snoozed_until"], name="tickets_to_wake"),
            models.Index(
                fields=["callback_requested", "callback_completed", "-updated_at", "-id"],
                name="inbox_callbacks",
            ),
            # Without a condition: MongoDB has none for "is not null"
            models.Index(fields=["answer_check_at"], name="answers_to_check"),
            models.Index(fields=["-rated_at", "-id"], name="ratings_by_time"),
        ]

    def __str__(self):
        return f"#{self.number} {self.subject}"

    # Django's own go through all choices each time, and a list asks a hundred times
    # (django-stubs declares the three as well)
    def get_status_display(self) -> str:  # type: ignore[no-redef]
        return str(STATUS_LABELS.get(self.status, self.status))

    def get_priority_display(self) -> str:  # type: ignore[no-redef]
        return str(PRIORITY_LABELS.get(self.priority, self.priority))

    def get_category_display(self) -> str:  # type: ignore[no-redef]
        return str(CATEGORY_LABELS.get(self.category, self.category))

    @property
    def is_awaited(self) -> bool:
        """Return whether a customer waits for an answer now: neither snoozed nor spam."""
        return bool(self.waiting_since and self.next_response_due_at) and not (
            self.snoozed_until or self.is_spam
        )

    def response_state(self, now: datetime) -> str:
        """Return the state of the wait: `ok`, `soon` from half of the target on, or `breached`."""
        since, due_at = self.waiting_since, self.next_response_due_at
        if since is None or due_at is None:
            return "ok"
        if now >= due_at:
            return "breached"
        return "soon" if now >= since + (due_at - since) / 2 else "ok"

    @property
    def tags(self) -> list[str]:
        return self.tag_names.split("\n") if self.tag_names else []

    @property
    def is_over(self) -> bool:
        return self.status == Status.CLOSED

    @property
    def wants_callback(self) -> bool:
        return self.callback_requested and not self.callback_completed

    @property
    def awaits_first_response(self) -> bool:
        return not self.first_responded_at and self.status in (Status.OPEN, Status.IN_PROGRESS)


class Viewer(models.Model):
    """An agent who has a ticket open; stale rows (see `queries.VIEWER_FADES`) count for nothing."""

    id = random_id()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="viewers", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "person"], name="one_viewer_a_person"),
        ]
