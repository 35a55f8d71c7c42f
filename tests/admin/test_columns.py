"""How the columns of the admin's lists are laid out."""

import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_list
from django.template.loader import render_to_string
from django.urls import resolve

from chatbot.models import Product
from tests import factories
from tests.admin.admin_pages import LIST
from tests.pages import page
from tickets import workflow
from tickets.models import PermissionSet, Ticket
from tickets.templatetags.ticket_rows import ticket_rows


def test_the_column_of_the_last_change_keeps_its_width_and_its_line(browse, meera, ticket, settings):
    """It was one letter wide beside long subjects."""
    shown = page(browse(meera).get("/admin/tickets/ticket/"))
    assert len(shown.all("td", _class="field-updated")) == 1
    assert [link for link in shown.all("link", rel="stylesheet") if "admin.css" in link["href"]]
    sheet = (settings.BASE_DIR / "static" / "css" / "admin.css").read_text("utf-8")
    rule = re.search(r"#result_list :is\(\.column-updated, \.field-updated\) \{([^}]*)\}", sheet)
    assert rule
    assert "min-width: 9em" in rule[1]
    assert "white-space: nowrap" in rule[1]


def test_the_rows_of_tickets_are_those_that_django_writes(browse, meera, ticket, priya, asha, rf):
    """Ours are written by one template, whatever a cell holds."""
    workflow.take(ticket, by=asha)
    workflow.request_callback(ticket, by=priya)
    factories.ticket(priya, 'Is <b>this</b> & that "safe"?', priority="urgent", category="refund")
    for query in ("", "?status__exact=open", "?_popup=1"):
        request = rf.get(f"{LIST}{query}")
        request.user, request.resolver_match = meera, resolve(LIST)
        tickets = admin.site.get_model_admin(Ticket)
        shown = tickets.get_changelist_instance(request)
        # As the view sets it on a list that is not edited in place
        shown.formset = None
        djangos = render_to_string("admin/change_list_results.html", result_list(shown))
        assert parts(ticket_rows(shown)) == parts(djangos)
        assert len(shown.result_list) == (1 if "open" in query else 2)


def test_a_list_without_tickets_has_no_table(browse, meera):
    assert page(browse(meera).get(LIST)).all("table", id="result_list") == []


def test_a_list_says_what_it_is_for_and_that_it_is_empty(browse, meera):
    empty = page(browse(meera).get("/admin/tickets/macro/"))
    assert empty.one("p", _class="purpose").text.startswith("Steps that agents apply at once")
    assert empty.one("p", _class="no-rows").text == "Nothing here yet."
    assert empty.all("select", name="action") == []
    assert page(browse(meera).get(f"{LIST}?q=quince")).one("p", _class="no-rows").text == "Nothing matches."


@pytest.mark.parametrize(("stored", "shown"), [("229", "229.00"), ("1.255", "1.2550")])
def test_a_price_has_two_decimals_in_its_box_unless_it_needs_more(browse, meera, stored, shown):
    Product.objects.create(name="Sev", sku="SEV-1", price=stored)
    listed = page(browse(meera).get("/admin/chatbot/product/"))
    assert listed.one("input", name="form-0-price")["value"] == shown


def parts(html: str) -> list[str]:
    """Return tags and texts without the blanks around them."""
    return [part for each in re.split(r"(<[^>]*>)", unescape(html)) if (part := " ".join(each.split()))]


def test_the_sidebar_marks_the_page_and_shows_what_the_person_may_see(browse, meera, ticket):
    limited = factories.person("Lina", role="staff")
    limited.permission_set = PermissionSet.objects.create(name="Reader")
    limited.save()
    for path, marked in (
        (LIST, [LIST]),
        (f"{LIST}{ticket.pk}/change/", [LIST]),
        ("/admin/tickets/tag/", ["/admin/tickets/tag/"]),
    ):
        sidebar = page(browse(meera).get(path)).one("nav", id="nav-sidebar")
        assert [link["href"] for link in sidebar.all("a") if "aria-current" in link] == marked
    everything = {link["href"] for link in sidebar.all("a")}
    fewer = {link["href"] for link in page(browse(limited).get(LIST)).one("nav", id="nav-sidebar").all("a")}
    assert fewer < everything
