"""Keys, connections, webhooks and linked records in the admin."""

import re

import pytest

from supportdesk.storage import secret_box
from tests import factories
from tests.servers import http_server
from tickets.models import Delivery, Order, Person, PersonEvent, ServiceKey, ShopConnection, Webhook
from tickets.shop import keys
from tickets.webhooks import signing

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.fixture
def staff(browse, meera):
    return browse(meera)


def test_a_key_is_shown_once_and_revoked(staff):
    made = staff.post("/admin/tickets/servicekey/add/", {"name": "Our shop", "scopes": ["shop:write"]})
    raw = re.search(r"sdk_[\w-]{40,}", made.content.decode())[0]
    key = ServiceKey.objects.get()
    assert keys.find(raw) == key
    for path in ("/admin/tickets/servicekey/", f"/admin/tickets/servicekey/{key.pk}/change/"):
        page = staff.get(path).content.decode()
        assert "Our shop" in page
        assert raw not in page
    action = {"action": "revoke", "_selected_action": [str(key.pk)]}
    assert staff.post("/admin/tickets/servicekey/", action).status_code == 302
    assert keys.find(raw) is None


def test_a_key_needs_a_scope(staff):
    page = staff.post("/admin/tickets/servicekey/add/", {"name": "Our shop", "scopes": []})
    assert "This field is required" in page.content.decode()
    assert not ServiceKey.objects.exists()


@pytest.mark.parametrize("path", ["servicekey", "shopconnection", "webhook", "delivery"])
def test_agents_have_no_business_here(browse, asha, path):
    assert browse(asha).get(f"/admin/tickets/{path}/").status_code == 302


def test_each_shop_system_says_how_to_set_it_up_and_how_it_is(staff, settings):
    settings.SHOPIFY_WEBHOOK_SECRET = "s"
    listed = staff.get("/admin/tickets/shopconnection/").content.decode()
    assert "Shopify" in listed
    assert "Off: set WOOCOMMERCE_WEBHOOK_SECRET" in listed
    ShopConnection.objects.filter(pk="shopify").update(last_topic="orders/create", last_error="no order")
    page = staff.get("/admin/tickets/shopconnection/shopify/change/").content.decode()
    for said in (
        "/hooks/shopify/",
        "SHOPIFY_WEBHOOK_SECRET",
        "orders/create",
        "no order",
        "Fetch everything once",
    ):
        assert said in page


@pytest.mark.engines
def test_a_token_is_stored_encrypted_and_never_shown(staff):
    staff.get("/admin/tickets/shopconnection/")
    path = "/admin/tickets/shopconnection/shopify/change/"
    assert (
        staff.post(path, {"url": "https://a.myshopify.com/", "access_token": "shpat_1"}).status_code == 302
    )
    connection = ShopConnection.objects.get(pk="shopify")
    assert secret_box.opened(connection.token) == "shpat_1"
    assert "shpat_1" not in staff.get(path).content.decode()
    staff.post(path, {"url": "https://b.myshopify.com", "access_token": ""})
    connection.refresh_from_db()
    assert (connection.url, secret_box.opened(connection.token)) == ("https://b.myshopify.com", "shpat_1")
    assert staff.post("/admin/tickets/shopconnection/shopify/fetch/", {"begin": "1"}).status_code == 302
    connection.refresh_from_db()
    assert connection.fetch_state == "running"
    assert "Reading customers" in staff.get(path).content.decode()
    assert staff.get("/admin/tickets/shopconnection/shopify/fetch/").status_code == 404


