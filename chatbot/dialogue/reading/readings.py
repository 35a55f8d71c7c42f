# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""What a message is in this talk, where its words or the answer before say it more surely than the classifier."""

import re

from chatbot.models import Chat
from chatbot.nlu.cues import turn_cues
from chatbot.nlu.cues.issue_cues import QUESTION
from chatbot.sources import products

from . import signs

# Calibrated confidence: from here on act, from here on ask, below say "I don't know"
ACT = 0.55
ASK = 0.35
# An article surer than this beats a doubtful issue, a named product or a doubtful "out of scope"
CLEAR = 0.75
A_QUESTION = {"intent": "product_query", "is_issue": False, "category": "other", "priority": "low"}


def corrected(chat: Chat, text: str, understood: dict) -> dict:
    """Return what the classifier understood, put right by the words and by the answer before."""
    if asks_how_it_stands(text):
        sure = max(understood["confidence"], ACT)
        understood |= {"intent": "order_status", "is_issue": False, "category": "order", "priority": "low"}
        understood["confidence"] = sure
    if understood["intent"] == "delivery_delay" and understood["is_issue"] and tells_that_it_came(text):
        understood |= {"intent": "item_problem", "category": "product-issue", "priority": "high"}
    if WAITS.search(turn_cues.plain(text)) and understood["intent"] in (
        "order_status",
        "complaint",
        "out_of_scope",
    ):
        understood |= {
            "intent": "delivery_delay",
            "is_issue": True,
            "category": "delivery",
            "priority": "high",
        }
        understood["confidence"] = max(understood["confidence"], ACT)
    if COUPON.search(turn_cues.plain(text)) and understood["intent"] == "item_problem":
        # "Welcome10 not working" is no broken item
        understood |= {"intent": "payment_problem", "category": "payment", "priority": "medium"}
    if tells_that_it_broke(text) and not (understood["is_issue"] and understood["confidence"] >= ACT):
        understood |= {"intent": "item_problem", "is_issue": True, "category": "product-issue"}
        understood |= {"priority": "high", "confidence": max(understood["confidence"], CLEAR)}
    if tells_of_a_wrong_item(text):
        sure = max(understood["confidence"], CLEAR)
        understood |= {"intent": "item_problem", "is_issue": True, "category": "product-issue"}
        understood |= {"priority": "medium", "confidence": sure}
    elif understood["intent"] == "payment_problem" and asks_how_to_pay(text):
        understood |= {"is_issue": False, "category": "payment", "priority": "low"}
    if (
        _changes_the_sum(chat, text, understood)
        or _goes_on_about_products(chat, text, understood)
        or _names_no_trouble(chat, text, understood)
        or _asks_on(chat, text, understood)
    ):
        # "N the foxtail one" after a product: nothing says that anything is wrong
        understood |= A_QUESTION
    if _is_only_guessed(chat, text, understood):
        understood |= {"is_issue": False, "priority": "low"}
        understood["confidence"] = min(understood["confidence"], GUESSED)
    if chat.memory.get("topic") and only_points(text):
        # "Aur dusra?": what it asks stands in the answer before, and nothing is wrong
        understood |= A_QUESTION | {"confidence": 0.0}
    return understood


# What is only guessed begins nothing, and what else the words say comes first
GUESSED = 0.3


def _is_only_guessed(chat: Chat, text: str, understood: dict) -> bool:
    """Return whether a message was classified as an issue without any word of one: "keep the order"."""
    known = chat.memory.get("issue") or {}
    return (
        understood["is_issue"]
        and (bool(chat.memory.get("last")) or _only_asks(text, understood))
        and known.get("intent") != understood["intent"]
        and signs.are_missing(text, understood["intent"], understood["confidence"])
    )


def _only_asks(text: str, understood: dict) -> bool:
    """Return whether a first message asks, and that something is wrong is hardly more than a guess."""
    return (
        understood["confidence"] < ASK
        and understood["priority"] != "urgent"
        and bool(QUESTION.search(turn_cues.plain(text)))
    )


