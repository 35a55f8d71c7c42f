"""An order is told to the person who placed it: to a guest only after a code, and to no other by any door."""

import re
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from chatbot import chats, conversations, handover
from chatbot.models import Chat, ChatMessage, OrderCode
from chatbot.sources import order_codes, orders
from tests import factories
from tests.chatbot.servers import JsonServer

pytestmark = pytest.mark.all_engines

NUMBER = "VP-10001"
# What only the owner may hear
FACTS = ("on its way", "raste mein", "Classic Makhana", "Swiftly", "7784", "548", "upi")


@pytest.fixture
def order(priya):
    return factories.order(
        priya, NUMBER, carrier="Swiftly", tracking_number="7784 5390 1147", payment_method="upi"
    )


@pytest.fixture
def guest(order):
    """A guest with the very e-mail of the order's owner: that proves nothing."""
    return factories.guest(name=order.customer.name, email=order.customer.email)


def code() -> str:
    order_codes.wait_until_sent()
    return re.search(r"\d{6}", mail.outbox[-1].body)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def tells(answer: ChatMessage) -> bool:
    """Whether a line says anything of the order."""
    said = f"{answer.text} {answer.reply['order']} {answer.reply['products']}"
    return bool(answer.reply["order"]) or any(fact in said for fact in FACTS)


def test_a_guest_hears_of_an_order_after_the_code_and_not_before(guest):
    assert not tells(conversations.ask(guest, "where is my order"))
    assert not tells(conversations.ask(guest, f"where is {NUMBER}"))
    order_codes.wait_until_sent()
    assert mail.outbox[-1].to == ["priya@example.com"]
    answer = conversations.ask(guest, f"the code is {code()}")
    assert answer.reply["order"]["number"] == NUMBER
    # From here on this chat may hear of it
    assert tells(conversations.ask(guest, "where is my order"))


def test_the_answer_is_the_same_whether_an_order_number_exists_or_not(guest):
    real = conversations.ask(guest, NUMBER)
    invented = conversations.ask(guest, "VP-99999")
    assert invented.text == real.text.replace(NUMBER, "VP-99999")
    left_out = ("text", "id")
    assert {key: value for key, value in real.reply.items() if key not in left_out} == {
        key: value for key, value in invented.reply.items() if key not in left_out
    }
    order_codes.wait_until_sent()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "typed",
    ["{}", "code: {}", "mera code {} hai", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "कोड {} है"],
)
def test_a_code_is_understood_as_people_type_it(typed, guest):
    conversations.ask(guest, NUMBER)
    assert tells(conversations.ask(guest, typed.format(code())))


def test_a_code_in_other_digits_is_the_same_code(guest):
    conversations.ask(guest, NUMBER)
    devanagari = "".join(chr(ord("०") + int(digit)) for digit in code())
    assert tells(conversations.ask(guest, devanagari))


@pytest.mark.engines
def test_after_three_wrong_tries_the_right_code_is_worth_nothing(guest):
    conversations.ask(guest, NUMBER)
    sent = code()
    answers = [conversations.ask(guest, wrong(sent)) for _ in range(3)]
    assert [answer.reply["offerAgent"] for answer in answers] == [False, False, True]
    assert not tells(conversations.ask(guest, sent))


@pytest.mark.engines
def test_after_ten_minutes_the_code_is_worth_nothing(guest):
    conversations.ask(guest, NUMBER)
    assert OrderCode.objects.get().expires_at <= timezone.now() + timedelta(minutes=10)
    OrderCode.objects.update(expires_at=timezone.now())
    assert not tells(conversations.ask(guest, code()))


def test_a_new_code_makes_the_one_before_it_void(guest):
    conversations.ask(guest, NUMBER)
    first = code()
    conversations.ask(guest, f"{NUMBER} please send again")
    assert code() != first
    assert not tells(conversations.ask(guest, first))


