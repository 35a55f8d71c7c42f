"""Rules about a list that is narrowed: "meetha nahi", "150 ke andar wala", "without onion" of what was listed."""

from chatbot import wording
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import products as catalogue
from supportdesk import money

from ... import answers
from ...answers import Reply
from ...message import ParsedMessage
from ...reading import passages
from ...reading.readings import CHANGES_A_SUM
from ...resolving import narrowing
from ...resolving.narrowing import Condition
from ...resolving.references import spoken_of

# A person who may not have it: the cautious rule answers
FOR_WHOM = phrases(
    r"diabet\w*",
    r"pregnan\w*",
    r"bab(?:y|ies)",
    r"allerg\w*",
    r"\d+ (?:month|mahin)\w*",
    "sugar (?:hai|patient|ki bimari)",
    "शुगर है",
    "शिशु",
)
OF_THE_SHOP = phrases(
    "shop", "everything", r"all (?:your )?products?", "sab (?:kuch|products?)", "anything else", "दुकान"
)
COMPARES = phrases(
    "which",
    r"ka?un ?s?[aei]?",
    r"kons?[aei]",
    "less",
    "kam",
    "more",
    r"zyada",
    "sabse",
    "कौन ?सा",
    "कम",
    "सबसे",
)
ASKS_IF_SO = phrases(
    r"(?:hai|h|hain) (?:na|kya)\W*$",
    r"to(?:h)? (?:nahi|nahin|nhi)(?: .{0,8})?\W*$",
    r"(?:right|correct)\W*$",
    "(?:है|हैं) (?:ना|क्या)\\W*$",
)
ALLERGENS = {"peanut", "nuts", "milk", "gluten"}
MOST_TOLD, CHEAPEST = 4, 2


