"""Whole conversations: what a customer types, and what Villy has to make of it.

Each file in `dialogues/` is one conversation with the demo shop, to be read and written
without Python:

    as: customer@demo.test          who types: a sign-in, "a guest" or "a visitor"
    > mera order kab aayega         what is typed; {code} and {wrong code} are those of the last mail
    intent: order_status            what has to come back, one thing a line, in any order
    helped: yes                     a tap under the answer
    connect                         a tap on "Connect to Customer Care"
    ticket: delivery high VP-10266  category, priority and order (or none) of the ticket

What may stand after a message: intent, rule, language, category, priority; says and never (words
of the answer); offers (yes or no: a person); asks (did this help); order, source, product (names,
all of them) or none; suggests (the beginning of a suggestion). After "connect": ticket, ticket
says, ticket language, summary, why, article (shown before), transcript never.
"""

import re
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection, transaction

from chatbot import conversations, handover
from chatbot.demo import loader
from chatbot.sources import order_codes
from tests import factories
from tests.engines.plugin import put_back, taken_away
from tickets.models import Order, Person

FOLDER = Path(__file__).parent.parent / "dialogues"


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """The demo shop without its tickets, made once for all conversations."""
    with django_db_blocker.unblock():
        if connection.vendor == "mongodb":
            build()
            yield taken_away()
            return
        with transaction.atomic():
            build()
            yield
            transaction.set_rollback(True)


@pytest.fixture
def shop(stage, db):
    if stage:
        put_back(stage)


def build():
    loader._products()
    loader._articles()
    loader._orders(loader._people())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(path, shop):
    conversation = Conversation()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#") and (reason := conversation.play(line)):
            said = conversation.answer.text if conversation.answer else ""
            pytest.fail(f"{path.name}:{number}: {line}\n{reason}\nVilly said: {said}", pytrace=False)


def test_there_are_conversations_of_every_kind():
    assert len(list(FOLDER.glob("*.txt"))) >= 34


class Conversation:
    """Plays a file line by line, through the same doors as the widget."""

    def __init__(self):
        self.person = self.answer = self.ticket = None

    def play(self, line: str) -> str:
        """Do one line of the file; return how it went otherwise than written, or ""."""
        if line.startswith(">"):
            self.answer = conversations.ask(self.person, self.filled(line[1:].strip()))
            return ""
        key, _, value = line.partition(":")
        move = getattr(self, f"move_{key.strip().replace(' ', '_')}", None)
        try:
            assert move, f"There is no move {key!r}."
            move(*[self.filled(value.strip())] if value else [])
        except AssertionError as otherwise:
            return str(otherwise).partition("\n")[0] or "It is not so."
        return ""

    def filled(self, text: str) -> str:
        """Put the code of the last mail where {code} stands, and one that it is not for {wrong code}."""
        if "{" not in text:
            return text
        order_codes.wait_until_sent()
        found = re.search(r"\d{6}", mail.outbox[-1].body) if mail.outbox else None
        code = found[0] if found else "000000"
        return text.replace("{code}", code).replace("{wrong code}", f"{(int(code) + 1) % 1_000_000:06}")

    # --- Who, and what is tapped

    def move_as(self, who):
        if "@" in who:
            self.person = Person.objects.get(login_email=who)
        else:
            self.person = factories.guest() if who == "a guest" else Person.objects.create()

    def move_helped(self, said):
        self.answer = conversations.say_helped(self.person, self.answer.pk, said == "yes")

    def move_connect(self):
        self.ticket = handover.open_ticket(self.person)

    # --- What came back

    def move_intent(self, wanted):
        assert self.answer.intent == wanted, f"intent is {self.answer.intent}"

    def move_rule(self, wanted):
        assert self.answer.rule == wanted, f"rule is {self.answer.rule}"

    def move_language(self, wanted):
        self.answer.chat.refresh_from_db()
        assert self.answer.chat.language == wanted, f"language is {self.answer.chat.language}"

    def move_says(self, words):
        assert words.casefold() in self.answer.text.casefold()

    def move_never(self, words):
        assert words.casefold() not in f"{self.answer.text} {self.answer.reply}".casefold()

    def move_offers(self, wanted):
        assert self.answer.reply["offerAgent"] == (wanted == "yes"), f"rule is {self.answer.rule}"

    def move_category(self, wanted):
        assert self.answer.reply["category"] == wanted, f"category is {self.answer.reply['category']}"

    def move_priority(self, wanted):
        assert self.answer.reply["priority"] == wanted, f"priority is {self.answer.reply['priority']}"

    def move_asks(self, _):
        assert self.answer.reply["asksHelp"]

    def move_order(self, number):
        order = self.answer.reply["order"]
        assert (order["number"] if order else "none") == number, f"order is {order and order['number']}"

    def move_source(self, title):
        titles = [source["title"] for source in self.answer.reply["sources"]]
        assert titles == ([] if title == "none" else [title]), f"sources are {titles}"

    def move_product(self, names):
        shown = {card["name"] for card in self.answer.reply["products"]}
        assert shown == set(names.split(", ")), f"products are {sorted(shown)}"

    def move_suggests(self, beginning):
        assert any(each.startswith(beginning) for each in self.answer.reply["suggestions"]), (
            f"suggestions are {self.answer.reply['suggestions']}"
        )

    # --- What the agent gets

    def move_ticket(self, wanted):
        category, priority, *number = wanted.split()
        order = Order.objects.filter(pk=self.ticket.order_id).first()
        number_now = order.number if order else "none"
        shown = f"ticket is {self.ticket.category} {self.ticket.priority} {number_now}"
        assert category in ("any", self.ticket.category), shown
        assert priority == self.ticket.priority, shown
        assert not number or number[0] == number_now, shown

    def move_ticket_says(self, words):
        assert words in self.ticket.messages.get(seq=1).text

    def move_ticket_language(self, wanted):
        assert (self.ticket.language, self.ticket.handover["language"]) == (wanted, wanted)

    def move_summary(self, words):
        assert words in self.ticket.handover["summary"], self.ticket.handover["summary"]

    def move_why(self, reason):
        assert self.ticket.handover["why"] == reason, self.ticket.handover["why"]

    def move_article(self, title):
        assert title in [shown["title"] for shown in self.ticket.handover["articles"]]

    def move_transcript_never(self, words):
        assert words not in str(self.ticket.handover)
