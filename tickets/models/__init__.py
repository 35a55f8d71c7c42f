"""People, their orders, and the tickets in which they ask about them.

person   people, sign-ins over the API, rate-limit counters
order    orders and their items, as the shop knows them
ticket   tickets, the choices of what they can be, and who has one open
rule     rules, their runs, and how far they have looked
macro    common steps of the team under one name
message  messages of a conversation
alert    what agents are told outside of the desk's tab
attachment  the files of messages
event    a ticket's history, and the desk's activity in one order
report   daily figures
collaboration  followers, mentions, drafts
custom_field  fields that a shop adds, and their values
desk     tags, canned replies, saved views, replies that are sent later
search   the words by which a ticket is found
team     teams and availability
permissions  permission sets
shop_fields  what the fields that a shop fills have in common
shop     service keys, connections to shop systems, the history of people
webhook  endpoints that are told what happens, and their outbox
job      background steps with their leases
audit    what members of the desk did
ids      primary keys

Primary keys are random (122 bits), so that an id in a URL tells nothing and the same models
work on SQLite, PostgreSQL and MongoDB. Rows that the outside never names (history, activity,
audit) have keys in the order of their writing.
"""

from .alert import (
    Alert,
    AlertCursor,
    AlertEvent,
    AlertPreferences,
    AlertScope,
    AlertState,
    PushKey,
    PushSubscription,
)
from .attachment import Attachment, load_files
from .audit import AuditAction, AuditEntry, NeverChanged
from .channel import (
    AddressBlock,
    ChannelIdentity,
    ChannelState,
    ContactCode,
    ConversationLink,
    Incoming,
    IncomingState,
    MessageTemplate,
    Outgoing,
    OutgoingState,
)
from .collaboration import Draft, Follower, Mention
from .custom_field import CustomField, CustomValue, FieldKind, FieldOwner
from .desk import TAG_LENGTH, CannedReply, SavedView, ScheduledReply, Tag, TicketTag
from .event import InboxEvent, TicketEvent
from .ids import id_in_order, in_order, random_id
from .job import Job, MetricCount
from .macro import Macro
from .message import Message, Sender
from .order import Order, OrderItem, OrderStatus
from .permissions import PermissionSet
from .person import Person, PersonManager, RateLimitCounter, Role, TokenFamily
from .report import DailyFigures
from .rule import CHANGES, TIMED, Rule, RuleCursor, RuleEvent, RuleRun, RunState
from .search import SearchText
from .settings import (
    HEX_COLOUR,
    THE_ROW,
    AgentPreferences,
    Assignment,
    DeskSettings,
    Holiday,
    HolidaySource,
    SecondFactor,
    Side,
)
from .shop import ExternalKey, PersonEvent, Scope, ServiceKey, ShopConnection, System
from .shop_fields import CURRENCY_CODE, MONEY, SHOP_TIME
from .team import Availability, AwayReason, Team, TeamCategory, TeamMember
from .ticket import (
    CATEGORY_LABELS,
    PRIORITY_LABELS,
    STATUS_LABELS,
    Category,
    ChannelName,
    Lane,
    Priority,
    Status,
    Ticket,
    Viewer,
)
from .webhook import Delivery, DeliveryState, EventType, Webhook

__all__ = [
    "CATEGORY_LABELS",
    "CHANGES",
    "CURRENCY_CODE",
    "HEX_COLOUR",
    "MONEY",
    "PRIORITY_LABELS",
    "SHOP_TIME",
    "STATUS_LABELS",
    "TAG_LENGTH",
    "THE_ROW",
    "TIMED",
    "AddressBlock",
    "AgentPreferences",
    "Alert",
    "AlertCursor",
    "AlertEvent",
    "AlertPreferences",
    "AlertScope",
    "AlertState",
    "Assignment",
    "Attachment",
    "AuditAction",
    "AuditEntry",
    "Availability",
    "AwayReason",
    "CannedReply",
    "Category",
    "ChannelIdentity",
    "ChannelName",
    "ChannelState",
    "ContactCode",
    "ConversationLink",
    "CustomField",
    "CustomValue",
    "DailyFigures",
    "Delivery",
    "DeliveryState",
    "DeskSettings",
    "Draft",
    "EventType",
    "ExternalKey",
    "FieldKind",
    "FieldOwner",
    "Follower",
    "Holiday",
    "HolidaySource",
    "InboxEvent",
    "Incoming",
    "IncomingState",
    "Job",
    "Lane",
    "Macro",
    "Mention",
    "Message",
    "MessageTemplate",
    "MetricCount",
    "NeverChanged",
    "Order",
    "OrderItem",
    "OrderStatus",
    "Outgoing",
    "OutgoingState",
    "PermissionSet",
    "Person",
    "PersonEvent",
    "PersonManager",
    "Priority",
    "PushKey",
    "PushSubscription",
    "RateLimitCounter",
    "Role",
    "Rule",
    "RuleCursor",
    "RuleEvent",
    "RuleRun",
    "RunState",
    "SavedView",
    "ScheduledReply",
    "Scope",
    "SearchText",
    "SecondFactor",
    "Sender",
    "ServiceKey",
    "ShopConnection",
    "Side",
    "Status",
    "System",
    "Tag",
    "Team",
    "TeamCategory",
    "TeamMember",
    "Ticket",
    "TicketEvent",
    "TicketTag",
    "TokenFamily",
    "Viewer",
    "Webhook",
    "id_in_order",
    "in_order",
    "load_files",
    "random_id",
]  # fmt: skip
