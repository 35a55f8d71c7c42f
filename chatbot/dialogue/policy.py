"""Villy's policy: from what a customer typed to what he says. Read it top to bottom.

`answer(chat, text)` resolves first what the words mean in this conversation (a correction, several
questions, an answer to his own question), then asks the RULES below in their order; the first that has
something to say is the answer. The way to a human never depends on a rule: the widget offers it at
every moment.
"""

import json
import time
from copy import deepcopy

from chatbot.models import Chat
from chatbot.nlu.cues import himself, languages, trigger_phrases, turn_cues
from chatbot.sources import fresh_products, orders, products, table_cache
from tickets.models import Category, Priority

from . import answers, memory
from .answers import Reply
from .message import ParsedMessage, parse
from .patterns import corrections
from .patterns.repeats import not_told_twice
from .patterns.several_questions import several_questions
from .resolving import references
from .rules import about_articles, second_look, small_talk
from .rules.issues import needs_a_person, open_issue, open_questions, what_next
from .rules.later_turns import (
    beside_an_issue,
    by_item,
    follow_ups,
    in_passing,
    meanwhile,
    named_rules,
    natural_changes,
    of_the_fault,
)
from .rules.orders import (
    about_delivery,
    about_orders,
    at_the_door,
    in_the_order,
    order_flows,
    order_questions,
    taking_out,
)
from .rules.products import (
    about_health,
    about_products,
    first_words,
    heat,
    in_its_text,
    narrowed_lists,
    not_sold,
    out_of_stock,
    product_lists,
    superlatives,
    to_buy,
    which_product,
)
from .rules.products.sums import coupons, discounts, how_many, product_sums

# A customer does not wait longer for a machine
LONGEST_SECONDS = 20.0


class TooSlow(Exception):
    """The answer took longer than anyone waits for."""


@table_cache.looked_at_once()
def answer(chat: Chat, text: str) -> Reply:
    """Return Villy's answer and update `chat.memory` and `chat.language`; the caller stores both.

    Raise TooSlow when it takes longer than LONGEST_SECONDS: a person answers then.
    """
    began = time.monotonic()
    chat.answer_by = began + LONGEST_SECONDS
    parsed = parse(chat, text)
    chat.language = parsed.language
    before = _kept_for_once_more(chat.memory)
    with orders.read_once(chat), fresh_products.read_once(_likely(chat, parsed.text)):
        reply = _resolved(chat, parsed)
        if not reply:
            # A tenth of what deepcopy takes, and the memory is plain JSON
            state = json.loads(json.dumps(chat.memory))
            written = references.written_out(chat, parsed)
            reply = several_questions(chat, written) or by_rules(chat, written)
            if other := second_look.looked_at_again(chat, parsed, state, reply):
                reply, written = other, parsed
            parsed = written
            reply = not_told_twice(chat, parsed, reply)
        memory.remember(chat.memory, parsed, reply)
    if time.monotonic() - began > LONGEST_SECONDS:
        raise TooSlow(f"{time.monotonic() - began:.1f} s")
    if reply.rule not in NOT_TO_REPEAT:
        chat.memory["last"], chat.memory["before"] = memory.masked(parsed.text)[:LAST_LENGTH], before
    return reply


