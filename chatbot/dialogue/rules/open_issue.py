"""Rules about an issue that is open: it is solved, meant for another order, told in more detail, asked about."""

import re

from chatbot.nlu import classifier
from chatbot.sources import products as catalogue
from tickets.models import Order, Priority
from tickets.privacy.masking import masked

from ...models import Chat
from ...nlu.cues import phrases, plain
from .. import affected, answers, flows
from ..answers import Reply
from ..message import ACT, CLEAR, Heard
from ..state import GRAVE, take_back
from . import about_orders, order_flows, which_order
from .which_order import NEEDED_BY, NO_NUMBER

# --- It is solved

SOLVED = re.compile(
    r"\W*(?:(?:ok|okay|oh|sorry|no|wait|haan|ji|acha|accha|actually|hey|arre|bhai|never ?mind|all|is|its?|it'?s|the|i|we|have|ho|just|now|abhi|order|parcel|package|refund|paisa|paise|money|otp|wo|woh|yes|has)[\s,.!]+)*"
    r"(?:found(?: it| them)?|(?:it )?(?:came|arrived|has come|is here|works|worked|got delivered)(?: now)?|got (?:it|the (?:order|parcel|refund|otp|money)) now|received it|mil gay[aei]|aa gay[aei]|pahunch gay[aei]|ho gaya(?: theek)?|theek ho gaya|thik ho gaya|solved|sorted|resolved|fixed|fine now|ok(?:ay)? now|working now|good now|मिल गय[ाीे]|आ गय[ाीे]|ठीक हो गया)"
    r"(?:[\s,.!]+(?:now|abhi|thanks|thank|you|it|order|parcel|mujhe|already|hai|h|sorry|so|much|in|my|the|bag|box|ji|bhai|no|need|shukriya|dhanyawad|धन्यवाद|है|था|under|paper))*\W*",
    re.IGNORECASE,
)


def it_is_solved(chat: Chat, heard: Heard) -> Reply | None:
    """ "Found it, sorry": nothing is wrong any more, so nothing is handed over."""
    issue = chat.memory.get("issue") or {}
    if not SOLVED.fullmatch(plain(heard.raw)) or issue.get("why") in GRAVE:
        return None
    if not issue and not chat.memory.get("topic"):
        return None
    take_back(chat.memory, heard.raw, "solved")
    return answers.with_chips(answers.text_reply("solved", heard, "thanks_bye", sure=0.9), heard)


# The wishes that are asked again of another order: "cancel the ghee order" - "ok then the other one"
FOR_ANOTHER_ORDER = (
    "cancel",
    "change_address",
    "change_items",
    "return",
    "refund_status",
    "late",
    "invoice",
    "damaged",
)
MOST_WORDS_FOR_ANOTHER = 9


def the_same_for_another_order(chat: Chat, heard: Heard) -> Reply | None:
    """ "The pickle", "the other one", "10234": the open wish is meant for that order."""
    issue = chat.memory.get("issue") or {}
    key = issue.get("flow") or (heard.topic.get("aspect", "") if heard.topic.get("kind") == "order" else "")
    said = plain(heard.text)
    if (
        key not in FOR_ANOTHER_ORDER
        or issue.get("why") in GRAVE
        or heard.reason
        or len(said.split()) > MOST_WORDS_FOR_ANOTHER
        or (
            order_flows.wanted(heard) not in ("", key)
            and (heard.confidence >= ACT or order_flows.wanted_by_cue(heard))
        )
        or catalogue.asks_to_buy(heard.text)
        or about_orders.ARRIVES.search(said)
        or heard.aspect
    ):
        return None
    other = None if STATED.search(said) else which_order.the_other(heard)
    order = heard.order or other or _only_one_of(heard, said)
    now = issue.get("order") or chat.memory.get("order")
    if not order or str(order.pk) == now:
        return None
    reply = flows.run(chat, heard, key, order)
    if reply and issue:
        issue["order"] = str(order.pk)
    return reply


OF_ONE = phrases(
    "one",
    "order",
    "wal[aei]",
    "parcel",
    "for",
    "the",
    "from",
    "of",
    "with",
    "jisme",
    "ka",
    "ki",
    "ke",
    "वाला",
    "वाली",
    "का",
    "की",
    "के",
)


# "Purana order hai" tells of the one that is meant
STATED = phrases(r"(?:hai|tha|thi|है|था|थी)\W*$", r"^it(?:'?s| is| was)")


