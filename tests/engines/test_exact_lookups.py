"""A person, an order and an example are found by exactly what was asked for, whatever signs are in it."""

import pytest
from django.db.models import Q

from chatbot.learning import teaching
from chatbot.models import Example
from chatbot.sources import orders
from tests import factories
from tickets.lists import inbox
from tickets.models import Order, Person
from tickets.privacy import personal_data

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]

ADDRESSES = [
    "ravi+shop@example.com",
    "raviishop@example.com",
    "a.b@example.com",
    "axb@example.com",
    "$x@example.com",
]


@pytest.mark.parametrize(
    "asked", [*ADDRESSES, "RAVI+shop@EXAMPLE.com", "(", ".*", "^a", "a\\", "[a-z]@example.com", "%", "_"]
)
def test_a_person_is_found_by_this_address_and_no_other(asked):
    for address in ADDRESSES:
        Person.objects.create(name="Ravi", email=address)
    assert [person.email for person in personal_data.find(asked)] == [
        each for each in ADDRESSES if each == asked.lower()
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [("vp-10001", "VP-10001"), ("VP-1000.", None), ("(", None), (".*", None), ("", None)],
)
def test_an_order_is_found_by_this_number_and_no_other(asked, found, priya):
    for number in ("VP-10001", "VP-10002"):
        Order.objects.create(number=number, customer=priya, total=1)
    assert getattr(orders.find_own(priya, asked), "number", None) == found


@pytest.mark.parametrize("text", [":( late again?", "is it late?", "a|b", "50% off *now*"])
def test_an_example_taught_twice_is_refused_and_no_other_text_is(text, meera):
    teaching.teach_example("is it late", intent="order_status", language="en", is_issue=False, by=meera)
    taught = {"intent": "complaint", "language": "en", "is_issue": True, "by": meera}
    assert teaching.teach_example(text, **taught).text == text
    with pytest.raises(teaching.TaughtBefore):
        teaching.teach_example(text.upper(), **taught)
    assert Example.objects.count() == 2


@pytest.mark.parametrize("long", ["x" * 5_000, "(" * 600, "." * 990], ids=["letters", "brackets", "dots"])
def test_a_text_longer_than_any_pattern_is_found_nowhere(long, priya):
    assert not Person.objects.filter(name__icontains=long).exists()
    assert not Person.objects.filter(email__iexact=long).exists()
    assert Person.objects.exclude(name__icontains=long).count() == 1
    assert list(Person.objects.filter(Q(name__icontains=long) | Q(name=priya.name))) == [priya]
    assert personal_data.find(long) == []
    assert orders.find_own(priya, long) is None


@pytest.mark.parametrize("sign", ["(", ".*", "+", "\\", "$", "%", "_", "[a", "^"])
def test_a_filter_by_sender_finds_these_signs_and_no_others(sign):
    ticket = factories.ticket(factories.person(f"Ravi {sign} Sons", email="ravi@example.com"))
    factories.ticket(factories.person("Ravi and Sons", email="others@example.com"))
    found = inbox.inbox(inbox.InboxFilter(sender=f" {sign} s"))
    assert [row.pk for row in found] == [ticket.pk]


# On SQLite a pattern is compared only where the index of words, which knows their beginnings, names the ticket
ONLY_WITH_PATTERNS = pytest.mark.not_on(
    "sqlite", reason="from: finds letters within two words as they are written"
)


@pytest.mark.parametrize("typed", ["Lukasz", "łukasz", pytest.param("ukasz z", marks=ONLY_WITH_PATTERNS)])
def test_a_filter_by_sender_finds_names_as_the_search_does(typed):
    ticket = factories.ticket(factories.person("Łukasz Żółty", email="lz@example.com"))
    factories.ticket(factories.person("Ravi and Sons", email="others@example.com"))
    assert [row.pk for row in inbox.inbox(inbox.InboxFilter(sender=typed))] == [ticket.pk]


def test_patterns_in_the_middle_are_text_as_well(priya):
    factories.person("Ravi (shop)")
    assert Person.objects.filter(name__icontains="(SHOP)").count() == 1
    assert Person.objects.filter(name__istartswith="r.vi").count() == 0
