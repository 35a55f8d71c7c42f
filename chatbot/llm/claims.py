"""Does an answer say more than its source? Pure: no request, no database.

Strict rather than clever: a number, link, price, date or promise that the source does
not have, or a "not" more or less, and the answer is not used.
"""

import re
from typing import NamedTuple

LINK = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)*|\b[\w-]+\.(?:com|in|org|net|io|co|example)\b\S*",
    re.I,
)

UNITS = {
    "day": "days?|din|dino|दिन|दिनों|दिवस",
    "hour": "hours?|hrs?|ghant[ae]|घंटे|घंटा|घण्टे",
    "minute": "minutes?|mins?|मिनट",
    "week": "weeks?|haft[ae]|हफ़्ते|हफ्ते|हफ़्ता|सप्ताह",
    "month": "months?|mahin[ae]|महीने|महीना",
    "year": "years?|saal|साल|वर्ष",
    "weight": "kgs?|kilos?|grams?|gm|g|किलो|ग्राम",
}
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in UNITS.items())
_EDGE = r"(?![\w\u0900-\u097F])"
NUMBER = re.compile(
    r"(?P<money>(?:₹|\brs\.?|\binr)\s*)?"
    r"(?P<value>\d+(?:,\d{2,3})*(?:\.\d+)?)"
    r"(?P<percent>\s*(?:%|percent|प्रतिशत))?"
    r"(?P<rupees>\s*(?:rs|rupees?|rupaye|रुपये|रुपए)(?![\w\u0900-\u097F]))?"
    rf"(?:(?:\s*(?:-|–|to|se|से)\s*\d+)?\s*(?:working|business|कार्य)?\s*(?:{_UNIT}){_EDGE})?",
    re.IGNORECASE,
)
NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "hundred": 100, "thousand": 1000, "half": 0.5, "double": 2, "twice": 2,
    "teen": 3, "chaar": 4, "paanch": 5, "panch": 5, "saat": 7, "aath": 8, "das": 10, "pandrah": 15, "bees": 20,
    "tees": 30, "pachaas": 50, "sau": 100, "hazaar": 1000, "hazar": 1000, "aadha": 0.5,
    "तीन": 3, "चार": 4, "पाँच": 5, "पांच": 5, "सात": 7, "आठ": 8, "दस": 10, "पंद्रह": 15, "बीस": 20, "तीस": 30,
    "पचास": 50, "सौ": 100, "हज़ार": 1000, "हजार": 1000, "आधा": 0.5,
}  # fmt: skip

# A word of a line in the answer needs one of the same line in the source
DATES = """
january jan जनवरी | february feb फ़रवरी फरवरी | march मार्च | april अप्रैल | june जून | july जुलाई | august अगस्त
september sept सितंबर | october अक्टूबर | november नवंबर | december दिसंबर
monday somwar सोमवार | tuesday mangalwar मंगलवार | wednesday budhwar बुधवार | thursday guruwar गुरुवार
friday shukrawar शुक्रवार | saturday shanivar शनिवार | sunday ravivar itwar रविवार इतवार
today tonight aaj आज | tomorrow kal कल | immediately instantly turant तुरंत
"""
PROMISES = """
free muft मुफ़्त मुफ्त | refund refunded refunds money रिफंड रिफ़ंड paise paisa पैसे पैसा | discount off छूट
guarantee guaranteed guarantees warranty गारंटी | voucher coupon code gift कूपन उपहार गिफ्ट | cashback कैशबैक
compensation compensate मुआवज़ा | replacement replace new fresh naya taaza नया नयी ताज़ा | exchange swap swapped badal बदल
always hamesha हमेशा | any anything koi कोई कुछ | waive waived
"""
NEGATIONS = {
    "not", "no", "never", "cannot", "cant", "can't", "don't", "dont", "won't", "wont", "doesn't", "isn't", "aren't",
    "without", "nothing", "nor", "none", "only", "unless", "nahi", "nahin", "mat", "bina", "sirf",
    "नहीं", "मत", "बिना", "केवल", "सिर्फ़", "सिर्फ", "न", "ना",
}  # fmt: skip
# Praise of the customer, and agreeing with whatever they say: no passage of a handbook has either
FLATTERY = re.compile(
    r"\b(?:great|good|excellent|wonderful|amazing|smart|brilliant|perfect) (?:question|choice|point|taste)\b"
    r"|\byou(?:'re| are) (?:absolutely |completely |so |totally )*(?:right|correct|amazing|wonderful|the best)\b"
    r"|\b(?:our )?(?:most )?(?:valued|favou?rite|special|dearest|best) customers?\b"
    r"|\b(?:bilkul|ekdam) sahi\b|\bbahut (?:accha|achha|acha|badhiya) (?:sawal|sawaal|savaal)\b"
    r"|\baap (?:bilkul )?sahi\b|बिल्कुल सही|बिलकुल सही|आप सही|(?:बहुत )?(?:अच्छा|बढ़िया) सवाल|खास ग्राहक",
    re.IGNORECASE,
)
WORD = re.compile(r"[\w'\u0900-\u097F]+")


