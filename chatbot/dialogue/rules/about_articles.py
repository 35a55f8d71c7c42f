# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Rules about articles: what the shop answered before, follow-ups of it, and what nothing answers."""

import re

from chatbot import wording
from chatbot.nlu import classifier, cues, retrieval
from chatbot.sources import articles, product_facts, products
from tickets import sla
from tickets.models import Category, Priority

from ...models import Article, Chat
from .. import answers, flows, subjects
from ..answers import Reply
from ..memory import AT_ONCE
from ..message import ACT, ASK, CLEAR, Heard
from . import about_products, open_issue, which_order

# Almost a wording that the shop wrote: that beats the classifier's "out of scope"
VERBATIM = 0.95
FEW_WORDS_OF_A_FOLLOW_UP = 4
# After money was taken: when it comes back
WHEN_BACK = cues.phrases("kab", "when", "how long", "kitne din", "how many days", "कब", "कितने दिन")


def a_follow_up_of_an_article(chat: Chat, heard: Heard) -> Reply | None:
    """ "Aur COD ka?", "how many days?" after an article: read together with what it was about."""
    said = heard.text
    shown = [source["id"] for source in chat.memory.get("sources", []) if source["type"] == "article"]
    money_gone = chat.memory.get("issue", {}).get("intent") == "payment_problem" and WHEN_BACK.search(said)
    article = heard.library.by_slug.get("upi-failed")
    if article and money_gone and len(said.split()) <= 8 and not heard.is_issue:
        return answers.of_article(article, heard, CLEAR)
    if shown and (reply := the_same_article(heard, heard.library.articles.get(shown[0]))):
        return reply
    if heard.found.products and not heard.found.is_vague:
        return None
    if not shown or len(said.split()) > 6 or heard.is_issue or heard.knows(CLEAR) or heard.is_nod:
        return None
    if (
        heard.intent in ("greeting", "thanks_bye", "order_status", "talk_to_human", "feedback")
        and heard.confidence >= ACT
    ):
        return None
    spoken_of = heard.library.articles.get(shown[0])
    if not spoken_of or not (
        about_products.FOLLOWS.search(said) or open_issue.QUESTION.search(cues.plain(said)) or heard.aspect
    ):
        return None
    together = heard.library.near(f"{spoken_of.title} {said}", 2)
    if together and together[0].score >= ACT:
        return answers.of_article(together[0].article, heard, together[0].score)
    return None


OFFERS = cues.phrases(
    r"(?:kitna|how much|any|koi|kya) (?:off|discount|offer)(?: .{0,20})?", r"(?:its |it'?s |this is |mera |yeh |my |ye )?(?:my )?(?:first|1st|pehla|pehli) (?:time )?order(?: hai| h)?", r"new (?:user|customer)(?: .{0,10})?", "(?:कितना|कोई) (?:ऑफ|डिस्काउंट|छूट)(?: .{0,10})?", "पहला ऑर्डर(?: है)?",
)  # fmt: skip


def an_offer(chat: Chat, heard: Heard) -> Reply | None:
    """ "First order hai", "kitna off milega": what the shop wrote about coupons."""
    article, said = heard.library.by_slug.get("coupons"), cues.plain(heard.text)
    if (
        not article
        or heard.is_issue
        or heard.found.products
        or len(said.split()) > 8
        or not OFFERS.search(said)
    ):
        return None
    return answers.of_article(article, heard, CLEAR)


BULK = cues.phrases(
    "bulk",
    "wholesale",
    "corporate",
    "thok",
    "थोक",
    r"(?:2[5-9]|[3-9]\d|\d{3,4}) ?(?:box(?:es)?|packs?|packets?|pieces?|pcs|hampers?|jars?|bottles?|units?|डिब्बे|पैकेट)",
)


MANY = cues.phrases(
    r"(?:[6-9]|\d{2,4}) ?(?:box(?:es)?|packs?|packets?|pieces?|pcs|hampers?|jars?|bottles?|kilo|kg|डिब्बे|पैकेट)"
)
LESS_FOR_MANY = cues.phrases(
    "discount", "off", "kam (?:hoga|karo|kar do|rate)", "offer", "best (?:price|rate)", "छूट", "डिस्काउंट"
)


def a_large_order(chat: Chat, heard: Heard) -> Reply | None:
    """ "30 boxes chahiye, discount milega?": what the shop wrote about large orders."""
    article = heard.library.by_slug.get("bulk-gifting")
    said = cues.plain(heard.text)
    asks = BULK.search(said) or (MANY.search(said) and LESS_FOR_MANY.search(said))
    if not article or heard.is_issue or heard.numbers or not asks:
        return None
    return answers.of_article(article, heard, CLEAR)


