# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Words that rules look for, typed with a letter too few or too many: "sugr", "diabtic", "recievd"."""

from functools import lru_cache

from rapidfuzz import fuzz

from .features import sound

KEYS = (
    "sugar diabetic diabetes anything something delivery delivered received damaged missing expired payment invoice allergy allergic pregnant "
    "pregnancy gluten ingredients available subscription exchange replacement refund return address complaint discount coupon account "
    "password cancelled tracking courier pincode vegetarian makhana walnuts cashews turmeric jaggery peanut "
    "preservative preservatives organic storage quantity garlic expiry weight"
).split()
# Words too short to be told by their sound: "prise" and "praise" sound alike
SPELT = {
    "prise": "price", "prize": "price", "pric": "price", "prce": "price", "priice": "price", "pricee": "price", "stok": "stock", "stck": "stock", "stoc": "stock", "charg": "charges", "chrg": "charges", "chrgs": "charges", "chargs": "charges", "chrge": "charge",
    "shlf": "shelf", "shelv": "shelf", "expry": "expiry", "exipry": "expiry", "expirey": "expiry", "exprd": "expired", "weigt": "weight", "wieght": "weight", "weght": "weight", "spcy": "spicy", "spicey": "spicy", "vegn": "vegan", "chep": "cheap", "chepaer": "cheaper", "cheper": "cheaper",
    "othr": "other", "whch": "which", "wich": "which", "diffrence": "difference", "diffrnce": "difference", "diference": "difference", "kitn": "kitna", "kitney": "kitne", "kitnay": "kitne", "kitnaa": "kitna", "ktni": "kitni", "compair": "compare", "betr": "better", "bettr": "better",
}  # fmt: skip
# Words of their own that look like one of these
OTHERS = set(
    "sagar saga cashew walnut peanuts deliver refunded refine refined carrier addresses returns makhani allergen makhane accent pant".split()
)
# How many of a hundred letters have to be the same: "galat" sounds like "gluten", and is another word
ALIKE = 75
# So many letters may be missing, or be too many
MOST_LETTERS, LEAST_LENGTH = 2, 4
_BY_SOUND = {sound(key): key for key in KEYS}


@lru_cache(4_096)
def respelt(word: str) -> str:
    """Return the key word that this one is a misspelling of, or the word itself.

    It has to sound alike, to begin with the same letter and to have most of its letters.
    """
    small = word.casefold()
    if len(small) < LEAST_LENGTH or small in OTHERS or not (small.isascii() and small.isalpha()):
        return word
    if small in SPELT:
        return SPELT[small]
    key = _BY_SOUND.get(sound(small), "")
    alike = key and key[0] == small[0] and abs(len(key) - len(small)) <= MOST_LETTERS
    return key if alike and fuzz.ratio(small, key) >= ALIKE else word
