"""Rules about what stands in a product's own text: whether something is in it, what a word of it means, this or that."""

import re
from dataclasses import dataclass

from chatbot import wording
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain, words_of
from chatbot.sources import foods, product_facts, product_text
from chatbot.sources import products as catalogue
from chatbot.sources.foods import Food
from chatbot.sources.product_facts import CONTAINED, INGREDIENTS, PRICE, STOCK
from chatbot.sources.product_text import AROUND

from ... import answers
from ...answers import Reply
from ...message import ACT, ParsedMessage
from ...resolving.references import spoken_of
from .about_products import ABOUT_THE_SHOP, ALLERGENS, THIS, not_known

# --- Whether something is in it ---------------------------------------------------------------

MOST_WORDS = 11
# How a content is asked for; a bare name asks for the thing itself
IN_IT = phrases(
    r"me(?:in)? .{2,30} to(?:h)? na(?:hi|hin)?(?: .{0,12})?",
    r"(?:is|us)(?: ?me(?:in)?)", r"me(?:in)? .{2,40} (?:hai|hain|hot[aei]|dal\w*|daal\w*|mil[aei]\w*|pad[aei]\w*)", r"(?:is|are) there(?: .{0,30})? in(?: .{1,30})?", r"(?:does|do|did) .{2,40} (?:have|contain|include|use)(?: .{0,30})?", r"ha(?:s|ve) .{2,30}", r"contain\w*", r"in (?:it|this|that|them|the .{2,25}|your .{2,25}|ur .{2,25})",
    r"(?:mixe?d?|mixing|added|adding|(?:do|you|u|they) add)(?: .{0,25})?", r"(?:milate|milaate|milaya|milaayi|dalte|daalte|dala|daala|dali|use karte|use hota)(?: .{0,12})?", r"\S+ wal[aei](?: (?:hai|hain|hai kya|hai na|milega|milegi))+\W*$", r"(?:is|are) (?:it|this|that|they|these) .{2,30}", r"(?:ka|ki|ke) (?:bana|bani|bane|banta|banti)(?: .{0,10})?", r"made (?:of|from|with|in)(?: .{0,25})?", r"with(?: .{2,25})",
    "(?:इस|उस)में(?: .{0,25})?", "में .{2,30} (?:है|होता|होती|डाल\\S*|मिला\\S*)", "(?:मिलाते|डालते|मिलाया|डाला)(?: .{0,12})?", "\\S+ वाल[ाी] है(?: .{0,8})?",
)  # fmt: skip
# Put in by the one who makes it: "cheeni milate ho kya", "mixed with sugar", "sugar syrup"
ADDED = phrases(
    r"(?:mila|milaa)(?:te|ti|ta|ya|yi|yaa|wat|vat)\w*", "milawat", "mila hua", "mili hui", r"(?:dal|daal)te", "mixed?", "mixing", "added", "adding", r"(?:do|you|u|they) add", r"adulterat\w*", "syrup", "extra", "मिलाते", "मिलावट", "मिलाया", "डालते",
)  # fmt: skip
OR = re.compile(r"(?<![\w\u0900-\u097F])(?:or|ya|या)(?![\w\u0900-\u097F])", re.IGNORECASE)
# "Gud ki hai ya cheeni ki": made of it, and no product
OF_IT = phrases(
    r"\S+ (?:ka|ki|ke|se|me|mein)(?: \S+)? .{0,12}(?:ya|or) .{2,20}",
    r"(?:made|roasted|fried|cooked) (?:of|from|in|with) .{2,30}",
)
DENIES = phrases("no", "not", "without", "bina", "nahi", "nahin", "free", r"\w+n'?t", "बिना", "नहीं")
# "Chai me elaichi", "does the coffee have chicory": of which product
OF = re.compile(r"^\W*(?P<of>.{2,40}?)\s+(?:me|mein|main|में)\s+(?P<what>.{2,40})$", re.IGNORECASE)
OF_EN = re.compile(
    r"^\W*(?:(?:does|do|did|is|are|has|have|the|your|ur|this|a|there|any|some|in)\s+)*(?P<of>.{2,40}?)\s+(?:have|has|contains?|include|made (?:of|from|with|in)|mixed with)\s+(?P<what>.{2,40})$",
    re.IGNORECASE,
)
IN_EN = re.compile(r"(?P<what>.{2,40}?)\s+in\s+(?:the |your |ur |this )?(?P<of>.{2,40})$", re.IGNORECASE)
CLOSED = re.compile(r"^\W*100 ?%", re.IGNORECASE)
OPEN_LIST = re.compile(r"\b(?:and others|among others|etc|see each)\b", re.IGNORECASE)
ONE_OF_A_SORT = 3


