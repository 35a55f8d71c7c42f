"""The admin's door and password page; they come before the admin's own addresses."""

from django.urls import path
from django.views.generic import RedirectView

from . import views

urlpatterns = [
    path("login/", views.AdminSignIn.as_view()),
    # One page for the own password, which also ends other sessions
    path("password_change/", RedirectView.as_view(pattern_name="account")),
]