HOW_ALONE = re.compile(r"\W*(?:and |aur |to |ok )?(?:how(?: to)?|kaise|कैसे)\b.{0,16}$", re.IGNORECASE)


def the_same_article(heard: Heard, article: Article | None) -> Reply | None:
    """ "And UPI?" after how long refunds take: the article speaks of it, so it is still the answer."""
    said = cues.plain(heard.text)
    if not article or len(said.split()) > 4 or heard.aspect:
        return None
    if HOW_ALONE.match(said) and not heard.found.products:
        return answers.of_article(article, heard, CLEAR)
    if not about_products.FOLLOWS.search(said) and not heard.is_short and not said.endswith("?"):
        return None
    asked = [word for word in cues.words_of(said) if word not in SMALL_WORDS]
    body = set(cues.words_of(article.body_in(heard.language)))
    # "Khula packet?" after how to return
    speaks_of_it = any if article.slug in ("returns", "exchange") and said.endswith("?") else all
    if not asked or not speaks_of_it(word in body for word in asked):
        return None
    return answers.of_article(article, heard, CLEAR)


SMALL_WORDS = set(
    "and aur or to for in on with by the a what about how ok ka ki ke me mein se par pe bhi kya hai और का की के में से पर भी".split()
)
HOW_TO_ORDER = cues.phrases(
    r"^\W*(?:to |then |so |ok )*(?:a )?(?:new|naya|another) order(?: (?:karna|dena|karu|place|do i|i have to|should i).{0,20})?\W*$",
    r"(?:dobara|dubara|phir se|again|wahi|same|repeat)(?: .{0,12})? (?:order|manga\w*|mangwa\w*|buy|chahiye)(?: .{0,12})?", r"(?:re-?order|order again|repeat (?:the |my )?order|buy again)(?: .{0,15})?",
    r"how (?:to|do i|can i|do we|should i|does one) (?:place|make|put|give|do)?(?: an| a| my| the)? ?(?:order|buy|purchase)(?! (?:cancel|status|number))", r"(?:order|kharid|buy)\w* (?:kaise|kese|kaisey) (?:kar|kr|hota|dete|de|du|lu)\w*", r"kaise (?:order|kharid|mangwa|manga|buy)\w*", r"order karne ka (?:tarika|process)", "ऑर्डर कैसे (?:करें|करूं|करना|करते|दें)", "कैसे (?:ऑर्डर|खरीद|मंगा)\\S*", r"(?:add|put|daal\w*|dal) (?:.{0,30})?(?:to|in|into) (?:my |the )?(?:cart|basket|bag)", r"cart me(?:in)? (?:daal|dal|add|rakh)\w*(?: .{0,8})?", r"want to (?:place|give) (?:an |a |my )?(?:new )?order", r"(?:place|give|take|book|order|buy) (?:an order |my order |the order |it |this |that |one )?for me", r"can (?:you|u) (?:place|take|book|order)(?: .{0,15})? order",
)  # fmt: skip


TELL_HOW = cues.phrases(
    r"(?:ok |and |then |to |acha |so )*(?:tell |tell me |batao |bata do |explain )?(?:how|kaise|steps?|the steps?|process|कैसे)(?: (?:then|to|do i|batao|bata do|please|karu|karna hai))*"
)


def how_to_order(chat: Chat, heard: Heard) -> Reply | None:
    """How an order is placed; Villy places none."""
    again = chat.memory.get("rule") == "how_to_order" and TELL_HOW.fullmatch(
        cues.plain(heard.text).strip(" ?.!")
    )
    if not (again or HOW_TO_ORDER.search(cues.plain(heard.text))) or (
        heard.is_issue and heard.intent in classifier.TROUBLE
    ):
        return None
    reply = flows.run(chat, heard, "how_to_order", None, flows.NO_ORDER)
    if reply:
        reply.is_sure = True
    return reply


# What the shop has a rule for, whatever product it is asked of
RULES_FOR_PRODUCTS = ("return", "exchange", "refund", "coupon", "subscription", "ways to pay", "abroad")


FOR_IT = cues.phrases("ke liye", "pe bhi", "par bhi", "on it", "for (?:the )?\\w+", "bhi", "के लिए", "पर भी")


