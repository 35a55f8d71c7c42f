"""Rules about what needs a person: at once, when something is wrong, when it may be."""

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu import classifier
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import articles
from tickets.models import Category, Priority

from ... import answers, memory
from ...answers import Reply
from ...memory import AT_ONCE
from ...message import ACT, CLEAR, VERY_CLEAR, ParsedMessage
from ...reading import subjects
from ..orders import which_order
from ..small_talk import SMALL_TALK
from . import open_issue


def a_person_at_once(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A direct request for a human; words of safety, fraud or the law."""
    if parsed.reason not in ("human", *AT_ONCE):
        return None
    category, priority = memory.triage_so_far(chat.memory, AT_ONCE.get(parsed.reason, Category.OTHER))
    if parsed.says_what_is_wrong:
        category, priority = parsed.category, parsed.priority
    if parsed.reason in AT_ONCE:
        priority = Priority.URGENT
    reply = _with_its_order(chat, parsed, answers.offer(chat, parsed, parsed.reason, category, priority))
    article = parsed.library.by_slug.get("contact-hours")
    asks = THEIR_NUMBER.search(plain(parsed.text)) or THEIR_HOURS.search(plain(parsed.text))
    if parsed.reason == "human" and article and asks:
        reply.text = f"{reply.text} {article.body_in(parsed.language)}"
        reply.sources = [{"type": "article", "id": str(article.pk), "title": article.title}]
    return reply


GETS_SOMEONE = phrases(
    r"(?:get|ask|have|send|find)(?: me)? (?:some ?one|some ?body|any ?one|a person|a human)(?: .{0,30})?", r"kisi (?:ko|se) (?:bol|keh|dikha|bata)\w* (?:do|dijiye|kar)(?: .{0,20})?",
)  # fmt: skip


def a_wish_for_a_person(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Chalo koi baat krwao" in a talk: what no phrase of handoff.txt has."""
    is_read = parsed.surely_reads("a_person") and not any(map(str.isdigit, parsed.text))
    if parsed.reason or not (is_read or GETS_SOMEONE.search(plain(parsed.text))):
        return None
    if parsed.surely("talk_to_human") and not chat.memory.get("issue"):
        # What `an_issue` says of it
        return None
    category, priority = memory.triage_so_far(chat.memory)
    reply = answers.offer(chat, parsed, "human", category, priority)
    reply.intent = "talk_to_human"
    if issue := chat.memory.get("issue"):
        reply.flow = issue.get("flow", "")
        if order := open_issue.order_of(parsed, issue):
            reply.order = answers.orders.as_card(order)
    return reply


# "Is there a real person, what time"
THEIR_HOURS = phrases("what time", "timings?", r"kitn[ei] baje(?: .{0,10})?", "hours", "कितने बजे")
# "Customer care ka number do"
THEIR_NUMBER = phrases(
    r"(?:ka|ki|your|their|ur) (?:phone |mobile |contact )?(?:number|no|e-?mail|mail id|contact)(?: .{0,12})?",
    "का (?:फोन |मोबाइल )?नंबर",
)


def _with_its_order(chat: Chat, parsed: ParsedMessage, reply: Reply) -> Reply:
    """Give the reply the order with the item that the message names, and not the one spoken of last."""
    if reply.category not in answers.orders.ABOUT_AN_ORDER or parsed.order:
        return reply
    fitting, _ = which_order.of_items(parsed)
    return answers.about_order(chat, reply, fitting[0]) if len(fitting) == 1 else reply


def a_tapped_suggestion(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """The title of an article, or "Something is wrong with my order": we wrote it, so we know it."""
    article = parsed.library.titled(parsed.text)
    # "My order is late" is also what a customer types of an order that we know
    of_their_order = parsed.is_issue and parsed.intent == "delivery_delay" and parsed.known_orders
    if article and parsed.intent != "order_status" and not of_their_order:
        return answers.of_article(article, parsed, 1.0)
    if not wording.is_chip("problem", parsed.text):
        return None
    reply = answers.text_reply("what_happened", parsed, "complaint")
    reply.suggestions = answers.chips(parsed, "damaged", "missing", "late", "refund", "human")
    return reply


PROMISED = phrases(
    r"(?:do |can |will )?(?:you|u) (?:promise|guarantee|assure)(?: .{0,30})?",
    r"(?:promise|guarantee|assure)(?: me| us| it| karo| kijiye| do| dijiye)?",
    r"are (?:you|u) (?:100% )?sure(?: .{0,15})?",
    r"pakk?a(?: na| kya| hai na)?",
    "(?:वादा|गारंटी|पक्का)(?: .{0,10})?",
)
FAVOUR = phrases(
    r"(?:kuch|thoda|koi)? ?(?:discount|cashback|off|kam) (?:to |toh )?(?:de do|do|dijiye|dena|kar do|banta hai|milega)(?: .{0,8})?",
    r"compensat\w*",
    r"\d+ ?(?:%|percent|per cent) (?:off|discount)(?: .{0,20})?",
    r"(?:give|want|need|get|de do|dijiye|chahiye)(?: me| us)?(?: some| a| any)? (?:discount|credit|cashback|free (?:gift|product|item|pack\w*|delivery))(?: .{0,25})?",
    r"(?:discount|cashback|coupon|voucher|muft|free me(?:in)?) (?:to |toh )?(?:de do|do|dijiye|chahiye)(?: .{0,10})?",
    "(?:छूट|डिस्काउंट|मुआवज़ा) (?:दो|दीजिए|चाहिए)",
)
FOR_TROUBLE = phrases(
    "for (?:this|the|my|all)",
    "delay",
    "late",
    "trouble",
    "problem",
    "compensat\\w*",
    "inconvenience",
    "is (?:baar|liye)",
    "because",
    r"\d+ ?%",
)


def no_promise(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Promise me", "give me 50% off for this delay": he promises and gives nothing; a person decides."""
    said = plain(parsed.text)
    open_one = chat.memory.get("issue") or {}
    about = bool(open_one) or chat.memory.get("topic", {}).get("kind") == "order"
    troubled = open_one.get("intent") in classifier.TROUBLE or open_one.get("intent") == "complaint"
    asks = PROMISED.search(said) and len(said.split()) <= 6 and about
    if (
        parsed.reason
        # "Kitna discount milega" of the coupon that was told asks for no favour
        or subjects.of_the_answer(parsed.topic) in ("coupon", "subscription", "bulk")
        or not (asks or (FAVOUR.search(said) and (troubled or FOR_TROUBLE.search(said))))
        # Last: it has the articles searched
        or (parsed.knows(VERY_CLEAR) and not troubled)
    ):
        return None
    if parsed.found.products and not open_one:
        return None
    reply = answers.text_reply(
        "no_promise" if asks else "no_favour", parsed, open_one.get("intent") or "complaint", sure=0.8
    )
    category, priority = memory.triage_so_far(chat.memory, Category.FEEDBACK)
    reply.offer_agent, reply.category, reply.priority = True, category, priority
    reply.flow = open_one.get("flow", "")
    return reply


def an_issue(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Something is wrong that a person has to put right. What is urgent is not the time to be sure."""
    if not parsed.is_issue or not (parsed.confidence >= ACT or _is_pressing(parsed)):
        return None
    if parsed.intent in NO_TROUBLE and not _is_pressing(parsed):
        # "There is a problem with my order": what it is has to be asked
        return None
    return _with_its_order(
        chat, parsed, answers.offer(chat, parsed, parsed.intent, parsed.category, parsed.priority)
    )


NO_TROUBLE = ("order_status", "product_query", "greeting", "thanks_bye", "feedback")


def _is_pressing(parsed: ParsedMessage) -> bool:
    """Urgent, angry, or trouble of one kind or another: which it is may be open."""
    is_trouble = parsed.intent in classifier.TROUBLE and parsed.priority == Priority.HIGH
    return is_trouble or parsed.priority == Priority.URGENT or bool(parsed.reason)


def anger(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Anger without a question that could be answered."""
    asks = parsed.confidence >= ACT and parsed.intent not in (*SMALL_TALK, "complaint", "out_of_scope")
    if parsed.reason != "anger" or asks:
        return None
    return answers.offer(chat, parsed, "angry", *memory.triage_so_far(chat.memory, Category.FEEDBACK))


def another_script(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A language that Villy cannot read: who can help is a person."""
    if not parsed.has_letters or articles.can_read(parsed.text):
        return None
    reply = answers.text_reply("another_language", parsed, "unknown")
    reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.MEDIUM
    return reply


def perhaps_an_issue(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Not sure enough to act: ask, and keep the button in reach."""
    if not parsed.is_issue or parsed.knows(CLEAR):
        return None
    open_one = chat.memory.get("issue") or {}
    if open_one.get("intent") in open_issue.BY_NOW:
        # Beside an open issue it is a detail of that or a question about it, and no second one to ask about
        return open_issue.absorbed(chat, parsed, open_one)
    triage = {"category": parsed.category, "priority": parsed.priority}
    reply = answers.text_reply("ask_issue", parsed)
    reply.asks = {"about": "issue", "intent": parsed.intent} | triage
    reply.offer_agent, reply.category, reply.priority = True, parsed.category, parsed.priority
    return reply
