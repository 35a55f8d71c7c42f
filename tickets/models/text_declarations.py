"""The declarations of this app's text fields (see `text_fields`)."""

from .text_fields import DELETED, KEPT, Erase, Search, Text, declare, declare_same

CONTACT = Text(erase=Erase.EMPTY, export=True)
BY_CODE = Text(erase=Erase.BY_CODE)

# --- People and orders -------------------------------------------------------
declare(
    "tickets.Person",
    name=Text(mask=True, erase=Erase.NAME, export=True),
    email=CONTACT,
    phone=CONTACT,
    login_email=Text(erase=Erase.BY_CODE, export=True),
    external_id=Text(erase=Erase.BY_CODE, export=True),
    password=BY_CODE,
    notes=Text(mask=True, erase=Erase.EMPTY, export=True),
)
declare_same("tickets.TokenFamily", DELETED, ["jti", "previous_jti"])
# Digests: the key names no person
declare("tickets.RateLimitCounter", key=KEPT)
declare("tickets.PersonEvent", actor_name=KEPT, what=KEPT, details=BY_CODE)
# The shop's books need the order, not where it went
declare_same(
    "tickets.Order",
    CONTACT,
    [
        "contact_name",
        "contact_email",
        "contact_phone",
        "tracking_number",
        "tracking_url",
        "city",
        "pincode",
    ],
)
declare_same(
    "tickets.Order",
    Text(export=True),
    ["number", "currency", "payment_method", "payment_status", "refund_status", "carrier", "admin_url"],
)
declare_same("tickets.OrderItem", Text(export=True), ["sku", "name"])

# --- Tickets -----------------------------------------------------------------
declare(
    "tickets.Ticket",
    requester_name=Text(mask=True, erase=Erase.NAME, export=True, search=Search.NAME),
    requester_email=Text(erase=Erase.EMPTY, export=True, search=Search.WORDS),
    requester_phone=Text(erase=Erase.EMPTY, export=True, search=Search.WORDS),
    order_number=Text(erase=Erase.EMPTY, export=True, search=Search.WORDS),
    subject=Text(mask=True, erase=Erase.OWN_WORDS, export=True, search=Search.WORDS),
    resolution=Text(mask=True, erase=Erase.ANONYMISE, export=True),
    callback_note=Text(mask=True, erase=Erase.EMPTY, export=True),
    rating_comment=Text(mask=True, erase=Erase.OWN_WORDS, export=True),
    # Made of messages, which are masked, and rebuilt from what is left of them
    preview=Text(erase=Erase.BY_CODE, export=True),
    handover=Text(erase=Erase.BY_CODE, export=True),
    client_id=BY_CODE,
    preview_by=Text(export=True),
    tag_names=Text(export=True),
    assignee_name=Text(export=True),
    language=Text(export=True),
    reply_by=Text(export=True),
)
declare(
    "tickets.Message",
    text=Text(mask=True, erase=Erase.BY_CODE, export=True, search=Search.WORDS),
    sender_name=Text(erase=Erase.BY_CODE, export=True),
    client_id=BY_CODE,
    fingerprint=BY_CODE,
    channel=KEPT,
)
declare("tickets.Attachment", name=Text(mask=True, erase=Erase.BY_CODE, export=True), type=KEPT)
declare(
    "tickets.TicketEvent",
    old=Text(erase=Erase.BY_CODE, export=True),
    new=Text(erase=Erase.BY_CODE, export=True),
    actor_name=Text(erase=Erase.BY_CODE, export=True),
    field=KEPT,
)
declare("tickets.SearchText", words=BY_CODE)
declare("tickets.Viewer", name=KEPT)
declare("tickets.Follower", name=KEPT)
declare_same("tickets.ScheduledReply", BY_CODE, ["text", "client_id"])

declare("tickets.Draft", text=Text(mask=True, erase=Erase.BY_CODE, export=True), client_id=DELETED)

