"""Forms for signing in and for the own account."""

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


class RoleSignInMixin:
    """Refuse a person with the right password but the wrong role, and tell them where to sign in."""

    wrong_role = ""
    # Set by each sign-in form: whether this person may sign in here
    has_role: Callable[[Person], bool]

    def clean_username(self):
        return plain_address(self.cleaned_data["username"])

    def confirm_login_allowed(self, user):
        # Called only after the password was right
        if not self.has_role(user):
            self.wrong_role = self.error_messages["wrong_role"]
            raise forms.ValidationError(self.wrong_role, code="wrong_role")


class SignInForm(RoleSignInMixin, AuthenticationForm):
    """E-mail and password of an agent. A customer with the right password is sent to the shop."""

    error_messages = {
        "invalid_login": gettext_lazy("E-mail or password is wrong."),
        "inactive": gettext_lazy("E-mail or password is wrong."),
        "wrong_role": gettext_lazy(
            "This is a customer's account. The desk is for agents; please sign in at the shop."
        ),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autofocus": True, "autocomplete": "username"}
        )

    def has_role(self, user):
        return user.is_agent


class StaffSignInForm(RoleSignInMixin, AdminAuthenticationForm):
    """The sign-in form of the admin, for staff."""

    error_messages = AdminAuthenticationForm.error_messages | {
        "wrong_role": gettext_lazy(
            "This account has no access to the administration. Agents sign in at /support/."
        ),
    }

    def has_role(self, user):
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
