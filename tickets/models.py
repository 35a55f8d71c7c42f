"""People, their orders, and the tickets in which they ask about them.

Primary keys are random (122 bits), so that an id in a URL tells nothing and the
same models work on SQLite, PostgreSQL and MongoDB; rows that nobody outside ever names
(history, news, audit) have keys in the order of their writing. What a list shows is stored
on the ticket itself: a page of the list reads one table and no joins.
"""

import secrets
import time
import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from . import sla


class Role(models.TextChoices):
    CUSTOMER = "customer"
    AGENT = "agent"
    STAFF = "staff"


class Status(models.TextChoices):
    OPEN = "open", "Open"
    IN_PROGRESS = "in-progress", "In progress"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"


class Priority(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


class Category(models.TextChoices):
    PRODUCT_ISSUE = "product-issue", "Product issue"
    DELIVERY = "delivery", "Delivery"
    PAYMENT = "payment", "Payment"
    REFUND = "refund", "Refund"
    ORDER = "order", "Order"
    ACCOUNT = "account", "Account"
    FEEDBACK = "feedback", "Feedback"
    OTHER = "other", "Other"


STATUS_LABELS, PRIORITY_LABELS, CATEGORY_LABELS = (
    dict(each.choices) for each in (Status, Priority, Category)
)


class ChannelName(models.TextChoices):
    """The ways to reach the desk."""

    WIDGET = "widget", "Chat"
    API = "api", "API"
    EMAIL = "email", "E-mail"
    WHATSAPP = "whatsapp", "WhatsApp"
    PHONE = "phone", "Phone"


class Sender(models.TextChoices):
    CUSTOMER = "customer"
    AI = "ai"
    AGENT = "agent"
    SYSTEM = "system"


# What the shop sends is applied only if it is newer than this
SHOP_TIME = "When the shop last changed it, by the shop's own clock."
CURRENCY_CODE = "ISO 4217, as in INR. Empty: the currency of the shop."
# ISO 4217 has currencies with up to four decimals
MONEY = {"max_digits": 16, "decimal_places": 4}


def random_id() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


def in_order() -> uuid.UUID:
    """Return a key that is greater than those made in earlier milliseconds (a UUID of version 7, RFC 9562).

    A random key lands on another page of its index each time: on a desk of a million tickets
    every message then wrote pages all over the file, and the more of them the larger it was.
    """
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | secrets.randbits(80)
    number &= ~(0xF << 76 | 0x3 << 62)
    return uuid.UUID(int=number | 0x7 << 76 | 0x2 << 62)


def id_in_order() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=in_order, editable=False)


class PersonManager(BaseUserManager):
    def get_by_natural_key(self, login_email):
        # E-mail addresses are stored in lower case; people type them as they like
        return self.get(login_email=login_email.strip().lower())

    def create_user(self, login_email, password=None, **fields):
        """Create a person who signs in with this e-mail address and password."""
        login_email = login_email.strip().lower()
        person = self.model(login_email=login_email, **({"email": login_email} | fields))
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, login_email, password=None, **fields):
        return self.create_user(login_email, password, **({"role": Role.STAFF} | fields))


class Person(AbstractBaseUser):
    """A customer, an agent or a member of staff.

    A guest is a customer who cannot sign in: no password, no identity from the
    shop. What guests say of themselves (name, e-mail, phone) is a way to reach them
    and proves nothing, so `email` is not unique; `login_email` is.
    """

    id = random_id()
    role = models.CharField(max_length=10, choices=Role, default=Role.CUSTOMER)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    login_email = models.EmailField(
        "sign-in e-mail",
        unique=True,
        null=True,
        blank=True,
        default=None,
        help_text="Empty for guests, who cannot sign in.",
    )
    external_id = models.CharField(
        "id in the shop",
        max_length=190,
        unique=True,
        null=True,
        blank=True,
        default=None,
        help_text="The `sub` of the identity that the shop signs.",
    )
    shop_updated_at = models.DateTimeField(null=True, blank=True, editable=False, help_text=SHOP_TIME)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        help_text="The record that stands for this person now; its sign-ins lead there.",
    )
    is_active = models.BooleanField(
        "active", default=True, help_text="Unticked: signed out everywhere, within seconds."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PersonManager()

    USERNAME_FIELD = "login_email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name_plural = "people"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["email"], name="person_by_email"),
            # Who can be assigned to, asked with every open ticket: a few among all customers
            models.Index(fields=["role", "name"], name="people_by_role"),
        ]

    def __str__(self):
        return self.name or self.email or self.phone or "Visitor"

    @property
    def is_guest(self) -> bool:
        return not self.login_email and not self.external_id

    @property
    def can_be_reached(self) -> bool:
        return bool(self.email or self.phone)

    @property
    def is_agent(self) -> bool:
        """Whether this person works the inbox; staff may do what agents do."""
        return self.is_active and self.role in (Role.AGENT, Role.STAFF)

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role == Role.STAFF

    # The admin asks these; staff may do everything there
    def has_perm(self, perm, obj=None):
        return self.is_staff

    def has_perms(self, perms, obj=None):
        return self.is_staff

    def has_module_perms(self, app_label):
        return self.is_staff


