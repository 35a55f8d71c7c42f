"""Sign-in and password pages of the admin; included before the admin's own URLs."""

from django.urls import path
from django.views.generic import RedirectView

from . import views

urlpatterns = [
    path("login/", views.AdminSignIn.as_view()),
    # One page for the own password, which also ends other sessions
    path("password_change/", RedirectView.as_view(pattern_name="account")),
]