def test_a_code_opens_its_order_in_its_chat_only(guest, vikram):
    other = factories.order(vikram, "VP-20002")
    conversations.ask(guest, NUMBER)
    sent = code()
    stranger = factories.guest("Stranger", "stranger@example.com")
    conversations.ask(stranger, NUMBER)
    assert not tells(conversations.ask(stranger, sent))
    assert tells(conversations.ask(guest, sent))
    # What one chat has proven is not proven in another, nor for another order
    assert not tells(conversations.ask(stranger, NUMBER))
    assert not conversations.ask(guest, "and VP-20002?").reply["order"]
    handover.open_ticket(guest)
    Chat.objects.update(ticket=None, created_at=timezone.now() - timedelta(days=1))
    chats.begin_new(guest)
    assert not tells(conversations.ask(guest, NUMBER))
    assert other.pk not in order_codes.proven_orders(Chat.objects.filter(person=guest).first())


def test_mails_and_guesses_are_bounded_for_an_order(guest, order):
    for place in range(order_codes.CODES_AN_HOUR + 3):
        guest = factories.guest(f"Guest {place}", f"g{place}@example.com")
        conversations.ask(guest, NUMBER)
    order_codes.wait_until_sent()
    assert len(mail.outbox) == order_codes.CODES_AN_HOUR
    # Over the hour's five and the day's ten nothing opens it, and what is said stays the same
    assert OrderCode.objects.filter(order=order).count() == order_codes.CODES_AN_HOUR
    OrderCode.objects.update(created_at=timezone.now() - timedelta(hours=2))
    for place in range(order_codes.CODES_AN_HOUR + 3):
        conversations.ask(factories.guest(f"Late {place}", f"l{place}@example.com"), NUMBER)
    OrderCode.objects.update(created_at=timezone.now() - timedelta(hours=2))
    last = conversations.ask(guest, NUMBER)
    order_codes.wait_until_sent()
    assert len(mail.outbox) == order_codes.CODES_A_DAY
    assert NUMBER in last.text


def test_a_code_is_stored_nowhere_that_anybody_reads(guest, asha, api):
    conversations.ask(guest, NUMBER)
    sent = code()
    conversations.ask(guest, f"my code {sent}")
    ticket = handover.open_ticket(guest)
    seen = api(asha).get(f"/api/support/admin/{ticket.pk}").content.decode()
    stored = [*ChatMessage.objects.values_list("text", "reply"), *Chat.objects.values_list("memory")]
    assert sent not in seen + str(stored) + str(OrderCode.objects.values_list("digest", "number"))
    assert order_codes.MASK in str(stored)


def test_the_way_through_customer_care_tells_no_more(guest, order, api):
    conversations.ask(guest, f"packet of {NUMBER} is torn")
    said = {"message": f"{NUMBER} is torn", "category": "product-issue"}
    for reference in (NUMBER, str(order.pk), "VP-99999"):
        refused = api(guest).post("/api/support/create", said | {"orderId": reference})
        assert (refused.status_code, refused.json()) == (
            400,
            {"orderId": ["You have no order with this id."]},
        )
    ticket = api(guest).post("/api/support/create", said).json()
    assert (ticket["orderId"], ticket["orderNumber"]) == (None, "")


def test_without_a_word_to_villy_a_guest_takes_no_order_along_either(guest, order, api):
    said = {"message": f"{NUMBER} is torn", "category": "product-issue"}
    assert api(guest).post("/api/support/create", said | {"orderId": NUMBER}).status_code == 400
    assert api(guest).post("/api/support/create", said).json()["orderId"] is None


def test_a_retry_sends_no_second_code(guest):
    for _ in range(3):
        conversations.ask(guest, NUMBER, client_id="c1")
    order_codes.wait_until_sent()
    assert len(mail.outbox) == 1


@pytest.mark.engines
def test_a_proven_order_goes_along_to_customer_care(guest, order, api):
    conversations.ask(guest, NUMBER)
    conversations.ask(guest, code())
    given = {"message": "one pack is missing", "orderId": NUMBER}
    assert api(guest).post("/api/support/create", given).json()["orderId"] == str(order.pk)


