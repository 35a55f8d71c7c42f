"""Templates: copied from WhatsApp, previewed, sent when nothing else may be."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.channels.whatsapp_calls import send_all
from tickets.channels.whatsapp import templates
from tickets.models import ChannelIdentity, MessageTemplate

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]


def template(
    name="order_update", body="Hello {{1}}, your order {{2}} is here.", status="APPROVED", **more
) -> dict:
    components = [{"type": "BODY", "text": body}, {"type": "FOOTER", "text": "Village Pantry"}]
    return {
        "name": name,
        "language": "en",
        "status": status,
        "category": "UTILITY",
        "components": components,
    } | more


@pytest.fixture
def copied(cloud, on_ticket):
    cloud.templates = [template(), template("old", status="REJECTED")]
    templates.sync(timezone.now())
    ChannelIdentity.objects.update(last_heard_at=timezone.now() - timedelta(hours=25))
    return on_ticket


@pytest.mark.engines
def test_the_list_is_copied_and_what_is_gone_there_goes_here(cloud, copied):
    assert list(MessageTemplate.objects.values_list("name", "variables")) == [
        ("old", 2),
        ("order_update", 2),
    ]
    cloud.templates = [
        template(body="Hello."),
        {"name": 5},
        {"name": "x", "language": "en", "components": ["y"]},
    ]
    templates.sync(timezone.now())
    assert list(MessageTemplate.objects.values_list("name", "body")) == [
        ("order_update", "Hello."),
        ("x", ""),
    ]


def test_one_template_that_cannot_be_copied_stops_no_other_and_stays_as_it_was(
    cloud, copied, monkeypatch, caplog
):
    real = templates._store

    def store(fields, now):
        if fields["name"] == "order_update":
            raise RuntimeError
        return real(fields, now)

    monkeypatch.setattr(templates, "_store", store)
    cloud.templates = [
        template(body="Changed"),
        template("a\0b"),
        template("new", body="a\0b"),
        template("z"),
    ]
    templates.sync(timezone.now())
    assert list(MessageTemplate.objects.values_list("name", "body")) == [
        ("new", "ab"),
        ("order_update", "Hello {{1}}, your order {{2}} is here."),
        ("z", "Hello {{1}}, your order {{2}} is here."),
    ]
    assert "could not do one of its items" in caplog.text


def test_an_agent_sees_what_may_be_sent_and_sends_it(cloud, copied, asha, api):
    desk = f"/api/support/admin/{copied.pk}"
    listed = api(asha).get(f"{desk}/templates").json()
    assert listed["windowEndsAt"] is None
    assert [each["name"] for each in listed["results"]] == ["order_update"]
    body = {"name": "order_update", "language": "en", "variables": ["Ravi", "VP-1"], "clientId": "t-1"}
    answers = [api(asha).post(f"{desk}/template", body, format="json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["message"] == "Hello Ravi, your order VP-1 is here.\n\nVillage Pantry"
    send_all()
    [sent] = [each for each in cloud.sent if each["type"] == "template"]
    assert sent["template"]["language"] == {"code": "en"}
    assert [each["text"] for each in sent["template"]["components"][0]["parameters"]] == ["Ravi", "VP-1"]


@pytest.mark.engines
@pytest.mark.parametrize("variables", [[], ["one"], ["one", "two", "three"]])
def test_the_variables_have_to_fit(copied, asha, api, variables):
    body = {"name": "order_update", "language": "en", "variables": variables}
    answer = api(asha).post(f"/api/support/admin/{copied.pk}/template", body, format="json")
    assert answer.status_code == 400
    assert "2 values" in json.dumps(answer.json())


def test_templates_are_for_agents(copied, priya, api):
    for path, method in (("templates", "get"), ("template", "post")):
        assert getattr(api(priya), method)(f"/api/support/admin/{copied.pk}/{path}").status_code == 404
        assert getattr(api(), method)(f"/api/support/admin/{copied.pk}/{path}").status_code == 401


def test_within_the_window_the_clock_is_told(cloud, on_ticket, asha, api):
    listed = api(asha).get(f"/api/support/admin/{on_ticket.pk}/templates").json()
    assert listed["windowEndsAt"] > timezone.now().isoformat()[:19]
