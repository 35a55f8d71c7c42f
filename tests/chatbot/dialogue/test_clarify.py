"""Two readings that are near are asked about with chips, once; the answer may be a tap, a place or "neither"."""

import pytest

from chatbot import conversations
from chatbot.demo import loader
from chatbot.sources import articles
from chatbot.sources.articles import Passage
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def near(monkeypatch):
    """Two articles, both as likely for whatever is asked."""
    both = [
        factories.article("parcels", title="Parcels and weights", body="A parcel weighs up to 5 kg."),
        factories.article("boxes", title="Boxes and sizes", body="A box is 30 cm long."),
    ]
    library = articles.library()
    monkeypatch.setattr(
        type(library),
        "near",
        lambda self, text, limit=3, nearer=None: [Passage(both[0], 0.45), Passage(both[1], 0.42)],
    )
    return both


ASKED = "do you have a rule for heavy ones"


def test_near_readings_are_asked_about_with_chips(priya, near):
    answer = conversations.ask(priya, ASKED)
    assert answer.rule == "which_of_these"
    assert answer.reply["suggestions"] == ["Parcels and weights", "Boxes and sizes"]


@pytest.mark.parametrize(
    ("said", "told"), [("the second", "30 cm"), ("first one", "5 kg"), ("Boxes and sizes", "30 cm")]
)
def test_the_answer_is_a_place_or_a_tap(priya, near, said, told):
    conversations.ask(priya, ASKED)
    assert told in conversations.ask(priya, said).text


def test_neither_brings_a_person(priya, near):
    conversations.ask(priya, ASKED)
    answer = conversations.ask(priya, "neither")
    assert answer.reply["offerAgent"] is True


def test_the_same_is_never_asked_twice(priya, near):
    conversations.ask(priya, ASKED)
    assert conversations.ask(priya, ASKED).rule != "which_of_these"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("mera ghee ka jar toota hua aaya", "Saamaan toota ya leak hota aaya"),
        ("मेरा घी का जार टूटा हुआ आया", "सामान टूटा हुआ या रिसता हुआ आया"),
        ("my ghee jar arrived broken", "Something arrived broken or leaking"),
    ],
)
def test_suggestions_are_in_the_language_of_the_chat(said, title):
    loader._articles()
    guest = factories.guest()
    assert title in conversations.ask(guest, said).reply["suggestions"]
    tapped = conversations.ask(guest, title)
    assert [source["title"] for source in tapped.reply["sources"]] == [
        "Something arrived broken or leaking"
    ]
    assert title not in tapped.reply["suggestions"]


@pytest.mark.parametrize(
    "said",
    ["do i need to return the sev", "mujhe return karna hai", "मेरा रिफंड कब आएगा", "ok and exchange?"],
)
def test_an_article_just_told_is_not_suggested_in_any_language(said):
    loader._articles()
    reply = conversations.ask(factories.guest(), said).reply
    told = {source["id"] for source in reply["sources"]}
    assert told
    offered = filter(None, map(articles.library().titled, reply["suggestions"]))
    assert told.isdisjoint(str(article.pk) for article in offered)
