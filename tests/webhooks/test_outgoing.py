"""Webhooks: what is told, signed how, in which order, how often, and where never."""

import socket
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Receiver
from standardwebhooks.webhooks import WebhookVerificationError

from supportdesk.http import outbound
from supportdesk.storage import secret_box
from tests import factories
from tests.servers import http_server
from tickets import workflow
from tickets.models import Delivery, DeliveryState, EventType, Status, Webhook
from tickets.webhooks import outbox, sender, signing

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def server():
    with http_server() as server:
        yield server


@pytest.fixture
def hook(server, settings):
    settings.WEBHOOK_PRIVATE = True
    return webhook(server.url + "/desk")


def webhook(url: str, events=EventType.values) -> Webhook:
    made = Webhook(url=url, secret=secret_box.sealed(SECRET), events=list(events))
    outbox.begin(made)
    made.save()
    return made


def send_all() -> None:
    while sender.run_once():
        pass


def told(server) -> list[tuple[str, dict]]:
    bodies = [request.json for request in server.received]
    return [(body["type"], body["data"]) for body in bodies]


def test_the_published_test_vector_is_signed_as_published():
    signed = signing.headers(
        SECRET,
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        '{"test": 2432232314}',
    )
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_events_of_a_ticket_are_sent_in_order_and_verify(hook, server, priya, asha):
    ticket = factories.ticket(priya)
    workflow.agent_replies(ticket, "We are looking into it.", by=asha)
    workflow.move(ticket, Status.RESOLVED, by=asha, resolution="Sent again.")
    workflow.confirm(ticket, by=priya, rating=5, comment="Thank you")
    send_all()
    types = [type for type, _ in told(server)]
    assert types[0] == "ticket.created"
    assert types.count("ticket.created") == types.count("ticket.rated") == 1
    said = [data["message"] for type, data in told(server) if type == "message.created"]
    assert said[0] == "The box was crushed"
    assert "We are looking into it." in said
    assert said == [message.text for message in ticket.messages.order_by("seq")]
    changes = [data["changes"] for type, data in told(server) if type == "ticket.updated"]
    assert {"from": "in-progress", "to": "resolved"} in [change.get("status") for change in changes]
    rated = next(data for type, data in told(server) if type == "ticket.rated")
    assert (rated["id"], rated["rating"], rated["comment"]) == (str(ticket.pk), 5, "Thank you")
    for request in server.received:
        assert Receiver(SECRET).verify(request.body, request.headers) == request.json
    assert len({request.headers["webhook-id"] for request in server.received}) == len(server.received)
    with pytest.raises(WebhookVerificationError):
        Receiver(SECRET).verify(server.received[0].body + b" ", server.received[0].headers)


@pytest.mark.engines
def test_nothing_is_told_twice_and_nothing_of_before(hook, server, priya):
    factories.ticket(priya)
    send_all()
    count = len(server.received)
    Webhook.objects.update(position=0)
    send_all()
    assert len(server.received) == count
    late = webhook(server.url + "/late")
    Webhook.objects.filter(pk=late.pk).update(position=0)
    send_all()
    assert "/late" not in {request.path for request in server.received}


@pytest.mark.engines
def test_only_the_events_that_were_asked_for_are_told(server, settings, priya):
    settings.WEBHOOK_PRIVATE = True
    webhook(server.url, [EventType.TICKET_CREATED])
    factories.ticket(priya)
    send_all()
    assert [type for type, _ in told(server)] == ["ticket.created"]


def test_a_failure_holds_up_its_ticket_and_no_other(hook, server, priya, vikram):
    first = factories.ticket(priya)
    server.answers = [(500, {}, b""), (200, {}, b"")]
    send_all()
    second = factories.ticket(vikram)
    send_all()
    delivered = {data.get("ticketId", data["id"]) for _, data in told(server)[1:]}
    assert delivered == {str(second.pk)}, "the first ticket waits for its first delivery"
    waiting = Delivery.objects.filter(ticket_id=first.pk, state=DeliveryState.WAITING)
    assert waiting.count() == Delivery.objects.filter(ticket_id=first.pk).count()
    Delivery.objects.filter(state=DeliveryState.WAITING).update(
        due_at=timezone.now() - timedelta(seconds=1)
    )
    server.received.clear()
    send_all()
    types = [type for type, data in told(server)]
    assert types[0] == "ticket.created"
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()