def _only_one_of(heard: Heard, said: str) -> Order | None:
    """Return the order that an item or a state in a message of few words stands for."""
    fitting, _ = which_order.of_items(heard)
    if fitting and heard.found.share < 1 and not OF_ONE.search(said):
        return None
    if not fitting:
        states = next((states for cue, states in which_order.BY_STATE if cue.search(said)), ())
        fitting = [order for order in heard.known_orders if order.status in states]
    return fitting[0] if len(fitting) == 1 else None


# --- An open issue takes in what is told afterwards ---------------------------------------

QUESTION = re.compile(
    r"\?|^\W*(?:what|when|where|how|which|who|why|can|could|should|shall|may|would|am|do|does|is|are|will|kya|kab|kahan|kaha|kaise|kitn\w+|kaun|kon|kyu\w*|क्या|कब|कहां|कैसे|कितन\S+|कौन|क्यों)\b|\b(?:kya|kab|kaise|kitn\w+|kahan)\W*$",
    re.IGNORECASE,
)
DETAIL = phrases(
    r"(?:i )?(?:do ?n'?t|dont|do not|nahi|nahin) (?:have|know|remember)(?: .{0,40})?", r"order (?:number|no|id|num)(?: .{0,30})?", r"photos?", r"pictures?", r"pics?", r"videos?", "screenshot", "yesterday", "today", "kal", "aaj", "morning", "parso", "just now", r"(?:my |by )?(?:husband|wife|son|daughter|mother|father|brother|sister|friend|papa|mummy|pati|patni|bhai|family|neighbou?r)\b.*",
    r"it'?s(?: .{0,60})?", r"it (?:was|is|had|has|came|looks|smells|happened)(?: .{0,60})?", r"\d+ (?:pieces?|packets?|packs?|bottles?|jars?|out of)\b.*", r"instead of", "ki jagah", "ke badle", r"ordered", "mangaya tha", "mangwaya", "order kiya tha", "सुबह", "कल", "आज", "फोटो", r"batch(?: no| number)?", "sealed?", "opened?", "khula", "leak\\w*", "smell\\w*", "only one", "both", "all of them", "dono", "sab", "half", "aadha", "the lid", "the box", "dabba", "packing", "because", "kyunki", "wo", "woh", "also", "utr", "transaction", "ref(?:erence)?(?: no| number| id)?", "amount", "rs", "₹", "नंबर नहीं", "नहीं है", "number nahi", "nahi pata", "pata nahi",
)  # fmt: skip


def details_of_the_open_issue(chat: Chat, heard: Heard) -> Reply | None:
    """ "I don't have the order number, my husband ordered": part of what was told, not something new."""
    issue = chat.memory.get("issue")
    if not issue or issue.get("why") in ("human", "another_script") or heard.raw.strip() == "":
        return None
    if heard.reason and heard.reason != "anger":
        return None
    if (
        order_flows.wanted(heard)
        in (
            "cancel",
            "change_address",
            "change_items",
            "refund_status",
            "return",
            "exchange",
            "another_day",
            "invoice",
        )
        and issue.get("intent") in BY_NOW
        and issue.get("why") not in GRAVE
    ):
        return None
    order = heard.order
    if order and not heard.is_issue and HOW_IT_STANDS.search(plain(heard.text)):
        # "10234 ka kya status" asks of another order
        return None
    if (
        not order
        and issue.get("intent") != "delivery_delay"
        and which_order.ASKS_WHERE.search(plain(heard.text))
    ):
        return None
    if which_order.MARKED.search(plain(heard.text)) or (not order and not _is_detail(heard, issue)):
        return None
    return absorbed(chat, heard, issue)


HOW_IT_STANDS = phrases(
    "status", "where", "kahan", "kaha", "track", r"kab (?:aa|mil|deliver|pahunch)\w*", "स्थिति", "कहां", "कब"
)
BY_NOW = (
    "item_problem",
    "delivery_delay",
    "refund_return",
    "payment_problem",
    "cancel_order",
    "change_address",
    "complaint",
    "account_problem",
)
NEW_WISHES = (
    "cancel_order",
    "change_address",
    "order_status",
    "account_problem",
    "talk_to_human",
    "thanks_bye",
    "greeting",
    "feedback",
)


# "Ghee rakhna hai": which of the items stay
KEEPS = phrases(
    r"(?:rakhna|rakhni|rakhenge|rakh (?:lunga|lungi|lenge|lo)|rakhunga|rakhungi)(?: .{0,8})?",
    r"(?:i )?(?:want to|will|'ll|am)? ?keep(?:ing)?(?: .{0,20})?",
    "रख(?:ना|नी|ेंगे|ूंगा|ूंगी)(?: .{0,6})?",
)
NOT_THERE = phrases(
    r"(?:don'?t|do not|dont|not|nahi|nahin|can'?t) (?:see|show\w*|reflect\w*|dikh\w*|find|there|in my|credited|aaya)(?: .{0,20})?",
    r"(?:which|kis|konse|kaunse) (?:account|bank|card|upi)(?: .{0,12})?",
    "नहीं (?:दिख|आया)\\S*",
)