def test_asked_again_with_the_code_after_a_crash_the_answer_is_the_same(guest):
    conversations.ask(guest, NUMBER)
    sent = code()
    first = conversations.ask(guest, sent, client_id="c1")
    # The code was checked, and the desk died before the answer was stored
    ChatMessage.objects.filter(pk=first.pk).delete()
    assert tells(conversations.ask(guest, sent, client_id="c1"))


@pytest.mark.parametrize(
    "text",
    ["my pin code is 302017", "I paid 499 with reference 302017 and got nothing for it so far today"],
)
def test_a_text_that_is_no_code_uses_up_no_try(text, guest):
    conversations.ask(guest, NUMBER)
    conversations.ask(guest, text)
    assert OrderCode.objects.get().tries_left == order_codes.TRIES


# --- The signed-in ------------------------------------------------------------


@pytest.mark.parametrize("typed", [NUMBER, "vp10001", "order 10001 kahan hai", "#10001", "10001", "१०००१"])
def test_a_customer_hears_of_their_own_order_by_any_spelling_and_a_stranger_never(
    typed, order, priya, vikram
):
    assert conversations.ask(priya, typed).reply["order"]["number"] == NUMBER
    factories.order(vikram, "VP-20002")
    answer = conversations.ask(vikram, typed)
    assert answer.reply["order"] is None
    assert not any(fact in answer.text for fact in FACTS)


def test_to_a_stranger_a_real_number_sounds_like_an_invented_one(order, vikram):
    assert conversations.ask(vikram, NUMBER).text == conversations.ask(vikram, "VP-99999").text.replace(
        "VP-99999", NUMBER
    )
    order_codes.wait_until_sent()
    assert not mail.outbox


@pytest.mark.parametrize(
    "text",
    ["makhana under rs 500", "awb 778453901147", "utr 428812345678", "pin-302017", "2 packs of 10001 g"],
)
def test_a_text_that_is_no_order_number_sends_no_code(text, guest):
    conversations.ask(guest, text)
    assert not OrderCode.objects.exists()


# --- Without an e-mail --------------------------------------------------------


def test_a_customer_with_only_a_phone_gets_the_code_there(settings, db):
    owner = factories.guest("Suresh", email="", phone="+91 90000 02744")
    factories.order(owner, NUMBER)
    with JsonServer() as gateway:
        settings.SMS_URL = gateway.url
        guest = factories.guest("Ravi", "ravi.k@example.com")
        conversations.ask(guest, NUMBER)
        order_codes.wait_until_sent()
        sent = gateway.received[-1]
    assert sent["to"] == "+91 90000 02744"
    assert tells(conversations.ask(guest, re.search(r"\b\d{6}\b", sent["text"])[0]))


def test_a_gateway_that_is_down_breaks_no_chat(settings, db, caplog):
    settings.SMS_URL = "http://127.0.0.1:9/"
    factories.order(factories.guest("Suresh", email="", phone="+91 90000 02744"), NUMBER)
    answer = conversations.ask(factories.guest("Ravi", "ravi.k@example.com"), NUMBER)
    order_codes.wait_until_sent()
    assert "code" in answer.text
    assert "could not be sent" in caplog.text


@pytest.mark.parametrize(
    "line", ["order" + " " * 3_990 + "x 1234", "order " * 660 + "x 1234", "#" * 3_990 + "x 1"]
)
def test_a_line_is_read_once_for_order_numbers_however_it_is_filled(line, order):
    began = time.thread_time()
    assert orders.numbers_in(line) == []
    assert time.thread_time() - began < 0.2


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("123456", True),
        ("code is 123 456", True),
        ("123456, when will it come", True),
        ("my pin is 560001", False),
        ("560001 pe kitne din", False),
        ("560001 delivery?", False),
        ("deliver to 560001", False),
    ],
)
def test_a_pin_code_beside_a_question_is_no_try_of_the_code(text, is_one):
    assert order_codes.looks_like_a_code(text) is is_one
