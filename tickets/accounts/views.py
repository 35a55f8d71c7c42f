"""Pages for signing in (desk and admin), for a forgotten password, and for an agent's own account."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages as flash
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import TemplateView

from supportdesk.http.client_address import address_of
from tickets import rate_limits
from tickets.models.settings import AgentPreferences

from ..access import for_agents
from ..alerts import preferences as alert_preferences
from ..alerts import push
from ..alerts.forms import AlertsForm
from ..settings.in_force import current
from . import emails, second_factor, sessions
from .forms import ForgottenPasswordForm, OwnPasswordForm, PreferencesForm, SignInForm, StaffSignInForm

# --- The doors ---------------------------------------------------------------


class SignIn(LoginView):
    """E-mail and password; a person with a second factor is asked for it next."""

    template_name = "tickets/login.html"
    form_class: type[SignInForm | StaffSignInForm] = SignInForm
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.is_agent:
            # Signed in by another tab meanwhile
            return redirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        # What everybody knows is a sign-in of the demo only
        provider = settings.OIDC_NAME if settings.OIDC_URL else ""
        unknown = "unknown" in self.request.GET
        return super().get_context_data(
            demo=settings.DEBUG, provider=provider, unknown=unknown, is_admin=False, **kwargs
        )

    def post(self, request, *args, **kwargs):
        try:
            return super().post(request, *args, **kwargs)
        except rate_limits.TooMany as reason:
            context = self.get_context_data(form=self.get_form(), refusal=str(reason))
            headers = {"Retry-After": reason.seconds}
            return self.render_to_response(context, status=429, headers=headers)

    def form_valid(self, form):
        person = form.get_user()
        login = Login(user=person, redirect_url=self.get_success_url())
        return perform_password_login(self.request, {"email": person.login_email}, login)


class AdminSignIn(SignIn):
    """The sign-in page of the admin, for staff."""

    form_class = StaffSignInForm

    def get(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.is_staff:
            return redirect(self.get_success_url())
        return LoginView.get(self, request, *args, **kwargs)

    def get_default_redirect_url(self):
        return reverse("admin:index")


class EnterCode(AuthenticateView):
    """The second factor: a code or a passkey, after the right password."""

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if too_many := getattr(form, "too_many", None):
            response.status_code = 429
            response["Retry-After"] = too_many.seconds
        return response


# --- A forgotten password ----------------------------------------------------

# In the session: whose password was set here
SET_HERE = "browser_set"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten_password(request):
    """Ask for the address; the answer is the same whether it is known or not."""
    form = ForgottenPasswordForm(request.POST if request.method == "POST" else None)
    context, status, headers = {"form": form, "sent": False}, 200, {}
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            rate_limits.consume(request, "reset a password", account=email)
            emails.send_password_link(request, email)
            context["sent"] = True
        except rate_limits.TooMany as reason:
            context["refusal"], status = str(reason), 429
            headers = {"Retry-After": reason.seconds}
    response = render(request, "accounts/forgotten_password.html", context, status=status)
    for name, value in headers.items():
        response[name] = value
    return response


class SetPassword(PasswordResetConfirmView):
    """Set a password over the link of a password reset e-mail; it works once. All sessions and API sign-ins end.

    In the browser that used it, the used link leads to where the answer led: that answer may have been lost.
    """

    template_name = "accounts/set_password.html"
    success_url = reverse_lazy("password-set-done")
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, *args, **kwargs):
        response = super().dispatch(*args, **kwargs)
        if response.status_code == 200 and not self.validlink and self._was_set_here():
            return redirect(self.success_url)
        return response

    def _was_set_here(self) -> bool:
        if self.user is None or self.request.session.get(SET_HERE) != self.kwargs["uidb64"]:
            return False
        typed = self.request.POST.get("new_password1")
        return typed is None or self.user.check_password(typed)

    def form_valid(self, form):
        response = super().form_valid(form)
        self.request.session[SET_HERE] = self.kwargs["uidb64"]
        sessions.end(self.user)
        emails.send_security_notice(self.user, "password_changed", address_of(self.request))
        return response


class PasswordIsSet(TemplateView):
    http_method_names = ["get", "head", "options"]
    template_name = "accounts/password_is_set.html"


# --- The own account ---------------------------------------------------------


@never_cache
@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    """The agent's own page. POST saves sound, notifications, language and signature."""
    preferences = preferences_of(request.user)
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=preferences)
    if form.is_valid():
        form.save()
        sessions.remember_language(request, form.instance.language)
        alert_preferences.forget_page(request.user)
        return redirect(f"{reverse('account')}?saved=1")
    # Chosen in another browser meanwhile: from the next page on it is in force here, too
    sessions.remember_language(request, preferences.language)
    return account_page(request, preferences=form)


