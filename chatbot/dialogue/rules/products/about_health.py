"""Food and health: babies, pregnancy, diabetes, allergies. The cautious fact comes first, then who can judge."""

import re

from chatbot import wording
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.nlu.text.needed_letters import quick_search
from chatbot.sources import product_facts
from chatbot.sources import products as catalogue
from tickets.models import Category, Priority

from ... import answers
from ...answers import Reply
from ...message import ParsedMessage
from ...resolving import counting
from ...resolving.references import spoken_of
from . import about_products, heat, product_lists
from .concerns import (
    ALLERGEN,
    BY_READING,
    CONCERNS,
    FOR_A_CHILD,
    ITS_CHILD,
    MONTHS,
    YEARS,
    allergen_in,
    allergen_of,
    asks_which_have_it,
    concern_of,
)

# Whether it is a question about eating it at all
MAY = phrases("ok(?:ay)?", "safe", "good", "suitable", "can", "may", "should", "give", "eat", "have", "kha", "khaa", "khila", "khilana", "de", "dena", "sakte", "sakta", "sakti", "theek", "thik", "sahi", "chalega", "chalegi", "kuch", "koi", "anything", "something", "hai kya", "for", "ke liye", "के लिए", "सकते", "सकता", "सकती", "ठीक", "दे", "खा", "कुछ", "does", "is", "are", "which", "what", "contain", "h", "hai", "chahiye", "है", "any", "free", "allergic", "allergy")  # fmt: skip
AGE_LIMIT = quick_search(re.compile(r"[^.;]*\b(?:bab(?:y|ies)|infants?|under (?:one|\d+) (?:year|month)s?)[^.;]*[.;]?", re.IGNORECASE))  # fmt: skip


# They name the illness, and no product
SUGAR_WORDS = phrases("sugar", r"sugar[ -]?free", "shakkar", "शुगर", "शक्कर", "blood sugar")


# "De sakte hain kya" asks for a yes, and no list
ASKS_YES = phrases(r"(?:kya|क्या)\W*$")
EATS = phrases(
    r"(?:mila|dal|daal|khila|chata|bana)\w*(?: \w+)? ?sakt\w+", r"(?:mila|dal|daal|khila|chata|pila)\w*(?: (?:ke|kar|k))? (?:du|dun|doon|den|dein|dete|deti|de|lu)", "(?:mix|add|feed|put)(?:ing)?(?: (?:in|to|it|some|a))?", "(?:मिला|डाल|खिला|चटा|पिला)\\S*", r"kha (?:lenge|lega|legi|le|sakenge|payenge)", "can (?:i|we|he|she|they|you)", "chalegi", r"(?:theek|thik|sahi|ok|safe) (?:rahega|rahegi|hoga|hogi|rhega)", "safe", "suitable", r"(?:kha|khila|de|le|pi)\w* sakt\w+", "eat", "have", "give", "theek hai", "thik hai", "ok for", "chalega", "allowed", "सकते", "सकता", "सकती",
)  # fmt: skip


