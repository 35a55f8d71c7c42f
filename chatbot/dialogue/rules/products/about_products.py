"""Rules about products: which ones are meant, facts, follow-ups, names."""

import re
from typing import Any

from chatbot import wording
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import product_facts, product_text
from chatbot.sources import products as catalogue
from chatbot.sources.product_facts import CONTAINED, PRICE, STOCK
from chatbot.sources.product_kinds import sibling
from tickets.models import Category, Priority

from ... import answers
from ...answers import Reply
from ...message import ACT, CLEAR, VERY_CLEAR, ParsedMessage
from ...resolving.references import spoken_of

MOST_TOLD = 4

# --- Which products ----------------------------------------------------------------

FOLLOWS = re.compile(
    r"^\W*(?:(?:and|n|aur|or|ya|what about|how about|and what about|also|same for|or what about|to|toh|phir|then|acha|accha|ok|okay|और|या|तो)(?![\w\u0900-\u097F])[\s,]*)+|(?:\b(?:one|wala|wali|vala|vali|wale|ka|ki|ke|bhi|too|also|as well|instead)|(?<![\w\u0900-\u097F])(?:वाला|वाली|वाले|का|की|के|भी))\W*$",
    re.IGNORECASE,
)
THIS = phrases(
    "it", "its", "this", "that", "these", "those", "they", "them", "iska", "iski", "iske", "isme", "ismein", "is me", "usme", "usmein", "uska", "uski", "uske", "yeh", "ye", "wo",
    "woh", "isko", "isse", "इसका", "इसकी", "इसके", "इसमें", "उसका", "उसमें", "यह", "ये", "वो", "inka", "inki", "inme", "in dono", "dono", "both", "दोनों", "the same", "of them", "inme se", "inmein",
)  # fmt: skip
FIRST_OF = ((phrases("first", "1st", "pehla", "pehli", "pehle wal[aei]", "पहला", "पहली"), 0), (phrases("second", "2nd", "dusr[aei]", "doosr[aei]", "दूसर[ाी]", "the other", "other one"), 1), (phrases("third", "3rd", "teesr[aei]", "तीसर[ाी]"), 2), (phrases("last one", "aakhri", "last wal[aei]"), -1))  # fmt: skip

# "Kitna teekha hai" names no hot one
HOW = phrases(r"kitn[aei]", "how", "is it", "zyada", "jyada", "bahut", "कितन[ाेी]", "ज़्यादा", "बहुत")
PALM_OIL = phrases("palm oil", "palm", "palmolein")


def meant(parsed: ParsedMessage) -> tuple[list[Product], bool]:
    """Return the products that a message is about, and whether it names them itself.

    "The masala one" after Classic Makhana is Masala Makhana, not the garam masala.
    """
    before = spoken_of(parsed)
    follows = bool(FOLLOWS.search(plain(parsed.text)))
    if parsed.names_what_is_in_it:
        return before, False
    if (
        len(before) == 1
        and THE_OTHER_ONE.search(plain(parsed.text))
        and (not parsed.found.share or parsed.aspect in IN_NAMES)
        and (other := sibling(before[0]))
    ):
        # "Then the other one": of two pickles the one that was not told of
        return [other], True
    if (
        len(before) == 1
        and parsed.topic.get("aspect") in OF_ANY_PRODUCT
        and parsed.found.share >= 1
        and parsed.aspect in IN_NAMES
        and not HOW.search(plain(parsed.text))
        and (beside := catalogue.named_beside(parsed.text, before, True))
        and before[0] not in beside
    ):
        # "Groundnut?" after the price of the mustard oil is the other oil, and no allergen
        return beside, True
    if (
        before
        and len(before) < 3
        and parsed.aspect in IN_NAMES
        and not follows
        and _names_only_contents(parsed)
    ):
        # "Any sugar added?" of the honey names no "natural sugar"
        return before, False
    if before and (named := catalogue.named_beside(parsed.text, before, follows)):
        return named, True
    found = parsed.found
    if parsed.aspect == "palm_oil":
        found = catalogue.look_up(PALM_OIL.sub(" ", parsed.text))
    asks_of_it = THIS.search(plain(parsed.text)) or (
        # "Peanut chikki dikhao" after the ghee names another thing
        len(parsed.text.split()) <= 4
        and not follows
        and len(before) < 3
        and parsed.aspect in IN_NAMES
        and _names_only_contents(parsed)
    )
    if before and parsed.aspect in IN_NAMES and asks_of_it:
        # "Is it without oil?" names no oil of ours
        return before, False
    if found.products and (not found.is_vague or not before):
        return list(found.products), True
    said = plain(parsed.text)
    if len(before) > 1:
        for pattern, place in FIRST_OF:
            if pattern.search(said):
                return before[place : place + 1 or None], True
    return before, False


