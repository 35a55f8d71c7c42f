"""The second look: where a turn is surely for something else than the rules answered, the answer for that.

The rules look for words. A turn that has none of them ("n the pickle one" after an order) is taken for what its words are
near to: a product, an article. The model of dialogue acts weighs the words with the turns before, and is asked last.
"""

from collections.abc import Callable
from copy import deepcopy

from chatbot.models import Chat
from chatbot.nlu import dialogue_acts
from chatbot.nlu.cues.turn_cues import plain
from chatbot.nlu.dialogue_acts import group_of
from chatbot.sources import orders as order_source
from tickets.models import Category, Order, Priority

from .. import answers, memory
from ..answers import Reply
from ..message import CLEAR, VERY_CLEAR, ParsedMessage
from ..reading import passages, subjects
from ..state import GRAVE
from .issues import open_issue
from .orders import about_delivery, order_facts, order_flows, which_order
from .products import about_products

# From this chance on an act is surely what a turn is for, found on kept conversations. To begin a flow, or to note a
# detail, is worse than to tell what was not asked
SURE, SURE_ENOUGH_TO_ACT = 0.55, 0.8
# ... and what the rules answered has at most this
HARDLY = 0.25
RULES_OF_SHOPS: dict[str, tuple[str, ...]] = {
    "delivery_time": ("shipping-time",), "delivery_cost": ("shipping-charges",), "delivery_area": ("pincode-check",), "tracking": ("track-order",),
    "late": ("late-delivery",), "missed_delivery": ("missed-delivery",), "abroad": ("international-shipping",), "cod": ("cod",), "ways_to_pay": ("payment-methods",),
    "payment_failed": ("upi-failed",), "charged_twice": ("charged-twice",), "coupon": ("coupons",), "invoice": ("invoice-gst",), "returns": ("returns",),
    "refund_time": ("refund-timing",), "exchange": ("exchange",), "cancel": ("cancel-order",), "change_address": ("change-address",), "change_items": ("change-items",),
    "subscription": ("subscriptions",), "damaged": ("damaged-items",), "wrong_item": ("wrong-item",), "missing": ("missing-items",), "unfit": ("expired-or-stale",),
    "not_received": ("marked-delivered-not-received",), "freshness": ("freshness-promise",), "bulk": ("bulk-gifting",), "gift": ("gift-wrap",), "out_of_stock": ("out-of-stock",),
    "otp": ("account-otp",), "account": ("account-details",), "delete_account": ("delete-account",), "contact": ("contact-hours",), "complaint": ("complaints",),
    "reviews": ("reviews-feedback",), "about_shop": ("about-us",),
}  # fmt: skip
NATURAL = "natural-changes"
# An act of an order, and the flow that does it
FLOWS = {
    "order.cancel": "cancel", "order.address": "change_address", "order.another_day": "another_day", "order.change": "change_items",
    "order.return": "return", "order.exchange": "exchange", "order.refund": "refund_status", "order.invoice": "invoice",
    "issue.damaged": "damaged", "issue.missing": "damaged", "issue.wrong": "damaged", "issue.unfit": "damaged", "issue.late": "late",
    "issue.not_received": "late",
}  # fmt: skip
ASPECTS = {
    "product.price": "price", "product.stock": "stock", "product.shelf_life": "shelf_life", "product.storage": "storage", "product.origin": "origin",
    "product.size": "size", "product.taste": "taste", "product.spice": "spice", "product.usage": "usage", "product.nutrition": "nutrition",
    "product.ingredients": "ingredients",
}  # fmt: skip
HIMSELF = {
    "self.bot": "bot",
    "self.name": "name",
    "self.languages": "languages",
    "self.can_do": "abilities",
}
# Rules that take a message for what its words are near to; the others have read a wish, a number or a place in them
BY_NEARNESS = {
    "an_article", "perhaps_an_article", "which_of_these", "a_follow_up_of_an_article",
    "products_by_name", "a_bare_name", "nothing_of_that_name", "no_such_food", "nothing_sold_so", "an_unknown_fact", "their_order", "perhaps_an_issue", "beyond_the_shop", "i_do_not_know",
    "no_words", "others_of_the_list",
}  # fmt: skip
# So many words that say something, and none of them in a text: another is asked for
WORDS_OF_ITS_OWN = 3
ONLY_NAMES = {"products_by_name", "a_bare_name"}
MOST_PRODUCTS = 2


