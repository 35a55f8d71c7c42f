"""Secrets, taken out before a text is stored: card numbers and one-time codes. Pure.

Numbers of orders, phones, parcels, accounts and places stay: a number goes only if it is a card's by
its issuer, its length, its check digit and its grouping, and the words beside it call it nothing else;
or if they call it a code.
"""

import re
import unicodedata

DOT = "•"
CODE_MASK = DOT * 6
# As they stand in a text afterwards
CARD_MASK = re.compile(rf"(?<!{DOT}){DOT}{{4}} \d{{4}}(?!\d)")
CVV_MASK = re.compile(rf"\bcv[vc]2?\b[^{DOT}\n]{{0,20}}{DOT}{{3}}(?!{DOT})", re.IGNORECASE)

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
# Ids that computers give: UUIDs and hex digests. The digits inside one pass as a card's by chance, once in
# a few thousand; a letter among them shows that nothing was embossed so
LONGEST_ID = 64
COMPUTED_ID = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9-]*[a-f])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
# What else has a long number: a parcel, an account, a payment, a device
NUMBERED = (
    r"(?:(?<!\w)(?:awb|(?:air ?)?way ?bill|track(?:ing)?|docket|consignment|shipment|parcel|courier|lrn?|pod"
    r"|delhivery|blue ?dart|dtdc|ekart|xpress ?bees|ecom express|shadowfax|shiprocket|india ?post|speed ?post|fedex|dhl|ups|usps|aramex"
    r"|(?<!card )(?:account|acct|a/c|khata|khaate)|iban|imei|esn|serial|barcode|ean|folio|policy|loan|gstin|consumer"
    r"|utr|rrn|arn|rtgs|neft|imps|txn|transaction|(?:payment )?ref(?:erence)?)(?!\w)"
    r"|ट्रैकिंग|एडब्ल्यूबी|पार्सल|कूरियर|कुरियर|खाता|खाते|अकाउंट|लेनदेन)"
)
CALLED_SO = r"(?:\s*(?:\b(?:no|nos|number|numbers|num|id|code|ka|ki|ke|is|was|hai|h|are|details?)\b\.?|नंबर|संख्या|कोड|का|की|है|#|:|=|\(|\)|-|\.|,))*\s*"
EXPLAINED_BEFORE = re.compile(NUMBERED + CALLED_SO + r"$", re.IGNORECASE)
# "4111111111111111 is my tracking number", "6011… (AWB)": joined to the word, not merely before it
EXPLAINED_AFTER = re.compile(
    r"\s*(?:\(|-|=|:|(?:\b(?:is|was|hai|ye|yeh|mera|meri|my|our|your|the|its)\b|है|यह|मेरा|मेरी)\s*)"
    r"(?:(?:is|was|ye|yeh|mera|meri|my|our|your|the|a|an|यह|मेरा|मेरी)\s+)*" + NUMBERED,
    re.IGNORECASE,
)
# An order explains digits in one piece only: people pay for orders, and write the card's number in fours
OF_AN_ORDER = re.compile(
    r"(?:\border|ऑर्डर|आर्डर)(?:\s*(?:no|number|num|id|code|नंबर|is|hai|है))*[\s.:#-]*(?:[a-z]{1,5}[-/])?$",
    re.IGNORECASE,
)
OF_A_CARD = re.compile(
    r"(?<!\w)(?:(?:debit|credit|atm|bank) ?)?cards?(?!\w)|visa|master ?card|rupay|(?<!\w)cv[vc]|कार्ड",
    re.IGNORECASE,
)
WORDS_BEFORE = 60

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
ABSENT = re.compile(
    r"[\s,.]*(?:not|nahi|nahin|nai|nhi|never|kab|नहीं|कब)(?![\w\u0900-\u097F])", re.IGNORECASE
)
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


def hidden(text: str) -> str:
    """Return what `masked` took out of this text: "card", "code", or nothing."""
    if DOT not in text:
        return ""
    return (
        "card" if CARD_MASK.search(text) else "code" if CODE_MASK in text or CVV_MASK.search(text) else ""
    )


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
            start, end = (run.start() + place for place in (groups[first].start(), groups[last].end()))
            if _is_explained(run.string, start, end) or _is_in_an_id(run.string, start, end):
                continue
            called_otherwise = _is_called_otherwise(run.string, start, len(digits))
            if sizes == [4, 4, 4, 4] or (_is_grouped_like_one(sizes) and not called_otherwise):
                found = last
    return found


def _is_explained(text: str, start: int, end: int) -> bool:
    """Return whether adjacent words tell what the number is and none before it speaks of a card."""
    before = EXPLAINED_BEFORE.search(text, max(0, start - WORDS_BEFORE), start)
    if before:
        return not OF_A_CARD.search(text, before.start(), start)
    after = EXPLAINED_AFTER.match(text, end, end + WORDS_BEFORE)
    return bool(after) and not OF_A_CARD.search(text, max(0, start - WORDS_BEFORE), start)


def _is_in_an_id(text: str, start: int, end: int) -> bool:
    """Return whether a UUID or another computed id has some of these digits."""
    # An id that reaches up to the digits begins no further before them than ids are long
    ids = COMPUTED_ID.finditer(text, max(0, start - LONGEST_ID), end + LONGEST_ID)
    return any(found.start() < end and start < found.end() for found in ids)


def _is_called_otherwise(text: str, start: int, length: int) -> bool:
    """Return whether what stands before the number makes it an order's, or a phone."""
    is_phone = text[start - 1 : start] == "+" and length <= LONGEST_PHONE
    first = max(0, start - WORDS_BEFORE)
    is_order = OF_AN_ORDER.search(text, first, start) and not OF_A_CARD.search(text, first, start)
    return is_phone or bool(is_order)


def _is_card(digits: str) -> bool:
    return bool(ISSUED.fullmatch(digits)) and _luhn(digits)


def _luhn(digits: str) -> bool:
    """Return whether the check digit fits: ISO/IEC 7812-1, annex B."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _is_grouped_like_one(sizes: list[int]) -> bool:
    """Return whether cards are grouped so. A PIN code with a phone (6 10) or orders (5 5 5) are not."""
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
    if after and length and not MONEY.match(text, after.end("number")):
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
    """Return how many signs of this number are a code; 0 if it is none, as a phone is none."""
    count = len(DIGITS.findall(number)) and sum(map(str.isdecimal, number))
    if one_time and 4 <= count <= 8:
        return len(number)
    if not one_time:
        return len(number) if count == 6 else 0
    # A phone, with its country's code or without; else a code that another number follows
    found = DIGITS.match(number)
    first = found[0] if found else ""
    return len(first) if count not in (10, 11, 12) and 4 <= len(first) <= 8 else 0


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.decimal(digit)) for digit in digits)
