"""Fields that a shop adds: typed, per category, found, handed over, erased."""

import io
import json
import zipfile

import pytest

from tests import factories
from tests.pages import page
from tickets import live, search, workflow
from tickets.api import streams
from tickets.custom_fields import definitions
from tickets.models import CustomField, CustomValue, Person, Ticket
from tickets.privacy import personal_data
from tickets.shop import people
from tickets.webhooks import payloads

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

FIELDS = {
    "batch": {"label": "Batch", "kind": "text"},
    "weight": {"label": "Weight", "kind": "number"},
    "bestBefore": {"label": "Best before", "kind": "date"},
    "damage": {"label": "Damage", "kind": "choice", "choices": ["Crushed", "Leaking"]},
    "opened": {"label": "Opened", "kind": "boolean"},
    "refundTo": {"label": "Refund to", "kind": "text", "categories": ["refund"]},
    "gstin": {"label": "GSTIN", "kind": "text", "owner": "person"},
}


@pytest.fixture
def fields(db):
    for place, (key, told) in enumerate(FIELDS.items()):
        CustomField.objects.create(key=key, position=place, **told)
    definitions.forget()


def patch(api, person, ticket, values, **more):
    return api(person).patch(f"/api/support/admin/{ticket.pk}", {"customFields": values} | more)


def kept(api, person, ticket) -> dict:
    return api(person).get(f"/api/support/admin/{ticket.pk}").json()["customFields"]


def test_each_kind_is_stored_and_told_as_its_own_type(api, fields, ticket, asha):
    given = {
        "batch": "  LK-204  ", "weight": 12.50, "bestBefore": "2027-01-31", "damage": "Leaking", "opened": False,
        "gstin": "29ABCDE1234F1Z5",
    }  # fmt: skip
    response = patch(api, asha, ticket, given)
    assert response.status_code == 200, response.content
    assert kept(api, asha, ticket) == {
        "batch": "LK-204", "weight": 12.5, "bestBefore": "2027-01-31", "damage": "Leaking", "opened": False,
        "gstin": "29ABCDE1234F1Z5",
    }  # fmt: skip
    assert response.json()["customFields"] == kept(api, asha, ticket)


@pytest.mark.parametrize(
    "values",
    [
        {"batch": 5},
        {"batch": "x" * 501},
        {"weight": "heavy"},
        {"weight": True},
        {"weight": "NaN"},
        {"weight": "1e400"},
        {"weight": [1]},
        {"bestBefore": "31.01.2027"},
        {"bestBefore": 5},
        {"damage": "Burnt"},
        {"damage": ["Crushed"]},
        {"opened": "perhaps"},
        {"nothing": "x"},
        {"refundTo": "UPI"},
    ],
)
def test_an_invalid_value_is_refused_with_a_sentence_and_not_stored(api, fields, ticket, asha, values):
    response = patch(api, asha, ticket, {"opened": True} | values)
    assert response.status_code == 400, response.content
    assert not CustomValue.objects.exists()


def test_a_field_stands_on_tickets_of_its_category_only(api, fields, ticket, asha):
    assert "refundTo" not in kept(api, asha, ticket)
    response = patch(api, asha, ticket, {"refundTo": "UPI"}, category="refund")
    assert response.status_code == 200, response.content
    assert kept(api, asha, ticket)["refundTo"] == "UPI"
    patch(api, asha, ticket, {}, category="delivery")
    assert "refundTo" not in kept(api, asha, ticket)


def test_null_empties_a_field_and_an_absent_one_stays(api, fields, ticket, asha):
    patch(api, asha, ticket, {"batch": "LK-204", "weight": 3})
    patch(api, asha, ticket, {"batch": None})
    assert (kept(api, asha, ticket)["batch"], kept(api, asha, ticket)["weight"]) == (None, 3)


def test_a_field_of_the_customer_is_on_each_of_their_tickets(api, fields, priya, ticket, asha):
    other = factories.ticket(priya, "Another box")
    patch(api, asha, ticket, {"gstin": "29ABCDE1234F1Z5"})
    assert kept(api, asha, other)["gstin"] == "29ABCDE1234F1Z5"
    listed = api(asha).get("/api/support/admin/").json()["results"]
    assert [each["customFields"]["gstin"] for each in listed] == ["29ABCDE1234F1Z5"] * 2


