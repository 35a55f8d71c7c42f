"""What the words of a message point at in this talk: read once, before the rules, and written out.

"Pickle me oil kaunsa hai" after Mango Pickle means that pickle; "the ghee one" of three makhanas the one with ghee;
"snacks me?" after "under 150" snacks at that price; "which one is better" the two that were spoken of. The message
is answered as if it had said so, and no rule has to know.
"""

from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain, words_of
from chatbot.sources import product_facts, products
from chatbot.sources.product_kinds import kind_of

from ..message import ACT, ParsedMessage, parse

MOST_WORDS = 10
# All of a kind are asked about, or what there is
OF_ALL = phrases(
    "all", "both", "dono", r"kitn[ei] (?:tarah|type|kism)\S*", "types?", "kinds?", r"flavou?rs?", "varieties", "variety", "options?",
    "kya kya", "aur kya", "show", r"dikha\w*", "list", "any", "koi", "kuch", "other", "else", "dusr[aei]", "vs", "do you (?:have|sell)",
    "सब", "दोनों", "दिखा\\S*", "कोई", "कुछ", "दूसर[ाेी]",
)  # fmt: skip
ONE_OF_THEM = phrases(
    r"wal[aei]",
    "val[aei]",
    "ones?",
    "which",
    r"ka?un ?s[aei]",
    r"kons[aei]",
    "with",
    "वाल[ाेी]",
    "कौन ?स[ाे]",
)
COMPARES = phrases(
    r"(?:which|ka?un ?s[aei]|kons[aei])(?: one| wal[aei]| of them)*(?: is| are)? (?:.{0,12})?(?:better|best|good|cheaper|healthier|tastier|ach+h?[aei]|behtar|sast[aei]|theek|thik)(?: .{0,20})?",
    r"(?:better|best|ach+h?[aei]|behtar) (?:ka?un|kons|which)\w*(?: .{0,12})?",
    "कौन ?स[ाे] (?:बेहतर|अच्छ[ाे]|सस्त[ाे])(?: .{0,12})?",
)
# "Snacks me?", "spicy wala" of what was listed at a price
MOST_WORDS_WITHIN = 4
SHORTEST = 4


def spoken_of(parsed: ParsedMessage) -> list[Product]:
    """Return the products that the last answer was about, as they are now.

    Of two that were compared the one that was told to be so, where words point at one: "uska rate".
    """
    topic = parsed.topic
    if topic.get("chosen") and POINTS_AT_ONE.search(plain(parsed.text)):
        return products.by_ids([topic["chosen"]])
    ids = (
        topic.get("ids", []) if topic.get("kind") == "product" else [pk for pk, _ in topic.get("items", [])]
    )
    return products.by_ids(ids)


POINTS_AT_ONE = phrases(
    "that(?: one)?", "it", "its", r"us(?:k[aei]|ko|me(?:in)?|se)", r"is(?:k[aei]|ko|me(?:in)?|se)", "wahi", r"w[ao]h? wal[aei]", "this one", "उस(?:का|की|के|को|में)", "इस(?:का|की|के|को|में)", "वही",
)  # fmt: skip


def written_out(chat: Chat, parsed: ParsedMessage) -> ParsedMessage:
    """Return the message with what it points at written out; the same one where it points at nothing."""
    if chat.memory.get("issue") or parsed.reason or parsed.numbers or len(parsed.text.split()) > MOST_WORDS:
        return parsed
    if parsed.is_issue and parsed.confidence >= ACT:
        return parsed
    text = (
        _without_it(parsed)
        or _both(chat, parsed)
        or _with_that_one(parsed)
        or _of_that_kind(chat, parsed)
        or _among_those_shown(parsed)
        or _of_those_two(chat, parsed)
        or _of_the_one_before(chat, parsed)
    )
    text = _within_the_price(chat, parsed, text or parsed.text) or text
    if not text or text == parsed.text:
        return parsed
    again = parse(chat, text, asked=parsed.asked, language=parsed.language)
    again.raw = parsed.raw
    return again


def _recent(chat: Chat) -> list[Product]:
    return products.by_ids(chat.memory.get("recent", []))


def _of_that_kind(chat: Chat, parsed: ParsedMessage) -> str:
    """ "Pickle" after Mango Pickle was spoken of: that one, unless all of them or another are asked about."""
    recent = _recent(chat)[-1:]
    said = plain(parsed.text)
    if not recent or len(parsed.topic.get("ids", [])) > 1 or not parsed.found.share or OF_ALL.search(said):
        return ""
    if not (parsed.aspect or USED_IN_IT.search(said) or any(map(str.isdigit, said))):
        # "Pickle?" alone asks what there is
        return ""
    for word in parsed.text.split():
        if _names_its_kind(word, recent[0]) and not _names_another(
            parsed.text.replace(word, " ", 1), recent[0]
        ):
            return parsed.text.replace(word, recent[0].name, 1)
    return ""


