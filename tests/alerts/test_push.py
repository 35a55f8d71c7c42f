"""Subscriptions, the push service, and the pages about alerts."""

import json
import re
from datetime import time, timedelta

import pytest
from django.utils import timezone

from supportdesk.http import outbound
from tests.pages import page
from tickets import workflow
from tickets.alerts import push, sending
from tickets.models import (
    AgentPreferences,
    Alert,
    AlertPreferences,
    AlertState,
    PushKey,
    PushSubscription,
)

from .desk import run

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


# --- The push service ---------------------------------------------------------------


@pytest.mark.engines
@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(desk, mine, priya, asha, rohan, status):
    desk.status = status
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert [each.person for each in PushSubscription.objects.all()] == [rohan]


def test_a_push_that_fails_is_tried_again_and_then_given_up(desk, mine, priya, asha):
    desk.status = 503
    workflow.customer_says(mine, "Hello?", by=priya)
    now = timezone.now()
    for number in range(6):
        run(now + timedelta(minutes=15 * number))
    assert len(desk.told("asha")) == 1 + len(sending.BACKOFF)
    assert Alert.objects.get().state == AlertState.FAILED
    assert PushSubscription.objects.filter(person=asha).exists()


def test_an_endpoint_in_a_private_network_is_not_called(desk, mine, priya, asha, settings, monkeypatch):
    settings.WEBHOOK_PRIVATE = False
    refused = []
    call = outbound.call

    def watched(*args, **kwargs):
        try:
            return call(*args, **kwargs)
        except outbound.Forbidden as reason:
            refused.append(reason)
            raise

    monkeypatch.setattr(outbound, "call", watched)
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert len(refused) == 1
    assert desk.pushed == []


def test_the_key_is_made_once(service, settings):
    first = push.public_key()
    assert push.public_key() == first
    assert PushKey.objects.count() == 1
    assert first not in PushKey.objects.get().private
    settings.VAPID_PRIVATE_KEY = push.encoded(bytes(range(1, 33)))
    assert push.public_key() != first


def test_a_push_has_what_a_push_service_asks_for(desk, mine, priya):
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    (_, _, headers) = desk.pushed[-1]
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Topic"] == mine.pk.hex
    assert int(headers["TTL"]) > 0
    assert headers["Urgency"] == "normal"


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "ftp://push.example/1"},
        {"endpoint": "https://"},
        {"endpoint": "https://push.example/" + "x" * 1000},
        {"endpoint": 5},
        {"keys": None},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "é", "auth": ""}},
    ],
)
def test_an_invalid_subscription_is_refused_with_a_sentence(browse, service, settings, asha, change):
    sent = service.browser("x").subscription() | {"endpoint": "https://push.example/1"} | change
    settings.WEBHOOK_PRIVATE = False
    response = browse(asha).post(
        "/support/account/push/", json.dumps(sent), content_type="application/json"
    )
    assert response.status_code == 400
    assert response.content
    assert not PushSubscription.objects.exists()


@pytest.mark.engines
def test_a_browser_belongs_to_who_signed_in_there_last(browse, service, asha, rohan):
    subscription = json.dumps(service.browser("shared").subscription())
    for person in (asha, rohan):
        browse(person).post("/support/account/push/", subscription, content_type="application/json")
    assert [each.person for each in PushSubscription.objects.all()] == [rohan]
    endpoint = {"endpoint": service.browsers["/shared"].endpoint}
    browse(asha).post("/support/account/push/remove/", endpoint)
    assert PushSubscription.objects.exists()
    browse(rohan).post("/support/account/push/remove/", endpoint)
    assert not PushSubscription.objects.exists()


# --- Pages ----------------------------------------------------------------------------


@pytest.mark.engines
def test_the_account_page_shows_what_is_stored_and_saves_it(browse, asha):
    agent = browse(asha)
    form = page(agent.get("/support/account/")).one("form", action="/support/account/alerts/").fields()
    assert (form["message"], form["new"], form["mute"]) == ("mentioned", "unassigned", "")
    sent = form | {
        "message": "all",
        "quiet_from": "22:00",
        "quiet_until": "07:30",
        "by_mail": "on",
        "mute": "8",
    }
    assert agent.post("/support/account/alerts/", sent).status_code == 302
    kept = AlertPreferences.objects.get(person=asha)
    assert (kept.scopes["message"], kept.quiet_until, kept.by_mail) == ("all", time(7, 30), True)
    assert kept.muted_until > timezone.now() + timedelta(hours=7)
    form = page(agent.get("/support/account/")).one("form", action="/support/account/alerts/").fields()
    assert (form["message"], form["quiet_from"], form["mute"]) == ("all", "22:00", "on")


@pytest.mark.parametrize(
    "change", [{"quiet_from": "22:00"}, {"message": "loud"}, {"quiet_from": "x", "quiet_until": "y"}]
)
def test_a_choice_that_is_none_is_refused_and_nothing_is_stored(browse, asha, change):
    agent = browse(asha)
    form = page(agent.get("/support/account/")).one("form", action="/support/account/alerts/").fields()
    answer = agent.post("/support/account/alerts/", form | change)
    assert not AlertPreferences.objects.exists()
    shown = page(answer).one("section", id="alerts")
    assert [each for each in shown.all("p", role="status", data_kind="error") if each.text]


def test_the_sound_goes_off_by_a_click_on_every_machine(browse, asha):
    browse(asha).post("/support/account/sound/", {"sound": "off"})
    assert AgentPreferences.objects.get(person=asha).sound is False
    body = page(browse(asha).get("/support/")).one("body")
    assert (body["data-sound"], body["data-rings-message"]) == ("off", "mentioned")


def test_the_desk_is_an_app(client, browse, asha):
    manifest = client.get("/support/manifest.webmanifest")
    told = manifest.json()
    assert manifest["Content-Type"] == "application/manifest+json"
    assert (told["start_url"], told["scope"], told["display"]) == ("/support/", "/support/", "standalone")
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    worker = client.get("/support/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"
    assert "You are offline. Reload when" in worker.content.decode()
    shown = page(browse(asha).get("/support/"))
    assert shown.one("link", rel="manifest")["href"] == "/support/manifest.webmanifest"


@pytest.mark.engines
def test_the_worker_of_an_agents_browser_speaks_their_language(browse, asha):
    client = browse(asha)
    client.post("/support/account/", {"language": "hi", "sound": "", "signature": ""})
    worker = json.loads(
        re.search(r"const said = (.+);", client.get("/support/worker.js").content.decode())[1]
    )
    assert worker["desk"] != "Support desk"
    assert '<html lang="hi">' in worker["away"]
    assert "आप ऑफ़लाइन हैं।" in worker["away"]


@pytest.mark.engines
def test_a_desk_without_listeners_writes_no_alerts(priya, ticket, asha):
    workflow.take(ticket, by=asha)
    workflow.customer_says(ticket, "Hello?", by=priya)
    run()
    run()
    assert not Alert.objects.exists()
