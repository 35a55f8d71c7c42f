"""What an agent fills in about alerts."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.models import AlertEvent, AlertPreferences, AlertScope

from . import preferences

MUTES = {
    "": _("Alerts are on"),
    "1": _("Mute for an hour"),
    "8": _("Mute for 8 hours"),
    "24": _("Mute for a day"),
    "on": _("Stay muted"),
}


class AlertsForm(forms.ModelForm):
    """A choice for each event, quiet hours, and what happens with what is not seen."""

    mute = forms.ChoiceField(label=_("Mute"), required=False, choices=list(MUTES.items()))

    class Meta:
        model = AlertPreferences
        fields = ("quiet_from", "quiet_until", "repeats", "by_mail")
        widgets = {name: forms.TimeInput(format="%H:%M") for name in ("quiet_from", "quiet_until")}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for event in AlertEvent:
            choices = self._choices(event)
            self.fields[event.value] = forms.ChoiceField(label=event.label, choices=choices)
            stored = preferences.scope(self.instance, event).value
            # A yes or no that was stored as another scope is a yes
            known = [value for value, _label in choices]
            self.initial[event.value] = stored if stored in known else known[-1]
        self.initial["mute"] = "on" if preferences.is_muted(self.instance, timezone.now()) else ""

    @staticmethod
    def _choices(event: AlertEvent) -> list[tuple]:
        if event in preferences.PERSONAL:
            return [
                (AlertScope.OFF.value, AlertScope.OFF.label),
                (preferences.DEFAULTS[event].value, _("Yes")),
            ]
        return AlertScope.choices

    @property
    def events(self) -> list:
        """The fields of the events, for the page."""
        return [self[event.value] for event in AlertEvent]

    def time(self, name: str) -> str:
        """Return what stands in a box of the quiet hours."""
        value = self[name].value() or ""
        return value.strftime("%H:%M") if hasattr(value, "strftime") else value

    def clean(self):
        data = super().clean()
        if bool(data.get("quiet_from")) != bool(data.get("quiet_until")):
            raise forms.ValidationError(_("Quiet hours need a beginning and an end."))
        return data

    def save(self, commit=True):
        data = self.cleaned_data
        self.instance.scopes = {event.value: data[event.value] for event in AlertEvent}
        if data["mute"] != "on":
            hours = int(data["mute"] or 0)
            self.instance.muted_until = timezone.now() + timedelta(hours=hours) if hours else None
        row = super().save(commit)
        preferences.forget_page(row.person)
        return row
