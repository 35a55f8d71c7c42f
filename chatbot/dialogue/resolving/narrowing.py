# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""What a message narrows a list by: sweet or not, hot or not, what must not be in it, the price. Denials in their scope.

"Meetha nahi", "bina namak wala", "not too spicy", "without onion garlic", "150 ke andar": each is a condition that a
product meets or not, by the shop's own facts; a product of which that is not known is left out.
"""

from dataclasses import dataclass

from chatbot.models import Product
from chatbot.nlu.cues.turn_cues import phrases, plain, words_of
from chatbot.sources import product_facts
from chatbot.sources import products as catalogue

# Each thing that may be wanted or not, by the words for it
NAMED = {
    "sweet": phrases(r"meeth?[aei]", r"mith[aei]", "sweets?", r"मीठ[ाेी]"),
    "spicy": phrases(r"te+kh[aie]\w*", r"tikh[aie]", "spicy", "hot", r"mirch\w*", "chilli", r"तीख[ाेी]", "मिर्च\\S*"),
    "salt": phrases("namak", "salt(?:ed|y)?", "नमक\\S*"),
    "sugar": phrases("sugar", r"chee?ni", "shakkar", "चीनी", "शुगर"),
    "onion_garlic": phrases(r"onions?", "garlic", r"pyaa?[zj]", r"le?a?h?sun", "प्याज\\S*", "लहसुन\\S*"),
    "peanut": phrases(r"pea ?nuts?", r"ground ?nuts?", r"m[ou]+ng ?f+ali", "मूंगफली"),
    "nuts": phrases(r"(?<!pea)(?<!ground)nuts?", "मेवे"),
    "milk": phrases("milk", "dairy", "doodh", "dudh", "दूध"),
    "ghee": phrases("ghee", "घी"),
    "oil": phrases("oil", "tel", "तेल"),
    "palm_oil": phrases("palm(?: oil)?"),
    "gluten": phrases("gluten", "wheat", r"gehu\w*", "maida", "ग्लूटेन"),
    "caffeine": phrases(r"caff?eine"),
}  # fmt: skip
# ... of which these are in the food, and wanted by no one as a condition
CONTENTS = frozenset(NAMED) - {"sweet", "spicy"}
# What is wanted by its name, and what it forbids stands in the facts
WANTED = {"jain": phrases("jain", "जैन"), "vegan": phrases("vegan", "वीगन")}
DENIED_BEFORE = set(
    "bina without no not non kam less low never isn't aren't na minus except बिना कम न".split()
)
DENIED_AFTER = set("nahi nahin nhi ni na mat free नहीं न ना फ्री".split())
# Words that may stand between a denial and what it denies, and join two that are denied together
BETWEEN = set(
    "too very so any the bahut zyada jyada that a of or and aur ya ke ka ki ho wala wali chahiye वाला वाली".split()
)
SCOPE = 3
CHEAPER = phrases(
    r"sast[aei]",
    "cheap(?:er|est)?",
    "less (?:costly|expensive)",
    r"kam (?:daam|price|rate|paise)(?: (?:ka|ki|me|wal[aei]))*",
    "सस्त[ाेी]",
)
MILD = phrases("mild", r"halk[aei]", "हल्क[ाेी]")
# What a list is asked for with, and says nothing of its own
AROUND = set(
    "koi kuch kuchh kya hai h hain ho hoga wala wali wale vala ka ki ke k me mein se liye bacho bachho bachcho baccho kids kid children ke chahiye "
    "batao bata do dikhao dikha de dena aur aor or and also too bhi then to toh phir fir inme isme in inmein konsa kaunsa kaun kon sa si which one ones any some "
    "something anything is are the a an for of these them those with only sirf bas show me give options option jo jisme that has have having please pls na ok okay acha accha "
    "andar under below upto tak within rs rupees rupaye itna utna utne zyada jyada bahut very so who i we my need want milega milta sakta ye yeh wo woh there nothing what about "
    "कोई कुछ क्या है हैं वाला वाली वाले का की के में से लिए चाहिए बताओ बताइए दिखाओ और भी तो इनमें कौन सा सी जो जिसमें बच्चों हो".split()
)
SWEET_SHELF = phrases("sweets?", "honey", "jaggery")
HOT_CONTENTS = ("chilli", "pepper", "chili")
NOT_HOT = phrases("not spicy", "mild", "no")
MOST_WORDS = 10


@dataclass(frozen=True)
class Condition:
    """One thing that a product must be or have, or must not."""

    key: str
    wanted: bool

    def fits(self, product: Product) -> bool:
        """Return whether a product meets it by what is known of it."""
        if self.key == "sweet":
            return _is_sweet(product) is self.wanted
        if self.key == "spicy":
            return _is_hot(product) is self.wanted
        if self.key == "ghee":
            return bool(product.ingredients) and ("ghee" in product.ingredients.casefold()) is self.wanted
        fact = product_facts.fact(product, self.key)
        return fact is not None and fact.verdict is self.wanted


def _is_sweet(product: Product) -> bool | None:
    if SWEET_SHELF.search(plain(product.category or "")):
        return True
    fact = product_facts.fact(product, "sugar")
    return fact.verdict if fact else None


def _is_hot(product: Product) -> bool | None:
    if (fact := product_facts.fact(product, "spice")) and fact.verdict is None and len(fact.words) < LEVEL:
        return not NOT_HOT.search(fact.words)
    contents = (product.ingredients or "").casefold()
    return any(word in contents for word in HOT_CONTENTS) if contents else None


def is_hottest(product: Product) -> bool:
    """Return whether the shop calls it hot, and not only medium."""
    fact = product_facts.fact(product, "spice")
    return bool(fact and HOT.fullmatch(fact.words.strip()))


HOT = phrases("(?:very )?hot")
# A level is a word or two, and a sentence of the description none
LEVEL = 20


def conditions_in(text: str) -> list[Condition]:
    """Return what a text asks for, each with whether it is wanted."""
    said = plain(text)
    found = [Condition(key, True) for key, cue in WANTED.items() if cue.search(said)]
    for key, cue in NAMED.items():
        if match := cue.search(said):
            found.append(Condition(key, not _is_denied(said, match.start(), match.end())))
    if MILD.search(said):
        found.append(Condition("spicy", False))
    if any(each.key == "palm_oil" for each in found):
        found = [each for each in found if each.key != "oil"]
    return found


def _is_denied(said: str, start: int, end: int) -> bool:
    """Return whether a negation applies to these words: before, after, or before words joined to them."""
    before, after = words_of(said[:start])[-SCOPE:], words_of(said[end:])[:SCOPE]
    for word in reversed(before):
        if word in DENIED_BEFORE or word.endswith("n't"):
            return True
        if word not in BETWEEN and not _names_one(word):
            break
    for word in after:
        if word in DENIED_AFTER:
            return True
        if word not in BETWEEN and not _names_one(word):
            break
    return "bina" in after[:2] or "बिना" in after[:2]


def _names_one(word: str) -> bool:
    return any(cue.fullmatch(word) for cue in NAMED.values())


def is_all(text: str) -> bool:
    """Return whether a text says nothing beside its conditions and a price."""
    said = plain(text)
    price = catalogue.price_named(said)
    rest = said.replace(price, " ") if price else said
    for cue in (*NAMED.values(), *WANTED.values(), CHEAPER, MILD):
        rest = cue.sub(" ", rest)
    skip = AROUND | DENIED_AFTER | DENIED_BEFORE | BETWEEN
    return all(word in skip or word.isdigit() for word in words_of(rest))
