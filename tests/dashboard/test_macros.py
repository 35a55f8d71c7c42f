"""A macro: a reply and changes as one step, all of it or nothing."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.models import Macro, Status, Ticket
from tickets.workflow import clock

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.fixture
def refund(db):
    return Macro.objects.create(
        name="Refund given",
        texts={
            "en": "Hello {{customer.firstName}}, your refund is on its way.",
            "hi": "आपका रिफ़ंड भेज दिया गया है।",
        },
        note="Refund by UPI",
        status=Status.RESOLVED,
        resolution="Refunded",
        priority="low",
        tags="refund, upi",
        assigns_me=True,
    )


def applied(api, person, ticket, macro, **more):
    return api(person).post(
        f"/api/support/admin/{ticket.pk}/macro", {"macro": str(macro.pk)} | more, format="json"
    )


def test_all_steps_are_done_and_counted(api, asha, ticket, refund):
    response = applied(api, asha, ticket, refund)
    assert response.status_code == 200, response.content
    answer = response.json()
    assert (answer["status"], answer["priority"], answer["agentName"]) == ("resolved", "low", asha.name)
    assert sorted(answer["tags"]) == ["refund", "upi"]
    said = [line["message"] for line in answer["messages"] if line["sender"] == "agent"]
    assert f"Hello {ticket.requester_name.split()[0]}, your refund is on its way." in said
    refund.refresh_from_db()
    assert refund.uses == 1


def test_a_step_that_is_not_possible_is_named_and_nothing_is_done(api, asha, ticket):
    macro = Macro.objects.create(name="Reopen", note="Look again", status=Status.OPEN, priority="low")
    workflow.take(ticket, by=asha)
    before, before_priority = ticket.messages.count(), ticket.priority
    response = applied(api, asha, ticket, macro)
    assert response.status_code == 409
    assert response.json()["step"] == "Status"
    assert "Nothing was done." in response.json()["detail"]
    ticket.refresh_from_db()
    assert (ticket.messages.count(), ticket.priority) == (before, before_priority)
    macro.refresh_from_db()
    assert macro.uses == 0


def test_a_variable_without_a_value_refuses_the_reply(api, asha, priya):
    ticket = factories.ticket(priya, order=None)
    macro = Macro.objects.create(name="Eta", texts={"en": "It arrives {{order.eta}}"}, priority="low")
    response = applied(api, asha, ticket, macro)
    assert (response.status_code, response.json()["step"]) == (409, "Reply")
    assert "order.eta" in response.json()["detail"]


def test_a_closed_ticket_gets_no_reply(api, asha, ticket, refund):
    workflow.move(ticket, Status.CLOSED, by=asha)
    assert applied(api, asha, ticket, refund).json()["step"] == "Reply"


def test_a_stale_screen_is_told_what_it_missed(api, asha, priya, ticket, refund):
    seen = ticket.last_seq
    workflow.customer_says(ticket, "And one more thing", by=priya)
    response = applied(api, asha, ticket, refund, lastSeq=seen)
    assert response.status_code == 409
    assert [line["message"] for line in response.json()["messages"]] == ["And one more thing"]
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN


def test_the_reply_is_in_the_ticket_s_language(api, asha, ticket, refund):
    type(ticket).objects.filter(pk=ticket.pk).update(language="hi")
    said = [line["message"] for line in applied(api, asha, ticket, refund).json()["messages"]]
    assert "आपका रिफ़ंड भेज दिया गया है।" in said


def test_macros_are_for_agents(api, client, asha, priya, ticket, refund):
    assert api(priya).get("/api/macros/").status_code in (403, 404)
    assert client.get("/api/macros/").status_code == 401
    assert applied(api, priya, ticket, refund).status_code in (403, 404)
    assert [each["name"] for each in api(asha).get("/api/macros/").json()["results"]] == ["Refund given"]


@pytest.mark.parametrize("given", [{}, {"macro": "x"}, {"macro": None}])
def test_a_malformed_body_says_what_is_missing(api, asha, ticket, given):
    response = api(asha).post(f"/api/support/admin/{ticket.pk}/macro", given, format="json")
    assert (response.status_code, list(response.json())) == (400, ["macro"])


@pytest.mark.engines
def test_a_macro_that_is_gone_is_404(api, asha, ticket, refund):
    Macro.objects.filter(pk=refund.pk).update(is_active=False)
    assert applied(api, asha, ticket, refund).status_code == 404


def test_staff_make_a_macro_that_does_something(browse, meera):
    staff, address = browse(meera), "/admin/tickets/macro/add/"
    form = page(staff.get(address)).one("form", id="macro_form").fields()
    refused = staff.post(address, form | {"name": "Nothing"})
    assert "A macro does something" in page(refused).text
    assert (
        staff.post(address, form | {"name": "Late", "text_en": "Sorry!", "priority": "high"}).status_code
        == 302
    )
    assert Macro.objects.get().texts == {"en": "Sorry!"}


# --- On the desk ---------------------------------------------------------------


def test_the_desk_shows_the_steps_and_says_before_what_would_be_refused(browse, asha, ticket, refund):
    Macro.objects.create(name="Tell the order", texts={"en": "{{order.number}} is on its way."})
    Macro.objects.create(name="Old", note="x", is_active=False)
    shown = page(browse(asha).get(f"/support/{ticket.pk}/macros"))
    given, order = shown.one("form", class_="macros").all("button", name="macro")
    assert "your refund is on its way." in given.text
    assert all(step in given.text for step in ("Resolved", "Low", "#refund", "#upi", "Assign to me"))
    assert "disabled" not in given.attributes
    assert "This ticket has nothing for" in order.text
    assert "Nothing was done" not in order.text
    assert "disabled" in order.attributes


def test_a_desk_without_macros_says_so(browse, asha, ticket):
    assert (
        "Your team has no macros yet" in browse(asha).get(f"/support/{ticket.pk}/macros").content.decode()
    )


@pytest.mark.engines
def test_the_desk_applies_a_macro_and_offers_to_take_it_back(browse, asha, ticket, refund):
    agent, htmx = browse(asha), {"HX-Request": "true"}
    sent = {"macro": str(refund.pk), "lastSeq": str(ticket.last_seq)}
    response = agent.post(f"/support/{ticket.pk}/macro", sent, headers=htmx)
    assert response.status_code == 200, response.content
    toast = json.loads(response["HX-Trigger"])["toast"]
    assert toast["text"] == "Macro “Refund given” applied."
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == (Status.RESOLVED, asha)
    # Twice: the answer to the first may be lost
    for _ in range(2):
        assert agent.post(toast["url"], {"token": toast["undo"]}, headers=htmx).status_code == 200
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority) == (Status.IN_PROGRESS, "high")
    workflow.triage(ticket, by=asha, priority="urgent")
    assert agent.post(toast["url"], {"token": toast["undo"]}, headers=htmx).status_code == 409


@pytest.mark.engines
@pytest.mark.parametrize("which", ["gone", "unknown", "stale", "none"])
def test_a_macro_that_the_desk_cannot_apply_is_a_sentence_and_does_nothing(
    browse, asha, priya, ticket, refund, which
):
    sent = {"macro": str(refund.pk), "lastSeq": str(ticket.last_seq)}
    if which == "stale":
        workflow.customer_says(ticket, "One more thing", by=priya)
    elif which == "gone":
        Macro.objects.update(is_active=False)
    else:
        sent["macro"] = "nonsense" if which == "unknown" else ""
    response = browse(asha).post(f"/support/{ticket.pk}/macro", sent, headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert json.loads(response["HX-Trigger"])["toast"]["text"]
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN


def test_a_macro_that_comes_again_because_its_answer_was_lost_says_it_once(
    api, asha, rohan, priya, ticket, refund
):
    call = f"/api/support/admin/{ticket.pk}/macro"
    for _ in range(2):
        assert api(asha).post(call, {"macro": str(refund.pk)}).status_code == 200
    told = api(rohan).post(call, {"macro": str(refund.pk)})
    assert told.status_code == 409
    assert told.json()["detail"] == "Reply: Asha Nair has just sent it. Nothing was done."
    texts = list(ticket.messages.values_list("text", flat=True))
    assert (texts.count("Refund by UPI"), sum("refund is on its way" in text for text in texts)) == (1, 1)
    # After the customer has written it is meant, and after a minute too
    workflow.customer_says(Ticket.objects.get(pk=ticket.pk), "Which refund?", by=priya)
    for later in (0, 61):
        with clock.at(timezone.now() + timedelta(seconds=later)):
            assert api(rohan).post(call, {"macro": str(refund.pk)}).status_code == 200
    texts = list(ticket.messages.values_list("text", flat=True))
    assert sum("refund is on its way" in text for text in texts) == 3
