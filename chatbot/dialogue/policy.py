"""Villy's policy: from what a customer typed to what he says. Read it top to bottom.

`answer(chat, text)` resolves first what the words mean in this conversation (a correction, several
questions, an answer to his own question), then asks the RULES below in their order; the first that has
something to say is the answer. The way to a human never depends on a rule: the widget offers it at
every moment.
"""

import time
from copy import deepcopy

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu import classifier, cues, retrieval, trigger_phrases
from chatbot.sources import articles, order_codes, products
from tickets import sla
from tickets.models import Category, Priority
from tickets.shop import people

from . import (
    about_delivery,
    about_health,
    about_orders,
    about_products,
    answers,
    flows,
    memory,
    open_questions,
    small_talk,
)
from .answers import Reply
from .memory import AT_ONCE
from .message import ACT, ASK, CLEAR, Heard, listen
from .state import take_back

SMALL_TALK = small_talk.SMALL_TALK


# A customer does not wait longer for a machine
LONGEST_SECONDS = 20.0


class TooSlow(Exception):
    """The answer took longer than anyone waits for."""


def answer(chat: Chat, text: str) -> Reply:
    """Return Villy's answer and update `chat.memory` and `chat.language`; the caller stores both.

    Raise TooSlow when it takes longer than LONGEST_SECONDS: a person answers then.
    """
    began = time.monotonic()
    heard = listen(chat, text)
    chat.language = heard.language
    before = _kept_for_once_more(chat.memory)
    reply = a_language(chat, heard) or a_change_of_mind(chat, heard) or said_again(chat, heard)
    if not reply:
        reply = several_questions(chat, heard) or by_rules(chat, heard)
    if time.monotonic() - began > LONGEST_SECONDS:
        raise TooSlow(f"{time.monotonic() - began:.1f} s")
    memory.remember(chat.memory, heard, reply)
    if reply.rule not in NOT_TO_REPEAT:
        chat.memory["last"], chat.memory["before"] = memory.masked(heard.text)[:LAST_LENGTH], before
    return reply


def by_rules(chat: Chat, heard: Heard) -> Reply:
    """Return what the first rule says that has something to say."""
    for rule in RULES:
        if reply := rule(chat, heard):
            reply.rule = rule.__name__
            return reply
    raise AssertionError("the last rule always answers")


# --- What the words mean in this conversation -----------------------------------

LAST_LENGTH = 300
# A second code is not sent, and small talk is not said twice
NOT_TO_REPEAT = {
    "a_language", "said_again", "a_code", "small_talk", "no_words", "an_answer_to_our_question", "a_change_of_mind", "a_piece", "another_language",
    "details_of_the_open_issue",
}  # fmt: skip
SENDS_A_CODE = {"an_order_to_prove", "a_number_and_little_else"}
# What an answer depended on, so that it can be given again
DEPENDS_ON = ("topic", "order", "issue", "flow", "rule")


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
    heard = listen(chat, last, asked={}, language=language)
    reply = several_questions(chat, heard) or by_rules(chat, heard)
    # A wish that was told once is not told twice
    state.update({key: now[key] for key in ("issue", "order") if key in now})
    return reply


def a_language(chat: Chat, heard: Heard) -> Reply | None:
    """ "हिंदी में बताइए": from now on in that language. With nothing else in it, the last answer again."""
    asked = cues.language_request(heard.raw)
    if not asked or cues.about_himself(heard.raw):
        return None
    chat.memory["language"] = chat.language = heard.language = asked.language
    if asked.rest:
        heard.text = asked.rest
        return None
    reply = once_more(chat, asked.language)
    if not reply:
        reply = _with_chips(answers.text_reply("language_now", heard, "greeting"), heard)
    reply.rule = "a_language"
    return reply


def said_again(chat: Chat, heard: Heard) -> Reply | None:
    """ "Samajh nahi aaya", "what do you mean?": the last answer once more, and a person in reach."""
    if (
        not cues.asks_again(heard.raw)
        or not chat.memory.get("last")
        or (heard.asked.get("about") == "help" and trigger_phrases.verdict(heard.text))
    ):
        return None
    if "again" in chat.memory.get("clarified", []):
        reply = answers.text_reply("unknown_again", heard, "unknown")
        reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.MEDIUM
    elif repeated := once_more(chat, heard.language):
        reply = repeated
        chat.memory.setdefault("clarified", []).append("again")
        reply.suggestions = [*reply.suggestions[:2], *answers.chips(heard, "human")]
    else:
        return None
    reply.rule = "said_again"
    return reply


