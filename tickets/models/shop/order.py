"""Orders as the shop knows them."""

from django.db import models
from django.utils import timezone

from ..fields import CURRENCY_CODE, MONEY, SHOP_TIME
from ..ids import random_id
from ..people.person import Person


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
        """Return the contact of the person who placed it: (e-mail, phone), each "" if there is none."""
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
