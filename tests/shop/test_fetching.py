"""Fetching everything once from small servers that speak Shopify's and WooCommerce's REST APIs."""

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from chatbot.models import Product
from supportdesk.storage import secret_box
from tests.servers import http_server
from tests.shop import payloads
from tickets.models import Order, Person, ShopConnection
from tickets.shop.systems import fetching

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.fixture
def server(settings):
    settings.WEBHOOK_PRIVATE = True
    with http_server() as server:
        yield server


def connect(system: str, url: str, token: str) -> ShopConnection:
    made = ShopConnection.objects.create(system=system, url=url, token=secret_box.sealed(token))
    fetching.begin(made)
    return made


def fetch(connection: ShopConnection, rounds: int = 30) -> ShopConnection:
    for _ in range(rounds):
        ShopConnection.objects.filter(fetch_state="running").update(
            fetch_due_at=timezone.now() - timedelta(seconds=1)
        )
        fetching.fetch_some()
        connection.refresh_from_db()
        if connection.fetch_state != "running":
            break
    return connection


def shopify_shop(server, token: str = "shpat_1", pages: int = 3):  # noqa: S107
    """A shop with `pages` pages of orders; the next one stands in the Link header."""

    def respond(request):
        if request.headers.get("x-shopify-access-token") != token:
            return 401, {}, b'{"errors": "[API] Invalid API key or access token"}'
        path, query = urlsplit(request.path).path, parse_qs(urlsplit(request.path).query)
        kind = path.rpartition("/")[2].removesuffix(".json")
        if kind == "orders":
            page = int(query.get("page_info", ["1"])[0])
            assert ("status" in query) == (page == 1), "Shopify refuses a filter beside page_info"
            rows = [payloads.SHOPIFY_ORDER | {"name": f"#{page}{n}", "id": page * 10 + n} for n in range(3)]
            link = (
                f'<{server.url}{path}?limit=250&page_info={page + 1}>; rel="next"' if page < pages else ""
            )
            return 200, {"Link": link} if link else {}, json.dumps({kind: rows}).encode()
        row = {"customers": payloads.SHOPIFY_CUSTOMER, "products": payloads.SHOPIFY_PRODUCT}[kind]
        return 200, {}, json.dumps({kind: [row]}).encode()

    server.respond = respond


def test_a_shopify_shop_is_fetched_page_by_page(server):
    shopify_shop(server)
    connection = fetch(connect("shopify", server.url, "shpat_1"))
    assert (connection.fetch_state, connection.fetch_error) == ("done", "")
    assert connection.fetched == {"customers": 1, "products": 1, "orders": 9, "problems": 0}
    assert Order.objects.count() == 9
    assert Product.objects.count() == 2
    assert Person.objects.filter(external_id="706405506930370084").exists()


def test_a_woocommerce_shop_is_fetched_page_by_page(server):
    def respond(request):
        expected = "Basic " + base64.b64encode(b"ck_1:cs_1").decode()
        assert request.headers["authorization"] == expected
        path, query = urlsplit(request.path).path, parse_qs(urlsplit(request.path).query)
        page = int(query["page"][0])
        row = {"customers": payloads.WOO_CUSTOMER, "products": payloads.WOO_PRODUCT}.get(
            path.rpartition("/")[2]
        )
        rows = [row] if row else [payloads.WOO_ORDER | {"number": f"{page}{n}"} for n in range(4)]
        return 200, {"X-WP-TotalPages": "1" if row else "2"}, json.dumps(rows).encode()

    server.respond = respond
    connection = fetch(connect("woocommerce", server.url, "ck_1:cs_1"))
    assert (connection.fetch_state, connection.fetched["orders"]) == ("done", 8)
    assert Order.objects.count() == 8


def test_a_stopped_worker_goes_on_at_its_page(server):
    shopify_shop(server)
    connection = fetch(connect("shopify", server.url, "shpat_1"), rounds=3)
    assert (connection.fetch_step, connection.fetch_cursor) == ("orders", "2")
    seen = len(server.received)
    assert fetch(connection).fetch_state == "done"
    assert len(server.received) == seen + 2


def test_a_rate_limit_and_errors_that_pass_are_waited_for(server):
    shopify_shop(server)
    respond, answers = server.respond, [(429, {"Retry-After": "60.0"}, b""), (503, {}, b""), (502, {}, b"")]
    server.respond = lambda request: answers.pop(0) if answers else respond(request)
    connection = connect("shopify", server.url, "shpat_1")
    assert not fetching.fetch_some()
    connection.refresh_from_db()
    assert timezone.now() < connection.fetch_due_at <= timezone.now() + timedelta(minutes=1)
    assert not fetching.fetch_some(), "not before its time"
    assert len(server.received) == 1
    assert fetch(connection).fetch_state == "done"


@pytest.mark.engines
def test_a_wrong_token_ends_it_with_a_sentence_and_a_right_one_goes_on(server):
    shopify_shop(server)
    connection = fetch(connect("shopify", server.url, "wrong"))
    assert connection.fetch_state == "failed"
    assert "token" in connection.fetch_error
    ShopConnection.objects.update(token=secret_box.sealed("shpat_1"))
    connection.refresh_from_db()
    fetching.resume(connection)
    assert fetch(connection).fetch_state == "done"


@pytest.mark.parametrize(
    "answer", [(404, {}, b""), (200, {}, b"<html>"), (200, {}, b"[]"), (302, {"Location": "/"}, b"")]
)
def test_another_server_ends_it_with_a_sentence(server, answer):
    server.answers = [answer]
    connection = fetch(connect("shopify", server.url, "shpat_1"))
    assert connection.fetch_state == "failed"
    assert connection.fetch_error.endswith((".", "?"))


def test_a_shop_that_stays_away_is_given_up(server):
    server.answers = [(500, {}, b"")]
    connection = fetch(connect("shopify", server.url, "shpat_1"))
    assert (connection.fetch_state, len(server.received)) == ("failed", fetching.MOST_FAILURES)


def test_one_odd_row_stops_no_other(server):
    shopify_shop(server, pages=1)
    respond = server.respond

    def odd(request):
        status, headers, body = respond(request)
        return status, headers, body.replace(b'"#10"', b"null")

    server.respond = odd
    connection = fetch(connect("shopify", server.url, "shpat_1"))
    assert (connection.fetch_state, connection.fetched["problems"], Order.objects.count()) == ("done", 1, 2)


@pytest.mark.engines
def test_a_shop_in_a_private_network_is_not_called(server, settings):
    settings.WEBHOOK_PRIVATE = False
    connection = fetch(connect("shopify", server.url, "shpat_1"))
    assert (connection.fetch_state, server.received) == ("failed", [])
