"""Rules about what the shop does not sell: said plainly, and no price of another thing."""

import re

from chatbot.nlu import cues
from chatbot.sources import foods, product_facts, product_text, products

from ....models import Chat
from ... import answers
from ...answers import Reply
from ...message import ACT, ASK, ParsedMessage
from . import about_products

# "Bajra kitne ka hai": a name, and words that ask for its price
PRICE_OF = re.compile(
    r"^\W*(?:(?:aur|and|ok|acha|accha|achha|what about|और|अच्छा)\s+)?(?P<name>\S+)\s+(?:kitn[ei] (?:ka|ki|ke)|kitna|ka (?:rate|price|daam|dam)|ki (?:price|keemat)|(?:price|rate)|कितन[ेी] (?:का|की|के)|का दाम|की कीमत)(?:\s+(?:hai|h|hain|है|हैं|batao|bata do|kya hai))*\W*$",
    re.IGNORECASE,
)
SHORTEST_NAME = 4


def nothing_sold_so(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """The price of what the shop does not have, after a product that it has: not that one's price."""
    found = PRICE_OF.match(cues.plain(parsed.text))
    if (
        not found
        or parsed.aspect != product_facts.PRICE
        or parsed.found.products
        or parsed.topic.get("kind") not in ("product", "sum", "health")
        or about_products.ABOUT_THE_SHOP.search(found["name"])
        or about_products.THIS.search(found["name"])
        or about_products.FOLLOWS.fullmatch(found["name"])
        or len(found["name"]) < SHORTEST_NAME
        or not products.asks_to_buy(f"{found['name']} price")
        or product_facts.asked_about(found["name"])
    ):
        return None
    if parsed.passages and answers.shares_a_word(found["name"], parsed.passages[0].article):
        return None
    return answers.popular("products_none", parsed)


def nothing_of_that_name(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Do you have bicycles?" """
    if parsed.intent != "product_query" or parsed.confidence < ASK or parsed.knows(ACT):
        return None
    return answers.popular("products_none", parsed) if products.asks_to_buy(parsed.text) else None


def no_such_food(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Kishmish hai?", "do you sell almonds": a food that no product is named by, and no article is asked for."""
    said = cues.plain(parsed.text)
    if (parsed.is_issue and parsed.confidence >= ACT) or parsed.reason or chat.memory.get("issue"):
        return None
    if parsed.found.share or parsed.aspect not in OF_GOODS or about_products.THIS.search(said):
        return None
    asked = [food for food in foods.named_in(said) if food.is_content]
    rest = [word for word in cues.words_of(foods.without(said)) if word not in product_text.EVERYDAY]
    if not asked or rest or not (ASKS.search(said) or products.asks_to_buy(parsed.text)):
        return None
    return answers.popular("products_none", parsed)


OF_GOODS = ("", product_facts.PRICE, product_facts.STOCK, "nuts", "milk", "egg", "soy", "sesame", "salt")
ASKS = cues.phrases(
    r"(?:hai|hain|h|mil\w*|rakhte|bechte|available)(?: (?:hai|hain|h|ho|kya|na|aapke paas))*\W*$", r"(?:do|have) (?:you|u)(?: .{0,25})?", "(?:है|हैं|मिल\\S*)(?: (?:है|हैं|क्या))*\\W*$",
)  # fmt: skip
