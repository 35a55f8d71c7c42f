"""Rules about sums: several products, how many of each, and what their delivery adds."""

import re

from chatbot.dialogue.answers import Reply
from chatbot.dialogue.message import ParsedMessage
from chatbot.dialogue.reading.readings import CHANGES_A_SUM, MOST_WORDS_OF_A_CHANGE
from chatbot.dialogue.resolving.counting import (
    A_WEIGHT,
    COUNT,
    DELIVERED,
    NUMBERS,
    OF_IT,
    PACKS,
    count_in,
    counted,
    packs_of,
    says_a_count,
)
from chatbot.dialogue.resolving.references import spoken_of
from chatbot.dialogue.rules.orders.about_delivery import CASH, OWN_ORDER
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import delivery_areas, shop_rules
from chatbot.sources import products as catalogue

from ..about_products import FOLLOWS
from .how_many import BOTH, last_two
from .sum_lines import MOST_OF_A_TOTAL, NAMES_FIRST, ONE_AND_TOTAL, ONLY_TOTAL, WRAPPED
from .sum_lines import summed as summed

SUM = phrases(
    r"(?:le|lu|loon|lun|lunga|lungi|lena) (?:lu|lun|loon|ho)? ?(?:to|toh)", r"if i (?:take|buy|order|get)(?: .{0,25})?", r"total(?:ly)?", "sum", "altogether", "in all", "all together", "together", r"bill(?: amount)?(?: kitna)?", r"kitna (?:hoga|hua|banega|ho jayega|padega|lagega|total|bill|dena|pay|ayega|aayega)(?: .{0,15})?", r"kitne (?:ka|ke|ki|me|mein) (?:padega|padenge|hoga|honge|aayega|ayega|milega|milenge)", r"kitne (?:honge|hue|lagenge|dene)(?: .{0,12})?",
    r"how much (?:will|would|for|do i|is|are|does|shall|should)(?: .{0,60})?", r"mila ?(?:ke|kar)", "milake", "grand total", r"(?:with|including|incl) (?:delivery|shipping)", r"delivery (?:ke )?sa(?:a)?th", r"delivery mila\w*", "कुल", "टोटल", "मिलाकर", "कितना होगा", "कितना पड़ेगा", "कितने का पड़ेगा", "कितना (?:हुआ|बन\\S*|देना|लग\\S*)", "कितने (?:हुए|होंगे|देने|लग\\S*)", r"(?:\d{1,2}|ek|do|teen) (?:ka|ke|ki) kitn[aei]", r"per (?:kg|kilo)(?: .{0,15})?", "cost of", "price (?:of|for)", r"final (?:amount|price)", r"what(?:'?s| is| will be| would be)? (?:the )?(?:cost|price|total|amount)(?: .{0,60})?", "amount", "kitne\\W*$", "kitna\\W*$", r"kitne (?:ka|ke|ki)", "कितने (?:का|के|की)(?: .{0,10})?", "how much",
)  # fmt: skip