@pytest.mark.engines
def test_a_webhook_is_made_and_tested(staff, settings):
    settings.WEBHOOK_PRIVATE = True
    with http_server() as server:
        form = {
            "name": "ERP",
            "url": server.url,
            "secret": "",
            "events": ["ticket.created"],
            "is_active": "on",
        }
        assert staff.post("/admin/tickets/webhook/add/", form).status_code == 302
        hook = Webhook.objects.get()
        assert signing.is_secret(secret_box.opened(hook.secret))
        path = f"/admin/tickets/webhook/{hook.pk}/"
        page = staff.get(path + "change/").content.decode()
        assert "Send test" in page
        assert secret_box.opened(hook.secret) in page.replace("&#x27;", "'")
        told = staff.post(path + "test/", follow=True).content.decode()
        assert "answered 200" in told
        assert server.received[0].json["type"] == "webhook.test"
        server.answers = [(500, {}, b"")]
        assert "not delivered" in staff.post(path + "test/", follow=True).content.decode()
        secret = secret_box.opened(hook.secret)
        changed = form | {"events": ["ticket.rated"], "secret": ""}
        assert staff.post(path + "change/", changed).status_code == 302
        hook.refresh_from_db()
        assert (hook.events, secret_box.opened(hook.secret)) == (["ticket.rated"], secret)
    delivery = Delivery.objects.order_by("created_at").first()
    assert "webhook.test" in staff.get("/admin/tickets/delivery/").content.decode()
    assert "200" in staff.get(f"/admin/tickets/delivery/{delivery.pk}/change/").content.decode()


def test_a_secret_that_is_none_is_refused(staff):
    form = {"url": "https://erp.example/", "secret": "hunter2", "events": ["ticket.created"]}
    assert "whsec_" in staff.post("/admin/tickets/webhook/add/", form).content.decode()
    assert not Webhook.objects.exists()


# --- Two records of one person -------------------------------------------------


def test_two_records_of_one_person_become_one(staff, priya, shop):
    shop.put("/api/shop/customers/c-1", {"name": "Priya S", "email": "p@shop.example"})
    other = Person.objects.get(external_id="c-1")
    ticket = factories.ticket(other)
    factories.order(other)
    path = f"/admin/tickets/person/{priya.pk}/link/"
    looked = staff.post(path, {"other": "c-1"}).content.decode()
    assert "1 ticket" in looked
    assert "1 order" in looked
    assert staff.post(path, {"other": "c-1", "sure": "on"}).status_code == 302
    ticket.refresh_from_db()
    other.refresh_from_db()
    priya.refresh_from_db()
    assert (ticket.requester, Order.objects.get().customer) == (priya, priya)
    assert (other.merged_into, other.is_active, priya.external_id) == (priya, False, "c-1")
    history = PersonEvent.objects.get(person=priya)
    assert (history.what, history.actor_name, history.details["orders"]) == (
        "linked",
        "Meera Iyer",
        ["VP-10001"],
    )
    assert "VP-10001" in staff.get(f"/admin/tickets/person/{priya.pk}/change/").content.decode()
    shop.put("/api/shop/orders/VP-2", {"customer": "c-1", "status": "placed"})
    assert Order.objects.get(number="VP-2").customer == priya


@pytest.mark.engines
def test_both_ids_of_the_shop_lead_to_the_kept_record(staff, shop, api, settings):
    import time

    import jwt

    for id in ("c-1", "c-2"):
        shop.put(f"/api/shop/customers/{id}", {"name": id, "email": f"{id}@shop.example"})
    kept = Person.objects.get(external_id="c-1")
    staff.post(f"/admin/tickets/person/{kept.pk}/link/", {"other": "c-2", "sure": "on"})
    settings.WIDGET_SIGNING_KEY = "k" * 40
    token = jwt.encode({"sub": "c-2", "exp": time.time() + 300}, settings.WIDGET_SIGNING_KEY, "HS256")
    assert api().post("/api/auth/identify", {"token": token}).json()["user"]["id"] == str(kept.pk)
    shop.put("/api/shop/orders/VP-2", {"customer": "c-2", "status": "placed"})
    assert Order.objects.get().customer == kept


@pytest.mark.engines
@pytest.mark.parametrize("other", ["unknown@example.com", "asha@example.com", "priya@example.com"])
def test_an_order_that_cannot_be_linked_is_refused(staff, priya, asha, other):
    page = staff.post(f"/admin/tickets/person/{priya.pk}/link/", {"other": other, "sure": "on"})
    assert page.status_code == 200
    assert not PersonEvent.objects.exists()
    assert not Person.objects.exclude(merged_into=None).exists()
