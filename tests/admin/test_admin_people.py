"""Staff's admin: people who sign in, people who cannot, and orders."""

import pytest

from tests import factories
from tests.admin.admin_pages import told
from tests.pages import page
from tickets import workflow
from tickets.models import Order, Person, Role

pytestmark = pytest.mark.all_engines

PEOPLE = "/admin/tickets/person/"
NEW_PASSWORD = "river-lantern-93"


@pytest.fixture
def staff(browse, meera):
    return browse(meera)


def save(client, path, **fields):
    """Open the form, change these fields, and save."""
    form = page(client.get(path)).one("div", id="content").one("form", method="post").fields()
    return client.post(path, form | fields, follow=True)


def complaints(answer) -> list[str]:
    return [line.text for line in page(answer).all("ul", _class="errorlist")]


def change(client, person, **fields):
    return save(client, f"{PEOPLE}{person.pk}/change/", **fields)


def add(client, **fields):
    filled = {
        "name": "Kabir Anand", "role": "agent", "login_email": "Kabir@Example.COM",
        "usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD,
    }  # fmt: skip
    return save(client, f"{PEOPLE}add/", **(filled | fields))


def signs_in(browse, email, password) -> bool:
    client = browse()
    client.post("/support/login/", {"username": email, "password": password})
    return "_auth_user_id" in client.session


def test_staff_add_an_agent_who_can_sign_in_however_the_address_is_typed(staff, browse):
    add(staff)
    kabir = Person.objects.get(name="Kabir Anand")
    assert (kabir.role, kabir.login_email, kabir.email) == (
        "agent",
        "kabir@example.com",
        "kabir@example.com",
    )
    assert signs_in(browse, "KABIR@example.com", NEW_PASSWORD)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"login_email": ""}, "Agents and staff sign in: they need an address for that."),
        (
            {"role": "customer", "login_email": ""},
            "A password is of no use without an address to sign in with.",
        ),
        ({"login_email": "PRIYA@example.com"}, "Person with this Sign-in e-mail already exists."),
        ({"password2": "another"}, "The two password fields didn’t match."),
        ({"password1": "12345678", "password2": "12345678"}, "This password is entirely numeric."),
        ({"phone": "call me"}, "This does not look like a phone number."),
    ],
)
def test_an_incomplete_person_is_not_added(staff, priya, fields, complaint):
    answer = add(staff, **fields)
    assert any(complaint in said for said in complaints(answer))
    assert not Person.objects.filter(name="Kabir Anand").exists()


def test_a_customer_who_does_not_sign_in_needs_neither_address_nor_password(staff):
    add(staff, role="customer", login_email="", phone="+91 90000 00333", usable_password="false")
    kabir = Person.objects.get(name="Kabir Anand")
    assert kabir.is_guest
    assert not kabir.has_usable_password()


def test_a_new_password_replaces_the_old_one_and_ends_the_sessions(staff, browse, asha):
    session = browse(asha)
    assert session.get("/support/").status_code == 200
    save(staff, f"{PEOPLE}{asha.pk}/password/", password1=NEW_PASSWORD, password2=NEW_PASSWORD)
    assert signs_in(browse, asha.login_email, NEW_PASSWORD)
    assert not signs_in(browse, asha.login_email, factories.PASSWORD)
    assert session.get("/support/").status_code == 302


def test_a_guest_gets_no_password(staff):
    ravi = factories.guest()
    form = page(staff.get(f"{PEOPLE}{ravi.pk}/change/"))
    assert not [link for link in form.all("a") if "password" in link.attributes.get("href", "")][1:]
    fields = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "set-password": "1"}
    answer = staff.post(f"{PEOPLE}{ravi.pk}/password/", fields, follow=True)
    assert told(page(answer)) == ["First give this person an address to sign in with."]
    ravi.refresh_from_db()
    assert not ravi.has_usable_password()


def test_a_customer_whose_sign_in_is_taken_away_loses_the_password_with_it(staff, priya):
    change(staff, priya, login_email="")
    priya.refresh_from_db()
    assert (priya.login_email, priya.email) == (None, "priya@example.com")
    assert not priya.has_usable_password()


def test_editing_a_guest_does_not_end_the_chat_in_the_guests_browser(staff, api):
    ravi = factories.guest()
    browser = api(ravi)
    change(staff, ravi, name="Ravi Kumar")
    assert browser.get("/api/auth/me").json()["name"] == "Ravi Kumar"


