"""Rules about what an open wish or issue is worth, and which of the order's items it is told of next."""

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu.cues import issue_cues, order_cues
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import delivery_areas, product_facts
from supportdesk import money
from tickets.models import Order, OrderStatus

from ... import answers, flows
from ...answers import Reply
from ...message import ParsedMessage
from ...reading import affected, troubles
from ...state import GRAVE
from ..issues import open_issue, what_next
from ..orders import about_delivery, order_flows, which_order
from . import meanwhile

# --- Another order ------------------------------------------------------------------------------

MOST_WORDS_OF_ANOTHER = 14


def how_another_order_stands(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "And the tea order is when?" beside an open issue of another one: how that stands; the issue stays."""
    issue, said = chat.memory.get("issue") or {}, plain(parsed.text)
    if (
        not issue
        or parsed.reason
        or len(said.split()) > MOST_WORDS_OF_ANOTHER
        or not order_cues.HOW_IT_STANDS.search(said)
        or not (parsed.order or order_cues.OF_AN_ORDER.search(said))
        or order_flows.wanted_by_cue(parsed)
        or which_order.MARKED.search(said)
        or what_next.asks_for_a_new_one(chat, parsed)
    ):
        return None
    order = _another(parsed)
    if not order or str(order.pk) == issue.get("order"):
        return None
    return answers.of_order(chat, order, parsed)


def _another(parsed: ParsedMessage) -> Order | None:
    if named := parsed.order or which_order.the_other(parsed):
        return named
    fitting, _ = which_order.of_items(parsed)
    if len(fitting) == 1:
        return fitting[0]
    said = plain(parsed.text)
    states = next((states for cue, states in which_order.BY_STATE if cue.search(said)), ())
    return next((order for order in parsed.known_orders if order.status in states), None)


def for_its_items(chat: Chat, parsed: ParsedMessage, meant: str) -> Reply | None:
    """ "Not the ghee, the makhana" of a return: the same wish for the order with that; several are asked about."""
    issue, topic = chat.memory.get("issue") or {}, parsed.topic
    key = issue.get("flow") or (topic.get("aspect", "") if topic.get("kind") == "order" else "")
    if key not in open_issue.FOR_ANOTHER_ORDER or not parsed.known_orders or len(meant.split()) > FEW_WORDS:
        return None
    parsed.text = meant
    parsed.__dict__.pop("found", None)
    fitting, _ = which_order.of_items(parsed)
    if len(fitting) == 1:
        return order_flows.told(chat, parsed, key, fitting[0])
    if not fitting:
        return None
    reply = answers.text_reply("which_of_their_orders", parsed, flows.INTENTS[key], sure=0.8)
    reply.suggestions = [order.number for order in fitting[:3]]
    reply.text = " ".join(
        [reply.text, *(f"{order.number} ({flows.items_in_words(order)})." for order in fitting[:3])]
    )
    flow = flows.all_flows()[key]
    reply.asks = {"about": "order", "flow": key}
    reply.flow, reply.category, reply.priority, reply.offer_agent = key, flow.category, flow.priority, True
    return reply


FEW_WORDS = 4


# "Ship kab hoga", "when does it leave" beside a wish for an order
WHEN_IT_GOES = phrases(
    r"(?:ship|pack|dispatch|deliver|nikl|bhej)\w* kab (?:hoga|hogi|tak|oge|enge)?(?: .{0,12})?", r"kab (?:tak )?(?:ship|pack|dispatch|deliver|nikl|bhej|aa|mil|pahunch)\w*(?: .{0,15})?",
    r"when (?:will|does|do|would|is) (?:it|my order|the order|the parcel|this|they|you)(?: .{0,6})? ?(?:ship|come|coming|arriv\w*|leave|reach|deliver\w*|dispatch\w*|send)(?: .{0,15})?", "(?:भेज|निकल|आए)\\S* कब|कब (?:भेज|निकल|आए|मिले)\\S*(?: .{0,8})?",
)  # fmt: skip
OF_AN_ORDER = ("cancel", "change_address", "change_items", "another_day")


def when_it_goes(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Ship kab hoga" beside a wish for an order: how that order stands; the wish stays."""
    issue, said = chat.memory.get("issue") or {}, plain(parsed.text)
    order = open_issue.order_of(parsed, issue)
    if (
        issue.get("flow") not in OF_AN_ORDER
        or not order
        or parsed.order
        or parsed.reason
        or parsed.found.share
    ):
        return None
    if len(said.split()) > MOST_WORDS or which_order.REFUND.search(said) or what_next.MONEY.search(said):
        return None
    return answers.of_order(chat, order, parsed) if WHEN_IT_GOES.search(said) else None


def days_to_the_new_place(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "How many days to reach there" beside a new address: the days for that place, and what stands about the address."""
    issue, said = chat.memory.get("issue") or {}, plain(parsed.text)
    if issue.get("flow") != "change_address":
        return None
    told = plain(" ".join([issue.get("words", ""), *issue.get("details", [])]))
    place = delivery_areas.areas().named_in(said) or delivery_areas.areas().named_in(told)
    if (
        not place
        or parsed.reason
        or parsed.numbers
        or parsed.found.share
        or len(said.split()) > MOST_WORDS
        or which_order.REFUND.search(said)
        or which_order.MY_ORDER.search(said)
        or not (about_delivery.DAYS.search(said) or WHEN_IT_GOES.search(said))
    ):
        return None
    order = open_issue.order_of(parsed, issue)
    days = about_delivery.days_to(parsed, place)
    reply = flows.run(chat, parsed, "change_address", order) if order else None
    if not reply:
        reply = answers.text_reply("tap_for_a_person", parsed, issue["intent"], sure=0.9)
        reply.flow = "change_address"
    reply.text = f"{days} {reply.text}"
    reply.passage = ""
    reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    return reply


def on_which_day(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Delivered on which date does it say" beside what is open of an order: how that stands; the issue stays."""
    issue = chat.memory.get("issue") or {}
    order = parsed.order or open_issue.order_of(parsed, issue) or which_order.order_spoken_of(parsed)
    if not order or parsed.reason or not order_cues.WHICH_DAY.search(plain(parsed.text)):
        return None
    reply = answers.of_order(chat, order, parsed)
    if issue:
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    return reply


# --- What comes back ------------------------------------------------------------------------

HOW_MUCH = phrases(
    r"how much (?:money |refund |amount )?(?:will|do|would|can|should|shall) (?:i|we) (?:get|receive|be refunded)(?: .{0,15})?", r"how much(?: money| refund| amount)?(?: .{0,12})? (?:back|refunded|returned)(?: .{0,12})?",
    r"how much (?:refund|money)(?: .{0,15})?", r"how much (?:was|is) (?:it|that|the refund|this)(?: .{0,10})?", r"(?:what|kya) (?:amount|refund amount)(?: .{0,15})?", r"(?:total |pura |poora )?(?:kitn[aei])(?: (?:paisa|paise|amount|refund|rupaye))? (?:wapas|vapas|milega|milenge|aayega|aayenge|lautega|refund|back)(?: .{0,15})?",
    r"(?:kitn[aei]) (?:amount|paisa|paise|refund|rupaye)(?: (?:tha|thi|the|hai|ka|hua|milega))*", "कितन[ाे] (?:पैस[ाे] |रुपये )?(?:वापस|मिले\\S*|आए\\S*)(?: .{0,10})?",
)  # fmt: skip
# Nothing but that, after the refund was spoken of
ONLY_HOW_MUCH = phrases(
    r"(?:and |aur |but |ok |acha |total )*(?:how much|kitn[aei]|amount|कितन[ाे])(?: (?:paisa|paise|money|tha|thi|the|hai|h|was|is|it|hua|था|थे|है|पैस[ाे]))*"
)
# As a shop sends how an order was paid
REFUNDED = "refunded"
ONLY_REFUND = phrases(
    r"(?:and |aur |full |the )*refund(?: (?:milega|hoga|kitna|how much|for it|for that))?", "रिफंड"
)
MOST_WORDS = 9
# What these wishes bring back, and the shop's rule for each
MONEY_BACK = {
    "cancel": "cancel-order", "change_items": "change-items", "return": "returns", "refund_status": "", "damaged": "", "exchange": "exchange",
}  # fmt: skip


def what_it_is_worth(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "How much will I get?" of what is open: what the items, or the order, cost by the order's prices, and the rule."""
    issue, said = chat.memory.get("issue") or {}, plain(parsed.text)
    topic = parsed.topic
    key = issue.get("flow") or (topic.get("aspect", "") if topic.get("kind") == "order" else "")
    order = open_issue.order_of(parsed, issue) or which_order.order_spoken_of(parsed)
    if (
        key not in MONEY_BACK
        or not order
        or parsed.reason
        or parsed.numbers
        or issue.get("why") in GRAVE
        or len(said.split()) > MOST_WORDS
        or not (
            HOW_MUCH.search(said)
            or (key == "refund_status" and ONLY_HOW_MUCH.fullmatch(said.strip(" ?.!")))
            or (key == "change_items" and ONLY_REFUND.fullmatch(said.strip(" ?.!")))
        )
    ):
        return None
    money_is_back = order.status == OrderStatus.REFUNDED or order.payment_status == REFUNDED
    is_sent = key == "refund_status" and money_is_back
    reply = answers.text_reply(
        "worth_refunded" if is_sent else "worth",
        parsed,
        flows.INTENTS[key],
        sure=0.9,
        **_worth(order, issue, chat, parsed),
    )
    article = parsed.library.by_slug.get(MONEY_BACK[key])
    if article:
        reply.text = f"{reply.text} {article.body_in(parsed.language)}"
        reply.sources = [{"type": "article", "id": str(article.pk), "title": article.title}]
    if issue:
        reply.text = f"{reply.text} {wording.say('tap_for_a_person', parsed.language)}"
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    reply.flow, reply.claim = key, issue.get("claim")
    return answers.about_order(chat, reply, order)


def _worth(order: Order, issue: dict, chat: Chat, parsed: ParsedMessage) -> dict[str, str]:
    """Return the items that are meant and what they cost by the order; of none, the whole order."""
    told = " ".join(
        [issue.get("words", "") or chat.memory.get("last", ""), *issue.get("details", []), parsed.text]
    )
    claim = issue.get("claim")
    if not claim and issue.get("flow") not in ("cancel", "refund_status"):
        # What this message names comes before what was told
        text = next((text for text in (parsed.text, told) if affected.names_some(order, text)), "")
        claim = affected.claim_of(order, text) if text else None
    if claim and claim.get("amount") is not None:
        items, amount = affected.items_in_words(claim), affected.amount_in_words(claim, parsed.language)
    else:
        items, amount = (
            flows.items_in_words(order),
            money.formatted(order.total or 0, order.currency, parsed.language),
        )
    return {"number": order.number, "items": items, "amount": amount}


# --- Another item of it -----------------------------------------------------------------------

OF_ITEMS = ("return", "exchange")
OF_ANY = phrases("koi", "any", "kuch", "some", "price", "कोई", "कुछ")
LEAST_NAMED = 0.25
MOST_WORDS_OF_AN_ITEM = 9
# "For classic makhana": what comes in its place
IN_ITS_PLACE = phrases("for", "with", "ke badle", "ki jagah", "instead", "se", "के बदले", "की जगह")


def the_same_for_its_item(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "What about the ghee in it", "ok the papad then" of a return: what the order's state allows for that item."""
    issue, topic, said = chat.memory.get("issue") or {}, parsed.topic, plain(parsed.text)
    key = issue.get("flow") or (topic.get("aspect", "") if topic.get("kind") == "order" else "")
    if (
        key not in OF_ITEMS
        or parsed.reason
        or parsed.numbers
        or parsed.found.share < LEAST_NAMED
        or parsed.found.is_vague
        or parsed.aspect not in ("", product_facts.INGREDIENTS)
        or OF_ANY.search(said)
        or issue_cues.KEEPS.search(said)
        or troubles.article_for(said)
        or len(said.split()) > MOST_WORDS_OF_AN_ITEM
        or order_flows.wanted(parsed) not in ("", key)
    ):
        return None
    fitting, _ = which_order.of_items(parsed)
    order = which_order.order_spoken_of(parsed)
    if order and order in fitting:
        fitting = [order]
    if len(fitting) == 1 and not (key == "exchange" and IN_ITS_PLACE.search(said)):
        if order == fitting[0] and meanwhile.OPENED.search(said):
            # "Aur ghee? wo khol liya": the rule says what that means
            return meanwhile.rule_of_the_flow(chat, parsed, key)
        return order_flows.told(chat, parsed, key, fitting[0])
    if key == "exchange" and issue:
        open_issue.note(parsed, issue)
        return meanwhile.rule_of_the_flow(chat, parsed, key)
    return None
