"""Rules about orders: which one is meant, how it stands, and the flow that its state allows."""

import re
from typing import Any

from chatbot import wording
from chatbot.nlu import features as words
from chatbot.sources import order_codes, orders
from chatbot.sources.products import GENERIC
from supportdesk import money
from tickets.models import Category, Order, OrderStatus, Priority

from ..models import Chat
from ..nlu.cues import phrases, plain
from . import answers, flows
from .answers import Reply
from .message import ACT, ASK, Heard

# --- Cues -----------------------------------------------------------------------

MINE = phrases(
    "my", "mine", "i", "i'?ve", "i'?m", "me", "mera", "meri", "mere", "mujhe", "maine", "humara", "hamara", "hamare", "apna", "our", "we", "this order", "yeh order", "ye order", "the order",
    "मेरा", "मेरी", "मेरे", "मुझे", "मैंने", "हमारा", "अपना",
)  # fmt: skip
# Of one order that is theirs: "can i cancel an order after it shipped" asks for the rule
MY_ORDER = phrases(
    r"(?:my|mera|meri|mere|this|the|that|our|apna|hamara) (?:last |latest |recent |whole )?(?:order|parcel|package|saman|shipment|booking)", "mera", "meri", "mere", "my", "isko", "ise", "this one", "मेरा", "मेरी", "मेरे", "इसे", "इसको", "yeh order", "ye order",
)  # fmt: skip
REFUND = phrases(r"refu?n?d\w*", "rifund", r"re+fund\w*", "money back", r"pais[ae] (?:.{0,12})?(?:wapas|vapas|wapis|return)", r"(?:wapas|vapas) (?:.{0,8})?pais[ae]", "रिफ(?:ं|न्)ड", "रिफ़ंड", "पैसे (?:.{0,10})?वापस", "पैसा (?:.{0,10})?वापस", "amount (?:credited|back|returned)")  # fmt: skip
STANDING = phrases(
    "status", "where", "whr", "when", "kab", "kb", "kahan", "kaha", "kidhar", "track", "update", "pending", "initiated?", "processed", "credited", "reflect\\w*", "still", "yet", "abhi tak", "ab tak", "stuck", "aaya kya", "kya hua", "hua kya", "hua ya nahi", "aa gaya kya",
    r"(?:not|nahi|nhi|nahin) (?:.{0,12})?(?:come|came|received|recieved|credited|got|aaya|aya|mila|aaye|aya|hua)", r"(?:aaya|aya|mila|hua) (?:nahi|nhi|nahin|kya)", "कब", "कहां", "नहीं (?:आया|मिला|हुआ)", "स्थिति", "स्टेटस", "अभी तक", r"did (?:you|i|u)", r"have (?:you|i)", r"has (?:my|it|the)", "kitne din", "confirm", "check",
)  # fmt: skip
THE_RULE = re.compile(r"^\W*(?:(?:and|aur|ok|to|और)\s+)?(?:how (?:long|many days|do|does|much time)|what is|what'?s|in how many|(?:refund|return) (?:policy|rule|kaise|me kitn)|policy|(?:refund )?kitne din(?:o)? me(?:in)?(?: .{0,20})? (?:hota|milta|aata)|रिफंड कैसे)", re.IGNORECASE)  # fmt: skip
CANCELS = phrases(
    r"cance?l\w*",
    "cancle",
    "cancell?",
    r"radd?",
    r"band kar\w*",
    r"kensal\w*",
    r"कैंसि?ल",
    "कैंसल",
    "रद्द",
    "कैन्सल",
)
SUBSCRIBED = phrases(r"subscri\w+", "सब्सक्रिप्शन", "monthly", "auto ?delivery", "account", "id")
ADDS = phrases(
    r"add(?:ed|ing)?", "include", r"jod\w*", r"jor (?:do|dena)", r"d[a]+l(?: do| dijiye| dena| sakte)", "put", r"remove", r"hata\w*", "increase", "decrease", "reduce", r"(?:change|update|modify) (?:the )?(?:quantity|qty|items?|flavou?r)", r"quantity", r"ek aur", r"one more", r"aur ek", "extra", "edit", "modify", "badha\\w*",
    "ghata\\w*", "जोड़\\S*", "डाल\\S*", "हटा\\S*", "बढ़ा\\S*", "merge", "club", "combine",
)  # fmt: skip
SAME_ORDER = phrases(
    r"(?:in|into|to|with|from) (?:the |my |this |that )?(?:same|existing|current|previous|last|running|placed)?\s*(?:order|parcel|box|shipment|package)", r"same (?:order|parcel|box)", r"(?:usi|isi|us|is|mere|wahi|same|order|pichle) (?:order |parcel |box )?(?:me(?:in)?|mai|ke saath)", "order me(?:in)?", "ऑर्डर में", "उसी (?:ऑर्डर|में)", r"my order", r"(?:mera|mere) order", r"order #?\d+", "isme", "usme", r"vp-? ?\d+",
)  # fmt: skip
ADDRESS = phrases(r"addr?ess\w*", "adress", r"pata(?! (?:nahi|chal|kar|karo|hai kya|nhi))", "pin ?code", "landmark", r"(?:phone|mobile|contact) (?:no|number|num)", "location", "पता(?! (?:नहीं|चल|कर))", "पते", "पिन", "flat", "house number", "delivery (?:address|name|number)", "ghar ka number")  # fmt: skip
CHANGES = phrases(r"chang\w+", r"chnge?", r"updat\w+", r"badal\w*", r"badl\w*", r"edit", r"modify", r"correct", "wrong", "galat", r"shift\w*", "different", "doosre", "dusre", "new", "naya", "naye", "nayi", "instead", "replace", "बदल\\S*", "गलत", "ग़लत", "सही कर\\S*", "नया", "नए", "redirect", "forgot", "missing", "incomplete", "moved", "theek kar\\w*", "thik kar\\w*", "another")  # fmt: skip
RETURNS = phrases(
    r"return\w*",
    "retrun",
    r"wapas",
    r"vapas",
    r"wapis",
    r"send (?:it )?back",
    r"give (?:it )?back",
    "pick ?up",
    "लौटा\\S*",
    "वापस",
    "वापसी",
    "रिटर्न",
)
EXCHANGES = phrases(r"exchang\w*", r"swap\w*", "replace\\w*", r"badal\w*", "बदल\\S*", "एक्सचेंज")
OTHER_ONE = phrases(
    r"(?:the |my |an?)?other (?:one|order|parcel|1)s?", r"(?:and|aur|what about|how about)? ?(?:the |my )?other\W*$", r"another (?:one|order)", r"(?:doo?sr[aei]|dusr[aei]|dusara)(?: (?:wala|wali|order|vala|ka|kab))?", r"second (?:one|order|parcel)", r"2nd (?:one|order)", r"(?:previous|earlier|older|prior|before) (?:one|order)", r"(?:one|order) before(?: that)?",
    r"(?:pichl[aei]|purana|purani|pehle (?:wala|wali)|pahle (?:wala|wali)|usse pehle)(?: (?:wala|wali|order))?", "दूसर[ाेी](?: (?:वाला|वाली|ऑर्डर))?", "पिछल[ाेी](?: (?:वाला|ऑर्डर))?", "पुराना", "remaining (?:one|order)", "baaki (?:wala|order)", "next one",
)  # fmt: skip
ALL_OF_THEM = phrases(r"(?:all|both)(?: of)?(?: my| the| mere)? orders?", r"(?:sab|saare|sare|dono)(?: mere)? orders?", r"(?:mere )?(?:saare|sare|sab) order", r"my (?:orders|order history)", r"order history", "(?:सभी|सारे|दोनों) ऑर्डर", r"how many orders", r"list (?:of )?(?:my )?orders", r"kitne order", r"both of them", "dono ka", "orders")  # fmt: skip
NEWEST = phrases(
    r"(?:latest|newest|most recent|recent|last) (?:one|order)",
    r"(?:naya|latest|aakhri|last) (?:wala|order)",
    "नया (?:वाला|ऑर्डर)",
)
BY_STATE = (
    (phrases(r"(?:delivered|received|arrived) (?:one|order)", r"jo (?:mil gaya|aa gaya|aaya|mila|deliver hua|pahunch gaya)", r"(?:one|order) (?:that|which|i) (?:was |is |has been |already |got |i )*(?:delivered|received|arrived|came)", "जो (?:मिल गया|आ गया|आया)", r"mila hua", r"delivered wala"), {OrderStatus.DELIVERED}),
    (phrases(r"cancell?ed (?:one|order|wala)", r"jo cancel (?:hua|kiya)(?: tha)?", r"(?:one|order) (?:that |which )?(?:i |was |got )*cancell?ed", "कैंसल (?:वाला|किया)", "the order i cancell?ed"), {OrderStatus.CANCELLED}),
    (phrases(r"(?:refunded|returned) (?:one|order|wala)", r"jo (?:return|wapas) kiya(?: tha)?", r"(?:one|order) (?:that |which )?(?:i |was |got )*(?:returned|refunded)"), {OrderStatus.RETURNED, OrderStatus.REFUNDED}),
    (phrases(r"(?:one|order) (?:that(?:'s| is)? |which is )?(?:still |not yet |yet to )?(?:on (?:the|its) way|coming|come|in transit|pending|arriv\w+|undelivered)", r"jo (?:abhi |nahi |aane |aana |raste |nahin )+\w+(?: (?:hai|wala|mila|aaya))?", r"(?:pending|undelivered|shipped|running|current) (?:one|order|wala)", "aane wala"), orders.UNDER_WAY),
)  # fmt: skip


