"""URLs of sign-in and account. The names that allauth reverses are its own."""

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import RedirectView

from ..access import for_agents
from . import company, views

back = views.back_to_account
to_sign_in = require_safe(RedirectView.as_view(pattern_name="login"))
# Whatever the method, Django's view shows a link that does not work
set_password = require_http_methods(["GET", "HEAD", "POST"])(views.SetPassword.as_view())
enter_code = require_http_methods(["GET", "HEAD", "POST"])(views.EnterCode.as_view())
account = "account/"
factor = account + "second-factor/"


def own(view):
    """A page of allauth about the own account, for agents only."""
    return for_agents(require_http_methods(["GET", "HEAD", "POST"])(view))


urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("login/code/", enter_code, name="mfa_authenticate"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("logout/", LogoutView.as_view(next_page="login"), name="account_logout"),
    path("login/closed/", to_sign_in, name="account_signup"),
    path("login/inactive/", to_sign_in, name="account_inactive"),
    path("password/reset/", views.forgotten_password, name="password-reset"),
    path("password/reset/done/", views.PasswordIsSet.as_view(), name="password-set-done"),
    path("password/reset/<uidb64>/<token>/", set_password, name="password-set"),
    # The own account
    path(account, views.account, name="account"),
    path(account + "alerts/", views.save_alerts, name="account-alerts"),
    path(account + "password/", views.change_password, name="account-password"),
    path(account + "sessions/end/", views.end_session, name="account-end-session"),
    path(account + "again/", own(reauthenticate), name="account_reauthenticate"),
    path(factor, back, name="mfa_index"),
    path(factor + "again/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(factor + "app/add/", own(totp.activate_totp), name="mfa_activate_totp"),
    path(factor + "app/remove/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(factor + "codes/", own(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        factor + "codes/new/",
        own(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(factor + "passkeys/", back, name="mfa_list_webauthn"),
    path(factor + "passkeys/add/", own(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        factor + "passkeys/again/",
        own(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    # Text: on MongoDB ids are no numbers
    path(factor + "passkeys/<str:pk>/remove/", own(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    # The company's provider (OpenID Connect); 404 without OIDC_URL
    path("login/oidc/<str:provider_id>/login/", company.begin, name="openid_connect_login"),
    path("login/oidc/<str:provider_id>/login/callback/", company.come_back, name="openid_connect_callback"),
    path("login/cancelled/", to_sign_in, name="socialaccount_login_cancelled"),
    path("login/error/", require_safe(social.login_error), name="socialaccount_login_error"),
    path("login/unknown/", to_sign_in, name="socialaccount_signup"),
    path("login/connections/", to_sign_in, name="socialaccount_connections"),
]
