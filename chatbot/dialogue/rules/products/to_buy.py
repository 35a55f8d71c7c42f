"""A rule about a wish to buy that is said in the chat: what it costs, and that the order is placed in the shop."""

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu.cues import turn_cues
from chatbot.sources import delivery_areas

from ... import answers
from ...answers import Reply
from ...message import CLEAR, ParsedMessage
from ...reading import subjects
from ...resolving import counting
from ..orders import about_delivery
from .sums import product_sums

BUYS = turn_cues.phrases(
    r"(?:de|bhej|pack kar|dila) (?:do|dijiye|dena|de)", "dedo", r"(?:le|lelo|lele) ?(?:lunga|lungi|leta|leti|lenge|lu|loon|lo)?",
    r"(?:i'?ll|i will|let me|we'?ll) (?:take|have|buy|get)(?: .{0,15})?", r"(?:give|send|pack) me", "दे (?:दो|दीजिए)", "ले (?:लूंगा|लूंगी|लेंगे)",
)  # fmt: skip
WRONG = turn_cues.phrases(
    r"(?:toot|tut|tuta|tooti|phat|kharab|galat|missing|kam|leak|sad|khul|nahi|nahin|mila|aaya|aayi|broken|wrong|damaged|opened?|refund|return|wapas|badal|replace|exchange|not|kisi aur|jagah|instead)\w*",
    "टूट\\S*", "फट\\S*", "ग़?लत", "नहीं", "ख़?राब",
)  # fmt: skip


def wants_some(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Chai hi de do, 2 packet": a wish to buy, whatever the classifier makes of it."""
    said = turn_cues.plain(parsed.text)
    if (
        (parsed.is_issue and parsed.confidence >= CLEAR)
        or chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        or parsed.aspect
        or len(parsed.found.products) > 1
        or subjects.of_the_answer(parsed.topic) == "subscription"
        or parsed.topic.get("kind") not in ("product", "sum", "article", "delivery")
        or not BUYS.search(said)
        or WRONG.search(said)
    ):
        return None
    if not parsed.found.products:
        return _some_of_it(parsed, said)
    items = counting.counted(parsed)
    if len(items) == 1 and items[0][1] == 1:
        # "Chai de do, 2 packet": the count stands in a piece of its own
        items = [(items[0][0], counting.count_in(said))]
    if not items:
        return answers.of_products(parsed.found.products, parsed)
    reply = product_sums.summed(parsed, items)
    reply.text = f"{reply.text} {wording.say('order_in_the_shop', parsed.language)}"
    return reply


MOST_TO_CHOOSE = 3


def _some_of_it(parsed: ParsedMessage, said: str) -> Reply | None:
    """ "Ok 1 de do", "2 bhej do indore" of what is spoken of: the sum, the place's days, and how to order."""
    before = product_sums.of_the_talk(parsed)
    both = product_sums.BOTH.search(said)
    if 1 < len(before) <= MOST_TO_CHOOSE and not both and counting.says_a_count(said):
        # "Ok 1 de do" of two that were shown
        reply = answers.text_reply("which_of_a_kind", parsed, "product_query", sure=0.8)
        reply.suggestions, reply.topic = [each.name for each in before], parsed.topic
        return reply
    if both or len(before) != 1 or not counting.says_a_count(said) or len(said.split()) > MOST_WORDS:
        return None
    reply = product_sums.summed(parsed, [(before[0], counting.count_in(said))])
    if named := delivery_areas.areas().named_in(said):
        reply.text = f"{reply.text} {about_delivery.days_to(parsed, named)}"
    reply.text = f"{reply.text} {wording.say('order_in_the_shop', parsed.language)}"
    return reply


MOST_WORDS = 7
