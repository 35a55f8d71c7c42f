"""Staff's admin: what Villy knows, and what was said to him."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot.models import Article, Chat, ChatMessage, Product
from tests import factories
from tests.pages import page

pytestmark = pytest.mark.all_engines


@pytest.fixture
def staff(browse, meera):
    return browse(meera)


def test_an_article_is_written_in_three_languages_with_the_ways_to_ask(staff):
    path = "/admin/chatbot/article/add/"
    form = page(staff.get(path)).one("form", id="article_form")
    assert int(form.one("textarea", name="also_asked")["rows"]) > int(
        form.one("textarea", name="body")["rows"]
    )
    written = {
        "title": "Do you ship abroad?", "slug": "abroad", "category": "delivery", "body": "Not yet.",
        "body_hinglish": "Abhi nahi.", "body_hi": "अभी नहीं।", "also_asked": "ship to usa\r\nvideshi delivery\r\n",
    }  # fmt: skip
    staff.post(path, form.fields() | written)
    article = Article.objects.get(slug="abroad")
    assert article.body_in("hi") == "अभी नहीं।"
    assert article.variants == ["ship to usa", "videshi delivery"]
    row = page(staff.get("/admin/chatbot/article/")).one("table", id="result_list")
    assert row.one("td", _class="field-ways_to_ask").text == "2"
    assert row.one("td", _class="field-languages").text == "English, Hinglish, Hindi"


@pytest.mark.engines
def test_price_stock_and_sale_are_edited_in_the_list(staff):
    products = factories.makhana()
    form = page(staff.get("/admin/chatbot/product/")).one("form", id="changelist-form").fields()
    place = next(key for key, value in form.items() if value == str(products[0].pk)).removesuffix("-id")
    changed = {f"{place}-price": "319.50", f"{place}-stock": "0", "_save": "Save"}
    staff.post("/admin/chatbot/product/", form | changed)
    assert Product.objects.values_list("price", "stock").get(pk=products[0].pk) == (319.5, 0)
    assert list(Product.objects.exclude(pk=products[0].pk).values_list("stock", flat=True)) == [20, 20]


def test_a_chat_is_read_and_never_changed(staff, priya):
    chat = Chat.objects.create(person=priya)
    ChatMessage.objects.create(chat=chat, seq=1, sender="customer", text="show me <makhana>")
    path = f"/admin/chatbot/chat/{chat.pk}/"
    assert "show me <makhana>" in page(staff.get(f"{path}change/")).text
    assert staff.post(f"{path}change/", {"language": "hi"}).status_code == 403
    assert staff.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    assert staff.get("/admin/chatbot/chat/add/").status_code == 403


@pytest.mark.engines
@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
def test_the_list_of_chats_is_read_along_its_index(staff, priya):
    for language in ("en", "hi"):
        Chat.objects.create(person=priya, language=language)
    with CaptureQueriesContext(connection) as asked:
        shown = page(staff.get("/admin/chatbot/chat/"))
        found = page(staff.get("/admin/chatbot/chat/?language=hi"))
    assert [len(each.all("td", _class="field-who")) for each in (shown, found)] == [2, 1]
    rows = [query["sql"] for query in asked if 'FROM "chatbot_chat"' in query["sql"]]
    with connection.cursor() as cursor:
        plans = [cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall() for sql in rows]
    steps = [step for plan in plans for *_, step in plan]
    # One each for what is shown; the others are counts
    assert steps.count("SCAN chatbot_chat USING INDEX chats_by_use") == 2
    assert not {"USE TEMP B-TREE FOR ORDER BY", "USE TEMP B-TREE FOR DISTINCT"}.intersection(steps)


@pytest.mark.parametrize("model", ["tickets/order", "tickets/person", "chatbot/chat", "chatbot/article"])
def test_no_list_asks_more_often_for_more_rows(
    staff, priya, model, django_assert_num_queries, django_assert_max_num_queries
):
    def one_more(number):
        person = factories.person(f"Customer{number}")
        factories.order(person, f"VP-{number}")
        factories.article(f"article-{number}")
        Chat.objects.create(person=person, ticket=factories.ticket(person))

    one_more(0)
    with django_assert_max_num_queries(7) as few:
        staff.get(f"/admin/{model}/")
    for number in range(1, 10):
        one_more(number)
    with django_assert_num_queries(len(few)):
        staff.get(f"/admin/{model}/")
