"""The desk's own texts to a customer: the blue bubbles of a conversation, and its e-mails.

Each function speaks the language in force; `to`, `ChangeSet.say` and the e-mails use the ticket's.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supportdesk import languages
from tickets.clocks import promise
from tickets.models import Ticket
from tickets.settings.in_force import current

from . import clock


def to(ticket: Ticket | None, line: Callable[..., str], *values: Any) -> str:
    """Return one of these lines in the ticket's language; in the shop's own where it does not offer that one."""
    with languages.speaking(current().language(ticket.language if ticket else "")):
        return line(*values)


def in_words(target: timedelta) -> str:
    """Say a length of time as a person would: "5 minutes", "1 hour", "4 hours"."""
    minutes = round(target.total_seconds() / 60)
    if minutes % 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def connected(priority: str, now: datetime | None = None) -> str:
    """Say when an agent answers: within the target, or outside business hours when they are back."""
    if back := promise.back(now or clock.now(), languages.current()):
        return _("Connected to Customer Care. %(back)s An agent will answer you then.") % {"back": back}
    target = in_words(current().targets[priority].first)
    return _(
        "Connected to Customer Care. An agent will help you shortly. We aim to answer within %(target)s."
    ) % {"target": target}


def continued(number: int) -> str:
    return _("This continues ticket #%(number)s, which was closed.") % {"number": number}


def joined(agent: str) -> str:
    return _("%(agent)s from Customer Care is helping you now.") % {"agent": agent}


def resolved() -> str:
    return _("Did that solve it?")


def solved() -> str:
    return _("Yes, solved")


def not_solved() -> str:
    return _("No")


def reopened(person: str) -> str:
    return _("%(person)s asked for more help. The conversation is open again.") % {"person": person}


def taken_up_again(agent: str) -> str:
    return _("%(agent)s from Customer Care opened the conversation again.") % {"agent": agent}


def nudged() -> str:
    return _(
        "Are you still there? Write here if you need anything else. Otherwise we will mark this as solved."
    )


def resolved_in_silence() -> str:
    return _("We have not heard from you, so we think that this is solved. Did that solve it?")


def closed() -> str:
    return _("This conversation is closed. Write again whenever you need us.")


def confirmed() -> str:
    return _("Glad that it is solved. This conversation is closed.")


def ended(person: str) -> str:
    return _("%(person)s ended this conversation. Write again whenever you need us.") % {"person": person}


def callback_requested(phone: str) -> str:
    return _("Callback requested. An agent will call you on %(phone)s.") % {"phone": phone}


def callback_completed() -> str:
    return _("The call back is done.")


# --- E-mails ------------------------------------------------------------------


def unread_subject(agent: str, number: int) -> str:
    return _("%(agent)s answered you (ticket #%(number)s)") % {"agent": agent, "number": number}


def unread_heading(name: str, number: int) -> str:
    greeting = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
    news = _("there is news in your conversation with us (ticket #%(number)s).") % {"number": number}
    return f"{greeting} {news}"


def answer_here() -> str:
    return _("Answer in your browser")


def open_conversation() -> str:
    return _("Open the conversation")


def resolved_subject(number: int) -> str:
    return _("Did we solve it? (ticket #%(number)s)") % {"number": number}


def resolved_heading() -> str:
    return _("We think that this is solved. If it is not, just answer this e-mail.")


def transcript_subject(shop: str, number: int) -> str:
    return _("Your conversation with %(shop)s (ticket #%(number)s)") % {"shop": shop, "number": number}


def transcript_heading(number: int) -> str:
    return _("You asked for a copy of your conversation with us (ticket #%(number)s).") % {"number": number}


def link_subject(number: int) -> str:
    return _("Your new link (ticket #%(number)s)") % {"number": number}


def link_heading(number: int) -> str:
    return _("Here is a new link to your conversation with us (ticket #%(number)s).") % {"number": number}


# --- WhatsApp ----------------------------------------------------------------


def opted_out() -> str:
    return _("You will get no more messages from us here. Send START if you want them again.")


def opted_in() -> str:
    return _("Welcome back. Write to us here whenever you need us.")


def continued_here(number: int) -> str:
    return _(
        "We continue your conversation here (ticket #%(number)s). Write to us whenever you need us."
    ) % {"number": number}


# --- Codes -------------------------------------------------------------------


def code_subject(shop: str) -> str:
    return _("Your code for %(shop)s") % {"shop": shop}


def code_text(code: str, shop: str) -> str:
    return _(
        "%(code)s is your code for %(shop)s. It works for 10 minutes.\n\n"
        "You did not ask for it? Then another person typed your address by mistake: do nothing."
    ) % {"code": code, "shop": shop}
