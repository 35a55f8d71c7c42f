"""Rules about how many: so many of each of the set spoken of, and whether so many are in stock."""

import re

from chatbot import wording
from chatbot.dialogue import answers
from chatbot.dialogue.answers import Reply
from chatbot.dialogue.message import ACT, ParsedMessage
from chatbot.dialogue.resolving.counting import (
    A_WEIGHT,
    COUNT,
    NUMBERS,
    PACKS,
    count_in,
    counted,
    packs_of,
    says_a_count,
)
from chatbot.dialogue.resolving.references import spoken_of
from chatbot.dialogue.rules.orders.about_delivery import OWN_ORDER
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import products as catalogue
from chatbot.sources import shop_rules

from ..about_products import ABOUT_THE_SHOP
from .sum_lines import summed

MOST_WORDS = 11

# --- So many of each ----------------------------------------------------------------------------

A_COUNT = rf"(?:\d{{1,2}}|{'|'.join(NUMBERS)})"
EACH = re.compile(
    rf"(?<!\w)(?:(?P<count>{A_COUNT}) (?:packets? |packs? |pcs? |piece )?(?:of )?(?:each|every one|har ek)|(?P<twice>{A_COUNT})[ -](?P=twice)|each|har ek|सबका|हर एक)(?!\w)",
    re.IGNORECASE,
)
# "All three", "dono", "in sab ka": the whole of what was told
ALL = (
    (phrases("both", "dono", "the two", "all two", "दोनों"), 2),
    (phrases("all (?:the )?(?:three|3)", "te+no(?:n)?", "the three", "these three", "तीनों"), 3),
    (phrases("all (?:the )?(?:four|4)", r"cha+ro(?:n)?", "चारों"), 4),
    (phrases("all(?: of)? (?:them|these|those)", "sab", "sabhi", "sabka", "saare", "saari", "everything", "all", "सब", "सभी", "सारे"), 0),
)  # fmt: skip
TOTAL = phrases(
    "total", "altogether", "in all", "sum", "bill", r"kitn[aei] (?:hoga|hua|banega|padega|lagega|ka|ke|ki|honge|padenge)", "how much", "le(?:na| lu| lun| loon)?", "lu(?:n|nga|ngi)?", "chahiye", "want", "take", "order", "कुल", "टोटल", "कितन[ाे]", "चाहिए",
)  # fmt: skip


