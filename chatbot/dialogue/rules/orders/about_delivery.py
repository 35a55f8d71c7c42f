"""Do you deliver here, and in how many days: from the table that the shop edits."""

import re

from chatbot import wording
from chatbot.models import Chat, DeliveryArea
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import delivery_areas, order_codes

from ... import answers
from ...answers import Reply
from ...message import ACT, ParsedMessage
from ...reading import passages
from .which_order import ADDRESS, CHANGES

BARE_PIN = re.compile(
    r"\W*(?:(?:and|aur|or|ya|what about|how about|और)\s+)?(?:(?:my |mera |meri )?(?:pin ?(?:code)?|पिन(?:कोड)?)(?: (?:is|hai|no|number|है))?[\s:.-]*)?[1-9]\d{2}[ -]?\d{3}(?: (?:hai|is my pin|pe|par|me|mein|ka|ke liye|है|पर|में))*\W*",
    re.IGNORECASE,
)
OWN_ORDER = phrases(
    "my order",
    "my parcel",
    "mera order",
    "mera parcel",
    "mere order",
    "order number",
    "मेरा ऑर्डर",
    "my package",
    "mera saman",
)
CASH = phrases("cod", "cash on delivery", "c\\.o\\.d", "cash", "nakad", "कैश", "सीओडी", "नकद")
DAYS = phrases(
    r"kitne (?:din|time|dino)(?: \w+)?",
    r"how (?:many|long|much time)(?: .{0,15})?",
    "kab tak",
    "when",
    "days",
    "time",
    "कितने दिन",
    "कितना (?:समय|टाइम|वक्त)",
    "कब तक",
    "din",
)
CHARGE = phrases(
    r"charges?",
    "free",
    r"shipping (?:cost|fee)",
    "delivery (?:cost|fee|charge)",
    "kitna charge",
    "free delivery",
    "शुल्क",
    "चार्ज",
    "how much for delivery",
    "kitna lagega",
    "extra",
    r"delivery (?:.{0,12})?kitn[aei](?: (?:ki|ka|ke|me))?(?: .{0,12})?",
    r"kitn[aei] (?:ka|ki|lag\w*|pad\w*|charge\w*)(?: .{0,12})?",
    "how much",
    "(?:डिलीवरी .{0,8})?कितने (?:की|का|लग\\S*)",
    "कितना (?:चार्ज|लग\\S*)",
)
HERE = phrases("here", "there", "yahan", "wahan", "idhar", "udhar", "यहां", "वहां")
LIVES_THERE = phrases(
    r"(?:can|could) (?:i|we|you) (?:order|send|get|buy)",
    r"li(?:ve|ves|ving)",
    r"reh?t[aeiy]\w*",
    r"staying?",
    "order (?:kar|for)",
    r"based",
    r"(?:from|here in)",
    "रहत\\S*",
)
# "Wahan", "there": the place that was spoken of
AND_THERE = re.compile(
    r"^\W*(?:and|aur|what about|how about|or|और|in|to)(?![\w\u0900-\u097F])\s*(?P<place>.{2,30}?)(?:\s+(?:me|mein|ka|ke liye|to|bhi|में|का))*\W*$",
    re.IGNORECASE,
)
NO_COUNTRY = phrases(
    "india se bahar",
    "abroad",
    "international",
    "outside india",
    "usa",
    "us",
    "uk",
    "dubai",
    "canada",
    "london",
    "singapore",
    "nepal",
    "australia",
    "bangladesh",
    "germany",
    "videsh",
)


NOT_SIX = re.compile(
    r"(?:pin ?code|\bpin\b|पिन ?कोड|पिन)\D{0,15}(?<!\d)(?:\d{3,5}|\d{7,8})(?!\d)|(?<!\d)(?:\d{3,5}|\d{7,8})(?!\d)\D{0,6}(?:pin ?code|\bpin\b|पिन)",
    re.IGNORECASE,
)


AN_AMOUNT = phrases(
    r"(?:order|bill|cart|total)?(?: is| .{0,6})?(?:above|over|below|under|less than|more than) (?:₹|rs\.? ?)?\d{3,5}",
    r"(?:₹|rs\.? ?)?\d{3,5} (?:se )?(?:upar|zyada|jyada|kam|neeche)(?: .{0,15})?",
    r"(?:₹|rs\.? ?)?\d{3,5}(?: ?(?:rs|rupees|rupaye|₹))? (?:ka|ke|ki|wala|pe|par|worth|order|upar)(?: .{0,20})?",
    r"(?:order|bill|cart) (?:of|ka|is|hai) (?:₹|rs\.? ?)?\d{3,5}",
)


