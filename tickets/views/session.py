"""Signing in to the desk."""

from django.contrib.auth.views import LoginView
from django.shortcuts import redirect

from ..forms import SignInForm


class SignIn(LoginView):
    template_name = "tickets/login.html"
    form_class = SignInForm
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.is_agent:
            return redirect("dashboard")
        return super().get(request, *args, **kwargs)
