"""Rules about what happens with an open issue: what the shop wrote for it, and where a photo goes."""

import re
from collections.abc import Iterable

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu.cues import order_cues
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources.product_facts import PRICE, STOCK
from tickets.models import Category, OrderStatus, Priority

from ... import answers
from ...answers import Reply
from ...message import ACT, CLEAR, ParsedMessage
from ...reading import affected, troubles
from ...reading.readings import COUPON, tells_of_a_wrong_item
from ...resolving import asking
from ...state import GRAVE
from ..orders import order_facts, which_order
from . import open_issue

WHAT_NOW = phrases(
    r"agar (?:.{0,16})?(?:nahi|nahin|na) (?:aaye|aaya|aya|mile|mila|hua|ho|dikhe|dikha)(?: .{0,10})?", r"(?:and |n |what )?(?:what )?if (?:it|it'?s|its|i|they|they'?re|you|u|the \w+|that|money|not|there|there'?s)(?: .{0,10})? ?(?:not|never|no|\w+n'?t)(?: .{0,20})?", r"अगर .{0,16}नहीं (?:आए|आया|मिले|मिला|हुआ)(?: .{0,8})?",
    r"(?:oh |to |toh |matlab |yaani |phir |fir |ab )*(?:kuch |wapas |return |refund )?(?:nahi|nahin) (?:hoga|ho sakta|ho payega|milega|karoge)(?: .{0,12})?", "(?:तो |मतलब )?(?:अब )?(?:कुछ )?नहीं (?:होगा|मिलेगा|हो सकता)(?: .{0,8})?",
    r"what (?:should|do|can|must|shall) (?:i|we) do(?: now)?(?: with .{0,20})?", r"what can (?:be done|you do|i do|we do)(?: .{0,15})?", r"kya (?:kar|ho) sakt\w+(?: .{0,10})?", r"what to do(?: now)?", r"(?:ab |to )?kuch (?:ho|kar) sakt\w+(?: .{0,10})?", r"what now", r"now what", r"then what", r"what (?:will|would) (?:you|u|they) do(?: .{0,15})?", r"what(?: will)? happens?(?: now| next)?", r"what(?:'?s| is) next", r"next step", r"(?:ab|to|phir|fir) (?:kya|main kya|mai kya)(?: .{0,15})?", r"kya (?:karu|karun|karna|karen|kare|karoon|hoga|milega)(?: .{0,12})?",
    r"(?:should|do|must|shall|can|can'?t|may|could) (?:i|we) (?:.{0,12})?(?:return|send|keep|throw|give|use|eat|refuse)(?: .{0,25})?", r"(?:will|can|do|would|could) (?:i|you|u|we) (?:.{0,8})?(?:get|give|send|refund|replace|exchange|have|pay)(?: .{0,30})?", r"(?:refund|replacement|paisa|paise|naya|dusra|money|compensation) (?:.{0,8})?(?:milega|doge|denge|mil jayega|kab|possible|hoga|wapas)(?: .{0,12})?",
    r"(?:naya|nayi|naye|dusra|doosra|refund|paisa|paise|badle me)(?: .{0,15})? (?:bhej|mil|de|do|kar|lautao|aay)\w*(?: .{0,12})?\?", r"(?:kya|kab) (?:.{0,12})?(?:naya|nayi|refund|paise|paisa)(?: .{0,20})?", "(?:क्या |कब )(?:.{0,10})?(?:नया|नई|नए|दूसरा|रिफंड|पैसे|पैसा)(?: .{0,20})?", "(?:नया|नई|दूसरा|रिफंड|पैसे) (?:.{0,8})?(?:भेज|मिल|दे|कर)\\S*(?: .{0,10})?", r"how (?:will|do|can|would) (?:i|we) (?:know|get to know|come to know|see|check|find out|be informed)(?: .{0,20})?", r"kaise pata (?:chal\w*|lag\w*)(?: .{0,10})?", "कैसे पता (?:चल|लग)\\S*", r"(?:will|would) (?:they|he|you|u|someone|the courier)(?: \w+)? (?:call|ring|contact|come|phone|tell|inform)(?: .{0,20})?", r"how (?:long|many days|much time|soon|fast|quick\w*)(?: .{0,25})?", r"kitn[aei] (?:din|time)(?: .{0,15})?", r"kab (?:tak|milega|aayega|bhejoge|wapas)(?: .{0,12})?", r"when (?:will|do|can)(?: .{0,25})?", "अब क्या(?: .{0,12})?", "क्या (?:करूं|करूँ|करना|होगा|मिलेगा)(?: .{0,10})?", "कितने दिन(?: .{0,12})?", "कब तक(?: .{0,12})?", "(?:रिफंड|पैसा|पैसे|नया) (?:.{0,8})?(?:मिलेगा|मिलेंगे|चाहिए)(?: .{0,8})?", "wapas (?:bhejna|karna)(?: .{0,10})?", r"(?:but |par |lekin |to )?(?:why|kyu|kyun|kyon|क्यों)(?: .{0,25})?", r"kitn\w+ (?:paise|paisa|rupaye|charge|amount|deduct\w*|kat\w*)(?: .{0,15})?", r"how much(?: .{0,10})? (?:deduct\w*|cut|charged?|pay|cost|be cut|get|will)(?: .{0,15})?", "कितने? (?:पैसे|पैसा|रुपये|चार्ज)(?: .{0,15})?", r"(?:charges?|paise|paisa) (?:kat\w*|lag\w*)(?: .{0,12})?",
)  # fmt: skip
# "So nothing?" gives up; "asked the guard, nothing" tells what was done
GIVES_UP = phrases(
    r"(?:so |then |ok |that means )*(?:nothing|no way|not possible|can'?t be done|won'?t (?:get|work))(?: .{0,20})?"
)
# "Asked guard n neighbours", "padosi se puch liya": done, and no question what to do
TELLS_WHAT_WAS_DONE = re.compile(
    r"^\W*(?:i |we |have |already |maine |humne )*(?:asked|checked|looked|searched|called|rang|sent|told|spoke|tried)\b|.*\b(?:pooch|puch|puchh|dekh|check kar|bata|call kar|bhej|dhoond|dhund) (?:li|di|chuk|kar|ka)\w*|.*(?:पूछ|देख|बता|ढूंढ) (?:लि|दि|चुक)\S*",
    re.IGNORECASE,
)
# What the shop wrote for each kind of trouble, the likelier first; absent articles are passed over
WRITTEN = {
    "item_problem": ("damaged-items", "wrong-item", "missing-items", "expired-or-stale"),
    "delivery_delay": ("late-delivery", "marked-delivered-not-received"),
    "payment_problem": ("upi-failed", "charged-twice"),
    "refund_return": ("refund-timing", "returns"),
    "cancel_order": ("cancel-order", "refund-timing"),
    "change_address": ("change-address", "missed-delivery"),
}
# ... and where only a word of the rule itself in the question leads to it
BY_ITS_WORDS = {
    "account_problem": ("account-otp", "account-details", "delete-account"),
    "complaint": ("complaints",),
}
# ... and for the flow that is open, before the kind
OF_FLOW = {
    "return": ("returns",),
    "invoice": ("invoice-gst",),
    "company_bill": ("invoice-gst",),
    "exchange": ("exchange",),
    "refund_status": ("refund-timing",),
    "another_day": ("missed-delivery",),
}
MOST_WORDS_OF_WHAT_NOW = 10
NOT_RECEIVED = "marked-delivered-not-received"