# --- Which one ------------------------------------------------------------------


def of_items(heard: Heard) -> tuple[list[Order], bool]:
    """Return the person's orders with an item that the message names, and whether it names one at all."""
    known, found = heard.known_orders, heard.found
    names = {product.name for product in found.products} | {product.sku for product in found.products}
    said = {_key(word) for word in _telling(heard.text)} - {""}
    fitting = []
    for order in known:
        items = list(order.items.all())
        by_words = any(said & {_key(word) for word in _telling(item.name)} for item in items)
        if by_words or any(item.name in names or item.sku in names for item in items):
            fitting.append(order)
    if len(fitting) > 1 and len(said) > 1:
        best = max(_named_words(order, said) for order in fitting)
        fitting = [order for order in fitting if _named_words(order, said) == best]
    return fitting, bool(found.products and not found.is_vague)


def _key(word: str) -> str:
    """Return the word by its sound where that says enough: "ghee" and "gaya" sound alike and are not."""
    sound = words.sound(word)
    return sound if len(sound) > 2 else word


def _telling(text: str) -> list[str]:
    return [
        word
        for word in words.tokens(text)
        if len(word) > 2 and word not in GENERIC and word[0].isalpha() and word not in AROUND
    ]


AROUND = {
    "order", "jar", "packet", "pack", "bottle", "box", "village", "festive", "pantry", "stone", "ground", "cold", "pressed", "sun", "cured", "the", "and", "not", "was", "nahi", "hai",
    "mila", "aaya", "toota", "tuta", "broken", "wild", "forest", "when", "came", "kar", "tha", "thi", "with", "from",
}  # fmt: skip