# "Which oil is in the pickle"
USED_IN_IT = phrases(r"me(?:in)?(?: \w+)? (?:ka?un ?s[aei]|kons[aei]|kya|kitn[aei])", "what", "which")


WITHOUT = phrases(
    r"(?:(?:which|ka?un ?s[aei]|kons[aei]|any)(?: (?:one|ones|of (?:these|them)|in them))*(?: (?:is|are|has|have|comes?))? |in(?:me|mein)(?: se)? (?:kons[aei]|ka?un ?s[aei])? ?)?(?:bina|without|kam|less|no) (?P<what>ghee|tel|oil|namak|salt|mirch|chilli|onion|garlic|pya?az|lehsun|chee?ni|sugar|dairy|milk)(?: (?:ke|ka|ki|wal[aei]|one|ones))*",
    "(?:बिना|कम) (?P<what_hi>घी|तेल|नमक|मिर्च)(?: (?:के|का|वाल[ाेी]))*",
)
IN_ENGLISH = {
    "tel": "oil", "namak": "salt", "mirch": "chilli", "pyaz": "onion", "pyaaz": "onion", "lehsun": "garlic", "cheeni": "jaggery", "chini": "jaggery",
    "sugar": "jaggery", "dairy": "milk", "घी": "ghee", "तेल": "oil", "नमक": "salt", "मिर्च": "chilli",
}  # fmt: skip


def _without_it(parsed: ParsedMessage) -> str:
    """ "Kam tel wala", "bina ghee wala?" of what was shown: those of it, or of its shelf, that have none in them."""
    found = WITHOUT.fullmatch(plain(parsed.text).strip(" ?.!"))
    shown = _shown(parsed)
    if found and len(shown) == 1 and OF_THESE.search(plain(parsed.text)):
        # "Which of these is without garlic" after one of a list was spoken of
        shown = products.by_ids(parsed.chat.memory.get("listed", [])) or shown
    if not found or not shown:
        return ""
    word = found["what"] or found["what_hi"]
    word = IN_ENGLISH.get(word, word).casefold()
    among = shown if len(shown) > 1 else [p for p in products.on_sale() if p.category == shown[0].category]
    fitting = [each for each in among if each.ingredients and word not in each.ingredients.casefold()]
    return ", ".join(each.name for each in fitting[:MOST_FITTING]) if len(fitting) < len(among) else ""


OF_THESE = phrases("which", "of these", "of them", r"inme(?:in)?", r"kons[aei]", r"ka?un ?s[aei]")
BOTH = phrases("both", "dono", "in dono", "the two", "दोनों")
MOST_OF_BOTH = 6


def _both(chat: Chat, parsed: ParsedMessage) -> str:
    """ "Price dono ka" with a question about health or a rule in between: of the two that were spoken of."""
    said, listed = plain(parsed.text), chat.memory.get("listed", [])
    two = listed if len(listed) == 2 else chat.memory.get("recent", [])[-2:]
    if (
        parsed.topic.get("kind") not in ("health", "article", "delivery")
        or len(two) != 2
        or parsed.found.products
    ):
        return ""
    if (
        not BOTH.search(said)
        or not parsed.aspect
        or len(said.split()) > MOST_OF_BOTH
        or ABOUT_THE_SHOP.search(said)
    ):
        return ""
    return f"{' and '.join(product.name for product in products.by_ids(two))} {BOTH.sub(' ', parsed.text)}"


THAT_ONE = phrases(
    "that",
    "this",
    "it",
    r"i[st]s?e",
    r"i[st]me(?:in)?",
    r"i[su]s?(?:se|ka|ki|ke)",
    "ye",
    "yeh",
    "wo",
    "woh",
    "इस(?:से|में|का)?",
    "उस(?:से|में|का)?",
    "यह",
    "वह",
)
DIFFERS = phrases(
    "difference",
    "different",
    "diff",
    "compare",
    r"compari\w+",
    "vs",
    "versus",
    "better",
    "farak",
    "fark",
    "antar",
    "behtar",
    "फर्क",
    "अंतर",
    "बेहतर",
)


def _with_that_one(parsed: ParsedMessage) -> str:
    """ "Difference between that and groundnut" of the mustard oil: those two, and no chikki."""
    said, shown = plain(parsed.text), _shown(parsed)
    if len(shown) != 1 or not THAT_ONE.search(said) or not DIFFERS.search(said):
        return ""
    others = [
        each for each in parsed.found.products if each != shown[0] and each.category == shown[0].category
    ]
    return f"difference {shown[0].name} vs {others[0].name}" if len(others) == 1 else ""


MOST_FITTING = 3


