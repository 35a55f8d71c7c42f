"""Rules about articles: what the shop answered before, follow-ups of it, and what nothing answers."""

import re

from chatbot import wording
from chatbot.nlu import classifier, retrieval
from chatbot.nlu.cues import issue_cues, turn_cues
from chatbot.sources import articles, product_facts, products
from tickets import sla
from tickets.models import Category, Priority

from ...models import Article, Chat
from .. import answers, flows
from ..answers import Reply
from ..memory import AT_ONCE
from ..message import ACT, ASK, CLEAR, LIKELY, ParsedMessage
from ..reading import passages, subjects
from ..resolving import asking, counting
from ..resolving.references import spoken_of
from .issues import open_issue
from .orders import which_order
from .products import about_products

# Almost the shop's own wording: that beats the classifier's "out of scope"
VERBATIM = 0.95
FEW_WORDS_OF_A_FOLLOW_UP = 4
# After money was taken: when it comes back
WHEN_BACK = turn_cues.phrases("kab", "when", "how long", "kitne din", "how many days", "कब", "कितने दिन")


def a_follow_up_of_an_article(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Aur COD ka?", "how many days?" after an article: read together with what it was about."""
    said = parsed.text
    shown = [source["id"] for source in chat.memory.get("sources", []) if source["type"] == "article"]
    if HOW_TO_ORDER.search(turn_cues.plain(said)):
        return None
    money_gone = chat.memory.get("issue", {}).get("intent") == "payment_problem" and WHEN_BACK.search(said)
    article = parsed.library.by_slug.get("upi-failed")
    if article and money_gone and len(said.split()) <= 8 and not parsed.is_issue:
        return answers.of_article(article, parsed, CLEAR)
    if shown and (reply := the_same_article(parsed, parsed.library.articles.get(shown[0]))):
        return reply
    if parsed.found.products and not parsed.found.is_vague:
        return None
    if not shown or len(said.split()) > 6 or parsed.is_issue or parsed.knows(CLEAR) or parsed.is_nod:
        return None
    if (
        parsed.intent in ("greeting", "thanks_bye", "order_status", "talk_to_human", "feedback")
        and parsed.confidence >= ACT
    ):
        return None
    spoken_of = parsed.library.articles.get(shown[0])
    told = subjects.of_the_answer(parsed.topic)
    if told and subjects.names_another(turn_cues.plain(said), (told,)) and parsed.knows(LIKELY):
        # "Which ways to pay are there" after how long a refund takes
        return None
    if not spoken_of or not (
        about_products.FOLLOWS.search(said)
        or issue_cues.QUESTION.search(turn_cues.plain(said))
        or parsed.aspect
    ):
        return None
    together = parsed.library.near(f"{spoken_of.title} {said}", 2)
    if together and together[0].score >= ACT and passages.goes_on(said, together[0].article):
        return answers.of_article(together[0].article, parsed, together[0].score)
    return None


OFFERS = turn_cues.phrases(
    r"(?:how|explain|about|what (?:is|are)|kaise)(?: .{0,12})? coupons?(?: (?:work\w*|codes?|kaam|.{0,12}hai))?",
    r"(?:kitna|how much|any|koi|kya) (?:off|discount|offer)(?: .{0,20})?", r"(?:its |it'?s |this is |mera |yeh |my |ye )?(?:my )?(?:first|1st|pehla|pehli) (?:time )?order(?: hai| h)?", r"new (?:user|customer)(?: .{0,10})?", "(?:कितना|कोई) (?:ऑफ|डिस्काउंट|छूट)(?: .{0,10})?", "पहला ऑर्डर(?: है)?",
)  # fmt: skip


def an_offer(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "First order hai", "kitna off milega": what the shop wrote about coupons."""
    article, said = parsed.library.by_slug.get("coupons"), turn_cues.plain(parsed.text)
    if (
        not article
        or parsed.is_issue
        or parsed.found.products
        or len(said.split()) > 8
        or not OFFERS.search(said)
    ):
        return None
    return answers.of_article(article, parsed, CLEAR)


BULK = turn_cues.phrases(
    "bulk",
    "wholesale",
    "corporate",
    "thok",
    "थोक",
    r"(?:2[5-9]|[3-9]\d|\d{3}) ?(?!g\b|gm|ml|kg|rs|rupees|ka\b|ke\b)(?:\w+ ){0,2}(?:box(?:es)?|packs?|packets?|pieces?|pcs|hampers?|jars?|bottles?|units?|डिब्बे|पैकेट)",
)


MANY = turn_cues.phrases(
    r"(?:[6-9]|\d{2,4}) ?(?:box(?:es)?|packs?|packets?|pieces?|pcs|hampers?|jars?|bottles?|kilo|kg|डिब्बे|पैकेट)"
)
LESS_FOR_MANY = turn_cues.phrases(
    "discount", "off", "kam (?:hoga|karo|kar do|rate)", "offer", "best (?:price|rate)", "छूट", "डिस्काउंट"
)


def a_large_order(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "30 boxes chahiye, discount milega?": what the shop wrote about large orders."""
    article = parsed.library.by_slug.get("bulk-gifting")
    said = turn_cues.plain(parsed.text)
    asks = BULK.search(said) or (MANY.search(said) and LESS_FOR_MANY.search(said))
    if not article or parsed.is_issue or parsed.numbers or not asks:
        return None
    reply = answers.of_article(article, parsed, CLEAR)
    items = counting.counted(parsed)
    if len(items) == 1 and items[0][1] > 1:
        # "Total kitna", "120 kare to" go on about so many of it
        chat.memory["sum"] = [[str(product.pk), count] for product, count in items]
    return reply


HOW_ALONE = re.compile(
    r"\W*(?:and |aur |to |ok )?(?:how(?: to)?|kaise|कैसे)(?![\w\u0900-\u097F]).{0,16}$", re.IGNORECASE
)


FEW_WORDS, MORE_WORDS = 4, 7


def the_same_article(parsed: ParsedMessage, article: Article | None) -> Reply | None:
    """ "And UPI?" after how long refunds take: the article speaks of it, so it is still the answer."""
    said = turn_cues.plain(parsed.text)
    words = len(said.split())
    if not article or words > MORE_WORDS or parsed.aspect or parsed.is_nod:
        return None
    if HOW_ALONE.match(said) and words <= FEW_WORDS and not parsed.found.products:
        return answers.of_article(article, parsed, CLEAR)
    asked = passages.units(said)
    if words > FEW_WORDS:
        # "Coupon ke baad wala amount?": one sentence has all of it
        asks = len(asked) > 1 and (said.endswith("?") or passages.asks_yes_or_no(said))
        has_it = asks and passages.in_one_sentence(asked, article, parsed.language)
        return answers.of_article(article, parsed, CLEAR) if has_it else None
    if not about_products.FOLLOWS.search(said) and not parsed.is_short and not said.endswith("?"):
        return None
    body = [article.body_in(language) for language in wording.LANGUAGES]
    # "Khula packet?" after how to return
    speaks_of_it = any if article.slug in ("returns", "exchange") and said.endswith("?") else all
    if not asked or not speaks_of_it(
        any(passages.stands_in(unit, each) for each in body) for unit in asked
    ):
        return None
    return answers.of_article(article, parsed, CLEAR)


HOW_TO_ORDER = turn_cues.phrases(
    r"^\W*(?:to |then |so |ok )*(?:a )?(?:new|naya|another) order(?: (?:karna|dena|karu|place|do i|i have to|should i).{0,20})?\W*$",
    r"(?:dobara|dubara|phir se|again|wahi|same|repeat)(?: .{0,12})? (?:order|manga\w*|mangwa\w*|buy|chahiye)(?: .{0,12})?", r"(?:re-?order|order again|repeat (?:the |my )?order|buy again)(?: .{0,15})?",
    r"how (?:to|do i|can i|do we|should i|does one) (?:place|make|put|give|do)?(?: an| a| my| the)? ?(?:order|buy|purchase)(?! (?:cancel|status|number))", r"(?:order|kharid|buy)\w* (?:kaise|kese|kaisey) (?:kar|kr|hota|dete|de|du|lu)\w*", r"kaise (?:order|kharid|mangwa|manga|buy)\w*", r"order karne ka (?:tarika|process)", "ऑर्डर कैसे (?:करें|करूं|करना|करते|दें)", "कैसे (?:ऑर्डर|खरीद|मंगा)\\S*", r"(?:add|put|daal\w*|dal) (?:.{0,30})?(?:to|in|into) (?:my |the )?(?:cart|basket|bag)", r"cart me(?:in)? (?:daal|dal|add|rakh)\w*(?: .{0,8})?", r"want to (?:place|give) (?:an |a |my )?(?:new )?order", r"(?:place|give|take|book|order|buy) (?:an order |my order |the order |it |this |that |one |them )?(?:again |once more |dobara )?for me", r"can (?:you|u) (?:place|take|book|order)(?: .{0,15})? order",
)  # fmt: skip


TELL_HOW = turn_cues.phrases(
    r"(?:ok |and |then |to |acha |so )*(?:tell |tell me |batao |bata do |explain )?(?:how|kaise|steps?|the steps?|process|कैसे)(?: (?:then|to|do i|batao|bata do|please|karu|karna hai))*"
)


def how_to_order(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Tell how to place an order; Villy cannot place one."""
    again = chat.memory.get("rule") == "how_to_order" and TELL_HOW.fullmatch(
        turn_cues.plain(parsed.text).strip(" ?.!")
    )
    if not (again or HOW_TO_ORDER.search(turn_cues.plain(parsed.text))) or (
        parsed.is_issue and parsed.intent in classifier.TROUBLE
    ):
        return None
    reply = flows.run(chat, parsed, "how_to_order", None, flows.NO_ORDER)
    if reply:
        reply.is_sure = True
    return reply


# What the shop has a rule for, whatever product it is asked of
RULES_FOR_PRODUCTS = ("return", "exchange", "refund", "coupon", "subscription", "ways to pay", "abroad")


FOR_IT = turn_cues.phrases(
    "ke liye", "pe bhi", "par bhi", "on it", "for (?:the )?\\w+", "bhi", "के लिए", "पर भी"
)


def a_rule_for_a_product(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Ghee returnable hai kya?": the rule that the shop has for all of them, and no price of ghee."""
    said = turn_cues.plain(parsed.text)
    if not parsed.found.share or parsed.is_issue or which_order.MY_ORDER.search(said):
        return None
    key = next((key for key in RULES_FOR_PRODUCTS if subjects.SUBJECTS[key].named.search(said)), "")
    article = parsed.library.by_slug.get(subjects.SUBJECTS[key].articles[0]) if key else None
    # "Gift box cod pe mil jayega" asks for no stock
    names_it = article and parsed.aspect == product_facts.STOCK and parsed.knows(CLEAR)
    if parsed.aspect and key and not (article and names_it and parsed.passages[0].article.pk == article.pk):
        return None
    told = subjects.of_the_answer(parsed.topic)
    if not key and told in RULES_FOR_PRODUCTS and FOR_IT.search(said):
        # "Ghee ke liye le sakta hu?" after what a subscription is
        key = told
    return _rule_of_the_shop(parsed, key)


def its_rule_for_another(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "And the pickle?" after "can I return the ghee": the same rule, and not which pickles there are."""
    told = subjects.of_the_answer(parsed.topic)
    if told not in RULES_FOR_PRODUCTS or parsed.found.share < 1 or parsed.is_issue:
        return None
    if parsed.aspect or products.asks_to_buy(parsed.text):
        return None
    # "How do returns work" asks of no product, though gifts for a return are one
    before = subjects.SUBJECTS[told].named.sub(" ", turn_cues.plain(chat.memory.get("last", "")))
    return _rule_of_the_shop(parsed, told) if products.look_up(before).share else None


def _rule_of_the_shop(parsed: ParsedMessage, key: str) -> Reply | None:
    slug = subjects.SUBJECTS[key].articles[0] if key else ""
    issue = parsed.chat.memory.get("issue") or {}
    if issue.get("intent") == "item_problem" and slug in subjects.NOT_WANTED:
        # "Sev theek hai, wo wapas nahi dena na" beside what came bad: its own rule
        slug = next(iter(subjects.articles_of_the_issue(issue)), slug)
    article = parsed.library.by_slug.get(slug)
    return answers.of_article(article, parsed, CLEAR) if article else None


def an_article(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A question that the shop has answered before; an article that did not help is not shown again."""
    if parsed.surely("out_of_scope") and not parsed.knows(VERBATIM):
        return None
    least = CLEAR if parsed.intent == "out_of_scope" else ACT
    refused = chat.memory.get("refused", [])
    fitting = [p for p in parsed.passages if p.score >= least and str(p.article.pk) not in refused]
    if parsed.is_short:
        # One word that no article has ("almonds?") is no question that an article answers
        fitting = [p for p in fitting if answers.shares_a_word(parsed.text, p.article)]
    issue = chat.memory.get("issue") or {}
    of_it = fitting and fitting[0].article.slug in subjects.articles_of_the_issue(issue)
    if of_it and not asking.asks(parsed) and str(fitting[0].article.pk) not in chat.memory.get("told", []):
        # "Galti se ho gaya" tells more of what is open, and the rule comes with it
        return open_issue.absorbed(chat, parsed, issue)
    return answers.of_article(fitting[0].article, parsed, fitting[0].score) if fitting else None


LEAST_SHARE_OF_A_NAME = 0.5


def beyond_the_shop(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    if not parsed.surely("out_of_scope") or not parsed.has_letters:
        return None
    grave = (chat.memory.get("issue") or {}).get("priority") in (Priority.URGENT, Priority.HIGH)
    doubtful = parsed.confidence < VERBATIM or (
        grave and len(parsed.text.split()) <= FEW_WORDS_OF_A_FOLLOW_UP
    )
    if (issue := chat.memory.get("issue")) and doubtful and not parsed.found.products:
        # "Action loge kya" beside a complaint: a person answers that
        return (
            open_issue.absorbed(chat, parsed, issue) if issue.get("intent") in open_issue.BY_NOW else None
        )
    if subjects.named_in(turn_cues.plain(parsed.text)) and parsed.knows(LIKELY) and not parsed.is_issue:
        # "Which ways to pay are there" names what the shop wrote about
        return answers.of_article(parsed.passages[0].article, parsed, parsed.article_score)
    shown = spoken_of(parsed)
    is_short = len(shown) == 1 and len(parsed.text.split()) <= FEW_WORDS_OF_A_FOLLOW_UP
    if is_short and (told := about_products.told_of(shown, parsed)):
        # "Curcumin percent" of the turmeric that was shown
        return answers.of_products(shown, parsed, told)
    named = parsed.found.products
    if (
        len(named) == 1
        and not parsed.found.is_vague
        and len(parsed.text.split()) <= FEW_WORDS_OF_A_FOLLOW_UP
    ):
        # "Papad kaun sa h"
        return answers.of_products(list(named), parsed, about_products.told_of(list(named), parsed))
    if (
        len(named) == 1
        and not parsed.found.is_vague
        and issue_cues.QUESTION.search(turn_cues.plain(parsed.text))
    ):
        # "Are walnuts this year's crop": what the shop wrote about it, or "I can't tell"
        told = about_products.told_of(list(named), parsed)
        if told:
            return answers.of_products(list(named), parsed, told)
        if parsed.found.share >= LEAST_SHARE_OF_A_NAME:
            return about_products.not_known(parsed, list(named), [product_facts.INGREDIENTS])
    return answers.with_chips(answers.text_reply("out_of_scope", parsed), parsed)


# Two readings that are so near to each other are asked about, not guessed
LEAST_LIKELY, NEAR_TO_IT, MOST_READINGS = 0.3, 0.7, 3


def which_of_these(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Two or three articles are about as likely: one question with chips, never twice the same."""
    if parsed.is_issue or parsed.intent == "out_of_scope" or parsed.article_score < LEAST_LIKELY:
        return None
    refused = chat.memory.get("refused", [])
    readings = [
        passage.article
        for passage in parsed.passages[:MOST_READINGS]
        if passage.score >= NEAR_TO_IT * parsed.article_score and str(passage.article.pk) not in refused
    ]
    key = "|".join(sorted(article.slug for article in readings))
    if len(readings) < 2 or key in chat.memory.get("clarified", []):
        return None
    chat.memory.setdefault("clarified", []).append(key)
    reply = answers.text_reply("clarify", parsed, "product_query", sure=0.5)
    reply.suggestions = [article.title_in(parsed.language) for article in readings]
    reply.asks = {"about": "choice", "options": reply.suggestions}
    return reply


def perhaps_an_article(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Likely, not sure: say so, and keep the others and a person in reach."""
    article = parsed.passages[0].article if parsed.passages else None
    # "Kis se pay karu": less likely, and it has what is asked for
    has_it = article and subjects.answers_it(article.body_in(parsed.language), parsed.asked_of_the_subject)
    likely = parsed.knows(LIKELY if has_it else retrieval.THRESHOLD)
    doubtful = parsed.intent == "out_of_scope" or parsed.confidence < ASK
    if not article or not likely or (doubtful and not has_it):
        return None
    if str(article.pk) in chat.memory.get("refused", []):
        return None
    if parsed.is_short and not answers.shares_a_word(parsed.text, article):
        # "Ladoo": no article speaks of it
        return None
    reply = answers.of_article(article, parsed, parsed.article_score)
    reply.text = f"{wording.say('perhaps_article', parsed.language)} {reply.text}"
    reply.suggestions = parsed.near()[1:] + answers.chips(parsed, "human")
    return reply


def i_do_not_know(chat: Chat, parsed: ParsedMessage) -> Reply:
    """The nearest articles and a human; misunderstood twice, the human comes first."""
    if (issue := chat.memory.get("issue")) and issue["why"] in AT_ONCE:
        # Glass in the food: whatever else is asked belongs to it
        return open_issue.absorbed(chat, parsed, issue)
    if issue and issue.get("intent") in open_issue.BY_NOW and asking.asks(parsed):
        # Asked beside what is open, and written nowhere: a person has it with the rest
        return open_issue.absorbed(chat, parsed, issue)
    misses = chat.memory["misses"] = chat.memory.get("misses", 0) + 1
    if misses == 1 and (reply := _of_what_is_known(chat, parsed)):
        return reply
    key = "unknown_again" if misses > 1 else "unknown" if parsed.near() else "unknown_alone"
    reply = answers.text_reply(key, parsed, "unknown")
    reply.offer_agent, reply.category = True, parsed.category if parsed.is_issue else Category.OTHER
    reply.priority = parsed.priority if parsed.is_issue else sla.DEFAULT_PRIORITY[Category.OTHER]
    reply.suggestions = parsed.near()
    return reply


def _of_what_is_known(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Tell what is known of the current product or order, instead of a bare "I don't know"."""
    if parsed.is_issue or not parsed.has_letters or not articles.can_read(parsed.text):
        return None
    shown = spoken_of(parsed)
    order = which_order.order_spoken_of(parsed) if parsed.topic.get("kind") == "order" else None
    if len(shown) == 1:
        reply = answers.text_reply("unknown_of_product", parsed, "unknown", name=shown[0].name)
        reply.topic = parsed.topic or None
    elif order:
        reply = answers.text_reply("unknown_of_order", parsed, "unknown", number=order.number)
        reply.topic = parsed.topic or None
    else:
        return None
    reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.LOW
    reply.suggestions = parsed.near()[:2]
    return reply
