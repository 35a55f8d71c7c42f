"""Rules about orders: which one is asked about, and how it stands."""

import re
from typing import Any

from chatbot import wording
from chatbot.nlu import classifier
from chatbot.sources import orders
from supportdesk import money
from tickets.models import Category, Order, Priority

from ...models import Chat
from ...nlu.cues import phrases, plain
from .. import answers, flows
from ..answers import Reply
from ..message import ACT, ASK, Heard
from .order_flows import FEW_BESIDE, wanted, wanted_by_cue
from .which_order import (
    ADDRESS,
    ALL_OF_THEM,
    ASKS_WHERE,
    BY_STATE,
    MINE,
    NO_NUMBER,
    of_items,
    order_spoken_of,
    the_other,
    which,
)

ARRIVES = phrases(
    r"when",
    "where",
    "kab",
    "kahan",
    "kaha",
    "come",
    "came",
    "coming",
    "arriv\\w+",
    "deliver\\w*",
    "reach\\w*",
    "aaya",
    "aayi",
    "aayega",
    "ayega",
    "mila",
    "milega",
    "status",
    "track\\w*",
    "कब",
    "कहां",
    "आया",
    "आएगा",
    "pahunch\\w*",
)
FOLLOWING = re.compile(
    r"^\W*(?:the |my )?(?:one|order|parcel) (?:with|of|jisme|which has)\b|^\W*(?:and|aur|what about|how about|और)\b|\b(?:one|wala|wali|order|parcel)\W*$|(?:वाला|वाली|ऑर्डर)\W*$",
    re.IGNORECASE,
)


A_LIST_OF_ORDERS = phrases(
    r"(?:show|list|see|view|give|tell)(?: me)?(?: all)?(?: of)? (?:my|the|mere|all)(?: .{0,8})? orders",
    r"(?:which|what|how many) orders (?:do i|have i|i have|i placed|are mine)(?: .{0,12})?",
    r"(?:mere|apne|saare|sare|sab|mera) (?:.{0,8})?orders? (?:dikha|batao|bata do|list|kaun|kitne|kya kya)\w*(?: .{0,12})?",
    r"(?:मेरे|सारे|सब) ऑर्डर (?:दिखा|बता)\S*",
)


WHICH_ONE = re.compile(
    r"\W*(?:ka?un ?s[ai]|kons[ai]|which(?: one| order)?|कौन ?सा)(?: order| wala| ऑर्डर)?\W*", re.IGNORECASE
)


def the_list_of_orders(chat: Chat, heard: Heard) -> Reply | None:
    """ "Which orders do I have?", whatever was spoken of before; "which one?" after an order."""
    said = plain(heard.text)
    if not heard.known_orders or heard.reason or len(said.split()) > 8:
        return None
    asks_which = heard.topic.get("kind") == "order" and WHICH_ONE.fullmatch(said)
    return all_orders(chat, heard) if asks_which or A_LIST_OF_ORDERS.search(said) else None


def another_order(chat: Chat, heard: Heard) -> Reply | None:
    """ "And the other one?" after an order; "all my orders"."""
    said = plain(heard.text)
    topic = heard.topic
    if (
        ALL_OF_THEM.search(said)
        and heard.known_orders
        and not (heard.is_issue and heard.confidence >= ACT)
        and len(said.split()) <= 9
    ):
        return all_orders(chat, heard)
    fitting, _ = of_items(heard) if heard.known_orders and len(said.split()) <= 12 else ([], False)
    if (
        fitting
        and ARRIVES.search(said)
        and not heard.is_issue
        and not wanted(heard)
        and (topic.get("kind") == "order" or MINE.search(said))
    ):
        return answers.of_order(chat, fitting[0], heard)
    by_state = (
        next((states for cue, states in BY_STATE if cue.search(said)), None)
        if len(said.split()) <= 7
        else None
    )
    # "Item missing in my delivered order" says which one it is about, and asks for no state
    by_state = None if heard.intent in classifier.TROUBLE and heard.is_issue else by_state
    if (
        by_state
        and heard.known_orders
        and not wanted_by_cue(heard)
        and not any(o.status in by_state for o in heard.known_orders)
    ):
        return all_orders(chat, heard, "orders_none_such")
    if (topic.get("kind") != "order" and not by_state) or len(said.split()) > 7:
        return None
    if (
        by_state
        and not wanted_by_cue(heard)
        and (chosen := next((o for o in heard.known_orders if o.status in by_state), None))
    ):
        return answers.of_order(chat, chosen, heard)
    if chosen := the_other(heard):
        key = topic.get("aspect", "where")
        # "The other one" asks the same of another order
        return (key != "where" and flows.run(chat, heard, key, chosen)) or answers.of_order(
            chat, chosen, heard
        )
    asks_which = heard.intent == "order_status" or (len(said.split()) <= 5 and FOLLOWING.search(said))
    asks_which = asks_which and not heard.is_issue
    if fitting and asks_which and not heard.aspect:
        return answers.of_order(chat, fitting[0], heard)
    return None


