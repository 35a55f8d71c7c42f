# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""What a message and a text that the shop wrote have in common: by word, by sound, by stem, by what a word means.

"Aur rate me tax juda hua hai" has no word of "Our prices include GST", but the gloss knows that a rate is a price.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from chatbot.models import Article
from chatbot.nlu.text import features
from chatbot.wording import LANGUAGES

# Words that say nothing of what a question is about
SMALL = set(
    "a an and are can could do does did for from get give had has have he her him his how i if in is it its kind me my no not of on one or our please she so some tell than that the their them then there they this time to too u us was we what when where which who why will with would you your also any all "
    "aap ab agar aise apna aur bas bata batao bhi chahiye de dena do dono fir haan hai hain ho hoga hogi hota hoti hua hui ja jab jaye ji jo ka kab kaha kahan kaise kar karna karo karte karu kaun kaunsa ke ki kis kitna kitne kitni ko koi konsa kuch kya kyu kyun le lena liye matlab me mein mera mere meri mil milega milta mujhe na nahi ne nhi pata par pe phir raha rahe sab sakta sakte sakti se sirf tak tha thi to toh us usme uska wala wale wali woh wo ya yaha ye yeh yes "
    "same please again order orders product item items shop delivery deliver parcel box din days day "
    "और का की के को में से पर है हैं हो क्या कब कितने कितना कैसे कहां कौन भी तो ही यह वो मेरा मेरी मुझे ना नहीं लिए करना करें सकते सकता है था थी".split()
)
# Concepts of the gloss that every second message has
GENERAL = set(
    "not what when where how how_much which why who can will is_it want buy give send tell show please sir my i_me you just but still_not already if works like past said since since_from today yesterday tomorrow order product delivery days available come_future size_fit".split()
)
LEAST_LETTERS = 3
# "Include" and "included", "daalu" and "daaliye"
STEM, LEAST_OF_A_STEM, MOST_OF_AN_ENDING = 4, 5, 3
ENDINGS = set("s ed es ing a i e o u na ne ni ta te ti iye te ा े ी ों ना ने".split())
# What a word means weighs less than the word
OF_A_WORD, OF_A_FORM, OF_A_MEANING = 1.0, 0.9, 0.8


class Unit(NamedTuple):
    """A word that says something, and what it may mean."""

    word: str
    sound: str
    concepts: frozenset[str]


@lru_cache(1_000)
def units(text: str) -> tuple[Unit, ...]:
    """Return the words of a text that say something, in their order."""
    tokens = features.tokens(text)
    meant: dict[int, set[str]] = {}
    for found in features.find_concepts(tokens):
        for position in range(found.position, found.position + found.length):
            meant.setdefault(position, set()).update(found.concepts)
    return tuple(
        Unit(word, _sound(word), frozenset(meant.get(position, ())) - GENERAL)
        for position, word in enumerate(tokens)
        if word not in SMALL and (len(word) >= LEAST_LETTERS or word.isdigit()) and word[0].isalnum()
    )


def _sound(word: str) -> str:
    heard = features.sound(word)
    return heard if len(heard) >= LEAST_LETTERS else ""


class _Bag(NamedTuple):
    words: frozenset[str]
    sounds: frozenset[str]
    concepts: frozenset[str]


@lru_cache(1_000)
def _bag(text: str) -> _Bag:
    tokens = features.tokens(text.replace("e-mail", "email").replace("-on-", " on "))
    concepts = {each for found in features.find_concepts(tokens) for each in found.concepts}
    return _Bag(frozenset(tokens), frozenset(map(_sound, tokens)) - {""}, frozenset(concepts) - GENERAL)


def stands_in(unit: Unit, text: str) -> float:
    """Return how surely a text has a word of a message: the word, its sound or stem, or what it means; 0 for not."""
    bag = _bag(text)
    if unit.word in bag.words:
        return OF_A_WORD
    if unit.sound in bag.sounds and (len(unit.sound) > LEAST_LETTERS or _as_long(unit, bag)):
        return OF_A_FORM
    if any(_same_stem(unit.word, each) for each in bag.words):
        return OF_A_FORM
    return OF_A_MEANING if unit.concepts & bag.concepts else 0.0


def _as_long(unit: Unit, bag: _Bag) -> bool:
    """Return whether a word with the sound of the unit is about as long: "Sunday" sounds like "send"."""
    alike = (each for each in bag.words if abs(len(each) - len(unit.word)) <= 1)
    return any(_sound(each) == unit.sound for each in alike)


def _same_stem(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) >= STEM and long.startswith(short) and long[len(short) :] in ENDINGS:
        # "Likh" and "likha", "card" and "cards"
        return True
    return (
        one[:STEM] == other[:STEM]
        and len(short) >= LEAST_OF_A_STEM
        and len(long) - len(short) <= MOST_OF_AN_ENDING
    )


# --- Sentences -----------------------------------------------------------------------------------

SENTENCE = re.compile(r"(?<=[.!?।])\s+(?=[^\s])")


def sentences_of(article: Article, language: str) -> list[tuple[str, ...]]:
    """Return each sentence of an article in a language, with the same one of the other languages behind it.

    A text that has not as many sentences in another language is read in its own alone.
    """
    own = split(article.body_in(language))
    others = [split(article.body_in(code)) for code in LANGUAGES if code != language]
    return list(zip(own, *(each for each in others if len(each) == len(own)), strict=True))


