"""What people fill in about their own sign-in."""

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils.translation import gettext_lazy

from tickets.models.settings import AgentPreferences

from ..privacy.form_fields import EmailField
from ..team.settings import LANGUAGES
from . import rate_limits
from .sessions import DESK_LANGUAGES


class ForgottenPasswordForm(forms.Form):
    email = EmailField(max_length=254)


class PreferencesForm(forms.ModelForm):
    SOUND = {"": None, "on": True, "off": False}

    sound = forms.ChoiceField(
        label=gettext_lazy("Sound for new messages"),
        required=False,
        choices=[
            ("", gettext_lazy("As in the shop's settings")),
            ("on", gettext_lazy("On")),
            ("off", gettext_lazy("Off")),
        ],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[
            ("", gettext_lazy("Use the browser's language")),
            *((code, LANGUAGES[code]) for code in DESK_LANGUAGES),
        ],
    )

    class Meta:
        model = AgentPreferences
        fields = ("sound", "notifications", "language", "signature")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        stored = self.instance.sound
        self.initial["sound"] = {None: "", True: "on", False: "off"}[stored]

    def clean_sound(self):
        return self.SOUND[self.cleaned_data["sound"]]


class OwnPasswordForm(PasswordChangeForm):
    """Django's, that names the limit on tries at the old password."""

    def __init__(self, request, *args, **options):
        self.request = request
        super().__init__(request.user, *args, **options)

    def clean_old_password(self):
        try:
            rate_limits.consume(self.request, "sign in", account=self.user.login_email or str(self.user.pk))
        except rate_limits.TooMany as reason:
            raise forms.ValidationError(str(reason)) from reason
        return super().clean_old_password()