def all_orders(chat: Chat, heard: Heard, key: str = "orders_all") -> Reply:
    """One line for each of the newest orders."""
    shown = heard.known_orders[:4]
    lines = [
        f"{order.number} ({flows.items_in_words(order)}): {orders.state_in_words(order, heard.language)}."
        for order in shown
    ]
    reply = answers.text_reply(key, heard, "order_status")
    reply.text = "\n".join([reply.text, *lines])
    reply.suggestions = [order.number for order in shown]
    reply.topic = {"kind": "order", "ids": [str(order.pk) for order in shown], "aspect": "where"}
    reply.is_sure = True
    return reply


WHEN_OR_WHERE = phrases(
    r"kis (?:time|samay|waqt)(?: .{0,10})?", r"kitn[ei] (?:din|time|der|ghante|baje)(?: .{0,20})?", r"kab (?:tak|aayega|ayega|milega|aa raha|pahunchega|tk)?(?: .{0,12})?", r"when(?: .{0,25})?", r"how (?:long|many days|much (?:more )?time|soon)(?: .{0,25})?", r"where is it(?: now)?", r"(?:abhi )?(?:kahan|kaha) (?:hai|pahuncha|tak|h)(?: .{0,10})?", r"(?:what'?s the |any )?(?:eta|status|update|tracking)(?: (?:number|id|link|no))?",
    r"(?:aaj|kal)(?: hi)? (?:aa|mil|pahunch|deliver)\w*(?: .{0,20})?", r"today\??", r"aaj (?:aayega|aa jayega|milega|ayega)(?: .{0,8})?", r"will it (?:come|arrive|reach|be)(?: .{0,25})?", "कब(?: तक)?(?: .{0,12})?", "कितने दिन(?: .{0,12})?", r"which courier|courier (?:kaun|name|kon)(?: .{0,8})?", r"delivery (?:date|day|time)", "what time", r"track (?:it|karo|kar do)?", "kab tak",
)  # fmt: skip
DRIVER = phrases(r"(?:their|his|unka|uska|inka|iska) (?:phone |mobile |contact )?(?:number|no|num|contact)(?: .{0,10})?", r"(?:delivery|courier) (?:boy|guy|man|person|agent|partner|wala|wale|executive)(?:'?s| ka| ki)?(?: .{0,25})?", r"(?:driver|rider|courier)(?:'?s| ka| ki)? (?:phone|number|no|contact|mobile)(?: .{0,10})?", "(?:डिलीवरी|कूरियर) (?:बॉय|वाले|वाला)(?: .{0,15})?")  # fmt: skip
WHICH_ONE = phrases(
    r"(?:and |ok |aur )?(?:which|konsa|kaun ?sa|kon ?sa|konse|कौन ?सा)(?: (?:one|order|wala|parcel))*(?: (?:is|was|are|hai|h|tha|है))?(?: (?:it|that|this|this one|yeh|ye|you talking about))?"
)
ASKS_WHAT = phrases(
    "what", "which", "kya", "kaun ?sa", "where", "kahan", "confirm", "check", "क्या", "कौन सा"
)
TRACKING = phrases(
    r"who(?:'?s| is| are)? (?:the |my )?(?:courier|deliver\w*|bringing it)(?: .{0,12})?",
    r"(?:which|what|kaun ?sa|konsa|kaun|name)(?: \w+)? courier",
    r"courier (?:name|kaun|kon|company|partner|details|hai)(?: .{0,8})?",
    r"^courier\W*$",
    "tracking",
    "track",
    "awb",
    "link",
)
CALLS = phrases("number", "num", "no", "contact", "phone", "call", "mobile", "नंबर", "फोन", "name")
PAID = phrases(
    r"(?:what (?:did|have) (?:i|we) pa(?:y|id)(?: for (?:it|that|this))?|how much (?:was|did) (?:it|that)(?: cost)?|how (?:did|was) (?:i|it) pa(?:y|id)|payment (?:mode|method|type|status)|paid or (?:not|cod)|is it (?:paid|prepaid|cod)|(?:kitna|kitne|how much) (?:.{0,10})?(?:pay|paid|dena|diya|total|hua|tha|kharch\w*)|total (?:amount|bill|price)?|amount|bill amount)"
)
ITEMS = phrases(
    r"what(?:'?s| is| all| did| was)? (?:.{0,12})?(?:in it|in that|in this|in the order|inside|items?|i order\w*|products?)",
    r"(?:kya kya|kya) (?:.{0,10})?(?:hai|tha|order kiya|mangaya|aana hai)(?: .{0,8})?",
    r"which (?:items?|products?)",
    "items?",
    r"(?:isme|usme|ismein|usmein) kya",
    "क्या क्या",
)