def a_sum(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Ek classic aur ek peri peri, total kitna hoga delivery ke saath": added up, with the delivery rule."""
    said = plain(parsed.text)
    is_trouble = parsed.is_issue and not (parsed.intent == "product_query" and spoken_of(parsed))
    if is_trouble or OWN_ORDER.search(said):
        return None
    if changed := _changed_sum(parsed, said):
        return changed
    if _is_a_list(said) and len(items := counted(parsed)) > 1:
        return summed(parsed, items)
    if parsed.topic.get("kind") == "sum" and not parsed.found.products and OF_THE_COUPON.fullmatch(said):
        return summed(parsed, _so_far(parsed))
    so_many_of_it = COUNT.search(said) and THE_CHEAPER.search(said)
    if not (SUM.search(said) or DELIVERED.search(said) or so_many_of_it):
        return None
    if len(said.split()) <= 9 and (one := _the_cheaper(parsed, said)):
        return summed(parsed, [(one, count_in(said))])
    items = counted(parsed)
    if not SUM.search(said) and len(items) < 2:
        asks_its_delivery = (
            not items and len(said.split()) <= MOST_WORDS_OF_A_SUM_AGAIN and COSTS.search(said)
        )
        return summed(parsed, so_far) if asks_its_delivery and (so_far := _so_far(parsed)) else None
    if parsed.topic.get("kind") == "sum" and items and FOLLOWS.search(said):
        return summed(parsed, items)
    several = len(items) > 1 or sum(count for _, count in items) > 1
    if not items and (so_far := _so_far(parsed)):
        return summed(parsed, so_far) if len(said.split()) <= MOST_WORDS_OF_A_SUM_AGAIN else None
    before = of_the_talk(parsed)
    if not items and len(before) == 1 and COUNT.search(said) and PACKS.search(said):
        # "4 pack ka total"
        return summed(parsed, [(before[0], count_in(said))])
    if not items and BOTH.search(OF_ONE.sub(" ", said)) and len(both := last_two(parsed)) == 2:
        # "Dono half half kilo": so many packs of each
        return summed(parsed, [(product, packs_of(said, product) or 1) for product in both])
    if not items and len(before) == 1 and (packs := packs_of(said, before[0])):
        return summed(parsed, [(before[0], packs)])
    if (
        not items
        and len(before) == 1
        and DELIVERED.search(said)
        and SUM.search(said)
        and len(said.split()) <= 7
    ):
        # "Kitne ka padega delivery milake", of the one that was shown; "2 ka kitna + delivery"
        return summed(parsed, [(before[0], count_in(said))])
    if not items and (count := _only_a_count(said)) and before:
        return summed(parsed, [(before[0], count)])
    # "Sirf ek chikki mangau to total": of one alone delivery is what is not known
    of_one = ONE_AND_TOTAL.search(said) and len(items) == 1
    if not items or not (several or of_one or DELIVERED.search(said)):
        return None
    return summed(parsed, items)


A_COUNT = rf"(?:\d{{1,2}}|{'|'.join(NUMBERS)})"
A_LIST = re.compile(
    rf"\W*(?:i (?:want|need|'?ll take) |give me |mujhe |chahiye )?{A_COUNT} (?!you|u )\S+.*(?:,|\+|&|\band\b|\baur\b|और)\s*{A_COUNT} \S+",
    re.IGNORECASE,
)


# "4 sev 2 papad": every name has its count, and nothing else is said
ONLY_COUNTS = re.compile(
    r"\W*(?:\d{1,2} ?(?:x |packets? |packs? |pkts? )?[^\W\d]+(?: [^\W\d]+)? ?){2,5}\W*", re.IGNORECASE
)


def _is_a_list(said: str) -> bool:
    """ "Two honey and one ghee": a basket in words."""
    return len(said.split()) <= 12 and bool(A_LIST.match(said) or ONLY_COUNTS.fullmatch(said))


LESS = phrases(
    "remove", "without", r"hata\w*", "minus", "drop", "except", r"(?:nahi|nahin) chahiye", "हटा\\S*"
)
# "And one tea" after a sum; "and the tea?" may ask its price
AND_ALSO = re.compile(r"^\W*(?:ok |acha )?(?:and|aur|n|with|और)(?![\w\u0900-\u097F])", re.IGNORECASE)
MORE = phrases("ek aur", "aur ek", "one more", "add", "plus", r"jod\w*", "also", "bhi", "और", "जोड़\\S*")


SO_MANY = phrases(
    rf"(?:only|just|sirf|bas|instead|make (?:it|that)|केवल|सिर्फ) {A_COUNT}",
    rf"{A_COUNT} (?:hi|ही)",
    rf".{{2,20}} {A_COUNT} (?:kar do|kardo|kar dijiye|hi|only|rakho|कर दो)",
    rf"{A_COUNT} .{{2,20}} (?:instead|only|hi|kar do|kar dijiye)",
)


# "Cod pe kitna banega", "delivery free hai kya fir" of what was added up
MOST_WORDS_OF_A_SUM_AGAIN = 7
COSTS = phrases(
    "free",
    r"charges?",
    "extra",
    "kitn[aei]",
    "how much",
    "cost",
    "lagega",
    "lagegi",
    "pay",
    "फ्री",
    "कितन[ाेी]",
)


def of_the_talk(parsed: ParsedMessage) -> list[Product]:
    """Return the products that are spoken of; with an article or a rule for health in between, the one before it."""
    if (before := spoken_of(parsed)) or parsed.topic.get("kind") not in BETWEEN:
        return before
    memory = parsed.chat.memory
    is_near = memory.get("since_product", MOST_BETWEEN + 1) <= MOST_BETWEEN
    return catalogue.by_ids(memory.get("recent", [])[-1:]) if is_near else []


# So many answers about something else may stand between a product and a count of it
BETWEEN, MOST_BETWEEN = ("article", "delivery", "health"), 3


def _so_far(parsed: ParsedMessage) -> list[tuple[Product, int]]:
    """Return what was added up last, as long as the talk is about it: an article in between is about it still."""
    kind = parsed.topic.get("kind")
    if kind != "sum" and (kind not in ("article", "delivery") or parsed.found.products):
        return []
    kept = dict(parsed.topic.get("items") or parsed.chat.memory.get("sum") or ())
    return [(product, kept[str(product.pk)]) for product in catalogue.by_ids(list(kept))]


def _changed_sum(parsed: ParsedMessage, said: str) -> Reply | None:
    """ "Remove ghee", "add one honey" after a sum: the sum again, with it or without."""
    one_more = not parsed.found.products and MORE.search(said) and says_a_count(said)
    if len(said.split()) > MOST_WORDS_OF_A_CHANGE or not (parsed.found.products or one_more):
        return None
    # A price in between as well, where the words change a sum: "remove the honey"
    changes = bool(CHANGES_A_SUM.search(said))
    outlives = parsed.topic.get("kind") in ("article", "delivery", *(["product"] if changes else []))
    summed_up = parsed.topic.get("items") or (parsed.chat.memory.get("sum") if outlives else None)
    if summed_up:
        kept = dict(summed_up)
        items = [(product, kept[str(product.pk)]) for product in catalogue.by_ids(list(kept))]
    elif len(before := spoken_of(parsed)) == 1 and CHANGES_A_SUM.search(said):
        # "Aur ek honey bhi add karo" after one product that was shown
        items = [(before[0], 1)]
    else:
        return None
    if one_more:
        # "Aur 1 jod do" of the one thing that was added up
        return summed(parsed, [(items[0][0], items[0][1] + count_in(said))]) if len(items) == 1 else None
    if (swapped := INSTEAD.match(said)) and (swap := _swapped(items, swapped)):
        return summed(parsed, swap)
    named = counted(parsed)
    so_many: dict[Product, int] = dict(named)
    counts_alone = (
        ONLY_COUNTED.fullmatch(said.strip(" ?.!"))
        and says_a_count(said)
        and not THE_MORE.search(said)
        and not LESS.search(said)
    )
    if (SO_MANY.search(said) or counts_alone) and set(so_many) <= {product for product, _ in items}:
        # "And if i take only one banana chips": so many of it, and the rest as it was
        return summed(parsed, list((dict(items) | so_many).items()))
    if LESS.search(said):
        gone = {product.pk for product, _ in named}
        rest = [(product, count) for product, count in items if product.pk not in gone]
        return summed(parsed, rest) if rest and len(rest) < len(items) else None
    if named and (MORE.search(said) or (AND_ALSO.search(said) and says_a_count(said))):
        added = {product.pk: count for product, count in named}
        both = [(product, count + added.pop(product.pk, 0)) for product, count in items]
        return summed(parsed, both + [(product, count) for product, count in named if product.pk in added])
    return None


# "Tea 1": so many of it, and nothing else is said; "aur ek honey" is one more
ONLY_COUNTED = re.compile(
    r"(?:\S+ ){1,3}(?:\d{1,2}|ek|do|teen|one|two|three)(?: (?:kar do|kardo|karo|hi|only|packets?|pkts?))?|(?:\d{1,2}|ek|one|two|three|teen) \S+(?: \S+)?",
    re.IGNORECASE,
)
THE_MORE = phrases("aur", "and", "more", "add", "extra", "plus", r"jod\w*", "bhi", "also", "और", "भी")
# Asked of what was added up, without a product
OF_A_SUM = phrases(
    r"(?:and |aur |with |plus |ok )*(?:the )?(?:delivery|shipping|courier)(?: (?:charges?|ka|free|kitn[aei]|how much|lag\w*|hai|hoga|hogi|na|extra|ke saath|milake|included|ho))*", r"(?:and |aur |to |ok |so |kul |grand )*total(?: .{0,15})?", r"(?:with |and |aur |if |n |plus |ok |agar )*(?:coupon|code|welcome ?10)(?: .{0,15})?",
    r"(?:and |aur |with |in |ok )*(?:cod|cash)(?: (?:me|mein|pe|par|se|ke saath|on delivery|how much|kitn[aei]|hoga|lagega|charge|extra|to|karu|lu|total|then))*", r"(?:kul |sab |total )?(?:kitn[ae]|how much)(?: (?:hua|hoga|total|now|altogether|in all|banega|dena|pay|is it|then|padega|all together))*", "(?:कुल |टोटल )?(?:कितना|डिलीवरी)(?: .{0,15})?",
)  # fmt: skip


def a_basket(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "2 ghee, cod, total" after a place or a rule: the sum, and no rule for the place again."""
    said = plain(parsed.text)
    if (
        parsed.topic.get("kind") not in ("delivery", "article")
        or not parsed.found.share
        or parsed.found.is_vague
        or not counting_words(said)
        or delivery_areas.pin_in(said)
        or delivery_areas.areas().named_in(said)
        or chat.memory.get("issue")
        or parsed.reason
    ):
        return None
    return a_sum(chat, parsed)


TOTAL = phrases(
    "total",
    "altogether",
    "in all",
    r"kitn[aei](?: .{0,15})?",
    "how much(?: .{0,20})?",
    "bill",
    "sum",
    "amount",
    "cost",
    "price",
    "कुल",
    "टोटल",
    "कितन[ाेी](?: .{0,12})?",
)


def a_counted_basket(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "4 sev total cod pe", "2 masala 1 honey with gift wrap": names with counts and a word for the sum, whatever else is named."""
    said = plain(parsed.text)
    if (
        not parsed.found.share
        or parsed.found.is_vague
        or not ((A_COUNTED_NAME.search(said) and TOTAL.search(said)) or NAMES_FIRST.fullmatch(said))
        or chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        or OWN_ORDER.search(said)
        or len(said.split()) > MOST_WORDS_OF_A_BASKET
    ):
        return None
    items = counted(parsed)
    named_beside = CASH.search(said) or WRAPPED.search(said) or OF_THE_COUPON.search(said)
    if len(items) == 1 and len(parsed.found.products) > 1:
        # "2 pickle kitne ka": which of them is asked about
        return None
    return summed(parsed, items) if items and (len(items) > 1 or items[0][1] > 1 or named_beside) else None


MOST_WORDS_OF_A_BASKET = 14
A_COUNTED_NAME = re.compile(
    rf"(?<![\w₹]){A_COUNT} (?:x |packets? |packs? |pkts? |jars? |bottles? |boxes |box )?(?:of |the )?[^\W\d]{{3,}}",
    re.IGNORECASE,
)


def counting_words(said: str) -> bool:
    return says_a_count(said) and bool(SUM.search(said) or CASH.search(said) or DELIVERED.search(said))


def of_the_sum(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "And delivery?", "total?", "with welcome10?", "tea 1" of what was just added up, whatever else they may mean."""
    said, kind = plain(parsed.text), parsed.topic.get("kind")
    with_coupon = len(said.split()) <= MOST_WORDS_OF_A_SUM_AGAIN and shop_rules.names_the_coupon(said)
    if (
        not (
            kind == "sum"
            or (kind == "product" and (with_coupon or ONLY_TOTAL.fullmatch(said.strip(" ?.!"))))
        )
        or chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        or parsed.order
    ):
        return None
    if parsed.found.products and not parsed.found.is_vague:
        return _changed_sum(parsed, said)
    if with_coupon and (so_far := _so_far(parsed) or [(product, 1) for product in spoken_of(parsed)]):
        # "WELCOME10 lagega?" of one that was shown: its price with the coupon
        return summed(parsed, so_far) if kind == "sum" or len(so_far) == 1 else None
    if kind == "product":
        shown = spoken_of(parsed)
        return (
            summed(parsed, [(product, 1) for product in shown]) if len(shown) <= MOST_OF_A_TOTAL else None
        )
    asks = len(said.split()) <= MOST_WORDS_OF_A_SUM_AGAIN and OF_A_SUM.fullmatch(said.strip(" ?.!"))
    if not asks or delivery_areas.pin_in(said) or delivery_areas.areas().named_in(said):
        return None
    return summed(parsed, _so_far(parsed))


INSTEAD = re.compile(
    r"^\W*(?P<old>.{3,25}?)\s+(?:ki jagah|ke badle|hata ke|hatakar|की जगह|के बदले)\s+(?P<new>.{3,40})$|^\W*(?P<new_en>.{3,30}?)\s+(?:instead of|in place of)\s+(?:the )?(?P<old_en>.{3,30})$|^\W*replace\s+(?:the )?(?P<old_by>.{3,25}?)\s+(?:with|by)\s+(?P<new_by>.{3,30})$",
    re.IGNORECASE,
)


def _swapped(items: list[tuple[Product, int]], said: re.Match) -> list[tuple[Product, int]]:
    """Return a sum with one product in place of another: "papad ki jagah chikki kar do"; [] where none fits."""
    old, new = (
        said["old"] or said["old_en"] or said["old_by"],
        said["new"] or said["new_en"] or said["new_by"],
    )
    gone, put = catalogue.look_up(old).products, catalogue.look_up(new).products
    kept = [product for product, _ in items if product in gone]
    if len(kept) != 1 or not put or put[0] in kept:
        return []
    so_many = count_in(new) if says_a_count(new) else dict(items)[kept[0]]
    return [(put[0], so_many) if product == kept[0] else (product, count) for product, count in items]


def _the_cheaper(parsed: ParsedMessage, said: str) -> Product | None:
    """ "2 of the cheaper one" after a comparison."""
    before = spoken_of(parsed)
    if len(before) < 2 or not THE_CHEAPER.search(said):
        return None
    choose = max if THE_DEARER.search(said) else min
    return choose(before, key=lambda product: product.price)


THE_DEARER = phrases("expensive", "costl\\w+", "mehn?g[aei]", "dearer", "महंगा")
THE_CHEAPER = phrases(
    r"(?:the )?(?:cheap\w*|expensive|costl\w+|dearer)(?: one| wala)?",
    r"(?:sast[aei]|mehn?g[aei]) (?:wal[aei]|one)",
    "सस्ता वाला",
    "महंगा वाला",
)
# "Ek packet kitne ka padega delivery milake" is of one
OF_ONE = phrases(
    r"(?:ek|one|1|single|एक) (?:packet|pack|bottle|jar|box|पैकेट).*",
    r"(?:delivery|shipping) (?:ke saath |charge |charges )?(?:milake|mila ke|milakar|mila kar|together)",
)


def _only_a_count(said: str) -> int:
    count = count_in(said)
    return count if count > 1 and len(said.split()) <= 8 else 0


def more_of_it(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "And if I take 2?" after a product: what two cost."""
    said = plain(parsed.text)
    # After an article the product of before is still meant: "half kg lena hai"
    before = spoken_of(parsed)[:1] or catalogue.by_ids(chat.memory.get("recent", [])[-1:])
    of_it = OF_IT.search(said)
    follows = len(said.split()) <= 7 and (
        FOLLOWS.search(said)
        or of_it
        or re.search(
            r"\b(?:if i (?:take|buy|order)|make (?:it|that)|kar do|kardo|for|loon|lu|lun|le|lunga|lena|packs?|packets?|pieces?|bottles?|jars?|boxes|dabb[ae])\b",
            said,
            re.IGNORECASE,
        )
    )
    if before and len(said.split()) <= 5 and not parsed.is_issue and (packs := packs_of(said, before[0])):
        # "500 gram" sounds like "garam"
        named = catalogue.look_up(A_WEIGHT.sub(" ", said)).products
        return None if named and named[0].pk != before[0].pk else summed(parsed, [(before[0], packs)])
    if not before or not follows or parsed.found.products or parsed.is_issue or parsed.numbers:
        return None
    count = _only_a_count(said) or (1 if of_it else 0)
    return (
        summed(parsed, [(before[0], count)])
        if of_it or (count > 1 and (COUNT.search(said) or PACKS.search(said)))
        else None
    )


OF_THE_COUPON = re.compile(
    r"\W*(?:\S+\s+)?(?:\S+\s+)?(?:coupon|code|discount|कूपन)(?:\s+\S+){0,3}\W*", re.IGNORECASE
)