PHOTO = phrases(
    r"(?:photos?|pics?|pictures?|videos?|images?|screenshots?|snaps?) (?:.{0,12})?(?:send|bhej\w*|upload\w*|share|attach\w*|de|dena|dikha\w*|chahiye|kaise|kahan|kaha)(?: .{0,12})?", r"(?:send|share|upload|attach|bhej\w*|show)(?: (?:you|a|the|my|some|it|u))* (?:photos?|pics?|pictures?|videos?|images?|screenshots?)(?: .{0,15})?", r"(?:फोटो|तस्वीर|वीडियो) (?:.{0,8})?(?:भेज|कैसे|कहां|दिखा)\S*(?: .{0,10})?",
)  # fmt: skip


# "I threw it away, no photo": told, and no wish to send one
NO_PHOTO = phrases(
    r"(?:no|don'?t have|dont have|do not have|didn'?t take|did not take|can'?t (?:send|take)|without)(?: (?:a|any|the))? (?:photos?|pics?|pictures?|videos?|images?)(?: .{0,15})?", r"(?:photos?|pics?|pictures?|videos?|images?) (?:.{0,10})?(?:nahi|nahin|nhi|not)(?: .{0,20})?", "(?:फोटो|तस्वीर|वीडियो) (?:.{0,8})?नहीं(?: .{0,12})?",
)  # fmt: skip