class TokenFamily(models.Model):
    """One sign-in over the API: the chain of refresh tokens that came from it.

    Only the newest token of the chain (`jti`) may be used. Its predecessor gets the newest one
    again for a short time, because the answer that carried it may have been lost; any other old
    token proves a copy, and ends the family.
    """

    id = random_id()
    person = models.ForeignKey(Person, models.CASCADE, related_name="token_families")
    jti = models.CharField(max_length=32)
    previous_jti = models.CharField(max_length=32, blank=True, default="", help_text="what `jti` replaced")
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now, help_text="when `jti` was issued")
    revoked_at = models.DateTimeField(null=True)


class Allowance(models.Model):
    """What is left of something that may be done so often in a time; see `tickets.limits`.

    The key is a digest of what, when, and who or from where: the row tells nobody.
    """

    key = models.CharField(max_length=40, primary_key=True)
    left = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)


class OrderStatus(models.TextChoices):
    PLACED = "placed", "Placed"
    PACKED = "packed", "Packed"
    SHIPPED = "shipped", "Shipped"
    OUT_FOR_DELIVERY = "out-for-delivery", "Out for delivery"
    DELIVERED = "delivered", "Delivered"
    CANCELLED = "cancelled", "Cancelled"
    RETURNED = "returned", "Returned"
    REFUNDED = "refunded", "Refunded"


class Order(models.Model):
    """An order as the shop knows it. The desk reads it; only the shop changes it.

    Without a customer it is unclaimed: the shop knows an e-mail or a phone number and no
    account. It is shown only to a person who has proven to be reached there.
    """

    id = random_id()
    number = models.CharField(max_length=32, unique=True)
    customer = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        db_index=False,  # orders_of_customer
        help_text="Empty: unclaimed. The e-mail and phone below are all that is known.",
    )
    contact_name = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=20, choices=OrderStatus, default=OrderStatus.PLACED)
    placed_at = models.DateTimeField(default=timezone.now)
    eta = models.DateTimeField("expected", null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    total = models.DecimalField(**MONEY, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, help_text=CURRENCY_CODE)
    payment_method = models.CharField(max_length=60, blank=True)
    payment_status = models.CharField(max_length=40, blank=True)
    refund_status = models.CharField(max_length=40, blank=True)
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=100, blank=True)
    tracking_url = models.URLField(max_length=500, blank=True)
    city = models.CharField(max_length=100, blank=True)
    pincode = models.CharField(max_length=20, blank=True)
    admin_url = models.URLField(max_length=500, blank=True, help_text="The order in the shop's own admin.")
    shop_updated_at = models.DateTimeField(null=True, blank=True, editable=False, help_text=SHOP_TIME)

    class Meta:
        ordering = ["-placed_at"]
        indexes = [models.Index(fields=["customer", "-placed_at"], name="orders_of_customer")]

    def __str__(self):
        return self.number

    @property
    def is_unclaimed(self) -> bool:
        return self.customer_id is None

    @property
    def contact(self) -> tuple[str, str]:
        """Where the person who placed it is reached: (e-mail, phone), each "" if there is none."""
        known = self.customer or Person()
        return known.email or self.contact_email, known.phone or self.contact_phone


class OrderItem(models.Model):
    id = random_id()
    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    sku = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField(default=1)
    price = models.DecimalField(**MONEY, null=True, blank=True, help_text="for one")

    class Meta:
        ordering = ["position"]

    def __str__(self):
        return f"{self.quantity} x {self.name}"


class Ticket(models.Model):
    """One thing that a customer wants put right, from the hand-over to the rating.

    Written by `tickets.workflow` only.
    """

    # True on the object that `open_ticket` has just written, false on one that was there before
    is_new = False
    # Whether a verb has begun anew with it, because somebody else wrote first
    was_outrun = False

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
    # Moves with what happens to the ticket, not with somebody reading it: the list is in this order
    updated_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    first_response_due_at = models.DateTimeField()
    first_responded_at = models.DateTimeField(null=True, blank=True)
    # When the desk looks whether somebody has answered; empty once it has looked, see jobs.notice_breaches
    answer_check_at = models.DateTimeField(null=True, blank=True, editable=False)

    # The conversation in numbers
    last_seq = models.PositiveIntegerField(default=0)
    last_customer_seq = models.PositiveIntegerField(default=0)
    preview = models.CharField(max_length=140, blank=True)
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
    # the customer reads them in the chat, and gets a letter only of what stays unread
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
            # The last is counted with it
            models.Index(
                fields=["status", "first_response_due_at", "id", "first_responded_at"],
                name="inbox_by_due_time",
            ),
            models.Index(
                fields=["callback_requested", "callback_completed", "-updated_at", "-id"],
                name="inbox_callbacks",
            ),
            # Without a condition: MongoDB has none for "is not null"
            models.Index(fields=["answer_check_at"], name="answers_to_check"),
        ]

    def __str__(self):
        return f"#{self.number} {self.subject}"

    # Django's own go through all choices each time, and a list asks a hundred times
    def get_status_display(self) -> str:
        return STATUS_LABELS.get(self.status, self.status)

    def get_priority_display(self) -> str:
        return PRIORITY_LABELS.get(self.priority, self.priority)

    def get_category_display(self) -> str:
        return CATEGORY_LABELS.get(self.category, self.category)

    @property
    def is_over(self) -> bool:
        return self.status == Status.CLOSED

    @property
    def wants_callback(self) -> bool:
        return self.callback_requested and not self.callback_completed

    @property
    def awaits_first_response(self) -> bool:
        return not self.first_responded_at and self.status in (Status.OPEN, Status.IN_PROGRESS)

    @property
    def first_response_soon_at(self):
        return sla.soon_from(self.first_response_due_at, self.priority)

    def sla_state(self, now=None) -> str:
        """How the first response stands, see `sla.state`; `done` once it no longer matters."""
        if not self.first_responded_at and not self.awaits_first_response:
            return "done"
        return sla.state(
            self.first_response_due_at, self.first_responded_at, now or timezone.now(), self.priority
        )


