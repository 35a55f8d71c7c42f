"""Rules about the size of a pack: "1kg wala hai?", "do you have it in 200 g", "2 packet chai ki price"."""

import re

from chatbot import wording
from chatbot.sources import products as catalogue
from supportdesk import money

from ...models import Chat, Product
from ...nlu.cues import phrases, plain
from ...sources.product_facts import PRICE
from .. import answers
from ..answers import Reply
from ..message import Heard
from . import product_sums
from .about_products import MOST_TOLD, spoken_of

# Whether there is such a pack; "1 kg chahiye" and "1 kg kitne ka" ask what so much of it costs
IS_THERE = phrases(
    r"(?:hai|h|aata|aati|ata|ati|milta|milti|milega|milegi|hota|hoti|rakhte)(?: (?:hai|h|ho|kya|na|nahi|aapke paas))*\W*$",
    r"(?:do|does|is|are|have|got|any)(?: .{0,30})?",
    r"(?:come|comes|available|there)(?: .{0,15})?",
    "(?:है|आता|आती|मिलता|मिलेगा|मिलेगी)(?: (?:है|क्या))*\\W*$",
)
NO_PACK = phrases(
    r"kitn\w+", "total", "price", "rate", "cost", "how much", "lena", "lunga", "lungi", "le lu", "loon", "chahiye", "want", "need", "take", "order", "bhej\\w*", "कितन\\S*", "चाहिए", "लेना",
)  # fmt: skip
MOST_WORDS = 9


def another_size(chat: Chat, heard: Heard) -> Reply | None:
    """ "1kg wala hai?": the sizes that there are, and no sum of two small packs."""
    said = plain(heard.text)
    weight = product_sums.A_WEIGHT.search(said)
    if (
        not weight
        or heard.is_issue
        or heard.numbers
        or heard.reason
        or len(said.split()) > MOST_WORDS
        or not (IS_THERE.search(said) or said.endswith("?"))
        or NO_PACK.search(said)
    ):
        return None
    products = _of_which(chat, heard, product_sums.A_WEIGHT.sub(" ", said))
    if not products:
        return None
    lines = [_size_line(heard, product, weight) for product in products[:MOST_TOLD]]
    reply = Reply("\n".join(lines), "product_query", max(heard.confidence, 0.8))
    answers.show(reply, products[:MOST_TOLD], aspect="size")
    reply.is_sure = True
    return reply


def _of_which(chat: Chat, heard: Heard, rest: str) -> list[Product]:
    """Return the products that are named beside the weight, or else those spoken of; after an article the last one."""
    named = catalogue.look_up(rest)
    if named.products and not named.is_vague:
        return list(named.products)
    return spoken_of(heard) or catalogue.by_ids(chat.memory.get("recent", [])[-1:])


def _size_line(heard: Heard, product: Product, weight: re.Match[str]) -> str:
    unit = product_sums.A_WEIGHT.search(product.unit or "")
    same = unit and product_sums.in_small(unit) == product_sums.in_small(weight)
    price = money.formatted(product.price, product.currency, heard.language)
    return wording.say(
        "size_there" if same else "size_only",
        heard.language,
        name=product.name,
        unit=product.unit,
        price=price,
    )


def some_packs(chat: Chat, heard: Heard) -> Reply | None:
    """ "Chai ki price batao do packet ki": what so many of it cost."""
    said = plain(heard.text)
    if heard.is_issue or heard.aspect != PRICE or not product_sums.PACKS.search(said):
        return None
    before = spoken_of(heard)
    items = product_sums.counted(heard) or [(product, 1) for product in before if len(before) == 1]
    if len(items) != 1 or (heard.found.products and heard.found.is_vague):
        return None
    count = max(items[0][1], product_sums.count_in(said))
    return product_sums.summed(heard, [(items[0][0], count)]) if count > 1 else None
