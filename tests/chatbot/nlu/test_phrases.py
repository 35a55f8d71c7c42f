"""Phrases are compiled when something asks them, and all of them before a server listens."""

import re

from chatbot.nlu.cues import turn_cues


def test_a_phrase_is_compiled_when_it_is_first_asked():
    late = turn_cues.phrases("where", "kahan")
    assert "search" not in vars(late)
    assert late.search("mera order KAHAN hai")[0] == "KAHAN"
    assert "search" in vars(late)


def test_a_phrase_answers_as_the_compiled_pattern_does():
    late, text = turn_cues.phrases(r"retur\w*", "वापस"), "Return it, वापस करो, not preturn"
    pattern = re.compile(late.pattern, late.flags)
    assert late.flags & re.IGNORECASE
    assert late.findall(text) == pattern.findall(text) == ["Return", "वापस"]
    assert late.sub("-", text) == pattern.sub("-", text)


def test_no_phrase_waits_once_all_are_compiled():
    late = turn_cues.phrases("hello")
    turn_cues.compile_phrases()
    assert not turn_cues.Phrases.waiting
    assert "search" in vars(late)