def a_change_of_mind(chat: Chat, heard: Heard) -> Reply | None:
    """ "Leave it", "sorry, not cancel, I meant the address": what was wished before is wished no more."""
    if heard.reason in AT_ONCE:
        return None
    rest = cues.taken_back(heard.raw)
    is_open = chat.memory.get("issue") or chat.memory.get("topic") or chat.memory.get("flow")
    if rest is not None and (is_open or not rest):
        take_back(chat.memory, heard.raw, rest[:60])
        if len(rest.split()) < 2:
            reply = _with_chips(answers.text_reply("left_it", heard, "thanks_bye"), heard)
            reply.rule = "a_change_of_mind"
            return reply
        heard.text = rest
        return by_rules(chat, listen(chat, rest, asked={}, language=heard.language))
    corrected = cues.correction(heard.raw) or _another_wish(chat, heard)
    if not corrected or not is_open:
        return None
    meant = _meant(chat, corrected)
    take_back(chat.memory, heard.raw, meant[:60])
    heard.text = meant
    return by_rules(chat, listen(chat, meant, asked={}, language=heard.language))


def _another_wish(chat: Chat, heard: Heard) -> cues.Correction | None:
    """ "Nahi, phone number": a no and the name of another wish."""
    if not chat.memory.get("issue") or not (after := cues.after_a_no(heard.raw)):
        return None
    return cues.Correction("", after) if any(named.search(after) for named, _ in WISHES) else None


# A correction in a word or two: which wish it names
WISHES = (
    (about_orders.ADDRESS, "i want to change the address of my order"),
    (about_orders.REFUND, "my refund status"),
    (about_orders.EXCHANGES, "i want to exchange my order"),
    (about_orders.RETURNS, "i want to return my order"),
    (about_orders.CANCELS, "i want to cancel my order"),
)


def _meant(chat: Chat, corrected: cues.Correction) -> str:
    """Return the corrected wish as a sentence of its own: "no, the address" after "cancel my order"."""
    last, denied, meant = chat.memory.get("last", ""), corrected.denied, corrected.meant
    issue = chat.memory.get("issue", {})
    words = len(meant.split())
    if (
        denied
        and words <= 3
        and denied.casefold() in last.casefold()
        and not any(w.search(denied) for w, _ in WISHES)
    ):
        place = last.casefold().index(denied.casefold())
        return f"{last[:place]}{meant}{last[place + len(denied) :]}"
    if words <= 3 and (
        issue.get("intent") in ("cancel_order", "change_address", "refund_return")
        or chat.memory.get("topic", {}).get("kind") == "order"
    ):
        return next((wish for named, wish in WISHES if named.search(meant)), meant)
    return meant


# --- Several questions in one message ----------------------------------------------


def several_questions(chat: Chat, heard: Heard) -> Reply | None:
    """Each question of a message is answered, where at least two of its parts are ones of their own."""
    parts = cues.parts(heard.text)
    if (
        len(parts) < 2
        or heard.reason in AT_ONCE
        or heard.reason == "human"
        or heard.asked.get("about") == "order"
    ):
        return None
    tells = heard.is_issue and heard.intent in classifier.TROUBLE and heard.confidence >= ACT
    if tells and not any(open_questions.QUESTION.search(cues.plain(part)) for part in parts):
        # "The packet is open and smelling" is one thing that is wrong
        return None
    kept = deepcopy(chat.memory)
    # "One classic and one honey, what is the total" is one question, however many parts it has
    for rule in OF_THE_WHOLE:
        if reply := rule(chat, heard):
            reply.rule = rule.__name__
            return reply
    found: dict[tuple, Reply] = {}
    for part in parts:
        one = listen(chat, part, asked={}, language=heard.language)
        reply = _part_answered(chat, one)
        if not reply:
            continue
        key = _what_it_is_about(reply)
        if key not in found or reply.offer_agent:
            found[key] = reply
        if reply.topic:
            chat.memory["topic"] = reply.topic
    # What is wrong in two ways is told once
    troubles = sum(reply.intent in classifier.TROUBLE and reply.offer_agent for reply in found.values())
    if len(found) < 2 or troubles > 1:
        chat.memory.clear()
        chat.memory.update(kept)
        return None
    return together(list(found.values()))


