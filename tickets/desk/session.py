"""Signing in to the desk."""

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.shortcuts import redirect

from tickets.accounts import rate_limits

from .forms import SignInForm


class SignIn(LoginView):
    template_name = "tickets/login.html"
    form_class = SignInForm
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.is_agent:
            return redirect("dashboard")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        # What everybody knows is a sign-in of the demo only
        return super().get_context_data(demo=settings.DEBUG, **kwargs)

    def post(self, request, *args, **kwargs):
        try:
            return super().post(request, *args, **kwargs)
        except rate_limits.TooMany as reason:
            context = self.get_context_data(form=self.get_form(), refusal=str(reason))
            headers = {"Retry-After": reason.seconds}
            return self.render_to_response(context, status=429, headers=headers)
