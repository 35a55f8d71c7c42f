"""Templates: what may be said when the customer wrote more than 24 hours ago. Meta approves them; we copy the list."""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError

from supportdesk.db.batches import Batch
from tickets import workflow
from tickets.models import ChannelName, Message, MessageTemplate, Person, Ticket

from .. import state
from . import api

EVERY = timedelta(minutes=15)
APPROVED = "APPROVED"
VARIABLE = re.compile(r"\{\{\s*(\d{1,2})\s*\}\}")
# What we can fill in: texts with numbered variables in the body
FILLED = {"HEADER": "header", "BODY": "body", "FOOTER": "footer"}


# One bad template stops no other
_copying = Batch("templates")


class DoesNotFit(Exception):
    """The template has other variables than were given; the message says which."""


def sync(now: datetime) -> bool:
    """Copy the account's templates; those that are gone there go here. Return False: nothing is waiting."""
    account = settings.WHATSAPP_ACCOUNT_ID or state.remembered("whatsapp-account").get("id")
    if not (api.is_set_up() and account):
        return False
    kept: set = set()

    def copy(row: dict) -> None:
        if fields := _fields(row):
            # One that cannot be copied stays as it was
            kept.update(_rows_of(fields).values_list("pk", flat=True))
            kept.add(_store(fields, now))

    _copying.each(api.templates(account), copy, key=lambda row: str(row.get("id", ""))[:64])
    MessageTemplate.objects.exclude(pk__in=kept).delete()
    return False


def _rows_of(fields: dict):
    return MessageTemplate.objects.filter(name=fields["name"], language=fields["language"])


def _fields(row: dict) -> dict | None:
    name, language = row.get("name"), row.get("language")
    if not isinstance(name, str) or not isinstance(language, str):
        return None
    if "\0" in name + language:
        return None
    fields = {"name": name[:190], "language": language[:16], "header": "", "body": "", "footer": ""}
    fields |= {"status": str(row.get("status", ""))[:20], "category": str(row.get("category", ""))[:30]}
    for part in row.get("components") or []:
        kind = FILLED.get(str(part.get("type"))) if isinstance(part, dict) else None
        if kind and isinstance(part.get("text"), str):
            fields[kind] = part["text"].replace("\0", "")
    numbers = {int(number) for number in VARIABLE.findall(fields["body"])}
    return fields | {"variables": max(numbers, default=0)}


def _store(fields: dict, now: datetime):
    key = {name: fields.pop(name) for name in ("name", "language")}
    try:
        row, _ = MessageTemplate.objects.update_or_create(**key, defaults=fields | {"synced_at": now})
    except IntegrityError:
        row = MessageTemplate.objects.get(**key)
    return row.pk


def approved() -> list[MessageTemplate]:
    """The templates that can be sent: approved, and without variables in the header."""
    rows = MessageTemplate.objects.filter(status=APPROVED).order_by("name", "language")
    return [row for row in rows if not VARIABLE.search(row.header)]


def preview(template: MessageTemplate, variables: list[str]) -> str:
    """The text that the customer will read."""
    body = VARIABLE.sub(lambda found: variables[int(found[1]) - 1], template.body)
    return "\n\n".join(part for part in (template.header, body, template.footer) if part)


def send(
    ticket: Ticket,
    name: str,
    language: str,
    variables: list[str],
    *,
    by: Person,
    client_id: str | None = None,
) -> Message:
    """Add the template's text as the agent's reply, and queue the template itself. Raise DoesNotFit or Refused."""
    is_text = "\0" not in "".join((name, language, client_id or "", *variables))
    wanted = MessageTemplate.objects.filter(name=name, language=language, status=APPROVED)
    template = wanted.first() if is_text else None
    if template is None:
        raise DoesNotFit("There is no approved template with this name and language.")
    given = [" ".join(value.split()) for value in variables]
    if len(given) != template.variables or not all(given):
        raise DoesNotFit(f"This template takes {template.variables} values; {len(given)} were given.")
    body: dict = {"name": template.name, "language": {"code": template.language}}
    if given:
        parameters = [{"type": "text", "text": value} for value in given]
        body["components"] = [{"type": "body", "parameters": parameters}]
    return workflow.agent_replies(
        ticket,
        preview(template, given)[: workflow.MAX_TEXT],
        by=by,
        client_id=client_id,
        over=workflow.ReplyRoute(ChannelName.WHATSAPP, "template", {"template": body}),
    )
