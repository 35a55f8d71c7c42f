"""The page `Settings` in the admin, with its preview, and the list of holidays."""

from django.conf import settings
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets.accounts import second_factor
from tickets.models import AuditAction
from tickets.models.settings import THE_ROW, DeskSettings, Holiday, HolidaySource
from tickets.pictures import uploads
from tickets.privacy import audit
from tickets.settings import holidays

from ..base import DeskAdmin
from . import forms

LANGUAGE_FIELDS = tuple(
    name for code in forms.LANGUAGES for name in (f"greeting_{code}", f"suggestions_{code}")
)
HOURS_FIELDS = tuple(f"hours_{day}" for day in range(7))
TARGET_FIELDS = tuple(
    tuple(f"target_{priority}_{kind}" for kind in forms.KINDS)
    for priority in ("urgent", "high", "medium", "low")
)
# Not settings of the shop
NOT_AUDITED = {"id", "version", "updated_at", "mail_worked_at", "tag_seen_at", "tag_seen_on"}


@admin.register(DeskSettings)
class SettingsAdmin(admin.ModelAdmin):
    """One row: the list leads to its form, and nothing is added or deleted."""

    form = forms.SettingsForm
    fieldsets = (
        (
            gettext_lazy("The shop and its chat"),
            {
                "fields": (
                    "seen_version", "shop_name", ("new_logo", "remove_logo"), ("colour", "text_colour"), "side",
                    "launcher_text", "currency",
                )
            },
        ),
        (gettext_lazy("Languages"), {"fields": ("languages", *LANGUAGE_FIELDS)}),
        (
            gettext_lazy("Business hours"),
            {
                "fields": ("time_zone", *HOURS_FIELDS),
                "description": gettext_lazy(
                    "Such as 09:30-13:00, 14:00-18:30. An empty day is closed; a week without any hours "
                    "means around the clock. 22:00-06:00 is a night shift."
                ),
            },
        ),
        (
            gettext_lazy("Holidays"),
            {
                "fields": (("holiday_country", "holiday_state"), "holiday_calendar", "calendar_file"),
                "description": gettext_lazy(
                    "Copied into the list of holidays, where you correct them and add days of your own."
                ),
            },
        ),
        (
            gettext_lazy("Response targets"),
            {
                "fields": ("clocks_stop", *TARGET_FIELDS),
                "description": gettext_lazy(
                    "Such as 15 min, 4 h or 2 d. Tickets keep the due times that they were given."
                ),
            },
        ),
        (
            gettext_lazy("Assigning tickets"),
            {"fields": ("assignment", "open_limit", "away_after_minutes", "away_outside_hours")},
        ),
        (gettext_lazy("Closing and reminding"), {"fields": ("nudge_hours", "resolve_hours", "auto_close_hours")}),
        (
            gettext_lazy("E-mail and sound"),
            {
                "fields": (*(f"email_{name}" for name in forms.EMAIL_TEXT_FIELDS), "sound"),
                "description": gettext_lazy("In e-mails {name} is the customer's name and {shop} the shop's."),
            },
        ),
        (
            gettext_lazy("Signing in"),
            {"fields": ("second_factor", "session_idle_minutes", "session_hours")},
        ),
    )  # fmt: skip

    class Media:
        css = {"all": ("css/settings.css",)}
        js = ("js/settings_preview.js",)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        return redirect("admin:tickets_desksettings_change", THE_ROW)

    def get_form(self, request, obj=None, **options):
        form = super().get_form(request, obj, **options)
        form.by = request.user
        return form

    def get_object(self, request, object_id, from_field=None):
        if str(object_id) != str(THE_ROW):
            return None
        return DeskSettings.objects.get_or_create(pk=THE_ROW)[0]

    def save_form(self, request, form, change):
        row = super().save_form(request, form, change)
        if form.stored_logo:
            # The small one, which keeps transparency; the large one is of no use here
            uploads.discard(form.stored_logo.name)
            row.logo = form.stored_logo.thumbnail
        elif form.cleaned_data.get("remove_logo"):
            row.logo = ""
        return row

    def save_model(self, request, row, form, change):
        before = DeskSettings.objects.get(pk=THE_ROW)
        # The condition is the guard against another save since the form was checked
        taken = DeskSettings.objects.filter(pk=THE_ROW, version=before.version).update(
            version=before.version + 1
        )
        if taken != 1 or form.cleaned_data["seen_version"] != before.version:
            self.message_user(request, _("Another save came first. Repeat your change."), messages.ERROR)
            return
        row.version, row.updated_at = before.version + 1, timezone.now()
        row.save()
        if before.logo and before.logo != row.logo:
            uploads.discard(before.logo.name)
        for what in changes(before, row):
            audit.record(request.user, AuditAction.CHANGED, what, address=audit.address_of(request))
        request.audited = True
        if before.second_factor != row.second_factor:
            second_factor.enforce()
        self.message_user(request, _("Settings saved. They are in force within two seconds."))
        calendar = form.cleaned_data.get("calendar_file")
        if before.holiday_calendar and not row.holiday_calendar and calendar is None:
            calendar = {}
        self._copy_holidays(request, before, row, form.fetched if calendar is None else calendar)

    def log_change(self, request, obj, message):
        # The audit has each changed setting with its old and new value
        return None

    def construct_change_message(self, request, form, formsets, add=False):
        return []

    def response_change(self, request, obj):
        return redirect("admin:tickets_desksettings_change", THE_ROW)

    def _copy_holidays(self, request, before, row, calendar) -> None:
        today = timezone.localdate()
        changed = None
        if (before.holiday_country, before.holiday_state) != (row.holiday_country, row.holiday_state):
            days = holidays.of_country(row.holiday_country, row.holiday_state, today)
            changed = holidays.replace(HolidaySource.COUNTRY, days, today)
        if calendar is not None:
            changed = (changed or 0) + holidays.replace(HolidaySource.CALENDAR, calendar, today)
        if changed is not None:
            said = ngettext("%d holiday was changed.", "%d holidays were changed.", changed) % changed
            self.message_user(request, said, messages.INFO)

    def render_change_form(self, request, context, *args, **options):
        context |= {
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
            "holidays_url": reverse("admin:tickets_holiday_changelist"),
            "logo_url": context["original"].logo and reverse("shop-logo"),
            "states": getattr(context["adminform"].form, "states", []),
            "languages": forms.LANGUAGES.items(),
            "shop_name": settings.SHOP_NAME,
            "default_greeting": _("Hello! How can I help?"),
        }
        return super().render_change_form(request, context, *args, **options)