def _named_words(order: Order, said: set[str]) -> int:
    sounds = {_key(word) for item in order.items.all() for word in _telling(item.name)}
    return len(said & sounds)


def which(heard: Heard, key: str) -> tuple[Order | None, str]:
    """Return the order that the message means for a flow, and the flow's state when it is none of them.

    By its number, its item, "the other one", its state; else the one spoken of, if its state
    fits, else the newest that fits. An item that is in several of them, or in none, is asked about.
    """
    known, flow = heard.known_orders, flows.all_flows()[key]
    if heard.order or not known:
        return heard.order, ""
    if other := the_other(heard):
        return other, ""
    if key == "late" and MARKED.search(plain(heard.text)):
        return orders.likely(known, Category.PRODUCT_ISSUE), ""
    fitting, names_item = of_items(heard)
    if fitting and key not in OF_NO_ITEM:
        return _best(fitting, flow.orders), ""
    if names_item and key in ("damaged", "return"):
        return None, flows.WHICH_ORDER if flow.step(flows.WHICH_ORDER) else ""
    by_state = next((states for said, states in BY_STATE if said.search(plain(heard.text))), None)
    if by_state and (fitting := [order for order in known if order.status in by_state]):
        return fitting[0], ""
    spoken_of = _spoken_of(heard)
    if spoken_of and (spoken_of.status in flow.orders or THAT_ONE.search(plain(heard.text))):
        return spoken_of, ""
    fitting = [order for order in known if order.status in flow.orders]
    if key == "damaged":
        order = orders.likely(known, Category.PRODUCT_ISSUE)
        return order, "" if order else flows.WHICH_ORDER
    if key == "late" and not fitting:
        return orders.likely(known, Category.PRODUCT_ISSUE), ""
    return (
        fitting[0]
        if fitting
        else spoken_of or (known[0] if key in ("refund_status", "change_items") else None)
    ), ""


