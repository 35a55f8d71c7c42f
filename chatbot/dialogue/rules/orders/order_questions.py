"""What is asked of their orders in other words: what comes today, where exactly it is, what to pay, what an item cost."""

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu.cues import order_cues as asked
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import order_states, orders
from chatbot.sources.product_facts import PRICE
from supportdesk import money
from tickets.models import Order, OrderStatus

from ... import answers
from ...answers import Reply
from ...message import ACT, ParsedMessage
from ...reading.affected import is_same, telling
from ...state import GRAVE
from . import order_facts
from .order_flows import wanted_by_cue
from .which_order import of_items, order_spoken_of

MOST_WORDS = 10
# So an issue is about goods that came, and money to be given is no price of the order
OF_WHAT_CAME = ("return", "exchange", "damaged", "refund_status")

# --- What comes ------------------------------------------------------------------------------------

WHAT_COMES = phrases(
    r"(?:what(?:'?s|s| is| all| else| things| items)*|which (?:items?|things?|products?)) (?:\w+ ){0,2}?(?:com(?:e|es|ing)|arriv\w+|getting delivered|being delivered|to (?:come|arrive))(?: .{0,20})?",
    r"kya(?: kya)?(?: (?:sama+n|che+z\w*|items?))? (?:aa ?rah?[aei]|aa ?rh[aei]|aaye?g[aie]|aye?g[aie]|aan[aei]|aane ?wal[aei]|deliver ho|pahunch\w*)(?: .{0,20})?",
    "क्या(?: क्या)?(?: सामान)? (?:आ रह\\S*|आएग\\S*|आन[ाे]|आने वाल\\S*)(?: .{0,15})?",
)
TODAY = phrases("today", "aaj", "tonight", "आज")
# "Kya aa raha hai mera order" asks whether it comes
THE_WHOLE = phrases(r"orders?", r"parcels?", "package", "ऑर्डर", "पार्सल")