@pytest.mark.engines
def test_an_agent_who_is_made_inactive_is_out_and_their_open_tickets_are_unassigned(
    staff, browse, asha, ticket
):
    workflow.take(ticket, by=asha)
    session = browse(asha)
    form = page(staff.get(f"{PEOPLE}{asha.pk}/change/")).one("form", id="person_form").fields()
    del form["is_active"]
    shown = page(staff.post(f"{PEOPLE}{asha.pk}/change/", form, follow=True))
    assert session.get("/support/").status_code == 302
    assert not signs_in(browse, asha.login_email, factories.PASSWORD)
    assert "1 open ticket of Asha Nair is unassigned now." in shown.text
    ticket.refresh_from_db()
    assert ticket.assignee is None
    assert ticket.events.filter(actor__name="Meera Iyer").exists()


def test_staff_cannot_lock_themselves_out(staff, meera):
    form = page(staff.get(f"{PEOPLE}{meera.pk}/change/")).one("form", id="person_form").fields()
    assert "role" not in form
    assert "is_active" not in form
    staff.post(f"{PEOPLE}{meera.pk}/change/", form | {"role": "customer", "name": "Meera I."})
    meera.refresh_from_db()
    assert (meera.role, meera.is_active, meera.name) == (Role.STAFF, True, "Meera I.")
    assert complaints(change(staff, meera, login_email=""))


def test_an_identity_of_the_shop_and_a_password_hash_cannot_be_typed_in(staff, priya):
    hash_before = priya.password
    change(staff, priya, external_id="another-shop", password="md5$x$y", created_at_0="2020-01-01")
    priya.refresh_from_db()
    assert (priya.external_id, priya.password) == (None, hash_before)


@pytest.mark.parametrize(
    "path", ["/admin/tickets/person/{person}/delete/", "/admin/tickets/order/{order}/delete/"]
)
def test_people_and_orders_are_never_deleted(staff, priya, path):
    path = path.format(person=priya.pk, order=factories.order(priya).pk)
    assert staff.post(path, {"post": "yes"}).status_code == 403


@pytest.mark.engines
def test_an_order_is_edited_with_its_items(staff, priya, vikram):
    order = factories.order(priya)
    path = f"/admin/tickets/order/{order.pk}/change/"
    save(staff, path, **{"status": "delivered", "customer": str(vikram.pk), "items-0-quantity": "5"})
    order.refresh_from_db()
    assert (order.status, order.customer, order.items.get().quantity) == ("delivered", vikram, 5)


@pytest.mark.engines
@pytest.mark.parametrize(
    ("query", "found"), [("q=VP-10001", 1), ("q=priya", 2), ("q=vikram", 0), ("status__exact=delivered", 1)]
)
def test_orders_are_searched_and_filtered(staff, priya, vikram, query, found):
    factories.order(priya)
    factories.order(priya, "VP-10002", status="delivered")
    shown = page(staff.get(f"/admin/tickets/order/?{query}"))
    assert len(shown.all("th", _class="field-number")) == found
    assert Order.objects.count() == 2


@pytest.mark.engines
def test_the_customer_of_an_order_is_found_by_typing(staff, priya):
    query = {"term": "priy", "app_label": "tickets", "model_name": "order", "field_name": "customer"}
    found = staff.get("/admin/autocomplete/", query).json()["results"]
    assert found == [{"id": str(priya.pk), "text": "Priya Sharma"}]


@pytest.mark.engines
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Łukasz Żółty", "Lukasz"),
        ("Łukasz Żółty", "zolty lukasz"),
        ("Maria D’Souza", "dsouza"),
        ("Søren Ærø", "AERO"),
        ("पाँच सिंह", "पांच"),
        ("Ravi (Sons)", '"(Sons)"'),
    ],
)
def test_a_person_is_found_as_the_desks_search_finds_names(staff, name, typed):
    person = factories.person(name, email="somewhere@example.com")
    factories.person("Vikram Rao", email="vr@example.com")
    query = {"term": typed, "app_label": "tickets", "model_name": "order", "field_name": "customer"}
    found = staff.get("/admin/autocomplete/", query).json()["results"]
    assert found == [{"id": str(person.pk), "text": name}]
    listed = page(staff.get(PEOPLE, {"q": typed})).all("th", _class="field-name_or_contact")
    assert [row.text for row in listed] == [name]
