"""Rules about what a talk begins with: something for a person or a day, a product that is asked for by its name."""

from chatbot.models import Chat
from chatbot.nlu.cues.turn_cues import phrases, plain, words_of
from chatbot.sources import product_facts, product_text
from chatbot.sources import products as catalogue
from chatbot.sources.product_facts import INGREDIENTS
from chatbot.sources.product_text import AROUND
from chatbot.sources.product_words import SHOPPING

from ... import answers
from ...answers import Reply
from ...message import ParsedMessage
from . import about_products, concerns, which_product
from .about_products import MOST_TOLD, told

MOST_WORDS_OF_A_NAME = 6


def asked_for_by_name(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Shudh desi ghee chahiye" as the first thing: the product, whatever else the words are near to."""
    said, found = plain(parsed.text), parsed.found
    if (
        parsed.topic
        or not which_product.WANTS_SOME.search(said)
        or not 0 < len(found.products) <= MOST_TOLD
        or found.is_vague
        or parsed.is_issue
        or parsed.reason
        or parsed.numbers
        or len(said.split()) > MOST_WORDS_OF_A_NAME
        or parsed.aspect not in ("", "purity", "raw")
        or about_products.ABOUT_THE_SHOP.search(said)
    ):
        return None
    return answers.of_products(list(found.products), parsed)


# --- For a person or a day ------------------------------------------------------------------------------------

OCCASION = phrases(
    r"gift\w*", "hamper", r"house ?-?warming", "griha pravesh", "birthday", "anniversary", "wedding", "shaadi", "rakhi", "bhai ?dooj", "diwali", "new year", "present",
    r"(?:for|to) (?:my |our |a |the )(?:\w+'?s? )?(?:parents?|mother|mom|mummy|father|dad|papa|sister|brother|friends?|boss|wife|husband|in-?laws|relatives?|family|teacher|colleagues?|grand\w+|aunt\w*|uncle|girlfriend|boyfriend)",
    r"(?:mummy|papa|maa|behen|bhai|dost|patni|wife|husband|sasural|rishtedaar\w*) (?:ko|ke liye)", "(?:तोहफ\\S*|गिफ्ट|उपहार)",
)  # fmt: skip
SOMETHING = phrases(
    "something", "anything", "kuch", "koi", "suggest\\w*", r"(?:want|need|looking|like) to (?:send|gift|give)", r"bhejna(?: .{0,10})?", "idea", "ideas", "options?", "recommend", r"what (?:can|should|do)", r"kya (?:du|dun|de|bheju|lu|accha|best)\w*", "कुछ", "क्या",
)  # fmt: skip
MOST_WORDS_OF_A_GIFT = 20


def for_a_gift(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Want to send something to my parents": what the shop has for it, and how a gift is sent."""
    said = plain(parsed.text)
    if (
        parsed.is_issue
        or parsed.reason
        or parsed.numbers
        or parsed.aspect
        or chat.memory.get("issue")
        or parsed.topic.get("kind") in ("order", "sum")
        or len(said.split()) > MOST_WORDS_OF_A_GIFT
        or not (OCCASION.search(said) and SOMETHING.search(said))
        or concerns.concern(said)
    ):
        return None
    gifts = [each for each in catalogue.look_up(GIFTS).products if each.is_in_stock]
    named = [each for each in parsed.found.products if each not in gifts]
    if not gifts or named:
        return None
    reply = answers.of_products(gifts[:MOST_TOLD], parsed)
    first = product_facts.SENTENCE.findall(gifts[0].description or "")[:1]
    article = parsed.library.by_slug.get("gift-wrap")
    reply.text = " ".join(
        [reply.text, *(each.strip() for each in first), article.body_in(parsed.language) if article else ""]
    ).strip()
    return reply


GIFTS = "gift hamper"


PLAINLY = {"origin", "shelf_life", "storage", INGREDIENTS}


def a_plain_fact(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Where do the cashews come from": names and the question alone are no complaint, whatever is guessed."""
    if (
        parsed.aspect not in PLAINLY
        or not parsed.is_issue
        or parsed.reason
        or parsed.numbers
        or chat.memory.get("issue")
    ):
        return None
    found = parsed.found
    if not found.share or found.is_vague or len(found.products) > MOST_TOLD:
        return None
    rest = product_facts.ASPECTS[parsed.aspect].sub(" ", plain(parsed.text))
    besides = set(words_of(rest)) - product_text.names_of(list(found.products)) - AROUND - SHOPPING
    return None if besides else told(chat, parsed, list(found.products), [parsed.aspect])
