"""Service keys, connections to shop systems, and what was done to a person's record."""

from django.db import models
from django.utils import timezone

from ..ids import id_in_order, random_id
from ..people.person import Person


class Scope(models.TextChoices):
    SHOP_READ = "shop:read", "Read customers, products, orders and articles"
    SHOP_WRITE = "shop:write", "Write customers, products, orders and articles"
    TICKETS_READ = "tickets:read", "Read tickets"
    TICKETS_WRITE = "tickets:write", "Write on tickets and change them"


class ServiceKey(models.Model):
    """A key with which other software calls the API. The key itself is shown once and never stored."""

    id = random_id()
    name = models.CharField(max_length=80, help_text="Which software uses it.")
    # SHA-256: the key has 256 random bits, so there is nothing to guess that a slow hash would protect
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=12, editable=False, help_text="How the key begins.")
    scopes = models.JSONField(default=list)
    # What the key writes on tickets is written by this person of the role `service`
    person = models.OneToOneField(Person, models.PROTECT, related_name="service_key", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        return self.name

    def allows(self, scope: str) -> bool:
        return scope in self.scopes


class System(models.TextChoices):
    SHOPIFY = "shopify", "Shopify"
    WOOCOMMERCE = "woocommerce", "WooCommerce"


class ShopConnection(models.Model):
    """The connection to a shop system: its last webhook, and the progress of a full fetch."""

    system = models.CharField(primary_key=True, max_length=20, choices=System)
    last_received_at = models.DateTimeField(null=True)
    last_topic = models.CharField(max_length=80, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True)
    received = models.PositiveIntegerField(default=0)

    url = models.URLField("address of the shop", max_length=300, blank=True)
    # Encrypted, see supportdesk.storage.secret_box
    token = models.TextField(blank=True, editable=False)

    # Fetching everything once: where it is, so that a worker that was stopped goes on there
    fetch_state = models.CharField(max_length=10, blank=True)  # "", running, done, failed
    fetch_step = models.CharField(max_length=20, blank=True)
    fetch_cursor = models.TextField(blank=True)
    # Not before then: the shop's rate limit, or a pause after an error
    fetch_due_at = models.DateTimeField(null=True)
    fetch_failures = models.PositiveSmallIntegerField(default=0)
    fetched = models.JSONField(default=dict)
    fetch_error = models.CharField(max_length=300, blank=True)
    fetch_begun_at = models.DateTimeField(null=True)
    fetch_ended_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.get_system_display()


class ExternalKey(models.Model):
    """A shop system's id for one of our rows: its delete webhooks carry only that id."""

    # Made of the rest, so that no pair is kept twice
    id = models.UUIDField(primary_key=True, editable=False)
    system = models.CharField(max_length=20, choices=System)
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=190)
    key = models.CharField(max_length=190)

    class Meta:
        indexes = [models.Index(fields=["system", "kind", "external_id"], name="keys_by_external_id")]


class PersonEvent(models.Model):
    """A change of a person's record: orders claimed, records linked. Append-only."""

    id = id_in_order()
    person = models.ForeignKey(Person, models.CASCADE, related_name="history", db_index=False)
    actor = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    actor_name = models.CharField(max_length=120, blank=True)
    what = models.CharField(max_length=30)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["person", "at"], name="history_of_person")]

    def __str__(self):
        return self.what
