"""Endpoints that are told what happens, and the outbox of what they are told."""

import uuid

from django.db import models
from django.utils import timezone

from .ids import random_id


class EventType(models.TextChoices):
    TICKET_CREATED = "ticket.created"
    TICKET_UPDATED = "ticket.updated"
    MESSAGE_CREATED = "message.created"
    TICKET_RATED = "ticket.rated"


class Webhook(models.Model):
    """An address that is told of some events."""

    id = random_id()
    name = models.CharField(max_length=80, blank=True)
    url = models.URLField("address", max_length=500)
    # Encrypted; the signing secret, `whsec_...`
    secret = models.TextField()
    events = models.JSONField(default=list)
    is_active = models.BooleanField("active", default=True)
    # The last activity that was looked at for this endpoint
    position = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    stopped_because = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        ordering = ["created_at"]

    def __str__(self):
        return self.name or self.url


class DeliveryState(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed", "Given up"


class Delivery(models.Model):
    """One message to one endpoint: the row of the outbox, and the log of its attempts."""

    # Made of what it tells, so that no event is put into the outbox twice
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    ticket_id = models.UUIDField(null=True)
    # Its place among the deliveries to this endpoint
    place = models.PositiveBigIntegerField()
    type = models.CharField(max_length=40)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    # [{"at", "status", "ms", "error"}], the newest last
    attempts = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="deliveries_due"),
            models.Index(fields=["webhook", "-created_at"], name="deliveries_of_webhook"),
            models.Index(fields=["ticket_id", "state", "place"], name="deliveries_of_ticket"),
            models.Index(fields=["ended_at"], name="deliveries_by_age"),
        ]

    def __str__(self):
        return self.type