TOO = phrases("too", "also", "as well", "bhi", "भी", "and", "aur")
MOST_WORDS_OF_AN_ITEM = 5
NOT_THAT = re.compile(r"^\W*(?:no|nahi|nahin|nhi|nai|not|na|नहीं)\b", re.IGNORECASE)


def _is_detail(heard: Heard, issue: dict) -> bool:
    said = plain(heard.text)
    if about_orders.ARRIVES.search(said) and any(cue.search(said) for cue, _ in which_order.BY_STATE):
        # "And the one that is on its way, when does it come?"
        return False
    is_polite = heard.intent in ("thanks_bye", "greeting") and heard.confidence >= ACT
    if (
        issue.get("why") in GRAVE
        and not is_polite
        and not heard.knows(CLEAR)
        and heard.found.share <= 0.5
        and not heard.aspect
    ):
        # Whatever is said beside glass in the food belongs to it, asked or told
        return True
    if SINCE.search(said) and len(said.split()) <= 9 and not ASKS_WHEN.search(said):
        return True
    if (
        NEEDED_BY.search(said)
        and issue.get("intent") in BY_NOW
        and not catalogue.asks_to_buy(said.replace("need", ""))
    ):
        return True
    if issue.get("flow") in ("return", "exchange", "cancel") and KEEPS.search(said):
        return True
    if issue.get("flow") == "refund_status" and NOT_THERE.search(said):
        return True
    if QUESTION.search(said) or heard.is_nod:
        return False
    if issue.get("intent") == "item_problem" and heard.found.products and TOO.search(said):
        # "Ghee too": another item of it
        return len(said.split()) <= MOST_WORDS_OF_AN_ITEM and not heard.aspect
    if issue.get("intent") == "item_problem" and heard.found.products and NOT_THAT.search(plain(heard.raw)):
        # "Nahi, sirf ghee": which of the items, put right
        return len(said.split()) <= 6 and not heard.aspect
    if heard.numbers or (issue.get("intent") in OF_MONEY and WAY_TO_PAY.fullmatch(said.strip(" .!"))):
        return True
    if issue.get("flow") == "change_address" and AN_ADDRESS.search(said):
        return True
    if issue.get("flow") == "refund_status" and which_order.STANDING.search(said):
        return True
    if heard.aspect and not heard.is_issue and heard.intent in ("product_query", "out_of_scope"):
        # "Makhana price": a question of its own
        return False
    if heard.intent in ("thanks_bye", "greeting") and heard.confidence >= CLEAR:
        return False
    if heard.intent == "complaint" and issue.get("intent") in classifier.TROUBLE:
        # "I will post this everywhere": anger about what is open already
        return True
    if OF_IT.match(said) and len(said.split()) <= 7 and not order_flows.wanted_by_cue(heard):
        return True
    asks_for_goods = (
        heard.found.products or heard.aspect or heard.knows(CLEAR) or catalogue.asks_to_buy(heard.text)
    )
    if (
        heard.intent == "product_query"
        and (not asks_for_goods or NEEDED_BY.search(said))
        and issue.get("intent") in BY_NOW
    ):
        return True
    if (
        heard.is_issue
        and heard.intent != issue.get("intent")
        and heard.confidence >= CLEAR
        and heard.intent in (*classifier.TROUBLE, *NEW_WISHES, "complaint")
    ):
        # Something else is wrong besides; what is grave keeps its place
        return issue.get("why") in GRAVE
    if heard.is_issue:
        return heard.intent == issue.get("intent") or heard.confidence < CLEAR
    if heard.intent in NEW_WISHES and heard.confidence >= CLEAR:
        return bool(DETAIL.search(said)) and heard.intent == "order_status"
    if DETAIL.search(said):
        return True
    if (
        heard.intent == "out_of_scope"
        and len(said.split()) <= 6
        and not heard.found.products
        and not heard.knows(ACT)
    ):
        # "By mistake": few words beside an open issue are about it
        return True
    bare_product = heard.found.share >= 1 and issue.get("intent") in BY_NOW
    return bare_product or (heard.confidence < ACT and len(said.split()) <= 12 and not heard.knows(CLEAR))


