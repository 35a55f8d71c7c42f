"""What Villy did not know, and what he is taught."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from chatbot import conversations
from chatbot.dialogue import policy
from chatbot.learning import teaching
from chatbot.management.commands import train_villy
from chatbot.models import Article, Chat, ChatMessage, Example
from chatbot.nlu import corpus
from tests import factories
from tests.pages import page

pytestmark = pytest.mark.all_engines

LIST = "/admin/chatbot/example/not-known/"


def asked(person, text, *, intent="unknown", helped=None, days_ago=0, **reply) -> ChatMessage:
    """A question as it is stored, and Villy's answer to it."""
    chat = Chat.objects.filter(person=person).first() or Chat.objects.create(person=person)
    seq = chat.messages.count() + 1
    at = timezone.now() - timedelta(days=days_ago)
    question = ChatMessage.objects.create(chat=chat, seq=seq, sender="customer", text=text, created_at=at)
    return ChatMessage.objects.create(
        chat=chat, seq=seq + 1, sender="ai", text="I don't know that yet.", answers=question,
        intent=intent, helped=helped, reply=reply, created_at=at,
    )  # fmt: skip


def texts() -> list[str]:
    return [cluster.text for cluster in teaching.not_known()]


# --- What he did not know -------------------------------------------------------


def test_questions_without_an_answer_or_with_one_that_did_not_help_are_gathered(priya):
    asked(priya, "do you repair cycles", days_ago=2)
    asked(priya, "return policy", intent="refund_return", helped=False, sources=[{"title": "Returns"}])
    asked(priya, "hi", intent="greeting")
    asked(priya, "is cod available", intent="product_query", helped=True)
    asked(priya, "too long ago", days_ago=teaching.DAYS + 1)
    clusters = teaching.not_known()
    assert [cluster.text for cluster in clusters] == ["return policy", "do you repair cycles"]
    assert [cluster.refused for cluster in clusters] == [["Returns"], []]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("do you repair cycles", "do u repair cycle", True),
        ("do you repair cycles", "cycles do you repair?", True),
        ("kya aap cycle repair karte ho", "kya aap saikil ripair krte ho", True),
        ("aaj mausam kaisa hai", "आज मौसम कैसा है", True),
        ("DO YOU REPAIR CYCLES!!", "do you repair cycles", True),
        ("do you repair cycles", "do you sell medicines", False),
        ("kya aap cycle repair karte ho", "aaj mausam kaisa hai", False),
        ("hi", "ok", False),
        ("😀", "😡😡😡", False),
    ],
)
def test_questions_that_say_about_the_same_stand_together(one, other, alike, priya):
    asked(priya, one)
    asked(priya, other)
    assert len(teaching.not_known()) == (1 if alike else 2)


@pytest.mark.engines
def test_a_cluster_counts_and_shows_its_newest_wording_first(priya):
    for days_ago, text in [
        (3, "do you repair cycles"),
        (2, "do u repair cycles"),
        (1, "do u repair cycle"),
    ]:
        asked(priya, text, days_ago=days_ago)
    asked(priya, "who is your ceo", days_ago=2)
    first, second = teaching.not_known()
    assert (first.text, first.count) == ("do u repair cycle", 3)
    assert first.others == ["do u repair cycles", "do you repair cycles"]
    assert second.text == "who is your ceo"