# "Is 10264 delivered?" asks; "it is not delivered" complains
STANDS = turn_cues.phrases(
    r"(?:is|was|has|have|did|are|kya|क्या)(?![\w\u0900-\u097F]).{0,45}\b(?:delivered|shipped|dispatched|despatched|out for delivery|reached|packed|arrived)(?: yet| now| or not| already| today)?",
    r"can (?:i|we) get (?:it|my order|the order|my parcel|the parcel)(?: .{0,30})?",
    r"(?:will|would|shall) (?:it|my order|the order|the parcel|my parcel|order|they) (?:come|arrive|reach|be delivered|get delivered|deliver)(?: .{0,25})?",
    r"(?:kya )?.{0,30}(?:deliver|ship|dispatch|pack|despatch) (?:hua|ho gaya|ho chuka|hui)(?: kya| hai kya| hai| ya nahi| ki nahi)", r"(?:nikla|nikal gaya|pahuncha|pahunch gaya) (?:kya|hai kya|ya nahi)", r"(?:kab|when) .{0,20}(?:deliver\w*|ship\w*|aaya|aayi|pahunch\w*|mila|arrive\w*|reach\w*|came|come)(?: hua| hui| tha| thi| hoga| kiya| gaya)?",
    r"कब .{0,20}(?:मिला|मिली|आया|आई|पहुंचा|पहुंची|डिलीवर)(?: हुआ| हुई| था| थी| गया)?",
)  # fmt: skip
# "My order", "mera parcel": nothing else is said
ONLY_AN_ORDER = re.compile(
    r"\W*(?:my|mera|meri|mere|apna|मेरा)\s+(?:last |latest )?(?:order|orders|parcel|package|ऑर्डर|पार्सल)(?:\s+(?:status|details?|ka|please|pls))*\W*",
    re.IGNORECASE,
)
WHERE_IS_IT = turn_cues.phrases(
    r"where(?:'?s| is) (?:my|the) (?:order|parcel|package)(?: now| please)?",
    r"(?:mera|mere|meri) (?:order|parcel|package) (?:kahan|kaha|kidhar)(?: (?:hai|tak|pahuncha))*",
    "मेरा (?:ऑर्डर|पार्सल) कहां(?: है)?",
)
DENIES = turn_cues.phrases(
    "not", "never", r"\w+n'?t", r"nahi+n?(?! *$)", "nhi", "still", "wrong", "late", "but", "lekin", "par", "magar", "damaged", "broken", "missing", "open", "someone", "says?", "showing", "shows?", "marked", "neighbou?r", "नहीं", "गलत",
)  # fmt: skip


def asks_how_it_stands(text: str) -> bool:
    """Return whether a message only asks if an order has been delivered, shipped or packed."""
    said = turn_cues.plain(text)
    if ONLY_AN_ORDER.fullmatch(said) or WHERE_IS_IT.fullmatch(said.strip(" ?.!")):
        return True
    said_without = re.sub(r"(?:ya|ki|or) (?:nahi|not)\W*$|yet\W*$", "", said, flags=re.IGNORECASE)
    return len(said.split()) <= 12 and bool(STANDS.search(said)) and not DENIES.search(said_without)


# "My order came today and everything is oily"
CAME = turn_cues.phrases(
    r"(?:order|parcel|package|it|box|saman) (?:came|arrived|reached(?: me)?|has (?:come|arrived)|was delivered|got delivered|aaya|aa gaya|mil gaya|mila|pahunch gaya)(?: (?:today|yesterday|aaj|kal|now|abhi|hai|to))*",
    r"(?:received|got|recieved) (?:my|the) (?:order|parcel|package|box)",
    "(?:ऑर्डर|पार्सल|सामान) (?:आया|आ गया|मिला|मिल गया)",
)
BUT = turn_cues.phrases("and", "but", "par", "lekin", "aur", "magar", "to", "और", "पर", "लेकिन")


def tells_that_it_came(text: str) -> bool:
    """Return whether a message tells that the order came, and something of it: then it is not late."""
    said = turn_cues.plain(text)
    came = CAME.search(said)
    return bool(
        came
        and not DENIES.search(said[: came.end() + 8].replace("but", ""))
        and BUT.search(said[came.end() :])
    )


# "Chikki chahiye thi, sev aa gaya", "ordered mango got lemon"
WRONG_ITEM = turn_cues.phrases(
    r"(?:chahiye|mangaya|mangayi|mangwaya|mangwayi|order (?:kiya|ki|kari)) (?:tha|thi|the)\W+(?:aur |par |lekin |but )?.{2,25} (?:aa ga(?:ya|yi|ye)|aaya|aayi|mila|mili|bhej diya|bheja|bheji|nikla|nikli|de diya)(?: hai)?",
    r"(?:i )?(?:ordered|asked for|wanted|paid for) .{2,30}(?:,| but| and| and i)? (?:i )?(?:got|received|recieved|came|you sent|u sent|they sent)(?: .{2,30})?",
    r".{2,25} (?:ki jagah|ke badle|की जगह|के बदले) .{2,25} (?:aa ga(?:ya|yi|ye)|aaya|aayi|mila|mili|bhej diya|bheja|nikla|de diya|आ गया|आया|मिला|मिली|भेज दिया|निकला)(?: .{0,8})?",
)
MOST_WORDS_OF_WHAT_CAME = 14


