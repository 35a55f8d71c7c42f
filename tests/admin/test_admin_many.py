"""Staff's admin: many tickets at once, and as a spreadsheet."""

import csv
import re
from datetime import datetime, timedelta
from io import StringIO

import pytest

from tests import factories
from tests.admin.admin_pages import LIST, change_many, choose, history_of, told
from tests.pages import page
from tickets import admin, workflow
from tickets.models import Status, Ticket

pytestmark = pytest.mark.all_engines


@pytest.fixture
def staff(browse, meera):
    return browse(meera)


# --- Many at once ------------------------------------------------------------


@pytest.fixture
def many(priya, asha):
    """One ticket of each status."""
    tickets = {status: factories.ticket(priya, f"About {status}") for status in Status}
    for status, steps in {
        Status.IN_PROGRESS: [Status.IN_PROGRESS],
        Status.RESOLVED: [Status.IN_PROGRESS, Status.RESOLVED],
        Status.CLOSED: [Status.CLOSED],
    }.items():
        for step in steps:
            workflow.move(tickets[status], step, by=asha)
    return tickets


def test_many_are_moved_where_the_workflow_allows_and_the_others_are_named(staff, meera, many):
    shown = change_many(staff, "change_status", many.values(), status="resolved", resolution="Sent again")
    done, left = told(shown)[0], told(shown)[1]
    assert done == "Status is now “Resolved” on 1 ticket."
    assert left.startswith("3 tickets left as before:")
    for status, why in {
        Status.OPEN: "is open and cannot become resolved.",
        Status.RESOLVED: "is resolved already.",
        Status.CLOSED: "is closed and cannot become resolved.",
    }.items():
        assert f"Ticket #{many[status].number} {why}" in left
        assert history_of(many[status], meera) == []
    assert history_of(many[Status.IN_PROGRESS], meera) == [
        ("status", "in-progress", "resolved"), ("resolution", "", "Sent again"),
    ]  # fmt: skip
    assert "Sent again" in many[Status.IN_PROGRESS].messages.get(is_resolution=True).text


@pytest.mark.parametrize(
    ("action", "fields", "changed", "event"),
    [
        ("change_priority", {"priority": "urgent"}, 4, ("priority", "high", "urgent")),
        ("change_category", {"category": "refund"}, 4, ("category", "product-issue", "refund")),
    ],
)
def test_many_are_triaged_whatever_their_status(staff, meera, many, action, fields, changed, event):
    shown = change_many(staff, action, many.values(), **fields)
    assert told(shown)[0].endswith(f"on {changed} tickets.")
    assert all(history_of(ticket, meera) == [event] for ticket in many.values())


def test_many_are_assigned_to_one_agent_or_unassigned(staff, meera, rohan, many):
    shown = change_many(staff, "change_assignee", many.values(), assignee=str(rohan.pk))
    assert told(shown) == ["Assignee is now “Rohan Mehta” on 4 tickets."]
    assert history_of(many[Status.OPEN], meera) == [("assignee_name", "", "Rohan Mehta")]
    change_many(staff, "change_assignee", many.values(), assignee="none")
    assert not Ticket.objects.exclude(assignee=None).exists()


def test_a_ticket_that_an_agent_changed_meanwhile_is_named_and_not_overrun(
    staff, meera, ticket, priya, asha
):
    # The list is filtered, so that the ticket is no longer in it when the change is confirmed
    other, list_ = factories.ticket(priya, "Another"), f"{LIST}?status__exact=open"
    asked = page(choose(staff, "change_status", [ticket, other], list_)).one("form", _class="desk-many")
    workflow.move(ticket, Status.CLOSED, by=asha)
    answer = staff.post(list_, asked.fields() | {"status": "in-progress", "apply": "1"}, follow=True)
    assert f"Ticket #{ticket.number} is closed and cannot become in progress." in told(page(answer))[1]
    assert history_of(ticket, meera) == []
    other.refresh_from_db()
    assert (other.status, other.assignee) == (Status.IN_PROGRESS, meera)


def test_nothing_happens_before_it_is_confirmed_with_a_value(staff, ticket):
    asked = choose(staff, "change_status", [ticket], status="closed")
    assert f"#{ticket.number}" in page(asked).one("div", _class="desk-chosen").text
    again = staff.post(LIST, page(asked).one("form", _class="desk-many").fields() | {"apply": "1"})
    assert "This field is required." in page(again).text
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN


