from django.urls import path

from ..views import streams
from . import views

urlpatterns = [
    path("auth/register", views.register),
    path("auth/token", views.token),
    path("auth/token/refresh", views.refresh),
    path("auth/logout", views.logout),
    path("auth/me", views.me),
    path("support/", views.own_tickets),
    path("support/admin/", views.inbox),
    path("support/admin/events", streams.inbox_events),
    path("support/admin/<str:ticket_id>", views.desk_ticket),
    path("support/admin/<str:ticket_id>/reply", views.reply),
    path("support/<str:ticket_id>", views.own_ticket),
    path("support/<str:ticket_id>/messages", views.messages),
    path("support/<str:ticket_id>/message", views.say),
    path("support/<str:ticket_id>/callback", views.callback),
    path("support/<str:ticket_id>/confirm", views.confirm),
    path("support/<str:ticket_id>/events", streams.ticket_events),
]
