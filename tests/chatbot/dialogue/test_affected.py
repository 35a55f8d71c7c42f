"""The items of an order that something is wrong with: tapped or named, their worth computed from the order."""

import pytest

from chatbot import conversations, handover
from chatbot.demo import loader
from chatbot.dialogue.reading import affected
from chatbot.widget import showing
from tests import factories
from tickets import workflow
from tickets.models import Order, Person
from tickets.pictures import uploads

GHEE, PAPAD = "Gir Cow Bilona Ghee", "Moong Papad"


@pytest.fixture
def shop(db):
    loader._products()
    loader._articles()
    loader._orders(loader._people())


@pytest.fixture
def customer(shop):
    return Person.objects.get(login_email="customer@demo.test")


def claim(answer):
    found = answer.reply["claim"]
    return found and (
        found["order"],
        [(each["name"], each["quantity"]) for each in found["items"]],
        found["amount"],
    )


def test_the_items_of_the_order_are_there_to_tap(customer):
    answer = conversations.ask(customer, "my parcel came damaged")
    assert answer.reply["suggestions"][:2] == [GHEE, PAPAD]
    assert answer.reply["claim"] is None


def test_tapped_items_are_added_up_from_the_prices_of_the_order(customer):
    conversations.ask(customer, "my parcel came damaged")
    first = conversations.ask(customer, PAPAD)
    assert claim(first) == ("VP-10264", [(PAPAD, 1)], 129.0)
    assert GHEE in first.reply["suggestions"]
    second = conversations.ask(customer, GHEE)
    assert claim(second) == ("VP-10264", [(PAPAD, 1), (GHEE, 1)], 1028.0)


def test_the_price_of_the_order_counts_and_not_that_of_the_shop_now(customer):
    Order.objects.get(number="VP-10264").items.filter(name=PAPAD).update(price=99)
    conversations.ask(customer, "my parcel came damaged")
    assert claim(conversations.ask(customer, PAPAD))[2] == 99.0


def test_an_item_that_is_named_is_ticked_at_once(customer):
    answer = conversations.ask(customer, "ghee jar was broken when it came")
    assert claim(answer) == ("VP-10264", [(GHEE, 1)], 899.0)
    assert "₹899" in answer.text


def test_a_correction_ticks_the_other_item_alone(customer):
    conversations.ask(customer, "ghee jar was broken when it came")
    assert claim(conversations.ask(customer, "nahi, sirf papad"))[1] == [(PAPAD, 1)]


def test_the_agent_sees_items_and_worth_and_the_api_has_them(customer, asha, api):
    conversations.ask(customer, "ghee jar was broken when it came")
    ticket = handover.open_ticket(customer)
    rows = {row["label"]: row["value"] for row in ticket.handover["state"]}
    assert rows["Items"] == f"1 × {GHEE} (VP-10264)"
    assert "899" in rows["Worth"]
    told = api(asha).get(f"/api/support/admin/{ticket.pk}").json()["handover"]["claim"]
    assert (told["amount"], told["currency"], told["items"][0]["name"]) == (899.0, "INR", GHEE)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("papad toot gaya, ghee theek hai", [PAPAD]),
        ("ghee theek hai par papad ke packet toot gaye", [PAPAD]),
        ("papad nahi, ghee leak hua", [GHEE]),
        ("papad nahi mila", [PAPAD]),
        ("ghee and papad both broken", [GHEE, PAPAD]),
        ("not the papad but the ghee", [GHEE]),
        ("everything is broken", []),
    ],
)
def test_items_that_are_fine_or_denied_are_not_ticked(shop, said, named):
    order = Order.objects.get(number="VP-10264")
    assert [item.name for item in affected.named_in(order, said)] == named


def test_two_items_of_a_kind_are_left_for_the_customer_to_tap(shop):
    order = Order.objects.get(number="VP-10274")
    assert affected.named_in(order, "makhana packet was torn") == []
    assert [item.name for item in affected.named_in(order, "masala makhana was torn")] == ["Masala Makhana"]


def test_fewer_than_were_ordered_may_be_told(customer):
    answer = conversations.ask(customer, "1 peri peri makhana packet was torn in order 10266")
    assert claim(answer)[1:] == ([("Peri Peri Makhana", 1)], 299.0)


def test_a_photo_is_asked_of_each_item_until_it_is_there(customer):
    conversations.ask(customer, "ghee and papad both broken in VP-10264")
    ticket = handover.open_ticket(customer)
    assert sorted(item.name for item in showing.photo_items(ticket)) == sorted([GHEE, PAPAD])

    said = {"by": customer, "picture": None}
    workflow.customer_says(ticket, GHEE, **said)
    assert not any(item.has_photo for item in showing.photo_items(ticket)), "words alone are no photo"
    with uploads.received(factories.picture()) as picture:
        workflow.customer_says(ticket, f"see the lid\n{GHEE}", by=customer, picture=picture)
    assert {item.name: item.has_photo for item in showing.photo_items(ticket)} == {GHEE: True, PAPAD: False}
    with uploads.received(factories.picture()) as picture:
        workflow.customer_says(ticket, PAPAD, by=customer, picture=picture)
    assert showing.photo_items(ticket) == []


def test_a_missing_item_asks_for_no_photo(customer):
    conversations.ask(customer, "papad is missing in VP-10264")
    ticket = handover.open_ticket(customer)
    assert ticket.handover["claim"]["items"]
    assert showing.photo_items(ticket) == []


@pytest.mark.parametrize("more", ["order id VP-10263", "andar kuch nahi tha", "sev ka packet hi khula tha"])
def test_a_count_stays_until_another_number_is_told(shop, more):
    """An order of one product has it whatever is said; that broke no more packs of it."""
    order = Order.objects.get(number="VP-10263")
    first = affected.claim_of(order, "1 sev packet toota mila")
    assert [each["quantity"] for each in first["items"]] == [1]
    assert affected.claim_of(order, more, first) == first


def test_all_of_what_was_counted_is_all(shop):
    order = Order.objects.get(number="VP-10263")
    first = affected.claim_of(order, "1 sev packet toota mila")
    assert affected.claim_of(order, "nahi, sab sev kharab hai", first)["items"][0]["quantity"] == 4
