"""Only what concerns an agent rings: pushes, mutes, quiet hours, repeats, and the letter for what stays unseen."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from supportdesk.http import outbound
from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.alerts import collecting, preferences, push, sending
from tickets.alerts.preferences import quiet_until
from tickets.models import (
    AgentPreferences,
    Alert,
    AlertPreferences,
    AlertState,
    PermissionSet,
    Priority,
    PushKey,
    PushSubscription,
    Role,
    Viewer,
)

from .push_service import PushService

pytestmark = [pytest.mark.django_db, pytest.mark.engines]


@pytest.fixture
def service(settings):
    settings.WEBHOOK_PRIVATE = True
    service = PushService()
    yield service
    service.close()


@pytest.fixture
def desk(service, browse, asha, rohan):
    """Asha and Rohan each have a browser that takes pushes; what happened before is not told."""
    for person, name in ((asha, "asha"), (rohan, "rohan")):
        subscription = service.browser(name).subscription()
        response = browse(person).post(
            "/support/account/push/", json.dumps(subscription), content_type="application/json"
        )
        assert response.status_code == 204, response.content
    run()
    return service


def run(now=None) -> None:
    while collecting.collect():
        pass
    sending.send_due(now or timezone.now())


def choose(person, **fields) -> None:
    AlertPreferences.objects.update_or_create(person=person, defaults=fields)


@pytest.fixture
def mine(desk, ticket, asha):
    """Priya's ticket is Asha's; what was told of that is forgotten."""
    workflow.take(ticket, by=asha)
    run()
    Alert.objects.all().delete()
    desk.pushed.clear()
    return ticket


# --- Whom it concerns ---------------------------------------------------------


def test_my_ticket_is_one_push_for_me_and_none_for_a_colleague(desk, mine, priya):
    run()
    workflow.customer_says(mine, "Is anyone there?", by=priya)
    run()
    run()
    (told,) = desk.told("asha")
    assert told["title"] == f"Priya Sharma · #{mine.number}"
    assert told["body"] == "New message: Is anyone there?"
    assert told["url"] == f"/support/{mine.pk}/"
    assert desk.told("rohan") == []


def test_two_workers_push_it_once(desk, mine, priya):
    run()
    workflow.customer_says(mine, "Hello?", by=priya)
    collecting.collect()
    collecting.collect()
    (alert,) = Alert.objects.all()
    # The other worker has taken it meanwhile
    assert sending.send_due() == 1
    assert sending.send_due() == 0
    assert len(desk.told("asha")) == 1
    alert.refresh_from_db()
    assert alert.state == AlertState.SENT


def test_a_new_ticket_without_an_agent_is_told_to_both(desk, priya):
    factories.ticket(priya, "The lid is loose")
    run()
    assert len(desk.told("asha")) == len(desk.told("rohan")) == 1
    assert desk.told("asha")[0]["body"] == "New ticket: The lid is loose"


def test_a_follower_hears_of_a_colleagues_ticket_and_a_mention_is_told(desk, mine, priya, asha, rohan):
    run()
    workflow.add_note(mine, "@Rohan can you ask the courier?", by=asha)
    run()
    assert [told["what"] for told in desk.told("rohan")] == ["You are mentioned"]
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert [told["what"] for told in desk.told("rohan")] == ["You are mentioned", "New message"]
    # Her own note is no news to the author
    assert [told["what"] for told in desk.told("asha")] == ["New message"]


def test_a_ticket_that_a_colleague_gives_me_is_told_and_one_that_i_take_is_not(desk, ticket, asha, rohan):
    workflow.take(ticket, by=asha)
    run()
    desk.pushed.clear()
    workflow.assign(ticket, rohan, by=asha)
    run()
    assert [told["what"] for told in desk.told("rohan")] == ["Assigned to you"]
    assert desk.told("asha") == []


def test_an_answer_that_is_overdue_is_told(desk, mine, asha):
    run()
    desk.pushed.clear()
    type(mine).objects.filter(pk=mine.pk).update(
        answer_check_at=timezone.now(), next_response_due_at=timezone.now()
    )
    mine.refresh_from_db()
    assert workflow.check_answer(mine)
    run()
    assert [told["what"] for told in desk.told("asha")] == ["The customer waits for an answer"]
    assert desk.told("rohan") == []


@pytest.mark.parametrize(
    ("scope", "number"), [("off", 0), ("mine", 1), ("mentioned", 1), ("unassigned", 2), ("all", 3)]
)
def test_each_scope_has_the_tickets_of_those_before_it(desk, priya, asha, rohan, scope, number):
    choose(asha, scopes={"message": scope, "new": "off", "assigned": "off"})
    tickets = [factories.ticket(priya, f"Box {each}") for each in range(3)]
    workflow.take(tickets[0], by=asha)
    workflow.take(tickets[1], by=rohan)
    run()
    desk.pushed.clear()
    for each in tickets:
        workflow.customer_says(each, "Hello?", by=priya)
    run()
    assert len(desk.told("asha")) == number


def test_spam_rings_for_no_agent(desk, priya):
    priya.blocked_at = timezone.now()
    priya.save()
    factories.ticket(priya, "Buy now")
    run()
    assert desk.pushed == []


def test_an_agent_who_does_not_see_a_ticket_hears_nothing_of_it(desk, priya, asha):
    limited = PermissionSet.objects.create(name="Own team", own_team_only=True)
    type(asha).objects.filter(pk=asha.pk).update(permission_set=limited)
    choose(asha, scopes={"new": "all"})
    factories.ticket(priya, "The lid is loose")
    run()
    assert desk.told("asha") == []
    assert len(desk.told("rohan")) == 1


def test_an_agent_who_left_is_told_nothing(desk, mine, priya, asha):
    run()
    workflow.customer_says(mine, "Hello?", by=priya)
    type(asha).objects.filter(pk=asha.pk).update(is_active=False)
    run()
    assert desk.told("asha") == []


# --- When not -------------------------------------------------------------------


def test_none_when_muted(desk, mine, priya, asha):
    choose(asha, muted_until=timezone.now() + timedelta(hours=1))
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert desk.told("asha") == []
    assert Alert.objects.get().state == AlertState.DROPPED


def test_none_when_notifications_are_off(desk, mine, priya, asha):
    AgentPreferences.objects.create(person=asha, notifications=False)
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert desk.told("asha") == []


def test_what_was_read_before_it_was_sent_is_not_pushed(desk, mine, priya):
    message = workflow.customer_says(mine, "Hello?", by=priya)
    collecting.collect()
    workflow.mark_read(mine, by_agents=True, up_to=message.seq)
    run()
    assert desk.told("asha") == []


def test_in_quiet_hours_it_waits_and_is_told_afterwards_if_it_is_still_unseen(desk, mine, priya, asha):
    choose(asha, quiet_from=time(0, 0), quiet_until=time(23, 59))
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert desk.told("asha") == []
    alert = Alert.objects.get()
    assert alert.state == AlertState.WAITING
    assert alert.due_at > timezone.now()
    choose(asha, quiet_from=None, quiet_until=None)
    run(alert.due_at)
    assert len(desk.told("asha")) == (1 if alert.due_at - alert.created_at < sending.TOLD_WITHIN else 0)


@pytest.mark.parametrize(
    ("begins", "ends", "clock", "until"),
    [
        (time(22), time(7), "23:00", "2026-11-30T07:00"),
        (time(22), time(7), "06:59", "2026-11-29T07:00"),
        (time(22), time(7), "07:00", None),
        (time(22), time(7), "21:59", None),
        (time(13), time(14), "13:30", "2026-11-29T14:00"),
        (time(13), time(13), "13:00", None),
        (None, None, "13:00", None),
    ],
)
def test_quiet_hours_may_go_over_midnight(asha, settings, begins, ends, clock, until):
    chosen = AlertPreferences(person=asha, quiet_from=begins, quiet_until=ends)
    tz = preferences.current().time_zone
    now = datetime.fromisoformat(f"2026-11-29T{clock}").replace(tzinfo=tz).astimezone(UTC)
    expected = until and datetime.fromisoformat(until).replace(tzinfo=tz)
    assert quiet_until(chosen, now) == expected


# --- Again, and by mail ------------------------------------------------------------


def test_an_urgent_one_is_repeated_until_it_is_seen(desk, mine, priya, asha):
    workflow.triage(mine, by=asha, priority=Priority.URGENT)
    workflow.customer_says(mine, "It is burning", by=priya)
    run()
    now = timezone.now()
    run(now + timedelta(minutes=4))
    assert len(desk.told("asha")) == 1
    run(now + timedelta(minutes=6))
    assert len(desk.told("asha")) == 2
    assert desk.told("asha")[0]["urgent"]
    Viewer.objects.create(ticket=mine, person=asha, name=asha.name, seen_at=timezone.now())
    run(now + timedelta(minutes=12))
    assert len(desk.told("asha")) == 2


def test_an_urgent_one_ends_after_six(desk, mine, priya, asha):
    workflow.triage(mine, by=asha, priority=Priority.URGENT)
    workflow.customer_says(mine, "It is burning", by=priya)
    now = timezone.now()
    for number in range(12):
        run(now + timedelta(minutes=6 * number))
    assert len(desk.told("asha")) == sending.MOST_PUSHES


def test_what_stays_unseen_comes_by_mail_to_those_who_want_it(desk, mine, priya, asha):
    choose(asha, by_mail=True)
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    now = timezone.now()
    assert mail.outbox == []
    run(now + timedelta(minutes=11))
    (letter,) = mail.outbox
    assert letter.to == [asha.login_email]
    assert letter.subject == f"#{mine.number}: New message"
    assert f"/support/{mine.pk}/" in letter.body
    run(now + timedelta(minutes=30))
    assert len(mail.outbox) == 1


def test_mail_reaches_an_agent_without_any_browser(priya, ticket):
    agent = factories.person("Kiran Das", Role.AGENT)
    choose(agent, by_mail=True)
    run()
    workflow.take(ticket, by=agent)
    workflow.customer_says(ticket, "Hello?", by=priya)
    run()
    run(timezone.now() + timedelta(minutes=11))
    assert [letter.to for letter in mail.outbox] == [[agent.login_email]]


def test_what_was_seen_is_not_mailed(desk, mine, priya, asha):
    choose(asha, by_mail=True)
    message = workflow.customer_says(mine, "Hello?", by=priya)
    run()
    workflow.mark_read(mine, by_agents=True, up_to=message.seq)
    run(timezone.now() + timedelta(minutes=11))
    assert mail.outbox == []


# --- The push service ---------------------------------------------------------------


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
def test_what_is_no_subscription_is_refused_with_a_sentence(browse, service, settings, asha, change):
    sent = service.browser("x").subscription() | {"endpoint": "https://push.example/1"} | change
    settings.WEBHOOK_PRIVATE = False
    response = browse(asha).post(
        "/support/account/push/", json.dumps(sent), content_type="application/json"
    )
    assert response.status_code == 400
    assert response.content
    assert not PushSubscription.objects.exists()


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
    agent.post("/support/account/alerts/", form | change)
    assert not AlertPreferences.objects.exists()
    shown = page(agent.get("/support/account/")).one("section", id="alerts")
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
    shown = page(browse(asha).get("/support/"))
    assert shown.one("link", rel="manifest")["href"] == "/support/manifest.webmanifest"


def test_a_desk_without_listeners_writes_no_alerts(priya, ticket, asha):
    workflow.take(ticket, by=asha)
    workflow.customer_says(ticket, "Hello?", by=priya)
    run()
    run()
    assert not Alert.objects.exists()
