"""Secrets, taken out before a text is stored: card numbers and one-time codes. Pure.

Numbers of orders, phones, parcels and places stay: a number goes only if it is a card's by
its issuer, its length, its check digit and its grouping, or if the words beside it call it a code.
"""

import re
import unicodedata

DOT = "•"
CODE_MASK = DOT * 6

# --- Cards --------------------------------------------------------------------

# As people and phones group digits: blanks of all widths (and none), dots, strokes, dashes, a few at a time
GAP = r"[ \t\r\n\u00a0\u2000-\u200d\u202f.,_/:*|\-‐‑‒–—−]{1,3}"
# Letters right before digits make them a code of something else: AWB4111..., VP-4111...
CARD_BEFORE = "|".join(f"(?<={word})" for word in ("card", "visa", "no"))
RUN = re.compile(rf"(?:(?<![A-Za-z\d])|(?i:{CARD_BEFORE}))\d(?:(?:{GAP})?\d){{12,}}")
DIGITS = re.compile(r"\d+")
# ISO/IEC 7812 by what is issued: Visa; Mastercard; Amex; Diners; JCB; RuPay; Maestro, Discover, UnionPay
ISSUED = re.compile(
    r"4\d{12,18}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,13}|35\d{14,17}"
    r"|(?:508|8[12]\d)\d{13}|(?:5[0678]|6\d)\d{11,17}"
)
NO_ISSUER = "0179"
SHORTEST, LONGEST = 13, 19
LONGEST_PHONE = 15
# Said right before a number, it is one of these
OF_A_PARCEL = re.compile(
    r"(?:\bawb|\btrack(?:ing)?|\bway ?bill|\bdocket|\bconsignment|\bshipment|\border|\butr|\brrn|\bimei|ट्रैकिंग|ऑर्डर|आर्डर)"
    r"(?:\s*(?:no|number|num|id|code|नंबर|is|hai|है))*[\s.:#-]*$",
    re.IGNORECASE,
)
WORDS_BEFORE = 40

# --- Codes --------------------------------------------------------------------

ONE_TIME = (
    r"(?:\bo\.?t\.?p\b\.?|\bone[ -]?time[ -]?(?:pass ?word|pass ?code|code|pin)\b"
    r"|\b(?:verification|security|log ?in|sign[ -]?in|authentication|confirmation|access)\s+code\b|\bpass ?code\b"
    r"|ओ\.?\s?टी\.?\s?पी\.?|वन[ -]?टाइम[ -]?(?:पासवर्ड|कोड|पिन)|(?:सत्यापन|वेरिफिकेशन)\s+कोड|पासकोड)"
)
# Between the word and its number: nothing that could make it a number of something else
FILLER = (
    r"(?:[\s:;=#,.\"'(\-–—]|\b(?:is|was|code|number|no|num|i|you|me|we|got|get|sent|received|just|that|which|came|come|it|its|this"
    r"|here|says|said|gave|told|shared|him|her|them|my|your|the|as|on my (?:phone|mobile)|by sms"
    r"|for (?:log ?in|sign ?in|delivery|payment|refund|upi)|bataya|diya|bheja|hai|h|he|hain|tha|aaya|aya|aayi|ayi|mila|mili|ye|yeh|yah|wo|woh|mera|meri"
    r"|mujhe|jo|abhi)\b|है|हैं|था|आया|आयी|मिला|मिली|यह|ये|वह|जो|मेरा|मुझे|नंबर|कोड|अभी){0,16}?"
)
# Six digits are called "code" for short; a PIN code, a coupon or a product has one, too
CALLED = re.compile(rf"(?P<one_time>{ONE_TIME})|(?P<code>\b(?:code|kod)\b|(?<!\w)कोड(?!\w))", re.IGNORECASE)
AFTER = re.compile(
    FILLER + r"(?<![\w₹])(?P<number>\d(?:[ -]?\d){2,}|" + CODE_MASK + r")(?!\w)", re.IGNORECASE
)
BEFORE = re.compile(
    r"(?<![\w₹#.,-])(?:[A-Z]-)?(?P<number>\d(?:[ -]?\d){3,})"
    r"(?P<link>\s*(?:(?:is|was|hai|h|as|=|:|ye|yeh|mera|meri|my|your|the|है|मेरा|यह|ये)\s*){0,4}"
    # "is your Google verification code"
    r"(?:(?<=\byour )\w{2,20} )?)$",
    re.IGNORECASE,
)
OF_SOMETHING_ELSE = re.compile(
    r"(?:pin|zip|postal|post|area|country|std|isd|coupon|promo|discount|offer|voucher|gift|refer\w*|product|item|order|error"
    r"|sku|hsn|bar|qr|ifsc|batch|lot|return|tracking|colou?r|status|पिन|कूपन|प्रोमो|वाउचर|एरिया|प्रोडक्ट|ऑर्डर)[\s-]*$",
    re.IGNORECASE,
)
MONEY = re.compile(r"\s*(?:rs\b|rupees|rupaye|₹|/-|रुपये|रुपए|%)", re.IGNORECASE)
ABSENT = re.compile(r"[\s,.]*(?:not|nahi|nahin|nai|nhi|never|kab|नहीं|कब)\b", re.IGNORECASE)
NUMBER_OF = re.compile(
    r"(?:\border|#|\bpin|\brs\.?|₹|ऑर्डर|पिन|code|कोड)(?:\s*(?:no|number|id))?[\s.:#-]*$", re.IGNORECASE
)
CVV = re.compile(
    r"(\bcv[vc]2?\b[\s:=.-]*(?:(?:no|number|code|is|hai|है)[\s:=.-]*)*)\d{3,4}(?!\d)", re.IGNORECASE
)


