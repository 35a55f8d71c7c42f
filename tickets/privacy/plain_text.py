"""Invisible and unintended characters, taken out of what is compared, called and written to. Pure."""

import re
import unicodedata

# Letters, marks and symbols by category that draw nothing: Hangul fillers, a blank of Braille, Khmer inherent
# vowels, a null note, and what chooses between the forms of a sign
VARIATIONS = "".join(
    map(chr, [0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
)
DRAW_NOTHING = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u034f\ufffc\U0001d159" + VARIATIONS)
# U+202E turns what stands behind it, as far as the end of the page's line
NO_PART_OF_A_LINE = re.compile(
    "[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
# Dashes of all widths and dots between groups, as phones are pasted from web pages
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-") | dict.fromkeys(map(ord, "·•∙・⁄_"), " ")


def is_blank(text: str) -> bool:
    """Return whether nothing of the text is visible: blanks, joiners, marks without a letter, fillers."""
    return all(sign in DRAW_NOTHING or unicodedata.category(sign)[0] in "ZC" for sign in text)


def without_invisible(text: str) -> str:
    """Return the text without signs that draw nothing (zero-width, direction marks) and with plain blanks."""
    shown = (" " if sign.isspace() else sign for sign in text if not _is_invisible(sign))
    return "".join(shown).strip()


def one_line(text: str) -> str:
    """Return a name or title as one line: no break, no sign that turns the direction of what follows or has no width.

    Joiners stay, which Hindi and emoji need; NUL stays, for the field to refuse.
    """
    return " ".join(NO_PART_OF_A_LINE.sub("", text).split())


def plain_address(text: str) -> str:
    """Return an e-mail address as it is sent: no invisible signs, full-width letters and dots as plain ones."""
    plain = unicodedata.normalize("NFKC", without_invisible(text)).replace("。", ".")
    # As "Copy link address" copies it
    return plain[7:] if plain[:7].lower() == "mailto:" else plain


def plain_phone(text: str) -> str:
    """Return a phone in ASCII: ९८७६५ and ９８７६５ are 98765, dashes and blanks of all widths are plain."""
    plain = unicodedata.normalize("NFKC", without_invisible(text)).translate(DASHES)
    plain = plain[4:] if plain[:4].lower() == "tel:" else plain
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in plain)


def _is_invisible(sign: str) -> bool:
    return sign in DRAW_NOTHING or (unicodedata.category(sign) in ("Cf", "Cc") and not sign.isspace())
