"""People, their orders, and the tickets in which they ask about them.

conversations  tickets and who has one open, messages, their files, the ticket's history and the desk's activity in one
               order, the fields that a shop adds, the words by which a ticket is found
people         people, sign-ins over the API, rate-limit counters, permission sets
shop           orders and their items, service keys, connections to shop systems, the history of people
desk           tags, canned replies, saved views, scheduled replies; followers, mentions, drafts; macros; rules, their runs
               and how far they have looked; what agents are told outside of the desk's tab; teams and availability
channel        what came in and went out by e-mail and WhatsApp, links, addresses
webhook        endpoints that are told what happens, and their outbox
settings       the desk's settings, holidays, an agent's preferences
report         daily figures
job            background steps with their leases
audit          what members of the desk did
text_fields    what happens to each text: masked, erased, exported, searched; text_declarations has those of these models
ids            primary keys

Primary keys are random (122 bits), so that an id in a URL tells nothing and the same models
work on SQLite, PostgreSQL and MongoDB. Rows that the outside never names (history, activity,
audit) have keys in the order of their writing.
"""

from . import text_declarations
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
from .conversations.attachment import Attachment, load_files
from .conversations.custom_field import CustomField, CustomValue, FieldKind, FieldOwner
from .conversations.event import InboxEvent, TicketEvent
from .conversations.message import Message, Sender
from .conversations.search import SearchText
from .conversations.ticket import (
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
from .desk.alert import (
    Alert,
    AlertCursor,
    AlertEvent,
    AlertPreferences,
    AlertScope,
    AlertState,
    PushKey,
    PushSubscription,
)
from .desk.collaboration import Draft, Follower, Mention
from .desk.macro import Macro
from .desk.rule import CHANGES, TIMED, Rule, RuleCursor, RuleEvent, RuleRun, RunState
from .desk.team import Availability, AwayReason, Team, TeamCategory, TeamMember
from .desk.tools import TAG_LENGTH, CannedReply, SavedView, ScheduledReply, Tag, TicketTag
from .fields import CURRENCY_CODE, MONEY, SHOP_TIME
from .ids import id_in_order, in_order, random_id
from .job import Job, MetricCount
from .people.permissions import PermissionSet
from .people.person import Person, PersonManager, RateLimitCounter, Role, TokenFamily
from .report import DailyFigures
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
from .shop.order import Order, OrderItem, OrderStatus
from .shop.systems import ExternalKey, PersonEvent, Scope, ServiceKey, ShopConnection, System
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
    "text_declarations",
]  # fmt: skip
