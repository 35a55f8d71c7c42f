"""Fields that a shop adds to tickets and customers, and their values."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..ids import id_in_order, random_id
from ..people.person import Person
from .ticket import Ticket

VALUE_LENGTH = 500


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")
    BOOLEAN = "boolean", _("Yes or no")


class FieldOwner(models.TextChoices):
    TICKET = "ticket", _("Ticket")
    PERSON = "person", _("Customer")


class CustomField(models.Model):
    """A custom field: its name, its type, and the tickets that have it."""

    id = random_id()
    key = models.CharField(
        _("key"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z][A-Za-z0-9]*\Z", _("Use letters and digits, such as batchNumber."))
        ],
        help_text=_("Its name in the API, such as batchNumber. It stays."),
    )
    label = models.CharField(_("label"), max_length=80)
    owner = models.CharField(_("on"), max_length=6, choices=FieldOwner, default=FieldOwner.TICKET)
    kind = models.CharField(_("kind"), max_length=8, choices=FieldKind, default=FieldKind.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    # Empty: of every category
    categories = models.JSONField(_("categories"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    is_personal = models.BooleanField(
        _("says something about the customer"),
        default=True,
        help_text=_("Then it is erased with them. Unticked, it stays on the anonymous ticket."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["position", "label"]

    def __str__(self):
        return self.label


class CustomValue(models.Model):
    """The value of a field on one ticket or one customer, as text: 12.5, 2026-11-29, yes."""

    id = id_in_order()
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="values")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="custom_values")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="custom_values")
    value = models.CharField(max_length=VALUE_LENGTH)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["field", "ticket"], name="one_value_a_ticket"),
            models.UniqueConstraint(fields=["field", "person"], name="one_value_a_customer"),
        ]