THAT_ONE = phrases(
    "it", "that", "this", "ise", "isko", "use", "usko", "that one", "this one", "इसे", "उसे", "इसको"
)
# "It says delivered": the one that is not on its way by our data
MARKED = phrases(
    r"(?:says?|said|marked|showing|shows?|status|updated?|app me|dikha\w*|likha|bata\w*|likh)(?: \w+){0,3} deliver\w*",
    r"deliver\w*(?: \w+){0,3} (?:dikha\w*|bata\w*|likha|show\w*|ho gaya bol\w*|bol\w*)",
    r"डिलीवर(?:्ड)? (?:दिखा|बता|लिखा)\S*",
)

# What is to be added is in none of them yet
OF_NO_ITEM = ("change_items",)


def _best(fitting: list[Order], states: tuple[str, ...]) -> Order:
    return next((order for order in fitting if order.status in states), fitting[0])


def _spoken_of(heard: Heard) -> Order | None:
    pk = heard.chat.memory.get("order")
    return next((order for order in heard.known_orders if str(order.pk) == pk), None)


def the_other(heard: Heard) -> Order | None:
    """Return the next newest order after the one spoken of, where the message asks for "the other one"."""
    if not OTHER_ONE.search(plain(heard.text)):
        return None
    spoken_of = _spoken_of(heard)
    rest = [order for order in heard.known_orders if not spoken_of or order.pk != spoken_of.pk]
    return rest[0] if rest else None


# --- Rules ------------------------------------------------------------------------

# A message about a number with so few other words is about nothing else
FEW_BESIDE = 6


def an_order_to_prove(chat: Chat, heard: Heard) -> Reply | None:
    """An order number that is not known to be theirs. What is said is the same for every number."""
    numbers = [] if heard.order else heard.numbers
    if not numbers:
        return None
    # An unclaimed order becomes the customer's with the code; another customer's never does
    proves = chat.person.is_guest or orders.is_unclaimed(numbers)
    if proves and not order_codes.can_be_sent():
        reply = answers.text_reply("code_unavailable", heard, "order_status", number=numbers[0])
        reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
        return reply
    if proves:
        order_codes.begin(chat, numbers)
        reply = answers.text_reply("code_sent", heard, "order_status", sure=1.0, number=numbers[0])
        if key := wanted(heard) or chat.memory.get("flow", ""):
            chat.memory["flow"] = key
        return reply
    reply = answers.text_reply("order_not_yours", heard, "order_status", number=numbers[0])
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    reply.suggestions = [order.number for order in heard.known_orders[:2]]
    return reply


def a_number_and_little_else(chat: Chat, heard: Heard) -> Reply | None:
    """ "number hai VP10251": it is about that order, whatever the classifier makes of it."""
    if not heard.numbers or heard.order or (heard.says_what_is_wrong and heard.confidence >= ACT):
        return None
    return an_order_to_prove(chat, heard) if len(heard.text.split()) <= FEW_BESIDE else None


def wanted(heard: Heard) -> str:
    """Return the flow that the message begins, or ""."""
    said = plain(heard.text)
    mine = heard.is_issue or bool(MINE.search(said) or THE_REFUND.search(said) or heard.order)
    mine = mine or len(said.split()) <= 3
    if SUBSCRIBED.search(said):
        return ""
    if (
        REFUND.search(said)
        and STANDING.search(said)
        and mine
        and not THE_RULE.search(said)
        and not CANCELS.search(said)
    ):
        return "refund_status"
    if INVOICE.search(said) and not ADDRESS.search(said):
        return "invoice" if heard.is_issue else ""
    told_of_trouble = heard.intent in (
        "item_problem",
        "payment_problem",
        "delivery_delay",
    ) and not ASKS_TO_DO.search(said)
    if ADDS.search(said) and SAME_ORDER.search(said) and not ADDRESS.search(said) and not told_of_trouble:
        return "change_items"
    if (
        ADDRESS.search(said)
        and CHANGES.search(said)
        and heard.intent
        in (
            "change_address",
            "account_problem",
            "delivery_delay",
            "order_status",
            "cancel_order",
            "product_query",
        )
    ):
        return "change_address" if mine and heard.intent != "account_problem" else ""
    if (
        CANCELS.search(said)
        and mine
        and heard.intent
        in (
            "cancel_order",
            "refund_return",
            "order_status",
            "change_address",
            "payment_problem",
            "item_problem",
        )
        and (heard.is_issue or MY_ORDER.search(said) or heard.order)
        and not CANCELLED.search(said)
    ):
        return "cancel"
    pressing = heard.priority in (Priority.HIGH, Priority.URGENT) and heard.confidence >= ASK
    if not heard.is_issue or not (heard.confidence >= ACT or pressing):
        return ""
    if (
        heard.intent == "refund_return"
        and RETURNS.search(said)
        and not EXCHANGES.search(said)
        and not REFUND.search(said)
    ):
        return "return"
    return BY_INTENT.get(heard.intent, "")


