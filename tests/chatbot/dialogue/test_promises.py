"""Villy promises nothing that no record stands behind: every text that he may say is walked.

He can answer, and offer the button to a person; that is all he can do. So none of his texts says that he,
the shop or a person *will* do something, apart from the few lines that a verb stands behind.
"""

import re

import pytest
import yaml

from chatbot import wording
from chatbot.dialogue import flows

# "I'll cancel it", "we will send a new one", "kar dunga", "भेज देंगे": a person does something later
PROMISES = {
    "en": re.compile(
        r"\b(?:I|we|they|he|she|it|(?:our )?team|customer care|a (?:person|colleague)|someone)(?:'ll| will| shall| am going to| is going to)\b|\blet me (?:connect|bring|pass|tell|get)\b", re.I
    ),
    "hinglish": re.compile(
        r"\b\w*(?:unga|oonga|enge|denge|karega|dega|bhejega|badhayega|dekhega|dekhenge|batayenge|bhejunga|lega|karwa dega)\b", re.I
    ),
    "hi": re.compile(r"\S*(?:ूँगा|ूंगा|एंगे|एँगे|ेंगे|ेंगी|करेगा|देगा|भेजेगा|बढ़ाएगा|देखेगा|बताएँगे|लेगा)(?![\u0900-\u0963])"),
}  # fmt: skip
# The record: what makes the sentence true. `tap`: it tells what the button does, which opens the ticket
RECORDS = {
    "a_person_will_answer": "conversations._a_person_answers opens a ticket before it is said",
    "code_sent": "order_codes.begin stores the code and sends it",
    "order_sign_in": "the code is sent as soon as the number is there (order_codes.begin)",
    "code_email": "nothing is told without the code (order_codes.check)",
}
TAP = re.compile(r"\btap\b|button|टैप|बटन", re.I)
# A question, or what the customer does: "may I", "aap karenge"
HARMLESS = re.compile(r"karunga\?|karoon\?|करूँ\?|milega\b|मिलेगा|lagega|लगेगा|jaayega|jayega|जाएगा|rahega|रहेगा|aayega|आएगा|chalega|चलेगा|dikhega|दिखेगा|hoga|होगा", re.I)  # fmt: skip


def texts():
    """Return (key, language, text) of everything that Villy says of his own: replies and flows, not articles."""
    rows = yaml.safe_load(wording.FILE.read_text(encoding="utf-8"))
    found = [(key, language, text) for key, line in rows.items() for language, text in line.items()]
    for flow in flows.all_flows().values():
        for step in flow.steps:
            for lines in (step.lines, step.after):
                found += [
                    (f"{flow.key} {step.when[0]}", language, text) for language, text in lines.items()
                ]
    return found


def promises(text: str, language: str) -> list[str]:
    """Return the sentences of a text that say something will be done, and do not tell what the button does."""
    sentences = re.split(r"(?<=[.!?।])\s+", text)
    return [
        each
        for each in sentences
        if PROMISES[language].search(HARMLESS.sub(" ", each)) and not TAP.search(each)
    ]


def test_no_text_of_villys_promises_what_no_record_stands_behind():
    found = [
        (key, language, said)
        for key, language, text in texts()
        if key not in RECORDS
        for said in promises(text, language)
    ]
    print(*found, sep="\n")
    assert found == []


def test_the_walk_sees_every_language():
    assert {language for _, language, _ in texts()} == {"en", "hinglish", "hi"}
    assert len(texts()) > 300


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Okay. I'll cancel it for you.", "en"),
        ("We will send a new one today.", "en"),
        ("Customer Care will make it right.", "en"),
        ("Theek hai, main cancel kar dunga.", "hinglish"),
        ("ठीक है, हम नया भेज देंगे।", "hi"),
    ],
)
def test_a_promise_is_found(text, language):
    assert promises(text, language)


@pytest.mark.parametrize("key", sorted(RECORDS))
def test_a_text_with_a_record_is_one_that_there_is(key):
    assert wording.has(key)
