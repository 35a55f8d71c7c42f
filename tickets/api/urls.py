from django.urls import include, path, re_path

from ..shop.registry import KINDS
from . import canned, channels, desk, followers, macros, presence, shop, streams, team, views

# Grouped, so that a message tries a handful of addresses until it finds its own, not forty
desk_patterns = [
    path("events", streams.inbox_events),
    path("bulk", desk.bulk),
    path("create", desk.create),
    path("<str:ticket_id>", desk.desk_ticket),
    path("<str:ticket_id>/reply", desk.reply),
    path("<str:ticket_id>/withdraw", desk.withdraw),
    path("<str:ticket_id>/merge", desk.merge),
    path("<str:ticket_id>/split", desk.split),
    path("<str:ticket_id>/macro", macros.apply),
    path("<str:ticket_id>/followers", followers.followers),
    path("<str:ticket_id>/read", presence.desk_read, name="api-read"),
    path("<str:ticket_id>/typing", presence.desk_typing, name="api-typing"),
    path("<str:ticket_id>/templates", channels.list_templates),
    path("<str:ticket_id>/template", channels.send_template, name="api-template"),
]
own_patterns = [
    path("<str:ticket_id>", views.own_ticket),
    path("<str:ticket_id>/transcript", channels.send_transcript, name="api-transcript"),
    path("<str:ticket_id>/messages", views.messages),
    path("<str:ticket_id>/message", views.say),
    path("<str:ticket_id>/read", presence.read),
    path("<str:ticket_id>/typing", presence.typing),
    path("<str:ticket_id>/callback", views.callback),
    path("<str:ticket_id>/confirm", views.confirm),
    path("<str:ticket_id>/events", streams.ticket_events),
]
urlpatterns = [
    path("auth/register", views.register),
    path("auth/token", views.token),
    path("auth/token/refresh", views.refresh),
    path("auth/logout", views.logout),
    path("auth/me", views.me),
    path("auth/contact", channels.send_code),
    path("auth/contact/confirm", channels.confirm_code),
    path("shop/batch", shop.batch),
    *(path(f"shop/{kind.name}/<path:key>", shop.view_of(kind)) for kind in KINDS.values()),
    # With and without the slash at the end: a redirect would be a trap for what sends a body or a token
    re_path(r"^support/?$", views.own_tickets),
    re_path(r"^support/admin/?$", desk.inbox),
    path("support/admin/", include(desk_patterns)),
    path("support/", include(own_patterns)),
    re_path(r"^macros/?$", macros.macros),
    re_path(r"^team/?$", team.team),
    path("team/availability", team.choose),
    re_path(r"^rules/?$", team.rules),
    path("rules/<str:rule_id>", team.rule),
    re_path(r"^custom-fields/?$", team.custom_fields),
    re_path(r"^canned/?$", canned.canned_replies),
    path("canned/<str:reply_id>", canned.canned_reply),
]
