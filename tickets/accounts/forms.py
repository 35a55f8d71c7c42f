"""What people fill in about their own sign-in."""

from collections.abc import Callable

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy

from tickets import rate_limits
from tickets.models.settings import AgentPreferences

from ..models import Person
from ..privacy.form_fields import EmailField
from ..privacy.plain_text import plain_address
from ..settings.in_force import LANGUAGES
from .sessions import DESK_LANGUAGES


class OtherDoor:
    """A sign-in form that says so when the password is right and the person has no business here."""

    other_door = ""
    # Given by the form of each door: whether this person works here
    is_welcome: Callable[[Person], bool]

    def clean_username(self):
        return plain_address(self.cleaned_data["username"])

    def confirm_login_allowed(self, user):
        # Only who knows the password gets here
        if not self.is_welcome(user):
            self.other_door = self.error_messages["other_door"]
            raise forms.ValidationError(self.other_door, code="other_door")


class SignInForm(OtherDoor, AuthenticationForm):
    """E-mail and password of an agent. A customer whose password is right is told where to go."""

    error_messages = {
        "invalid_login": gettext_lazy("E-mail or password is wrong."),
        "inactive": gettext_lazy("E-mail or password is wrong."),
        "other_door": gettext_lazy(
            "This is a customer's account. The desk is for agents; please sign in at the shop."
        ),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autofocus": True, "autocomplete": "username"}
        )

    def is_welcome(self, user):
        return user.is_agent


class StaffSignInForm(OtherDoor, AdminAuthenticationForm):
    """The same at the administration's door, for staff."""

    error_messages = AdminAuthenticationForm.error_messages | {
        "other_door": gettext_lazy(
            "This account has no access to the administration. Agents sign in at /support/."
        ),
    }

    def is_welcome(self, user):
        return user.is_staff


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
