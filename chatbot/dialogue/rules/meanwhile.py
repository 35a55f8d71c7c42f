# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Rules about what is asked meanwhile: another order beside an open issue, more of the rule that was told."""

import re

from chatbot import wording
from chatbot.nlu import classifier, features, order_cues
from tickets.models import Order

from ...models import Article, Chat
from ...nlu.cues import phrases, plain, words_of
from .. import answers, flows, troubles
from ..answers import Reply
from ..message import CLEAR, Heard
from ..readings import TROUBLE_SIGNS
from ..state import GRAVE
from . import about_articles, open_issue, order_flows, what_next, which_order

# --- Another order ------------------------------------------------------------------------------

MOST_WORDS = 14


def how_another_order_stands(chat: Chat, heard: Heard) -> Reply | None:
    """ "And the tea order is when?" beside an open issue of another one: how that stands; the issue stays."""
    issue, said = chat.memory.get("issue") or {}, plain(heard.text)
    if (
        not issue
        or heard.reason
        or len(said.split()) > MOST_WORDS
        or not order_cues.HOW_IT_STANDS.search(said)
        or not (heard.order or order_cues.OF_AN_ORDER.search(said))
        or order_flows.wanted_by_cue(heard)
        or which_order.MARKED.search(said)
    ):
        return None
    order = _another(heard)
    if not order or str(order.pk) == issue.get("order"):
        return None
    return answers.of_order(chat, order, heard)


def _another(heard: Heard) -> Order | None:
    if named := heard.order or which_order.the_other(heard):
        return named
    fitting, _ = which_order.of_items(heard)
    if len(fitting) == 1:
        return fitting[0]
    said = plain(heard.text)
    states = next((states for cue, states in which_order.BY_STATE if cue.search(said)), ())
    return next((order for order in heard.known_orders if order.status in states), None)


def for_its_items(chat: Chat, heard: Heard, meant: str) -> Reply | None:
    """ "Not the ghee, the makhana" of a return: the same wish for the order with that; several are asked about."""
    issue, topic = chat.memory.get("issue") or {}, heard.topic
    key = issue.get("flow") or (topic.get("aspect", "") if topic.get("kind") == "order" else "")
    if key not in open_issue.FOR_ANOTHER_ORDER or not heard.known_orders or len(meant.split()) > FEW_WORDS:
        return None
    heard.text = meant
    heard.__dict__.pop("found", None)
    fitting, _ = which_order.of_items(heard)
    if len(fitting) == 1:
        return order_flows.told(chat, heard, key, fitting[0])
    if not fitting:
        return None
    reply = answers.text_reply("which_of_their_orders", heard, flows.INTENTS[key], sure=0.8)
    reply.suggestions = [order.number for order in fitting[:3]]
    reply.text = " ".join(
        [reply.text, *(f"{order.number} ({flows.items_in_words(order)})." for order in fitting[:3])]
    )
    flow = flows.all_flows()[key]
    reply.asks = {"about": "order", "flow": key}
    reply.flow, reply.category, reply.priority, reply.offer_agent = key, flow.category, flow.priority, True
    return reply


FEW_WORDS = 4


def how_to_order_meanwhile(chat: Chat, heard: Heard) -> Reply | None:
    """ "Ok order it for me" beside an open issue: no detail of it."""
    if not chat.memory.get("issue") or order_flows.wanted(heard):
        return None
    return about_articles.how_to_order(chat, heard)


# --- The rule that was told -----------------------------------------------------------------------