@pytest.mark.engines
def test_a_list_asks_once_for_the_values_of_all_and_not_at_all_without_fields(
    api, priya, asha, fields, django_assert_max_num_queries
):
    def asked(number: int) -> int:
        for each in range(number):
            made = factories.ticket(priya, f"Box {each}")
            CustomValue.objects.create(
                field=CustomField.objects.get(key="batch"), ticket=made, value="LK-204"
            )
        caller = api(asha)
        caller.get("/api/support/admin/")
        with django_assert_max_num_queries(20) as seen:
            caller.get("/api/support/admin/")
        return len(seen)

    few = asked(1)
    assert asked(8) == few
    CustomField.objects.update(is_active=False)
    definitions.forget()
    assert asked(0) == few - 1


def test_customers_see_none_of_it(api, fields, ticket, asha, priya):
    patch(api, asha, ticket, {"batch": "LK-204"})
    assert "customFields" not in api(priya).get(f"/api/support/{ticket.pk}").json()
    assert "LK-204" not in api(priya).get(f"/api/support/{ticket.pk}").content.decode()


def test_a_ticket_is_found_by_a_text_and_no_longer_by_what_it_was(api, fields, priya, ticket, asha):
    other = factories.ticket(priya, "Another box")
    patch(api, asha, ticket, {"batch": "quincebatch", "gstin": "zebracorp"})
    assert list(search.tickets(Ticket.objects.all(), "quincebatch")) == [ticket]
    assert set(search.tickets(Ticket.objects.all(), "zebracorp")) == {ticket, other}
    patch(api, asha, ticket, {"batch": "plumbatch"})
    assert list(search.tickets(Ticket.objects.all(), "quincebatch")) == []
    search.rebuild()
    assert list(search.tickets(Ticket.objects.all(), "plumbatch")) == [ticket]


def test_a_change_stands_in_the_history_and_the_same_value_is_no_change(api, fields, ticket, asha):
    for _ in range(2):
        patch(api, asha, ticket, {"batch": "LK-204"})
    event = ticket.events.get(field="custom_field")
    assert (event.old, event.new, event.actor_name) == ("", "Batch: LK-204", "Asha Nair")


def test_a_card_number_is_masked(api, fields, ticket, asha):
    patch(api, asha, ticket, {"batch": "4111 1111 1111 1111"})
    assert "4111 1111" not in CustomValue.objects.get().value
    assert not ticket.events.filter(new__contains="4111 1111").exists()


@pytest.mark.engines
def test_custom_fields_are_exported_and_erased_with_the_person(api, fields, ticket, asha, priya):
    CustomField.objects.filter(key="damage").update(is_personal=False)
    patch(api, asha, ticket, {"batch": "quincebatch", "damage": "Crushed", "gstin": "zebracorp"})
    file = io.BytesIO()
    personal_data.export(priya, file)
    told = json.loads(zipfile.ZipFile(file).read("data.json"))["customFields"]
    assert {(each["field"], each["value"], each["ticket"]) for each in told} == {
        ("Batch", "quincebatch", ticket.number),
        ("Damage", "Crushed", ticket.number),
        ("GSTIN", "zebracorp", None),
    }
    personal_data.erase(priya)
    # What says nothing about the customer stays on the anonymous ticket
    assert [value.value for value in CustomValue.objects.all()] == ["Crushed"]
    assert not search.tickets(Ticket.objects.all(), "quincebatch").exists()
    assert not ticket.events.filter(new__contains="quincebatch").exists()