def narrowed(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Meetha nahi", "teekha na ho", "150 ke andar" of what was listed or of its kind: those that fit, and their price."""
    said = plain(parsed.text)
    conditions = narrowing.conditions_in(said)
    compares = COMPARES.search(said)
    within, cheaper = catalogue.price_named(said), bool(narrowing.CHEAPER.search(said)) and not compares
    if compares and (cheaper or any(each.key in ("spicy", "sweet") for each in conditions)):
        # "Which is less spicy" compares, and leaves none out
        return None
    if (
        not (conditions or within or cheaper)
        or chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        or len(said.split()) > narrowing.MOST_WORDS
        or FOR_WHOM.search(said)
        or not narrowing.is_all(said)
    ):
        return None
    if any(each.wanted and each.key in narrowing.CONTENTS for each in conditions) or ASKS_IF_SO.search(
        said
    ):
        # "Palm oil to nahi hai na" asks whether it is so
        return None
    among = _among(chat, parsed)
    if len(among) < 2 or (
        not _denies(conditions) and not within and not cheaper and not _of_a_list(parsed)
    ):
        return None
    fitting = [each for each in among if all(one.fits(each) for one in conditions)]
    if within:
        at_the_price = {product.pk for product in catalogue.all_named(within)}
        fitting = [each for each in fitting if each.pk in at_the_price]
    if [each.key for each in conditions if each.wanted] == ["spicy"] and len(fitting) > 1:
        # "Teekha wala": the hottest first, and of one kind that one
        fitting = [each for each in fitting if narrowing.is_hottest(each)] or fitting
    if cheaper:
        fitting = sorted(fitting, key=lambda product: product.price)[:CHEAPEST]
    what = _in_words(conditions, within, parsed.language)
    if not fitting and not conditions:
        # A price alone asks the whole shop
        return None
    if not fitting:
        return _none_of_these(parsed, conditions, what, {each.category for each in among})
    return _told(parsed, fitting, what, any(each.key in ALLERGENS for each in conditions))


def _denies(conditions: list[Condition]) -> bool:
    return any(not each.wanted for each in conditions)


def _of_a_list(parsed: ParsedMessage) -> bool:
    """Return whether several products were told, so that "teekha wala" chooses among them."""
    return len(parsed.topic.get("ids", [])) > 1


def _among(chat: Chat, parsed: ParsedMessage) -> list[Product]:
    """Return the products that a list is narrowed from: what was listed, or the kind of the one spoken of."""
    if parsed.topic.get("kind") not in ("product", "sum", "health", "article"):
        return []
    by_id = {str(product.pk): product for product in catalogue.on_sale()}
    listed = [by_id[pk] for pk in chat.memory.get("among", []) if pk in by_id]
    if parsed.topic.get("kind") == "article" and chat.memory.get("since_product", 9) > 2:
        return []
    shown = spoken_of(parsed)
    if len(shown) == 1 and shown[0] not in listed:
        return [each for each in by_id.values() if each.category == shown[0].category]
    return listed


def _in_words(conditions: list[Condition], within: str, language: str) -> str:
    words = []
    for each in conditions:
        key = f"what_{'' if each.wanted else 'not_'}{each.key}"
        if wording.has(key):
            words.append(wording.say(key, language))
        elif wording.has(f"free_{each.key}"):
            words.append(wording.say(f"free_{each.key}", language))
        else:
            words.append(wording.say("what_without", language, word=each.key))
    return ", ".join([*words, *([within] if within else [])])


def _told(parsed: ParsedMessage, fitting: list[Product], what: str, about_traces: bool) -> Reply:
    shown = sorted(fitting, key=lambda product: not product.is_in_stock)[:MOST_TOLD]
    names = ", ".join(
        f"{each.name} {money.formatted(each.price, each.currency, parsed.language)}" for each in shown
    )
    key = "narrowed" if what else "products_found"
    reply = answers.text_reply(key, parsed, "product_query", sure=0.9, what=what, names=names)
    if not what:
        reply.text = f"{reply.text} {names}."
    answers.show(reply, shown)
    reply.topic = (reply.topic or {}) | {"among": [str(each.pk) for each in fitting]}
    if about_traces and (article := parsed.library.by_slug.get("allergens")):
        # What has none of it among its ingredients may have traces
        reply.text = f"{reply.text} {article.body_in(parsed.language)}"
    reply.is_sure = True
    return reply


def _none_of_these(
    parsed: ParsedMessage, conditions: list[Condition], what: str, shelves: set[str]
) -> Reply | None:
    """None of them fits: said so, and what else of the shop does."""
    rest = [
        each for each in catalogue.on_sale() if conditions and all(one.fits(each) for one in conditions)
    ]
    # Of the same kind first: makhana that were not shown, before any tea
    rest = [each for each in rest if each.category in shelves] or rest
    none = wording.say("none_of_these", parsed.language, what=what)
    if not rest:
        reply = answers.text_reply("none_of_these", parsed, "product_query", sure=0.9, what=what)
        reply.topic = parsed.topic
        return reply
    reply = answers.text_reply(
        "listed",
        parsed,
        "product_query",
        sure=0.9,
        what=what,
        names=", ".join(each.name for each in rest[:MOST_TOLD]),
    )
    reply.text = f"{none} {reply.text}"
    answers.show(reply, rest[:MOST_TOLD])
    reply.is_sure = True
    return reply


# --- What else there is of it -----------------------------------------------------------------------

OTHERS = phrases(
    r"(?:ok |acha |accha |and |aur |to |toh )*(?:any|anything|something|kuch|koi|what)(?: thing)? (?:other|others|else|more|aur)(?: (?:one|ones|options?|hai|h|there|bhi|in this|products?|dikhao|available|milega|isme|inme))*",
    r"(?:ok |acha |accha |iske alawa |and )*aur (?:koi|kuch|kya|options?|dikhao|bhi|bata\w*)(?: (?:hai|h|hain|bhi|options?|dikhao|milega|wala|wali|isme|inme|kya|batao|aapke paas))*",
    r"(?:any |koi )?(?:other|more) (?:options?|ones?|choices?|products?)(?: (?:there|hai|available))*", "(?:और|कोई और|और कोई|कुछ और|और कुछ)(?: (?:कोई|कुछ|है|क्या|दिखाओ|दिखाइए))*",
)  # fmt: skip
THAT_ONE = phrases(
    r"(?:ok |yes |haan |acha |the )*(?:that|this)(?: one)?", r"(?:ok |haan |acha )*(?:wahi|yahi|ye wal[aei]|yeh wal[aei]|wo wal[aei]|woh wal[aei])(?: (?:wal[aei]|hi|de do|chahiye))*", "(?:वही|यही|ये वाला|वो वाला)(?: (?:चाहिए|दे दो))*",
)  # fmt: skip


def others_of_the_list(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Aur koi?", "any other?" after a list or one product: what else there is of its kind, at the same price."""
    said = plain(parsed.text).strip(" ?.!")
    if another := _others_of_the_kind(chat, parsed, said):
        return answers.of_products(another, parsed)
    shown = spoken_of(parsed) if parsed.topic.get("kind") == "product" else []
    if not shown or not _goes_on(chat, parsed) or not OTHERS.fullmatch(said):
        return None
    seen, is_all = {product.pk for product in shown}, False
    by_id = {str(product.pk): product for product in catalogue.on_sale()}
    rest = [by_id[pk] for pk in parsed.topic.get("among", []) if pk in by_id and by_id[pk].pk not in seen]
    if not rest:
        listed = {*map(str, seen), *(chat.memory.get("listed", []) if len(shown) > 1 else [])}
        shelves = {product.category for product in shown}
        rest = [each for pk, each in by_id.items() if each.category in shelves and pk not in listed]
        if within := chat.memory.get("within", ""):
            at_the_price = [each for each in catalogue.all_named(within) if str(each.pk) not in listed]
            of_the_kind = [each for each in rest if each in at_the_price]
            rest, is_all = of_the_kind or at_the_price, not of_the_kind
    if not rest:
        reply = answers.text_reply("no_others", parsed, "product_query", sure=0.9)
        reply.topic = parsed.topic
        return reply
    rest.sort(key=lambda product: not product.is_in_stock)
    reply = answers.of_products(rest[:MOST_TOLD], parsed)
    if is_all:
        # Of this kind and at this price there is no other: said, and what else costs so much
        reply.text = f"{wording.say('no_others', parsed.language)} {reply.text}"
    return reply


OTHER = phrases(
    r"(?:any|koi|some)? ?(?:other|another|aur koi|koi aur|dusr[aei]|doosr[aei])", "(?:कोई )?(?:और|दूसर[ाेी])"
)
MOST_WORDS_OF_OTHERS = 6


def _others_of_the_kind(chat: Chat, parsed: ParsedMessage, said: str) -> list[Product]:
    """Return of a named kind all but the one spoken of: "any other pickle" after the lemon pickle; [] otherwise."""
    last, found = chat.memory.get("recent", [])[-1:], list(parsed.found.products)
    if (
        not OTHER.search(said)
        or len(said.split()) > MOST_WORDS_OF_OTHERS
        or len(found) < 2
        or chat.memory.get("issue")
        or parsed.topic.get("kind") not in ("product", "article")
        or all(str(product.pk) not in last for product in found)
        or len({product.category for product in found}) > 1
    ):
        return []
    return [product for product in found if str(product.pk) not in last]


MOST_WORDS_OF_THE_ONLY_ONE = 8


def the_only_one(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Any other coffee?" of the only coffee there is: said so; of one that is sold out, where to be told when it is back."""
    said, found = plain(parsed.text).strip(" ?.!"), list(parsed.found.products)
    last = chat.memory.get("recent", [])[-1:]
    if (
        not (OTHER.search(said) or ANY_MORE.search(said))
        or len(said.split()) > MOST_WORDS_OF_THE_ONLY_ONE
        or len(found) != 1
        or not parsed.found.share
        or CHANGES_A_SUM.search(said)
        or [str(found[0].pk)] != last
        or parsed.is_issue
        or parsed.reason
        or parsed.numbers
        or chat.memory.get("issue")
        or parsed.topic.get("kind") not in ("product", "article")
        or parsed.aspect not in ("", "stock")
    ):
        return None
    reply = answers.of_products(found, parsed)
    reply.text = f"{wording.say('the_only_one', parsed.language, name=found[0].name)} {reply.text}"
    back = parsed.library.by_slug.get("out-of-stock")
    if not found[0].is_in_stock and back:
        first = passages.split(back.body_in(parsed.language))[:1]
        reply.text = " ".join([reply.text, *first])
        reply.sources.append({"type": "article", "id": str(back.pk), "title": back.title})
    return reply


ANY_MORE = phrases(
    r"(?:aur|koi|kuch|more|different) (?:koi |aur |type |tarah |brand |variety )*(?:ki |ka |ke |of )?(?=\w{3,} ?(?:hai|h|milega|milegi|available|kya)?$)",
    "(?:और|दूसर[ाी]) (?:कोई |तरह )*(?:की |का )?(?=\\S{3,})",
)


def that_one(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "That one", "wahi wala" of the one that was told: what it costs; of several it is asked which."""
    said = plain(parsed.text).strip(" ?.!")
    shown = spoken_of(parsed) if parsed.topic.get("kind") == "product" else []
    if not shown or not _goes_on(chat, parsed) or not THAT_ONE.fullmatch(said):
        return None
    reply = answers.of_products(shown, parsed)
    if len(shown) > 1:
        reply.text = f"{reply.text} {wording.say('which_of_a_kind', parsed.language)}"
        reply.suggestions = [product.name for product in shown[:MOST_OF_A_CHOICE]]
        reply.asks = {"about": "product", "said": said, "options": reply.suggestions}
    return reply


MOST_OF_A_CHOICE = 3


def _goes_on(chat: Chat, parsed: ParsedMessage) -> bool:
    """Return whether nothing is open beside the list: no issue, and no person whose health it is about."""
    return not (
        chat.memory.get("issue") or parsed.reason or chat.memory.get("concern") or parsed.found.share
    )