def _resolved(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    return (
        a_language(chat, parsed)
        or corrections.a_change_of_mind(chat, parsed, by_rules)
        or said_again(chat, parsed)
    )


def _likely(chat: Chat, text: str) -> list[str]:
    """Return the products that this answer is likely about: those named, and those spoken of."""
    topic = chat.memory.get("topic") or {}
    shown = (
        topic.get("ids", []) if topic.get("kind") == "product" else [pk for pk, _ in topic.get("items", [])]
    )
    return [*products.likely_in(text), *shown, *chat.memory.get("recent", [])]


def by_rules(chat: Chat, parsed: ParsedMessage) -> Reply:
    """Return what the first rule says that has something to say."""
    answer_by = getattr(chat, "answer_by", float("inf"))
    for rule in RULES:
        if time.monotonic() > answer_by:
            # Looked at between the rules: an answer that is still being made is given up as well
            raise TooSlow(f"no answer before {rule.__name__}")
        if reply := rule(chat, parsed):
            reply.rule = rule.__name__
            return reply
    raise AssertionError("the last rule always answers")


# --- What the words mean in this conversation -----------------------------------

LAST_LENGTH = 300
# A second code is not sent, and small talk is not said twice
NOT_TO_REPEAT = {
    "a_language", "said_again", "a_code", "small_talk", "no_words", "only_calls", "an_answer_to_our_question", "a_change_of_mind", "it_is_solved", "pleasantries", "a_piece", "another_language", "another_script",
    "details_of_the_open_issue",
}  # fmt: skip
SENDS_A_CODE = {"an_order_to_prove", "a_number_and_little_else"}
# What an answer depended on, so that it can be given again
DEPENDS_ON = ("topic", "order", "issue", "flow", "rule", "sum")


def _kept_for_once_more(state: dict) -> dict:
    return deepcopy({key: state[key] for key in DEPENDS_ON if key in state})


def once_more(chat: Chat, language: str) -> Reply | None:
    """Return the last answer again, in this language; None when there is none to repeat."""
    last, state = chat.memory.get("last"), chat.memory
    if not last or state.get("rule") in SENDS_A_CODE:
        return None
    now = _kept_for_once_more(state)
    for key in DEPENDS_ON:
        state.pop(key, None)
    state.update(deepcopy(state.get("before", {})))
    parsed = parse(chat, last, asked={}, language=language)
    reply = several_questions(chat, parsed) or by_rules(chat, parsed)
    # A wish that was told once is not told twice
    state.update({key: now[key] for key in ("issue", "order") if key in now})
    return reply


def a_language(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "हिंदी में बताइए": from now on in that language. With nothing else in it, the last answer again."""
    asked = languages.language_request(parsed.raw)
    if not asked or himself.about_himself(parsed.raw):
        return None
    chat.memory["language"] = chat.language = parsed.language = asked.language
    if asked.rest and not ONLY_TALKS.fullmatch(asked.rest.strip(" ?.!")):
        parsed.text = asked.rest
        return None
    reply = once_more(chat, asked.language)
    if not reply:
        reply = _with_chips(answers.text_reply("language_now", parsed, "greeting"), parsed)
    reply.rule = "a_language"
    return reply


# "Hindi me baat kar sakte ho": the language is all that is asked for
ONLY_TALKS = turn_cues.phrases(
    r"(?:kya |aap |tum |please |me |can you |could you |do you )*(?:baat|bol|likh|samajh|samjha|bata|jawab|talk|speak|chat|reply|answer|write)\w*(?: (?:kar|kr|karo|karte|karna|de|do|sakte|skte|sakta|sakti|paoge|ho|hai|hain|kya|to me|please|na))*",
    "(?:क्या |आप )*(?:बात|बोल|लिख|समझ|बता)\\S*(?: (?:कर|सकते|सकती|हैं|हो))*",
)


def said_again(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Samajh nahi aaya", "what do you mean?": the last answer once more, and a person in reach."""
    if (
        not turn_cues.asks_again(parsed.raw)
        or not chat.memory.get("last")
        or (parsed.asked.get("about") == "help" and trigger_phrases.verdict(parsed.text))
    ):
        return None
    if "again" in chat.memory.get("clarified", []):
        reply = answers.text_reply("unknown_again", parsed, "unknown")
        reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.MEDIUM
    elif repeated := once_more(chat, parsed.language):
        reply = repeated
        chat.memory.setdefault("clarified", []).append("again")
        reply.suggestions = [*reply.suggestions[:2], *answers.chips(parsed, "human")]
    else:
        return None
    reply.rule = "said_again"
    return reply


def _with_chips(reply: Reply, parsed: ParsedMessage, *keys: str) -> Reply:
    reply.suggestions = answers.chips(parsed, *keys)
    return reply


RULES = (
    # At once
    order_flows.a_code,
    order_flows.a_code_that_did_not_come,
    small_talk.about_himself,
    needs_a_person.a_person_at_once,
    needs_a_person.a_tapped_suggestion,
    small_talk.another_language,
    small_talk.only_calls,
    small_talk.pleasantries,
    in_passing.is_it_done,
    open_issue.it_is_solved,
    follow_ups.the_other_product,
    open_questions.no_person_wanted,
    open_questions.an_answer_to_our_question,
    open_questions.a_choice,
    needs_a_person.a_wish_for_a_person,
    which_product.the_product_that_was_asked_for,
    open_questions.the_order_that_was_asked_for,
    small_talk.no_words,
    order_flows.a_number_and_little_else,
    about_orders.no_number,
    open_questions.a_piece,
    what_next.may_it_be_eaten,
    in_passing.opened_long_ago,
    taking_out.an_item_taken_out,
    superlatives.the_most_of_them,
    narrowed_lists.the_only_one,
    narrowed_lists.others_of_the_list,
    narrowed_lists.that_one,
    narrowed_lists.narrowed,
    # Whose health it is about comes before any price
    about_health.food_safety,
    natural_changes.has_set,
    natural_changes.asked_on,
    in_its_text.whether_it_is_in_it,
    first_words.a_plain_fact,
    about_orders.the_list_of_orders,
    # What is wrong
    of_the_fault.asked_of_the_fault,
    by_item.sealed_or_opened,
    by_item.what_comes_in_its_place,
    at_the_door.paying_the_courier,
    order_questions.when_the_last_came,
    order_questions.what_comes,
    order_questions.where_exactly,
    order_questions.to_pay_at_the_door,
    order_questions.what_an_item_cost,
    beside_an_issue.how_another_order_stands,
    beside_an_issue.days_to_the_new_place,
    beside_an_issue.when_it_goes,
    beside_an_issue.on_which_day,
    out_of_stock.when_it_is_back,
    how_many.each_of_them,
    how_many.enough_in_stock,
    product_sums.a_counted_basket,
    needs_a_person.no_promise,
    in_passing.what_is_written,
    natural_changes.is_it_natural,
    in_passing.hurry,
    in_passing.its_address,
    follow_ups.why_not,
    follow_ups.about_its_refund,
    what_next.a_photo,
    discounts.of_a_large_order,
    discounts.a_coupon_on_an_amount,
    discounts.a_subscription_of_it,
    discounts.per_kilo,
    coupons.a_forgotten_coupon,
    coupons.the_coupon_for_it,
    product_sums.of_the_sum,
    what_next.what_the_claim_is,
    beside_an_issue.what_it_is_worth,
    beside_an_issue.the_same_for_its_item,
    meanwhile.asked_of_the_subject,
    about_orders.a_fact_of_the_order,
    about_orders.how_it_stands,
    in_the_order.what_is_in_it,
    about_orders.what_was_ordered,
    named_rules.a_rule_by_its_name,
    follow_ups.more_of_the_article,
    to_buy.wants_some,
    follow_ups.if_it_happens,
    open_issue.the_same_for_another_order,
    what_next.what_happens_now,
    named_rules.what_to_do_then,
    meanwhile.the_rule_goes_on,
    meanwhile.how_to_order_meanwhile,
    open_issue.details_of_the_open_issue,
    product_sums.a_basket,
    about_delivery.a_place,
    heat.what_is_not_hot,
    product_lists.a_list_by_contents,
    about_orders.another_order,
    about_orders.no_order_with_it,
    order_flows.a_flow,
    needs_a_person.an_issue,
    needs_a_person.anger,
    # Numbers and names
    order_flows.an_order_to_prove,
    about_articles.a_large_order,
    about_articles.an_offer,
    first_words.for_a_gift,
    about_articles.its_rule_for_another,
    which_product.which_of_a_kind,
    which_product.another_size,
    which_product.not_of_that_kind,
    first_words.asked_for_by_name,
    which_product.some_packs,
    in_passing.what_is_used_in_it,
    product_sums.a_sum,
    product_sums.more_of_it,
    product_lists.a_comparison,
    about_orders.about_the_order_spoken_of,
    in_its_text.in_its_own_words,
    follow_ups.this_or_that,
    in_passing.what_it_contains,
    which_product.the_price_of_nothing,
    out_of_stock.in_its_place,
    follow_ups.the_same_of_another,
    about_articles.a_rule_for_a_product,
    not_sold.nothing_sold_so,
    not_sold.no_such_food,
    not_sold.goods_that_it_has_not,
    about_products.a_fact,
    about_products.a_bare_name,
    about_articles.a_follow_up_of_an_article,
    needs_a_person.another_script,
    about_orders.their_order,
    # Questions: act, confirm, ask
    small_talk.small_talk,
    about_products.products_by_name,
    product_lists.the_whole_shelf,
    about_articles.how_to_order,
    needs_a_person.perhaps_an_issue,
    about_articles.an_article,
    follow_ups.of_what_was_shown,
    about_articles.which_of_these,
    not_sold.nothing_of_that_name,
    in_passing.read_with_the_question_before,
    about_articles.beyond_the_shop,
    about_articles.perhaps_an_article,
    in_its_text.an_unknown_fact,
    about_articles.i_do_not_know,
)