@pytest.mark.engines
def test_an_endpoint_that_is_down_and_a_ticket_that_is_refused_hold_up_no_other(
    hook, server, settings, priya, vikram, monkeypatch
):
    monkeypatch.setattr(sender, "BATCH", 3)
    monkeypatch.setattr(sender, "MOST_A_ROUND", 2)
    # Nothing listens there
    webhook("http://127.0.0.1:9/")
    refused = factories.ticket(vikram)
    for number in range(5):
        workflow.customer_says(refused, f"Hello {number}", by=vikram)
    server.respond = lambda request: (500 if str(refused.pk) in request.body.decode() else 200, {}, b"")
    # One after the other: a thread has a connection of its own, which does not see the test's rows
    monkeypatch.setattr(
        sender, "ThreadPoolExecutor", lambda **options: nullcontext(SimpleNamespace(map=map))
    )
    monkeypatch.setattr(sender, "_in_thread", sender._deliver_to_one)
    sender.run_once()
    other = factories.ticket(priya)
    for _ in range(6):
        sender.run_once()
    ended = Delivery.objects.filter(webhook=hook, state=DeliveryState.DELIVERED)
    assert set(ended.values_list("ticket_id", flat=True)) == {other.pk}


@pytest.mark.engines
def test_a_ticket_that_cannot_be_told_holds_up_no_other(hook, server, priya, vikram, monkeypatch):
    bad, other, of_ticket = factories.ticket(vikram), factories.ticket(priya), outbox.payloads.of_ticket

    def broken(ticket):
        if ticket.pk == bad.pk:
            raise ValueError("a bad row")
        return of_ticket(ticket)

    monkeypatch.setattr(outbox.payloads, "of_ticket", broken)
    send_all()
    assert [data["id"] for type, data in told(server) if type == "ticket.created"] == [str(other.pk)]


@pytest.mark.engines
def test_each_attempt_is_logged_with_status_and_time_and_the_pauses_grow(hook, server, priya):
    server.answers = [(503, {}, b"")]
    factories.ticket(priya)
    send_all()
    delivery = Delivery.objects.filter(type="ticket.created").get()
    pauses = []
    for _ in range(3):
        pauses.append((delivery.due_at - timezone.now()).total_seconds())
        Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        send_all()
        delivery.refresh_from_db()
    assert pauses == sorted(pauses)
    assert [attempt["status"] for attempt in delivery.attempts] == [503] * 4
    assert all(attempt["at"] and attempt["ms"] >= 0 for attempt in delivery.attempts)
    ids = {request.headers["webhook-id"] for request in server.received}
    assert ids == {sender.message_id(delivery)}, "the same id at each attempt"


@pytest.mark.engines
def test_after_a_day_a_delivery_is_given_up_and_the_next_one_goes(hook, server, priya):
    server.answers = [(500, {}, b"")]
    factories.ticket(priya)
    send_all()
    day = timedelta(hours=24, minutes=1)
    Delivery.objects.filter(type="ticket.created").update(
        created_at=timezone.now() - day, due_at=timezone.now() - timedelta(seconds=1)
    )
    server.answers = [(500, {}, b""), (200, {}, b"")]
    send_all()
    states = dict(Delivery.objects.values_list("type", "state"))
    assert states["ticket.created"] == DeliveryState.FAILED
    assert states["message.created"] == DeliveryState.DELIVERED


def test_a_receiver_that_is_gone_is_told_no_more(hook, server, priya):
    server.answers = [(410, {}, b"")]
    factories.ticket(priya)
    send_all()
    hook.refresh_from_db()
    assert not hook.is_active
    assert "410" in hook.stopped_because
    assert len(server.received) <= sender.MOST_A_ROUND