# --- What agents work with: it is about no customer --------------------------
declare_same("tickets.Tag", KEPT, ["name", "key", "colour"])
declare_same("tickets.CannedReply", KEPT, ["shortcut", "title", "texts"])
declare_same("tickets.SavedView", KEPT, ["name", "query"])

# --- Channels: erased and exported by `tickets.channels.personal_data` ---------
declare_same(
    "tickets.Incoming", BY_CODE, ["sender", "subject", "original", "payload", "quoted", "key", "reason"]
)
declare("tickets.Incoming", channel=KEPT)
declare("tickets.ConversationLink", address=BY_CODE)
declare("tickets.ContactCode", address=BY_CODE, channel=KEPT, digest=DELETED)
declare_same("tickets.Outgoing", BY_CODE, ["address", "payload", "key", "external_id", "last_error"])
declare("tickets.Outgoing", channel=KEPT, kind=KEPT)
declare("tickets.ChannelIdentity", channel=KEPT, address=BY_CODE, proven_by=KEPT)
declare("tickets.AddressBlock", channel=KEPT, address=BY_CODE, detail=BY_CODE)
declare_same(
    "tickets.MessageTemplate", KEPT, ["name", "language", "category", "status", "header", "body", "footer"]
)
declare("tickets.ChannelState", name=KEPT, value=KEPT)

# --- The desk's own ----------------------------------------------------------
# It points to ids and names no customer, so that an erasure need not touch it
declare_same("tickets.AuditEntry", KEPT, ["actor_name", "what", "address"])
declare_same("tickets.Job", KEPT, ["name", "last_error"])
declare("tickets.MetricCount", key=KEPT)
declare_same(
    "tickets.DeskSettings",
    KEPT,
    [
        "shop_name", "colour", "text_colour", "launcher_text", "languages", "greetings", "suggestions", "currency",
        "time_zone", "hours", "holiday_country", "holiday_state", "holiday_calendar", "targets", "letters",
        "tag_seen_on",
    ],
)  # fmt: skip
declare_same("tickets.Holiday", KEPT, ["name", "hours"])
declare_same("tickets.AgentPreferences", KEPT, ["language", "signature"])
declare_same("tickets.ServiceKey", KEPT, ["name", "digest", "hint", "scopes"])
declare_same(
    "tickets.ShopConnection",
    KEPT,
    [
        "last_topic", "last_error", "url", "token", "fetch_state", "fetch_step", "fetch_cursor", "fetched",
        "fetch_error",
    ],
)  # fmt: skip
declare_same("tickets.ExternalKey", KEPT, ["system", "kind", "external_id", "key"])
declare_same("tickets.Webhook", KEPT, ["name", "url", "secret", "events", "stopped_because"])
declare("tickets.Delivery", type=KEPT, body=BY_CODE, attempts=KEPT)
declare("tickets.Team", name=KEPT)
declare("tickets.PermissionSet", name=KEPT)
declare_same("tickets.Rule", KEPT, ["name", "conditions"])
declare_same("tickets.RuleRun", KEPT, ["event_key", "detail", "chain", "caused"])
declare_same("tickets.Macro", KEPT, ["name", "texts", "note", "resolution", "tags"])
declare_same("tickets.DailyFigures", KEPT, ["agent", "agent_name"])
declare_same("tickets.AgentPreferences", KEPT, ["language", "signature"])
declare("tickets.AlertPreferences", scopes=KEPT)
declare_same("tickets.PushSubscription", KEPT, ["endpoint", "digest", "p256dh", "auth", "browser"])
declare("tickets.PushKey", private=KEPT)
declare("tickets.Alert", key=KEPT)
declare_same("tickets.CustomField", KEPT, ["key", "label", "choices", "categories"])
# Erased by `tickets.custom_fields.values` where the field says something about the customer
declare("tickets.CustomValue", value=Text(mask=True, erase=Erase.BY_CODE, export=True))
