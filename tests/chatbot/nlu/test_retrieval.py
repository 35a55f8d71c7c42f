"""Articles are found by what is meant, and a question without an answer is refused."""

from pathlib import Path

import pytest
import yaml

from chatbot.nlu import corpus, retrieval
from chatbot.nlu.retrieval import Document, Index

DATA = Path(__file__).parent.parent / "data"
ARTICLES = Path(corpus.__file__).parent.parent / "data" / "demo" / "articles.yaml"


def lines(name: str) -> list[str]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


@pytest.fixture(scope="module")
def shelf() -> Index:
    # The C loader, where there is one, reads them in a tenth of the time
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    articles = yaml.load(ARTICLES.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    return Index(
        Document(each["slug"], each["title"], each["body"], tuple(each["also_asked"])) for each in articles
    )


@pytest.fixture
def two_articles() -> Index:
    return Index(
        [
            Document(
                "cod", "Cash on delivery", "Pay in cash at the door.", ("is cod available", "cod hai kya")
            ),
            Document("return", "Returns", "Send it back in 7 days.", ("how to return", "वापस कैसे करें")),
        ]
    )


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("can i pay cash at delivery", "cod"),
        ("cash on dilivery hai kya", "cod"),
        ("return kaise kare", "return"),
        ("क्या मैं वापस कर सकता हूं", "return"),
    ],
)
def test_the_right_article_comes_first_in_any_language(two_articles, question, article):
    (found, score), _ = two_articles.search(question, 2)
    assert found == article
    assert score >= retrieval.THRESHOLD


def test_a_question_that_comes_again_is_not_searched_again(two_articles, monkeypatch):
    found = two_articles.search("is cod available", 2)
    monkeypatch.setattr(Index, "_likeness", None)
    assert two_articles.search("is cod available", 2) == found


def test_scores_are_chances_in_falling_order(two_articles):
    scores = [score for _, score in two_articles.search("is cod available", 5)]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 2
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("question", ["", "?", "who won the match", "आज मौसम कैसा है", "zzzz"])
def test_a_question_without_an_article_stays_below_the_threshold(two_articles, question):
    assert two_articles.search(question, 1)[0][1] < retrieval.THRESHOLD


def test_an_empty_shelf_finds_nothing():
    assert Index([]).search("is cod available") == []


def test_a_question_typed_as_a_variant_finds_its_article(two_articles):
    assert two_articles.search("cod hai kya", 1)[0][0] == "cod"


def test_plain_questions_find_the_demo_shop_s_articles(shelf):
    asked = [line.split(" | ") for line in lines("asked.txt")]
    found = [shelf.search(question, 1)[0] for _, question in asked]
    right = sum(slug == best for (slug, _), (best, _) in zip(asked, found, strict=True))
    lost = sum(score < retrieval.THRESHOLD for _, score in found)
    assert right / len(asked) >= 0.85
    assert lost / len(asked) <= 0.1


def test_most_unanswerable_questions_are_refused(shelf):
    unanswerable = lines("unanswerable.txt")
    refused = sum(shelf.search(line, 1)[0][1] < retrieval.THRESHOLD for line in unanswerable)
    assert refused / len(unanswerable) >= 0.7


def test_a_variant_left_out_of_its_article_no_longer_speaks_for_it(two_articles):
    with_it = two_articles.evidence("is cod available")[0]
    assert two_articles.evidence("is cod available", leave_out=0)[0] < with_it