PAID_ALREADY = phrases(
    r"(?:it|that|this|i) (?:was |have |had )?paid (?:by|via|through|with|on) (?:upi|card|cod|cash|netbanking|wallet)(?: .{0,10})?",
    r"(?:was|is) (?:it|that|this)(?: paid)?(?: by| via| through)? (?:upi|card|cod|cash)(?: or (?:upi|card|cod|cash))?",
    r"(?:upi|card|cod|cash) (?:se |tha |thi |hai )*(?:ya|or) (?:upi|card|cod|cash)(?: .{0,10})?",
    r"(?:already|pehle (?:hi|se)|pahle (?:hi|se)) (?:.{0,12})?(?:pay|paid|payment|diya|de diya|kar diya)(?: .{0,15})?",
    r"(?:pay|paid|payment) (?:.{0,10})?(?:already|kar diya|kar chuk[aei]|ho gaya|ho chuka|kiya (?:tha|hai))(?: .{0,8})?",
    "पहले (?:ही|से) .{0,12}(?:दे|पे|भुगतान)\\S*",
)
# Then the money is what is wrong, and no question about the order
MONEY_TROUBLE = phrases(
    r"(?:not|nahi|nahin|n'?t|twice|double|do baar|2 baar|extra|zyada|jyada|kat\w*|deduct\w*|debit\w*|fail\w*|stuck|galat|wrong|but|lekin|par|phir bhi|still|नहीं|दो बार|कट\S*)"
)


TO_BE_PAID = phrases(
    r"(?:do|will|would|should|must|have to|need to) (?:i|we) (?:have to |need to )?pay",
    r"(?:i|we) (?:have|need|will have) to pay",
    r"(?:dena|dene|bharna) (?:hoga|honge|padega|padenge|hai)",
    "(?:देना|देने) (?:होगा|होंगे|पड़ेगा|पड़ेंगे)",
)
# "Kaunse order ka bol rahe ho?"
WHICH_ORDER = phrases(
    r"(?:ok |aap |you |acha )*(?:kaun ?s[aei]|kons[aei]|kaunsi|which)(?: \w+)? (?:order|parcel)(?: .{0,30})?",
    "(?:आप )?कौन(?: |-)?स[ाे] ऑर्डर(?: .{0,20})?",
)


