"""What htmx asks the dashboard for: panes, rows, pages of the list."""

import pytest

from tests import factories
from tests.dashboard.test_dashboard import HTMX, numbers, opened, rows
from tests.pages import page

pytestmark = pytest.mark.all_engines


@pytest.fixture
def desk(browse, asha):
    """The dashboard of the agent."""
    return browse(asha)


def test_htmx_gets_the_pane_and_the_history_button_gets_the_page(desk, ticket):
    pane = page(desk.get(opened(ticket), headers=HTMX))
    assert not pane.all("body")
    assert pane.one("h1").text == "Priya Sharma"
    restored = desk.get(opened(ticket), headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert page(restored).one("body")


@pytest.mark.engines
def test_htmx_gets_rows_with_the_total_and_next_pages_without(desk, priya):
    for _ in range(26):
        factories.ticket(priya)
    first = page(desk.get("/support/rows", headers=HTMX))
    assert len(rows(first)) == 25
    total = first.one("p", id="total")
    assert (total.text, total["hx-swap-oob"]) == ("Total: 26 tickets", "true")
    more = page(desk.get(first.one("li", _class="next-page")["hx-get"], headers=HTMX))
    assert len(rows(more)) == 1
    assert not more.all(id="total")


@pytest.mark.engines
def test_a_row_is_empty_when_its_ticket_is_not_in_the_list_that_is_shown(desk, ticket):
    shown = page(desk.get(f"{opened(ticket)}row?status=open", headers=HTMX))
    assert rows(shown) == numbers(ticket)
    assert shown.one("li", _class="row").one("a")["href"] == f"{opened(ticket)}?status=open"
    assert desk.get(f"{opened(ticket)}row?status=closed", headers=HTMX).content == b""
    assert desk.get(f"{opened(ticket)}row?view=done", headers=HTMX).content == b""


@pytest.mark.parametrize("path", ["/support/", "/support/rows", "/support/{}/", "/support/{}/header"])
def test_no_page_is_kept_by_a_cache_or_mistaken_for_its_fragment(desk, ticket, path):
    headers = desk.get(path.format(ticket.pk)).headers
    assert "no-store" in headers["Cache-Control"]
    assert "HX-Request" in headers["Vary"]
