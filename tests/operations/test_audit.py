"""Who at the desk saw, changed, exported, erased what, when, from where; and that it cannot be rewritten."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.utils import timezone

from tests import factories
from tests.admin.admin_pages import LIST, change_many, choose
from tests.pages import page
from tickets import workflow
from tickets.models import AuditAction, AuditEntry, NeverChanged, Person, Ticket
from tickets.privacy import audit

pytestmark = pytest.mark.all_engines

SAW, CHANGED, EXPORTED, ERASED = AuditAction


def entries() -> list[tuple]:
    rows = AuditEntry.objects.order_by("at")
    return [
        (row.actor_name.split()[0], row.action, row.what, row.ticket_id or row.person_id) for row in rows
    ]


# --- Seen --------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/support/{}/", "/support/{}/messages?after=0", "/support/{}/history"])
def test_an_agent_who_opens_a_ticket_has_seen_it(browse, asha, ticket, address):
    assert browse(asha).get(address.format(ticket.pk)).status_code == 200
    assert entries() == [("Asha", SAW, "", ticket.pk)]


def test_the_api_and_the_admin_are_doors_like_any_other(api, browse, asha, meera, ticket, priya):
    api(asha).get(f"/api/support/admin/{ticket.pk}")
    staff = browse(meera)
    staff.get(f"{LIST}{ticket.pk}/change/")
    staff.get(f"/admin/tickets/person/{priya.pk}/change/")
    assert entries() == [
        ("Asha", SAW, "", ticket.pk),
        ("Meera", SAW, "", ticket.pk),
        ("Meera", SAW, "", priya.pk),
    ]


def test_looking_again_within_ten_minutes_is_looking_once(browse, asha, rohan, ticket, monkeypatch):
    now = timezone.now().replace(minute=1)
    monkeypatch.setattr(audit.timezone, "now", lambda: now)
    for agent in (asha, asha, rohan):
        browse(agent).get(f"/support/{ticket.pk}/")
    assert len(entries()) == 2
    monkeypatch.setattr(audit.timezone, "now", lambda: now + timedelta(minutes=10))
    browse(asha).get(f"/support/{ticket.pk}/")
    assert len(entries()) == 3


def test_two_processes_note_one_look_once(asha, ticket):
    for _ in range(2):
        audit.record_view(asha, ticket=ticket.pk)
        # Another process has another cache
        cache.clear()
    assert len(entries()) == 1


@pytest.mark.usefixtures("nothing_expires")
def test_a_look_costs_one_query_and_the_next_none(asha, ticket, django_assert_num_queries):
    with django_assert_num_queries(1):
        audit.record_view(asha, ticket=ticket.pk)
    with django_assert_num_queries(0):
        audit.record_view(asha, ticket=ticket.pk)


def test_pages_that_were_not_shown_are_not_in_the_audit(browse, api, asha, vikram, priya, ticket):
    browse(vikram).get(f"/support/{ticket.pk}/")
    browse(asha).get("/support/00000000-0000-0000-0000-000000000000/")
    api(priya).get(f"/api/support/{ticket.pk}")
    browse(asha).get("/support/")
    # What an open tab asks for by itself
    browse(asha).get(f"/support/{ticket.pk}/row")
    browse(asha).post(f"/support/{ticket.pk}/seen", {"seq": 1})
    assert entries() == []


# --- Changed -----------------------------------------------------------------


def test_every_change_is_noted_once_with_its_ticket(browse, api, asha, ticket):
    desk, caller = browse(asha), api(asha)
    desk.post(f"/support/{ticket.pk}/reply", {"message": "Hello"})
    desk.post(f"/support/{ticket.pk}/triage", {"priority": "low"})
    caller.patch(f"/api/support/admin/{ticket.pk}", {"priority": "high"})
    caller.post(f"/api/support/admin/{ticket.pk}/reply", {"message": "Hello again"})
    assert entries() == [
        ("Asha", CHANGED, "ticket-reply", ticket.pk),
        ("Asha", CHANGED, "ticket-triage", ticket.pk),
        ("Asha", CHANGED, "api/support/admin/<str:ticket_id>", ticket.pk),
        ("Asha", CHANGED, "api/support/admin/<str:ticket_id>/reply", ticket.pk),
    ]


def test_a_refused_action_changes_nothing(browse, api, asha, ticket):
    workflow.move(ticket, "closed", by=asha)
    assert api(asha).post(f"/api/support/admin/{ticket.pk}/reply", {"message": "Hello"}).status_code == 409
    assert api(asha).patch(f"/api/support/admin/{ticket.pk}", {"priority": "soon"}).status_code == 400
    assert entries() == []


def test_customers_actions_are_not_audited(api, browse, priya, ticket):
    api(priya).post(f"/api/support/{ticket.pk}/message", {"message": "Hello?"})
    assert entries() == []


def test_a_bulk_change_is_noted_for_each_ticket_that_it_changed(browse, meera, asha, priya, ticket):
    other = factories.ticket(priya, "another")
    closed = factories.ticket(priya, "closed")
    workflow.move(closed, "closed", by=asha)
    change_many(browse(meera), "change_status", [ticket, other, closed], status="in-progress")
    assert set(entries()) == {("Meera", CHANGED, "status", each.pk) for each in (ticket, other)}


def test_a_form_of_the_admin_is_noted_when_it_was_saved_and_not_when_it_came_back(browse, meera, priya):
    staff, address = browse(meera), f"/admin/tickets/person/{priya.pk}/change/"
    form = page(staff.get(address)).one("form", id="person_form").fields()
    staff.post(address, form | {"phone": "call me"})
    staff.post(address, form | {"name": "Priya S."})
    assert entries()[1:] == [("Meera", CHANGED, "tickets_person_change", priya.pk)]


# --- Exported and erased -----------------------------------------------------


def test_a_spreadsheet_of_tickets_is_an_export(browse, meera, ticket):
    b"".join(choose(browse(meera), "export_csv", [ticket]).streaming_content)
    assert entries() == [("Meera", EXPORTED, "tickets_ticket_changelist: export_csv", None)]


def test_staff_download_a_persons_data_and_it_is_noted(browse, meera, priya, ticket):
    staff = browse(meera)
    link = page(staff.get(f"/admin/tickets/person/{priya.pk}/change/")).one("a", text="Export or erase")
    form = page(staff.get(link["href"])).one("form", _class="desk-export")
    answer = staff.post(link["href"], form.fields() | {"export": "Download as ZIP"})
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        assert b"The box was crushed" in archive.read("data.json")
    assert entries()[1:] == [("Meera", EXPORTED, "everything", priya.pk)]


def test_staff_erase_a_person_only_when_they_say_that_they_are_sure(browse, meera, priya, ticket):
    staff, address = browse(meera), f"/admin/tickets/person/{priya.pk}/data/"
    form = page(staff.get(address)).one("form", _class="desk-erase").fields()
    asked = staff.post(address, form | {"erase": "Erase"})
    assert "tick the box if you are sure" in asked.content.decode()
    assert Person.objects.get(pk=priya.pk).name == "Priya Sharma"
    told = staff.post(address, form | {"erase": "Erase", "sure": "on"}, follow=True)
    assert "Erased." in told.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).requester_name == "Erased"
    assert entries()[1:] == [("Meera", ERASED, "the person", priya.pk)]


def test_people_of_the_desk_have_no_form_to_be_erased_with(browse, meera, asha):
    address = f"/admin/tickets/person/{asha.pk}/data/"
    staff = browse(meera)
    assert page(staff.get(address)).all("form", _class="desk-erase") == []
    staff.post(address, {"erase": "Erase", "sure": "on"})
    assert Person.objects.get(pk=asha.pk).name == "Asha Nair"


# --- From where, and for good ------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "<script>", "127.0.0.1"),
    ],
)
def test_the_address_is_what_the_trusted_proxies_saw(
    browse, asha, ticket, settings, proxies, forwarded, address
):
    settings.TRUSTED_PROXIES = proxies
    browse(asha).get(f"/support/{ticket.pk}/", headers={"X-Forwarded-For": forwarded})
    assert AuditEntry.objects.get().address == address


def test_an_entry_is_never_changed_or_removed(asha, ticket):
    audit.record(asha, SAW, "", ticket=ticket.pk)
    entry = AuditEntry.objects.get()
    for attempt in (
        entry.save, entry.delete, AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(what="nothing"),
    ):  # fmt: skip
        with pytest.raises(NeverChanged):
            attempt()


@pytest.mark.engines
def test_staff_read_the_audit_and_cannot_touch_it(browse, meera, asha, rohan, priya, ticket):
    audit.record(asha, CHANGED, "ticket-reply", ticket=ticket.pk)
    audit.record(rohan, EXPORTED, "everything", person=priya.pk)
    staff, address = browse(meera), "/admin/tickets/auditentry/"
    shown = page(staff.get(address))
    assert "Asha Nair" in shown.one("table", id="result_list").text
    assert shown.all("select", name="action") == []
    by_ticket = page(staff.get(address, {"q": str(ticket.pk)})).one("table", id="result_list").text
    assert "Asha" in by_ticket
    assert "Rohan" not in by_ticket
    entry = AuditEntry.objects.first()
    codes = {
        staff.post(f"{address}{path}").status_code
        for path in ("add/", f"{entry.pk}/change/", f"{entry.pk}/delete/")
    }
    assert codes == {403}


@pytest.mark.engines
def test_an_audit_entry_outlives_its_ticket_and_expires_on_its_own(asha, ticket, settings):
    settings.AUDIT_DAYS = 30
    audit.record(asha, SAW, "", ticket=ticket.pk)
    Ticket.objects.all().delete()
    audit.forget(timezone.now() + timedelta(days=29))
    assert len(entries()) == 1
    audit.forget(timezone.now() + timedelta(days=31))
    assert entries() == []


def test_a_page_whose_audit_entry_fails_is_not_shown(browse, asha, ticket, monkeypatch):
    def broken(*_, **__):
        raise IntegrityError("no room")

    monkeypatch.setattr(audit, "record_view", broken)
    client = browse(asha)
    client.raise_request_exception = False
    answer = client.get(f"/support/{ticket.pk}/")
    assert answer.status_code == 500
    assert b"crushed" not in answer.content
