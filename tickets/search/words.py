"""From text to the words by which it is found. Pure, so that every engine finds the same."""

import re
import unicodedata
from collections.abc import Iterable

ASKED_AT_ONCE = 8
MAX_WORD = 40
# Letters or digits: VP10001 and VP-10001 are the same two words
ASCII_WORD = re.compile("[a-z]+|[0-9]+")
WORD = re.compile(r"\d+|[^\d\s]+")
# What people leave out when they type: accents, the nukta of India's scripts, the vowel points and hamza of
# Arabic, the points of Hebrew
LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u0655\u0670\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc]"
)
# A nasal before a consonant is written out or as an anusvara: आनन्द and आनंद, in Gujarati as well
NASAL = re.compile("[ङञणनम]\u094d(?=[क-ह])|[ઙઞણનમ]\u0acd(?=[ક-હ])")
# Letters that Unicode does not take apart, and those that keyboards lack: Łukasz, Ærø, Đorđe, Işıl, أحمد, पाँच
SAME_LETTER = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe", "ĸ": "k", "ə": "e", "ґ": "г",
        # alef wasla, alef maksura, teh marbuta, hamza on its own; Persian yeh and keheh
        "ٱ": "ا", "ى": "ي", "ة": "ه", "ء": "", "ی": "ي", "ک": "ك",
        # chandrabindu, written as an anusvara: Devanagari, Bengali, Gujarati, Odia, Telugu, Kannada, Malayalam, Gurmukhi
        "ँ": "ं", "ঁ": "ং", "ઁ": "ં", "ଁ": "ଂ", "ఁ": "ం", "ಁ": "ಂ", "ഁ": "ം", "ਁ": "ਂ", "ੰ": "ਂ",
        # letters without a vowel of Malayalam, which older texts write with a joiner
        "ൺ": "ണ്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൿ": "ക്",
        "ʼ": "'",
    }
)  # fmt: skip
# D'Souza is found by souza, by d'souza and by dsouza. Some of these count as letters (Марʼяна, Kaʻiulani, Saʿd)
APOSTROPHE = dict.fromkeys(map(ord, "’‘ʼʻʽʾʿʹ`´′＇׳"), "'")
# Begins where the letters begin and gives none back: a word of 4,000 letters would be tried from each of them
APOSTROPHES = re.compile(r"(?<![^\W\d_])[^\W\d_]++(?:'[^\W\d_]++)+")
# Joined letters are one word, with or without the joiner
JOINERS = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# Scripts that put no space between words: Thai, Lao, Burmese, Khmer, Kana, Han. Each sign is a word
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Digits in any grouping, as in a phone number
NUMBER = re.compile(r"\+?\d[\d ()./-]{5,}")
# The last digits that a person may remember
SHORTEST_END = 4
LONGEST_NUMBER = 15
# Without the country's code, which people write or leave out
NATIONAL = 10

# One sound, several spellings: Vikram and Wikram, Deepak and Dipak, Kavita and Kavitha
SILENT_H = re.compile(r"(?<=[bcdgjkprstvx])h")
DOUBLED = re.compile(r"(.)\1+")
SAME_SOUND = str.maketrans("wzqyeock", "vjkiiukk")
SOUND = "~"
SHORTEST_SOUND = 4


def split(text: str) -> list[str]:
    """Return the words of a text as they are compared: without case, accents and punctuation."""
    plain = folded(text)
    found = ASCII_WORD.findall(plain) if plain.isascii() else WORD.findall("".join(map(_sign, plain)))
    return [word[:MAX_WORD] for word in found]


def found_by(text: str) -> Iterable[str]:
    """Yield what finds this text: its words, and its long numbers from every digit on."""
    yield from split(text)
    yield from _joined(text)
    for number in NUMBER.findall(folded(text)):
        digits = _digits(number)
        if len(digits) <= LONGEST_NUMBER:
            for start in range(len(digits) - SHORTEST_END + 1):
                yield digits[start:]


def name_found_by(name: str) -> Iterable[str]:
    """Yield what finds a person: the words of the name, and how they sound."""
    for word in [*split(name), *_joined(name)]:
        yield word
        if sound := sound_of(word):
            yield sound


def asked(text: str) -> list[tuple[str, str]]:
    """Return what is searched for: pairs of the beginning of a word, and a sound ("" if it has none)."""
    if NUMBER.fullmatch(text.strip()):
        return [(_digits(text)[-NATIONAL:], "")]
    return [(word, sound_of(word)) for word in dict.fromkeys(split(text)[:ASKED_AT_ONCE])]


def sound_of(word: str) -> str:
    """Return a key that the spellings of a name share; "" for what is short or not in Latin letters."""
    if len(word) < SHORTEST_SOUND or not (word.isascii() and word.isalpha()):
        return ""
    return SOUND + DOUBLED.sub(r"\1", SILENT_H.sub("", word.replace("ph", "f")).translate(SAME_SOUND))


def folded(text: str) -> str:
    """Return the text without case, accents and variants of letters and apostrophes."""
    if text.isascii():
        return text.lower().replace("`", "'")
    # First: ´ alone becomes a blank with an accent
    text = text.translate(APOSTROPHE)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = unicodedata.normalize("NFC", LEFT_OUT.sub("", decomposed)).translate(SAME_LETTER)
    return NASAL.sub(lambda found: "ं" if found[0] < "\u0a00" else "ં", plain)


def _joined(text: str) -> list[str]:
    """Return the words with an apostrophe as people write them without."""
    return [word for found in APOSTROPHES.findall(folded(text)) for word in split(re.sub(r"\W", "", found))]


def _sign(sign: str) -> str:
    if UNSPACED.match(sign):
        return f" {sign} "
    kind = unicodedata.category(sign)
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    return sign if kind[0] in "LMN" else "" if sign in JOINERS else " "


def _digits(number: str) -> str:
    return "".join(str(unicodedata.decimal(sign)) for sign in number if sign.isdecimal())