@pytest.mark.engines
def test_records_that_are_linked_keep_what_is_known_on_each(api, fields, ticket, asha, priya):
    other = factories.person("Priya S", email="priya.s@example.com", notes="Rings twice")
    theirs = factories.ticket(other)
    patch(api, asha, theirs, {"gstin": "zebracorp"})
    people.link(priya, other, by=asha)
    for each in (ticket, theirs):
        assert api(asha).get(f"/api/support/admin/{each.pk}").json()["customFields"]["gstin"] == "zebracorp"
        assert search.tickets(Ticket.objects.filter(pk=each.pk), "zebracorp").exists()
    priya.refresh_from_db()
    assert priya.notes == "Rings twice"
    # A second one gives nothing up that the customer has
    third = factories.person("P Sharma", email="p@example.com", notes="Rings twice")
    patch(api, asha, factories.ticket(third), {"gstin": "quokkacorp"})
    people.link(priya, third, by=asha)
    assert [value.value for value in CustomValue.objects.all()] == ["zebracorp"]
    personal_data.erase(priya)
    assert not CustomValue.objects.exists()
    assert not Person.objects.exclude(notes="").exists()


def test_the_side_panel_shows_what_is_stored_and_saves_one_field(browse, api, fields, ticket, asha):
    patch(api, asha, ticket, {"damage": "Leaking"})
    agent = browse(asha)
    panel = page(agent.get(f"/support/{ticket.pk}/"))
    form = panel.one("form", id="field-damage")
    assert form.fields()["damage"] == "Leaking"
    assert panel.one("form", id="field-bestBefore").one("input", name="bestBefore")["type"] == "date"
    htmx = {"HX-Request": "true"}
    assert agent.post(form["action"], {"weight": "3.10"}, headers=htmx).status_code == 200
    assert kept(api, asha, ticket)["weight"] == 3.1
    refused = agent.post(form["action"], {"weight": "heavy"}, headers=htmx)
    assert (refused.status_code, "Weight is a number" in refused["HX-Trigger"]) == (409, True)


@pytest.mark.engines
def test_staff_define_a_field_in_the_admin(browse, meera, api, ticket, asha):
    staff = browse(meera)
    address = "/admin/tickets/customfield/add/"
    form = page(staff.get(address)).one("form", id="customfield_form").fields()
    sent = form | {"label": "Damage", "key": "damage", "kind": "choice", "choices_text": ""}
    assert "Enter at least one choice" in page(staff.post(address, sent)).text
    assert staff.post(address, sent | {"key": "No way"}).status_code == 200
    assert staff.post(address, sent | {"choices_text": "Crushed\n\n Leaking "}).status_code == 302
    assert CustomField.objects.get().choices == ["Crushed", "Leaking"]
    assert kept(api, asha, ticket) == {"damage": None}
    changed = page(staff.get(f"/admin/tickets/customfield/{CustomField.objects.get().pk}/change/"))
    assert not changed.one("form", id="customfield_form").all("input", name="key")


def test_bulk_changes_may_set_them(api, fields, priya, asha):
    tickets = [factories.ticket(priya, f"Box {each}") for each in range(2)]
    body = {"ids": [str(each.pk) for each in tickets], "changes": {"customFields": {"opened": True}}}
    response = api(asha).post("/api/support/admin/bulk", body)
    assert len(response.json()["done"]) == 2, response.content
    assert CustomValue.objects.filter(value="yes").count() == 2


def test_two_agents_at_once_leave_one_value(fields, ticket, asha, rohan):
    stale = Ticket.objects.get(pk=ticket.pk)
    workflow.set_custom_fields(ticket, {"batch": "one"}, by=asha)
    workflow.set_custom_fields(stale, {"batch": "two"}, by=rohan)
    assert [value.value for value in CustomValue.objects.all()] == ["two"]


# --- Over the API: which there are, taking a change back, and telling others ---


def test_an_integration_reads_which_fields_there_are(api, fields, asha):
    told = api(asha).get("/api/custom-fields/").json()["results"]
    assert [each["key"] for each in told] == list(FIELDS)
    by_key = {each["key"]: each for each in told}
    assert by_key["damage"]["choices"] == ["Crushed", "Leaking"]
    assert (by_key["refundTo"]["categories"], by_key["gstin"]["owner"]) == (["refund"], "person")


def undo(api, person, ticket, token):
    return api(person).patch(f"/api/support/admin/{ticket.pk}", {"undo": token})