def a_fact_of_the_order(chat: Chat, heard: Heard) -> Reply | None:
    """ "How much did I pay?", "driver ka number do" of the order spoken of, whatever is open beside it."""
    said, order = plain(heard.text), order_spoken_of(heard)
    # After an article between: who brings it is asked of the order all the same
    of_courier = heard.topic.get("kind") == "article" and (TRACKING.search(said) or DRIVER.search(said))
    if (
        not (heard.topic.get("kind") == "order" or of_courier)
        or not order
        or (heard.numbers and not heard.order)
        or len(said.split()) > 9
        or heard.found.products
        or heard.reason
    ):
        return None
    if WHICH_ORDER.fullmatch(said.strip(" ?.!")):
        state = orders.state_after_its_number(order, heard.language)
        return _told(chat, heard, order, "order_which", items=flows.items_in_words(order), state=state)
    asks_paid = PAID.search(said) or PAID_ALREADY.search(said)
    if asks_paid and TO_BE_PAID.search(said) and (chat.memory.get("issue") or {}).get("flow"):
        # "How much do I pay" for a return: what the shop wrote about it, and not the price of the order
        return None
    if asks_paid and not MONEY_TROUBLE.search(said) and not wanted(heard):
        return _paid(chat, heard, order)
    if (of_courier or (DRIVER.search(said) and CALLS.search(said))) and not wanted(heard):
        return _driver(chat, heard, order)
    return None


IN_IT = phrases(
    r"(?:usme|usmein|isme|ismein|us me|is me|us order me(?:in)?|is order me(?:in)?|is it|does it|order me(?:in)?) .{2,30}(?:hai|h|tha|thi|bhi|included?|na)(?: (?:na|kya))?",
    r"(?:is|was|are) .{2,25} (?:in (?:it|that|this|there|the box|the order)|included)",
    r"(?:does|do|did|will) (?:it|that|this|they) (?:have|include|contain|come with|has) .{2,30}",
    "(?:उसमें|इसमें) .{2,25}(?:है|था|थी)(?: (?:ना|क्या))?",
)


def what_is_in_it(chat: Chat, heard: Heard) -> Reply | None:
    """ "Usme chai bhi hai na?" of the order spoken of: what is in it, and no price of tea."""
    said, order = plain(heard.text), order_spoken_of(heard)
    if heard.topic.get("kind") != "order" or not order or not heard.found.products:
        return None
    if heard.is_issue or heard.reason or len(said.split()) > 8 or not IN_IT.search(said):
        return None
    return _items(chat, heard, order)


WHAT_WAS_ORDERED = phrases(
    r"(?:maine|mene|humne|hamne|i|we)(?: .{0,20})? (?:kya kya|kya|what|which)(?: .{0,12})? ?(?:manga\w*|mangwa\w*|order kiya|order ki|liya|kharida|bought|ordered|buy|order)(?: .{0,12})?",
    r"what (?:all )?(?:did|have) (?:i|we) (?:order|buy|bought|ordered|get)(?: .{0,15})?",
    r"(?:my )?(?:last|previous|past) (?:purchases?|items)",
    "(?:मैंने|हमने)(?: .{0,15})? क्या(?: क्या)? (?:मंगाया|मंगवाया|ऑर्डर किया|लिया)(?: .{0,6})?",
)


def what_was_ordered(chat: Chat, heard: Heard) -> Reply | None:
    """ "Maine last time kya kya mangaya tha": the items of the newest order, or of the one spoken of."""
    said = plain(heard.text)
    if not heard.known_orders or heard.reason or len(said.split()) > 9:
        return None
    states = next((states for cue, states in BY_STATE if cue.search(said)), ())
    of_state = next((each for each in heard.known_orders if each.status in states), None)
    if of_state and ITEMS.search(said) and not heard.is_issue:
        # "Jo aaj aana hai usme kya kya hai"
        return _items(chat, heard, of_state)
    if not WHAT_WAS_ORDERED.search(said):
        return None
    if heard.is_issue and heard.confidence >= ACT:
        return None
    return _items(chat, heard, heard.order or heard.known_orders[0])


def _items(chat: Chat, heard: Heard, order: Order) -> Reply:
    lines = ", ".join(f"{item.quantity} × {item.name}" for item in order.items.all())
    return _told(chat, heard, order, "order_items", items=lines)


def _paid(chat: Chat, heard: Heard, order: Order) -> Reply:
    paid = order.payment_method.upper() or "-"
    total = money.formatted(order.total or 0, order.currency, heard.language)
    return _told(chat, heard, order, "order_paid", total=total, paid=f"{paid}, {order.payment_status}")