def what_comes(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Aaj kya aa rha h mera", "what all is coming today": what is in the order that comes, and how it stands."""
    said = plain(parsed.text)
    if not _asks_of_orders(chat, parsed, said) or not WHAT_COMES.search(said) or THE_WHOLE.search(said):
        return None
    under_way = [order for order in parsed.known_orders if order.status in orders.UNDER_WAY]
    today = [order for order in under_way if order.status == OrderStatus.OUT_FOR_DELIVERY]
    order = next(iter(today if TODAY.search(said) and today else under_way), None)
    if not order:
        return None
    lines = ", ".join(f"{item.quantity} × {item.name}" for item in order.items.all())
    state = order_states.state_after_its_number(order, parsed.language)
    state = state if parsed.language == "en" else state[:1].upper() + state[1:]
    return order_facts.told(chat, parsed, order, "order_comes", "items", items=lines, state=state)


def _asks_of_orders(chat: Chat, parsed: ParsedMessage, said: str) -> bool:
    """Return whether it may ask about the caller's orders: signed in, short, no issue and no report."""
    issue = chat.memory.get("issue") or {}
    return (
        bool(parsed.known_orders)
        and not parsed.reason
        and not (parsed.numbers and not parsed.order)
        and issue.get("why") not in GRAVE
        and len(said.split()) <= MOST_WORDS
        # "Exact location" is no address that is to be changed
        and (not wanted_by_cue(parsed) or bool(EXACTLY_WHERE.search(said)))
    )


# --- Where exactly ---------------------------------------------------------------------------------

EXACTLY_WHERE = phrases(
    r"where(?: \w+){0,2} exactly(?: .{0,20})?", r"exactly where(?: .{0,20})?", r"(?:exact|current|live|present) (?:location|place|position)(?: .{0,15})?",
    r"(?:which|what) (?:city|place|town|hub|area|state|warehouse)(?: .{0,25})?", r"(?:reached|reach|arrived) (?:where|which|till where|upto where)(?: .{0,12})?",
    r"(?:exact(?:ly)?|theek|sahi|asli) (?:kahan|kaha|kidhar|location)(?: .{0,15})?", r"(?:kahan|kaha|kidhar) (?:tak )?(?:pahu?nch\w*|atk\w*|ruk\w*)(?: .{0,12})?", r"kis (?:shahar|sheher|shehar|city|jagah|hub)(?: .{0,15})?",
    "(?:कहां|कहाँ|किधर) तक(?: .{0,12})?", "किस (?:शहर|जगह)(?: .{0,10})?", "(?:ठीक|सही) (?:कहां|कहाँ)(?: .{0,10})?",
)  # fmt: skip


def where_exactly(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Where exactly is it now" of the order spoken of: how it stands, and by what the courier finds it."""
    said = plain(parsed.text)
    if not EXACTLY_WHERE.search(said) or not _asks_of_orders(chat, parsed, said) or parsed.found.products:
        return None
    order = parsed.order or _under_way(parsed)
    if not order or order.status not in orders.UNDER_WAY:
        return None
    reply = answers.of_order(chat, order, parsed)
    if order.tracking_number:
        filled = {"carrier": order.carrier or "-", "tracking": order.tracking_number}
        reply.text = f"{reply.text} {wording.say('order_where_exactly', parsed.language, **filled)}"
    if issue := chat.memory.get("issue"):
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    return reply


def _under_way(parsed: ParsedMessage) -> Order | None:
    """Return the order spoken of; of a list that was shown the one that comes next."""
    topic = parsed.topic if parsed.topic.get("kind") == "order" else {}
    listed = topic.get("ids", [])
    if len(listed) > 1:
        coming = [
            order
            for order in parsed.known_orders
            if str(order.pk) in listed and order.status in orders.UNDER_WAY
        ]
        today = [order for order in coming if order.status == OrderStatus.OUT_FOR_DELIVERY]
        return next(iter(today or coming), None)
    return order_facts.of_the_talk(parsed) if topic or parsed.chat.memory.get("issue") else None


# --- What is to be paid ------------------------------------------------------------------------------

_HOW_MUCH = r"(?:how much|what amount|kitn[aei]|कितन[ाे])"
TO_GIVE = phrases(
    rf"{_HOW_MUCH}(?: \w+){{0,5}} (?:give|pay|hand|keep ready|den[aei]|du|dun|doon|du+nga|ready|देन[ाे]|दूं|दूँ)(?: .{{0,20}})?",
    r"(?:give|pay|den[aei]|du|dun)(?: \w+){0,4} (?:kitn[aei]|how much)(?: .{0,10})?",
)
TO_THE_COURIER = phrases(
    "him", "courier", "driver", "rider", r"delivery (?:boy|guy|man|person|wal[aei]|bhaiya|partner)", r"(?:at|on|par|pe) (?:the )?(?:door|darwaz[ae]|delivery)", "usko", "use", "us[ae]", "उसे", "उसको", r"डिलीवरी \S+",
)  # fmt: skip
AT_THE_DOOR = {"cod", "cash on delivery", "pending", "cash"}
PAID = {"paid", "captured", "success"}


def to_pay_at_the_door(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "How much i have to give him" of an order that comes: its total with cash on delivery, or that it is paid."""
    said, issue = plain(parsed.text), chat.memory.get("issue") or {}
    to_courier = TO_THE_COURIER.search(said)
    of_an_order = parsed.topic.get("kind") == "order" or bool(issue.get("order")) or to_courier
    if (
        not TO_GIVE.search(said)
        or not of_an_order
        or not _asks_of_orders(chat, parsed, said)
        or parsed.found.products
        or issue.get("flow") in OF_WHAT_CAME
        or (issue.get("flow") and not to_courier)
        or asked.MONEY_TROUBLE.search(said)
    ):
        return None
    spoken_of = parsed.order or order_spoken_of(parsed)
    coming = [order for order in parsed.known_orders if order.status in orders.UNDER_WAY]
    order = spoken_of if spoken_of in coming else next(iter(coming), None)
    if not order or order_states.is_unpaid(order):
        return None
    total = money.formatted(order.total or 0, order.currency, parsed.language)
    how = order.payment_status.strip().casefold()
    if how in PAID:
        way = order.payment_method.upper() or "-"
        return beside(
            issue,
            order_facts.told(chat, parsed, order, "order_nothing_to_pay", "paid", total=total, paid=way),
        )
    if AT_THE_DOOR & {how, order.payment_method.strip().casefold()}:
        return beside(issue, order_facts.told(chat, parsed, order, "order_to_pay", "paid", total=total))
    return None


def beside(issue: dict, reply: Reply) -> Reply:
    """Keep the offer of a person where one is open."""
    if issue:
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    return reply


# --- When the last one came --------------------------------------------------------------------------

CAME = phrases(
    r"(?:kab|kis din|kaunse din|kis tarikh(?: ko)?) (?:\w+ ){0,2}?(?:aa?y[aie]|aa ga\w+|mil[aie]|mil ga\w+|deliver (?:hua|hui|hu)|pahu?n?ch[aie]|pahu?n?ch ga\w+)(?: (?:tha|thi|the|h|hai))?",
    r"(?:aa?y[aie]|mil[aie]|deliver hu[aei]|pahu?n?ch[aie]) (?:tha|thi|the) kab", r"when (?:did|was|were|had) (?:\w+ ){0,5}?(?:come|arriv\w*|reach\w*|deliver\w*|get here|received?)(?: .{0,10})?", r"when (?:did|have) (?:i|we) (?:get|got|receive\w*) (?:\w+ ){0,3}?(?:order|parcel|package)",
    "(?:कब|किस दिन) (?:\\S+ ){0,2}?(?:आया|आई|मिला|मिली|डिलीवर हुआ|पहुंचा|पहुंची)(?: (?:था|थी|है))?",
)  # fmt: skip
LAST_ONE = phrases(
    r"(?:last|latest|recent|previous|pichl[aei]|aakh?ri|akhri) (?:wal[aei] |vala )?(?:order|parcel|package|delivery|saman)", r"(?:last|pichli|aakhri) (?:time|baar)", "(?:आखिरी|पिछल[ाेी]|अंतिम) (?:ऑर्डर|पार्सल|डिलीवरी)"
)  # fmt: skip
ITS_OWN = phrases(r"(?:ka|ke|ki|my|the) (?:refund|pais[ae]|money|invoice|bill)", r"refu?n?d\w*", r"pais[ae]", "money", "code", "otp", "sms", "mail", "रिफंड", "पैस[ाे]")  # fmt: skip


def when_the_last_came(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Last order kab aaya tha": what has come is asked of the last one that was delivered, and of none on its way."""
    said = plain(parsed.text)
    if (
        not CAME.search(said)
        or not LAST_ONE.search(said)
        or not _asks_of_orders(chat, parsed, said)
        or parsed.order
        or parsed.found.share
        or ITS_OWN.search(said)
    ):
        return None
    came = [order for order in parsed.known_orders if order.status == OrderStatus.DELIVERED]
    order = max(came, key=lambda each: each.delivered_at or each.placed_at, default=None)
    return beside(chat.memory.get("issue") or {}, answers.of_order(chat, order, parsed)) if order else None


# --- What an item cost -------------------------------------------------------------------------------

BOUGHT = phrases(
    r"(?:did|had|have) (?:i|we) (?:pay|paid|buy|bought|get|got|give)(?: .{0,30})?", r"(?:i|we) (?:paid|bought|gave|got)(?: .{0,30})?", r"(?:last|previous) time(?: .{0,12})?", r"pich?h?l[aei] (?:ba+r|order)(?: .{0,12})?",
    r"(?:liy[ae]|manga\w+|mangwa\w+|kharid\w*|mil[aie]|pad[aie]|diy[ae]) (?:th[aei]|thi)(?: .{0,12})?", "(?:लिया|मंगा\\S*|ख़?रीदा|मिला|पड़ा|दिए) (?:था|थे|थी)(?: .{0,10})?",
)  # fmt: skip
COST = phrases(_HOW_MUCH, "price", "rate", "cost", "daam", "दाम")
FEW_WORDS = 4


def what_an_item_cost(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Ghee kitne me liya tha maine": what was paid for it by the order, and not what it costs today."""
    said = plain(parsed.text)
    goes_on = parsed.topic.get("aspect") == "item_price" and len(said.split()) <= FEW_WORDS
    if (
        not parsed.known_orders
        or parsed.reason
        or (parsed.is_issue and parsed.confidence >= ACT)
        or not (goes_on or (BOUGHT.search(said) and (parsed.aspect == PRICE or COST.search(said))))
        or not parsed.found.products
        or not parsed.found.share
    ):
        return None
    fitting, _ = of_items(parsed)
    spoken_of = order_spoken_of(parsed)
    order = spoken_of if spoken_of in fitting else next(iter(fitting), None)
    if not order:
        return None
    names = {product.name for product in parsed.found.products}
    words = telling(parsed.text)
    meant = [item for item in order.items.all() if item.name in names] or [
        item
        for item in order.items.all()
        if any(is_same(word, name) for word in words for name in telling(item.name))
    ]
    if not meant or any(item.price is None for item in meant):
        return None
    items = ", ".join(
        f"{item.quantity} × {item.name} ({money.formatted(item.price, order.currency, parsed.language)})"
        for item in meant
    )
    return order_facts.told(chat, parsed, order, "order_items", "item_price", items=items)
