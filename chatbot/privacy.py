"""Remove personal data from a text. Pure: no request, no database."""

import re

# Addresses, and UPI ids, which look like them
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
LINK_WITH_SECRETS = re.compile(r"\bhttps?://\S+", re.IGNORECASE)
# VP-10234, OD1182...: letters and at least three digits as one word
CODED = re.compile(r"\b(?=[\w/-]*\d{3})[A-Za-z]{1,5}[-/ ]?\d[\w/-]*", re.IGNORECASE)
# Cards, phones, accounts, PIN codes, one-time codes: four digits and more, however they are grouped
DIGITS = re.compile(r"\+?(?<!\d)\d(?:[ (),./-]{0,2}\d){3,}")
# An amount of money has no further digits beside it: "rs 4111 1111 ..." is none
AMOUNT = re.compile(
    r"(?:₹|\brs\.?|\binr)\s*(?:\d{1,2}(?:,\d{2,3})+|\d{1,6})(?:\.\d{1,2})?(?![\d (),./-]*\d{2})"
    r"|(?<!\d)(?<!\d[ (),./-])\d{1,6}\s*(?:rs|rupees|rupaye|रुपये|रुपए)(?![\w\u0900-\u097F])",
    re.IGNORECASE,
)


def without_personal_data(text: str) -> str:
    """Return the text without cards, phones, e-mails, links, and order or other numbers; amounts of money stay."""
    text = LINK_WITH_SECRETS.sub("[link]", text)
    text = EMAIL.sub("[e-mail]", text)
    pieces, end = [], 0
    for amount in AMOUNT.finditer(text):
        pieces += [_without_numbers(text[end : amount.start()]), amount[0]]
        end = amount.end()
    return "".join([*pieces, _without_numbers(text[end:])])


def _without_numbers(text: str) -> str:
    return DIGITS.sub("[number]", CODED.sub("[number]", text))
