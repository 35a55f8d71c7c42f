"""`manage.py ask_villy`: why he answers as he does, and nothing of it is kept."""

import io

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from chatbot.models import Chat, OrderCode
from tests import factories
from tickets.models import Person


def shown(*arguments, **options) -> dict[str, str]:
    """Return what the command prints, by the name of each row."""
    out = io.StringIO()
    call_command("ask_villy", *arguments, stdout=out, **options)
    rows = (line.strip().partition("  ") for line in out.getvalue().splitlines() if "  " in line.strip())
    return {name: value.strip() for name, _, value in rows}


def test_one_question_shows_what_was_understood_and_which_rule_answered(db):
    factories.article()
    rows = shown("return policy")
    assert rows["intent"].split()[0] == "refund_return"
    assert rows["issue"] == "no, refund, medium"
    assert float(rows["out of scope"]) < 0.5
    assert "g:return" in rows["evidence"]
    assert rows["articles"].startswith("returns ")
    assert rows["rule"] == "an_article"
    assert rows["sources"] == "Returns"
    assert rows["answer"] == "Sealed packs may come back within 7 days."


def test_products_and_the_offer_of_a_person_are_shown(db):
    factories.makhana()
    rows = shown("peri peri makhana")
    assert rows["products"] == "Peri Peri Makhana (100% of the words)"
    rows = shown("packet phata hua tha")
    assert (rows["human"], rows["language"]) == ("offered, product-issue, high", "hinglish")


def test_ask_villy_answers_as_a_customer_and_names_an_unknown_address(priya):
    factories.order(priya)
    assert "VP-10001" in shown("where is my order", email="priya@example.com")["answer"]
    assert not Chat.objects.exists()
    with pytest.raises(CommandError, match="No person signs in with x@example"):
        shown("hi", email="x@example.com")


def test_without_a_question_it_is_a_conversation(db, monkeypatch):
    factories.makhana()
    typed = iter(["peri peri makhana", "and the price?", ""])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    assert shown()["rule"] == "a_fact"


def test_the_end_of_input_ends_it(db, monkeypatch):
    def nothing(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", nothing)
    shown()


def test_nothing_is_kept_and_no_mail_is_sent(priya, settings):
    factories.order(priya)
    backend = settings.EMAIL_BACKEND
    assert "code" in shown("VP-10001")["answer"]
    assert not mail.outbox
    assert backend == settings.EMAIL_BACKEND
    assert not Chat.objects.exists()
    assert not OrderCode.objects.exists()
    assert list(Person.objects.all()) == [priya]
