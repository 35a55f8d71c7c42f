"""Rules about what is said in passing: hurry, "is it done?", gifts, subscriptions, what a product contains."""

import re

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu.cues import turn_cues
from chatbot.sources import product_facts
from chatbot.sources import products as catalogue
from tickets.models import OrderStatus

from ... import answers
from ...answers import Reply
from ...message import ACT, CLEAR, ParsedMessage
from ...reading import subjects
from ...resolving.references import spoken_of
from ...state import GRAVE
from ..orders import which_order
from ..products import about_products
from . import follow_ups

# --- Hurry, and "is it done?" -----------------------------------------------------------------

HURRY = turn_cues.phrases(
    r"(?:bas |please |thoda |to )*(?:jaldi|fast|asap|quick(?:ly)?|soon|urgent(?:ly)?)(?: se)? (?:bhej|deliver|send|la|kar|de|pahuncha)\w*(?: (?:do|dijiye|please|na|it|my order|order))*",
    r"(?:send|deliver|ship)(?: it| my order| the order)? (?:fast|soon|asap|quickly|early)(?: please)?", "जल्दी (?:भेज|कर|ला)\\S*(?: (?:दो|दीजिए))?",
)  # fmt: skip
UNDER_WAY = (OrderStatus.PLACED, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.OUT_FOR_DELIVERY)