class Message(models.Model):
    """A line of a ticket's conversation, or an agent's private note (`internal`)."""

    # True on the object that a verb has just written, false on one that was there before
    is_new = False

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
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="one_message_a_seq"),
            models.UniqueConstraint(fields=["ticket", "client_id"], name="one_message_a_client_id"),
        ]

    def __str__(self):
        return self.text[:60] or "(picture)"

    def was_read(self, ticket: Ticket) -> bool:
        """Whether the other side has seen it."""
        if self.sender == Sender.CUSTOMER:
            return self.seq <= ticket.read_by_agents
        return self.seq <= ticket.read_by_requester


class TicketEvent(models.Model):
    """Who changed what on a ticket, and when. Only ever added to."""

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


class Activity(models.Model):
    """What happened on the desk, in one order: what the inbox's stream is read from.

    Writers leave `position` empty and so never wait for each other, except on SQLite, where
    they do anyway; readers number what is new (`live.number_activities`).
    Kept for some days only: the tickets themselves are the record.
    """

    id = id_in_order()
    position = models.PositiveBigIntegerField(unique=True, null=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    seq = models.PositiveIntegerField(null=True, help_text="of the message; empty: the ticket changed")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "activities"
        indexes = [models.Index(fields=["at"], name="activities_by_age")]


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


class SearchText(models.Model):
    """The words by which a ticket is found; made of the ticket and its messages by `tickets.search`.

    On SQLite triggers keep the full-text index in step, and an altered table loses its
    triggers: a migration that changes this model has to install them again.
    """

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="search_text")
    # The ticket's place in the inbox, see search.place
    rank = models.BigIntegerField(unique=True)
    words = models.TextField()


class Job(models.Model):
    """One step of the background work: when it is due, and until when somebody is at it (see `tickets.jobs`)."""

    name = models.CharField(max_length=40, primary_key=True)
    due_at = models.DateTimeField(default=timezone.now)
    # Whoever dies at it holds it up until then, and no longer
    leased_until = models.DateTimeField(null=True)
    ran_at = models.DateTimeField(null=True, help_text="When the last run that went through began.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    last_error = models.CharField(max_length=120, blank=True)

    def __str__(self):
        return self.name


class Deed(models.TextChoices):
    SAW = "saw"
    CHANGED = "changed"
    EXPORTED = "exported"
    ERASED = "erased"


class NeverChanged(Exception):
    """The audit is only ever added to."""


class AuditRows(models.QuerySet):
    def update(self, **fields):
        raise NeverChanged

    def delete(self):
        raise NeverChanged


class AuditEntry(models.Model):
    """What a member of the desk did: who, what, about whom, when, from where. Only ever added to.

    It points to nothing, so that nothing that is deleted takes it along, and names no
    customer, so that an erasure need not touch it. Written by `tickets.audit` only.
    """

    id = id_in_order()
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.UUIDField(null=True, help_text="Empty: somebody at the command line.")
    actor_name = models.CharField(max_length=120)
    deed = models.CharField(max_length=10, choices=Deed)
    ticket_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True, help_text="The customer whom it is about.")
    what = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=45, blank=True)

    objects = AuditRows.as_manager()

    class Meta:
        verbose_name_plural = "audit"
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["-at"], name="audit_by_age"),
            models.Index(fields=["ticket_id", "-at"], name="audit_of_ticket"),
            models.Index(fields=["person_id", "-at"], name="audit_of_person"),
            models.Index(fields=["actor_id", "-at"], name="audit_of_actor"),
        ]

    def __str__(self):
        return f"{self.actor_name} {self.deed} {self.what}"

    def save(self, *args, **options):
        if not self._state.adding:
            raise NeverChanged
        super().save(*args, **options)

    def delete(self, *args, **options):
        raise NeverChanged


from .models_channel import *  # noqa: E402, F403
