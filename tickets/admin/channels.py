"""The channels in the admin: what was put aside, what did not leave, links, blocked addresses, templates."""

from django.contrib import admin, messages
from django.utils import timezone

from tickets.channels import inbox, outbox
from tickets.models import (
    AddressBlock,
    ChannelIdentity,
    ConversationLink,
    Incoming,
    IncomingState,
    MessageTemplate,
    Outgoing,
    OutgoingState,
)

from .base import RecordAdmin


class Record(RecordAdmin):
    """A row of a channel."""

    sortable_by = ()


@admin.register(Incoming)
class IncomingAdmin(Record):
    purpose = "E-mails and WhatsApp messages as they arrived, also those that could not be read."
    list_display = ("received_at", "channel", "sender", "subject", "state", "reason")
    list_filter = ("state", "channel")
    search_fields = ("=sender", "=key")
    search_help_text = "Sender's address, or the Message-ID."
    fields = (
        "channel",
        "key",
        "state",
        "reason",
        "sender",
        "subject",
        "quoted",
        "received_at",
        "tries",
        "ticket",
    )
    actions = ("try_again",)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("payload", "quoted")

    @admin.action(description="Try again", permissions=["view"])
    def try_again(self, request, rows):
        aside = [row for row in rows if row.state == IncomingState.QUARANTINED]
        for row in aside:
            inbox.again(row)
        done = sum(row.state == IncomingState.DONE for row in aside)
        self.message_user(request, f"{done} of {len(aside)} put aside arrived now.", messages.INFO)


@admin.register(Outgoing)
class OutgoingAdmin(Record):
    purpose = "E-mails and WhatsApp messages to customers, and whether they arrived."
    list_display = ("created_at", "channel", "kind", "address", "state", "tries", "last_error", "sent_at")
    list_filter = ("state", "channel")
    search_fields = ("=address", "=external_id")
    search_help_text = "Address, or the Message-ID."
    fields = (
        "channel", "kind", "ticket", "address", "state", "tries", "last_error", "external_id", "created_at", "due_at",
        "sent_at", "delivered_at", "read_at",
    )  # fmt: skip
    actions = ("send_again",)

    @admin.action(description="Send again", permissions=["view"])
    def send_again(self, request, rows):
        failed = rows.filter(state=OutgoingState.FAILED)
        now = timezone.now()
        # Its day of retries begins again with it
        count = failed.update(state=OutgoingState.WAITING, due_at=now, created_at=now, tries=0)
        outbox.wake()
        self.message_user(request, f"{count} will be sent again.", messages.INFO)


@admin.register(ConversationLink)
class ConversationLinkAdmin(Record):
    purpose = "The links in e-mails: each opens one conversation in any browser. Revoke one that went to the wrong person."
    list_display = ("created_at", "ticket", "expires_at", "revoked_at")
    list_select_related = ("ticket",)
    search_fields = ("=ticket__number",)
    search_help_text = "Number of the ticket."
    fields = ("ticket", "created_at", "expires_at", "revoked_at")
    actions = ("revoke",)

    @admin.action(description="Revoke", permissions=["view"])
    def revoke(self, request, rows):
        count = rows.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{count} revoked. Their pages are not found any more.", messages.INFO)


@admin.register(AddressBlock)
class AddressBlockAdmin(Record):
    """Addresses that bounce or have unsubscribed. Deleting a row unblocks the address."""

    purpose = "Addresses that get no more e-mails: they do not exist, or the customer asked for it."
    list_display = ("address", "channel", "reason", "detail", "created_at")
    list_filter = ("channel", "reason")
    search_fields = ("=address",)

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm(f"tickets.delete_{self.opts.model_name}")


@admin.register(ChannelIdentity)
class ChannelIdentityAdmin(Record):
    purpose = "E-mail addresses and WhatsApp numbers, and whose they are."
    list_display = ("address", "channel", "person", "proven_by", "created_at")
    list_filter = ("channel",)
    list_select_related = ("person",)
    search_fields = ("=address",)

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm(f"tickets.delete_{self.opts.model_name}")


@admin.register(MessageTemplate)
class MessageTemplateAdmin(Record):
    purpose = (
        "WhatsApp's approved templates, for messages more than 24 hours after the customer's last one."
    )
    list_display = ("name", "language", "category", "status", "body", "synced_at")
    list_filter = ("status", "language")
