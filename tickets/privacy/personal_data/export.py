"""Export everything that the desk keeps of a person."""

import json
import zipfile
from collections.abc import Mapping

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from tickets.models import (
    Attachment,
    AuditEntry,
    Message,
    Order,
    Person,
    Ticket,
    TokenFamily,
    load_files,
    text_fields,
)

from .providers import PROVIDERS, with_pictures


def export(person: Person, file) -> None:
    """Write everything about the person into a binary file, as a ZIP of data.json and the pictures."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "data.json",
            json.dumps(_everything(person), indent=1, ensure_ascii=False, cls=DjangoJSONEncoder),
        )
        for message in with_pictures(Message.objects.filter(ticket__requester=person)):
            try:
                with default_storage.open(str(message.picture)) as picture:
                    archive.writestr(_name_in_archive(message), picture.read(), zipfile.ZIP_STORED)
            except FileNotFoundError:
                continue
        for attachment in Attachment.objects.filter(message__ticket__requester=person):
            try:
                with default_storage.open(str(attachment.file)) as file:
                    archive.writestr(_file_in_archive(attachment), file.read(), zipfile.ZIP_STORED)
            except FileNotFoundError:
                continue


def _everything(person: Person) -> dict:
    tickets = Ticket.objects.filter(requester=person).order_by("created_at")
    data = {
        "person": {
            "id": person.pk,
            "role": person.role,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "signInEmail": person.login_email,
            "idInShop": person.external_id,
            "notes": person.notes,
            "createdAt": person.created_at,
            "lastSignIn": person.last_login,
        },
        "signIns": list(
            TokenFamily.objects.filter(person=person).values("created_at", "used_at", "revoked_at")
        ),
        "orders": [_order(order) for order in Order.objects.filter(customer=person).order_by("placed_at")],
        "tickets": [_ticket(ticket) for ticket in tickets],
        "accesses": _accesses(person, [ticket.pk for ticket in tickets]),
    }
    for provider in PROVIDERS:
        data |= provider.export(person)
    return data


def _order(order: Order) -> dict:
    fields = (*text_fields.exported_fields(Order), "status", "placed_at", "eta", "delivered_at", "total")
    items = list(order.items.values("sku", "name", "quantity", "price"))
    return {field: getattr(order, field) for field in fields} | {"items": items}


def _ticket(ticket: Ticket) -> dict:
    messages = list(ticket.messages.order_by("seq"))
    load_files(messages)
    left_out = {
        "id", "requester", "order", "assignee", "previous", "client_id", "merged_into", "lane", "attention_rank",
        "is_waiting", "has_scheduled", "clocks_paused_at", "nudged_at",
    }  # fmt: skip
    fields = [field.name for field in Ticket._meta.concrete_fields if field.name not in left_out]
    return {field: getattr(ticket, field) for field in fields} | {
        "messages": [_message(message) for message in messages],
        "drafts": list(ticket.drafts.order_by("updated_at").values("text", "is_note", "updated_at")),
        "history": list(ticket.events.order_by("at").values("field", "old", "new", "actor_name", "at")),
    }


def _message(message: Message) -> dict:
    return {
        "seq": message.seq,
        "sender": message.sender,
        "senderName": message.sender_name,
        "text": message.text,
        "privateNote": message.internal,
        "picture": _name_in_archive(message) if message.picture else None,
        "files": [
            {"name": file.name, "type": file.type, "size": file.size, "file": _file_in_archive(file)}
            for file in message.files
        ],
        "at": message.created_at,
    }


def _accesses(person: Person, tickets: list) -> list[Mapping[str, object]]:
    about = AuditEntry.objects.filter(Q(person_id=person.pk) | Q(ticket_id__in=tickets))
    return list(about.order_by("at").values("at", "actor_name", "action", "what"))


def _name_in_archive(message: Message) -> str:
    return f"pictures/{message.pk}.{str(message.picture).rpartition('.')[2]}"


def _file_in_archive(attachment: Attachment) -> str:
    return f"files/{attachment.pk}.{str(attachment.file).rpartition('.')[2]}"
