"""How staff's browser goes through the admin's pages."""

from tests.pages import page
from tickets.models import TicketEvent

LIST = "/admin/tickets/ticket/"


def choose(client, action, tickets, list_=LIST, **fields):
    """Tick the tickets, choose the action, press "Go"."""
    ids = [str(ticket.pk) for ticket in tickets]
    return client.post(list_, {"action": action, "_selected_action": ids, "index": "0", **fields})


def change_many(client, action, tickets, list_=LIST, **fields):
    """Go through both pages of a bulk action; return the list as it is shown afterwards."""
    asked = page(choose(client, action, tickets, list_)).one("form", _class="desk-many")
    told = client.post(list_, asked.fields() | fields | {"apply": "Apply"}, follow=True)
    assert told.redirect_chain == [(list_, 302)]
    return page(told)


def told(shown) -> list[str]:
    return [line.text for line in shown.one("ul", _class="messagelist").all("li")]


def history_of(ticket, by) -> list[tuple]:
    """What this person did to the ticket."""
    events = TicketEvent.objects.filter(ticket=ticket, actor=by)
    return list(events.values_list("field", "old", "new"))
