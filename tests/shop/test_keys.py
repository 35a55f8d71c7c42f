"""Service keys: what they open, for whom, and until when."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from tickets import queries
from tickets.models import Person, Role, Scope, ServiceKey
from tickets.shop import keys

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]
ORDER = {"customer": {"externalId": "c-1"}, "status": "placed"}
PATH = "/api/shop/orders/VP-1"


def bearer(raw: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    return client


def test_the_command_prints_the_key_alone_on_the_last_line():
    out = StringIO()
    call_command("create_key", "Our shop", "--scope", "shop:write", "--scope", "tickets:read", stdout=out)
    raw = out.getvalue().splitlines()[-1]
    key = ServiceKey.objects.get()
    assert keys.find(raw) == key
    assert key.scopes == ["shop:write", "tickets:read"]
    assert raw not in str(vars(key)), "only its hash is stored"


@pytest.mark.parametrize(
    "arguments", [["Shop"], ["Shop", "--scope", "shop:all"], [" ", "--scope", "shop:read"]]
)
def test_a_key_needs_a_name_and_a_scope_that_exists(arguments):
    with pytest.raises(CommandError):
        call_command("create_key", *arguments, stdout=StringIO())
    assert not ServiceKey.objects.exists()


def test_without_a_valid_key_it_is_401(shop):
    assert shop.put(PATH, ORDER).status_code == 201
    for client in (APIClient(), bearer("sdk_guessed"), bearer("no.such.token")):
        answer = client.get(PATH)
        assert answer.status_code == 401
        assert set(answer.json()) == {"detail", "code"}


def test_a_wrong_scope_and_a_persons_token_are_403(with_key, api, priya, asha):
    for client in (with_key("shop:read"), with_key("tickets:write"), api(priya), api(asha)):
        assert client.put(PATH, ORDER).status_code == 403
    assert with_key("shop:write").get(PATH).status_code == 403
    assert (
        with_key("tickets:read").post("/api/shop/batch", "", content_type="text/plain").status_code == 403
    )


@pytest.mark.engines
def test_a_revoked_key_opens_nothing():
    key, raw = keys.create("Our shop", [Scope.SHOP_WRITE])
    assert bearer(raw).put(PATH, ORDER).status_code == 201
    keys.revoke(key)
    assert bearer(raw).put(PATH, ORDER).status_code == 401


@pytest.mark.engines
def test_the_last_use_is_noted_to_the_minute(django_assert_num_queries):
    key, raw = keys.create("Our shop", [Scope.SHOP_READ])
    keys.find(raw)
    key.refresh_from_db()
    first = key.last_used_at
    assert timezone.now() - first < timedelta(seconds=60)
    with django_assert_num_queries(1):
        keys.find(raw)
    ServiceKey.objects.update(last_used_at=first - timedelta(minutes=2))
    keys.find(raw)
    key.refresh_from_db()
    assert key.last_used_at >= first


def test_a_key_reads_tickets_with_one_scope_and_writes_with_the_other(with_key, ticket):
    path = f"/api/support/admin/{ticket.pk}"
    reader, writer, shop = with_key("tickets:read"), with_key("tickets:write"), with_key("shop:write")
    assert [each.get("/api/support/admin/").status_code for each in (reader, writer, shop)] == [
        200,
        403,
        403,
    ]
    assert reader.get(path).json()["id"] == str(ticket.pk)
    change = {"priority": "high"}
    assert [each.patch(path, change).status_code for each in (reader, shop, writer)] == [403, 403, 200]
    said = writer.post(f"{path}/reply", {"message": "Your parcel left today."})
    assert said.status_code == 201
    assert (said.json()["sender"], said.json()["senderName"]) == ("agent", "Our shop")


def test_a_key_that_replies_is_assigned_nothing(with_key, ticket):
    with_key("tickets:write").post(f"/api/support/admin/{ticket.pk}/reply", {"message": "On its way."})
    ticket.refresh_from_db()
    assert ticket.assignee is None
    assert ticket.first_responded_at
    assert not queries.agents().filter(role=Role.SERVICE).exists()


def test_a_key_does_not_open_what_is_a_persons(with_key, ticket):
    key = with_key(*Scope.values)
    assert key.get("/api/auth/me").status_code == 401
    assert key.get("/api/canned/").status_code == 403
    assert key.get(f"/api/support/{ticket.pk}").status_code == 401


def test_keys_are_limited_each_for_itself(settings, with_key, monkeypatch):
    from tickets import rate_limits

    settings.RATE_LIMITS = True
    monkeypatch.setitem(rate_limits.LIMITS, "shop call", [(2, rate_limits.HOUR, rate_limits.PERSON)])
    one, other = with_key("shop:write"), with_key("shop:write")
    assert [one.put(PATH, ORDER).status_code for _ in range(3)] == [201, 200, 429]
    assert other.put(PATH, ORDER).status_code == 200


def test_a_person_of_the_role_service_signs_in_nowhere(api):
    keys.create("Our shop", [Scope.TICKETS_READ])
    person = Person.objects.get(role=Role.SERVICE)
    assert not person.has_usable_password()
    assert person.login_email is None