def looked_at_again(chat: Chat, parsed: ParsedMessage, before: dict, reply: Reply) -> Reply | None:
    """Return the answer for what the turn is surely for, where the rules' reply is for something else; else None.

    `before` is the memory as it was before the rules; it is put back when another answer is given.
    """
    chances = dialogue_acts.read(parsed.text, so_far(before))
    if not chances:
        chat.memory["acts"] = []
        return None
    act = max(chances, key=chances.__getitem__)
    chat.memory["acts"] = [act, *(before.get("acts") or [])[:1]]
    if act not in ANSWERS or chances[act] < _least(act) or _is_settled(parsed, before, reply):
        return None
    if _names_another(parsed, act):
        return None
    if sum(chance for each, chance in chances.items() if fits(reply, each)) > HARDLY:
        return None
    after = dict(chat.memory)
    chat.memory.clear()
    chat.memory.update(deepcopy(before), acts=after["acts"])
    if other := ANSWERS[act](chat, parsed, act):
        other.rule = "second_look"
        return other
    chat.memory.clear()
    chat.memory.update(after)
    return None


def _is_settled(parsed: ParsedMessage, before: dict, reply: Reply) -> bool:
    """Return whether to keep the rule's answer: a grave turn, a reply to our question, or an exact reading."""
    # "Aur akhrot" in a talk about goods is the question of before, asked of another
    of_goods = (before.get("topic") or {}).get("kind") in OF_GOODS
    only_names = reply.rule == "a_fact" and not parsed.aspects and not of_goods
    if reply.rule not in BY_NEARNESS and not only_names:
        return True
    if reply.rule == "an_article" and parsed.knows(VERY_CLEAR):
        return True
    why = (before.get("issue") or {}).get("why")
    if reply.rule == "their_order" and which_order.ASKS_WHERE.search(plain(parsed.text)):
        # "Mera order kaha hai" beside what is open of another order is no detail of that
        return True
    return (
        bool(parsed.reason)
        or parsed.is_nod
        or why in GRAVE
        or parsed.asked.get("about") in ("order", "choice", "product")
    )


def _least(act: str) -> float:
    return SURE_ENOUGH_TO_ACT if act in FLOWS or group_of(act) in ("issue", "person") else SURE


def _names_another(parsed: ParsedMessage, act: str) -> bool:
    """Return whether a message names a subject and the act is for another: "what about invoices"."""
    named = subjects.named_in(plain(parsed.text))
    slugs = RULES_OF_SHOPS.get(act.partition(".")[2], ()) if group_of(act) == "rule" else ()
    own = subjects.BY_ARTICLE.get(slugs[0], "") if slugs else ""
    return bool(named and slugs) and own not in named


def so_far(state: dict) -> dialogue_acts.Before:
    """Return the talk so far as the model reads it."""
    last, last_but_one = ([*(state.get("acts") or []), "", ""])[:2]
    return dialogue_acts.Before(last, last_but_one, bool(state.get("issue")))


# --- Whether a reply is for an act ------------------------------------------------------------------

TALKS = ("greeting", "thanks_bye", "feedback")
OF_GOODS = ("product", "sum", "health")


def fits(reply: Reply, act: str) -> bool:
    """Return whether a reply may be the answer for an act; in doubt it may."""
    group, _, name = act.partition(".")
    topic = reply.topic or {}
    if reply.rule == "several_questions" or act == dialogue_acts.SEVERAL:
        return True
    if group == "order":
        return _fits_an_order(reply, act, topic)
    if group == "product":
        if act in ASPECTS and topic.get("kind") == "product" and reply.rule in ONLY_NAMES:
            # The card of what is named tells its price
            return ASPECTS[act] in ("price", "stock")
        return topic.get("kind") in OF_GOODS or (
            name in ("natural", "health") and topic.get("kind") == "article"
        )
    if group == "rule":
        return _fits_a_rule(reply, name, topic)
    if group == "issue":
        return reply.offer_agent and reply.rule not in ("i_do_not_know",)
    if group == "person":
        return reply.offer_agent
    if group in ("chat", "self"):
        return reply.intent in TALKS or (name == "angry" and reply.offer_agent)
    # A yes or a no is answered by what it was asked for
    return True


def _fits_an_order(reply: Reply, act: str, topic: dict) -> bool:
    if act in ("order.items", "order.paid") and topic.get("aspect") in ("where", "price"):
        return False
    of_an_order = bool(reply.order) or topic.get("kind") == "order" or reply.intent == "order_status"
    of_its_flow = bool(reply.flow) or (reply.asks or {}).get("about") == "order"
    own = subjects.BY_ARTICLE.get(topic.get("aspect", ""), "") if topic.get("kind") == "article" else ""
    return of_an_order or of_its_flow or own == subjects.BY_FLOW.get(FLOWS.get(act, ""), "-")


def _fits_a_rule(reply: Reply, name: str, topic: dict) -> bool:
    slugs = RULES_OF_SHOPS.get(name, ())
    own = subjects.BY_ARTICLE.get(slugs[0], "") if slugs else ""
    told = subjects.BY_ARTICLE.get(topic.get("aspect", ""), "-") if topic.get("kind") == "article" else "-"
    if own == told:
        return True
    if topic.get("kind") in ("delivery", "sum") or reply.rule in ("about_himself", "a_flow"):
        return True
    return bool(reply.flow) and subjects.BY_FLOW.get(reply.flow) == own


