"""Rules about what is sold out: when it is back, that nothing is kept aside, what there is in its place."""

import re

from chatbot.models import Chat
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import products as catalogue

from ... import answers
from ...answers import Reply
from ...message import CLEAR, ParsedMessage
from ...resolving.references import spoken_of
from .about_products import MOST_TOLD

MOST_WORDS = 9
WHEN_BACK = phrases(
    r"(?:kab|when|jab|once)(?: .{0,25})?",
    "(?:कब|जब)(?: .{0,12})?",
    r"restock\w*",
    "notify",
    "bata dena",
    # "2 packet mere liye rakh lena": nothing is kept aside
    r"rakh (?:l[eo]|d[eo]|len[ae]|den[ae]|dijiye|lijiye)\w*",
    r"(?:pre ?)?book(?: (?:kar|kr|it|one|for|now)\w*)?",
    "reserve",
    "hold",
    r"keep (?:\S+ )*(?:aside|for me)",
    r"(?:pre ?)?order (?:now|in advance)",
    "advance",
    "रख (?:लो|दो|लेना|देना|दीजिए)",
    "बुक",
)
MOST_WORDS_OF_WHEN = 10
OUT_OF_STOCK = "out-of-stock"


def when_it_is_back(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Kab aayega?", "msg kar dena jab aaye" of a product that is sold out."""
    article, said = parsed.library.by_slug.get(OUT_OF_STOCK), plain(parsed.text)
    if not article or len(said.split()) > MOST_WORDS_OF_WHEN or not WHEN_BACK.search(said):
        return None
    if re.search(r"\border\b|ऑर्डर", said) or not _all_sold_out(chat, parsed):
        return None
    return answers.of_article(article, parsed, CLEAR)


IN_ITS_PLACE = phrases(
    r"(?:us|is|un|in)(?:ki|ke) (?:jagah|badle|place)(?: .{0,20})?", r"(?:instead|in place) of (?:it|that|this|them)(?: .{0,15})?", r"(?:any|some|koi|kuch|what'?s|is there)(?: an| a| the)? (?:other )?(?:alternatives?|substitutes?|option)(?: .{0,20})?", r"(?:something|anything|kuch) (?:similar|like (?:it|that|this)|waisa|vaisa|aisa hi)(?: .{0,15})?", r"(?:(?:kuch|koi)(?: aur)? (?:hai )?(?:kya )?)?(?:is|us)k[aei] (?:jais[aei]|tarah)(?: .{0,15})?", "(?:इस|उस)के जैसा(?: .{0,12})?", "(?:उस|इस)की जगह(?: .{0,12})?", "(?:इस|उस)के बदले(?: .{0,12})?",
)  # fmt: skip


def in_its_place(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Uski jagah kya lu" of a product that was spoken of: what else is in stock on its shelf."""
    said, kind = plain(parsed.text), parsed.topic.get("kind")
    if parsed.is_issue or len(said.split()) > MOST_WORDS or not IN_ITS_PLACE.search(said):
        return None
    last = spoken_of(parsed)[-1:] if kind in ("product", "sum") else []
    last = last or (catalogue.by_ids(chat.memory.get("recent", [])[-1:]) if kind == "article" else [])
    if (
        not last
        or chat.memory.get("issue")
        or (parsed.found.share and last[0] not in parsed.found.products)
    ):
        return None
    beside = [
        each
        for each in catalogue.on_sale()
        if each.category == last[0].category and each.pk != last[0].pk and each.is_in_stock
    ]
    return answers.of_products(beside[:MOST_TOLD], parsed) if beside else None


def _all_sold_out(chat: Chat, parsed: ParsedMessage) -> bool:
    """Return whether the named or last product, or anything in the sum, is sold out."""
    named, kind = parsed.found.products, parsed.topic.get("kind")
    if len(named) == 1:
        return not named[0].is_in_stock
    if kind == "article" and parsed.topic.get("aspect") == OUT_OF_STOCK:
        last = [*(pk for pk, _ in chat.memory.get("sum", [])), *chat.memory.get("recent", [])[-1:]]
        return any(not each.is_in_stock for each in catalogue.by_ids(last))
    before = spoken_of(parsed)
    if kind == "sum":
        return any(not each.is_in_stock for each in before)
    return kind == "product" and len(before) == 1 and not before[0].is_in_stock