def each_of_them(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "1 each of all three total?", "teeno 1 1", "2 each": the sum of the set that is spoken of."""
    said = plain(parsed.text)
    each, of_all = EACH.search(said), next((number for cue, number in ALL if cue.search(said)), None)
    if (
        not (each or (of_all is not None and TOTAL.search(said)))
        or len(said.split()) > MOST_WORDS
        or parsed.topic.get("kind") not in ("product", "sum")
        or not _is_about_goods(chat, parsed, said)
    ):
        return None
    products = _the_set(parsed, of_all or 0)
    named = [product for product in parsed.found.products if parsed.found.share]
    if len(products) < 2 or any(product not in products for product in named) or len(named) == 1:
        return None
    count = count_in(each["count"] or each["twice"] or "1") if each else 1
    # "Dono half kilo": so many packs of each
    return summed(parsed, [(product, packs_of(said, product) or count) for product in products])


def _is_about_goods(chat: Chat, parsed: ParsedMessage, said: str) -> bool:
    is_trouble = parsed.is_issue and parsed.confidence >= ACT and parsed.intent != "product_query"
    return not (
        chat.memory.get("issue") or parsed.reason or parsed.numbers or is_trouble or OWN_ORDER.search(said)
    )


def _the_set(parsed: ParsedMessage, so_many: int) -> list[Product]:
    """Return the products that "all of them" are: those told last, or with the list they were chosen from."""
    memory = parsed.chat.memory
    shown = [str(product.pk) for product in spoken_of(parsed)]
    listed = list(memory.get("listed", []))
    both = list(dict.fromkeys([*listed, *shown]))
    recent = memory.get("recent", [])[-so_many:] if so_many else []
    if not so_many:
        return catalogue.by_ids(shown if len(shown) > 1 else listed if set(shown) <= set(listed) else [])
    return catalogue.by_ids(next((ids for ids in (shown, listed, both, recent) if len(ids) == so_many), []))


BOTH = phrases(
    "both", "dono", "दोनों", "the two", "these two", "all of them", "sab", "in dono", "together", "milake", "total",
)  # fmt: skip


def last_two(parsed: ParsedMessage) -> list[Product]:
    """Return the last two products that were spoken of, in the order in which they were."""
    shown = spoken_of(parsed)
    if len(shown) == 2:
        return shown
    recent, listed = parsed.chat.memory.get("recent", [])[-2:], parsed.chat.memory.get("listed", [])
    # "Both" of a list of two of which one was spoken of
    both = listed if len(listed) == 2 and recent and recent[-1] in listed else recent
    return catalogue.by_ids(both)


# --- Whether there are so many --------------------------------------------------------------------

ASKS_IF_THERE = phrases(
    r"(?:do|did|will) (?:you|u|they) (?:have|hv|get)", "have", "available", "in stock", "enough", "possible", r"mil(?:ega|egi|enge|engi|ta|te|ti|jayega|jayenge| jayega| jayenge| jaega| payega| sakt\w+| paenge)", r"(?:hai|hain|hoga|honge|h) (?:kya|na)", r"(?:hai|hain|honge|bache|bacha)(?: (?:hai|hain))?\W*$", "उपलब्ध", "मिल(?:ेगा|ेंगे|ेगी| जाएगा| जाएंगे| सकते)", "(?:है|हैं) (?:क्या|ना)",
)  # fmt: skip
WANTS = phrases("need", "want", "chahiye", "lena", "order", "buy", "चाहिए", "लेना")
SUM_TOO = phrases(
    "total", "altogether", "in all", "sum", "bill", "how much", r"kitn[aei]", "कुल", "टोटल", "कितन[ाे]"
)
# "10 baje milega", "2 din me milega" count no packs
OF_TIME = phrases(r"\d+ ?(?:baje|bje|am|pm|o'?clock|din|days?|hours?|ghante|minutes?|min|tarikh|taarikh|mahine|saal|months?|years?|%|percent|rs|rupees|rupaye)", r"(?:ek|do|teen|two|three|char|paanch) (?:din|days?|ghante|hours?|mahine|saal|baje)", "₹")  # fmt: skip


def enough_in_stock(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "I need 5 jars, do u have", "ghee ke 8 jar milenge": whether there are so many, in words."""
    said = plain(parsed.text)
    asks = ASKS_IF_THERE.search(said)
    if (
        not (asks or WANTS.search(said))
        or len(said.split()) > MOST_WORDS
        or not says_a_count(said)
        or OF_TIME.search(said)
        or A_WEIGHT.search(said)
        or ABOUT_THE_SHOP.search(said)
        or not _is_about_goods(chat, parsed, said)
    ):
        return None
    product, count = _so_many_of_one(parsed, said)
    if not product or count < 2 or product.stock is None or not product.is_in_stock:
        return None
    if shop_rules.percent_for(count) or SUM_TOO.search(said):
        # What many cost is told by the shop's rule for large orders, and a sum tells what is short
        return None
    if count > product.stock:
        few = wording.say("too_few", parsed.language, left=product.stock, name=product.name, count=count)
        reply = Reply(few, "product_query", max(parsed.confidence, 0.9))
        answers.show(reply, [product])
        reply.is_sure = True
        return reply
    if not asks:
        return None
    reply = summed(parsed, [(product, count)])
    there = wording.say("so_many_there", parsed.language, name=product.name, count=count)
    reply.text = f"{there} {reply.text}"
    return reply


def _so_many_of_one(parsed: ParsedMessage, said: str) -> tuple[Product | None, int]:
    """Return the one product that is asked for, named or spoken of, and how many of it."""
    if parsed.found.share and not parsed.found.is_vague:
        items = counted(parsed)
        one = len(items) == 1 and len(parsed.found.products) == 1
        return (items[0][0], max(items[0][1], count_in(said))) if one else (None, 0)
    before = spoken_of(parsed) if parsed.topic.get("kind") in ("product", "sum") else []
    counts = COUNT.search(said) or PACKS.search(said)
    if len(before) != 1 or parsed.found.products or not counts:
        return None, 0
    return before[0], count_in(said)
