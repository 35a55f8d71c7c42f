"""Models of the channels: links, inbox, outbox, proven addresses, blocked addresses, templates."""

from django.db import models
from django.utils import timezone

from .conversations.ticket import Ticket
from .ids import id_in_order, random_id
from .people.person import Person


class ConversationLink(models.Model):
    """The link in an e-mail: it opens one conversation without a sign-in, see `channels.links`.

    The token is derived from the id with the desk's secret, so the row alone opens nothing.
    """

    id = random_id()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    address = models.CharField(max_length=254, blank=True, help_text="Where the e-mail with it went.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "conversation link"
        ordering = ["-created_at"]

    def __str__(self):
        return f"Link of {self.created_at:%Y-%m-%d %H:%M}"


class IncomingState(models.TextChoices):
    RECEIVED = "received", "Received"
    DONE = "done", "Delivered to a ticket"
    IGNORED = "ignored", "Not for the desk"
    QUARANTINED = "quarantined", "Put aside"


class Incoming(models.Model):
    """The inbox: a message received over a channel, stored before it is processed.

    Its (channel, key) is unique: the same Message-ID or WhatsApp id twice is one row.
    What cannot be read stays here, with the reason, and is shown in the admin.
    """

    id = id_in_order()
    channel = models.CharField(max_length=10)
    key = models.CharField(max_length=250, help_text="The sender's id of it: Message-ID, wamid.")
    state = models.CharField(max_length=12, choices=IncomingState, default=IncomingState.RECEIVED)
    reason = models.CharField(max_length=250, blank=True, help_text="Why it was put aside or left out.")
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    # The raw e-mail as a file in the storage; WhatsApp messages are small and stand in `payload`
    original = models.CharField(max_length=120, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    # The quoted text of an e-mail, which the conversation does not show
    quoted = models.TextField(blank=True)
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, blank=True, related_name="incoming")
    message_id = models.UUIDField(null=True, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    retry_at = models.DateTimeField(null=True, blank=True, help_text="When the worker tries it again.")

    class Meta:
        verbose_name = "incoming message"
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="one_incoming_a_key"),
        ]
        indexes = [
            models.Index(fields=["state", "-received_at"], name="incoming_by_state"),
            models.Index(fields=["retry_at"], name="incoming_to_retry"),
            models.Index(fields=["-received_at"], name="incoming_by_age"),
        ]

    def __str__(self):
        return f"{self.channel} {self.key}"[:80]

    @property
    def client_id(self) -> str:
        """Return the idempotency key for the workflow functions."""
        return f"in-{self.pk.hex}"


class OutgoingState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    READ = "read", "Read"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Not sent"


class Outgoing(models.Model):
    """The outbox: one thing that leaves the desk over a channel, written with what caused it.

    `key` is unique, so that the same reply is never queued twice. A sender takes a row by a
    conditional update with a lease; a row whose sender died is taken again when that ends.
    """

    id = id_in_order()
    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=10)
    kind = models.CharField(max_length=16, help_text="reply, unread, resolved, transcript, villy, template")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, blank=True, related_name="outgoing")
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    message_id = models.UUIDField(null=True, blank=True, help_text="The reply that it carries.")
    address = models.CharField(max_length=254)
    payload = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=OutgoingState, default=OutgoingState.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Whether a try ended without an answer, so that the other side may have it
    in_doubt = models.BooleanField(default=False)
    last_error = models.CharField(max_length=250, blank=True)
    external_id = models.CharField(max_length=250, blank=True, db_index=True, help_text="Message-ID, wamid")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "outgoing message"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="outbox_by_due_time"),
            models.Index(fields=["-created_at"], name="outgoing_by_age"),
        ]

    def __str__(self):
        return f"{self.get_state_display()}: {self.kind} by {self.channel}"


class ChannelIdentity(models.Model):
    """The person behind an address of a channel, once that is proven: a signed webhook, a code, a link."""

    id = random_id()
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254, help_text="E-mail in lower case; WhatsApp id, digits only.")
    person = models.ForeignKey(Person, models.CASCADE, related_name="channel_identities")
    proven_by = models.CharField(max_length=10, help_text="signature, reply, link, code, identity")
    created_at = models.DateTimeField(default=timezone.now)
    # WhatsApp: until 24 hours after this anything may be said, afterwards templates only
    last_heard_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "channel identities"
        constraints = [
            models.UniqueConstraint(fields=["channel", "address"], name="one_person_an_address"),
        ]

    def __str__(self):
        return f"{self.channel} {self.address}"


class ContactCode(models.Model):
    """A code that was sent to an address, to prove that it is the person's."""

    id = random_id()
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254, db_index=True)
    digest = models.CharField(max_length=64)
    tries_left = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    # The answer may get lost: the same person who sends the code again hears the same
    proven_at = models.DateTimeField(null=True, blank=True, editable=False)


class AddressBlock(models.Model):
    """An address that gets no more e-mails: it bounces, or its owner has unsubscribed."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce", "E-mails come back"
        OPT_OUT = "opt-out", "Asked for no more"

    id = random_id()
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=8, choices=Reason)
    detail = models.CharField(max_length=250, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "blocked address"
        verbose_name_plural = "blocked addresses"
        constraints = [
            models.UniqueConstraint(fields=["channel", "address"], name="one_block_an_address"),
        ]

    def __str__(self):
        return f"{self.channel} {self.address}"


class MessageTemplate(models.Model):
    """A WhatsApp template as Meta approved it, synchronised by the worker."""

    id = random_id()
    name = models.CharField(max_length=190)
    language = models.CharField(max_length=16)
    category = models.CharField(max_length=30, blank=True)
    status = models.CharField(max_length=20)
    header = models.TextField(blank=True)
    body = models.TextField(blank=True, help_text="With its variables: {{1}}, {{2}}.")
    footer = models.TextField(blank=True)
    variables = models.PositiveSmallIntegerField(default=0)
    synced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="one_template_a_language"),
        ]

    def __str__(self):
        return f"{self.name} ({self.language})"


class ChannelState(models.Model):
    """A channel's state between runs: the mailbox position, the account's id."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return self.name


__all__ = [
    "AddressBlock", "ChannelIdentity", "ChannelState", "ConversationLink", "Incoming", "IncomingState",
    "MessageTemplate", "Outgoing", "OutgoingState",
]  # fmt: skip
