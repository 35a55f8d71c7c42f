"""A shop moves in, in one walk: its files, its calls, its webhooks, a signed customer who asks, and what goes out."""

import base64
import hashlib
import hmac
import html
import json
import re
import time
from datetime import UTC, datetime, timedelta
from io import StringIO

import jwt
import pytest
from django.core.management import call_command
from django.test import Client
from standardwebhooks import Webhook as Receiver

from tests.servers import http_server
from tests.shop import payloads
from tests.shop.test_importing import table
from tickets.models import Webhook
from tickets.webhooks import sender

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]
SIGNING_KEY, SHOPIFY, WOOCOMMERCE = "signing-key-" + "k" * 40, "shpss_secret", "wc-secret"


@pytest.fixture
def desk(settings):
    settings.WIDGET_SIGNING_KEY, settings.WEBHOOK_PRIVATE = SIGNING_KEY, True
    settings.SHOPIFY_WEBHOOK_SECRET, settings.WOOCOMMERCE_WEBHOOK_SECRET = SHOPIFY, WOOCOMMERCE


def imported(file, rows: list[dict]) -> str:
    """What `manage.py import_shop` says at its end."""
    file.write_text(table(rows))
    said = StringIO()
    call_command("import_shop", str(file), stdout=said, stderr=StringIO())
    return said.getvalue().splitlines()[-1]


def signature(secret: str, raw: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def hook(path: str, payload: dict, **headers: str) -> str:
    raw = json.dumps(payload).encode()
    secret = SHOPIFY if "shopify" in path else WOOCOMMERCE
    name = "X-Shopify-Hmac-Sha256" if "shopify" in path else "X-WC-Webhook-Signature"
    headers = {name: signature(secret, raw)} | {
        key.replace("_", "-"): value for key, value in headers.items()
    }
    answer = Client().post(path, raw, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()["status"]


def identity(sub: str) -> str:
    claims = {
        "sub": sub,
        "name": "Priya Sharma",
        "email": "priya@example.com",
        "exp": int(time.time()) + 300,
    }
    return jwt.encode(claims, SIGNING_KEY, algorithm="HS256")


def webhook_made(staff, url: str) -> str:
    """Make a webhook in the admin; return the secret that its page shows."""
    events = ["ticket.created", "message.created"]
    form = {"name": "ERP", "url": url, "secret": "", "events": events, "is_active": "on"}
    assert staff.post("/admin/tickets/webhook/add/", form).status_code == 302
    [made] = Webhook.objects.all()
    page = staff.get(f"/admin/tickets/webhook/{made.pk}/change/").content.decode()
    return re.search(r"whsec_[\w+/=]+", html.unescape(page))[0]


def test_a_shop_has_its_data_in_the_desk_and_hears_what_happens_there(
    desk, api, browse, meera, shop, tmp_path
):
    # Its catalogue and its orders, from files
    products = [
        {"sku": f"S-{n}", "name": f"Makhana No {n}", "price": "249.00", "stock": n} for n in range(50)
    ]
    assert (
        imported(tmp_path / "products.csv", products)
        == "Done: 50 new, 0 changed, 0 unchanged, 0 bad lines."
    )
    items = json.dumps([{"sku": "S-1", "name": "Makhana No 1", "quantity": 2, "price": 249}])
    orders = [
        {"number": f"VP-{20000 + n}", "customer": f"c-{n % 40}", "status": "delivered", "items": items,
         "placedAt": "2026-10-01"}
        for n in range(200)
    ]  # fmt: skip
    assert (
        imported(tmp_path / "orders.csv", orders) == "Done: 200 new, 0 changed, 0 unchanged, 0 bad lines."
    )
    assert (
        imported(tmp_path / "orders.csv", orders) == "Done: 0 new, 0 changed, 200 unchanged, 0 bad lines."
    )

    # One order by a call, one by each shop system's webhook
    now = datetime.now(UTC)
    order = {
        "customer": "c-7",
        "status": "packed",
        "placedAt": now.isoformat(),
        "updatedAt": now.isoformat(),
    }
    assert shop.put("/api/shop/orders/VP-30001", order, format="json").status_code == 201
    assert hook("/hooks/shopify/", payloads.SHOPIFY_ORDER, X_Shopify_Topic="orders/create") == "stored"
    assert hook("/hooks/woocommerce/", payloads.WOO_ORDER, X_WC_Webhook_Topic="order.created") == "stored"
    for number, status in (
        ("VP-20199", "delivered"),
        ("VP-30001", "packed"),
        ("9999", "placed"),
        ("727", "placed"),
    ):
        assert shop.get(f"/api/shop/orders/{number}").json()["status"] == status

    with http_server() as erp:
        secret = webhook_made(browse(meera), erp.url)

        # A customer whom the shop has signed asks, and hears the state of now
        signed = api().post("/api/auth/identify", {"token": identity("c-7")}, format="json").json()
        customer = api()
        customer.credentials(HTTP_AUTHORIZATION=f"Bearer {signed['access']}")

        def asked() -> dict:
            answer = customer.post("/api/chat/message", {"message": "where is my order"}, format="json")
            return answer.json()["reply"]

        assert (asked()["order"]["number"], asked()["order"]["status"]) == ("VP-30001", "packed")
        later = {"status": "out-for-delivery", "updatedAt": (now + timedelta(minutes=1)).isoformat()}
        assert shop.put("/api/shop/orders/VP-30001", later, format="json").json()["applied"] is True
        reply = asked()
        assert (reply["order"]["status"], "out for delivery" in reply["text"]) == ("out-for-delivery", True)
        # What is older than that changes nothing
        assert shop.put("/api/shop/orders/VP-30001", order, format="json").json()["applied"] is False
        assert asked()["order"]["status"] == "out-for-delivery"

        # They connect to a person, and the shop's software is told so that it can verify
        opened = {"message": "The seal of the pouch is broken", "orderId": "VP-30001"}
        made = customer.post("/api/support/create", opened, format="json")
        assert made.status_code == 201
        while sender.run_once():
            pass
        told = [Receiver(secret).verify(request.body, request.headers) for request in erp.received]
    assert told[0]["type"] == "ticket.created"
    assert (told[0]["data"]["id"], told[0]["data"]["orderNumber"]) == (made.json()["id"], "VP-30001")
    said = [each["data"]["message"] for each in told if each["type"] == "message.created"]
    assert "The seal of the pouch is broken" in said