@dataclass(frozen=True)
class _Asked:
    products: list[Product]
    foods: list[Food]
    # What is said besides: nothing, or the question is another one
    rest: list[str]


def whether_it_is_in_it(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Elaichi wali h?" of the tea, "garam masala me elaichi hai": yes or no by its ingredients, and the list."""
    said = plain(parsed.text)
    either = OR.search(said)
    if (
        len(said.split()) > MOST_WORDS
        or not (either or IN_IT.search(said) or THIS.search(said) or _of_one(parsed))
        or parsed.reason
        or parsed.numbers
        or chat.memory.get("issue")
        or parsed.topic.get("kind") == "order"
        or not (asked := _asked_in(parsed, said))
        or len(asked.rest) > (MOST_BESIDES if either else 0)
    ):
        return None
    if either and len(asked.foods) > 1:
        return _this_or_that(parsed, asked.products, asked.foods)
    only_how_it_is = not any(food.is_content for food in asked.foods)
    if only_how_it_is or _is_a_known_question(parsed, said, asked) or _is_missing(parsed, said, asked):
        return None
    lines = [_line(parsed, product, asked.foods, said) for product in asked.products]
    reply = Reply("\n".join(lines), "product_query", max(parsed.confidence, 0.9))
    answers.show(reply, asked.products, aspect=INGREDIENTS)
    allergens = parsed.library.by_slug.get("allergens")
    if allergens and any(_allergen(food) for food in asked.foods):
        reply.suggestions = [allergens.title_in(parsed.language)]
    reply.is_sure = True
    return reply


def _of_one(parsed: ParsedMessage) -> bool:
    """Return whether one product is spoken of, so that "hing hai kya" is asked of it."""
    return parsed.topic.get("kind") in ("product", "sum") and len(spoken_of(parsed)) == 1


# "Chemical se nikalte ho ya pressed": a choice is plain with a verb beside it
MOST_BESIDES = 1


def _is_missing(parsed: ParsedMessage, said: str, asked: _Asked) -> bool:
    """Return whether it tells that something was not in the box that came."""
    return bool(DENIES.search(said) or parsed.is_issue) and any(
        OPEN_LIST.search(product.ingredients or "") and not _has_a_list(product)
        for product in asked.products
    )


def _asked_in(parsed: ParsedMessage, said: str) -> _Asked | None:
    """Return of which products a message asks what; None where either is missing."""
    before = _shown_before(parsed, said)
    what = foods.named_in(said)
    of_it = THIS.search(said) or ADDED.search(said) or (OR.search(said) and _chooses_of_it(said))
    if before and what and of_it:
        return _Asked(_of_two_recent(parsed, before, what), what, _besides(said))
    for shape in (OF, OF_EN, IN_EN):
        found = shape.match(said)
        if found and (products := _the_spoken(parsed, _named(found["of"]))):
            if goods := _goods_in(products, found["what"]):
                inside = [Food((each.name,), each.name, is_content=True) for each in goods]
                return _Asked(products, inside, _besides(found["what"], product_text.names_of(goods)))
            inside = foods.named_in(found["what"])
            return _Asked(products, inside, _besides(found["what"])) if inside else None
    if not what:
        return None
    plainly = catalogue.look_up(foods.without(said))
    if plainly.share and not plainly.is_vague:
        products = list(plainly.products)
        return (
            _Asked(products, what, _besides(said, product_text.names_of(products)))
            if len(products) == 1
            else None
        )
    sold = [food for food in what if _sells(food)]
    if before and not sold:
        return _Asked(before, what, _besides(said))
    if len(what) > 1 and (product := _one_of(sold)):
        # "Is ur ghee cow or buffalo": the ghee is named by a word for a food, and "cow" is no whole name
        names = {name.casefold() for name in product.names}
        return _Asked(
            [product], [food for food in what if food.said.casefold() not in names], _besides(said)
        )
    return None


def _of_two_recent(parsed: ParsedMessage, before: list[Product], what: list[Food]) -> list[Product]:
    """Return what is spoken of, or the other of two that was: "chicory kitna hai isme" after tea and coffee."""
    if any(
        food.stands_in(product_facts.without_absent(each.ingredients)) for each in before for food in what
    ):
        return before
    recent = parsed.chat.memory.get("recent", [])[-2:]
    other = _one_of([food for food in what if _sells(food)])
    return [other] if other and str(other.pk) in recent else before


def _shown_before(parsed: ParsedMessage, said: str) -> list[Product]:
    """Return the few products that are spoken of; with an article in between the last one, where words point at it."""
    if parsed.topic.get("kind") in ("product", "sum"):
        before = spoken_of(parsed)
        return before if len(before) <= ONE_OF_A_SORT else []
    memory = parsed.chat.memory
    is_near = memory.get("since_product", MOST_BETWEEN + 1) <= MOST_BETWEEN
    return catalogue.by_ids(memory.get("recent", [])[-1:]) if is_near and THIS.search(said) else []


def _the_spoken(parsed: ParsedMessage, named: list[Product]) -> list[Product]:
    """Return of several of a kind the one that was spoken of: "makhana me namak hai" after Classic Makhana."""
    recent = parsed.chat.memory.get("recent", [])[-1:]
    is_near = parsed.chat.memory.get("since_product", MOST_BETWEEN + 1) <= MOST_BETWEEN
    one = [each for each in named if is_near and str(each.pk) in recent]
    return one if len(parsed.topic.get("ids", [])) <= 1 and one else named


# So many answers about something else may stand between
MOST_BETWEEN = 2


def _chooses_of_it(said: str) -> bool:
    """Return whether an either-or question names no product: "gud ki hai ya cheeni ki"."""
    if OF_IT.search(said):
        return True
    left, right = (foods.named_in(side) for side in OR.split(said, maxsplit=1))
    return not any(_named(food.said) for food in [*left[:-1], *right[1:]])


def _one_of(sold: list[Food]) -> Product | None:
    """Return the one product that these words name; None for several, or none."""
    products = {each.pk: each for food in sold for each in _named(food.said)}
    return next(iter(products.values())) if len(products) == 1 else None


def _goods_in(boxes: list[Product], what: str) -> list[Product]:
    """Return the products that are asked for in a box of several: "gift box me chikki hai"."""
    if len(boxes) != 1 or "see each product" not in (boxes[0].ingredients or "").lower():
        return []
    return [each for each in catalogue.look_up(what).products if each != boxes[0]]


def _sells(food: Food) -> bool:
    """Return whether the word for a food stands in a product's name: "til" only sounds like "tel"."""
    said = set(words_of(food.said))
    return any(said <= product_text.names_of([product]) for product in _named(food.said))


def _named(name: str) -> list[Product]:
    found = catalogue.look_up(name)
    few = 0 < len(found.products) <= ONE_OF_A_SORT
    return list(found.products) if found.share and few and not found.is_vague else []


def _besides(text: str, names: frozenset[str] | set[str] = frozenset()) -> list[str]:
    rest = words_of(foods.without(text))
    return [word for word in rest if word not in AROUND and word not in names and not word.isdigit()]


def _is_a_known_question(parsed: ParsedMessage, said: str, asked: _Asked) -> bool:
    """Return whether another aspect answers it (milk, onions, gluten); additives are answered here."""
    names = CONTAINED.get(parsed.aspect)
    if not names or (ADDED.search(said) and all(_is_pure(product) for product in asked.products)):
        return False
    return all(any(name.startswith(each) for name in food.names for each in names) for food in asked.foods)


def _is_pure(product: Product) -> bool:
    return bool(CLOSED.match(product.ingredients or ""))


def _allergen(food: Food) -> str:
    return next((key for key in ALLERGENS if any(each in CONTAINED[key] for each in food.names)), "")


def _line(parsed: ParsedMessage, product: Product, asked: list[Food], said: str) -> str:
    language, text = parsed.language, product_facts.without_absent(product.ingredients)
    what = " / ".join(dict.fromkeys(food.said.casefold() for food in asked))
    inside = [food.stands_in(text) for food in asked]
    contents = product.ingredients or product.description or "-"
    is_open = not product.ingredients or bool(OPEN_LIST.search(product.ingredients))
    if is_open and not all(inside) and not _has_a_list(product):
        # The gift box: its description names what is in it
        inside = [food.stands_in(product.description or "") for food in asked]
        contents = product_facts.SENTENCE.findall(product.description or contents)[0].strip()
        is_open = False
    facts = {"name": product.name, "what": what, "fact": contents}
    if ADDED.search(said) and _is_pure(product):
        # "Gud me cheeni milate ho": a sugar itself, and nothing is added to it
        line = wording.say("nothing_added", language, **facts)
        if any("sugar" in food.names for food in asked) and _is_sweet(product):
            line = f"{line} {wording.say('sweet_by_nature', language, name=product.name)}"
        return _answered(said, False, line, language)
    if all(inside):
        return _answered(said, True, wording.say("contains", language, **facts), language)
    if any(inside) or is_open:
        return wording.say("fact", language, name=product.name, fact=contents)
    key = "contains_none_traces" if any(map(_allergen, asked)) else "contains_none"
    return _answered(said, False, wording.say(key, language, **facts), language)


def _has_a_list(product: Product) -> bool:
    """Return whether its list of ingredients is one, though not whole."""
    return "see each product" not in (product.ingredients or "see each product").lower()


def _is_sweet(product: Product) -> bool:
    fact = product_facts.fact(product, "sugar")
    return bool(fact and fact.verdict)


def _answered(said: str, is_so: bool, line: str, language: str) -> str:
    """Return the line with a plain yes or no, where the question was not put with a denial."""
    return line if DENIES.search(said) else f"{wording.say('yes' if is_so else 'no', language)} {line}"


# --- This or that of it -----------------------------------------------------------------------


def _this_or_that(parsed: ParsedMessage, products: list[Product], asked: list[Food]) -> Reply | None:
    """ "Cow or buffalo", "gud ki hai ya cheeni ki": the sentence of its text that has one of them."""
    if len(products) != 1:
        return None
    sentence = _sentence_with(products[0], asked)
    if not sentence:
        return not_known(parsed, products, [parsed.topic.get("aspect") or PRICE])
    reply = answers.of_products(products, parsed, sentence)
    reply.topic = (reply.topic or {}) | {"aspect": "about"}
    return reply


def _sentence_with(product: Product, asked: list[Food]) -> str:
    """Return the sentence of the ingredients, or else of the description, that names the most of these; "" for none."""
    return product_text.best_sentence((product.ingredients, product.description), asked, set())[0]


# --- A word of its text -----------------------------------------------------------------------

MEANS = phrases(
    r"(?:kya|kiya|kya hi) (?:hota|hoti|hote|cheez)(?: (?:hai|hain))?", r"(?:ka|ki) (?:kya )?(?:matlab|mtlb|meaning)(?: .{0,10})?", "matlab", "meaning", r"what(?:'?s| is| are| does| do)(?: .{2,30})?(?: mean)?", r"means?", "kise kehte(?: hai)?",
    "क्या (?:होता|होती)(?: है)?", "(?:का )?मतलब(?: .{0,8})?", "किसे कहते(?: हैं)?",
)  # fmt: skip
MOST_OF_A_QUESTION = 9
# "Doodh ke sath achi lagegi" asks for nothing that is in it
TAKEN_WITH = phrases(
    r"ke sa+th(?: .{0,25})?",
    r"(?:good|nice|well|goes|drink|eat|take|have) with .{2,25}",
    "के साथ(?: .{0,20})?",
)
# They have answers of their own: what they cost, whether they may be eaten
OF_THEIR_OWN = frozenset(CONTAINED) | {
    PRICE, STOCK, "shelf_life", "storage", "jain", "vegan", "vegetarian", "fasting", "spice", "nutrition", "certificate", "size", "packing", "origin", "pieces",
}  # fmt: skip


def in_its_own_words(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Bilona kya hota h", "are they roasted", "papad gas pe sek sakte hai": the sentence of its text that says it."""
    said = plain(parsed.text)
    means = MEANS.search(said)
    if (
        len(said.split()) > MOST_OF_A_QUESTION
        or parsed.reason
        or parsed.numbers
        or chat.memory.get("issue")
        or (parsed.is_issue and parsed.confidence >= ACT)
        or (parsed.aspect in OF_THEIR_OWN and not (means or TAKEN_WITH.search(said)))
        or ABOUT_THE_SHOP.search(said)
        or not (product := _the_one(parsed, said))
    ):
        return None
    if sentence := product_text.sentence_of(product, said, with_names=bool(means)):
        return answers.of_products([product], parsed, sentence)
    how_it_is = [food for food in foods.named_in(said) if not food.is_content]
    unknown = not product_facts.fact(product, parsed.aspect) if parsed.aspect else True
    if how_it_is and unknown and not _besides(said, product_text.names_of([product])):
        # "Is the turmeric polished": not written, and no question about its price
        return not_known(parsed, [product], [INGREDIENTS])
    if _asks_what_is_written_nowhere(parsed, said):
        return not_known(parsed, [product], [INGREDIENTS])
    return None


# "A2 hai kya", "is it himalayan"
IS_IT_SO = phrases(
    r"(?:is it |are they |kya |ye |yeh |wo )*(?P<what>[a-z0-9]{2,14})(?: (?:hai|h|hota|hoti))+(?: (?:kya|na|ya nahi|ya nhi))*",
    r"(?:is it|are they) (?:really |very )?(?P<what_en>[a-z0-9]{2,14})",
)


def _asks_what_is_written_nowhere(parsed: ParsedMessage, said: str) -> bool:
    """Return whether a property is asked that neither the product nor the nearest article speaks of."""
    found = IS_IT_SO.fullmatch(said.strip(" ?.!"))
    what = (found["what"] or found["what_en"]) if found else ""
    if (
        not what
        or what in product_text.EVERYDAY
        or parsed.found.share
        or parsed.aspect
        or not parsed.passages
    ):
        return False
    return not answers.shares_a_word(what, parsed.passages[0].article)


def _the_one(parsed: ParsedMessage, said: str) -> Product | None:
    """Return the one product that is named plainly, or else spoken of; None for several."""
    found, before = parsed.found, spoken_of(parsed)
    how_it_is = foods.named_in(said)
    if (
        len(before) == 1
        and how_it_is
        and not any(food.is_content for food in how_it_is)
        and not _besides(said)
    ):
        # "Filtered?" of the honey names no oil
        return before[0]
    if found.share and not found.is_vague:
        named = list(found.products)
        if len(before) == 1 and (THIS.search(said) or OR.search(said) or before[0] in named):
            # "Lakdi ki ghani" of the mustard oil names the other oil as well
            return before[0]
        return named[0] if len(named) == 1 else None
    if parsed.topic.get("kind") not in ("product", "sum"):
        return None
    return before[0] if len(before) == 1 else None


OF_IT = re.compile(
    r"^\W*(?:is|does|has|have|can|are|will) (?:it|this|that|they)\b|\b(?:isme|ismein|iska|iski|yeh|ye|इसमें|इसका|यह)(?![\w\u0900-\u097F])",
    re.IGNORECASE,
)


def an_unknown_fact(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Is it a2?" of the product shown last: what is not written down is said so."""
    shown = spoken_of(parsed) if parsed.topic.get("kind") == "product" else []
    said = plain(parsed.text)
    if len(shown) != 1 or len(said.split()) > 7 or not OF_IT.search(said) or parsed.is_issue:
        return None
    return not_known(parsed, shown, [parsed.topic.get("aspect") or PRICE])
