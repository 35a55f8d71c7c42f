"""Rules about the shop's coupon: asked of a product that was spoken of, and one that was forgotten."""

from chatbot import wording
from chatbot.dialogue import answers
from chatbot.dialogue.answers import Reply
from chatbot.dialogue.message import CLEAR, ParsedMessage
from chatbot.dialogue.reading import passages, subjects
from chatbot.dialogue.state import GRAVE
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import shop_rules
from tickets.models import Category, Priority

from .product_sums import of_the_talk
from .sum_lines import PREPAID, summed

MOST_WORDS = 8
THIS = phrases(
    r"is(?:me|mein| me| mein|pe|par| pe| par|ke saath)", "on (?:this|it|that)", "(?:इसमें|इस पर|इस में)"
)
# "Use it next time", "how much": more than whether it applies
OF_A_COUPON = phrases(
    r"lag\w*", r"chal\w*", r"appl\w*", "use", "work\\w*", "valid", "mil\\w*", "लग\\S*", "चल\\S*", "मिल\\S*"
)


def the_coupon_for_it(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Welcome10 lagega isme" of what was spoken of: its price with the coupon, or that it takes none; else the rule."""
    said, article = plain(parsed.text), parsed.library.by_slug.get("coupons")
    has_code = shop_rules.names_the_coupon(said)
    asks_of_it = subjects.SUBJECTS["coupon"].named.search(said) and THIS.search(said)
    if (
        not article
        or not (has_code or (asks_of_it and OF_A_COUPON.search(said)))
        or parsed.is_issue
        or parsed.reason
        or parsed.numbers
        or parsed.topic.get("kind") in ("sum", "order")
        or parsed.found.share
        or chat.memory.get("issue")
        or len(said.split()) > MOST_WORDS
    ):
        return None
    spoken_of = of_the_talk(parsed)
    one = spoken_of[0] if len(spoken_of) == 1 else None
    if one and _takes_none(one):
        reply = answers.of_article(article, parsed, CLEAR)
        no = wording.say("coupon_not_on_it", parsed.language, name=one.name)
        reply.text, reply.passage = f"{no} {reply.text}", ""
        return reply
    if not has_code:
        return None
    return summed(parsed, [(one, 1)]) if one else answers.of_article(article, parsed, CLEAR)


def _takes_none(product: Product) -> bool:
    """Return whether the shop's rule says that its coupon is not for this kind of product."""
    return bool(PREPAID.search(plain(product.category or ""))) and shop_rules.no_coupon_on_gifts()


APPLY = phrases(
    r"appl(?:y|ied|ying)", r"add(?:ed)?", r"lag(?:a|ao|ado|wa)\w*(?: (?:do|dijiye|de|sakt\w+|skt\w+))?", r"jod\w*", r"da+l(?:o|na)? ?(?:do|dijiye|sakt\w+)?", r"use(?: it)?(?: now)?", "लगा\\S*", "जोड़\\S*", "डाल\\S*",
)  # fmt: skip
FORGOT = phrases(
    r"forg[eo]t\w*", r"bh?[uo]+l(?: ?(?:g[ay]+[aie]?|gaya|gayi|gye|gai))?", "missed", r"(?:did ?n'?t|did not|didnt|could ?n'?t|not) (?:apply|use|add|enter|put)", r"(?:nahi|nahin|nhi) (?:laga|lagaya|lga|dala|daala)\w*", "भूल\\S*(?: (?:गया|गई|गए))?", "नहीं लगाया",
)  # fmt: skip
PLACED = phrases(
    r"(?:already )?(?:placed|ordered)(?: .{0,15})?", r"order (?:ho|kar) (?:gaya|gya|diya|chuk\w*)", r"after (?:i )?(?:placing|ordering|order)(?: .{0,12})?", "ऑर्डर (?:हो गया|कर दिया)",
)  # fmt: skip
CONTINUES = phrases(
    r"(?:how|kaise|why|kyu\w*|where|kahan|next|agl[aei]|dusr[aei])(?: .{0,20})?", "कैसे", "अगल\\S*"
)


def a_forgotten_coupon(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Can you apply it now" of a coupon that was forgotten: no, a placed order takes none; in short."""
    said, issue = plain(parsed.text), chat.memory.get("issue") or {}
    article = parsed.library.by_slug.get("coupons")
    if (
        not article
        or not shop_rules.no_coupon_after_the_order()
        or not APPLY.search(FORGOT.sub(" ", said))
        or CONTINUES.search(said)
        or parsed.reason
        or issue.get("why") in GRAVE
        or parsed.found.share
        or len(said.split()) > MOST_WORDS
        or not _was_forgotten(chat, parsed, said)
    ):
        return None
    first = passages.split(article.body_in(parsed.language))[:1]
    reply = answers.of_article(article, parsed, CLEAR)
    reply.text = " ".join([wording.say("coupon_too_late", parsed.language), *first])
    reply.passage, reply.intent = "", issue.get("intent") or "payment_problem"
    reply.offer_agent = True
    reply.category = issue.get("category") or Category.PAYMENT
    reply.priority = issue.get("priority") or Priority.LOW
    return reply


def _was_forgotten(chat: Chat, parsed: ParsedMessage, said: str) -> bool:
    """Return whether this message, or the talk just before it, tells of an order that was placed without its coupon."""
    coupon = subjects.SUBJECTS["coupon"].named
    issue = chat.memory.get("issue") or {}
    before = [plain(each) for each in (chat.memory.get("last", ""), issue.get("words", "")) if each]
    told = [said, *before] if subjects.of_the_answer(parsed.topic) == "coupon" else [said]
    forgot = any(FORGOT.search(each) or PLACED.search(each) for each in told)
    named = any(coupon.search(each) or shop_rules.names_the_coupon(each) for each in told)
    if told == [said]:
        # In one message "order ho gaya, coupon laga do" tells both
        return forgot and named
    return forgot and (named or bool(before))