def a_photo(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Photo bheju?": where a photo can be sent, which is with a person."""
    said = plain(parsed.text)
    of_one = bool(PHOTO.search(said) or NO_PHOTO.search(said))
    # "Yes i have pics" tells
    of_one = of_one or (parsed.reading == "a_photo" and asking.asks(parsed))
    if len(said.split()) > 9 or not of_one or parsed.reason:
        return None
    issue = chat.memory.get("issue") or {}
    if not issue and parsed.is_issue and parsed.confidence >= ACT:
        return None
    has_none = bool(issue) and NO_PHOTO.search(said)
    if has_none:
        open_issue.note(parsed, issue)
    reply = answers.text_reply(
        "no_photo" if has_none else "send_photo", parsed, issue.get("intent") or parsed.intent, sure=0.9
    )
    reply.offer_agent, reply.category, reply.priority = (
        True,
        issue.get("category", Category.OTHER),
        issue.get("priority", Priority.MEDIUM),
    )
    reply.flow = issue.get("flow", "")
    return reply


# A number that may stand in a rule of the shop
AN_AMOUNT = re.compile(r"(?<!\d)\d{2,3}(?!\d)")


def _with(parsed: ParsedMessage, slugs: Iterable[str], amount: str) -> list[str]:
    """Return those of these articles that have an amount in their text."""
    found = (parsed.library.by_slug.get(slug) for slug in slugs)
    return [
        each.slug for each in found if each and re.search(rf"(?<!\d){amount}(?!\d)", each.body_in("en"))
    ]


ASKS_FOR_IT = phrases(
    r"(?:refund|replacement|paisa|paise|naya|money back|new one|money)(?: hi)? (?:chahiye|do|de do|kar do|bhejo|bhej do|dijiye|please)(?: .{0,10})?",
    r"(?:want|need|give me|i'?d like|send)(?: me)? (?:a |my |the |full )*(?:refund|replacement|new (?:one|pack\w*|jar)|money)(?: .{0,10})?",
)


MONEY = phrases("money", "pais[ae]", "amount", "पैस[ाे]")
DAYS_OF_MONEY = phrases(
    r"how (?:long|many days|soon)(?: .{0,15})?",
    r"kitn[ei] (?:din|time)(?: .{0,12})?",
    r"kab(?: .{0,20})?",
    r"when(?: .{0,20})?",
    "कब(?: .{0,12})?",
    "कितने दिन(?: .{0,10})?",
)


# "Account me ya upi?", "nahi aaya to?" of money that is to come back
MONEY_TO = phrases(
    r"(?:account|bank|upi|card|wallet|cash)(?: (?:me|mein|par|pe|m))? (?:ya|or) (?:account|bank|upi|card|wallet|cash)(?: .{0,12})?",
    r"how (?:will|do|would|can|shall) (?:i|we|you|u) (?:get|receive|send|give|return)(?: \w+){0,3} (?:money|refund|amount)(?: .{0,12})?",
    r"(?:pais[ae]|refund|money) kaise (?:mil|aa|wapas|bhej|doge)\w*(?: .{0,12})?",
    r"(?:kis|kaun ?se|konse|which|what) (?:account|khate|bank|card|upi|mode)(?: .{0,15})?",
    r"(?:account|bank|upi|card|wallet|cash|gpay|phonepe)(?: (?:me|mein|pe|par|m|hi|ko))+ (?:hi )?(?:aa|mil|bhej|daal|dal|doge)\w*(?: .{0,10})?",
    "(?:कार्ड|खाते|बैंक|यूपीआई|वॉलेट|अकाउंट)(?: (?:में|पर|से))?(?: .{0,10})? या (?:कार्ड|खाते|बैंक|यूपीआई|वॉलेट|अकाउंट|कैश)(?: .{0,10})?",
    "किस (?:खाते|कार्ड|बैंक)(?: .{0,12})?",
)
IF_NOT = phrases(
    r"(?:nahi|nahin|nhi|nai) (?:aa?y[aei]|mil[aei]|hua) toh?(?: .{0,10})?",
    r"what if (?:it|they|that|the money) (?:does|do|is|did)(?:n'?t| not)(?: .{0,20})?",
    "नहीं (?:आया|मिला) तो(?: .{0,8})?",
)


# "Who picks it up?", "and refund when" while a return is spoken of
OF_A_RETURN = phrases(
    r"who (?:picks?|will pick|collects?|comes|will come|takes)(?: .{0,15})?",
    r"(?:kaun|kon) (?:.{0,10})?(?:lega|le ja\w*|aa?ye\w*|uthaye\w*)(?: .{0,10})?",
    r"pick ?-?up (?:kaun|kab|kaise|kahan|free|when|charges?|how|date|time)(?: .{0,12})?",
    r"(?:and |aur )?refund (?:when|kab|how long)(?: .{0,12})?",
)


def asks_for_a_new_one(chat: Chat, parsed: ParsedMessage) -> bool:
    """Return whether it asks for what comes in place of the item that is wrong: "new chikki kab tak"."""
    said = plain(parsed.text)
    asks = DAYS_OF_MONEY.search(said) or WHAT_NOW.search(said)
    return bool(asks) and order_facts.speaks_of_a_new_one(parsed)


# Money comes back by one of these
A_WAY = phrases("upi", "cards?", "bank", "account", "wallet", "netbanking", "यूपीआई", "कार्ड", "खाते")
# "Can i pay cash instead now" beside a parcel that is late
PAYS_OTHERWISE = phrases(
    r"pay (?:.{0,10})?(?:cash|cod|upi|card)(?: .{0,15})?", r"(?:cash|cod|upi|card) (?:se )?pay(?: .{0,15})?"
)


def asks_what_comes(parsed: ParsedMessage) -> bool:
    """Return whether it asks what happens with what is wrong, and when: `what_happens_now` tells that."""
    said = plain(parsed.text)
    return any(cue.search(said) for cue in (WHAT_NOW, IF_NOT, MONEY_TO, ASKS_FOR_IT))


EATS_IT = phrases(
    r"(?:is|are|will) (?:it|they|this|that|these|the \w+(?: \w+)?)(?: still| also| be)? (?:safe|ok to eat|edible|harmful)(?: .{0,12})?", r"(?:safe|nuksan|harmful) (?:hai|h|hoga|to nahi)(?: .{0,10})?", "सुरक्षित है(?: .{0,8})?",
    r"(?:safe|ok|okay|fine) to (?:eat|use|drink|have|consume)", r"(?:can|should|may|could) (?:i|we|they|he|she) (?:still )?(?:eat|use|have|drink|consume)(?: .{0,15})?",
    r"(?:kha|khaa|pee|pi|use kar|khila) (?:sakt\w+|lu|lun|le|len|lein)(?: .{0,12})?", "(?:खा|पी|खिला) (?:सकत\\S*|लूँ|लें)(?: .{0,10})?",
)  # fmt: skip
MOST_WORDS_OF_EATING = 9


def may_it_be_eaten(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Is it safe to eat?" of what is broken, smells or made the customer or their family unwell: not before a person has looked at it."""
    issue, said = chat.memory.get("issue") or {}, plain(parsed.text)
    if (
        issue.get("intent") != "item_problem"
        or len(said.split()) > MOST_WORDS_OF_EATING
        or not (EATS_IT.search(said) or parsed.reading == "fit_to_eat")
    ):
        return None
    tap = wording.say("tap_for_a_person", parsed.language)
    reply = answers.text_reply("do_not_eat", parsed, "item_problem", sure=0.9)
    reply.text = f"{reply.text} {tap}"
    reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    reply.flow = issue.get("flow", "")
    return reply


# "Kab tak?" of what is wrong is not asked of the parcel that is on its way
ONLY_WHEN = phrases(
    r"(?:so |then |but |ok |and )*when (?:will|do|does|can|would|is) (?:it|i|we|they|that|the rest|my \w+)(?: (?:come|coming|arrive|reach|get|receive|be here|be delivered|get it|it|here|me|then|now))+",
    r"(?:aur |and |to |ok )?(?:kab(?: tak| milega| aayega)*(?: (?:aa|mil|pahunch) (?:jay?eg[aie]|payega))?|kitn[ei] din(?: me(?:in)?)?|when|how (?:long|many days)|by when)(?: (?:lagenge|lagega|milega|it takes?|will it take))?(?: (?:mujhe|humko|humein|wo|woh|ye|yeh))?",
    "(?:और |तो )?(?:कब(?: तक)?(?: (?:आ|मिल|पहुंच)\\S*)*|कितने दिन(?: में)?)",
)


def what_the_claim_is(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "How much is that?" of the items that are ticked: what they cost by the order."""
    issue, said = chat.memory.get("issue") or {}, plain(parsed.text)
    claim = issue.get("claim")
    if not claim or parsed.aspect != PRICE or parsed.reason or len(said.split()) > MOST_WORDS_OF_A_PRICE:
        return None
    if FREE.search(said):
        # "Is the new one free of cost" asks for the rule
        return None
    named = [product.name for product in parsed.found.products if parsed.found.share]
    if named and not {item["name"] for item in claim["items"]} & set(named):
        return None
    reply = answers.text_reply("tap_for_a_person", parsed, issue["intent"], sure=0.9)
    reply.text = f"{affected.told(claim, parsed.language)} {reply.text}"
    reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    reply.flow, reply.claim = issue.get("flow", ""), claim
    return reply


MOST_WORDS_OF_A_PRICE = 6
FREE = phrases("free", "muft", r"charges?", "extra", "मुफ्त", "फ्री")


def _asks_a_fact(parsed: ParsedMessage) -> bool:
    """ "How long does the oil stay good?": of the product that is named, whatever is open."""
    return bool(parsed.found.products) and not parsed.is_issue and parsed.aspect not in ("", PRICE, STOCK)


def what_happens_now(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "What should I do?", "will I get a refund?" of what is wrong: what the shop wrote, and a person."""
    issue = chat.memory.get("issue") or {}
    said = plain(parsed.text)
    if issue.get("flow") == "exchange" and which_order.RETURNS.search(said):
        # "Papad bhi wapas karna tha" after an exchange was asked about
        issue["flow"] = "return"
    written = OF_FLOW.get(issue.get("flow", "")) or WRITTEN.get(issue.get("intent", ""))
    if issue.get("intent") == "payment_problem" and COUPON.search(plain(issue.get("words", ""))):
        # "Kab tak valid hai" of a coupon that was forgotten: no payment failed
        written = ("coupons",)
    asks_of_order = (
        order_cues.ARRIVES.search(said)
        and parsed.intent == "order_status"
        and issue.get("intent") not in ("delivery_delay", "refund_return", "payment_problem")
        and not (ONLY_WHEN.fullmatch(said.strip(" ?.!")) and issue.get("intent") == "item_problem")
    )
    asks_of_order = asks_of_order and not asks_for_a_new_one(chat, parsed)
    asks_of_order = (asks_of_order and not MONEY_TO.search(said)) or (
        # "When will new one come" is of no order that comes
        not order_facts.speaks_of_a_new_one(parsed)
        and order_cues.ARRIVES.search(said)
        and any(cue.search(said) for cue, _ in which_order.BY_STATE)
    )
    if (
        not written
        or issue.get("why") in GRAVE
        or parsed.reason
        or parsed.order
        or parsed.numbers
        or (PAYS_OTHERWISE.search(said) and issue.get("intent") != "refund_return")
        or len(said.split()) > MOST_WORDS_OF_WHAT_NOW
        or not (
            WHAT_NOW.search(said)
            or GIVES_UP.fullmatch(said.strip(" ?.!"))
            or (parsed.reading == "what_happens_now" and not TELLS_WHAT_WAS_DONE.match(said))
            or IF_NOT.search(said)
            or MONEY_TO.search(said)
            or (issue.get("flow") in ("return", "exchange") and OF_A_RETURN.search(said))
            or (issue.get("intent") == "item_problem" and ASKS_FOR_IT.search(said))
        )
        or (parsed.found.share > 0.5 and not asks_for_a_new_one(chat, parsed))
        or _asks_a_fact(parsed)
        or asks_of_order
    ):
        return None
    late = issue.get("intent") == "delivery_delay" and parsed.intent == "order_status"
    if (
        late
        and (order := open_issue.order_of(parsed, issue) or which_order.which(parsed, "late")[0])
        and order.status in answers.orders.UNDER_WAY
    ):
        # "Kab aayega" of what has not come: how it stands, and a person
        reply = answers.of_order(chat, order, parsed)
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
        return reply
    told = " ".join([issue.get("words", ""), *issue.get("details", [])])[-300:]
    scores = {p.article.slug: p.score for p in parsed.library.near(told, 6)} if told.strip() else {}
    there = of_all_kinds = [each for each in written if each in parsed.library.by_slug]
    if not there:
        return None
    told_of = open_issue.order_of(parsed, issue)
    if NOT_RECEIVED in there and told_of and told_of.status == OrderStatus.DELIVERED:
        # The parcel came by our data, so the rule for one that is late says nothing
        there = [NOT_RECEIVED]
    if which_order.REFUND.search(said) and issue.get("intent") == "item_problem":
        issue["wants"] = "refund"
    asks_when = MONEY_TO.search(said) or (
        DAYS_OF_MONEY.search(said)
        and (
            which_order.REFUND.search(f"{said} {chat.memory.get('last', '')}")
            or (
                ASKS_FOR_IT.search(chat.memory.get("last", ""))
                and not order_facts.NEW_ONE.search(chat.memory.get("last", ""))
            )
            or MONEY.search(said)
            or A_WAY.search(said)
            or issue.get("wants") == "refund"
        )
    )
    # Of a payment that failed the bank sends it back, and no refund is approved
    asks_when = asks_when and issue.get("intent") != "payment_problem"
    if asks_when and "refund-timing" in parsed.library.by_slug:
        there = ["refund-timing"]
    if "wrong-item" in there and any(
        tells_of_a_wrong_item(each) for each in (issue.get("words", ""), *issue.get("details", []))
    ):
        there = ["wrong-item"]
    if (amount := AN_AMOUNT.search(said)) and (has_it := _with(parsed, written, amount[0])):
        # "49 kyu katoge": the rule that has the amount
        there = has_it
    kind = troubles.article_for(told) if issue.get("intent") == "item_problem" else ""
    if issue.get("intent") == "item_problem" and not kind and there is of_all_kinds:
        # Of a trouble of no kind the shop wrote nothing: "a new one or your money" is the rule for what broke
        return None
    slug = kind if kind in there else max(there, key=lambda each: scores.get(each, 0.0))
    reply = answers.of_article(parsed.library.by_slug[slug], parsed, CLEAR)
    reply.text = f"{reply.text} {wording.say('tap_for_a_person', parsed.language)}"
    reply.passage, reply.intent = "", issue["intent"]
    reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    reply.flow = issue.get("flow", "")
    return reply