THE_REFUND = phrases(r"(?:the|that|this) refu?nd", r"refu?nd (?:for|of)")
INVOICE = phrases(r"gst\w*", r"invoice\w*", "bill", "hsn", "बिल", "जीएसटी")
ASKS_TO_DO = phrases(
    r"kar do",
    r"karo",
    r"kar dijiye",
    r"kardo",
    "karna hai",
    "karni hai",
    "please",
    "pls",
    "plz",
    "can (?:you|u|i|we)",
    "want to",
    "could you",
    "sakte",
    "sakta",
    "jod do",
    "add",
    "करो",
    "कर दो",
    "करना है",
    "सकते",
)


def wanted_by_cue(heard: Heard) -> bool:
    """Whether the words themselves name a flow, not only the classifier."""
    said = plain(heard.text)
    return any(cue.search(said) for cue in (REFUND, CANCELS, RETURNS, ADDRESS))


CANCELLED = phrases(r"cancell?ed (?:by|automatically|without)", r"auto(?:matically)? cancell?ed", r"(?:was|got|is|has been|been|why) (?:.{0,12})?cancell?ed", r"cancel (?:ho gaya|hua|kyu|kyun|kyon)", r"apne aap cancel", "कैंसल (?:हो गया|क्यों)")  # fmt: skip
BY_INTENT = {
    "cancel_order": "cancel",
    "change_address": "change_address",
    "item_problem": "damaged",
    "delivery_delay": "late",
}


def a_flow(chat: Chat, heard: Heard) -> Reply | None:
    """What can be done with an order, which its state decides."""
    key = wanted(heard)
    if not key:
        return None
    if heard.numbers and not heard.order and key not in ("damaged", "late"):
        return an_order_to_prove(chat, heard)
    return begin(chat, heard, key)


def begin(chat: Chat, heard: Heard, key: str) -> Reply | None:
    """Run a flow for the order that the message means."""
    order, state = which(heard, key)
    reply = flows.run(chat, heard, key, order, state)
    if not reply:
        return None
    reply.is_sure = True
    if heard.is_issue and flows.INTENTS[key] == heard.intent:
        reply.category = heard.category
    if heard.is_issue and reply.offer_agent:
        reply.priority = _higher(reply.priority, heard.priority)
    if not order and chat.person.is_guest and key in WAITS_FOR_A_NUMBER:
        chat.memory["flow"] = key
    if state == flows.WHICH_ORDER:
        reply.suggestions = [order.number for order in heard.known_orders[:3]]
        reply.asks = {"about": "order", "flow": key}
    elif reply.offer_agent:
        others = _others(heard, key, order)
        reply.suggestions = others + [
            title for title in heard.near(ACT)[:1] if title not in {s["title"] for s in reply.sources}
        ]
    return reply


WAITS_FOR_A_NUMBER = ("cancel", "change_address", "refund_status", "return", "late")


def _others(heard: Heard, key: str, order: Order | None) -> list[str]:
    """Return the numbers of other orders that the flow may be meant for."""
    states = flows.all_flows()[key].orders
    fitting = [
        each for each in heard.known_orders if each.status in states and (not order or each.pk != order.pk)
    ]
    return (
        [each.number for each in fitting[:2]]
        if order and order.status in states and key != "damaged"
        else []
    )


def _higher(one: str | None, other: str) -> str:
    return max(one or Priority.LOW, other, key=list(Priority.values).index)


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
    r"^\W*(?:and|aur|what about|how about|और)\b|\b(?:one|wala|wali|order|parcel)\W*$|(?:वाला|वाली|ऑर्डर)\W*$",
    re.IGNORECASE,
)


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
        and not wanted_by_cue(heard)
        and (topic.get("kind") == "order" or MINE.search(said))
    ):
        return answers.of_order(chat, fitting[0], heard)
    if topic.get("kind") != "order" or len(said.split()) > 7:
        return None
    by_state = next((states for cue, states in BY_STATE if cue.search(said)), None)
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


