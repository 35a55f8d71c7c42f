"""The settings as staff fill them in, checked field by field."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.accounts import second_factor
from tickets.models import Priority
from tickets.models.settings import HEX_COLOUR, DeskSettings, Holiday, SecondFactor
from tickets.pictures import uploads
from tickets.settings import holidays
from tickets.settings.in_force import (
    CONTRAST_NEEDED,
    DEFAULT_COLOUR,
    DEFAULT_TARGETS,
    DEFAULT_TEXT_COLOUR,
    LANGUAGES,
    LAUNCHER_CHARACTERS,
    contrast,
)

from ..fields import DurationField, HoursField, LinesField, in_units

WEEKDAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip
KINDS = {
    "first": gettext_lazy("first reply"),
    "next": gettext_lazy("next reply"),
    "resolution": gettext_lazy("resolution"),
}
EMAIL_TEXTS = {
    "greeting": gettext_lazy("First line of e-mails"),
    "signature": gettext_lazy("Signature of e-mails"),
}
# A text for all languages, and one for each language but English, which overrides it
EMAIL_TEXT_FIELDS = EMAIL_TEXTS | {
    f"{key}_{code}": format_lazy("{} ({})", name, LANGUAGES[code])
    for key, name in EMAIL_TEXTS.items()
    for code in LANGUAGES
    if code != "en"
}
# The desk reports activity once a minute; clocks of servers may differ
SHORTEST_ABSENCE = 5


class SettingsForm(forms.ModelForm):
    """All settings on one page; what the row keeps as JSON has a field of its own for each part."""

    # Who fills it in
    by = None
    # The days of a new calendar address
    fetched = None
    # What the page was opened with: a save in between is not overwritten
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    new_logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy("PNG, JPEG or WebP."),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages offered"),
        choices=list(LANGUAGES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    holiday_country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    calendar_file = forms.FileField(
        label=gettext_lazy("Calendar file (.ics)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        help_text=gettext_lazy("Its days become holidays, in place of those of an earlier file."),
    )

    class Meta:
        model = DeskSettings
        fields = (
            "shop_name", "colour", "text_colour", "side", "launcher_text", "currency", "time_zone",
            "holiday_country", "holiday_state", "holiday_calendar", "clocks_stop", "auto_close_hours", "nudge_hours",
            "resolve_hours", "sound", "assignment", "open_limit", "away_after_minutes", "away_outside_hours",
            "second_factor", "session_idle_minutes", "session_hours",
        )  # fmt: skip
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color"}),
            "text_colour": forms.TextInput(attrs={"type": "color"}),
            "side": forms.RadioSelect,
            "shop_name": forms.TextInput(attrs={"size": 40, "autocomplete": "off"}),
            "time_zone": forms.TextInput(attrs={"size": 30, "autocomplete": "off"}),
        }
        help_texts = {
            "colour": gettext_lazy("Of the launcher and the head of the chat."),
            "launcher_text": gettext_lazy(
                "Beside the chat's symbol, up to 20 characters. Empty: the symbol alone."
            ),
            "time_zone": gettext_lazy("Such as Asia/Kolkata. Empty: the server's."),
            "holiday_state": gettext_lazy(
                "The code of a state, such as KA. Empty: the country's days only."
            ),
            "currency": gettext_lazy("Such as INR. Empty: the server's (SHOP_CURRENCY)."),
            "holiday_calendar": gettext_lazy("Its all-day events become holidays; read again every day."),
            "clocks_stop": gettext_lazy("Due times count business hours only."),
            "auto_close_hours": gettext_lazy("Empty: as the server says (AUTO_CLOSE_DAYS). 0: never."),
            "nudge_hours": gettext_lazy("When a customer has not answered for this long. 0: never."),
            "resolve_hours": gettext_lazy(
                "Counted from the reminder. Empty: as long as before the reminder. 0: never."
            ),
            "session_idle_minutes": gettext_lazy("0: never."),
            "assignment": gettext_lazy(
                "Round robin and least busy give waiting tickets to agents who are online."
            ),
            "open_limit": gettext_lazy(
                "Beyond it tickets wait in Unassigned. People may assign more by hand."
            ),
            "away_after_minutes": gettext_lazy("0: never. At least 5."),
            "away_outside_hours": gettext_lazy("Agents become away when the desk closes."),
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        row = self.instance
        self.initial.setdefault("seen_version", row.version)
        self.initial["colour"] = row.colour or DEFAULT_COLOUR
        self.initial["text_colour"] = row.text_colour or DEFAULT_TEXT_COLOUR
        self.initial["languages"] = row.languages
        self.fields["holiday_country"].choices = [("", "---------"), *holidays.countries()]
        if states := holidays.states(row.holiday_country):
            self.fields["holiday_state"].widget.attrs["list"] = "states"
            self.states = states
        self.stored_logo = None
        for name, (field, keys) in PARTS.items():
            value = getattr(row, field)
            for key in keys:
                value = value.get(key) if isinstance(value, dict) else None
            self.initial[name] = value

    def clean_seen_version(self):
        seen = self.cleaned_data["seen_version"]
        stored = DeskSettings.objects.filter(pk=self.instance.pk).values_list("version", flat=True).first()
        if seen != (stored or 0):
            raise ValidationError(
                _(
                    "The settings were changed since you opened this page. Open it again and repeat your change."
                )
            )
        return seen

    def clean_launcher_text(self):
        text = self.cleaned_data["launcher_text"].strip()
        if len(text) > LAUNCHER_CHARACTERS:
            raise ValidationError(
                _("At most %(most)s characters fit beside the symbol; this text has %(count)s."),
                params={"most": LAUNCHER_CHARACTERS, "count": len(text)},
            )
        return text

    def clean_time_zone(self):
        name = self.cleaned_data["time_zone"].strip()
        try:
            ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError) as reason:
            raise ValidationError(
                _("Unknown time zone. Write it as Area/City, such as Asia/Kolkata.")
            ) from reason
        return name

    def clean_new_logo(self):
        if upload := self.cleaned_data["new_logo"]:
            try:
                with uploads.received(upload) as picture:
                    picture.used = True
                self.stored_logo = picture
            except (uploads.BadPicture, uploads.NoRoom) as reason:
                raise ValidationError(str(reason)) from reason
        return upload

    def clean_away_after_minutes(self):
        minutes = self.cleaned_data["away_after_minutes"]
        if 0 < minutes < SHORTEST_ABSENCE:
            raise ValidationError(
                _("At least %(minutes)s minutes, or 0 for never."), params={"minutes": SHORTEST_ABSENCE}
            )
        return minutes

    def clean_second_factor(self):
        rule = self.cleaned_data["second_factor"]
        if rule != SecondFactor.OPTIONAL and self.by and not second_factor.is_set_up(self.by):
            raise ValidationError(_("First set up a second factor of your own, in your account."))
        return rule

    def clean_holiday_calendar(self):
        """Read the calendar now: an address that does not work is said at once."""
        url = self.cleaned_data["holiday_calendar"]
        if url and url != self.instance.holiday_calendar:
            try:
                self.fetched = holidays.fetch_calendar(url, timezone.localdate())
            except ValueError as reason:
                raise ValidationError(str(reason)) from reason
        return url

    def clean_calendar_file(self):
        upload = self.cleaned_data["calendar_file"]
        if not upload:
            return None
        if upload.size > holidays.MAX_CALENDAR_BYTES:
            raise ValidationError(_("This calendar is larger than 1 MB."))
        try:
            return holidays.read_calendar(upload.read(), timezone.localdate())
        except ValueError as reason:
            raise ValidationError(str(reason)) from reason

    def clean(self):
        data = super().clean()
        if all(re.fullmatch(HEX_COLOUR.regex, data.get(name, "")) for name in ("colour", "text_colour")):
            found = contrast(data["colour"], data["text_colour"])
            if found < CONTRAST_NEEDED:
                better = max(("#ffffff", "#000000"), key=lambda each: contrast(data["colour"], each))
                self.add_error(
                    "text_colour",
                    _(
                        "The contrast of the text is %(found).1f : 1; it needs %(needed)s : 1. %(better)s fits."
                    )
                    % {"found": found, "needed": CONTRAST_NEEDED, "better": better},
                )
        country, state = data.get("holiday_country", ""), data.get("holiday_state", "").strip().upper()
        states = holidays.states(country)
        if state and state not in states:
            names = ", ".join(states) or _("none")
            self.add_error("holiday_state", _("States of this country: %(names)s.") % {"names": names})
        data["holiday_state"] = state
        if data.get("auto_close_hours") and data.get("nudge_hours", 0) > data["auto_close_hours"]:
            self.add_error("nudge_hours", _("A reminder comes before the ticket is closed."))
        return data

    def full_clean(self):
        super().full_clean()
        if self.stored_logo and self._errors:
            uploads.discard(self.stored_logo.name, self.stored_logo.thumbnail)
            self.stored_logo = None

    def _post_clean(self):
        super()._post_clean()
        data, row = self.cleaned_data, self.instance
        row.languages = data.get("languages", [])
        # Built again from the parts, so that an emptied part is gone
        built = {name: {} for name in JSON_FIELDS}
        for name, (field, keys) in PARTS.items():
            place = built[field]
            for key in keys[:-1]:
                place = place.setdefault(key, {})
            if data.get(name):
                place[keys[-1]] = data[name]
        for field, value in built.items():
            setattr(row, field, {key: each for key, each in value.items() if each})


JSON_FIELDS = ("hours", "greetings", "suggestions", "targets", "letters")
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {}


def _part(name: str, form_field: forms.Field, field: str, *keys: str) -> None:
    """Declare a form field for one part of a JSON field."""
    PARTS[name] = (field, keys)
    SettingsForm.base_fields[name] = SettingsForm.declared_fields[name] = form_field


for _number, _day in enumerate(WEEKDAYS):
    _part(f"hours_{_number}", HoursField(label=_day, required=False), "hours", str(_number))
for _code, _name in LANGUAGES.items():
    _text = forms.CharField(
        label=gettext_lazy("Greeting (%s)") % _name,
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
    )
    _part(f"greeting_{_code}", _text, "greetings", _code)
    _lines = LinesField(label=gettext_lazy("Suggestions (%s)") % _name, required=False)
    _part(f"suggestions_{_code}", _lines, "suggestions", _code)
for _priority, _priority_name in reversed(Priority.choices):
    for _kind, _label in KINDS.items():
        _usual = getattr(DEFAULT_TARGETS[_priority], _kind) // timedelta(minutes=1)
        _time = DurationField(
            label=f"{_priority_name}: {_label}",
            required=False,
            widget=forms.TextInput(attrs={"size": 8, "placeholder": in_units(_usual)}),
        )
        _part(f"target_{_priority}_{_kind}", _time, "targets", _priority, _kind)
for _key, _email_label in EMAIL_TEXT_FIELDS.items():
    _text = forms.CharField(
        label=_email_label,
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
    )
    _part(f"email_{_key}", _text, "letters", _key)


class HolidayForm(forms.ModelForm):
    """A day of the shop's own, or whether a day of the country is observed."""

    hours = HoursField(
        label=gettext_lazy("Hours"),
        required=False,
        help_text=gettext_lazy("Such as 10:00-14:00. Empty: closed all day."),
    )

    class Meta:
        model = Holiday
        fields = ("date", "name", "hours", "is_active")

    def clean_date(self):
        day = self.cleaned_data["date"]
        same = Holiday.objects.filter(date=day, source=self.instance.source).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(_("This day is in the list already."))
        return day
