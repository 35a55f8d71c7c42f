"""The declarations of this app's text fields (see `tickets.models.text_fields`)."""

from tickets.models.text_fields import DELETED, KEPT, Erase, Text, declare, declare_same

# Chats go with the person: `chatbot.hooks.personal_data`
declare("chatbot.Chat", language=Text(erase=Erase.WITH_ROW, export=True), memory=DELETED)
declare(
    "chatbot.ChatMessage",
    text=Text(mask=True, erase=Erase.WITH_ROW, export=True),
    reply=DELETED,
    client_id=DELETED,
    intent=DELETED,
    rule=DELETED,
    flow=DELETED,
)
# Digests of what proved something once
declare_same("chatbot.SpentIdentity", KEPT, ["jti"])
declare_same("chatbot.OrderCode", DELETED, ["number", "digest"])

# What the shop publishes
declare_same(
    "chatbot.Product",
    KEPT,
    [
        "sku", "name", "category", "currency", "unit", "description", "ingredients", "facts", "tags", "shelf_life",
        "also_called", "image", "image_url",
    ],
)  # fmt: skip
declare_same(
    "chatbot.Article",
    KEPT,
    ["slug", "title", "title_hinglish", "title_hi", "body", "body_hinglish", "body_hi", "also_asked"],
)
declare_same("chatbot.ArticleVersion", KEPT, ["said", "changed_by"])
declare_same("chatbot.DeliveryArea", KEPT, ["name", "pin_prefixes", "places"])
# Staff teach it without names and numbers: `chatbot.privacy.without_personal_data`
# Written by staff, who play customers
declare_same("chatbot.TestConversation", KEPT, ["name", "script", "last_run"])
declare("chatbot.TestConversation", customer=KEPT)
declare("chatbot.Example", text=Text(mask=True), intent=KEPT)
