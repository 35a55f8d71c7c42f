"""The rows of the admin's list of tickets.

Django's `result_list` takes three quarters of a millisecond of processor a row, half of what the page costs: it looks
up, checks, escapes and frames each cell. Here the columns are looked up once a page, and one template of ours writes
the same table.
"""

from collections.abc import Callable, Iterator
from operator import methodcaller

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from tickets.models import Ticket

register = template.Library()


@register.simple_tag
def ticket_rows(cl) -> SafeString:
    """Return the table of a list whose columns cannot be sorted or edited."""
    tickets = list(cl.result_list)
    names = [name for name in cl.list_display if name != "action_checkbox"]
    columns = [(name, *_column(cl.model_admin, name)) for name in names]
    box = cl.model_admin.action_checkbox if "action_checkbox" in cl.list_display else None
    before, after = _link(cl, tickets[0]) if tickets else ("", "")
    context = {
        "headers": [header | {"text": _title(header["text"])} for header in result_headers(cl)],
        "rows": [
            {"pk": ticket.pk, "box": box and box(ticket), "cells": list(_cells(ticket, columns))}
            for ticket in tickets
        ],
        "before": before,
        "after": after,
        "is_popup": cl.is_popup,
    }
    # Our own template, escaped by Jinja2
    return mark_safe(render_to_string("tickets/_admin_rows.html", context))  # noqa: S308


def _title(text: object) -> str:
    """Return a column's name as a title; that of the boxes is a box."""
    return text if isinstance(text, SafeString) else capfirst(str(text))


def _column(model_admin, name: str) -> tuple[Callable, str]:
    """Return what makes a cell of a ticket, and what stands there without a value."""
    shown = getattr(model_admin, name, None)
    empty = model_admin.get_empty_value_display()
    if shown is None:
        return methodcaller(f"get_{name}_display"), empty
    return shown, getattr(shown, "empty_value_display", empty)


def _cells(ticket: Ticket, columns: list[tuple[str, Callable, str]]) -> Iterator[tuple[str, str]]:
    for name, make, empty in columns:
        yield name, make(ticket) or empty


def _link(cl, ticket: Ticket) -> tuple[str, str]:
    """Return what stands before and after the id in the addresses of this list's tickets."""
    filters = {"preserved_filters": cl.preserved_filters, "opts": cl.opts}
    before, _pk, after = add_preserved_filters(filters, cl.url_for_result(ticket)).partition(str(ticket.pk))
    return before, after