def tells_of_a_wrong_item(text: str) -> bool:
    """Return whether a message reports a wrong item: it names two things and no fault of either."""
    said = turn_cues.plain(text)
    return len(said.split()) <= MOST_WORDS_OF_WHAT_CAME and bool(
        WRONG_ITEM.search(said) and len(products.look_up(said).products) > 1
    )


# "Papad toot ke aaye sare": it came, and broken
BROKE = turn_cues.phrases(
    r"(?:toot|tut|phoot|phat|fat|leak|khul)(?:a|i|e|ta|ti|te)?(?: (?:ke|kar|ho|hua|hui|hue|gaya|gayi|gaye|k))* (?:aa?y[aei]|mil[aei]|nikl[aei]|pahunch\w*|gay[aei]|tha|thi|the)(?: .{0,12})?", r"(?:came|arrived|reached|received)(?: \w+){0,2} (?:broken|torn|leaking|cracked|crushed|open)(?: .{0,12})?", "(?:टूट|फूट|फट)\\S*(?: (?:कर|के|हुए|हुआ|हुई))* (?:आ|मिल|निकल)\\S*(?: .{0,8})?",
)  # fmt: skip
IF_SO = turn_cues.phrases("agar", "if", r"to(?:h)?(?: kya)?\W*$", "what if", "अगर", "तो")
MOST_WORDS_OF_BREAKING = 9


def tells_that_it_broke(text: str) -> bool:
    """Return whether a message reports broken goods, rather than asking or imagining it."""
    said = turn_cues.plain(text)
    return (
        len(said.split()) <= MOST_WORDS_OF_BREAKING
        and bool(BROKE.search(said))
        and not IF_SO.search(said)
        and not text.rstrip().endswith("?")
    )


HOW_TO_PAY = turn_cues.phrases(
    r"(?:pay|payment|upi|card|cod|cash|netbanking|wallet|gpay|phonepe|paytm|emi)(?: .{0,20})? (?:sakt[aei]|chalega|chalta|hota|milega|accept\w*|possible|available|allowed)(?: .{0,12})?",
    r"(?:can i|can we|do you|do u|is|are) (?:.{0,25})?(?:pay|upi|card|cod|cash|netbanking|wallet|gpay|phonepe|paytm|emi)(?: .{0,25})?",
    "(?:भुगतान|यूपीआई|कार्ड|नकद)(?: .{0,15})? (?:सकत[ाे]|चलेगा|होता)(?: .{0,8})?",
)
MONEY_IS_WRONG = turn_cues.phrases(
    "fail\\w*", "kat\\w*", "deduct\\w*", "debit\\w*", "not", r"\w+n'?t", "nahi", "nahin", "stuck", "error", "declin\\w*", "twice", "double", "wrong", "galat", "pending", "refund\\w*", "wapas", "गलत", "नहीं", "फेल", "कट\\S*",
)  # fmt: skip


def asks_how_to_pay(text: str) -> bool:
    """Return whether a message only asks for a way to pay: "upi se pay kar sakte hai"."""
    said = turn_cues.plain(text)
    return (
        len(said.split()) <= MOST_WORDS_OF_WHAT_CAME
        and bool(HOW_TO_PAY.search(said))
        and not MONEY_IS_WRONG.search(said)
    )


POINTING = set(
    "aur and or ya the one ones wo woh yeh ye this that it dusra doosra dusri doosri dusre doosre other second first pehla pehli pehle wala wali wale vala vali what how about to toh ok okay acha accha phir then also bhi और वाला वाली दूसरा दूसरी पहला पहली वो यह".split()
)


def only_points(text: str) -> bool:
    """Return whether a message has no word of its own: "aur dusra?", "and the other one"."""
    said = turn_cues.words_of(text)
    return bool(said) and all(word in POINTING for word in said)