def _names_its_kind(word: str, product: Product) -> bool:
    found = products.look_up(word).products
    kind = kind_of(product)
    return len(found) > 1 and product in found and all(kind_of(each) == kind for each in found)


def _names_another(rest: str, product: Product) -> bool:
    """Return whether the words beside the kind name one of it: "mango" of the pickles."""
    return any(kind_of(each) == kind_of(product) for each in products.look_up(rest).products)


def _shown(parsed: ParsedMessage) -> list[Product]:
    topic = parsed.topic
    return products.by_ids(topic.get("ids", [])) if topic.get("kind") == "product" else []


def _among_those_shown(parsed: ParsedMessage) -> str:
    """ "Ghee wala konsa hai" of three makhanas: the one that is made with it."""
    shown = _shown(parsed)
    said = plain(parsed.text)
    if (
        len(shown) < 2
        or not ONE_OF_THEM.search(said)
        or any(each in shown for each in parsed.found.products)
    ):
        return ""
    asked = [word for word in words_of(parsed.text) if len(word) >= SHORTEST and word not in ONE_WORDS]
    having = [each for each in shown if any(word in _text_of(each) for word in asked)]
    if len(having) != 1:
        return ""
    return " ".join([having[0].name, *(["price"] if parsed.aspect == product_facts.PRICE else [])])


ONE_WORDS = {
    "wala",
    "wali",
    "wale",
    "vala",
    "which",
    "with",
    "ones",
    "konsa",
    "kaunsa",
    "konsi",
    "price",
    "kitne",
}


def _text_of(product: Product) -> set[str]:
    return set(words_of(f"{product.name} {product.ingredients or ''}"))


def _of_those_two(chat: Chat, parsed: ParsedMessage) -> str:
    """ "Which one is better for roti" after one was asked about and then another: those two."""
    if parsed.found.products or len(_shown(parsed)) > 1 or not COMPARES.search(plain(parsed.text)):
        return ""
    two = _recent(chat)[-2:]
    if (
        len(two) < 2
        or two[0].category != two[1].category
        or parsed.topic.get("kind") not in ("product", "sum")
    ):
        return ""
    return f"{parsed.text}: {two[0].name} or {two[1].name}"


# A price in so many words; "how much?" after the rule for delivery asks what that costs
A_PRICE = phrases(
    r"price?s?", "rate", "mrp", r"d[a]+m", r"k[ei]+mat", "how much (?:is|are|does|for) (?:it|they|one|this|that)", r"kitn[ei] (?:ka|ki|ke)", "दाम", "कीमत", "कितने (?:का|की)",
)  # fmt: skip


def _of_the_one_before(chat: Chat, parsed: ParsedMessage) -> str:
    """ "Whats the rate", "what's inside the box" with an article in between: of the product that was spoken of."""
    recent, said = _recent(chat)[-1:], plain(parsed.text)
    if (
        parsed.topic.get("kind") not in ("article", "delivery")
        or not recent
        or chat.memory.get("since_product", MOST_ANSWERS_BETWEEN + 1) > MOST_ANSWERS_BETWEEN
        or not parsed.aspect
        or _names_a_product(parsed, said)
        or ABOUT_THE_SHOP.search(said)
        or (parsed.aspect == product_facts.PRICE and not A_PRICE.search(said))
    ):
        return ""
    return f"{recent[0].name} {parsed.text}"


def _names_a_product(parsed: ParsedMessage, said: str) -> bool:
    """Return whether a product is named by more than the aspect word: "wo kitna teekha hai" does not."""
    rest = product_facts.ASPECTS[parsed.aspect].sub(" ", said)
    return parsed.found.share > 0 and products.look_up(rest).share > 0


# So many answers about something else may stand between
MOST_ANSWERS_BETWEEN = 3
# What is asked of the shop and of no product
ABOUT_THE_SHOP = phrases(
    "delivery", r"deliver\w*", "shipping", "cod", "return", "refund", "exchange", "coupon", "discount", "orders?", "pin ?code", "payment", "upi", "gst", "invoice", "courier", "cash", "gift wrap", r"wrap\w*", r"msg (?:kar|bhej|do|me)\w*", "all products?", "everything", "your products?", "cancel", "subscription", "डिलीवरी", "ऑर्डर", "वापस",
)  # fmt: skip


def _within_the_price(chat: Chat, parsed: ParsedMessage, text: str) -> str:
    """ "Snacks me?" after "under 150": snacks at that price."""
    within = chat.memory.get("within", "")
    if (
        not within
        or parsed.topic.get("kind") != "product"
        or len(parsed.text.split()) > MOST_WORDS_WITHIN
        or len(parsed.found.products) < 2
        or products.names_a_price(text)
    ):
        return ""
    return f"{text.strip(' ?.!')} {within}"
