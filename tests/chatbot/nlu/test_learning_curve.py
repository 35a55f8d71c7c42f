"""What a shop's own messages do in training: they count for more, and the curve judges on others than it teaches."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from chatbot.models import Example
from chatbot.nlu import corpus

pytest.importorskip("sklearn", reason="training needs requirements-train.txt")

import numpy as np
from scipy.sparse import csr_matrix

from chatbot.nlu.training import intents, judging

NEW = corpus.Example("zorpal blimtu gurvex", "order_status", "en", False)


TAUGHT = replace(NEW, weight=corpus.TAUGHT_WEIGHT)
LINES = [
    corpus.Example("hello", "greeting", "en", False),
    corpus.Example("नमस्ते", "greeting", "hi", False),
    corpus.Example("glass in my snack", "item_problem", "en", True, "urgent"),
    corpus.Example("paise kat gaye", "payment_problem", "hinglish", True),
]


def sure_of_the_last(examples: list[corpus.Example]) -> float:
    """How sure a fit on one column alike for all, and one of the last example alone, is of that one's label."""
    rows = csr_matrix([[1.0, float(place == len(examples) - 1)] for place in range(len(examples))])
    labels = [example.intent == NEW.intent for example in examples]
    return intents._fit(rows, labels, intents.weights_of(examples)).predict_proba(rows)[-1][1]


def test_a_taught_message_counts_for_more_than_a_line_of_the_corpus():
    assert sure_of_the_last([*LINES, NEW]) + 0.1 < sure_of_the_last([*LINES, TAUGHT])


def test_all_heads_hear_of_that_weight(monkeypatch):
    parsed = []

    def fit(rows, labels, says=None, **named):
        assert rows.shape[0] == len(labels)
        parsed.append(None if says is None else list(says))
        return SimpleNamespace(coef_=np.zeros((1, rows.shape[1])), intercept_=np.zeros(1))

    monkeypatch.setattr(intents, "_fit", fit)
    for examples in (LINES, [*LINES, TAUGHT]):
        intents.fit_heads(csr_matrix(np.zeros((len(examples), 2))), examples)
    every, latin = [1, 1, 1, 1, 5], [1, 1, 1, 5]
    # The corpus alone is fitted as it ever was: its model stays the same to the byte
    assert parsed == [None] * 5 + [every, every, every, every, latin]


def test_examples_of_the_admin_come_with_that_weight(meera):
    from chatbot.management.commands import train_villy

    Example.objects.create(text=NEW.text, intent=NEW.intent, language="en", is_issue=False, taught_by=meera)
    (taught,) = train_villy.Command()._taught()
    assert (taught.text, taught.weight) == (NEW.text, corpus.TAUGHT_WEIGHT)


@pytest.fixture
def trained(monkeypatch):
    """What the curve trains on, and judges, point by point; nothing is trained."""
    seen = []

    def train(examples, facts=None, calibrated=None):
        seen.append([examples, []])
        return b""

    def judge(data, examples):
        seen[-1][1].append(examples)
        return judging.Judged([], [])

    monkeypatch.setattr(judging, "train", train)
    monkeypatch.setattr(judging, "judge", judge)
    monkeypatch.setattr(judging, "scores", lambda judged: {})
    return seen


def test_the_curve_never_judges_what_it_taught(trained):
    own = [corpus.Example(f"where is parcel {n}", "order_status", "en", False) for n in range(60)]
    # Typed twice: it may be on one side only
    own += [corpus.Example(f"WHERE is  parcel {n}", "order_status", "en", False) for n in range(60)]
    points = judging.teaching_curve([NEW], own, {}, [NEW], counts=(0, 10, 25))
    assert [count for count, *_ in points] == [0, 10, 25]
    for count, (examples, (judged, elsewhere)) in zip((0, 10, 25), trained, strict=True):
        taught = examples[1:]
        assert (examples[0], len(taught), elsewhere) == (NEW, count, [NEW])
        assert all(each.weight == corpus.TAUGHT_WEIGHT for each in taught)
        plain = {" ".join(each.text.casefold().split()) for each in judged}
        assert len(judged) == 60
        assert plain.isdisjoint(" ".join(each.text.casefold().split()) for each in taught)


def test_a_shop_with_few_messages_gets_no_point_twice(trained):
    own = [corpus.Example(f"where is parcel {n}", "order_status", "en", False) for n in range(40)]
    points = judging.teaching_curve([NEW], own, {}, [], counts=(0, 10, 25, 50, 100))
    assert [count for count, *_ in points] == [0, 10, 20]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (None, "cannot be read"),
        ("no json", "cannot be read"),
        ('{"text": "hi"}', "cannot be read"),
        (
            '{"text": "hi", "intent": "greeting", "lang": "en", "is_issue": false}',
            "1 messages tell nothing",
        ),
    ],
    ids=["no file", "no JSON", "a label is missing", "too few"],
)
def test_a_file_that_tells_nothing_is_refused_with_a_sentence(rows, why, tmp_path):
    file = tmp_path / "shop.jsonl"
    if rows is not None:
        file.write_text(rows)
    with pytest.raises(CommandError, match=why):
        call_command("train_villy", curve=str(file))