COUPON = turn_cues.phrases("coupons?", r"promo(?: ?codes?)?", "voucher", r"welcome ?\d+", "कूपन")
# "Kab se wait kar raha hu order ka"
WAITS = turn_cues.phrases(
    r"(?:kab se|kitne din se|itne din se|so long|since .{2,12}) (?:.{0,12})?(?:wait|intez?aar|intazar)\w*(?: .{0,25})?(?:order|parcel|delivery)?",
    r"(?:wait|intez?aar|intazar)\w* (?:kar|kr) (?:rah|rh)\w*(?: .{0,12})?(?:order|parcel|delivery|kab se|din se)(?: .{0,10})?",
    r"(?:been |still |am |i'?m )+waiting(?: .{0,12})? (?:for|since)(?: .{0,12})?(?:order|parcel|delivery|long|days?|week)(?: .{0,10})?",
    "(?:कब से|कितने दिन से) (?:.{0,10})?(?:इंतज़ार|इंतजार|वेट)(?: .{0,12})?",
)
DOUBTFUL_TROUBLE = 0.8


def _names_no_trouble(chat: Chat, text: str, understood: dict) -> bool:
    """Return whether an item issue is only a guess: "makhana wala nahi, garam" in a talk about products."""
    topic = chat.memory.get("topic") or {}
    return (
        understood["intent"] == "item_problem"
        and understood["confidence"] < DOUBTFUL_TROUBLE
        and topic.get("kind") in ("product", "sum", "article", "delivery")
        and not chat.memory.get("issue")
        and not signs.concepts_in(text) & signs.OF_AN_ITEM
    )


CHANGES_A_SUM = turn_cues.phrases(
    r"add(?: (?:karo|kar do|kar dijiye|one|a|also|it))?", r"jod\w*", r"da+l (?:do|dijiye|dena)", r"hata\w*", "remove", "plus", "minus", "include", "जोड़\\S*", "हटा\\S*", "डाल\\S*",
)  # fmt: skip
MOST_WORDS_OF_A_CHANGE = 8
# "Aur 1 jod do" after a sum of one thing
ONE_MORE = turn_cues.phrases(r"\d{1,2}", "ek", "one", "do", "two", "एक", "दो")


def _changes_the_sum(chat: Chat, text: str, understood: dict) -> bool:
    """Return whether a message adds a product to the sum or removes one: "aur ek honey bhi add karo"."""
    topic = chat.memory.get("topic") or {}
    said = turn_cues.plain(text)
    return (
        (
            topic.get("kind") in ("product", "sum")
            or (chat.memory.get("sum") and topic.get("kind") != "order")
        )
        and not chat.memory.get("issue")
        and (understood["intent"] != "product_query" or understood["is_issue"])
        and len(said.split()) <= MOST_WORDS_OF_A_CHANGE
        and bool(CHANGES_A_SUM.search(said))
        and bool(products.look_up(text).products or (chat.memory.get("sum") and ONE_MORE.search(said)))
        and not signs.concepts_in(text) & signs.OF_AN_ITEM
    )


GOES_ON = re.compile(
    r"^\W*(?:and|n|aur|or|ya|what about|how about|और)(?![\w\u0900-\u097F])|\b(?:one|wal[aei]|वाल[ाी])\W*$",
    re.IGNORECASE,
)
MOST_WORDS_OF_A_NAME = 5


def _goes_on_about_products(chat: Chat, text: str, understood: dict) -> bool:
    """Return whether a doubtful issue is really the name of another product in a talk about products."""
    topic = chat.memory.get("topic") or {}
    return (
        understood["is_issue"]
        and understood["confidence"] < ACT
        and topic.get("kind") in ("product", "sum")
        and not chat.memory.get("issue")
        and len(text.split()) <= MOST_WORDS_OF_A_NAME
        and bool(GOES_ON.search(turn_cues.plain(text)))
        and bool(products.look_up(text).products)
    )


ASKS = re.compile(r"\?\W*$|\bkya\W*$|\b(?:ho|hai|hain)\W*$|(?:क्या|है|हैं)\W*$", re.IGNORECASE)
MOST_WORDS_OF_A_FOLLOW_UP = 6


def _asks_on(chat: Chat, text: str, understood: dict) -> bool:
    """Return whether a doubtful complaint asks about the last article: "sunday ko bhi uthate ho?"."""
    topic = chat.memory.get("topic") or {}
    return (
        understood["is_issue"]
        and understood["confidence"] < ACT
        and topic.get("kind") == "article"
        and not chat.memory.get("issue")
        and len(text.split()) <= MOST_WORDS_OF_A_FOLLOW_UP
        and bool(ASKS.search(turn_cues.plain(text)))
        and not signs.concepts_in(text) & signs.OF_AN_ITEM
    )