def a_rule_for_a_product(chat: Chat, heard: Heard) -> Reply | None:
    """ "Ghee returnable hai kya?": the rule that the shop has for all of them, and no price of ghee."""
    said = cues.plain(heard.text)
    if not heard.found.share or heard.is_issue or which_order.MY_ORDER.search(said):
        return None
    key = next((key for key in RULES_FOR_PRODUCTS if subjects.SUBJECTS[key].named.search(said)), "")
    if heard.aspect and key:
        return None
    told = subjects.of_the_answer(heard.topic)
    of_another = heard.found.share >= 1 and products.look_up(chat.memory.get("last", "")).share > 0
    if not key and told in RULES_FOR_PRODUCTS and (FOR_IT.search(said) or of_another):
        # "Ghee ke liye le sakta hu?" after what a subscription is
        key = told
    article = heard.library.by_slug.get(subjects.SUBJECTS[key].articles[0]) if key else None
    return answers.of_article(article, heard, CLEAR) if article else None


def an_article(chat: Chat, heard: Heard) -> Reply | None:
    """A question that the shop has answered before; an article that did not help is not shown again."""
    if heard.surely("out_of_scope") and not heard.knows(VERBATIM):
        return None
    least = CLEAR if heard.intent == "out_of_scope" else ACT
    refused = chat.memory.get("refused", [])
    fitting = [p for p in heard.passages if p.score >= least and str(p.article.pk) not in refused]
    if heard.is_short:
        # One word that no article has ("almonds?") is no question that an article answers
        fitting = [p for p in fitting if answers.shares_a_word(heard.text, p.article)]
    return answers.of_article(fitting[0].article, heard, fitting[0].score) if fitting else None


# "Bajra kitne ka hai": a name, and words that ask for its price
PRICE_OF = re.compile(
    r"^\W*(?:(?:aur|and|ok|acha|accha|achha|what about|और|अच्छा)\s+)?(?P<name>\S+)\s+(?:kitn[ei] (?:ka|ki|ke)|kitna|ka (?:rate|price|daam|dam)|ki (?:price|keemat)|(?:price|rate)|कितन[ेी] (?:का|की|के)|का दाम|की कीमत)(?:\s+(?:hai|h|hain|है|हैं|batao|bata do|kya hai))*\W*$",
    re.IGNORECASE,
)
SHORTEST_NAME = 4


def nothing_sold_so(chat: Chat, heard: Heard) -> Reply | None:
    """The price of what the shop does not have, after a product that it has: not that one's price."""
    found = PRICE_OF.match(cues.plain(heard.text))
    if (
        not found
        or heard.aspect != product_facts.PRICE
        or heard.found.products
        or heard.topic.get("kind") not in ("product", "sum", "health")
        or about_products.ABOUT_THE_SHOP.search(found["name"])
        or about_products.THIS.search(found["name"])
        or about_products.FOLLOWS.fullmatch(found["name"])
        or len(found["name"]) < SHORTEST_NAME
        or not products.asks_to_buy(f"{found['name']} price")
        or product_facts.asked_about(found["name"])
    ):
        return None
    if heard.passages and answers.shares_a_word(found["name"], heard.passages[0].article):
        return None
    return answers.popular("products_none", heard)


def nothing_of_that_name(chat: Chat, heard: Heard) -> Reply | None:
    """ "Do you have bicycles?" """
    if heard.intent != "product_query" or heard.confidence < ASK or heard.knows(ACT):
        return None
    return answers.popular("products_none", heard) if products.asks_to_buy(heard.text) else None


LEAST_SHARE_OF_A_NAME = 0.5


def beyond_the_shop(chat: Chat, heard: Heard) -> Reply | None:
    if not heard.surely("out_of_scope") or not heard.has_letters:
        return None
    grave = (chat.memory.get("issue") or {}).get("priority") in (Priority.URGENT, Priority.HIGH)
    doubtful = heard.confidence < VERBATIM or (
        grave and len(heard.text.split()) <= FEW_WORDS_OF_A_FOLLOW_UP
    )
    if (issue := chat.memory.get("issue")) and doubtful and not heard.found.products:
        # "Action loge kya" beside a complaint: a person answers that
        return open_issue.absorbed(chat, heard, issue) if issue.get("intent") in open_issue.BY_NOW else None
    shown = about_products.spoken_of(heard)
    is_short = len(shown) == 1 and len(heard.text.split()) <= FEW_WORDS_OF_A_FOLLOW_UP
    if is_short and (told := about_products.told_of(shown, heard)):
        # "Curcumin percent" of the turmeric that was shown
        return answers.of_products(shown, heard, told)
    named = heard.found.products
    if len(named) == 1 and not heard.found.is_vague and open_issue.QUESTION.search(cues.plain(heard.text)):
        # "Are walnuts this year's crop": what the shop wrote about it, or "I can't tell"
        told = about_products.told_of(list(named), heard)
        if told:
            return answers.of_products(list(named), heard, told)
        if heard.found.share >= LEAST_SHARE_OF_A_NAME:
            return about_products.not_known(heard, list(named), [product_facts.INGREDIENTS])
    return _with_chips(answers.text_reply("out_of_scope", heard), heard)