# Words that say nothing of what a question is about
SMALL = set(
    "a an and are can could do does did for from get give had has have he her him his how i if in is it its kind me my no not of on one or our please she so some tell than that the their them then there they this time to too u us was we what when where which who why will with would you your also any all "
    "aap ab agar aise apna aur bas bata batao bhi chahiye de dena do dono fir haan hai hain ho hoga hogi hota hoti hua hui ja jab jaye ji jo ka kab kaha kahan kaise kar karna karo karte karu kaun kaunsa ke ki kis kitna kitne kitni ko koi konsa kuch kya kyu kyun le lena liye matlab me mein mera mere meri mil milega milta mujhe na nahi ne nhi pata par pe phir raha rahe sab sakta sakte sakti se sirf tak tha thi to toh us usme uska wala wale wali woh wo ya yaha ye yeh yes "
    "order orders product item items shop delivery deliver parcel box din days day "
    "और का की के को में से पर है हैं हो क्या कब कितने कितना कैसे कहां कौन भी तो ही यह वो मेरा मेरी मुझे ना नहीं लिए करना करें सकते सकता है था थी".split()
)
LEAST_LETTERS = 3
# Beside an order that is under way, what the shop wrote about couriers speaks of it as well
UNDER_WAY = ("missed-delivery", "late-delivery")
MOST_WORDS_OF_A_QUESTION = 10
HOW_LONG = phrases(
    r"how (?:long|many days|much time|soon|fast)(?: .{0,25})?",
    r"kitn[ei] (?:din|time|der)(?: .{0,20})?",
    r"kab tak(?: .{0,20})?",
    r"by when(?: .{0,15})?",
    r"when (?:will|can|do|would)(?: .{0,25})?",
    "कितने दिन(?: .{0,15})?",
    "कब तक(?: .{0,15})?",
)
DURATION = re.compile(
    r"\d+\s*(?:[–-]\s*\d+\s*)?(?:working |कार्य )?(?:days?|hours?|minutes?|weeks?|din|ghant\w+|minute|hafte|दिन|दिवस|घंट\S*|मिनट|हफ्ते)|(?:the )?same day|usi din|उसी दिन|one month|ek mahin\w+|एक महीने",
    re.IGNORECASE,
)


# "How long does delivery take" is a question of its own
OF_A_PARCEL = phrases(
    r"deliver\w*",
    r"ship\w*",
    "courier",
    "parcel",
    "order",
    r"refund\w*",
    r"return\w*",
    "stock",
    "डिलीवरी",
    "रिफंड",
    "ऑर्डर",
)


def the_rule_goes_on(chat: Chat, heard: Heard) -> Reply | None:
    """A question with a word of the article that was told, or of the rule for what is open: that rule."""
    said, issue = plain(heard.text), chat.memory.get("issue") or {}
    if (
        heard.reason
        or issue.get("why") in GRAVE
        or (heard.numbers and not AN_AMOUNT.search(said))
        or heard.order
        or heard.is_nod
        or heard.aspect
        or (heard.found.share > 0 and not _says_if_opened(said, issue))
        or len(said.split()) > MOST_WORDS_OF_A_QUESTION
        or _wants_more(heard, issue)
        or about_articles.HOW_TO_ORDER.search(said)
        or (heard.known_orders and (which_order.the_other(heard) or which_order.OLDER.search(said)))
    ):
        return None
    before = _told(heard)
    asks = bool(open_issue.QUESTION.search(said)) or heard.text.rstrip().endswith("?")
    if before and asks and HOW_LONG.search(said) and not which_order.MY_ORDER.search(said):
        if DURATION.search(before.body_in(heard.language)) and not OF_A_PARCEL.search(said):
            return _again(chat, heard, before)
        return None
    if (
        before
        and not heard.is_nod
        and (AN_AMOUNT.search(said) or IN_SO_MANY_DAYS.search(said))
        and _has_figures(before, said)
    ):
        return _again(chat, heard, before)
    if not asks and _says_if_opened(said, issue):
        # "Packet is open, ate 2 only" of a return: the rule says what that means
        slug = what_next.OF_FLOW[issue["flow"]][0]
        if slug in heard.library.by_slug:
            open_issue.note(heard, issue)
            return _again(chat, heard, heard.library.by_slug[slug])
    written = [before] if before else []
    written += filter(None, map(heard.library.by_slug.get, _rules_of(heard, issue, asks)))
    written = [each for each in written if str(each.pk) not in chat.memory.get("refused", [])]
    if not written or _has_its_own(heard, written):
        return None
    shared = [(_shared(heard, article, long=not asks), article) for article in written]
    best = max(shared, key=lambda each: each[0])
    if not best[0]:
        return None
    if issue and not asks:
        open_issue.note(heard, issue)
    return _again(chat, heard, best[1])


