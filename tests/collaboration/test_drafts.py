"""Drafts on the server: one a kind, agent and ticket; they end when the message is there."""

import io
import json
import zipfile

import pytest

from tests import factories
from tickets import live, workflow
from tickets.collaboration import drafts
from tickets.models import Draft
from tickets.privacy import personal_data

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


def save(client, ticket, text, *, note=False, id="d1", **more):
    sent = {"message": text, "internal": "1" if note else "", "clientId": id}
    return client.post(f"/support/{ticket.pk}/draft", sent | more, headers={"X-Requested-With": "fetch"})


def kept(client, ticket) -> dict:
    return client.get(f"/support/{ticket.pk}/draft", headers={"X-Requested-With": "fetch"}).json()


def reply(client, ticket, text, id="d1", **more):
    sent = {"message": text, "clientId": id, "draft": "1"} | more
    return client.post(f"/support/{ticket.pk}/reply", sent, headers={"X-Requested-With": "fetch"})


def test_another_machine_of_the_agent_has_the_draft_and_a_colleague_has_none(browse, ticket, asha, rohan):
    assert save(browse(asha), ticket, "Dear Priya,").status_code == 204
    assert save(browse(asha), ticket, "ask the courier", note=True, id="d2").status_code == 204
    assert kept(browse(asha), ticket) == {
        "reply": {"text": "Dear Priya,", "clientId": "d1"},
        "note": {"text": "ask the courier", "clientId": "d2"},
    }
    assert kept(browse(rohan), ticket) == {}
    assert "Dear Priya," in browse(asha).get(f"/support/{ticket.pk}/").content.decode()
    assert "Dear Priya," not in browse(rohan).get(f"/support/{ticket.pk}/").content.decode()


def test_a_colleagues_changes_leave_the_draft_as_it_is(browse, ticket, asha, rohan, priya):
    save(browse(asha), ticket, "Dear Priya,")
    workflow.take(ticket, by=rohan)
    workflow.agent_replies(ticket, "A new one is on its way", by=rohan)
    save(browse(rohan), ticket, "And another thing", id="r1")
    workflow.customer_says(ticket, "Thanks", by=priya)
    workflow.move(ticket, "closed", by=rohan)
    assert kept(browse(asha), ticket)["reply"]["text"] == "Dear Priya,"


@pytest.mark.engines
def test_the_draft_ends_when_its_message_is_there_and_not_before(browse, ticket, asha, priya):
    agent = browse(asha)
    save(agent, ticket, "Dear Priya,")
    workflow.customer_says(ticket, "Hello?", by=priya)
    # Refused: the customer wrote meanwhile
    assert reply(agent, ticket, "Dear Priya,", lastSeq=1).status_code == 409
    assert kept(agent, ticket)["reply"]["text"] == "Dear Priya,"
    assert reply(agent, ticket, "Dear Priya,", lastSeq=ticket.last_seq).status_code == 201
    assert kept(agent, ticket) == {}
    assert not Draft.objects.exists()


@pytest.mark.engines
def test_a_save_that_comes_after_the_message_brings_no_draft_back(browse, ticket, asha):
    agent = browse(asha)
    reply(agent, ticket, "Dear Priya,")
    assert save(agent, ticket, "Dear Pri").status_code == 204
    assert kept(agent, ticket) == {}


@pytest.mark.engines
def test_a_draft_whose_message_is_there_is_shown_no_more(ticket, asha):
    Draft.objects.create(ticket=ticket, person=asha, text="Dear Priya,", client_id="d1")
    workflow.agent_replies(ticket, "Dear Priya,", by=asha, client_id="d1")
    assert drafts.as_json(ticket, asha) == {}


@pytest.mark.engines
def test_no_text_ends_it(browse, ticket, asha):
    save(browse(asha), ticket, "Dear")
    save(browse(asha), ticket, "")
    assert not Draft.objects.exists()


def test_sending_a_note_leaves_the_reply_that_was_begun(browse, ticket, asha):
    agent = browse(asha)
    save(agent, ticket, "Dear Priya,")
    save(agent, ticket, "ask the courier", note=True, id="d2")
    assert reply(agent, ticket, "ask the courier", id="d2", internal="1").status_code == 201
    assert list(kept(agent, ticket)) == ["reply"]


def test_the_agents_other_pages_are_told_and_not_what_it_says(browse, ticket, asha, monkeypatch):
    told = []
    monkeypatch.setattr(live, "signal", lambda ticket, event, **data: told.append((event, data)))
    save(browse(asha), ticket, "Dear Priya,", tab="t1")
    assert told == [("draft", {"to": str(asha.pk), "tab": "t1"})]


def test_a_card_number_in_a_draft_is_masked(browse, ticket, asha):
    save(browse(asha), ticket, "your card 4111 1111 1111 1111")
    assert "4111 1111" not in Draft.objects.get().text


@pytest.mark.parametrize(
    "sent", [{}, {"clientId": ""}, {"clientId": "x" * 65}, {"clientId": "d", "message": "x" * 4001}]
)
def test_a_malformed_draft_is_refused_with_a_sentence(browse, ticket, asha, sent):
    response = browse(asha).post(f"/support/{ticket.pk}/draft", sent)
    assert response.status_code == 400
    assert response.content


@pytest.mark.engines
def test_drafts_go_along_with_a_merge_and_two_of_a_kind_are_joined(browse, priya, ticket, asha):
    stays = factories.ticket(priya, "Another box")
    save(browse(asha), ticket, "The first", id="d1")
    save(browse(asha), stays, "The second", id="d2")
    workflow.merge(ticket, stays, by=asha)
    assert kept(browse(asha), stays)["reply"]["text"] == "The second\nThe first"


@pytest.mark.engines
def test_drafts_about_a_person_are_exported_and_erased(browse, ticket, asha, priya):
    save(browse(asha), ticket, "Dear Priya,")
    file = io.BytesIO()
    personal_data.export(priya, file)
    data = json.loads(zipfile.ZipFile(file).read("data.json"))
    assert data["tickets"][0]["drafts"][0]["text"] == "Dear Priya,"
    personal_data.erase(priya)
    assert not Draft.objects.exists()
