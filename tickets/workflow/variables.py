"""What the variables of canned replies and macros stand for on a ticket."""

import re

from django.utils import timezone
from django.utils.translation import gettext

from supportdesk import languages
from tickets.models import Person, Ticket

VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
NAMES = (
    "customer.firstName", "customer.name", "order.number", "order.eta", "order.status", "agent.name",
    "ticket.number",
)  # fmt: skip


def variables(ticket: Ticket, agent: Person) -> dict[str, str]:
    """Return each variable's name and what it stands for; "" where the ticket has nothing for it."""
    order = ticket.order
    eta = order and order.eta
    # Dates and names of a status are read by the customer
    with languages.speaking(ticket.language):
        when = languages.date(timezone.localtime(eta), "d MMM") if eta else ""
        status = str(order.get_status_display()) if order else ""
    values = {
        "customer.firstName": ticket.requester_name.partition(" ")[0],
        "customer.name": ticket.requester_name,
        "order.number": ticket.order_number,
        "order.eta": when,
        "order.status": status,
        "agent.name": agent.name,
        "ticket.number": str(ticket.number),
    }
    return {name: values[name] for name in NAMES}


def complaint_about(text: str) -> str:
    """Return what is wrong with the variables in a text that is to be stored; "" for nothing."""
    unknown = next((name for name in VARIABLE.findall(text) if name not in NAMES), None)
    if unknown is None:
        return ""
    known = ", ".join(f"{{{{{name}}}}}" for name in NAMES)
    return gettext("There is no variable %(name)s. Use one of these: %(known)s.") % {
        "name": f"{{{{{unknown}}}}}", "known": known,
    }  # fmt: skip


def filled(text: str, known: dict[str, str]) -> str:
    """Return the text with its variables replaced; a variable that does not exist stays as it is written."""
    return VARIABLE.sub(lambda found: known.get(found[1], found[0]), text)


def missing(text: str, known: dict[str, str]) -> list[str]:
    """Return the variables in the text for which there is nothing."""
    return sorted({name for name in VARIABLE.findall(text) if not known.get(name)})
