"""The demo shop: it shows, it remembers no visitor, and it vouches only for people it knows."""

import time

import jwt
import pytest
from django.apps import apps
from django.contrib.sessions.models import Session

from chatbot.models import Product
from tests import factories
from tests.pages import page
from tickets.models import DeskSettings, Person


@pytest.fixture(autouse=True)
def _key(settings):
    settings.WIDGET_SIGNING_KEY = "w" * 64


@pytest.fixture(autouse=True)
def demo_customer(request):
    """By whom a desk knows that it has the demo data."""
    request.getfixturevalue("db")
    factories.person("Demo Customer", email="customer@demo.test")


@pytest.fixture
def rows_everywhere(db):
    """`rows_everywhere()` counts the rows of every table."""

    def count() -> dict:
        return {model._meta.label: model.objects.count() for model in apps.get_models()}

    return count


def test_looking_at_the_shop_leaves_nothing_behind(client, rows_everywhere, django_assert_num_queries):
    factories.makhana()
    before = rows_everywhere()
    with django_assert_num_queries(2):
        answer = client.get("/")
    assert answer.status_code == 200
    assert not answer.cookies
    # A page that depends on no cookie says so to no cache
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert rows_everywhere() == before


def test_the_widget_is_embedded_as_any_site_embeds_it_and_loads_nothing_else(client, db):
    shown = page(client.get("/"))
    assert [(tag["src"], "async" in tag) for tag in shown.all("script") if tag["src"] == "/widget.js"] == [
        ("/widget.js", True)
    ]
    assert not shown.all("iframe")
    assert not [tag for tag in shown.all("link") if "widget" in tag["href"]]


def test_products_are_shown_with_price_and_stock(client, db):
    makhana = factories.makhana()
    Product.objects.filter(pk=makhana[0].pk).update(stock=3, price="1234.50")
    Product.objects.filter(pk=makhana[1].pk).update(stock=0, name="<b>Classic</b>")
    Product.objects.filter(pk=makhana[2].pk).update(is_active=False)
    shelf = [item.text for item in page(client.get("/")).all("li", _class="product")]
    assert len(shelf) == 2
    assert any("₹1,234.50" in item and "Only 3 left" in item for item in shelf)
    assert any("<b>Classic</b>" in item and "Sold out" in item for item in shelf)


def test_the_shop_is_read_only(client, db):
    assert client.post("/").status_code == 405
    assert client.head("/").status_code == 200


# --- Its backend -------------------------------------------------------------


def post(client, path, data):
    return client.post(path, data, content_type="application/json")


def test_a_customer_signs_in_and_is_vouched_for(client, priya):
    answer = post(client, "/shop/sign-in", {"email": "Priya@Example.com", "password": factories.PASSWORD})
    assert answer.json()["name"] == "Priya Sharma"
    assert not answer.cookies
    token = post(client, "/shop/identity", {"pass": answer.json()["pass"]}).json()["token"]
    claims = jwt.decode(token, "w" * 64, algorithms=["HS256"])
    priya.refresh_from_db()
    assert (claims["sub"], claims["email"]) == (priya.external_id, "priya@example.com")
    assert time.time() < claims["exp"] <= time.time() + 600
    # The desk takes it, as the same person
    known = post(client, "/api/auth/identify", {"token": token}).json()
    assert known["user"]["id"] == str(priya.pk)
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"email": "priya@example.com", "password": "wrong"},
        {"email": "unknown@example.com", "password": factories.PASSWORD},
        {"email": "ravi@example.com", "password": ""},
        {"email": ["priya@example.com"], "password": {"$ne": ""}},
        {},
        [],
        "not json at all {",
        "[" * 100_000,
    ],
)
def test_no_other_person_is_signed_in(client, priya, data):
    factories.guest()
    answer = post(client, "/shop/sign-in", data)
    assert answer.status_code in (400, 401)
    assert "pass" not in answer.json()


def test_a_pass_that_the_shop_did_not_give_is_worth_nothing(client, priya, asha):
    given = post(
        client, "/shop/sign-in", {"email": "priya@example.com", "password": factories.PASSWORD}
    ).json()
    forged = given["pass"].replace(given["pass"][:8], "x" * 8)
    for worthless in ("", "x", forged, str(priya.pk), None, 7):
        assert post(client, "/shop/identity", {"pass": worthless}).status_code == 401
    Person.objects.filter(pk=priya.pk).update(is_active=False)
    assert post(client, "/shop/identity", {"pass": given["pass"]}).status_code == 401


def test_a_new_password_ends_what_was_signed_with_the_old_one(client, priya):
    data = {"email": "priya@example.com", "password": factories.PASSWORD}
    given = post(client, "/shop/sign-in", data).json()
    assert post(client, "/shop/identity", given).status_code == 200
    priya.set_password("another-one-4-me")
    priya.save()
    assert post(client, "/shop/identity", given).status_code == 401


def test_without_a_signing_key_the_shop_signs_no_identity(client, priya, settings):
    settings.WIDGET_SIGNING_KEY = ""
    assert "data-account" not in page(client.get("/")).one("header").attributes
    assert not page(client.get("/")).all("dialog")
    data = {"email": "priya@example.com", "password": factories.PASSWORD}
    assert post(client, "/shop/sign-in", data).status_code == 401


def test_without_demo_data_the_page_has_the_shops_name_and_the_chat(client, db):
    Person.objects.all().delete()
    factories.makhana()
    DeskSettings.objects.create(shop_name="Asha's Pantry")
    shown = page(client.get("/"))
    assert shown.one("h1").text == "Asha's Pantry"
    assert shown.one("button").text == "Ask Villy"
    assert [tag["src"] for tag in shown.all("script")].count("/widget.js") == 1
    assert "village" not in shown.text
    assert not shown.all("li", _class="product")