def food_safety(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A question whether a person may eat it. What we know that speaks against it comes first."""
    named = concern_of(parsed)
    if not parsed.reason and asks_which_have_it(parsed.text) and (allergen := allergen_in(parsed.text)):
        return _all_that_contain(parsed, allergen)
    about = named or _the_same_concern(parsed)
    if (
        not about
        or parsed.reason in ("safety", "human")
        or (
            parsed.is_issue
            and not (named and chat.memory.get("concern"))
            and parsed.confidence >= 0.8
            and parsed.intent not in ("product_query", "out_of_scope")
        )
    ):
        return None
    spoken: list[Product] = []
    if about == "diabetes" and not catalogue.look_up(SUGAR_WORDS.sub(" ", parsed.text)).products:
        # "Papa ko sugar hai" names the illness, and no "natural sugar"
        parsed.found, spoken = catalogue.Found([]), spoken_of(parsed)
    if (
        about == "baby"
        and not ITS_CHILD.search(plain(parsed.text))
        and not parsed.found.products
        and parsed.topic.get("kind") not in ("product", "health", "sum")
        and not _before_delivery(parsed)
    ):
        # "Its 1 month old" of an order
        return None
    if (
        about in ("child", "illness")
        and not parsed.found.products
        and not (about == "child" and FOR_A_CHILD.search(plain(parsed.text)))
        and parsed.topic.get("kind") not in ("product", "sum", "health")
        and not _before_delivery(parsed)
    ):
        return None
    if (
        about in ("child", "illness")
        and named
        and not parsed.reading.startswith("for_a_")
        and not MAY.search(plain(parsed.text))
        and not chat.memory.get("concern")
    ):
        return None
    if (
        about == "diabetes"
        and product_lists.WANTS_A_LIST.search(ASKS_YES.sub(" ", SUGAR_WORDS.sub(" ", plain(parsed.text))))
        and not catalogue.look_up(SUGAR_WORDS.sub(" ", parsed.text)).products
    ):
        return _in_general(parsed, about)
    if about == "diabetes" and len({product.category for product in parsed.found.products}) > 1:
        # "Snacks" names a shelf and no product
        return _in_general(parsed, about)
    products = spoken or about_products.meant(parsed)[0] or _before_delivery(parsed)
    if about == "child" and MANY_PACKS.search(plain(parsed.text)):
        # "60 packs for my daughter's wedding" asks for no meal of hers
        return None
    if not named and SOMETHING_ELSE.search(plain(parsed.text)):
        return _in_general(parsed, about)
    if not named and products and FOR_THEM.search(plain(parsed.text)) and about != "allergy":
        return _of_products(parsed, about, products[:3])
    if about == "allergy":
        if named and not spoken_of(parsed) and (contain := _of_the_allergen_alone(parsed)):
            return contain
        return _allergy(parsed, _without_the_allergen(parsed, products))
    few_words = len(parsed.text.split()) <= MOST_WORDS_OF_MORE
    of_it = (len(products) == 1 and EATS.search(plain(parsed.text)) is not None and few_words) or (
        about == "child"
        and 0 < len(products) <= MOST_OF_A_TALK
        and about_products.FOLLOWS.search(plain(parsed.text)) is not None
    )
    if about == "child" and len(parsed.found.products) > MOST_OF_A_TALK - 1 and parsed.found.is_vague:
        # "Which snack for my son": what is not hot, and no list of all
        return _in_general(parsed, about)
    its_age = not parsed.found.products and (
        MONTHS.search(plain(parsed.text)) or YEARS.search(plain(parsed.text))
    )
    if (
        parsed.found.products
        or of_it
        or (products and its_age)
        or (products and parsed.reading in BY_READING and len(products) <= MOST_OF_A_TALK)
        or (products and about_products.THIS.search(plain(parsed.text)))
    ):
        return _of_products(parsed, about, products[:3])
    return _in_general(parsed, about)


def _before_delivery(parsed: ParsedMessage) -> list[Product]:
    """Return what was spoken of before a question about delivery: "is it ok for my baby" is about the food."""
    after_a_rule = parsed.topic.get("kind") == "article" and parsed.reading in BY_READING
    if parsed.topic.get("kind") != "delivery" and not after_a_rule:
        return []
    return catalogue.by_ids(parsed.chat.memory.get("recent", [])[-1:])


def _the_same_concern(parsed: ParsedMessage) -> str:
    """ "What about turmeric?" after "is ghee safe in pregnancy"."""
    said = plain(parsed.text)
    kept = (parsed.chat.memory.get("concern") or {}).get("about", "")
    if not kept or len(said.split()) > MOST_WORDS_OF_MORE or (parsed.is_issue and parsed.confidence >= 0.8):
        return ""
    if kept in ("baby", "child") and (MONTHS.search(said) or YEARS.search(said)) and len(said.split()) <= 6:
        # "She is 9 months", of what was asked for her
        return kept
    if kept == "allergy" and TRACES.search(said):
        return kept
    if kept == "diabetes" and SOMETHING_ELSE.search(said):
        return kept
    if parsed.found.products and not parsed.aspect and not counting.says_a_count(said):
        follows = (
            about_products.FOLLOWS.search(ALSO_NOT.sub(r" \g<too>", said))
            or parsed.found.share >= 1
            or EATS.search(said)
        )
        return kept if follows else ""
    of_them = FOR_THEM.search(said) or (SOMETHING_ELSE.search(said) and not parsed.aspect)
    return kept if of_them and not SHOP.search(said) else ""


MOST_WORDS_OF_MORE = 9
# "Honey bhi nahi?" asks what "honey bhi?" does
ALSO_NOT = re.compile(
    r"\s+(?P<too>bhi|too|either|भी)\s+(?:nahi|nahin|not|nhi|नहीं|mana|allowed|chalega|chalegi|theek|ok)(?![\w\u0900-\u097F]).*$",
    re.IGNORECASE,
)
# "And for kids?" after two that were compared: of these two
MOST_OF_A_TALK = 3
# "Which one is best for her", "unke liye kya theek hai"
FOR_THEM = phrases(
    r"(?:nothing|anything|everything|something|which|kons[aei]|ka?un ?s[aei]|kuch|koi|sab|kya)(?: .{0,15})? safe(?: .{0,12})?",
    r"(?:is|are) (?:it|they|this|these) safe(?: .{0,15})?",
    r"for (?:her|him|them|my \w+|the baby|the kid)",
    r"(?:un|us|in|is)(?:ke|ko|hen|hein|se) (?:liye )?(?:.{0,20})?(?:theek|thik|safe|best|achh?[aei]|sahi|de|khila|kha|kya)\w*(?: .{0,12})?",
    r"(?:can|should|may) (?:she|he|they) (?:eat|have|take|drink)(?: .{0,20})?",
    r"(?:उन|उस|इन|इस)के लिए(?: .{0,15})?",
)
SOMETHING_ELSE = phrases(
    r"(?:to|toh|phir|fir|then|so) (?:kya|what)(?: .{0,15})? (?:de|du|dun|doon|den|khila\w*|kha\w*|le|lu|give|eat|have)(?: .{0,15})?",
    r"what (?:can|should|do) (?:i|we|she|he|they) (?:give|eat|have|take|feed)(?: .{0,20})?",
    "(?:तो|फिर) क्या (?:दें|दूं|खिलाएं|खिलाऊं|खाएं|लें|लूं)(?: .{0,12})?",
    r"(?:something|anything|what) else(?: .{0,15})?",
    r"(?:aur )?kuch (?:aur|dusra|doosra)(?: .{0,10})?",
    r"(?:other|aur koi) (?:options?|products?|snacks?)",
    "कुछ और",
)
TRACES = phrases(
    r"(?:same|ek hi|usi) (?:place|room|factory|unit|machine|facility|line|kitchen|jagah)(?: .{0,10})?",
    "traces?",
    r"(?:100 ?%|pakk?a|sure|guarantee\w*|bilkul|confirm|definitely)(?: (?:safe|na|hai|sure|kya))*\W*$",
    r"cross[ -]?contaminat\w*",
    r"(?:packed|made|processed) (?:together|with|in the same)(?: .{0,15})?",
)
MANY_PACKS = phrases(r"\d{2,4} (?:packs?|packets?|box(?:es)?|pieces?|pcs|hampers?|jars?)")
SHOP = phrases(
    "order", "delivery", "deliver", "return", "refund", "cod", "pay", "coupon", "courier", "gift"
)


def _of_products(parsed: ParsedMessage, about: str, products: list[Product]) -> Reply:
    lines = [_line(parsed, about, product) for product in products]
    reply = Reply("\n".join([*lines, wording.say("ask_a_doctor", parsed.language)]), "product_query", 0.9)
    return _careful(parsed, reply, products, about)


def _line(parsed: ParsedMessage, about: str, product: Product) -> str:
    language, text = parsed.language, plain(parsed.text)
    if about in ("baby", "child"):
        return _age_line(product, text, language, about)
    if about == "diabetes":
        fact = product_facts.fact(product, "diabetes") or product_facts.fact(product, "sugar")
        if fact and fact.verdict is True:
            return wording.say("health_sugar", language, name=product.name, fact=fact.words)
        if fact:
            return wording.say("health_no_sugar", language, name=product.name, fact=fact.words)
    written = product_facts.fact(product, about)
    if written:
        return wording.say("fact", language, name=product.name, fact=written.words)
    return wording.say("health_unknown", language, name=product.name, fact=product.ingredients or "-")


def _age_limit(product: Product) -> str:
    """Return the sentence that says from which age on it may be eaten, or ""."""
    found = AGE_LIMIT(f"{product.ingredients} {product.description}")
    return found[0] if found else ""


def _age_line(product: Product, text: str, language: str, about: str) -> str:
    written = product_facts.fact(product, "age")
    limit = ((written and written.words) or _age_limit(product)).strip(" .;")
    spice = product_facts.fact(product, "spice") if about == "child" and not limit else None
    if spice:
        # Whether it is hot is what is asked of food for a child
        name = f"{product.name}, {wording.say('label_spice', language)}"
        return wording.say("fact", language, name=name, fact=f"{spice.words}. {product.ingredients}")
    if not limit:
        return wording.say("health_unknown", language, name=product.name, fact=product.ingredients or "-")
    months = MONTHS.search(text)
    years = YEARS.search(text)
    # "Under one year" and older than that: said, and no verdict of ours
    # A child, and no age: what is written stands, and no verdict of ours
    older = (
        (not months and not years and about == "child")
        or (years and float(years[1]) >= 1 and not months)
        or (months and int(months[1]) >= 12)
    )
    return wording.say("fact" if older else "health_no", language, name=product.name, fact=limit)


def _in_general(parsed: ParsedMessage, about: str) -> Reply | None:
    """No product was named: what the shop wrote about it, the sentences that speak of it first."""
    sentences = _sentences(parsed, about)
    if about == "diabetes":
        return _diabetes(parsed, sentences)
    text = " ".join([*sentences, wording.say("ask_a_doctor", parsed.language)])
    if about in ("baby", "child"):
        if about == "child" and (mild := heat.not_hot()):
            text = f"{wording.say('health_not_hot', parsed.language, names=', '.join(mild))} {text}"
        for product in catalogue.on_sale():
            if limit := _age_limit(product):
                text = f"{wording.say('fact', parsed.language, name=product.name, fact=limit.strip(' .;'))}. {text}"
    elif not sentences:
        text = f"{wording.say('health_general', parsed.language)} {text}"
    return _careful(parsed, Reply(text, "product_query", 0.8), [], about)


def _diabetes(parsed: ParsedMessage, sentences: list[str]) -> Reply:
    sweet = [
        p.name for p in catalogue.on_sale() if (fact := product_facts.fact(p, "sugar")) and fact.verdict
    ]
    first = sentences or [wording.say("health_sweet", parsed.language, names=", ".join(sweet[:4]))]
    unsweetened = product_lists.fitting("sugar", catalogue.on_sale())[:3]
    rest = (
        wording.say("health_unsweetened", parsed.language, names=", ".join(p.name for p in unsweetened))
        if unsweetened
        else ""
    )
    text = " ".join(filter(None, [*first, rest, wording.say("ask_a_doctor", parsed.language)]))
    return _careful(parsed, Reply(text, "product_query", 0.9), [], "diabetes")


def _without_the_allergen(parsed: ParsedMessage, products: list[Product]) -> list[Product]:
    """ "Peanut allergy hai, makhana kha sakta hu?": the chikki is what it is about least of all."""
    allergen = allergen_in(parsed.text)
    if allergen and (
        eaten := catalogue.look_up(_allergen_words(allergen).sub(" ", plain(parsed.text))).products
    ):
        # "Kya peanut allergy wale chikki kha sakte": the chikki is named besides
        return [p for p in products if p in eaten] or products
    if len(products) > 1 or not allergen:
        return [p for p in products if not _is_the_allergen(p, allergen)] or products
    if products and products[0] in spoken_of(parsed):
        # "My son has peanut allergy, can he eat": what was spoken of is what he would eat
        return products
    return [] if products and _is_the_allergen(products[0], allergen) else products


def _is_the_allergen(product: Product, allergen: str) -> bool:
    return bool(allergen and _allergen_words(allergen).search(" ".join(product.names[:1])))


def _allergen_words(allergen: str) -> re.Pattern[str]:
    return next(words for name, words in ALLERGEN if name == allergen)


def _all_that_contain(parsed: ParsedMessage, allergen: str) -> Reply | None:
    facts = [(product, product_facts.fact(product, allergen)) for product in catalogue.on_sale()]
    names = [product.name for product, fact in facts if fact and fact.verdict]
    if not names:
        return None
    what = wording.say(f"aspect_{allergen}", parsed.language)
    article = parsed.library.by_slug.get("allergens")
    lines = [
        wording.say("all_contain", parsed.language, what=what, names=", ".join(names)),
        article.body_in(parsed.language) if article else wording.say("allergy_general", parsed.language),
        wording.say("ask_a_doctor", parsed.language),
    ]
    return _careful(parsed, Reply("\n".join(lines), "product_query", 0.9), [], allergen)


def _of_the_allergen_alone(parsed: ParsedMessage) -> Reply | None:
    """ "Nut allergy wale kya le" names what is not eaten, and no fox nuts: all that contain it."""
    allergen = allergen_in(parsed.text)
    if not allergen or catalogue.look_up(_allergen_words(allergen).sub(" ", plain(parsed.text))).products:
        return None
    return _all_that_contain(parsed, allergen)


def allergen_named(parsed: ParsedMessage) -> bool:
    """Return whether the message itself speaks of an allergy, and of what."""
    return bool(CONCERNS["allergy"].search(plain(parsed.text)) and allergen_in(parsed.text))


def _allergy(parsed: ParsedMessage, products: list[Product]) -> Reply:
    allergen, language = allergen_in(parsed.text), parsed.language
    kept = parsed.chat.memory.get("concern") or {}
    if not allergen_named(parsed) and kept.get("about") == "allergy" and kept.get("allergen"):
        # "Is classic makhana safe?", "and cashew?" after "I am allergic to peanuts"
        allergen = kept["allergen"]
    article = parsed.library.by_slug.get("allergens")
    lines = []
    for product in products[:4] if allergen else []:
        fact = product_facts.fact(product, allergen)
        what = wording.say(f"aspect_{allergen}", language)
        if fact:
            key = "allergy_contains" if fact.verdict else "contains_none"
            lines.append(wording.say(key, language, name=product.name, what=what, fact=fact.words or what))
    if products and not allergen:
        lines = [
            wording.say("fact", language, name=p.name, fact=p.ingredients)
            for p in products[:3]
            if p.ingredients
        ]
    lines.append(article.body_in(language) if article else wording.say("allergy_general", language))
    lines.append(wording.say("ask_a_doctor", language))
    reply = Reply("\n".join(lines), "product_query", 0.9)
    if article:
        reply.sources = [{"type": "article", "id": str(article.pk), "title": article.title}]
    return _careful(parsed, reply, products[:4] if lines[:-2] else [], allergen or "allergy")


def _sentences(parsed: ParsedMessage, about: str) -> list[str]:
    """Return the sentences of the shop's articles on what is in the food that speak of this concern."""
    found = []
    for slug in ("ingredients-diet", "allergens"):
        if article := parsed.library.by_slug.get(slug):
            sentences = re.split(r"(?<=[.।?!])\s+", article.body_in(parsed.language))
            found += [
                each
                for each in sentences
                if CONCERNS[about].search(plain(each))
                or (about == "diabetes" and re.search(r"diabet|डायबि|मधुमेह", each, re.I))
            ]
    return found[:2]


def _careful(parsed: ParsedMessage, reply: Reply, products: list[Product], about: str) -> Reply:
    """No price card is the answer to such a question; a person is in reach."""
    if products:
        answers.show(reply, products, aspect=about if about in product_facts.ASPECTS else "ingredients")
        reply.products = []
    else:
        reply.topic = {"kind": "health"}
    reply.topic = {**(reply.topic or {}), "concern": about if about in CONCERNS else "allergy"}
    if allergen_of(about):
        reply.topic["allergen"] = about
    reply.suggestions = answers.chips(parsed, "human")
    reply.category, reply.priority = Category.OTHER, Priority.LOW
    reply.is_sure = True
    return reply