@for_agents
@require_POST
def save_alerts(request):
    """Save what the agent wants to hear of; a form that is refused keeps what was chosen."""
    form = AlertsForm(request.POST, instance=alert_preferences.preferences_for(request.user))
    if not form.is_valid():
        flash.error(request, " ".join(each for errors in form.errors.values() for each in errors))
        return account_page(request, alerts=form, status=400)
    form.save()
    flash.info(request, gettext("Saved."))
    return redirect(f"{reverse('account')}#alerts")


@never_cache
@sensitive_post_parameters()
@for_agents
@require_POST
def change_password(request):
    """Change the own password; this session goes on, all others end."""
    form = OwnPasswordForm(request, request.POST)
    if not form.is_valid():
        return account_page(request, password=form, status=400)
    person = form.save()
    update_session_auth_hash(request, person)
    sessions.end(person, but=request.session.session_key)
    emails.send_security_notice(person, "password_changed", address_of(request))
    return redirect(f"{reverse('account')}?saved=1")


@for_agents
@require_POST
def end_session(request):
    """End one of the own sessions, or without `session` all others."""
    # No key has a NUL, and PostgreSQL cannot be asked for one
    chosen = request.POST.get("session", "").replace("\0", "?")
    if chosen:
        for session in UserSession.objects.filter(user_id=request.user.pk, session_key=chosen):
            session.end()
    else:
        sessions.end(request.user, but=request.session.session_key)
    return redirect(f"{reverse('account')}?saved=1")


def preferences_of(person) -> AgentPreferences:
    """Return what this agent chose; the defaults when there is no row."""
    return AgentPreferences.objects.filter(pk=person.pk).first() or AgentPreferences(person=person)


def account_page(request, *, preferences=None, password=None, alerts=None, status=200):
    """Return the agent's own page, with the forms that were refused as they were filled in."""
    person = request.user
    factors = list(Authenticator.objects.filter(user_id=person.pk).order_by("created_at"))
    context = {
        "preferences": preferences or PreferencesForm(instance=preferences_of(person)),
        "password": password or OwnPasswordForm(request),
        "alerts": alerts or AlertsForm(instance=alert_preferences.preferences_for(person)),
        "push_key": push.public_key(),
        "browsers": list(person.push_subscriptions.order_by("-created_at")),
        "app": next((each for each in factors if each.type == Authenticator.Type.TOTP), None),
        "passkeys": [each for each in factors if each.type == Authenticator.Type.WEBAUTHN],
        "codes": next((each for each in factors if each.type == Authenticator.Type.RECOVERY_CODES), None),
        "must_add": second_factor.is_missing(person, request.session),
        "sessions": sessions.sessions_of(person),
        "own_session": request.session.session_key,
        "shop_sound": current().sound,
        "saved": "saved" in request.GET and request.method == "GET",
    }
    return render(request, "accounts/account.html", context, status=status)


@for_agents
@require_safe
def back_to_account(request):
    """Stand in for allauth's overview pages, which are one page here."""
    return redirect("account")