def _driver(chat: Chat, heard: Heard, order: Order) -> Reply:
    carrier, tracking = order.carrier or "-", order.tracking_number or "-"
    return _told(chat, heard, order, "order_driver", carrier=carrier, tracking=tracking)


def about_the_order_spoken_of(chat: Chat, heard: Heard) -> Reply | None:
    """ "Kitne din me?", "which courier?", "how much did I pay?" after an order was shown."""
    said, order = plain(heard.text), order_spoken_of(heard)
    if (
        heard.topic.get("kind") != "order"
        or not order
        or (heard.order and not (ADDRESS.search(said) and ASKS_WHAT.search(said)))
        or (heard.numbers and not heard.order)
        or len(said.split()) > 7
        or heard.found.products
        or wanted(heard)
    ):
        return None
    if PAID.search(said):
        return _paid(chat, heard, order)
    if ITEMS.search(said):
        return _items(chat, heard, order)
    if TRACKING.search(said) and order.tracking_number:
        return _told(
            chat, heard, order, "order_tracking", carrier=order.carrier, tracking=order.tracking_number
        )
    if ADDRESS.search(said) and ASKS_WHAT.search(said) and order.city:
        reply = _told(chat, heard, order, "order_address", place=f"{order.city} {order.pincode}".strip())
        reply.topic = (reply.topic or {}) | {"aspect": "address"}
        return reply
    if DRIVER.search(said) and CALLS.search(said):
        return _driver(chat, heard, order)
    if WHICH_ONE.fullmatch(said.strip(" ?.!")):
        return _told(
            chat,
            heard,
            order,
            "order_which",
            items=flows.items_in_words(order),
            state=orders.state_after_its_number(order, heard.language),
        )
    if WHEN_OR_WHERE.fullmatch(said.strip(" ?.!")) or (
        heard.intent == "order_status" and not heard.is_issue
    ):
        if heard.topic.get("aspect") in ("refund_status", "return"):
            return flows.run(chat, heard, heard.topic["aspect"], order)
        return answers.of_order(chat, order, heard)
    return None


def _told(chat: Chat, heard: Heard, order: Order, key: str, **filled: Any) -> Reply:
    reply = answers.text_reply(key, heard, "order_status", number=order.number, **filled)
    reply.is_sure = True
    return answers.about_order(chat, reply, order)


CONTACT = re.compile(r"\+?\d[\d -]{8,}\d|\S+@\S+\.\S+")


def no_number(chat: Chat, heard: Heard) -> Reply | None:
    """A guest who was asked for an order number and has none, or gives a phone number in its place."""
    if not chat.person.is_guest or not chat.memory.get("flow") or heard.numbers or chat.memory.get("issue"):
        return None
    said = plain(heard.text)
    if len(said.split()) > 10 or not (NO_NUMBER.search(said) or CONTACT.search(said)):
        return None
    reply = answers.text_reply("order_no_number", heard, "order_status", sure=0.9)
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    return reply


def their_order(chat: Chat, heard: Heard) -> Reply | None:
    """Where is my order: from the caller's own orders only."""
    surely = heard.confidence >= max(ASK, min(0.9, heard.article_score))
    # The article that tells how to track an order says no more than their order does
    surely = surely or (heard.confidence >= ASK and heard.is_about(Category.ORDER))
    asks_where = bool(heard.known_orders and ASKS_WHERE.search(plain(heard.text)))
    asks = heard.intent == "order_status" and (surely or asks_where)
    names = heard.order and (
        len(heard.text.split()) <= FEW_BESIDE or heard.intent == "order_status" or not heard.knows(ACT)
    )
    if (heard.is_issue and not asks_where) or not (asks or names):
        return None
    order, _ = which(heard, "where")
    if order := order or (heard.known_orders[0] if heard.known_orders else None):
        return answers.of_order(chat, order, heard)
    key = "order_sign_in" if chat.person.is_guest else "order_none"
    reply = answers.text_reply(key, heard, "order_status")
    if chat.person.is_guest:
        chat.memory["flow"] = "where"
    reply.suggestions = wording.chips(heard.language, "human")
    return reply
