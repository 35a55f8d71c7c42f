"""A search that is left out for want of letters would have found nothing."""

import re
import sys

import pytest

import chatbot.dialogue.policy  # noqa: F401 (brings in every phrase)
from chatbot.nlu.cues import turn_cues
from chatbot.nlu.text import features, needed_letters
from tests.desk import ROOT

TALKS = ROOT / "tests" / "chatbot" / "data"


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("abc|abd|xyz", {"abc", "abd", "xyz"}),
        ("so+ good", {"goo"}),
        ("colou?rs?", {"col"}),
        ("gr[ae]y", {"gr"}),
        ("(?:very )*bad(?! luck)", {"bad"}),
        ("(?<!not )(?:HOT|mild)", {"hot", "ild"}),
        ("कैंसल", {"कैं"}),
        # Nothing in particular, or what nearly every text has
        ("(?:yes)?", None),
        (r"\w+|never", None),
        ("a|e|i", None),
    ],
)
def test_a_pattern_needs_letters_of_each_of_its_ways(pattern, needed):
    found = needed_letters.needed_by(pattern)
    assert (found and set(found)) == needed


@pytest.mark.parametrize("text", ["FUNNY", "fuſs", "\u212aAB", "T\u0130ME", "tıme"])
def test_letters_that_ignorecase_takes_for_others_are_not_missed(text):
    for pattern in ("funny", "fuss", "kab", "time"):
        needed = needed_letters.needed_by(pattern)
        search = needed_letters.guarded(re.compile(pattern, re.IGNORECASE).search, needed, None)
        assert bool(search(text)) == bool(re.search(pattern, text, re.IGNORECASE))


def test_a_text_without_the_needed_letters_is_not_searched():
    needed = needed_letters.needed_by("refund|wapas")
    searched = []
    search = needed_letters.guarded(lambda text, *_: searched.append(text), needed, None)
    assert search("where is my order") is None
    search("paisa wapas")
    search("x" * (needed_letters.LONGEST + 1))
    assert [text[:5] for text in searched] == ["paisa", "xxxxx"]


def test_phrases_find_in_talks_what_they_find_without_a_look_at_the_letters():
    lines = {
        line[1:].strip()
        for path in TALKS.glob("conversations*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(">")
    }
    texts = [turn_cues.plain(line) for line in sorted(lines)[::12]]
    modules = [module for name, module in sys.modules.items() if name.startswith("chatbot.")]
    every = [
        each for module in modules for each in vars(module).values() if isinstance(each, turn_cues.Phrases)
    ]
    assert len(every) > 300
    for phrase in every:
        unguarded = re.compile(phrase.pattern, phrase.flags)
        for text in texts:
            assert bool(phrase.search(text)) == bool(unguarded.search(text)), (phrase.pattern, text)


def test_a_pattern_that_needs_nothing_is_searched_as_it_is():
    pattern = re.compile(r"\d+")
    assert needed_letters.quick_search(pattern) == pattern.search
    found = needed_letters.quick_search(re.compile("papad|ghee", re.IGNORECASE))
    assert found("two GHEE jars")[0] == "GHEE"
    assert found("two honey jars") is None


def test_lists_of_words_are_the_callers_own():
    for words in (turn_cues.words_of, features.tokens):
        words("one more papad").clear()
        assert words("one more papad") == ["one", "more", "papad"]
