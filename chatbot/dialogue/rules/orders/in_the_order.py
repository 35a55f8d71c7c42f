"""A rule about what is in the order that is spoken of, whatever is open or was told beside it."""

from chatbot.models import Chat
from chatbot.nlu.cues import order_cues as asked
from chatbot.nlu.cues.turn_cues import phrases, plain

from ...answers import Reply
from ...message import ParsedMessage
from . import order_facts
from .order_flows import wanted_by_cue
from .taking_out import TAKES_OUT
from .which_order import of_items

OF_THAT = phrases(r"(?:is|us)(?: ?me| ?mein)", "in (?:it|this|that)", r"(?:did|have) i order(?:ed)?", r"i (?:had )?order(?:ed)?", r"(?:order kiya|order kiye|mangaya|mangaye|mangwaya)(?: .{0,12})?", "इसमें", "उसमें", r"(?:how many|kitn[ei])(?: \w+){0,4} (?:ordered|order|mangay\w*)")  # fmt: skip
# Not in a talk about goods: "isme kya kya hai" of a box asks for its contents
OF_GOODS = ("product", "sum", "health", "delivery")
MOST_WORDS = 10


def what_is_in_it(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Usme chai bhi hai na?", "isme kya kya tha" of the order spoken of: what is in it, and no price of tea."""
    said, order = plain(parsed.text), order_facts.of_the_talk(parsed)
    if not order or parsed.topic.get("kind") in OF_GOODS or parsed.is_issue or parsed.reason:
        return None
    if len(said.split()) > MOST_WORDS or wanted_by_cue(parsed) or TAKES_OUT.search(said):
        return None
    in_it = asked.IN_IT.search(said) or OF_THAT.search(said)
    if not in_it:
        return None
    if not parsed.found.products:
        return order_facts.items(chat, parsed, order) if _asks_all(said) else None
    # "Isme sarso tel hi h na" of an order that has some
    plainly = parsed.topic.get("kind") == "order" and asked.IN_IT.search(said)
    return order_facts.items(chat, parsed, order) if plainly or order in of_items(parsed)[0] else None


ALL_OF_IT = phrases(
    r"kya(?: kya)?(?: (?:hai|h|tha|the|thi|aana))*",
    "what(?:'?s| is| was| all)?",
    "क्या(?: क्या)?(?: (?:है|था|थे))*",
)


def _asks_all(said: str) -> bool:
    return bool(ALL_OF_IT.search(said)) and len(said.split()) <= MOST_WORDS // 2
