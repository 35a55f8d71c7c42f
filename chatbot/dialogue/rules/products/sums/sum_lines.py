"""A sum in words: the goods, what goes off, what delivery, cash and wrapping add. One place for every rule that adds up."""

import re
from decimal import Decimal

from chatbot import wording
from chatbot.dialogue import answers
from chatbot.dialogue.answers import Reply
from chatbot.dialogue.message import ParsedMessage
from chatbot.dialogue.reading import subjects
from chatbot.dialogue.rules.orders.about_delivery import CASH
from chatbot.models import Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import delivery_areas, shop_rules
from supportdesk import money

WRAPPED = phrases(r"(?:gift )?wrap\w*", "गिफ्ट रैप\\S*")
# Of one alone: "sirf ek chikki mangau to total"
ONE_AND_TOTAL = re.compile(
    r"(?<!\w)(?:ek|one|1|single|only|just|sirf|bas|एक|सिर्फ)(?!\w).*(?<!\w)(?:total|in all|altogether|final|bill|padega|padegi|lagega|banega|kul|कुल|टोटल|पड़ेगा)(?!\w)|(?<!\w)(?:total|final|kul)(?!\w).*(?<!\w)(?:ek|one|1|single|only|sirf)(?!\w)",
    re.IGNORECASE,
)
# "Papad 3 packet aur chikki 2": each name has its count, and nothing else is said
NAMES_FIRST = re.compile(
    r"\W*(?:[^\W\d]{3,}(?: [^\W\d]{3,})?:? \d{1,2}(?: ?(?:x|packets?|packs?|pkts?|pcs|jars?|bottles?|boxes))?(?:\s*(?:,|\+|&|aur|and|और)\s*|\s+|\W*$)){2,5}",
    re.IGNORECASE,
)
# "Total?" of what was shown, one of each
ONLY_TOTAL, MOST_OF_A_TOTAL = (
    phrases(r"(?:ok |to |and |aur |kul )*(?:grand )?total(?: kitna| hua| hoga| amount)*", "कुल कितना"),
    3,
)
# Coupons and cash are not for these: the shop's own rule says so
PREPAID = phrases(r"gift\w*")


def summed(parsed: ParsedMessage, items: list[tuple[Product, int]]) -> Reply:
    """Return the sum of these products with what their delivery, and what the message names, adds or takes off."""
    said, language = plain(parsed.text), parsed.language
    goods = sum((product.price * count for product, count in items), Decimal(0))
    lines = " + ".join(
        f"{count} × {product.name} {money.formatted(product.price * count)}" for product, count in items
    )
    reply = answers.text_reply(
        "sum_lines", parsed, "product_query", sure=0.9, lines=lines, total=money.formatted(goods)
    )
    parts, rest = [], goods
    is_prepaid = any(PREPAID.search(plain(product.category or "")) for product, _ in items)
    asked = _named_beside(said)
    kept = _kept_beside(parsed, said, asked)
    beside = asked | kept
    names_coupon = COUPON in beside
    off, percent = _off(items, goods, names_coupon, is_prepaid)
    if off:
        rest -= off
        parts.append(
            wording.say(
                "sum_off", language, percent=percent, off=money.formatted(off), rest=money.formatted(rest)
            )
        )
    if WRAP in beside and (wrap := shop_rules.wrap_costs()):
        rest += wrap
        parts.append(
            wording.say("sum_wrap", language, wrap=money.formatted(wrap), all=money.formatted(rest))
        )
    parts.append(_delivered(parsed, rest))
    if IN_CASH in beside and not is_prepaid:
        parts.append(_in_cash(rest, language))
    if sold_out := [product.name for product, _ in items if not product.is_in_stock]:
        parts.append(wording.say("sum_sold_out", language, names=", ".join(sold_out)))
    parts += [
        wording.say("too_few", language, left=product.stock, name=product.name, count=count)
        for product, count in items
        if product.is_in_stock and product.stock is not None and count > product.stock
    ]
    for slug, key in (("coupons", COUPON), ("cod", IN_CASH)):
        if key in asked and (article := parsed.library.by_slug.get(slug)):
            parts.append(article.body_in(language))
    reply.text = " ".join([reply.text, *filter(None, parts)])
    answers.show(reply, [product for product, _ in items])
    reply.topic = {"kind": "sum", "items": [[str(product.pk), count] for product, count in items]}
    if beside:
        reply.topic["beside"] = sorted(beside)
    reply.is_sure = True
    return reply


# What a sum is asked with besides its goods
COUPON, IN_CASH, WRAP = "coupon", "cash", "wrap"


def _named_beside(said: str) -> frozenset[str]:
    """Return what a message wants besides the goods: a coupon, cash on delivery, gift wrap."""
    names_coupon = bool(subjects.SUBJECTS["coupon"].named.search(said)) or shop_rules.names_the_coupon(said)
    named = {COUPON: names_coupon, IN_CASH: CASH.search(said), WRAP: WRAPPED.search(said)}
    return frozenset(key for key, is_named in named.items() if is_named)


def _kept_beside(parsed: ParsedMessage, said: str, asked: frozenset[str]) -> frozenset[str]:
    """Return what the sum of before was asked with: "and 4?" of a sum with cash on delivery asks with it as well."""
    if parsed.topic.get("kind") != "sum" or WITHOUT.search(said):
        return frozenset()
    return frozenset(parsed.topic.get("beside", ())) - asked


WITHOUT = phrases(
    "without", "bina", "prepaid", "online", "upi", "card", r"no (?:cod|coupon|wrap)", "बिना", "प्रीपेड"
)


def _in_cash(goods: Decimal, language: str) -> str:
    """Return what cash on delivery adds to a sum in words; above the most that can be paid so, that it cannot."""
    adds, most = shop_rules.cash_adds(), shop_rules.cash_up_to()
    total = goods + (delivery_areas.delivery_charge(goods) or Decimal(0))
    if most is not None and total > most:
        return wording.say("sum_no_cash", language, most=money.formatted(most))
    if adds is None:
        return ""
    return wording.say("sum_cash", language, adds=money.formatted(adds), all=money.formatted(total + adds))


def _off(
    items: list[tuple[Product, int]], goods: Decimal, names_coupon: bool, is_prepaid: bool
) -> tuple[Decimal, int]:
    """Return what goes off, and the percentage: for many of one thing, or by a coupon that is named."""
    percent = shop_rules.percent_for(max(count for _, count in items))
    if percent:
        return (goods * percent / 100).quantize(Decimal("0.01")), percent
    coupon = shop_rules.coupon() if names_coupon and not is_prepaid else None
    return (coupon.off(goods), coupon.percent) if coupon else (Decimal(0), 0)


def _delivered(parsed: ParsedMessage, goods: Decimal) -> str:
    """Return what delivery adds to a sum, in words."""
    language = parsed.language
    charge, area = delivery_areas.delivery_charge(goods), delivery_areas.general_area()
    if charge is None or area is None:
        charges = parsed.library.by_slug.get("shipping-charges")
        return charges.body_in(language) if charges else wording.say("sum_no_rule", language)
    free = money.formatted(area.free_from or 0)
    if not charge:
        return wording.say("sum_free", language, free=free, total=money.formatted(goods))
    key = "sum_delivery" if area.free_from else "sum_delivery_always"
    in_all = money.formatted(goods + charge)
    return wording.say(key, language, charge=money.formatted(charge), all=in_all, free=free)
