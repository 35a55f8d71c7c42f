from django.urls import include, path, re_path

from .channels import hooks
from .channels import views as linked
from .desk import actions, dashboard, files
from .live import views as streams
from .reports import views as figures
from .shop.systems import hooks as shop_hooks
from .team import views as team

ticket = "support/<uuid:ticket_id>/"

urlpatterns = [
    path("support/", dashboard.inbox, name="dashboard"),
    path("support/figures/", figures.figures, name="figures"),
    path("support/rows", dashboard.rows, name="rows"),
    path("support/events", streams.inbox_events, name="inbox-events"),
    path("support/", include("tickets.accounts.urls")),
    path(ticket, dashboard.ticket, name="ticket"),
    path(ticket + "row", dashboard.row, name="ticket-row"),
    path(ticket + "header", dashboard.header, name="ticket-header"),
    path(ticket + "history", dashboard.history, name="ticket-history"),
    path(ticket + "messages", dashboard.messages, name="ticket-messages"),
    path(ticket + "reply", actions.reply, name="ticket-reply"),
    path(ticket + "seen", actions.seen, name="ticket-seen"),
    path(ticket + "typing", actions.typing, name="ticket-typing"),
    path(ticket + "take", actions.take, name="ticket-take"),
    path(ticket + "move", actions.move, name="ticket-move"),
    path(ticket + "triage", actions.triage, name="ticket-triage"),
    path(ticket + "assign", actions.assign, name="ticket-assign"),
    path(ticket + "callback", actions.callback, name="ticket-callback"),
    path("files/logo", team.logo, name="shop-logo"),
    path("files/<uuid:message_id>", files.picture, name="picture"),
    path("files/<uuid:message_id>/small", files.thumbnail, name="thumbnail"),
    path("c/<str:token>/", linked.conversation, name="conversation-link"),
    path("c/<str:token>/messages", linked.messages, name="link-messages"),
    path("c/<str:token>/seen", linked.seen, name="link-seen"),
    path("c/<str:token>/rating", linked.rating, name="link-rating"),
    path("c/<str:token>/letters", linked.letters, name="link-letters"),
    path("c/<str:token>/files/<uuid:message_id>", linked.picture, name="link-picture"),
    path(
        "c/<str:token>/files/<uuid:message_id>/small",
        linked.picture,
        {"small": True},
        name="link-thumbnail",
    ),
    re_path(r"^hooks/shopify/?$", shop_hooks.shopify, name="shopify-hook"),
    re_path(r"^hooks/woocommerce/?$", shop_hooks.woocommerce, name="woocommerce-hook"),
    re_path(r"^hooks/email/(?P<key>[^/]+)/?$", hooks.email, name="email-hook"),
    re_path(r"^hooks/whatsapp/?$", hooks.whatsapp, name="whatsapp-hook"),
]