def _part_answered(chat: Chat, heard: Heard) -> Reply | None:
    for rule in PART_RULES:
        if reply := rule(chat, heard):
            reply.rule = rule.__name__
            return reply if reply.is_sure else None
    return None


def _what_it_is_about(reply: Reply) -> tuple:
    if reply.order:
        return ("order", reply.order["id"])
    topic = reply.topic or {}
    return (
        topic.get("kind", reply.rule),
        *topic.get("ids", ()),
        topic.get("aspect", ""),
        topic.get("place", ""),
    )


def together(found: list[Reply]) -> Reply:
    """Return one reply that says all of these; what is wrong comes first."""
    found = sorted(found, key=lambda reply: not reply.offer_agent)
    first = found[0]
    first.text = "\n\n".join(reply.text for reply in found)
    first.passage = ""
    for other in found[1:]:
        first.products = [*first.products, *(card for card in other.products if card not in first.products)]
        first.sources = [
            *first.sources,
            *(source for source in other.sources if source not in first.sources),
        ]
        first.order = first.order or other.order
        first.topic = other.topic or first.topic
    first.suggestions = [
        title for title in first.suggestions if title not in {s["title"] for s in first.sources}
    ][:3]
    first.rule = "several_questions"
    return first


# --- At once: what needs no understanding -------------------------------------


def a_code(chat: Chat, heard: Heard) -> Reply | None:
    """The code that we sent to the contact of an order, typed by the person who asks about it."""
    if not order_codes.looks_like_a_code(heard.text) or not (code := order_codes.pending(chat)):
        return None
    if order_codes.check(code, heard.text) and code.order:
        people.claim(code.order, chat.person)
        return answers.of_order(chat, code.order, heard)
    if code.proven_at:
        return None
    if code.tries_left:
        return answers.text_reply("code_wrong", heard, "order_status", left=code.tries_left)
    reply = answers.text_reply("code_over", heard, "order_status")
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    return reply


def a_person_at_once(chat: Chat, heard: Heard) -> Reply | None:
    """A direct request for a human; words of safety, fraud or the law."""
    if heard.reason not in ("human", *AT_ONCE):
        return None
    category, priority = memory.triage_so_far(chat.memory, AT_ONCE.get(heard.reason, Category.OTHER))
    if heard.says_what_is_wrong:
        category, priority = heard.category, heard.priority
    if heard.reason in AT_ONCE:
        priority = Priority.URGENT
    return answers.offer(chat, heard, heard.reason, category, priority)


def a_tapped_suggestion(chat: Chat, heard: Heard) -> Reply | None:
    """The title of an article, or "Something is wrong with my order": we wrote it, so we know it."""
    article = heard.library.titled(heard.text)
    # "My order is late" is also what a customer types of an order that we know
    of_their_order = heard.is_issue and heard.intent == "delivery_delay" and heard.known_orders
    if article and heard.intent != "order_status" and not of_their_order:
        return answers.of_article(article, heard, 1.0)
    if not wording.is_chip("problem", heard.text):
        return None
    reply = answers.text_reply("what_happened", heard, "complaint")
    reply.suggestions = answers.chips(heard, "damaged", "missing", "late", "refund", "human")
    return reply


# --- What is wrong -------------------------------------------------------------


def an_issue(chat: Chat, heard: Heard) -> Reply | None:
    """Something is wrong that a person has to put right. What is urgent is not the time to be sure."""
    if not heard.is_issue or not (heard.confidence >= ACT or _is_pressing(heard)):
        return None
    if heard.intent in NO_TROUBLE and not _is_pressing(heard):
        # "There is a problem with my order": what it is has to be asked
        return None
    return answers.offer(chat, heard, heard.intent, heard.category, heard.priority)