def all_orders(chat: Chat, heard: Heard) -> Reply:
    """One line for each of the newest orders."""
    shown = heard.known_orders[:4]
    lines = [
        f"{order.number} ({flows.items_in_words(order)}): {orders.state_in_words(order, heard.language)}."
        for order in shown
    ]
    reply = answers.text_reply("orders_all", heard, "order_status")
    reply.text = "\n".join([reply.text, *lines])
    reply.suggestions = [order.number for order in shown]
    reply.topic = {"kind": "order", "ids": [str(order.pk) for order in shown], "aspect": "where"}
    reply.is_sure = True
    return reply


WHEN_OR_WHERE = phrases(
    r"kitn[ei] (?:din|time|der|ghante|baje)(?: .{0,20})?", r"kab (?:tak|aayega|ayega|milega|aa raha|pahunchega|tk)?(?: .{0,12})?", r"when(?: .{0,25})?", r"how (?:long|many days|much (?:more )?time|soon)(?: .{0,25})?", r"where is it(?: now)?", r"(?:abhi )?(?:kahan|kaha) (?:hai|pahuncha|tak|h)(?: .{0,10})?", r"(?:what'?s the |any )?(?:eta|status|update|tracking)(?: (?:number|id|link|no))?",
    r"today\??", r"aaj (?:aayega|aa jayega|milega|ayega)(?: .{0,8})?", r"will it (?:come|arrive|reach|be)(?: .{0,25})?", "कब(?: तक)?(?: .{0,12})?", "कितने दिन(?: .{0,12})?", r"which courier|courier (?:kaun|name|kon)(?: .{0,8})?", r"delivery (?:date|day|time)", "what time", r"track (?:it|karo|kar do)?", "kab tak",
)  # fmt: skip
TRACKING = phrases("courier", "tracking", "track", "awb", "link")
PAID = phrases(
    r"(?:how (?:did|was) (?:i|it) pa(?:y|id)|payment (?:mode|method|type|status)|paid or (?:not|cod)|is it (?:paid|prepaid|cod)|(?:kitna|kitne|how much) (?:.{0,10})?(?:pay|paid|dena|diya|total|hua|tha)|total (?:amount|bill|price)?|amount|bill amount)"
)
ITEMS = phrases(
    r"what(?:'?s| is| all| did| was)? (?:.{0,12})?(?:in it|in that|in this|in the order|inside|items?|i order\w*|products?)",
    r"(?:kya kya|kya) (?:.{0,10})?(?:hai|tha|order kiya|mangaya|aana hai)(?: .{0,8})?",
    r"which (?:items?|products?)",
    "items?",
    r"(?:isme|usme|ismein|usmein) kya",
    "क्या क्या",
)


def about_the_order_spoken_of(chat: Chat, heard: Heard) -> Reply | None:
    """ "Kitne din me?", "which courier?", "how much did I pay?" after an order was shown."""
    said, order = plain(heard.text), _spoken_of(heard)
    if (
        heard.topic.get("kind") != "order"
        or not order
        or heard.order
        or heard.numbers
        or len(said.split()) > 7
        or heard.found.products
        or wanted(heard)
    ):
        return None
    if PAID.search(said):
        paid = order.payment_method.upper() or "-"
        return _told(
            chat,
            heard,
            order,
            "order_paid",
            total=money.formatted(order.total or 0, order.currency, heard.language),
            paid=f"{paid}, {order.payment_status}",
        )
    if ITEMS.search(said):
        lines = ", ".join(f"{item.quantity} × {item.name}" for item in order.items.all())
        return _told(chat, heard, order, "order_items", items=lines)
    if TRACKING.search(said) and order.tracking_number:
        return _told(
            chat, heard, order, "order_tracking", carrier=order.carrier, tracking=order.tracking_number
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


def their_order(chat: Chat, heard: Heard) -> Reply | None:
    """Where is my order: from the caller's own orders only."""
    surely = heard.confidence >= max(ASK, min(0.9, heard.article_score))
    # The article that tells how to track an order says no more than their order does
    surely = surely or (heard.confidence >= ASK and heard.is_about(Category.ORDER))
    asks = heard.intent == "order_status" and surely
    names = heard.order and (
        len(heard.text.split()) <= FEW_BESIDE or heard.intent == "order_status" or not heard.knows(ACT)
    )
    if heard.is_issue or not (asks or names):
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
