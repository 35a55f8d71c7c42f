"""Rules about what means something only after the answer before it: "why not", "the other one", "something else"."""

import re

from chatbot import wording
from chatbot.models import Article, Chat
from chatbot.nlu.cues import turn_cues
from chatbot.nlu.cues.issue_cues import QUESTION
from chatbot.nlu.text import features
from chatbot.sources import order_states, product_facts
from chatbot.sources import products as catalogue
from chatbot.sources.product_facts import PRICE
from chatbot.sources.product_words import SHOPPING
from tickets.models import Category, Priority

from ... import answers, flows
from ...answers import Reply
from ...message import ACT, ASK, ParsedMessage
from ...reading import subjects
from ...resolving.references import spoken_of
from .. import about_articles
from ..issues import what_next
from ..orders import order_flows, which_order
from ..products import about_products

# --- Why not -----------------------------------------------------------------------------

WHY = turn_cues.phrases(
    r"(?:but |par |lekin |to |magar )?(?:kyu\w*|why)(?: (?:not|nahi|nahin|nai|so|can'?t|is that|hai|is))*(?: .{0,30})?",
    r"(?:par |lekin |to |aisa |magar )?(?:kyon|kis liye|kisliye)(?: .{0,20})?",
    "(?:पर |लेकिन |ऐसा )?क्यों(?: .{0,20})?",
    r"(?:koi |any )?(?:reason|wajah|karan)(?: .{0,12})?",
)
# What the shop wrote about each wish that the state of an order may refuse
REASONS = {
    "cancel": "cancel-order",
    "change_address": "change-address",
    "change_items": "change-items",
    "return": "returns",
    "exchange": "exchange",
    "refund_status": "refund-timing",
}
MOST_WORDS = 7