NO_TROUBLE = ("order_status", "product_query", "greeting", "thanks_bye", "feedback")


def _is_pressing(heard: Heard) -> bool:
    """Urgent, angry, or trouble of one kind or another: which it is may be open."""
    is_trouble = heard.intent in classifier.TROUBLE and heard.priority == Priority.HIGH
    return is_trouble or heard.priority == Priority.URGENT or bool(heard.reason)


def anger(chat: Chat, heard: Heard) -> Reply | None:
    """Anger without a question that could be answered."""
    asks = heard.confidence >= ACT and heard.intent not in (*SMALL_TALK, "complaint", "out_of_scope")
    if heard.reason != "anger" or asks:
        return None
    return answers.offer(chat, heard, "angry", *memory.triage_so_far(chat.memory, Category.FEEDBACK))


def another_script(chat: Chat, heard: Heard) -> Reply | None:
    """A language that Villy cannot read: who can help is a person."""
    if not heard.has_letters or articles.can_read(heard.text):
        return None
    reply = answers.text_reply("another_language", heard, "unknown")
    reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.MEDIUM
    return reply


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
    if not shown or len(said.split()) > 6 or heard.is_issue or heard.knows(CLEAR) or heard.is_nod:
        return None
    if (
        heard.intent in ("greeting", "thanks_bye", "order_status", "talk_to_human", "feedback")
        and heard.confidence >= ACT
    ):
        return None
    spoken_of = heard.library.articles.get(shown[0])
    if not spoken_of or not (
        about_products.FOLLOWS.search(said)
        or open_questions.QUESTION.search(cues.plain(said))
        or heard.aspect
    ):
        return None
    together = heard.library.near(f"{spoken_of.title} {said}", 2)
    if together and together[0].score >= ACT:
        return answers.of_article(together[0].article, heard, together[0].score)
    return None


HOW_TO_ORDER = cues.phrases(
    r"how (?:to|do i|can i|do we|should i|does one) (?:place|make|put|give|do)?(?: an| a| my| the)? ?(?:order|buy|purchase)(?! (?:cancel|status|number))", r"(?:order|kharid|buy)\w* (?:kaise|kese|kaisey) (?:kar|kr|hota|dete|de|du|lu)\w*", r"kaise (?:order|kharid|mangwa|manga|buy)\w*", r"order karne ka (?:tarika|process)", "ऑर्डर कैसे (?:करें|करूं|करना|करते|दें)", "कैसे (?:ऑर्डर|खरीद|मंगा)\\S*", r"want to (?:place|give) (?:an |a |my )?(?:new )?order", r"(?:place|give|take|book|order|buy) (?:an order |my order |the order |it |this |that |one )?for me", r"can (?:you|u) (?:place|take|book|order)(?: .{0,15})? order",
)  # fmt: skip


def how_to_order(chat: Chat, heard: Heard) -> Reply | None:
    """How an order is placed; Villy places none."""
    if not HOW_TO_ORDER.search(cues.plain(heard.text)) or (
        heard.is_issue and heard.intent in classifier.TROUBLE
    ):
        return None
    reply = flows.run(chat, heard, "how_to_order", None, flows.NO_ORDER)
    if reply:
        reply.is_sure = True
    return reply


def perhaps_an_issue(chat: Chat, heard: Heard) -> Reply | None:
    """Not sure enough to act: ask, and keep the button in reach."""
    if not heard.is_issue or heard.knows(CLEAR):
        return None
    triage = {"category": heard.category, "priority": heard.priority}
    reply = answers.text_reply("ask_issue", heard)
    reply.asks = {"about": "issue", "intent": heard.intent} | triage
    reply.offer_agent, reply.category, reply.priority = True, heard.category, heard.priority
    return reply


def an_article(chat: Chat, heard: Heard) -> Reply | None:
    """A question that the shop has answered before; an article that did not help is not shown again."""
    if heard.surely("out_of_scope"):
        return None
    least = CLEAR if heard.intent == "out_of_scope" else ACT
    refused = chat.memory.get("refused", [])
    fitting = [p for p in heard.passages if p.score >= least and str(p.article.pk) not in refused]
    return answers.of_article(fitting[0].article, heard, fitting[0].score) if fitting else None


