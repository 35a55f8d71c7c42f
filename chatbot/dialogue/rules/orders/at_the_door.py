"""Paying the courier by UPI or card: from the rule for cash on delivery, or nothing where the order is paid."""

from chatbot.models import Chat
from chatbot.nlu.cues import order_cues
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import orders
from supportdesk import money
from tickets.models import Order

from ... import answers
from ...answers import Reply
from ...message import CLEAR, ParsedMessage
from ...state import GRAVE
from . import order_facts, order_questions

BY_WHAT = phrases(
    "upi", r"cards?", "qr(?: ?code)?", "g ?pay", "google pay", "phone ?pe", "paytm", "online", "digital(?:ly)?", "scan", "swipe", "यूपीआई", "कार्ड", "क्यूआर", "ऑनलाइन", "स्कैन", "पेटीएम",
)  # fmt: skip
AT_THE_DOOR = phrases(
    r"(?:door|doorstep|darwa[zj]\w*|gate)", r"(?:on|at|upon|during|after|while|ke|k|ki|time of) (?:the )?(?:delivery|arrival)(?: (?:ke )?(?:time|samay|waqt|par|pe))?", r"(?:on )?delivery (?:ke )?(?:time|samay|par|pe)", r"(?:when|once) (?:it|the (?:parcel|order)|my (?:parcel|order)|he|they) (?:comes?|arrives?|reach\w*|is delivered)",
    r"(?:delivery|courier) (?:boy|guy|man|person|agent|partner|executive|bhaiya|wal[aei])", "courier", "rider", r"saman aane (?:par|pe)", r"(?:parcel|order) aane (?:par|pe)",
    "दरवा[जज़]\\S*", "डिलीवरी (?:के (?:समय|वक्त|टाइम)|पर|बॉय|वाल\\S*)", "कूरियर", "(?:पार्सल|ऑर्डर) आने पर",
)  # fmt: skip
# Of another thing than paying: "handwritten card", "return at the door"
OF_ELSE = phrases(
    r"refu?n?d\w*",
    r"return\w*",
    r"gift\w*",
    "message",
    "greeting",
    r"hand ?written",
    r"track\w*",
    "fraud",
    "scam",
    "otp",
    "रिफंड",
    "रिटर्न",
)
MOST_WORDS = 11


def paying_the_courier(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Darwaze pe upi chalega": the rule for cash on delivery; of a paid order that comes, that nothing is to pay."""
    said, issue = plain(parsed.text), chat.memory.get("issue") or {}
    if (
        parsed.reason
        or issue.get("why") in GRAVE
        or (parsed.numbers and not parsed.order)
        or len(said.split()) > MOST_WORDS
        or not (BY_WHAT.search(said) and AT_THE_DOOR.search(said))
        or OF_ELSE.search(said)
        or order_cues.MONEY_TROUBLE.search(said)
    ):
        return None
    order = _coming(parsed)
    if order and order.payment_status.strip().casefold() in order_questions.PAID:
        total = money.formatted(order.total or 0, order.currency, parsed.language)
        way = order.payment_method.upper() or "-"
        reply = order_facts.told(chat, parsed, order, "order_nothing_to_pay", "paid", total=total, paid=way)
        return order_questions.beside(issue, reply)
    article = parsed.library.by_slug.get("cod")
    return order_questions.beside(issue, answers.of_article(article, parsed, CLEAR)) if article else None


def _coming(parsed: ParsedMessage) -> Order | None:
    """Return the order that is named or spoken of, where it is on its way."""
    spoken_of = parsed.topic.get("kind") == "order" or parsed.chat.memory.get("issue")
    order = parsed.order or (order_facts.of_the_talk(parsed) if spoken_of else None)
    return order if order and order.status in orders.UNDER_WAY else None