# Two readings that are so near to each other are asked about, not guessed
LEAST_LIKELY, NEAR_TO_IT, MOST_READINGS = 0.3, 0.7, 3


def which_of_these(chat: Chat, heard: Heard) -> Reply | None:
    """Two or three articles are about as likely: one question with chips, never twice the same."""
    if heard.is_issue or heard.intent == "out_of_scope" or heard.article_score < LEAST_LIKELY:
        return None
    refused = chat.memory.get("refused", [])
    readings = [
        passage.article
        for passage in heard.passages[:MOST_READINGS]
        if passage.score >= NEAR_TO_IT * heard.article_score and str(passage.article.pk) not in refused
    ]
    key = "|".join(sorted(article.slug for article in readings))
    if len(readings) < 2 or key in chat.memory.get("clarified", []):
        return None
    chat.memory.setdefault("clarified", []).append(key)
    reply = answers.text_reply("clarify", heard, "product_query", sure=0.5)
    reply.suggestions = [article.title_in(heard.language) for article in readings]
    reply.asks = {"about": "choice", "options": reply.suggestions}
    return reply


def perhaps_an_article(chat: Chat, heard: Heard) -> Reply | None:
    """Likely, not sure: say so, and keep the others and a person in reach."""
    if not heard.knows(retrieval.THRESHOLD) or heard.intent == "out_of_scope" or heard.confidence < ASK:
        return None
    article = heard.passages[0].article
    if str(article.pk) in chat.memory.get("refused", []):
        return None
    if heard.is_short and not answers.shares_a_word(heard.text, article):
        # "Ladoo": no article speaks of it
        return None
    reply = answers.of_article(article, heard, heard.article_score)
    reply.text = f"{wording.say('perhaps_article', heard.language)} {reply.text}"
    reply.suggestions = heard.near()[1:] + answers.chips(heard, "human")
    return reply


def i_do_not_know(chat: Chat, heard: Heard) -> Reply:
    """The nearest articles and a human; misunderstood twice, the human comes first."""
    if (issue := chat.memory.get("issue")) and issue["why"] in AT_ONCE:
        # Glass in the food: whatever else is asked belongs to it
        return open_issue.absorbed(chat, heard, issue)
    misses = chat.memory["misses"] = chat.memory.get("misses", 0) + 1
    if misses == 1 and (reply := _of_what_is_known(chat, heard)):
        return reply
    key = "unknown_again" if misses > 1 else "unknown" if heard.near() else "unknown_alone"
    reply = answers.text_reply(key, heard, "unknown")
    reply.offer_agent, reply.category = True, heard.category if heard.is_issue else Category.OTHER
    reply.priority = heard.priority if heard.is_issue else sla.DEFAULT_PRIORITY[Category.OTHER]
    reply.suggestions = heard.near()
    return reply


def _of_what_is_known(chat: Chat, heard: Heard) -> Reply | None:
    """What can be told of the product or order that is spoken of, in place of a bare "I don't know"."""
    if heard.is_issue or not heard.has_letters or not articles.can_read(heard.text):
        return None
    shown = about_products.spoken_of(heard)
    order = which_order.order_spoken_of(heard) if heard.topic.get("kind") == "order" else None
    if len(shown) == 1:
        reply = answers.text_reply("unknown_of_product", heard, "unknown", name=shown[0].name)
        reply.topic = heard.topic or None
    elif order:
        reply = answers.text_reply("unknown_of_order", heard, "unknown", number=order.number)
        reply.topic = heard.topic or None
    else:
        return None
    reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.LOW
    reply.suggestions = heard.near()[:2]
    return reply


def _with_chips(reply: Reply, heard: Heard, *keys: str) -> Reply:
    reply.suggestions = answers.chips(heard, *keys)
    return reply
