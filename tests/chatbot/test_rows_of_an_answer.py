"""The rows that nearly every answer reads by kept SQL are those that Django's own queries find."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot import chats, conversations
from chatbot.dialogue import policy
from chatbot.models import Chat, ChatMessage
from chatbot.sources import fresh_products, newest_orders, table_cache
from tests import factories
from tickets.accounts.row_by_id import row_by_id
from tickets.models import Order, OrderItem, Person, TokenFamily

pytestmark = pytest.mark.all_engines


@pytest.fixture(autouse=True)
def _compiled(settings):
    settings.COMPILED_QUERIES = True


def _with_items(orders) -> list:
    return [
        (order.number, [(item.name, item.order.number) for item in order.items.all()]) for order in orders
    ]


def _orders(customer: Person, prefix: str, count: int) -> None:
    now = timezone.now()
    for number in range(count):
        order = factories.order(
            customer, f"{prefix}-{number}", placed_at=now - timedelta(days=number // 2 * 2)
        )
        for position in range(number % 3):
            OrderItem.objects.create(
                order=order, name=f"{prefix} {number} {position}", position=2 - position
            )


def test_a_customers_newest_orders_come_with_their_items(priya):
    _orders(priya, "P", 6)
    _orders(factories.person("Ravi", email="ravi@example.com"), "R", 2)
    expected = list(Order.objects.filter(customer=priya).order_by("-placed_at").prefetch_related("items"))
    assert _with_items(newest_orders.newest_of(priya)) == _with_items(expected)


def test_a_customer_without_orders_has_none(priya):
    assert newest_orders.newest_of(priya) == []


def test_items_of_an_order_are_read_once_and_can_be_narrowed(priya, django_assert_num_queries):
    _orders(priya, "P", 3)
    found = newest_orders.newest_of(priya)
    with django_assert_num_queries(0):
        _with_items(found)
    last = next(order for order in found if order.number == "P-2")
    assert [item.name for item in last.items.filter(position=2)] == ["P 2 0"]


def test_an_order_beyond_the_limit_is_left_out_with_its_items(priya, monkeypatch):
    monkeypatch.setattr(newest_orders, "RECENT", 3)
    newest_orders._of_customer.cache_clear()
    _orders(priya, "P", 4)
    try:
        # P-2 and P-3 were placed at the same moment
        found = newest_orders.newest_of(priya)
    finally:
        newest_orders._of_customer.cache_clear()
    assert {order.number for order in found} < {"P-0", "P-1", "P-2", "P-3"}
    assert all(item.order in found for order in found for item in order.items.all())
    assert len(found) == 3


@pytest.mark.parametrize("count", [1, 3, 4, 5])
def test_few_and_many_products_are_read_as_they_are_now(count, db):
    shelf = factories.makhana()
    extra = [
        type(shelf[0]).objects.create(name=f"Papad {number}", sku=f"PAPAD-{number}", price=80 + number)
        for number in range(5)
    ]
    extra[0].is_active = False
    extra[0].save()
    wanted = [each.pk for each in extra[:count]]
    with fresh_products.read_once([]):
        assert [row.pk for row in fresh_products.fresh(wanted)] == wanted[1:]
    type(shelf[0]).objects.filter(pk=extra[1].pk).update(stock=0)
    if count > 1:
        assert fresh_products.fresh(wanted)[0].stock == 0


def test_invalid_ids_are_refused_whatever_their_number(db):
    for ids in (["sugar"], ["sugar"] * 5):
        with pytest.raises((ValidationError, ValueError)):
            fresh_products._on_sale(ids)


@pytest.mark.skipif(connection.vendor == "mongodb", reason="nothing is compiled there")
@pytest.mark.parametrize("text", ["where is my order", "makhana price"])
def test_an_answer_about_orders_or_products_compiles_no_query_twice(text, priya, api, monkeypatch):
    factories.makhana()
    _orders(priya, "VP-100", 3)
    speak = api(priya)
    for _ in range(2):
        speak.post("/api/chat/message", {"message": text}, format="json")
    compiled, as_sql = [], SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler,
        "as_sql",
        lambda self, *args, **named: compiled.append(self.query) or as_sql(self, *args, **named),
    )
    speak.post("/api/chat/message", {"message": text}, format="json")
    assert [str(query) for query in compiled] == []


def test_a_row_by_its_id_comes_with_what_is_asked_for(priya, django_assert_num_queries):
    family = TokenFamily.objects.create(person=priya, jti="one", used_at=timezone.now())
    [found] = row_by_id(TokenFamily, "person")(family.pk)
    with django_assert_num_queries(0):
        assert (found, found.person) == (family, priya)
    [person] = row_by_id(Person, without=("name",))(priya.pk)
    assert person.get_deferred_fields() == {"name"}
    assert row_by_id(Person)(family.pk) == []


def test_an_answer_looks_at_each_table_once(priya, monkeypatch):
    factories.makhana()
    looked = []
    now = table_cache.CachedFromTable._now
    monkeypatch.setattr(
        table_cache.CachedFromTable, "_now", lambda self: looked.append(self.key) or now(self)
    )
    policy.answer(Chat(person=priya), "makhana price and how do returns work")
    assert looked
    assert len(looked) == len(set(looked))
    looked.clear()
    # The next answer looks again: another process may have changed them
    policy.answer(Chat(person=priya), "makhana price")
    assert looked


def test_the_first_question_of_a_chat_is_written_without_a_look_for_its_place(priya):
    chats.begin_new(priya)
    with CaptureQueriesContext(connection) as asked:
        conversations.ask(priya, "hello")
    assert not [query for query in asked if "ORDER BY" in query["sql"] and '."seq" AS' in query["sql"]]
    assert [line.seq for line in ChatMessage.objects.order_by("seq")] == [1, 2]


def test_a_chat_that_does_not_know_its_last_line_finds_its_place(priya):
    chat = chats.begin_new(priya)
    conversations.ask(priya, "hello", client_id="one")
    Chat.objects.filter(pk=chat.pk).update(last_seq=0)
    conversations.ask(priya, "makhana price", client_id="two")
    assert [line.seq for line in ChatMessage.objects.order_by("seq")] == [1, 2, 3, 4]
    again = conversations.ask(priya, "makhana price", client_id="two")
    assert again.seq == 4


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the others take Django's marks")
def test_a_statement_keeps_its_values_and_its_percent_signs(db):
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s, '50%%', %s", ["a", "%s"])
            assert cursor.fetchone() == ("a", "50%", "%s")
            cursor.execute("SELECT %(one)s", {"one": 1})
            assert cursor.fetchone() == (1,)