def in_one_sentence(asked: tuple[Unit, ...], article: Article, language: str) -> bool:
    """Return whether one sentence of an article has all these words of a message."""
    return any(
        all(any(stands_in(unit, each) for each in sentence) for unit in asked)
        for sentence in sentences_of(article, language)
    )


def goes_on(text: str, article: Article) -> bool:
    """Return whether a message shares a word with an article, or has no content word of its own."""
    own = units(text)
    bodies = [article.body_in(code) for code in LANGUAGES]
    return not own or any(stands_in(unit, each) for unit in own for each in (*bodies, article.also_asked))


def split(body: str) -> list[str]:
    """Return the sentences of a text."""
    return [each.strip() for each in SENTENCE.split(body) if each.strip()]


# A sentence that tells what to do begins with the verb
A_STEP = re.compile(
    r"^(?:(?:please|first|then|otherwise|also|if [^,]{2,60},)\s+)*(?:do not|don't|stand|look|share|send|tell|open|type|tap|tick|check|ask|choose|sign|write|keep|see|enter|place|refuse|show|wait|pick)\b|; (?:send|tell|ask|tap)\b|\byou can pick\b|\btell us\b",
    re.IGNORECASE,
)


def steps(article: Article, language: str) -> str:
    """Return the sentences of an article that tell what to do, in a language; "" where none or all do."""
    in_english, told = split(article.body_in("en")), split(article.body_in(language))
    if len(in_english) != len(told):
        return ""
    chosen = [each for english, each in zip(in_english, told, strict=True) if A_STEP.search(english)]
    return " ".join(chosen) if len(chosen) < len(told) else ""


def weights(text: str, sentences: list[tuple[str, ...]], title: str = "") -> list[float]:
    """Return how much each sentence has of a message; a word that all of them have says nothing.

    A word of the title is what the whole text is about, and weighs half.
    """
    found = [0.0] * len(sentences)
    for unit in units(text):
        share = 0.5 if stands_in(unit, title) else 1.0
        # Another language is asked where its own has no such word: "card" is Hinglish for "cards" as well
        has = [stands_in(unit, own) for own, *_ in sentences]
        if not any(has):
            has = [max(stands_in(unit, each) for each in sentence) for sentence in sentences]
        for place, own in enumerate(has):
            # "Card" itself is rarer than "cards"
            as_much = sum(each >= own for each in has)
            found[place] += share * own * (len(has) - as_much) / max(len(has) - 1, 1)
    return found


# --- Yes or no --------------------------------------------------------------------------------------

NEGATION = re.compile(
    r"\b(?:no|not|never|cannot|nothing|none|without|\w+n't|nahin?|nhi|bina|mat|na)\b|(?<![\u0900-\u097F])(?:नहीं|न|बिना|मत)(?![\u0900-\u097F])",
    re.IGNORECASE,
)
# What holds for some, until some day or but for something is neither a yes nor a no
HOLDS_FOR_SOME = re.compile(
    r"\b(?:only|except|unless|but|though|until|till|most|less|sirf|lekin|siwa|pehle|tak|zyada-tar|chhod\w*|kaat)\b|,\s*par\b|(?:सिर्फ|केवल|लेकिन|पहले|तक|ज़्यादातर|छोड़)",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[;:,]\s*|\s(?:and|aur|और)\s")
# "Is it", "do you", "kya", "milega kya", "hai?"
YES_NO = re.compile(
    r"^\W*(?:(?:and|aur|ok|but|so|acha|और)\s+)*(?:is|are|do|does|did|can|could|will|would|may|must|should|has|have|kya|क्या)(?![\w\u0900-\u097F])|\b(?:kya|na|h|hai|hain|ho|hoga|hogi|hota|hoti|sakt\w+|skt\w+|milega|milegi|chaleg[ai]|lageg[ai]|deng?e|doge)\W*$|(?:क्या|है|हैं|होगा|होगी|सकते|मिलेगा|ना)\W*$",
    re.IGNORECASE,
)
WH = re.compile(
    r"\b(?:what|when|where|which|who|whom|why|how|kab|kah?an?|kidhar|kitn[aeio]|kaise|kese|kyu\w*|kaun\w*|kons\w*|kis\w*|or|ya)\b|(?:कब|कहां|कहाँ|कितन|कैसे|क्यों|कौन|किस|या )",
    re.IGNORECASE,
)


def decides(text: str, sentence: tuple[str, ...]) -> str:
    """Return "yes" or "no" where one sentence of the shop decides a question, else "".

    Only where all that the question says stands in one clause, and nothing limits it: a wrong "yes" is worse than none.
    """
    own = units(text)
    if not own or not asks_yes_or_no(text):
        return ""
    if any(HOLDS_FOR_SOME.search(each) for each in sentence):
        return ""
    denied = [each for each in sentence if NEGATION.search(each)]
    if not denied:
        return "yes" if all(any(stands_in(unit, each) for each in sentence) for unit in own) else ""
    clauses = [clause for each in denied for clause in CLAUSE.split(each) if NEGATION.search(clause)]
    if any(all(stands_in(unit, clause) for unit in own) for clause in clauses):
        return "no"
    return ""


def asks_yes_or_no(text: str) -> bool:
    """Return whether a question is answered with yes or no, and denies nothing itself."""
    return bool(YES_NO.search(text)) and not WH.search(text) and not NEGATION.search(_without_tag(text))


def _without_tag(text: str) -> str:
    """Return a question without the "na" and "ya nahi" at its end, which deny nothing."""
    return re.sub(r"(?:\b(?:na|ya nahi|or not)|ना|या नहीं)\W*$", "", text.strip(), flags=re.IGNORECASE)