def masked(text: str) -> str:
    """Return the text without card numbers (but for the last four digits) and one-time codes.

    Masking again changes nothing more.
    """
    if sum(map(str.isdecimal, text)) < 3:
        return text
    text = CVV.sub(rf"\1{DOT * 3}", RUN.sub(_without_cards, text))
    while (left := _without_codes(text)) != text:
        text = left
    return text


def _without_cards(run: re.Match) -> str:
    """Hide what is a card within a run of grouped digits; others may stand before and after it."""
    text = run[0]
    groups = list(DIGITS.finditer(text))
    pieces, kept, first = [], 0, 0
    while first < len(groups):
        last = _card(run, groups, first) if groups[first][0][0] not in NO_ISSUER else None
        if last is None:
            first += 1
            continue
        digits = "".join(group[0] for group in groups[first : last + 1])
        pieces += [text[kept : groups[first].start()], f"{DOT * 4} {digits[-4:]}"]
        kept, first = groups[last].end(), last + 1
    return "".join([*pieces, text[kept:]])


def _card(run: re.Match, groups: list[re.Match], first: int) -> int | None:
    """Return the last group of the card that begins with this one; None if none does."""
    digits, found = "", None
    for last in range(first, len(groups)):
        digits += groups[last][0]
        if len(digits) > LONGEST:
            break
        if len(digits) >= SHORTEST and _is_card(_ascii(digits)):
            sizes = [len(group[0]) for group in groups[first : last + 1]]
            called_otherwise = _is_called_otherwise(
                run.string, run.start() + groups[first].start(), len(digits)
            )
            # In fours it is a card, whatever the words before it say
            if sizes == [4, 4, 4, 4] or (_is_grouped_like_one(sizes) and not called_otherwise):
                found = last
    return found


def _is_called_otherwise(text: str, start: int, length: int) -> bool:
    """Whether what stands before the number makes it a parcel's, or a phone."""
    is_phone = text[start - 1 : start] == "+" and length <= LONGEST_PHONE
    return is_phone or bool(OF_A_PARCEL.search(text, max(0, start - WORDS_BEFORE), start))


def _is_card(digits: str) -> bool:
    return bool(ISSUED.fullmatch(digits)) and _luhn(digits)


def _luhn(digits: str) -> bool:
    """Whether the check digit fits: ISO/IEC 7812-1, annex B."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _is_grouped_like_one(sizes: list[int]) -> bool:
    """Whether people write cards so. A PIN code with a phone (6 10), or two orders (5 5 5), are none."""
    *front, last = sizes
    if len(sizes) == 1 or sizes in ([4, 6, 5], [4, 6, 4]):
        return True
    in_fours = all(size % 4 == 0 for size in front)
    return in_fours or (len(set(front)) == 1 and front[0] in (1, 2, 3) and last <= front[0])


def _without_codes(text: str) -> str:
    spans = sorted({span for called in CALLED.finditer(text) for span in _codes_beside(text, called)})
    for start, end in reversed(spans):
        text = text[:start] + CODE_MASK + text[end:]
    return text


def _codes_beside(text: str, called: re.Match):
    """Yield where the one-time code stands that these words name."""
    one_time = bool(called["one_time"])
    if not one_time and OF_SOMETHING_ELSE.search(
        text, max(0, called.start() - WORDS_BEFORE), called.start()
    ):
        return
    after = AFTER.match(text, called.end())
    if after and after["number"] == CODE_MASK:
        return
    length = _code_length(after["number"], one_time) if after else 0
    if length and not MONEY.match(text, after.end("number")):
        yield after.start("number"), after.start("number") + length
        return
    before = BEFORE.search(text, max(0, called.start() - WORDS_BEFORE), called.start())
    if not before or not (length := _code_length(before["number"], one_time)):
        return
    says_so = bool(before["link"].strip())
    if NUMBER_OF.search(text, max(0, before.start() - WORDS_BEFORE), before.start()):
        return
    if says_so or not ABSENT.match(text, called.end()):
        yield before.start("number"), before.start("number") + length


def _code_length(number: str, one_time: bool) -> int:
    """How many signs of this number are a code; 0 if it is none, as a phone is none."""
    count = len(DIGITS.findall(number)) and sum(map(str.isdecimal, number))
    if one_time and 4 <= count <= 8:
        return len(number)
    if not one_time:
        return len(number) if count == 6 else 0
    # A phone, with its country's code or without; else a code that another number follows
    first = DIGITS.match(number)[0]
    return len(first) if count not in (10, 11, 12) and 4 <= len(first) <= 8 else 0


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.decimal(digit)) for digit in digits)
