"""Rules about what goes off: a coupon on an amount, a subscription, and the price of a kilo."""

import re
from decimal import Decimal

from chatbot import wording
from chatbot.dialogue import answers
from chatbot.dialogue.answers import Reply
from chatbot.dialogue.message import ParsedMessage
from chatbot.dialogue.reading import subjects
from chatbot.dialogue.resolving import asking
from chatbot.dialogue.resolving.counting import A_WEIGHT, count_in, in_small
from chatbot.dialogue.resolving.references import spoken_of
from chatbot.models import Chat
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import delivery_areas, shop_rules
from chatbot.sources import products as catalogue
from chatbot.sources.product_facts import PRICE
from supportdesk import money

from .sum_lines import summed

MOST_WORDS = 12
# "600 ka karu to", "on 1200", and no order number or PIN code
AMOUNT = re.compile(
    r"(?<![\d.])(?:₹|rs\.? ?)?(\d{3,5})(?:\.\d\d)?(?![\d.]|\s*(?:gm?s?|grams?|ml|kg)\b)", re.IGNORECASE
)


def a_coupon_on_an_amount(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Aur 600 ka karu to kitna bachega", "1200 pe" after the coupon: what goes off, by the shop's own rule."""
    said, article = plain(parsed.text), parsed.library.by_slug.get("coupons")
    found, coupon = AMOUNT.search(said), shop_rules.coupon()
    if not article or not coupon or not found or parsed.order or parsed.reason or parsed.found.share:
        return None
    of_it = (
        subjects.SUBJECTS["coupon"].named.search(said) or str(article.pk) in chat.memory.get("told", [])[:1]
    )
    # "499 se upar hai" beside a coupon that does not apply tells, and asks nothing
    beside_an_issue = chat.memory.get("issue") and not (COSTS.search(said) or asking.asks(parsed))
    if not of_it or beside_an_issue or len(said.split()) > MOST_WORDS or delivery_areas.pin_in(said):
        return None
    amount = Decimal(found[1])
    off = coupon.off(amount)
    words = {
        "amount": money.formatted(amount),
        "off": money.formatted(off),
        "rest": money.formatted(amount - off),
        "least": money.formatted(coupon.least),
    }
    reply = answers.of_article(article, parsed, 0.9)
    told = wording.say("coupon_off" if off else "coupon_too_little", parsed.language, **words)
    reply.text, reply.passage = f"{told} {reply.text}", ""
    if issue := chat.memory.get("issue"):
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    return reply


TOTAL = phrases(
    "total", "altogether", "discount", r"kitn[aei]", "how much", "amount", "quote", "कुल", "टोटल", "कितन[ाेी]"
)
SO_MANY = phrases(r"(?:aur |and |ok |if |agar |what about |for )*\d{1,3}(?: .{0,14})?")


def of_a_large_order(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Total kitna", "120 kare to" after many boxes were asked for: the sum, with what goes off for so many."""
    said, kept = plain(parsed.text), chat.memory.get("sum") or []
    if (
        len(kept) != 1
        or not shop_rules.percent_for(kept[0][1])
        or parsed.reason
        or chat.memory.get("issue")
    ):
        return None
    products = catalogue.by_ids([kept[0][0]])
    if not products or len(said.split()) > MOST_OF_A_TOTAL or set(parsed.found.products) - set(products):
        return None
    another = SO_MANY.fullmatch(said.strip(" ?.!")) and count_in(said) > 1
    if not another and not TOTAL.search(said):
        return None
    items = [(products[0], count_in(said) if another else kept[0][1])]
    reply = summed(parsed, items)
    chat.memory["sum"] = [[str(product.pk), count] for product, count in items]
    if article := parsed.library.by_slug.get("bulk-gifting"):
        # Its logo and its days are asked about next
        reply.topic = {"kind": "article", "ids": [str(article.pk)], "aspect": article.slug}
    return reply


MOST_OF_A_TOTAL = 7
COSTS = phrases(r"kitn[aei](?: .{0,15})?", "how much", "price", "cost", r"pad\w*", "कितन[ाेी]")


def a_subscription_of_it(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Chai pe kitne ki padegi" after what a subscription is: its price less what the shop's rule takes off."""
    percent, article = shop_rules.subscription_percent(), parsed.library.by_slug.get("subscriptions")
    if not article or not percent or not (parsed.aspect == PRICE or COSTS.search(plain(parsed.text))):
        return None
    if (
        subjects.of_the_answer(parsed.topic) != "subscription"
        or len(parsed.found.products) != 1
        or parsed.is_issue
    ):
        return None
    product = parsed.found.products[0]
    rest = (product.price * (100 - percent) / 100).quantize(Decimal("0.01"))
    reply = answers.of_article(article, parsed, 0.9)
    words = {"name": product.name, "price": money.formatted(product.price), "rest": money.formatted(rest)}
    reply.text, reply.passage = (
        f"{wording.say('subscribed_price', parsed.language, **words)} {reply.text}",
        "",
    )
    return reply


PER_UNIT = phrases(
    r"per (?:kg|kilo|litre|liter|ltr|gram|gm|100 ?g\w*)(?: .{0,15})?", r"(?:kg|kilo|litre|liter) (?:ke|ka) (?:hisaab|bhav)(?: .{0,12})?", r"(?:ek|1|one) (?:kg|kilo|litre|liter) (?:ka|ke|ki|kitn\w+)(?: .{0,12})?", "(?:प्रति|एक) (?:किलो|लीटर)(?: .{0,12})?"
)  # fmt: skip
CHEAPER = phrases("cheap\\w*", r"sast[aei]", "सस्त[ाेी]")
A_KILO = Decimal(1000)


def per_kilo(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Per kg kitna hua" of what was shown: its price for a kilo or a litre, and of two of them both."""
    said = plain(parsed.text)
    shown = list(parsed.found.products) if parsed.found.share else spoken_of(parsed)
    if (
        not 0 < len(shown) <= 2
        or CHEAPER.search(said)
        or not PER_UNIT.search(said)
        or parsed.is_issue
        or chat.memory.get("issue")
    ):
        return None
    lines = []
    for product in shown:
        pack = A_WEIGHT.search(product.unit or "")
        if not pack or not (size := Decimal(str(in_small(pack)))):
            return None
        of = "L" if pack[2].casefold().startswith(("l", "m")) else "kg"
        each = money.formatted((product.price * A_KILO / size).quantize(Decimal("0.01")))
        price = money.formatted(product.price)
        lines.append(
            wording.say(
                "per_unit",
                parsed.language,
                name=product.name,
                price=price,
                unit=product.unit,
                each=each,
                of=of,
            )
        )
    reply = Reply("\n".join(lines), "product_query", max(parsed.confidence, 0.9))
    answers.show(reply, shown)
    reply.is_sure = True
    return reply