def changes(before: DeskSettings, after: DeskSettings) -> list[str]:
    """Return a line for each setting that differs: its name, the old and the new value."""
    lines = []
    for field in DeskSettings._meta.concrete_fields:
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if field.name in NOT_AUDITED or old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
            lines += [
                f"setting {field.name}.{key}: {_said(old.get(key))} → {_said(new.get(key))}" for key in keys
            ]
        else:
            lines.append(f"setting {field.name}: {_said(old)} → {_said(new)}")
    return lines


def _said(value) -> str:
    """Return a value short enough that the old and the new one fit into an entry of the audit."""
    text = str(value) if value not in (None, "") else "-"
    return text if len(text) <= 40 else f"{text[:39]}…"


@admin.register(Holiday)
class HolidayAdmin(DeskAdmin):
    """The days on which the desk is closed or has hours of its own."""

    purpose = "Days on which the shop is closed. Answers are not due on them."
    form = forms.HolidayForm
    list_display = ("date", "name", "hours_of_day", "source", "is_active")
    list_editable = ("is_active",)
    list_filter = ("source",)
    sortable_by = ()
    ordering = ("-date",)
    list_per_page = 100

    @admin.display(description=gettext_lazy("hours"))
    def hours_of_day(self, day):
        return ", ".join("-".join(pair) for pair in day.hours) or _("closed")
