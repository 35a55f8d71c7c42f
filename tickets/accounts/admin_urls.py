"""The admin's door; it comes before the admin's own addresses."""

from django.urls import path

from . import views

urlpatterns = [path("login/", views.AdminSignIn.as_view())]
