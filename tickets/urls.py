from django.urls import include, path, re_path

from .channels import hooks
from .channels import views as linked
from .desk import actions, canned, dashboard, drafts, files, here, many, talking
from .live import views as streams
from .reports import views as figures
from .shop.systems import hooks as shop_hooks
from .team import views as team

ticket = "support/<uuid:ticket_id>/"

urlpatterns = [
    path("support/figures/", figures.figures, name="figures"),
    path("support/", dashboard.show_inbox, name="dashboard"),
    path("support/rows", dashboard.rows, name="rows"),
    path("support/counts", dashboard.counts, name="counts"),
    path("support/bulk", many.bulk, name="bulk"),
    path("support/new", many.new_ticket, name="new-ticket"),
    path("support/views", many.save_view, name="save-view"),
    path("support/views/<uuid:view_id>/delete", many.delete_view, name="delete-view"),
    path("support/later/<uuid:reply_id>/cancel", talking.cancel_later, name="ticket-later-cancel"),
    path("support/canned/", canned.canned_replies, name="canned-replies"),
    path("support/canned/list/", canned.replies, name="canned-list"),
    path("support/canned/<uuid:reply_id>", canned.change, name="canned-change"),
    path("support/canned/<uuid:reply_id>/used", canned.used, name="canned-used"),
    path("support/canned/<uuid:reply_id>/picture", canned.picture, name="canned-picture"),
    path("support/availability", here.choose, name="availability"),
    path("support/active", here.active, name="active"),
    path("support/events", streams.inbox_events, name="inbox-events"),
    path("support/", include("tickets.accounts.urls")),
    path(ticket, dashboard.ticket, name="ticket"),
    path(ticket + "row", dashboard.row, name="ticket-row"),
    path(ticket + "header", dashboard.header, name="ticket-header"),
    path(ticket + "history", dashboard.show_history, name="ticket-history"),
    path(ticket + "messages", dashboard.messages, name="ticket-messages"),
    path(ticket + "reply", talking.reply, name="ticket-reply"),
    path(ticket + "draft", drafts.draft, name="ticket-draft"),
    path(ticket + "seen", talking.seen, name="ticket-seen"),
    path(ticket + "typing", talking.typing, name="ticket-typing"),
    path(ticket + "take", actions.take, name="ticket-take"),
    path(ticket + "move", actions.move, name="ticket-move"),
    path(ticket + "triage", actions.triage, name="ticket-triage"),
    path(ticket + "assign", actions.assign, name="ticket-assign"),
    path(ticket + "withdraw", talking.withdraw, name="ticket-withdraw"),
    path(ticket + "later", talking.later, name="ticket-later"),
    path(ticket + "change", actions.change, name="ticket-change"),
    path(ticket + "tags", actions.tags, name="ticket-tags"),
    path(ticket + "snooze", actions.snooze, name="ticket-snooze"),
    path(ticket + "no-answer", actions.no_answer, name="ticket-no-answer"),
    path(ticket + "spam", actions.spam, name="ticket-spam"),
    path(ticket + "block", actions.block, name="ticket-block"),
    path(ticket + "follow", actions.follow, name="ticket-follow"),
    path(ticket + "undo", actions.undo, name="ticket-undo"),
    path(ticket + "merge", many.merge, name="ticket-merge"),
    path(ticket + "notes", many.person_notes, name="person-notes"),
    path(ticket + "callback", actions.callback, name="ticket-callback"),
    path("files/logo", team.logo, name="shop-logo"),
    path("files/<uuid:message_id>", files.picture, name="picture"),
    path("files/<uuid:message_id>/small", files.thumbnail, name="thumbnail"),
    path("files/attachments/<uuid:attachment_id>", files.attachment, name="attachment"),
    path("c/<str:token>/", linked.conversation, name="conversation-link"),
    path("c/<str:token>/messages", linked.messages, name="link-messages"),
    path("c/<str:token>/seen", linked.seen, name="link-seen"),
    path("c/<str:token>/rating", linked.rating, name="link-rating"),
    path("c/<str:token>/letters", linked.letters, name="link-letters"),
    path("c/<str:token>/files/<uuid:message_id>", linked.picture, name="link-picture"),
    path("c/<str:token>/files/attachments/<uuid:attachment_id>", linked.attachment, name="link-attachment"),
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