def nothing_of_that_name(chat: Chat, heard: Heard) -> Reply | None:
    """ "Do you have bicycles?" """
    if heard.intent != "product_query" or heard.confidence < ASK or heard.knows(ACT):
        return None
    return answers.popular("products_none", heard) if products.asks_to_buy(heard.text) else None


def beyond_the_shop(chat: Chat, heard: Heard) -> Reply | None:
    if not heard.surely("out_of_scope") or not heard.has_letters:
        return None
    return _with_chips(answers.text_reply("out_of_scope", heard), heard)


def perhaps_an_article(chat: Chat, heard: Heard) -> Reply | None:
    """Likely, not sure: say so, and keep the others and a person in reach."""
    if not heard.knows(retrieval.THRESHOLD) or heard.intent == "out_of_scope" or heard.confidence < ASK:
        return None
    article = heard.passages[0].article
    if str(article.pk) in chat.memory.get("refused", []):
        return None
    reply = answers.of_article(article, heard, heard.article_score)
    reply.text = f"{wording.say('perhaps_article', heard.language)} {reply.text}"
    reply.suggestions = heard.near()[1:] + answers.chips(heard, "human")
    return reply


def i_do_not_know(chat: Chat, heard: Heard) -> Reply:
    """The nearest articles and a human; misunderstood twice, the human comes first."""
    if (issue := chat.memory.get("issue")) and issue["why"] in AT_ONCE:
        # Glass in the food: whatever else is asked belongs to it
        return open_questions.absorbed(chat, heard, issue)
    misses = chat.memory["misses"] = chat.memory.get("misses", 0) + 1
    key = "unknown_again" if misses > 1 else "unknown" if heard.near() else "unknown_alone"
    reply = answers.text_reply(key, heard, "unknown")
    reply.offer_agent, reply.category = True, heard.category if heard.is_issue else Category.OTHER
    reply.priority = heard.priority if heard.is_issue else sla.DEFAULT_PRIORITY[Category.OTHER]
    reply.suggestions = heard.near()
    return reply


def _with_chips(reply: Reply, heard: Heard, *keys: str) -> Reply:
    reply.suggestions = answers.chips(heard, *keys)
    return reply


RULES = (
    # At once
    a_code,
    small_talk.about_himself,
    a_person_at_once,
    a_tapped_suggestion,
    small_talk.another_language,
    open_questions.an_answer_to_our_question,
    open_questions.the_order_that_was_asked_for,
    small_talk.no_words,
    about_orders.a_number_and_little_else,
    open_questions.a_piece,
    # Whose health it is about comes before any price
    about_health.food_safety,
    # What is wrong
    open_questions.details_of_the_open_issue,
    about_delivery.a_place,
    about_products.a_list_by_contents,
    about_orders.another_order,
    about_orders.a_flow,
    an_issue,
    anger,
    # Numbers and names
    about_orders.an_order_to_prove,
    about_products.a_sum,
    about_products.more_of_it,
    about_products.a_comparison,
    about_orders.about_the_order_spoken_of,
    about_products.a_fact,
    about_products.a_bare_name,
    a_follow_up_of_an_article,
    another_script,
    about_orders.their_order,
    # Questions: act, confirm, ask
    small_talk.small_talk,
    about_products.products_by_name,
    about_products.the_whole_shelf,
    perhaps_an_issue,
    how_to_order,
    an_article,
    nothing_of_that_name,
    beyond_the_shop,
    perhaps_an_article,
    i_do_not_know,
)
# Questions that are about several things at once
OF_THE_WHOLE = (about_products.a_sum, about_products.a_comparison)
# What may answer one part of a message
PART_RULES = (
    small_talk.about_himself,
    about_health.food_safety,
    about_delivery.a_place,
    about_products.a_list_by_contents,
    about_orders.a_flow,
    an_issue,
    about_orders.another_order,
    about_products.a_sum,
    about_products.a_comparison,
    about_products.a_fact,
    about_products.a_bare_name,
    about_orders.their_order,
    about_products.products_by_name,
    how_to_order,
    an_article,
)