def test_too_many_at_once_are_refused(staff, ticket, monkeypatch):
    monkeypatch.setattr(admin.tickets, "MANY", 1)
    factories.ticket(ticket.requester)
    shown = page(
        choose(staff, "change_status", [ticket], select_across="1", follow=True) and staff.get(LIST)
    )
    assert told(shown) == ["Please choose at most 1 tickets at a time."]


# --- As a spreadsheet --------------------------------------------------------


def exported(client, tickets, **fields) -> tuple[bytes, list[dict]]:
    response = choose(client, "export_csv", tickets, **fields)
    assert response.streaming
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="tickets-')
    raw = response.getvalue()
    return raw, list(csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline="")))


def test_the_selection_is_exported_and_nothing_else(staff, ticket, vikram, asha):
    workflow.take(ticket, by=asha)
    workflow.request_callback(ticket, by=ticket.requester)
    factories.ticket(vikram, "Money back")
    raw, [row] = exported(staff, [ticket])
    assert raw.startswith(b"\xef\xbb\xbf")
    expected = {
        "Ticket": str(ticket.number), "Subject": "The box was crushed", "Status": "in-progress",
        "Priority": "high", "Category": "product-issue", "Customer": "Priya Sharma",
        "E-mail": "priya@example.com", "Assigned to": "Asha Nair", "Call back": "wanted", "Rating": "",
    }  # fmt: skip
    assert row | expected == row


def test_all_that_a_filter_finds_is_exported_in_pieces(staff, ticket, django_assert_max_num_queries):
    Ticket.objects.bulk_create(
        Ticket(
            number=number, requester=ticket.requester, requester_name="पूजा", subject=f"{number} {'x' * 100}",
            first_response_due_at=ticket.first_response_due_at,
        )
        for number in range(1000)
    )  # fmt: skip
    response = choose(staff, "export_csv", [ticket], select_across="1")
    with django_assert_max_num_queries(2):
        pieces = list(response.streaming_content)
    assert len(pieces) > 2
    rows = list(csv.DictReader(StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))
    assert len(rows) == 1001
    assert rows[0]["Customer"] == "पूजा"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+91 90000", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", '=HYPERLINK("x")'],
)
def test_no_cell_starts_a_formula(staff, ticket, text):
    Ticket.objects.filter(pk=ticket.pk).update(
        subject=text, requester_name=text, resolution=text, rating_comment=text, requester_phone=text[:20]
    )
    _, [row] = exported(staff, [ticket])
    for column in ("Subject", "Customer", "Resolution", "Comment"):
        assert row[column].replace("'", "") == text[: len(row[column])]
        assert row[column].startswith("'")


@pytest.mark.parametrize(
    "text", ["hello;=1+1", "hello; =1+1", 'hello;"=1+1', "a\t=1", "a\n@SUM(A1)", "a|=1", "x;-2;+3"]
)
def test_no_cell_starts_a_formula_where_a_spreadsheet_separates_otherwise(staff, ticket, text):
    Ticket.objects.filter(pk=ticket.pk).update(subject=text)
    _, [row] = exported(staff, [ticket])
    for separator in ";\t\n|":
        for cell in row["Subject"].split(separator):
            assert not re.match(r"[\s\"]*[=+\-@]", cell), cell


@pytest.mark.parametrize(
    ("phone", "cell"),
    [
        ("+91 90000 00110", "+91 90000 00110"),
        ("+919000000110", "+91 9000000110"),
        ("+91-90000-00110", "+91 90000 00110"),
        ("022-2345.6789", "022 2345 6789"),
        ("09000000110", "090000 00110"),
    ],
)
def test_a_phone_is_a_phone_and_no_sum(staff, ticket, phone, cell):
    Ticket.objects.filter(pk=ticket.pk).update(requester_phone=phone)
    _, [row] = exported(staff, [ticket])
    assert row["Phone"] == cell


def test_times_carry_their_offset(staff, ticket):
    _, [row] = exported(staff, [ticket])
    [opened] = [value for name, value in row.items() if name.startswith("Opened")]
    assert datetime.fromisoformat(opened).utcoffset() == timedelta(hours=5, minutes=30)


def test_harmless_cells_stay_as_they_are(staff, ticket):
    words = 'He said "no", twice;\n5 < 6 && x = 7, नमस्ते 👨‍👩‍👧'
    Ticket.objects.filter(pk=ticket.pk).update(resolution=words)
    _, [row] = exported(staff, [ticket])
    assert row["Resolution"] == words
