from django.urls import path

from .demo import views as shop
from .helpcentre import sitemap
from .helpcentre import views as help_centre
from .widget import views as widget
from .widget.loader import loader

urlpatterns = [
    path("", shop.page, name="shop"),
    path("shop/sign-in", shop.sign_in, name="shop-sign-in"),
    path("shop/identity", shop.identity, name="shop-identity"),
    path("help/", help_centre.index, name="help"),
    path("help/<slug:slug>/", help_centre.article, name="help-article"),
    path("help/<slug:slug>/helped", help_centre.vote, name="help-vote"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("widget.js", loader, name="loader"),
    path("widget/frame", widget.frame, name="widget-frame"),
    path("widget/unread", widget.unread, name="widget-unread"),
    path("widget/conversation", widget.conversation, name="widget-conversation"),
    path("widget/conversations", widget.past, name="widget-conversations"),
    path("widget/messages", widget.messages, name="widget-messages"),
    path("widget/connect", widget.connect, name="widget-connect"),
    path("widget/callback", widget.callback, name="widget-callback"),
    path("widget/solved", widget.solved, name="widget-solved"),
    path("widget/rating", widget.rating, name="widget-rating"),
    path("widget/end", widget.end, name="widget-end"),
    path("widget/transcript", widget.transcript, name="widget-transcript"),
    path("widget/whatsapp", widget.whatsapp, name="widget-whatsapp"),
    path("widget/again", widget.again, name="widget-again"),
    path("widget/seen", widget.seen, name="widget-seen"),
    path("widget/typing", widget.typing, name="widget-typing"),
    path("widget/products/<uuid:product_id>/picture", widget.product_picture, name="product-picture"),
    path("widget/helped/<uuid:answer_id>", widget.helped, name="widget-helped"),
]