def why_not(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Kyu nahi hoga?" after a wish that the order's state refused: the state, and the shop's rule."""
    said = turn_cues.plain(parsed.text).strip(" ?.!")
    key = parsed.topic.get("aspect", "") if parsed.topic.get("kind") == "order" else ""
    article = parsed.library.by_slug.get(REASONS.get(key, ""))
    order = which_order.order_spoken_of(parsed)
    if not article or not order or len(said.split()) > MOST_WORDS or not WHY.fullmatch(said):
        return None
    reply = answers.of_article(article, parsed, 0.9)
    state = order_states.state_after_its_number(order, parsed.language)
    reply.text = (
        f"{wording.say('why_state', parsed.language, number=order.number, state=state)} {reply.text}"
    )
    reply.passage, reply.flow, reply.intent = "", key, flows.INTENTS[key]
    return _of_the_open_issue(chat, answers.about_order(chat, reply, order))


def _of_the_open_issue(chat: Chat, reply: Reply) -> Reply:
    """Keep the offer of a person where one is open."""
    if issue := chat.memory.get("issue"):
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    return reply


# --- A refund that was told of ------------------------------------------------------------

_SO_MANY = r"(?:\d+|a|an|one|two|three|four|five|ten|ek|do|teen|char|paanch|das|एक|दो|तीन|चार|पांच|दस)"
REFUND_MISSING = turn_cues.phrases(
    r"(?:(?:is|us)(?:ka|ke|ki) )?(?:paisa|paise|refund|money)(?: .{0,10})? (?:aaya|aaye|aya|mila|mile|hua|gaya|came|come|received|credited|back)(?: .{0,8})?",
    r"(?:not|nahi|nahin|still|abhi tak|ab tak|yet)(?: .{0,25})? ?(?:dikh\w*|show\w*|reflect\w*|credit\w*|aaya|aaye|aya|mila|mile|received|there|got)(?: .{0,12})?",
    r"(?:dikh\w*|aaya|aaye|aya|mila|mile|credit\w*|reflect\w*)(?: .{0,8})? (?:nahi|nahin|kyu\w*)(?: .{0,12})?",
    r"(?:which|kis|konse|kaunse|kaun ?sa|konsa|kahan|kaha|where)(?: .{0,6})? (?:account|bank|card|upi|wallet|khaate|aaya|aayega|gaya)(?: .{0,12})?",
    r"(?:upi|card|bank|wallet|account|gpay|phonepe) (?:me|mein|pe|par|ka|se)(?: .{0,20})?",
    rf"{_SO_MANY} (?:din|days?|haft\w+|weeks?|mahin\w+|months?)(?: .{{0,4}})? ?(?:ho|se|ago|already|now|over|hogaye|gone|passed)(?: .{{0,15}})?", rf"(?:been|since|it'?s) (?:over |more than |almost )?{_SO_MANY} (?:days?|weeks?|months?)(?: .{{0,15}})?", rf"{_SO_MANY} (?:दिन|हफ्ते|हफ्ता|महीन[ाे])(?: .{{0,15}})?",
    r"(?:do ?n'?t|dont|can ?n?o?'?t|cant|did ?n'?t|didnt|have ?n'?t|havent|never|no)(?: .{0,12})? (?:see|find|got|get|receive\w*|reflect\w*|showing)(?: .{0,20})?",
    r"kab tak(?: .{0,15})?", r"kitn[ei] din(?: .{0,15})?", r"how (?:long|many days|soon)(?: .{0,15})?", r"when(?: .{0,20})?",
    "(?:किस|कौन से) (?:खाते|अकाउंट|बैंक)(?: .{0,8})?", "नहीं (?:आया|आए|दिख|मिला|मिले)\\S*(?: .{0,8})?", "कब तक(?: .{0,10})?", "कितने दिन(?: .{0,10})?",
)  # fmt: skip
WHERE_TO = turn_cues.phrases(
    r"(?:which|kis|kons[aei]|ka?un ?s[aei]|kahan|kaha|where|kidhar)(?: .{0,25})?",
    "(?:किस|कौन ?से|कहां)(?: .{0,15})?",
)
NOT_THERE = turn_cues.phrases(
    "not",
    r"\w+n'?t",
    "nahi",
    "nahin",
    "still",
    "yet",
    "abhi tak",
    "नहीं",
    "अभी तक",
    "dont",
    "cant",
    "didnt",
    "havent",
    "never",
    r"ho (?:gaye|chuke|gaya)",
    "हो (?:गए|चुके|गया)",
    rf"{_SO_MANY} (?:days?|weeks?|months?|din|hafte|hafta|mahine)",
    rf"{_SO_MANY} (?:दिन|हफ्ते|हफ्ता|महीन[ाे])",
)
MONEY_IS_BACK = ("refunded", "returned", "cancelled")
MOST_WORDS_OF_A_REFUND = 10


def about_its_refund(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Kis account me?", "4 din ho gaye, nahi dikh raha" after an order whose money went back."""
    order = which_order.order_spoken_of(parsed)
    said = turn_cues.plain(parsed.text)
    to_what = what_next.MONEY_TO.search(said)
    if (
        parsed.topic.get("kind") != "order"
        or not order
        or order.status not in MONEY_IS_BACK
        or (parsed.order and parsed.order.pk != order.pk)
        or (parsed.numbers and not parsed.order)
        or parsed.reason
        or parsed.found.products
        or len(said.split()) > MOST_WORDS_OF_A_REFUND
        or not (REFUND_MISSING.search(said) or to_what)
        or which_order.the_other(parsed)
        or any(cue.search(said) for cue, _ in which_order.BY_STATE)
    ):
        return None
    told_already = parsed.topic.get("aspect") == "refund_status" and flows.state_of(order) == "refunded"
    key = (
        "refund_where"
        if to_what or WHERE_TO.search(said)
        else "refund_not_there"
        if NOT_THERE.search(said)
        else ""
    )
    if not told_already or not key:
        return order_flows.told(chat, parsed, "refund_status", order)
    # The rule was told; the same lines once more say nothing to what was asked now
    filled = flows.words_of(order, parsed.language)
    reply = answers.text_reply(key, parsed, "refund_return", sure=0.9, **filled)
    reply.flow, reply.category, reply.priority = "refund_status", Category.REFUND, Priority.HIGH
    reply.offer_agent = True
    return answers.about_order(chat, reply, order)


# --- The other product ----------------------------------------------------------------------

THE_OTHER = turn_cues.phrases(
    r"(?:aur |and |what about |how about |ok |acha )?(?:the |wo |woh )?(?:do+sr[aei]|dus+r[aei]|dusara|other|second|2nd)(?: (?:one|wal[aei]|vala|ka|ki|kitne ka|kitna|price))*",
    r"(?:aur |and |what about )?(?:the |wo )?(?:pehl[aei]|pahl[aei]|first|1st)(?: (?:one|wal[aei]|ka|ki|kitne ka|price))*",
    "(?:और |वो )?(?:दूसर[ाेी]|पहल[ाेी])(?: (?:वाला|वाली|का|की))*",
)
THE_FIRST = turn_cues.phrases(r"pehl[aei]", r"pahl[aei]", "first", "1st", "पहल[ाेी]")


def the_other_product(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Aur dusra?" after one of a list of two: the same of the other one."""
    said = turn_cues.plain(parsed.text).strip(" ?.!")
    before = spoken_of(parsed) if parsed.topic.get("kind") in ("product", "sum") else []
    listed = chat.memory.get("listed") or []
    if (
        len(before) != 1
        or len(said.split()) > MOST_WORDS
        or not THE_OTHER.fullmatch(said)
        or str(before[0].pk) not in listed
    ):
        return None
    rest = [pk for pk in listed if pk != str(before[0].pk)]
    chosen = catalogue.by_ids(listed[:1] if THE_FIRST.search(said) else rest[:1])
    asked = [parsed.topic.get("aspect") or PRICE] if parsed.topic.get("kind") == "product" else [PRICE]
    known = [each for each in asked if each in product_facts.ASPECTS]
    return about_products.told(chat, parsed, chosen, known or [PRICE])


# --- This or that of it ----------------------------------------------------------------------------

THIS_OR_THAT = re.compile(
    r"^\W*(?:(?:is it|are they|it is|kya|क्या)\s+)?(?P<one>[\w\u0900-\u097F]+(?:\s[\w\u0900-\u097F]+)?)(?:\s+(?:hai|hain|h|hoga|है))?\s+(?:ya|or|ki|या)\s+(?P<other>[\w\u0900-\u097F]+(?:\s[\w\u0900-\u097F]+)?)(?:\s+(?:hai|hain|h|hoga|है))?\W*$",
    re.IGNORECASE,
)
LEAST_LETTERS = 4


def this_or_that(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Roasted hai ya plain?" of the product shown: what its text says, or "I can't tell"."""
    shown = spoken_of(parsed) if parsed.topic.get("kind") in ("product", "sum") else []
    said = turn_cues.plain(parsed.text)
    found = THIS_OR_THAT.match(said)
    of_it = parsed.aspect in about_products.IN_NAMES | {""} or parsed.names_what_is_in_it
    if len(shown) != 1 or not found or parsed.is_issue or parsed.reason or not of_it:
        return None
    text = f"{shown[0].description or ''} {shown[0].ingredients or ''}"
    said_of_it = " ".join(each or "" for each in found.groups())
    asked = [word.casefold() for word in said_of_it.split() if len(word) >= LEAST_LETTERS]
    sentence = next(
        (
            each.strip()
            for each in product_facts.SENTENCE.findall(text)
            if any(word in each.casefold() for word in asked)
        ),
        "",
    )
    if sentence:
        # "Ghee me ya oil me", "roasted or raw"
        reply = answers.of_products(shown, parsed, sentence)
        # "And the groundnut one?" asks the same
        reply.topic = (reply.topic or {}) | {"aspect": parsed.aspect or "about"}
        return reply
    two = [{product.pk for product in catalogue.look_up(name).products} for name in found.groups()]
    if all(two) and not two[0] & two[1]:
        # "Honey ya jaggery" names two products
        return None
    return about_products.not_known(parsed, shown, [parsed.topic.get("aspect") or PRICE])


# --- What would be if ------------------------------------------------------------------------------------

IF_IT = turn_cues.phrases(
    r".{2,30} to (?:nahi|nahin) (?:hota|hoti|hote|hoga|hogi|jata|jati|nikalta|nikalti)(?: .{0,20})?", r"(?:agar|if|in case|suppose|what if|maan lo)(?: .{2,50})?", r".{3,40} (?:aaya|aayi|nikla|nikli|hua|hui|mila|mile|gaya|ho|aaye|nikle) (?:to|toh)(?: (?:kya|phir|fir|pais[ae]).{0,15})?", "(?:अगर) .{3,40}", ".{3,40} (?:आया|निकला|हुआ|मिला) तो(?: क्या.{0,10})?",
)  # fmt: skip
MOST_WORDS_OF_AN_IF = 10
WHAT_MAY_HAPPEN = {
    "damaged-items", "wrong-item", "missing-items", "expired-or-stale", "late-delivery", "missed-delivery", "marked-delivered-not-received", "upi-failed",
}  # fmt: skip


def if_it_happens(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Tuta aaya to?": nothing is broken yet, so the rule is told, and no "sorry"."""
    said = turn_cues.plain(parsed.text).strip(" ?.!")
    if (
        chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        or len(said.split()) > MOST_WORDS_OF_AN_IF
        or not IF_IT.fullmatch(said)
        or not parsed.passages
        or parsed.passages[0].article.slug not in WHAT_MAY_HAPPEN
        or not parsed.knows(ACT if parsed.is_issue else ASK)
    ):
        return None
    return answers.of_article(parsed.passages[0].article, parsed, parsed.article_score)


# --- The same question, said on in other words ---------------------------------------------------

GOES_ON = re.compile(
    r"^\W*(?:(?:aur|and|or|ya|acha|ok|phir|और)\s+)?(?P<name>.{3,40}?)\s+(?:(?:to|bhi|phir|तो|भी)\s+)?(?:hog[ai]|hai|chaleg[ai]|theek|thik|safe|ok|होग[ाी]|है|चलेग[ाी])(?:\s+(?:na|kya|hai|h|nahi|ना|क्या|है))*\W*$",
    re.IGNORECASE,
)
NOT = turn_cues.phrases("nahi", "nahin", "not", "नहीं")
YES_OR_NO = {
    "jain", "vegan", "gluten", "onion_garlic", "palm_oil", "sugar", "milk", "peanut", "nuts", "soy", "sesame", "egg", "vegetarian", "fasting",
    "organic", "spice",
}  # fmt: skip


def the_same_of_another(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Peri peri to hoga na?" after "is chikki vegan": asked of another product in other words."""
    said = turn_cues.plain(parsed.text)
    same = parsed.topic.get("aspect", "") if parsed.topic.get("kind") == "product" else ""
    found = GOES_ON.match(said)
    if (
        same not in YES_OR_NO
        or not found
        or parsed.aspect
        or len(said.split()) > MOST_WORDS
        or parsed.is_issue
    ):
        return None
    name = NOT.sub(" ", found["name"])
    products = catalogue.named_beside(name, spoken_of(parsed), True) or list(
        catalogue.look_up(name).products
    )
    if not products or len(products) > about_products.MOST_TOLD:
        return None
    return about_products.told(chat, parsed, products, [same])


# --- What is not beyond the shop while a product is spoken of -----------------------------------------------

BEYOND = 0.8


def of_what_was_shown(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A question in a talk about one product that names nothing else: what the shop wrote, or "I can't tell"."""
    shown = spoken_of(parsed) if parsed.topic.get("kind") in ("product", "sum") else []
    said = turn_cues.plain(parsed.text)
    if (
        len(shown) != 1
        or parsed.is_issue
        or parsed.found.products
        or len(said.split()) > MOST_WORDS
        or not QUESTION.search(said)
        or parsed.intent not in ("product_query", "out_of_scope")
        or (parsed.intent == "out_of_scope" and parsed.confidence >= BEYOND)
        or parsed.knows(ACT)
        or about_products.ABOUT_THE_SHOP.search(said)
        or catalogue.asks_to_buy(parsed.text)
    ):
        return None
    about_it = parsed.library.near(f"{shown[0].name} {said}", 1)
    own = " ".join(word for word in turn_cues.words_of(said) if word not in SHOPPING)
    if about_it and about_it[0].score >= ACT and own and answers.shares_a_word(own, about_it[0].article):
        # "Jam gaya hai to kharab hai kya" of the honey
        return answers.of_article(about_it[0].article, parsed, about_it[0].score)
    if HOW_IT_IS.fullmatch(said.strip(" ?.!")):
        # "Strong hai kya": what is written of it, which says no more than it says
        first = [
            each.strip(" ;") for each in product_facts.SENTENCE.findall(shown[0].description or "")[:2]
        ]
        return answers.of_products(shown, parsed, " ".join(first)) if first else None
    return about_products.not_known(parsed, shown, [parsed.topic.get("aspect") or PRICE])


HOW_IT_IS = turn_cues.phrases(
    r"(?:is it |are they |it'?s |kya |bahut |zyada |very |too |ye |yeh |wo )*[a-z]{3,10}(?: (?:hai|h|hota|hoti|hoga|rahega|lagta|lagti))+(?: (?:kya|na|hai|h|ya nahi))*",
    r"(?:is it|are they) (?:very |too |really )?[a-z]{3,10}",
)


# --- An article that was told --------------------------------------------------------------------------


def more_of_the_article(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Food item bhi?" after how to return: the article that was told still answers it."""
    said = turn_cues.plain(parsed.text)
    asks_on = (
        subjects.ASKS_ON.get(parsed.topic.get("aspect", ""))
        if parsed.topic.get("kind") == "article"
        else None
    )
    ids = parsed.topic.get("ids") or []
    article = parsed.library.articles.get(ids[0]) if parsed.topic.get("kind") == "article" and ids else None
    of_a_product = parsed.found.share and parsed.aspect == PRICE
    if (
        article
        and asks_on
        and not of_a_product
        and len(said.split()) <= MOST_WORDS
        and asks_on.search(said)
    ):
        return _of_the_open_issue(chat, answers.of_article(article, parsed, 0.9))
    # "Tea?" after what is sold out: a product by its bare name leaves an article that has no word of it
    leaves = article and parsed.found.share >= 1 and not _has_a_word_of(article, parsed.text)
    asks = article and not leaves and not parsed.is_nod and not parsed.numbers and said.endswith("?")
    # "Opened food?" after how to return: the article's own words
    if (
        asks
        and not _begins_another_flow(parsed)
        and (same := about_articles.the_same_article(parsed, article))
    ):
        return _of_the_open_issue(chat, same)
    if (
        not article
        or parsed.reason
        or parsed.is_nod
        or len(said.split()) > about_articles.FEW_WORDS_OF_A_FOLLOW_UP
        or not about_products.FOLLOWS.search(said)
        or parsed.found.products
        or any(map(str.isdigit, said))
        or parsed.confidence >= about_articles.CLEAR
        or str(article.pk) in chat.memory.get("refused", [])
    ):
        return None
    together = parsed.library.near(f"{article.title} {said}", 1)
    if not together or together[0].article.pk != article.pk:
        return None
    return answers.of_article(article, parsed, together[0].score)


def _has_a_word_of(article: Article, text: str) -> bool:
    """Return whether the article's text has a word of this one, letter by letter: "tea" sounds like "it"."""
    bodies = {
        word for code in wording.LANGUAGES for word in features.tokens(article.body_in(code).casefold())
    }
    return not bodies.isdisjoint(features.tokens(text.casefold()))


def _begins_another_flow(parsed: ParsedMessage) -> bool:
    """Return whether a message asks something of an order that the last article does not cover."""
    about = list(filter(None, [subjects.of_the_answer(parsed.topic)]))
    key = order_flows.wanted(parsed) if parsed.known_orders and about else ""
    return bool(key) and subjects.BY_FLOW.get(key, "") not in {*about, *subjects.covered_by(about)}