# --- The answers ------------------------------------------------------------------------------------


def _which(chat: Chat, parsed: ParsedMessage) -> Order | None:
    """Return the order that is meant: by number, by item, by place or time, or the one spoken of."""
    if parsed.order or parsed.numbers:
        return parsed.order
    fitting, names_item = which_order.of_items(parsed)
    if names_item:
        return fitting[0] if fitting else None
    found = which_order.of_the_list(parsed) or which_order.the_other(parsed) or which_order.by_time(parsed)
    return found or (fitting[0] if fitting else None) or order_facts.of_the_talk(parsed)


def _state(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    order = _which(chat, parsed) or order_source.latest(chat)
    return answers.of_order(chat, order, parsed) if order else None


def _fact(told: Callable[..., Reply]) -> Callable[..., Reply | None]:
    def answer(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
        order = _which(chat, parsed)
        return told(chat, parsed, order) if order else None

    return answer


def _flow(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    if not parsed.known_orders or (parsed.numbers and not parsed.order):
        return None
    return order_flows.begin(chat, parsed, FLOWS[act])


def _detail(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    issue = chat.memory.get("issue")
    return open_issue.absorbed(chat, parsed, issue) if issue and issue.get("category") else None


def _a_product(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    products, _ = about_products.meant(parsed)
    if not products or len(products) > MOST_PRODUCTS:
        return None
    return about_products.told(chat, parsed, products, [ASPECTS[act]])


def _article(slugs: tuple[str, ...], chat: Chat, parsed: ParsedMessage) -> Reply | None:
    refused = chat.memory.get("refused", [])
    article = next(filter(None, (parsed.library.by_slug.get(slug) for slug in slugs)), None)
    if not article or str(article.pk) in refused:
        return None
    if len(passages.units(parsed.text)) >= WORDS_OF_ITS_OWN and not passages.goes_on(parsed.text, article):
        # "Do you make in small batches" after the ways to pay
        return None
    return answers.of_article(article, parsed, CLEAR)


def _rule(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    return _article(RULES_OF_SHOPS[act.partition(".")[2]], chat, parsed)


def _area(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    if told := about_delivery.of_the_place(parsed):
        return told
    # A number alone, or a name after "do you ship to nepal", asks for no rule about PIN codes
    of_no_place = not parsed.has_letters or subjects.of_the_answer(parsed.topic) == "abroad"
    return None if of_no_place else _rule(chat, parsed, act)


def _natural(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    return _article((NATURAL,), chat, parsed)


def _himself(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    reply = answers.text_reply(f"about_{HIMSELF[act]}", parsed, "greeting", sure=0.9)
    return answers.with_chips(reply, parsed, "products", "order", "human")


def _no_power(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    return _with_a_person(answers.text_reply("no_favour", parsed, "greeting", sure=0.9), chat)


def _with_a_person(reply: Reply, chat: Chat) -> Reply:
    reply.offer_agent = True
    reply.category, reply.priority = memory.triage_so_far(chat.memory, Category.FEEDBACK)
    return reply


def _words(key: str, intent: str) -> Callable[..., Reply | None]:
    def answer(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
        return answers.text_reply(key, parsed, intent, sure=0.9)

    return answer


def _angry(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    category, priority = memory.triage_so_far(chat.memory, Category.FEEDBACK)
    return answers.offer(chat, parsed, "angry", category, priority or Priority.MEDIUM)


def _person(chat: Chat, parsed: ParsedMessage, act: str) -> Reply | None:
    category, priority = memory.triage_so_far(chat.memory)
    reply = answers.offer(chat, parsed, "human", category, priority)
    reply.intent = "talk_to_human"
    return reply


ANSWERS: dict[str, Callable[[Chat, ParsedMessage, str], Reply | None]] = {
    "order.state": _state,
    "order.items": _fact(order_facts.items),
    "order.paid": _fact(order_facts.paid),
    "order.courier": _fact(order_facts.driver),
    **dict.fromkeys(FLOWS, _flow),
    "issue.detail": _detail,
    "person": _person,
    **dict.fromkeys(ASPECTS, _a_product),
    "product.natural": _natural,
    **{f"rule.{name}": _rule for name in RULES_OF_SHOPS},
    "rule.delivery_area": _area,
    "rule.delivery_time": _area,
    **dict.fromkeys(HIMSELF, _himself),
    "self.decides": _no_power,
    "chat.unfinished": _words("go_on", "greeting"),
    "chat.small_talk": _words("greeting", "greeting"),
    "chat.greet": _words("greeting", "greeting"),
    "chat.thanks": _words("thanks", "thanks_bye"),
    "chat.praise": _words("feedback", "feedback"),
    "chat.angry": _angry,
}