# "Its from last week's order": goes on about the same thing
OF_IT = re.compile(
    r"(?:its|it'?s|it is|it was|they are|they were|yeh|ye|wo|woh|from the|i (?:bought|ordered|got) (?:it|this|that))\b(?! (?:ok|okay|fine|late|not (?:come|here)|still not))",
    re.IGNORECASE,
)
# "It's been 2 weeks", "3 din ho gaye": how long, which is no wish of its own
SINCE = phrases(
    r"(?:it'?s|it has|its|already|its already|it's already)? ?been (?:.{0,15})(?:days?|weeks?|months?|hours?|hrs|long)", r"(?:\d+|ek|do|teen|char|paanch|kitne|itne|kai|one|two|three|four|five) (?:din|hafte|hafta|mahine|mahina|ghante|week|days?|weeks?|months?) (?:ho gaye?|ho chuke|ho gaya|se|ago|back|now|already|hogye|hue)",
    r"since (?:\w+ ){1,3}", r"(?:दिन|हफ्ते|हफ़्ते|महीने|घंटे) (?:हो गए|हो गये|से|पहले)",
)  # fmt: skip
ASKS_WHEN = phrases("when", "kab", "where", "kahan", "kaha", "कब", "कहां")
OF_MONEY = ("refund_return", "payment_problem", "cancel_order")
WAY_TO_PAY = re.compile(
    r"(?:(?:by|via|through|using|with|it was|paid|i paid|maine|from|my|se|kiya|kiya tha|payment|tha) )*(?:upi|g ?pay|google pay|phone ?pe|paytm|card|credit card|debit card|cod|cash|net ?banking|amazon pay|bhim|wallet|यूपीआई|कार्ड)(?: (?:se|through|payment|kiya|kiya tha|tha|thi|wallet|id|app|hai))*",
    re.IGNORECASE,
)
AN_ADDRESS = re.compile(
    r"\b(?:phone|number|naam|name|pin|address)\b.{0,12}\b(?:same|wahi|vahi|wohi)\b|\d{6}|\b(?:road|rd|street|st|nagar|colony|sector|flat|floor|house|h\.?no|lane|gali|marg|apartments?|society|near|opp(?:osite)?|landmark|behind|block|phase|tower|plot)\b|[+]?\d{10}|(?:रोड|नगर|गली|सेक्टर|मकान|फ्लैट|पास)",
    re.IGNORECASE,
)


def absorbed(chat: Chat, heard: Heard, issue: dict) -> Reply:
    """Add what was told to the open issue; the order of it may be named only now."""
    fitting, _ = which_order.of_items(heard) if heard.found.products else ([], False)
    order = heard.order or (fitting[0] if len(fitting) == 1 and issue.get("intent") in BY_NOW else None)
    details = issue.setdefault("details", [])
    if len(details) < MOST_DETAILS:
        details.append(masked(heard.raw)[:DETAIL_LENGTH])
    grave = issue.get("why") in GRAVE
    no_number = NO_NUMBER.search(plain(heard.raw))
    key = (
        "noted_grave" if grave else "noted_order" if order else "noted_no_number" if no_number else "noted"
    )
    reply = answers.text_reply(
        key, heard, issue.get("intent") or "item_problem", number=order.number if order else ""
    )
    issue["priority"] = order_flows.higher(
        issue["priority"], heard.priority if heard.is_issue else issue["priority"]
    )
    if NEEDED_BY.search(plain(heard.text)) and issue.get("intent") in ("delivery_delay", "item_problem"):
        # The whole order is missing and the guests come tomorrow
        issue["priority"] = Priority.URGENT
    reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    reply.flow = issue.get("flow", "")
    _tick(heard, issue, reply, order)
    if order:
        answers.about_order(chat, reply, order)
        issue["order"] = str(order.pk)
    elif shown := next((o for o in heard.known_orders if str(o.pk) == issue.get("order")), None):
        reply.order = answers.orders.as_card(shown)
    return reply


def _tick(heard: Heard, issue: dict, reply: Reply, order: Order | None) -> None:
    """Tick the items that a detail names; "nahi, sirf ghee" ticks that one alone."""
    of = order or next((each for each in heard.known_orders if str(each.pk) == issue.get("order")), None)
    if not of or issue.get("intent") != "item_problem":
        return
    known = None if NOT_THAT.search(plain(heard.raw)) else issue.get("claim")
    claim = affected.claim_of(of, heard.text, known)
    if not claim or claim == issue.get("claim"):
        return
    issue["claim"] = reply.claim = claim
    reply.text = f"{affected.told(claim, heard.language)} {reply.text}"
    reply.suggestions = affected.chips(of, claim)


MOST_DETAILS = 8
DETAIL_LENGTH = 300
