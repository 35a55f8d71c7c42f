"""The corpus is read as its authors mean it, and the committed model was trained on it."""

import hashlib
import json
from pathlib import Path

import pytest

from chatbot.nlu import classifier, corpus
from chatbot.nlu.corpus import CorpusError, Example
from chatbot.nlu.text import features

SETS = [Path(__file__).parent.parent / "data" / name for name in ("proxy.jsonl", "blind.jsonl")]


def words_of(example_or_text) -> str:
    return " ".join(getattr(example_or_text, "text", example_or_text).casefold().split())


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return corpus.load()


@pytest.fixture
def folder(tmp_path):
    for intent in corpus.INTENTS:
        (tmp_path / f"{intent}.txt").write_text(f"# A file.\n[en question]\nline of {intent}\n")
    return tmp_path


def test_the_committed_model_was_trained_on_the_committed_corpus_and_gloss(examples):
    facts = classifier.model().facts
    stale = "the corpus or the gloss changed: run manage.py train_villy and commit the model"
    assert facts["corpus"] == corpus.digest(examples), stale
    gloss_digest = hashlib.sha256(features.GLOSS_FILE.read_bytes()).hexdigest()[:16]
    assert facts["gloss"] == gloss_digest, stale


def test_every_intent_is_written_in_every_language(examples):
    written = {(example.intent, example.language) for example in examples}
    assert written == {(i, language) for i in corpus.INTENTS for language in corpus.LANGUAGES}


def test_no_text_stands_under_two_intents(examples):
    seen = {}
    for example in examples:
        assert seen.setdefault(words_of(example), example.intent) == example.intent
    assert len(seen) == len(examples)


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_no_line_that_is_judged_by_is_trained_on(path, examples):
    judged = {words_of(json.loads(line)["text"]) for line in path.read_text().splitlines()}
    assert not judged & set(map(words_of, examples))


def test_a_heading_gives_language_kind_and_priority(tmp_path):
    path = tmp_path / "complaint.txt"
    path.write_text("# Anger.\n\n[hinglish issue urgent]\n# on the phone\nvakil bhej raha hu\n")
    assert list(corpus.read(path)) == [
        Example("vakil bhej raha hu", "complaint", "hinglish", True, "urgent")
    ]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("hello\n", "complaint.txt:1: text before the first heading"),
        ("[en issue]\nbad\n[english issue]\n", r"complaint.txt:3: \[english issue\]"),
        ("[en]\n", r"complaint.txt:1: \[en\]"),
        ("[en problem]\n", r"complaint.txt:1: \[en problem\]"),
        ("[en issue soon]\n", r"complaint.txt:1: \[en issue soon\]"),
        ("[en issue high now]\n", r"complaint.txt:1: \[en issue high now\]"),
        ("[]\n", r"complaint.txt:1: \[\]"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_file_and_number(tmp_path, lines, complaint):
    path = tmp_path / "complaint.txt"
    path.write_text(lines)
    with pytest.raises(CorpusError, match=complaint):
        list(corpus.read(path))


def test_a_missing_file_is_named(folder):
    (folder / "feedback.txt").unlink()
    with pytest.raises(CorpusError, match=r"feedback\.txt"):
        corpus.load(folder=folder)


def test_a_taught_example_joins_the_corpus_once(folder):
    taught = Example("makhana me namak kam", "feedback", "hinglish", is_issue=False)
    again = Example("Makhana  me namak KAM", "complaint", "hinglish", is_issue=True)
    known = Example("line of greeting", "complaint", "en", is_issue=True)
    loaded = corpus.load([taught, again, known], folder=folder)
    assert len(loaded) == len(corpus.INTENTS) + 1
    assert corpus.load([known], folder=folder) == corpus.load(folder=folder)


def test_the_digest_tells_a_changed_label_but_not_a_changed_order(examples):
    few = examples[:50]
    assert corpus.digest(reversed(few)) == corpus.digest(few)
    other = Example(few[0].text, few[0].intent, few[0].language, not few[0].is_issue)
    assert corpus.digest([other, *few[1:]]) != corpus.digest(few)


def test_the_dev_split_is_a_share_that_spelling_and_stops_do_not_move(examples):
    share = sum(corpus.in_dev_split(example.text) for example in examples) / len(examples)
    assert 0.1 < share < 0.15
    assert corpus.in_dev_split("Where is it?") == corpus.in_dev_split("where is  it")
