"""People, their sign-ins over the API, and the counters that limit them."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from ..fields import SHOP_TIME
from ..ids import random_id
from .permissions import PermissionSet


class Role(models.TextChoices):
    CUSTOMER = "customer"
    AGENT = "agent"
    STAFF = "staff"
    # Other software with a service key: writes on tickets, never signs in, is assigned nothing
    SERVICE = "service"


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
    # Deleting a set must not widen what its people may do
    permission_set = models.ForeignKey(
        PermissionSet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        db_index=False,
        help_text="Empty: all that the role allows.",
    )
    notes = models.TextField(blank=True, help_text="What agents note about this customer.")
    blocked_at = models.DateTimeField(null=True, blank=True, editable=False)

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
        """Return whether this person works the inbox; staff and service keys may do what agents do."""
        return self.is_active and self.role in (Role.AGENT, Role.STAFF, Role.SERVICE)

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role == Role.STAFF

    # The admin asks these; without a permission set staff may do everything there
    def has_perm(self, perm, obj=None):
        return self.is_staff and (not self.permission_set_id or self.permission_set.allows(perm))

    def has_perms(self, perms, obj=None):
        return all(self.has_perm(perm, obj) for perm in perms)

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


class RateLimitCounter(models.Model):
    """The counter of a rate limit (see `tickets.rate_limits`).

    The key is a digest of what, when, and who or from where: the row names no person.
    """

    key = models.CharField(max_length=40, primary_key=True)
    left = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        # The name of 0.1
        db_table = "tickets_allowance"