def hurry(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Bas jaldi bhej do": how the order stands that is on its way."""
    order = next((each for each in parsed.known_orders if each.status in UNDER_WAY), None)
    if not order or parsed.reason or parsed.found.products or len(parsed.text.split()) > 7:
        return None
    return answers.of_order(chat, order, parsed) if HURRY.search(turn_cues.plain(parsed.text)) else None


IS_IT_DONE = re.compile(
    r"\W*(?:(?:ok|so|to|toh|is it|it is|all)\s+)*(?:done|ho ga?ya|hua|kar diya|(?:bol|bata|keh|kah) diya(?: na)?(?: unko| usko)?|told (?:him|them)|informed(?: them| him)?|changed|updated|cancell?ed|noted|हो गया|कर दिया)(?:\s+(?:kya|na|now|already|hai|kya aapne|it|क्या|ना))*\s*\?\W*",
    re.IGNORECASE,
)


def is_it_done(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Done?" of an open wish: nothing is done before a person has it."""
    issue = chat.memory.get("issue") or {}
    if not issue or not IS_IT_DONE.fullmatch(turn_cues.plain(parsed.raw)):
        return None
    reply = answers.text_reply("not_done_yet", parsed, issue.get("intent") or parsed.intent, sure=0.9)
    reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    reply.flow = issue.get("flow", "")
    return reply


# --- What the shop wrote about -----------------------------------------------------------------------

GIFTS = turn_cues.phrases(
    r"(?:price|bill|daam|invoice|rate)(?: .{0,12})? (?:na|nahi|mat|not|hide|no)(?: .{0,6})? ?(?:dikh|show|rakh|daal|dal|aaye)\w*(?: .{0,10})?", r"(?:hide|remove|no) (?:the )?(?:price|bill|invoice)(?: .{0,15})?",
    r"(?:naam|name|message|sandesh|msg) (?:likh\w*|print\w*|chhap\w*|daal\w*|written|on it|on the box)(?: .{0,20})?",
    r"(?:gift|tohfa|rakhi|birthday|anniversary)(?: .{0,20})? (?:bhej|send|sent|dena|deni|wrap|pack)\w*(?: .{0,25})?",
    r"(?:gift )?wrap\w*(?: .{0,20})?", r"(?:add|write|put|include|likh\w*|daal\w*) (?:a |an |my |some )?(?:small |hand ?written |personal )?(?:note|card|message|msg|greeting)(?: .{0,25})?",
    r"(?:send|sending|bhejna) (?:.{0,20})?(?:as a gift|gift)(?: .{0,20})?", "(?:गिफ्ट|तोहफा|राखी) .{0,15}(?:भेज|देना)\\S*",
)  # fmt: skip
# Of a gift, whatever is open beside it
OF_THE_CARD = turn_cues.phrases(
    r"(?:change|edit|update|badal\w*) (?:the |my |apna )?(?:gift )?(?:message|card|note|msg|sandesh)(?: .{0,25})?", r"(?:message|card|note|msg|sandesh)(?: .{0,12})? (?:change|edit|badal\w*)(?: .{0,15})?",
    r"(?:will|does|do|can) (?:the |they see the )?prices?(?: .{0,10})? (?:show|shown|visible|appear|printed)(?: .{0,12})?", r"will (?:the )?price(?: .{0,12})?",
)  # fmt: skip
SENIOR = turn_cues.phrases(
    r"(?:who (?:is|are) )?(?:your|ur|aapke|aapka|tumhare) (?:senior|boss|manager|supervisor|head)(?: .{0,15})?", r"(?:senior|boss|manager|supervisor) (?:kaun|ka naam)(?: .{0,15})?", "higher authority",
)  # fmt: skip
PAYS_SAFELY = turn_cues.phrases(
    r"(?:safe|secure|trust\w*|genuine|surakshit)(?: .{0,15})? (?:pay\w*|payment|card|upi|order)(?: .{0,15})?", r"(?:pay\w*|payment|card|upi|card details?)(?: .{0,15})? (?:safe|secure|surakshit|stored?|saved?)(?: .{0,12})?", r"(?:store|save|keep)(?: my)? card(?: .{0,12})?",
    "(?:पेमेंट|भुगतान|कार्ड)(?: .{0,10})? (?:सुरक्षित|सेफ)(?: .{0,8})?",
)  # fmt: skip
WAYS_TO_PAY = turn_cues.phrases(
    r"(?:which|what|kaun ?s[aei]|kons[aei]) (?:all )?(?:cards?|wallets?|payment (?:methods?|modes?|options?)|upi apps?)(?: .{0,25})?",
    r"(?:credit |debit )?cards? (?:accept\w*|work\w*|chal\w*|lete|allowed|chalega)(?: .{0,12})?", "(?:कौन ?स[ाे]) (?:कार्ड|वॉलेट)(?: .{0,12})?",
)  # fmt: skip
SUBSCRIPTIONS = turn_cues.phrases(
    r"(?:subscri(?:be|ption|ptions)|monthly (?:delivery|plan|pack)|har mahine|every month|auto ?deliver\w*)",
    "सब्सक्रिप्शन",
    "हर महीने",
)
MONEY_WHEN = turn_cues.phrases(
    r"(?:pais[ae]|refund|money|amount)(?: .{0,12})? (?:kab|kitne din|when|how long)(?: .{0,20})?",
    r"(?:kab|kitne din|when|how (?:long|soon|many days))(?: .{0,20})? (?:pais[ae]|refund|money|amount)(?: .{0,15})?",
    "(?:पैसे|पैसा|रिफंड)(?: .{0,8})? (?:कब|कितने दिन)(?: .{0,12})?",
)
# "I shift next month, how do i update my address": of no order that is on its way
LATER_ON = turn_cues.phrases(
    r"next (?:month|week|year|order|time)", r"agl[aei] (?:mah?in[ae]|haft[ae]|order|baar)", "future", r"(?:shift|mov)(?:ing|e)? (?:to|out|next|soon)", "अगले (?:महीने|हफ्ते|ऑर्डर)",
)  # fmt: skip
OF_RETURNS = ("returns", "exchange", "cancel-order", "refund-timing")


def what_is_written(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Gifts, subscriptions, and when money comes back: named plainly, whatever the classifier makes of it."""
    said, library = turn_cues.plain(parsed.text), parsed.library.by_slug
    issue = chat.memory.get("issue") or {}
    told = "gift-wrap" if OF_THE_CARD.search(said) else "complaints" if SENIOR.search(said) else ""
    if told in library and not parsed.reason and issue.get("why") not in GRAVE and len(said.split()) <= 12:
        return answers.of_article(library[told], parsed, CLEAR)
    if (
        chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        or parsed.order
        or len(said.split()) > 12
    ):
        return None
    asks_on = (
        subjects.ASKS_ON.get(parsed.topic.get("aspect", ""))
        if parsed.topic.get("kind") == "article"
        else None
    )
    if asks_on and len(said.split()) <= follow_ups.MOST_WORDS and asks_on.search(said):
        # "Subscription pe bhi lagega" of a coupon
        return None
    slug = ""
    if GIFTS.search(said) and not which_order.MY_ORDER.search(said):
        slug = "gift-wrap"
    elif (PAYS_SAFELY.search(said) or WAYS_TO_PAY.search(said)) and not parsed.is_issue:
        slug = "payment-methods"
    elif SUBSCRIPTIONS.search(said) and not (parsed.is_issue and parsed.confidence >= ACT):
        slug = "subscriptions"
    elif (
        LATER_ON.search(said)
        and which_order.ADDRESS.search(said)
        and which_order.CHANGES.search(f"{said} new")
    ):
        slug = "account-details"
    elif MONEY_WHEN.search(said) and parsed.topic.get("aspect") in OF_RETURNS:
        slug = "refund-timing"
    return answers.of_article(library[slug], parsed, CLEAR) if slug in library else None


# --- Where it goes -------------------------------------------------------------------------------------------

ADDRESS_ASKED = turn_cues.phrases(
    r"(?:is|kya) (?:my |the |mera |meri |delivery )*(?:address|pata) (?:.{0,20})?(?:correct|right|sahi|theek|thik|same|updated)(?: .{0,30})?",
    r"(?:what|which|kaunsa|konsa|kaun ?sa|kis) (?:.{0,12})?(?:address|pate)(?: .{0,30})?",
    r"(?:mera |delivery )?(?:address|pata) (?:sahi|theek|thik|correct)(?: to| toh)? hai(?: .{0,8})?",
    "(?:मेरा |डिलीवरी )?पता (?:सही|ठीक|क्या)(?: तो)? है(?: .{0,8})?",
)


# "Mera makhana 1 mahine se khula hai, kha sakte hai?"
OPEN_SINCE = turn_cues.phrases(
    r"(?:open\w*|khul\w*|khol\w*)(?: .{0,25})? (?:\d+|ek|do|teen|one|two|a|last|kai|bahut|many|long)(?: .{0,4})?(?:din|days?|haft\w+|weeks?|mah?in\w+|months?|time)(?: .{0,20})?",
    r"(?:\d+|ek|do|teen|one|two|a|last|kai|bahut|many|long) (?:din|days?|haft\w+|weeks?|mah?in\w+|months?|time)(?: .{0,20})? (?:open\w*|khul\w*|khol\w*)(?: .{0,20})?",
)


def opened_long_ago(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Answer about a long-opened pack: its shelf life by the shop's text and a caution, no price."""
    said = turn_cues.plain(parsed.text)
    shown = list(parsed.found.products) or spoken_of(parsed)
    if (
        not OPEN_SINCE.search(said)
        or not 0 < len(shown) <= about_products.MOST_TOLD
        or chat.memory.get("issue")
    ):
        return None
    if parsed.reason or parsed.numbers or which_order.RETURNS.search(said):
        return None
    reply = about_products.told(chat, parsed, shown, [product_facts.SHELF_LIFE])
    reply.text = f"{reply.text}\n{wording.say('open_too_long', parsed.language)}"
    return reply


def its_address(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Is my address correct for the order coming today?": where it goes by our data, before any change of it."""
    said = turn_cues.plain(parsed.text)
    if not parsed.known_orders or parsed.reason or len(said.split()) > 12 or not ADDRESS_ASKED.search(said):
        return None
    order, _ = which_order.which(parsed, "change_address")
    if not order or order.status not in UNDER_WAY or not order.city:
        return None
    place = f"{order.city} {order.pincode}".strip()
    reply = answers.text_reply(
        "order_address", parsed, "order_status", sure=0.9, number=order.number, place=place
    )
    reply.is_sure = True
    answers.about_order(chat, reply, order)
    reply.topic = (reply.topic or {}) | {"aspect": "address"}
    return reply


# --- What is in it ------------------------------------------------------------------------------------------

IS_IN_IT = re.compile(
    r"^\W*(?:(?P<of>[^?]{2,30}?)\s+(?:me|mein|main|में)\s+)?(?P<what>[\w\u0900-\u097F]{3,20})(?:\s+(?:bhi|to|भी|तो))?\s+(?:hai|hota|hoti|hote|dala|dali|milaya|pada|है|होता|होती|डाला)(?:\s+(?:hai|hain|kya|na|ya|nahi|isme|है|क्या|ना|नहीं))*\W*$"
    r"|^\W*(?:does|do)\s+(?P<of_en>(?!you\b|u\b|we\b|they\b|i\b)[^?]{2,30}?)\s+(?:have|contain)\s+(?:any\s+)?(?P<what_en>[a-z]{3,20})\W*$",
    re.IGNORECASE,
)
NO_CONTENTS = set(
    "kya kitna kitne kitni kaisa kaise kab kahan kaun stock coupon offer discount delivery cod emi code problem dikkat price rate available option size acha accha theek sasta mehnga safe order क्या कितना कितने कैसा कब कहां".split()  # noqa: SIM905
)


USED_IN_IT = turn_cues.phrases(
    r"(?:kya(?: kya)?|which|what) (?:masal[ae]|spices?)(?: .{0,15})?",
    r"kitn[aei] (?:oil|tel|ghee|namak|salt|sugar|chee?ni|mirch|masala)(?: .{0,10})?",
    r"(?:oil|tel|ghee|namak|salt|sugar|chee?ni|masala|spices?|aata|flour|dal|doodh|milk) (?:kaun ?s[aei]|kons[aei]|kya|which)(?: .{0,20})?",
    r"(?:kaun ?s[aei]|kons[aei]|which|what) (?:oil|tel|ghee|namak|salt|sugar|chee?ni|masala|spices?|aata|flour|dal|milk|doodh)(?: .{0,30})?",
    "(?:तेल|नमक|चीनी|मसाला|दूध) कौन ?सा(?: .{0,15})?", "कौन ?सा (?:तेल|नमक|मसाला)(?: .{0,15})?",
)  # fmt: skip
IN_IT = turn_cues.phrases(
    "usme", "isme", "usmein", "ismein", "us me", "is me", "in (?:it|this|that|them)", r"(?:do|are) (?:you|they) us(?:e|ing)", "use (?:karte|hota|kiya)", "used", "उसमें", "इसमें",
)  # fmt: skip


# The word for what is asked, and no product
NAMED_IN_IT = turn_cues.phrases(
    "oil", "tel", "ghee", "namak", "salt", "sugar", r"chee?ni", "masala", r"spices?", "aata", "flour", "dal", "doodh", "milk", "which", "what", r"ka?un ?s[aei]", r"kons[aei]", "तेल", "नमक", "चीनी", "मसाला", "दूध",
)  # fmt: skip


def what_is_used_in_it(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Oil kaunsa use karte ho usme" of the pickle that was shown: its ingredients, and no list of oils."""
    said = turn_cues.plain(parsed.text)
    shown = spoken_of(parsed) if parsed.topic.get("kind") in ("product", "sum") else []
    issue = chat.memory.get("issue") or {}
    grave = issue.get("why") in GRAVE
    if (parsed.is_issue and not grave) or not (used := USED_IN_IT.search(said)):
        return None
    if not IN_IT.search(said):
        # "So what oil is in sev": of the product besides the oil
        shown = (
            list(catalogue.look_up(NAMED_IN_IT.sub(" ", turn_cues.plain(parsed.raw))).products)
            if used and not parsed.aspect
            else []
        )
    if len(shown) != 1 and grave:
        # "Which oil is in it" of what made the customer unwell
        shown = list(catalogue.look_up(issue.get("words", "")).products)
    if len(shown) != 1:
        return None
    return about_products.told(chat, parsed, shown, [product_facts.INGREDIENTS])


def what_it_contains(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Chai me elaichi hai kya?": the ingredients say it, whatever was asked for."""
    found = IS_IN_IT.match(turn_cues.plain(parsed.text))
    if (
        not found
        or parsed.is_issue
        or parsed.reason
        or parsed.aspect
        or parsed.topic.get("kind") == "order"
    ):
        return None
    of, what = found["of"] or found["of_en"], (found["what"] or found["what_en"]).casefold()
    products, named = about_products.meant(parsed)
    if (
        what in NO_CONTENTS
        or len(products) != 1
        or not (of or named is False)
        or not products[0].ingredients
    ):
        return None
    if of and not named and not about_products.THIS.search(of):
        return None
    if not of and not about_products.THIS.search(turn_cues.plain(parsed.text)):
        return None
    return about_products.told(chat, parsed, products, [product_facts.INGREDIENTS])


# --- Read with the question before ----------------------------------------------------------

MOST_WORDS_READ_TOGETHER = 6


def read_with_the_question_before(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "To thik kaise karu" after "honey jam gya h": the article that was nearest then, and was not told."""
    last = chat.memory.get("last", "")
    if (
        not last
        or parsed.topic.get("kind") != "product"
        or parsed.is_issue
        or parsed.reason
        or parsed.is_nod
        or parsed.found.products
        or parsed.knows(ACT)
        or chat.memory.get("issue")
        or parsed.reading not in OF_A_QUESTION_BEFORE
        or len(parsed.text.split()) > MOST_WORDS_READ_TOGETHER
    ):
        return None
    found = [*parsed.library.near(f"{last} {parsed.text}", 1), *parsed.library.near(last, 1)]
    best = max(found, key=lambda each: each.score, default=None)
    shown = [*chat.memory.get("told", [])[:1], *chat.memory.get("refused", [])]
    if not best or best.score < CLEAR or str(best.article.pk) in shown:
        return None
    return answers.of_article(best.article, parsed, best.score)


# What asks on and has no subject of its own
OF_A_QUESTION_BEFORE = ("what_happens_now", "usage", "by_what", "where", "times", "again", "days", "limit")