@pytest.mark.engines
def test_a_change_is_taken_back_with_its_token(api, fields, ticket, asha):
    patch(api, asha, ticket, {"batch": "LK-204", "gstin": "29ABCDE1234F1Z5"})
    done = patch(
        api, asha, ticket, {"batch": None, "gstin": "zebracorp", "weight": 3}, priority="low"
    ).json()
    before = {"batch": "LK-204", "gstin": "29ABCDE1234F1Z5", "weight": None}
    answer = undo(api, asha, ticket, done["undo"])
    assert answer.status_code == 200, answer.content
    told = answer.json()["customFields"]
    assert {key: told[key] for key in before} == before
    assert answer.json()["priority"] != "low"
    assert list(search.tickets(Ticket.objects.all(), "zebracorp")) == []
    events = ticket.events.filter(field="custom_field").order_by("-at", "-id")
    assert {(event.old, event.new) for event in events[:3]} == {
        ("", "Batch: LK-204"),
        ("GSTIN: zebracorp", "GSTIN: 29ABCDE1234F1Z5"),
        ("Weight: 3", ""),
    }


def test_a_value_that_was_changed_again_is_not_taken_back(api, fields, priya, ticket, asha, rohan):
    first = patch(api, asha, ticket, {"batch": "one", "gstin": "A"}).json()["undo"]
    # A field of the customer, on another of their tickets
    patch(api, rohan, factories.ticket(priya, "Another box"), {"gstin": "B"})
    assert undo(api, asha, ticket, first).status_code == 409
    assert (kept(api, asha, ticket)["batch"], kept(api, asha, ticket)["gstin"]) == ("one", "B")
    second = patch(api, asha, ticket, {"batch": "two"}).json()["undo"]
    for value in ("three", "two"):
        patch(api, rohan, ticket, {"batch": value})
    assert undo(api, asha, ticket, second).status_code == 409
    assert kept(api, asha, ticket)["batch"] == "two"


def test_a_field_that_is_no_longer_in_use_is_not_taken_back(api, fields, ticket, asha):
    token = patch(api, asha, ticket, {"batch": "one"}).json()["undo"]
    CustomField.objects.filter(key="batch").update(is_active=False)
    definitions.forget()
    assert undo(api, asha, ticket, token).status_code == 409


def test_the_desk_offers_to_take_it_back(browse, api, fields, ticket, asha):
    agent, htmx = browse(asha), {"HX-Request": "true"}
    saved = agent.post(f"/support/{ticket.pk}/fields", {"batch": "LK-204"}, headers=htmx)
    toast = json.loads(saved["HX-Trigger"])["toast"]
    assert agent.post(toast["url"], {"token": toast["undo"]}, headers=htmx).status_code == 200
    assert kept(api, asha, ticket)["batch"] is None


def test_streams_tell_agents_the_values_and_customers_nothing_of_them(api, fields, ticket, asha):
    patch(api, asha, ticket, {"batch": "LK-204"})
    while live.assign_sequence():
        pass
    assert b'"batch":"LK-204"' in streams._inbox_batch(0).events
    assert b'"batch":"LK-204"' in b"".join(streams._ticket_batch(ticket.pk, 0, None).states)
    assert b"LK-204" not in b"".join(streams._ticket_batch(ticket.pk, 0, ticket.requester_id).states)


@pytest.mark.engines
def test_webhooks_tell_the_values_and_what_changed_by_key(api, fields, ticket, asha):
    patch(api, asha, ticket, {"batch": "LK-204", "weight": 3})
    patch(api, asha, ticket, {"batch": None, "weight": 4.5, "opened": True}, priority="low")
    at = ticket.events.filter(field="custom_field").order_by("-at").first().at
    ticket.refresh_from_db()
    told = payloads.of_change(ticket, list(ticket.events.filter(at__gte=at)))
    assert told["customFields"]["weight"] == 4.5
    assert told["changes"]["customFields"] == {
        "from": {"batch": "LK-204", "weight": 3, "opened": None},
        "to": {"batch": None, "weight": 4.5, "opened": True},
    }
    assert payloads.of_ticket(ticket)["customFields"]["opened"] is True