OF_GOODS = ("product", "sum", "article", "delivery")
WANTED_THERE = phrases(
    "chahiye", "need", "want", "reach", "pahunch\\w*", "mil(?:ega|egi| jayega)", "by", "चाहिए", "पहुंच\\S*"
)
# Articles after which "how many days" is still asked of the place before
OF_DELIVERY = ("cod", "shipping-charges", "shipping-time", "pincode-check", "payment-methods")


MOST_WORDS_OF_AN_AMOUNT = 9


def a_place(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Pincode 793001 pe deliver karte ho?", "shillong me kitne din?" """
    said = plain(parsed.text)
    if OWN_ORDER.search(said) or parsed.order:
        return None
    if NO_COUNTRY.search(said):
        return _abroad(parsed, said)
    asked_of = parsed.topic.get("place") or (
        chat.memory.get("place", "") if parsed.topic.get("aspect") in OF_DELIVERY else ""
    )
    follows = (parsed.topic.get("kind") == "delivery" or bool(asked_of)) and len(said.split()) <= 6
    if pin := delivery_areas.pin_in(said):
        if _is_about_something_else(chat, parsed, said, follows):
            return None
        return _told(parsed, pin, delivery_areas.areas().of_pin(pin))
    if NOT_SIX.search(said) and not parsed.numbers and not (ADDRESS.search(said) and CHANGES.search(said)):
        reply = answers.text_reply("pin_six", parsed, "product_query", sure=0.9)
        reply.topic = {"kind": "delivery", "aspect": "days"}
        return reply
    asks = delivery_areas.is_about_delivery(said) or DAYS.search(said) or LIVES_THERE.search(said)
    # "By next friday mumbai me chahiye"
    asks = asks or (parsed.topic.get("kind") in OF_GOODS and WANTED_THERE.search(said)) or None
    named = delivery_areas.areas().named_in(said)
    # "Ok her flat in mumbai then", in a talk about goods and of no order
    asks_now = bool(asks) or (
        parsed.topic.get("kind") in OF_GOODS
        and not parsed.known_orders
        and not chat.memory.get("issue")
        and len(said.split()) <= MOST_WORDS_OF_A_PLACE
    )
    sure_issue = parsed.is_issue and (parsed.confidence >= ACT or bool(parsed.known_orders))
    if named and (asks_now or follows) and not sure_issue and not parsed.found.products[:1]:
        return _told(parsed, named[0].title() if named[0].isascii() else named[0], named[1])
    of_a_place = parsed.topic.get("kind") == "delivery" and len(said.split()) <= MOST_WORDS_OF_AN_AMOUNT
    amount = (follows or of_a_place) and not named and AN_AMOUNT.search(said)
    rule = parsed.library.by_slug.get(
        "cod" if parsed.topic.get("aspect") == "cash" and not CHARGE.search(said) else "shipping-charges"
    )
    if amount and rule:
        reply = answers.of_article(rule, parsed, 0.9)
        reply.topic = parsed.topic
        return reply
    if (
        follows
        and asked_of
        and (DAYS.search(said) or CASH.search(said) or CHARGE.search(said) or HERE.search(said))
        and not named
    ):
        place = asked_of
        again = delivery_areas.areas().named_in(place)
        area = again[1] if again else delivery_areas.areas().of_pin(place) if place.isdigit() else None
        return _told(parsed, place, area) if area else None
    return None


MOST_WORDS_OF_A_PLACE = 7
# "Us order ka" is Hindi, and names no country
IN_HINDI = phrases(
    r"us(?:ka|ke|ki|ko|me|se)?(?= (?:order|wal[aei]|ka|ke|ki|ko|me|mein|se|din|time|pe|par))"
)
SENDS = phrases(
    r"gift\w*", r"sen[dt]\w*", r"deliver\w*", r"ship\w*", r"order\w*", r"bhej\w*", r"mang\w*", r"li(?:ve|ves|ving)", r"reh?t[aei]\w*", "courier", "भेज\\S*", "डिलीवर\\S*",
)  # fmt: skip


def of_the_place(parsed: ParsedMessage) -> Reply | None:
    """Return how long a delivery takes to the PIN code or place that a message names; None where it names none."""
    said = plain(parsed.text)
    if pin := delivery_areas.pin_in(said):
        return _told(parsed, pin, delivery_areas.areas().of_pin(pin))
    named = delivery_areas.areas().named_in(said)
    return _told(parsed, named[0].title() if named[0].isascii() else named[0], named[1]) if named else None


def _abroad(parsed: ParsedMessage, said: str) -> Reply | None:
    """ "A gift to my sister in the usa": what the shop wrote about other countries, before the gift."""
    article = parsed.library.by_slug.get("international-shipping")
    if not article or parsed.is_issue or IN_HINDI.search(said) or not SENDS.search(said):
        return None
    return answers.of_article(article, parsed, 0.9)


AT_THE_PIN = re.compile(
    r"(?<!\d)[1-9]\d{2} ?\d{3} (?:pe|par|me|mein|ko|tak|पर|में)(?![\w\u0900-\u097F])", re.IGNORECASE
)


def _is_about_something_else(chat: Chat, parsed: ParsedMessage, said: str, follows: bool) -> bool:
    """Six digits are a code of ours, a new address, or a PIN code that is asked about."""
    if ADDRESS.search(said) and CHANGES.search(said):
        return True
    if follows:
        # "And 781001?" after another place
        return False
    if BARE_PIN.fullmatch(said):
        return bool(
            not follows and "pin" not in said.lower() and "पिन" not in said and order_codes.pending(chat)
        )
    if DAYS.search(said) and AT_THE_PIN.search(said):
        # "Naya order 302001 pe kitne din me"
        return False
    return (
        not (delivery_areas.is_about_delivery(said) or CASH.search(said) or DAYS.search(said))
        or parsed.numbers != []
    )


BY_A_DAY = phrases(
    r"(?:by |for |on )?(?:tomorrow|today|tonight|day after(?: tomorrow)?)", r"(?:aaj|aj|kal|parso|parson)(?: hi)?(?: tak| tk)?", r"(?:by|before|till|until) (?:the )?(?:\d{1,2}|next|this|mon|tue|wed|thu|fri|sat|sun)\w*(?: .{0,12})?", r"\d{1,2}(?:st|nd|rd|th)?(?: \w{3,9})? (?:tak|tk|se pehle)", "(?:आज|कल|परसों)(?: ही)?(?: तक)?", "\\d{1,2}(?: \\S{2,9})? तक",
)  # fmt: skip


def _told(parsed: ParsedMessage, place: str, area: DeliveryArea | None) -> Reply | None:
    if not area:
        return None
    key = "area_served" if area.is_served else "area_not_served"
    if area.is_served and BY_A_DAY.search(plain(parsed.text)):
        # A "yes" in front of the days would be a promise of that day
        key = "area_days"
    reply = answers.text_reply(key, parsed, "product_query", sure=0.9, place=place, days=_days(area))
    if area.is_served and CASH.search(plain(parsed.text)):
        cash = answers.text_reply("area_cash" if area.cash_on_delivery else "area_no_cash", parsed)
        article = parsed.library.by_slug.get("cod")
        reply.text += " " + (
            article.body_in(parsed.language) if article and area.cash_on_delivery else cash.text
        )
        if area.cash_on_delivery:
            reply.text = f"{reply.text} {_where_it_shows(parsed)}".strip()
    elif (
        area.is_served
        and CHARGE.search(plain(parsed.text))
        and (charges := parsed.library.by_slug.get("shipping-charges"))
    ):
        reply.text += " " + charges.body_in(parsed.language)
    if not area.is_served:
        reply.suggestions = answers.chips(parsed, "human")
    aspect = "cash" if CASH.search(plain(parsed.text)) else "days"
    reply.topic = {"kind": "delivery", "place": place, "aspect": aspect}
    reply.flow, reply.is_sure = "serviceability", True
    return reply


def _where_it_shows(parsed: ParsedMessage) -> str:
    """Return what the shop wrote of cash on delivery in its text on PIN codes: where one's own is looked up, or ""."""
    article = parsed.library.by_slug.get("pincode-check")
    in_each = passages.sentences_of(article, parsed.language) if article else []
    (cash,) = passages.units("cod")
    return next((each[0] for each in in_each if any(passages.stands_in(cash, one) for one in each)), "")


def days_to(parsed: ParsedMessage, named: tuple[str, DeliveryArea]) -> str:
    """Return in words whether a place is delivered to, and in how many days."""
    place, area = named
    key = "area_served" if area.is_served else "area_not_served"
    name = place.title() if place.isascii() else place
    return wording.say(key, parsed.language, place=name, days=_days(area))


def _days(area: DeliveryArea) -> str:
    return f"{area.days_from}–{area.days_to}" if area.days_from != area.days_to else str(area.days_from)