THE_OTHER_ONE = phrases(
    r"(?:the )?other (?:one|1)", r"(?:do+sr[aei]|dus+r[aei]|dusara)(?: (?:one|wal[aei]))?", "दूसर[ाीे](?: वाल[ाी])?",
)  # fmt: skip


def _names_only_contents(parsed: ParsedMessage) -> bool:
    """Return whether no product is named but by the words that ask what is in it."""
    said = plain(parsed.text)
    rest = product_facts.ASPECTS[parsed.aspect].sub(" ", said)
    return len(said.split()) <= 6 and not catalogue.look_up(rest).products


# --- Facts -----------------------------------------------------------------------------------


def a_fact(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Answer a question about a product named now or before, or the same question about another."""
    is_surely_wrong = parsed.is_issue and parsed.confidence >= ACT
    if is_surely_wrong and parsed.intent not in ("product_query", "out_of_scope"):
        return None
    products, named = meant(parsed)
    just = [] if products else named_just_now(parsed)
    if just:
        products, named = just, True
    if not products:
        return None
    asked, said_of_it = list(parsed.aspects), plain(parsed.text)
    if (
        asked == ["oil"]
        and named
        and all(OIL.search(product.name) for product in products)
        and not FREE_OF.search(plain(parsed.text))
    ):
        # "Sarson ka tel hai kya" asks for the oil itself
        asked = [STOCK]
    if asked == [product_facts.INGREDIENTS] and named and len(products) > 1 and KYA_KYA.search(said_of_it):
        # "Snacks me kya kya hai" asks what there is
        return answers.of_products(products, parsed)
    if catalogue.names_a_price(parsed.text) and asked == [product_facts.INGREDIENTS]:
        # "200 ke andar kya kya milega" asks for a list
        return None
    said = plain(parsed.text)
    same = parsed.topic.get("aspect") if parsed.topic.get("kind") == "product" else ""
    on_it = products == spoken_of(parsed) and len(products) == 1 and not parsed.surely("out_of_scope")
    if named and not asked and same and on_it:
        # "Kadak hai?" of the tea that was shown: what is written of it, and not its price again
        first = product_facts.SENTENCE.findall(products[0].description or "")[:2]
        return answers.of_products(
            products, parsed, told_of(products, parsed) or " ".join(each.strip(" ;") for each in first)
        )
    rest = product_facts.ASPECTS[asked[0]].sub(" ", said) if asked else ""
    besides = [each for each in products if each in catalogue.look_up(rest).products]
    if named and besides and asked[:1] == ["sugar"]:
        products = besides
    # "Garam masala me namak hai" names a product besides the salt that it asks for
    in_names = set(asked) <= IN_NAMES and not set(parsed.found.products) & set(
        catalogue.look_up(rest).products
    )
    goes_on = FOLLOWS.search(said) and len(said.split()) <= 5
    as_before = same in OF_ANY_PRODUCT and parsed.found.share >= 1
    if (
        named
        and same
        and (not asked or (in_names and (goes_on or as_before)))
        and _only_names(parsed, said)
    ):
        # "And the masala one?": the question that was asked of the other
        asked = [same]
    if not asked or (not named and not _means_what_was_shown(parsed, said, asked)):
        return None
    if named and parsed.knows(VERY_CLEAR) and not (parsed.found.products[:1] or just):
        return None
    if len(asked) > 1:
        # "Is peanut chikki gluten free" asks of gluten, "mustard or groundnut, is either refined" of no peanut
        names = " ".join(product.name for product in products)
        of_names = {
            each for each in asked if each in IN_NAMES and product_facts.ASPECTS[each].search(names)
        }
        asked = [each for each in asked if each not in of_names] or asked
    if PRICE in asked and "spice" in asked and re.search(r"(?:wal[aei]|one)\b", said):
        # "Teekha wala kitne ka": that one's price
        asked.remove("spice")
    if (
        asked == [PRICE]
        and not product_facts.PLAIN_PRICE.search(said)
        and (detail := told_of(products, parsed))
    ):
        # "Haldi me curcumin kitna hai" asks for no price
        return answers.of_products(products, parsed, detail)
    if PRICE in asked and CHEAPER.search(said):
        products = sorted(products, key=lambda product: product.price)
    return told(chat, parsed, products[:MOST_TOLD], asked[:2])


KYA_KYA = phrases(r"kya kya(?: .{0,10})?", r"ka?un ka?un ?s[aei](?: .{0,10})?", "क्या क्या(?: .{0,10})?")
OIL = re.compile(r"\boil\b", re.IGNORECASE)
MOST_NAMED, FEW_WORDS = 3, 5
OF_THEM = phrases(
    "they", "them", "these", "it", "each", "per", "one", "ek", r"i[ns]k[aei]", "इसका", "इनका", "एक"
)


def named_just_now(parsed: ParsedMessage) -> list[Product]:
    """ "How much are they?" after "can i add walnuts to my order": what the customer named, though it was no topic."""
    said, kind = plain(parsed.text), parsed.topic.get("kind")
    of_them = parsed.aspect == PRICE and OF_THEM.search(said)
    of_its_nature = parsed.aspect in OF_ANY_PRODUCT - {PRICE, STOCK} and kind == "article"
    if not (of_them or of_its_nature) or len(said.split()) > FEW_WORDS or kind not in ("order", "article"):
        return []
    if kind == "order" and parsed.topic.get("aspect") not in ("change_items", "exchange"):
        return []
    if of_its_nature:
        return catalogue.by_ids(parsed.chat.memory.get("recent", [])[-1:])
    last = catalogue.look_up(parsed.chat.memory.get("last", ""))
    return list(last.products) if 0 < len(last.products) <= MOST_NAMED and last.share else []


CHEAPER = phrases(
    "cheap\\w*", "sast[aei]", "less (?:price|costly|expensive)", "kam (?:daam|price|rate|paise)", "सस्ता", "सस्ती", "mehn?ga", "expensive", "costly", "budget", "महंगा",
)  # fmt: skip
# What is asked of one product after another; "peanut?" after one of these names the next
OF_ANY_PRODUCT = {PRICE, STOCK, "size", "shelf_life", "storage", "origin", "usage"}
# Words of names as well: "the spicy one", "the peanut one"
IN_NAMES = {"spice", "oil", "milk", "peanut", "nuts", "mustard", "sugar", "salt", "raw"}


def _only_names(parsed: ParsedMessage, said: str) -> bool:
    return bool(FOLLOWS.search(said)) or parsed.found.share >= 0.99


def _means_what_was_shown(parsed: ParsedMessage, said: str, asked: list[str]) -> bool:
    """Return whether a question without a product is about the one shown last, and not about the shop."""
    words = said.split()
    if parsed.topic.get("kind") not in ("product", "sum") or len(words) > 9:
        return False
    if THIS.search(said) or len(words) <= 4:
        return not ABOUT_THE_SHOP.search(said)
    return (
        (not parsed.knows(CLEAR) or asked == [STOCK])
        and not ABOUT_THE_SHOP.search(said)
        and parsed.intent in ("product_query", "out_of_scope")
    )


ABOUT_THE_SHOP = phrases("delivery", "deliver", "shipping", "dilivery", "cod", "return", "refund", "exchange", "coupon", "discount", "order", "डिलीवरी", "pincode", "pin", "payment", "upi", "emi", "gst", "invoice", "courier", "cash", "offer", "offers", "gift wrap", "all (?:your )?products?", "everything", "any of your", "in your shop", "your products?", "cancel", "subscription")  # fmt: skip


def told(chat: Chat, parsed: ParsedMessage, products: list[Product], asked: list[str]) -> Reply:
    """Return these facts of these products, one line each; what is not known is said so."""
    lines, unknown = [], []
    if product_facts.STORAGE in asked and OPENED.search(plain(parsed.text)):
        # "Khula makhana fridge me rakhna hai kya": how long it keeps then is asked as well
        asked = [*asked, *({product_facts.SHELF_LIFE} - set(asked))]
    for aspect in asked if _say_the_same(products, asked) else []:
        names = ", ".join(product.name for product in products)
        lines.append(fact_line(parsed, products[0], aspect).replace(products[0].name, names, 1))
    for product in products if not lines else []:
        for aspect in asked:
            line = fact_line(parsed, product, aspect)
            lines.append(line) if line else unknown.append((product, aspect))
    if unknown and not lines:
        return not_known(parsed, [product for product, _ in unknown][:1], asked)
    reply = Reply("\n".join(dict.fromkeys(lines)), "product_query", max(parsed.confidence, 0.8))
    reply.flow = ""
    if unknown:
        names = ", ".join(dict.fromkeys(product.name for product, _ in unknown))
        reply.text += "\n" + wording.say("fact_unknown_rest", parsed.language, name=names)
    answers.show(reply, products, aspect=asked[0])
    if asked[0] in ALLERGENS and (article := parsed.library.by_slug.get("allergens")):
        reply.suggestions = [article.title_in(parsed.language)]
    elif parsed.near(CLEAR):
        reply.suggestions = parsed.near(CLEAR)[:1]
    reply.is_sure = True
    return reply


OPENED = phrases(r"khul[aei]", r"khol\w*", r"open(?:ed|ing)?", "खुल[ाेी]", "खोल\\S*")


def _say_the_same(products: list[Product], asked: list[str]) -> bool:
    """Return whether several products have the same facts, so that a line for all of them tells it."""
    facts = [[product_facts.fact(product, aspect) for aspect in asked] for product in products]
    plain_words = all(fact and fact.verdict is None for fact in facts[0]) if facts else False
    return len(facts) > 1 and plain_words and all(each == facts[0] for each in facts)


ALLERGENS = ("peanut", "nuts", "milk", "gluten", "soy", "sesame", "mustard", "egg")


def fact_line(parsed: ParsedMessage, product: Product, aspect: str) -> str:
    language = parsed.language
    if aspect in (PRICE, STOCK):
        return answers.price_line(product, language)
    fact = product_facts.fact(product, aspect)
    if not fact:
        return ""
    if fact.verdict is None:
        label = f"label_{aspect}"
        name = f"{product.name}, {wording.say(label, language)}" if wording.has(label) else product.name
        return wording.say("fact", language, name=name, fact=fact.words)
    if aspect in CONTAINED:
        return _contained_line(product, aspect, fact, language, parsed.text)
    key = "fact_yes" if fact.verdict else "fact_no"
    if fact.inferred and fact.verdict:
        key = "fact_yes_by_ingredients"
    what = wording.say(f"aspect_{aspect}", language) if wording.has(f"aspect_{aspect}") else aspect
    return (
        wording.say(key, language, name=product.name, fact=fact.words, what=what).strip().removesuffix(":")
    )


FREE_OF = phrases(
    r"(?:do|does|did)(?:n'?t| not) (?:have|contain)",
    "has no",
    r"\w+[ -]free",
    "free from",
    "without",
    "bina",
    "no",
    "nahi",
    "बिना",
    "फ्री",
    "rahit",
)


def _contained_line(product: Product, aspect: str, fact: Any, language: str, text: str) -> str:
    what = wording.say(f"aspect_{aspect}", language)
    key = (
        "contains"
        if fact.verdict
        else "contains_none"
        if aspect not in ALLERGENS
        else "contains_none_traces"
    )
    free = fact.verdict is False if FREE_OF.search(plain(text)) else None
    yes_no = "" if free is None else wording.say("yes" if free else "no", language) + " "
    if aspect in ALLERGENS and free:
        # Traces: no plain yes to "is it free of peanuts"
        yes_no = ""
    return yes_no + wording.say(key, language, name=product.name, what=what, fact=fact.words or what)


def not_known(parsed: ParsedMessage, products: list[Product], asked: list[str]) -> Reply:
    """The shop has not written it down: "I can't tell", and a person can. Never the price in its place."""
    reply = answers.text_reply(
        "fact_unknown", parsed, "product_query", name=", ".join(product.name for product in products[:2])
    )
    answers.show(reply, products, aspect=asked[0])
    reply.products = []
    reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.LOW
    reply.suggestions = parsed.near(ACT)[:1]
    return reply


# --- By name ----------------------------------------------------------------------------------------------


def a_bare_name(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Nothing but products' names: that needs the catalogue, not the classifier."""
    found = parsed.found
    if found.share < 1 or (found.is_vague and parsed.intent != "product_query"):
        return None
    products, named = meant(parsed)
    shown = products if named and found.is_vague else found.products
    return answers.of_products(shown, parsed, told_of(shown, parsed))


def told_of(products: list[Product], parsed: ParsedMessage) -> str:
    """ "Curcumin kitna hai haldi me": the sentence of its text that has the word that was asked about."""
    return product_text.sentence_of(products[0], plain(parsed.text)) if len(products) == 1 else ""


def products_by_name(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A product among other words; a clear article comes first, unless the message is mostly names."""
    if parsed.intent != "product_query" and (parsed.is_issue or parsed.confidence >= ACT):
        return None
    products, share = parsed.found.products, parsed.found.share
    if not products or (not share and parsed.intent != "product_query"):
        return None
    of_names = share >= MOSTLY_NAMES and parsed.surely("product_query")
    asks_what_there_is = of_names and WHAT_THERE_IS.search(plain(parsed.text))
    if parsed.knows(CLEAR if share < 0.5 else VERY_CLEAR) and not asks_what_there_is:
        return None
    before = spoken_of(parsed)
    if len(before) == 1 and before[0] in products and IS_IT_SO.search(plain(parsed.text)):
        # "Ghani wala hai na" of the mustard oil
        products = before
    return answers.of_products(products, parsed, told_of(products, parsed))


IS_IT_SO = phrases(r"hai na(?: .{0,6})?$", r"na\W*$", r"right\W*$", "है ना")
MOSTLY_NAMES = 0.6
WHAT_THERE_IS = phrases(
    r"(?:kya|kuch|koi|kaun ?sa) (?:kya )?(?:hai|h|milega|milta|accha|achha|options?)(?: .{0,12})?", r"(?:hai|milega|milta) (?:kya|kuch)", r"what (?:do (?:you|u) have|is there|are|options?)", r"(?:do|have) (?:you|u) (?:have|got|sell|any)", r"any(?:thing)?", "options?", "suggest\\w*", "looking for", "dikhao", "show", "क्या है", "कुछ", "दिखा\\S*",
)  # fmt: skip