@pytest.mark.engines
def test_the_page_reads_a_bounded_number_of_lines_in_a_handful_of_queries(
    priya, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(teaching, "LINES", 5)
    for number in range(12):
        asked(priya, f"{'abcdefghijkl'[number] * 8} question", days_ago=number)
    with django_assert_max_num_queries(4):
        assert sum(cluster.count for cluster in teaching.not_known()) == 5


# --- Teaching ----------------------------------------------------------------------


@pytest.mark.engines
def test_a_variant_is_known_at_once_and_its_cluster_is_done_with(priya):
    article = factories.article(
        "repair", "Repairs", "We repair cycles on Mondays.", also_asked="fix my bike"
    )
    line = asked(priya, "saikil theek karwani hai")
    asked(priya, "saikil theek karvani hai")
    asked(priya, "who is your ceo")
    teaching.teach_variant("saikil theek karwani hai", article, cluster=teaching.cluster_of(line))
    chat = Chat.objects.create(person=priya)
    assert "Mondays" in policy.answer(chat, "saikil theek karwani hai").text
    assert texts() == ["who is your ceo"]


def test_an_example_goes_into_the_corpus_with_the_next_training(priya, meera):
    line = asked(priya, "do you repair cycles")
    teaching.teach_example(
        "do you  repair cycles", intent="out_of_scope", language="en", is_issue=False, by=meera,
        cluster=teaching.cluster_of(line),
    )  # fmt: skip
    assert texts() == []
    before = corpus.load()
    added = corpus.load(train_villy.Command()._taught())[len(before) :]
    taught = corpus.Example(
        "do you repair cycles", "out_of_scope", "en", False, weight=corpus.TAUGHT_WEIGHT
    )
    assert added == [taught]
    assert corpus.digest(before) != corpus.digest(before + added)


def test_an_example_taught_twice_is_reported(priya, meera):
    article = factories.article()
    taught = {"intent": "refund_return", "language": "en", "is_issue": True, "by": meera}
    teaching.teach_example("send it back", **taught)
    with pytest.raises(teaching.TaughtBefore, match="refund_return"):
        teaching.teach_example("Send it  back", **taught)
    with pytest.raises(teaching.TaughtBefore, match="Returns"):
        teaching.teach_variant("How do I return", article)
    assert (Example.objects.count(), len(Article.objects.get().variants)) == (1, 5)


def test_the_form_begins_without_what_names_a_person(priya):
    line = asked(priya, "refund not received for VP-10266, send it to priya@okaxis or 90000 00110")
    suggested = teaching.suggestion(line)
    assert suggested["text"] == "refund not received for [number], send it to [e-mail] or [number]"
    assert (suggested["intent"], suggested["language"]) == ("refund_return", "en")


# --- In the admin --------------------------------------------------------------------


@pytest.fixture
def staff(browse, meera):
    return browse(meera)


def test_staff_reads_what_villy_did_not_know_and_teaches_a_variant(staff, priya):
    article = factories.article()
    line = asked(priya, "<b>do you repair</b> cycles")
    asked(priya, "do you repair cycles")
    shown = page(staff.get(LIST))
    row = shown.one("table", id="result_list").one("tbody").one("tr")
    assert row.all("td")[0].text == "2"
    assert "<b>do you repair</b> cycles" in shown.text
    path = f"{LIST}{line.pk}/"
    form = page(staff.get(path)).one("form", _class="desk-many").fields()
    staff.post(path, form | {"text": "do you repair cycles", "article": str(article.pk), "variant": "yes"})
    assert Article.objects.get().variants[-1] == "do you repair cycles"
    assert "Nothing to teach" in page(staff.get(LIST)).text


def test_staff_teaches_an_example_or_lets_it_be(staff, priya, meera):
    line, other = asked(priya, "do you repair cycles"), asked(priya, "who is your ceo")
    given = {"text": "do you repair cycles", "intent": "out_of_scope", "language": "en", "example": "yes"}
    staff.post(f"{LIST}{line.pk}/", given)
    example = Example.objects.get()
    assert (example.intent, example.is_issue, example.taught_by) == ("out_of_scope", False, meera)
    staff.post(f"{LIST}{other.pk}/", {"leave": "yes"})
    assert texts() == []
    assert "do you repair cycles" in page(staff.get("/admin/chatbot/example/")).text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": "", "intent": "greeting", "language": "en", "example": "yes"}, "This field is required."),
        ({"text": "x", "variant": "yes"}, "Choose one."),
        ({"text": "x", "intent": "greetings", "example": "yes"}, "Select a valid choice"),
        ({"text": "x" * 501, "intent": "greeting", "example": "yes"}, "at most 500 characters"),
        ({"text": "how do i return", "intent": "greeting", "variant": "yes", "article": "ours"}, "already"),
    ],
)
def test_an_invalid_example_is_refused_at_its_field(given, said, staff, priya):
    article = factories.article()
    line = asked(priya, "do you repair cycles")
    given = given | ({"article": str(article.pk)} if "article" in given else {})
    answer = staff.post(f"{LIST}{line.pk}/", given)
    assert answer.status_code == 200
    assert said in page(answer).text
    assert texts() == ["do you repair cycles"]
    assert not Example.objects.exists()


@pytest.mark.parametrize(
    "path", [LIST, f"{LIST}9d3c2f6e-0000-4000-8000-000000000000/", "/admin/chatbot/example/figures/"]
)
def test_these_pages_are_for_staff_only(path, browse, asha, priya, meera):
    for person in (None, priya, asha):
        assert browse(person).get(path).status_code in (302, 404)
    assert browse(meera).get(path).status_code == (404 if "9d3c2f6e" in path else 200)


@pytest.mark.engines
def test_a_line_of_the_customers_is_nothing_to_teach(staff, priya):
    line = asked(priya, "do you repair cycles")
    assert staff.get(f"{LIST}{line.answers.pk}/").status_code == 404


def test_the_pages_hold_nothing_that_the_csp_refuses(staff, priya):
    line = asked(priya, "do you repair cycles")
    for path in (LIST, f"{LIST}{line.pk}/", "/admin/chatbot/example/figures/"):
        content = staff.get(path).content.decode()
        assert "<style" not in content
        assert 'style="' not in content
        assert "onclick" not in content


def test_a_conversation_that_villy_could_not_answer_is_listed_to_teach(priya):
    answer = conversations.ask(priya, "flurb the wonkle pliz")
    assert answer.intent == "unknown"
    assert texts() == ["flurb the wonkle pliz"]


@pytest.mark.engines
def test_no_migration_is_missing(db):
    call_command("makemigrations", "chatbot", check=True, dry_run=True, verbosity=0)
