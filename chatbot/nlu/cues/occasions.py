"""An occasion that does not wait: a wedding tomorrow, guests tonight. Pure."""

import re

OCCASION = (
    r"(?:\b(?:wedding|marriage|sha+di|vivah|engagement|sagai|sangeet|me+hndi|reception|haldi|birth ?day|b ?day|anniversary|party|function"
    r"|ceremony|house ?warming|gri?ha? ?pravesh|baby shower|festival|event|pu?ooja|puja|pooja|diwali|deepawali|rakhi|raksha ?bandhan|holi"
    r"|eid|christmas|navratri|funeral|guests|mehmaan|mehman)\b"
    r"|शादी|विवाह|सगाई|जन्मदिन|बर्थडे|पूजा|त्योहार|दिवाली|राखी|ईद|पार्टी|फंक्शन|मेहमान)"
)
NEAR = (
    r"(?:\b(?:today|tonight|tomm?orr?ow|tmrw|tmr|2morrow|this (?:morning|afternoon|evening)|day after(?: tomorrow)?|in (?:a few|\d{1,2}) hours?"
    r"|within \d{1,2} hours?|kal|aaj|aj|parso|parson)\b|आज|कल|परसों)"
)
CLOSE_BY = re.compile(rf"{OCCASION}.{{0,40}}?{NEAR}|{NEAR}.{{0,40}}?{OCCASION}", re.IGNORECASE | re.DOTALL)
# "kal" and कल are yesterday as well
IS_OVER = re.compile(
    r"\b(?:thi|tha|yesterday|ho ga(?:yi|ya)|already over)\b|थी|था|हो ग(?:ई|या)", re.IGNORECASE
)
MISSING = {"order_status", "delivery_delay", "item_problem"}


def cannot_wait(text: str, intent: str) -> bool:
    """Return whether an order that is not here is needed for an occasion today, tomorrow or the day after."""
    found = CLOSE_BY.search(text) if intent in MISSING else None
    return found is not None and not IS_OVER.search(text, found.start(), min(len(text), found.end() + 8))
