"""Two people who have the same form of the admin open: the second is told, and keeps what was typed."""

import pytest

from chatbot.models import Product
from tests import factories
from tests.pages import page
from tickets.models import Macro, OrderItem, Person, Rule, Team

pytestmark = pytest.mark.django_db


def sent_as_opened(client, address) -> dict:
    return page(client.get(address)).one("form", id=address.split("/")[-4] + "_form").fields()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (
            lambda: Macro.objects.create(name="Refund", note="Ask for the bill", texts={"en": "Sorry!"}),
            "note",
        ),
        (
            lambda: Macro.objects.create(name="Refund", note="Ask for the bill", texts={"en": "Sorry!"}),
            "text_en",
        ),
        (
            lambda: Rule.objects.create(
                name="Refunds", event="created", macro=Macro.objects.create(name="A", priority="low")
            ),
            "name",
        ),
    ],
)
def test_the_older_form_is_refused_once_and_shows_both_texts(browse, meera, make, field):
    row = make()
    address = f"/admin/tickets/{row._meta.model_name}/{row.pk}/change/"
    client = browse(meera)
    older, newer = (sent_as_opened(client, address) for _ in range(2))
    assert client.post(address, newer | {field: "What the first has saved"}).status_code == 302
    answer = client.post(address, older | {field: "What the second has typed"})
    assert answer.status_code == 200
    said = page(answer).one(_class="nonfield").text
    assert "Another person saved this since you opened it." in said
    assert "What the first has saved" in said
    again = page(answer).one("form", id=f"{row._meta.model_name}_form").fields()
    assert again[field] == "What the second has typed"
    assert client.post(address, again).status_code == 302
    assert page(client.get(address)).one("form", id=f"{row._meta.model_name}_form").fields()[field] == (
        "What the second has typed"
    )


def test_hidden_fields_may_change_while_a_form_is_open(browse, meera, asha):
    client = browse(meera)
    macro = Macro.objects.create(name="Refund", note="Ask for the bill")
    address = f"/admin/tickets/macro/{macro.pk}/change/"
    older = sent_as_opened(client, address)
    Macro.objects.update(uses=7)
    assert client.post(address, older | {"note": "Ask nicely"}).status_code == 302
    person = f"/admin/tickets/person/{asha.pk}/change/"
    older = sent_as_opened(client, person)
    Person.objects.filter(pk=asha.pk).update(last_login="2026-11-30T10:00:00Z")
    assert client.post(person, older).status_code == 302


def test_a_macro_says_which_variable_does_not_exist(browse, meera):
    client = browse(meera)
    sent = {"name": "Late", "is_active": "on", "text_en": "It comes {{order.when}}"}
    answer = client.post("/admin/tickets/macro/add/", sent)
    assert "There is no variable {{order.when}}." in page(answer).one(_class="errorlist").text
    assert not Macro.objects.exists()


# --- Rows of a list, and rows below a form -----------------------------------


@pytest.fixture
def address(priya) -> str:
    order = factories.order(priya)
    OrderItem.objects.filter(order=order).delete()
    for position, (name, price) in enumerate([("Ghee", 500), ("Papad", 120)]):
        OrderItem.objects.create(order=order, name=name, price=price, position=position)
    return f"/admin/tickets/order/{order.pk}/change/"


def items() -> list[tuple]:
    return [(item.name, item.quantity, int(item.price)) for item in OrderItem.objects.order_by("position")]


def refusals(answer) -> str:
    return " ".join(each.text for each in page(answer).all(_class="errorlist"))


def again(answer) -> dict:
    return page(answer).one("form", id="order_form").fields()


def test_two_people_who_change_different_boxes_of_rows_are_both_stored(browse, meera, address):
    client = browse(meera)
    one, other = (sent_as_opened(client, address) for _ in range(2))
    assert (
        client.post(address, one | {"items-0-quantity": "2", "items-1-name": "Moong papad"}).status_code
        == 302
    )
    assert client.post(address, other | {"items-0-price": "450"}).status_code == 302
    assert items() == [("Ghee", 2, 450), ("Moong papad", 1, 120)]


def test_a_box_that_both_have_changed_is_refused_once_with_what_is_stored(browse, meera, address):
    client = browse(meera)
    one, other = (sent_as_opened(client, address) for _ in range(2))
    client.post(address, one | {"items-0-price": "450"})
    answer = client.post(address, other | {"items-0-price": "400"})
    assert "Another person changed this meanwhile. Stored now: 450" in refusals(answer)
    assert again(answer)["items-0-price"] == "400"
    assert client.post(address, again(answer)).status_code == 302
    assert items()[0] == ("Ghee", 1, 400)
    # The same change by both is none to be told of
    assert client.post(address, other | {"items-0-price": "400.00"}).status_code == 302


def test_a_row_that_was_changed_meanwhile_is_not_removed_without_a_word(browse, meera, address):
    client = browse(meera)
    one, other = (sent_as_opened(client, address) for _ in range(2))
    client.post(address, one | {"items-0-quantity": "3"})
    answer = client.post(address, other | {"items-0-DELETE": "on"})
    assert "Stored now: Quantity: 3" in refusals(answer)
    assert client.post(address, again(answer)).status_code == 302
    assert items() == [("Papad", 1, 120)]


def test_a_row_that_was_removed_meanwhile_comes_back_as_a_new_one_or_goes(browse, meera, address):
    client = browse(meera)
    one, other = (sent_as_opened(client, address) for _ in range(2))
    client.post(address, one | {"items-0-DELETE": "on"})
    assert (
        client.post(address, other | {"items-0-DELETE": "on", "items-1-quantity": "4"}).status_code == 302
    )
    assert items() == [("Papad", 4, 120)]
    answer = client.post(address, other | {"items-0-quantity": "5"})
    assert "Another person removed a row that stands here." in refusals(answer)
    assert client.post(address, again(answer)).status_code == 302
    assert sorted(items()) == [("Ghee", 5, 500), ("Papad", 4, 120)]


def test_a_list_that_is_edited_in_place_stores_what_was_changed_in_it_alone(browse, meera):
    client = browse(meera)
    ghee, papad = (
        Product.objects.create(sku=name, name=name, price=100, stock=9) for name in ("Ghee", "Papad")
    )
    address = "/admin/chatbot/product/"
    one, other = (page(client.get(address)).one("form", id="changelist-form").fields() for _ in range(2))
    place = next(number for number in range(2) if one[f"form-{number}-id"] == str(ghee.pk))
    mine, theirs = f"form-{place}-", f"form-{1 - place}-"
    save = {"_save": "Save"}
    assert (
        client.post(address, one | save | {f"{mine}stock": "8", f"{theirs}price": "90"}).status_code == 302
    )
    assert client.post(address, other | save | {f"{mine}price": "110"}).status_code == 302
    for row in (ghee, papad):
        row.refresh_from_db()
    assert (ghee.stock, ghee.price, papad.price) == (8, 110, 90)
    answer = client.post(address, other | save | {f"{mine}stock": "7"})
    assert "Stored now: 8" in refusals(answer)


def test_members_that_another_person_has_added_to_a_team_are_not_removed(browse, meera, asha):
    client = browse(meera)
    team = Team.objects.create(name="Refunds")
    address = f"/admin/tickets/team/{team.pk}/change/"
    one, other = (sent_as_opened(client, address) for _ in range(2))
    assert client.post(address, one | {"members": [str(asha.pk)]}).status_code == 302
    answer = client.post(address, other | {"name": "Money back"})
    assert "Another person saved this since you opened it." in page(answer).one(_class="nonfield").text
    assert team.members.count() == 1