def test_a_redirect_is_not_followed(hook, server, priya):
    server.answers = [(302, {"Location": server.url + "/elsewhere"}, b"")]
    assert sender.send_test(hook).attempts[0]["status"] == 302
    assert {request.path for request in server.received} == {"/desk"}


@pytest.mark.engines
def test_a_test_message_is_sent_at_once_and_logged(hook, server):
    delivery = sender.send_test(hook)
    assert (delivery.state, delivery.attempts[0]["status"]) == (DeliveryState.DELIVERED, 200)
    assert told(server)[0][0] == "webhook.test"
    assert Receiver(SECRET).verify(server.received[0].body, server.received[0].headers)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://2130706433:{port}/",
        "http://0x7f000001:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
        "http://0.0.0.0:{port}/", "http://10.0.0.7/", "http://192.168.1.1/", "http://169.254.169.254/latest/",
        "http://100.64.0.1/", "http://[fd00::1]/",
    ],
)  # fmt: skip
def test_no_call_goes_into_a_private_network(url, server, settings):
    settings.WEBHOOK_PRIVATE = False
    made = webhook(url.format(port=server.url.rpartition(":")[2]))
    delivery = sender.send_test(made)
    assert delivery.state == DeliveryState.FAILED
    assert delivery.attempts[0]["status"] is None
    assert server.received == []


def test_a_name_that_changes_its_address_after_the_check_gets_nowhere(server, settings, monkeypatch):
    """DNS that answers with a public address first and a private one later (rebinding)."""
    settings.WEBHOOK_PRIVATE = False
    asked, connected = [], []
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def rebinding(host, port, *args, **kwargs):
        if host != "rebind.example":
            return resolve(host, port, *args, **kwargs)
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def noted(self, address):
        connected.append(address[0])
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket.socket, "connect", noted)
    with pytest.raises(outbound.CallFailed):
        outbound.call("POST", f"http://rebind.example:{server.url.rpartition(':')[2]}/")
    monkeypatch.setattr(socket.socket, "connect", connect)
    assert set(connected) == {"93.184.216.34"}
    assert server.received == []


def test_a_redirect_into_a_private_network_is_stopped(server, settings, monkeypatch):
    """The first hop is let through by name, as a public server would be; its redirect is not."""
    from requests_hardened import ip_filter, ip_filter_adapter

    settings.WEBHOOK_PRIVATE = False
    check = ip_filter.filter_host
    port = server.url.rpartition(":")[2]
    monkeypatch.setattr(
        ip_filter_adapter, "filter_host",
        lambda host, *args, **kwargs: "127.0.0.1" if host == "public.example" else check(host, *args, **kwargs),
    )  # fmt: skip
    server.answers = [(302, {"Location": f"http://127.0.0.1:{port}/inside"}, b"")]
    with pytest.raises(outbound.Forbidden):
        outbound.call("GET", f"http://public.example:{port}/", redirects=True)
    assert [request.path for request in server.received] == ["/"]


def test_a_proxy_of_the_environment_is_not_asked(server, settings, monkeypatch):
    """It would connect in our place, and what it connects to is checked by no one."""
    settings.WEBHOOK_PRIVATE = True
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert outbound.call("GET", server.url).status == 200


def test_an_endless_answer_is_cut(server, settings):
    server.answers = [(200, {}, b"x" * 500_000)]
    answer = outbound.call("GET", server.url, private=True, most_bytes=1000)
    assert len(answer.body) == 1000


def test_without_a_webhook_a_change_writes_nothing_more(priya, django_assert_num_queries):
    factories.ticket(priya)
    assert not outbox.collect()
    assert not Delivery.objects.exists()


def test_a_secret_is_stored_encrypted(hook):
    assert SECRET not in hook.secret
    assert secret_box.opened(hook.secret) == SECRET
    assert signing.is_secret(signing.new_secret())
    assert not signing.is_secret("whsec_short")
