"""Settings that the shop edits in the admin: one row, and the days with hours of their own."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

HEX_COLOUR = RegexValidator(
    r"^#[0-9a-fA-F]{6}\Z", _("Enter a colour as # and six digits, such as #1f6f43.")
)
THE_ROW = 1


class Side(models.TextChoices):
    RIGHT = "right", _("Right")
    LEFT = "left", _("Left")


class SecondFactor(models.TextChoices):
    OPTIONAL = "optional", _("Optional")
    STAFF = "staff", _("Required for staff")
    EVERYONE = "everyone", _("Required for agents and staff")


class Assignment(models.TextChoices):
    """How open tickets are assigned to agents."""

    BY_HAND = "by-hand", _("By hand")
    ROUND_ROBIN = "round-robin", _("Round robin")
    LEAST_BUSY = "least-busy", _("Least busy agent")


class DeskSettings(models.Model):
    """The shop's settings: one row, read through `tickets.settings.in_force.current()` only.

    An empty field stands for the default, which is the environment's where it has one.
    JSON fields: `greetings` {language: text}, `suggestions` {language: [text]},
    `hours` {"0": [["09:30", "18:00"]]} with Monday as "0" (empty: round the clock),
    `targets` {priority: {"first": minutes, "next": minutes, "resolution": minutes}},
    `letters` {name: text of e-mails}.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ROW, editable=False)
    # Each save adds one; a form that was opened before the last save is refused
    version = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    shop_name = models.CharField(_("shop name"), max_length=80, blank=True)
    logo = models.FileField(_("logo"), max_length=120, blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True, validators=[HEX_COLOUR])
    text_colour = models.CharField(_("text on it"), max_length=7, blank=True, validators=[HEX_COLOUR])
    side = models.CharField(_("side"), max_length=5, choices=Side, default=Side.RIGHT)
    launcher_text = models.CharField(_("launcher text"), max_length=40, blank=True)

    languages = models.JSONField(_("languages offered"), default=list, blank=True)
    greetings = models.JSONField(_("greeting"), default=dict, blank=True)
    suggestions = models.JSONField(_("suggestions"), default=dict, blank=True)
    # Empty: SHOP_CURRENCY
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Enter three capital letters, such as INR."))],
    )

    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    hours = models.JSONField(_("business hours"), default=dict, blank=True)
    holiday_country = models.CharField(_("country"), max_length=2, blank=True)
    holiday_state = models.CharField(_("state"), max_length=20, blank=True)
    holiday_calendar = models.URLField(_("calendar address (.ics)"), max_length=500, blank=True)

    targets = models.JSONField(_("targets"), default=dict, blank=True)
    clocks_stop = models.BooleanField(_("clocks stop outside business hours"), default=True)
    auto_close_hours = models.PositiveIntegerField(
        _("close resolved tickets after (hours)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(24 * 365)],
    )
    nudge_hours = models.PositiveIntegerField(
        _("remind the customer after (hours)"), default=0, validators=[MaxValueValidator(24 * 365)]
    )
    # Counted from the reminder. Empty: as long as before the reminder; 0: never
    resolve_hours = models.PositiveIntegerField(
        _("resolve silent tickets after (hours)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(24 * 365)],
    )
    letters = models.JSONField(_("texts of e-mails"), default=dict, blank=True)
    sound = models.BooleanField(_("sound for new messages"), default=True)

    assignment = models.CharField(
        _("assignment"), max_length=12, choices=Assignment, default=Assignment.BY_HAND
    )
    open_limit = models.PositiveIntegerField(
        _("open tickets an agent at most"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    away_after_minutes = models.PositiveIntegerField(
        _("away after minutes without activity"), default=0, validators=[MaxValueValidator(24 * 60)]
    )
    away_outside_hours = models.BooleanField(_("away outside business hours"), default=False)

    second_factor = models.CharField(
        _("second factor"), max_length=10, choices=SecondFactor, default=SecondFactor.OPTIONAL
    )
    session_idle_minutes = models.PositiveIntegerField(
        _("sign out after idle minutes"),
        default=0,
        validators=[MaxValueValidator(60 * 24 * 30)],
    )
    session_hours = models.PositiveIntegerField(
        _("sign out after hours"),
        default=24 * 14,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 90)],
    )

    # What the checklist of a new desk is ticked by
    mail_worked_at = models.DateTimeField(null=True, blank=True, editable=False)
    tag_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    tag_seen_on = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("settings")

    def __str__(self):
        return str(_("Settings"))


class HolidaySource(models.TextChoices):
    OWN = "own", _("Own day")
    COUNTRY = "country", _("Country and state")
    CALENDAR = "calendar", _("Calendar address")


class Holiday(models.Model):
    """A date on which the desk is closed, or has hours of its own (`hours`, as in the settings)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120)
    hours = models.JSONField(_("hours"), default=list, blank=True)
    source = models.CharField(max_length=10, choices=HolidaySource, default=HolidaySource.OWN)
    # Unticked by staff: the shop works on this day although the source names it
    is_active = models.BooleanField(_("observed"), default=True)

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["date", "source"], name="one_holiday_a_source")]

    def __str__(self):
        return f"{self.date} {self.name}"


class AgentPreferences(models.Model):
    """An agent's own preferences; without a row the defaults apply."""

    person = models.OneToOneField(
        "tickets.Person", models.CASCADE, primary_key=True, related_name="preferences"
    )
    # Empty: as the settings say
    sound = models.BooleanField(_("sound for new messages"), null=True, blank=True)
    notifications = models.BooleanField(_("notifications of the browser"), default=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    signature = models.CharField(_("signature"), max_length=300, blank=True)