class Number(NamedTuple):
    value: float
    # "money", "percent", a unit of UNITS, or "" for a bare number
    of: str


def unsourced(answer: str, source: str, *, negations: bool = True) -> str:
    """Return the first claim of the answer that the source does not make, or "".

    Both are texts in one language; a claim is returned as it stands in the answer. Without `negations` a "not"
    more or less is none: of a source of several passages an answer says a part.
    """
    for find in (
        _link,
        _number,
        _number_word,
        _word_of_a_kind,
        *([_negation] if negations else []),
        _flattery,
    ):
        if claim := find(answer.casefold(), source.casefold()):
            return claim
    return ""


def _link(answer: str, source: str) -> str:
    return next((link for link in LINK.findall(answer) if link.strip(".,;:!?)") not in source), "")


def _number(answer: str, source: str) -> str:
    known = {number for number, _ in _numbers(source)}
    units = {number.of for number in known}
    for number, written in _numbers(answer):
        # "3-5, in the islands 6-8 days": the first two have their unit from the last
        bare = Number(number.value, "") in known and number.of in units and number.of in UNITS
        same_value = not number.of and any(number.value == other.value for other in known)
        if number not in known and not bare and not same_value:
            return written
    return ""


def _numbers(text: str) -> list[tuple[Number, str]]:
    found = []
    for match in NUMBER.finditer(text):
        value = float(match["value"].replace(",", ""))
        of = "money" if match["money"] or match["rupees"] else "percent" if match["percent"] else ""
        of = of or next((unit for unit in UNITS if match[unit]), "")
        found.append((Number(value, of), match[0].strip()))
    return found


def _number_word(answer: str, source: str) -> str:
    said = set(WORD.findall(source))
    values = {number.value for number, _ in _numbers(source)}
    values |= {NUMBER_WORDS[word] for word in said & NUMBER_WORDS.keys()}
    words = (word for word in WORD.findall(answer) if word in NUMBER_WORDS)
    return next((word for word in words if NUMBER_WORDS[word] not in values), "")


def _word_of_a_kind(answer: str, source: str) -> str:
    said, known = set(WORD.findall(answer)), set(WORD.findall(source))
    for line in (DATES + PROMISES).replace("\n", "|").split("|"):
        kind = set(line.casefold().split())
        if said & kind and not known & kind:
            return min(said & kind)
    return ""


def _negation(answer: str, source: str) -> str:
    """A "not" that came or went turns a rule around."""
    said, known = (any(word in NEGATIONS for word in WORD.findall(text)) for text in (answer, source))
    return "" if said == known else "not"


def _flattery(answer: str, source: str) -> str:
    """Return the flattery in a text: a customer who is told to be right takes their claim for granted."""
    return next((found[0] for found in FLATTERY.finditer(answer) if found[0] not in source), "")