def _rules_of(heard: Heard, issue: dict, asks: bool) -> list[str]:
    """Return the slugs of what the shop wrote about what is open, and about the order that is spoken of."""
    slugs: list[str] = []
    # "Its opened though" asks nothing, and the rule for returns says what that means
    if asks or issue.get("flow") in ("return", "exchange"):
        slugs += what_next.OF_FLOW.get(issue.get("flow", ""), ())
    if asks and issue:
        slugs += what_next.WRITTEN.get(issue["intent"], ())
        slugs += what_next.BY_ITS_WORDS.get(issue["intent"], ())
    order = which_order.order_spoken_of(heard) if asks and heard.topic.get("kind") == "order" else None
    if order and order.status in answers.orders.UNDER_WAY:
        slugs += UNDER_WAY
    return slugs


# "4000 ka order ho to", "3 din me chahiye" after a rule with amounts, or with days
AN_AMOUNT = phrases(
    r"(?:if |agar )?(?:₹|rs\.? ?)?\d{3,5}(?: ?(?:rs|rupees|rupaye|₹))? (?:ka|ke|ki|se|worth|or)(?: .{0,15})? ?(?:ho|hua|order|upar|zyada|jyada|above|more)(?: .{0,12})?",
    r"(?:if|agar|above|over|more than|below|under) .{0,20}\d{3,5}(?: .{0,10})?",
)
IN_SO_MANY_DAYS = phrases(
    r"(?:in|within) (?:\d{1,2}|one|two|three|a few) days?(?: .{0,12})?",
    r"(?:\d{1,2}|ek|do|teen|char) din (?:me(?:in)?|ke andar)(?: .{0,15})?",
    "(?:\\d{1,2}|दो|तीन) दिन (?:में|के अंदर)(?: .{0,10})?",
)


def _has_figures(article: Article, said: str) -> bool:
    body = article.body
    return bool("₹" in body if AN_AMOUNT.search(said) else DURATION.search(body))


def _wants_more(heard: Heard, issue: dict) -> bool:
    """Whether the message begins a wish of its own, more surely than that it goes on about the rule."""
    key = order_flows.wanted(heard)
    if key == "damaged" and issue.get("flow") in ("return", "exchange"):
        return False
    doubtful = heard.intent in classifier.TROUBLE and not troubles.concepts_in(heard.text) & TROUBLE_SIGNS
    # "Its not my first order" after the rule for coupons tells of no parcel that is late
    return bool(key) and not (doubtful and _told(heard) and not issue)


OPENED = phrases(
    r"(?:un)?open(?:ed)?", r"(?:un)?seal(?:ed)?", r"seal (?:toot|khul|band|tod)\w*", r"khul[aie]", r"khol\w*", "ate", "used", "tasted", r"kha li(?:ya|ye)", "खुल[ाेी]", "सील", "खोल\\S*",
)  # fmt: skip


def _says_if_opened(said: str, issue: dict) -> bool:
    return (
        issue.get("flow") in ("return", "exchange")
        and bool(OPENED.search(said))
        and not troubles.is_unfit(said)
    )


def _told(heard: Heard) -> Article | None:
    ids = heard.topic.get("ids") or []
    return heard.library.articles.get(ids[0]) if heard.topic.get("kind") == "article" and ids else None


def _has_its_own(heard: Heard, written: list[Article]) -> bool:
    """Whether another article is clearly what is asked for."""
    return heard.knows(CLEAR) and heard.passages[0].article not in written


LONG_WORD = 5


def _shared(heard: Heard, article: Article, long: bool) -> int:
    """Return how many words of its own a message has in common with an article; only long ones where it asks nothing."""
    least = LONG_WORD if long else LEAST_LETTERS
    asked = [
        word
        for word in words_of(heard.text)
        if word not in SMALL and (len(word) >= least or (word.isdigit() and not long))
    ]
    body = {word for language in (heard.language, "en") for word in words_of(article.body_in(language))}
    sounds = {sound for word in body if len(sound := features.sound(word)) >= LEAST_LETTERS}
    return sum(word in body or features.sound(word) in sounds for word in asked)


def _again(chat: Chat, heard: Heard, article: Article) -> Reply:
    reply = answers.of_article(article, heard, CLEAR)
    if issue := chat.memory.get("issue"):
        reply.text = f"{reply.text} {wording.say('tap_for_a_person', heard.language)}"
        reply.passage, reply.intent, reply.flow = (
            "",
            issue.get("intent") or reply.intent,
            issue.get("flow", ""),
        )
        reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
        if order := open_issue.order_of(heard, issue):
            reply.order = answers.orders.as_card(order)
    return reply
