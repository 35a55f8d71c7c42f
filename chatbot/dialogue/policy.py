"""Villy's policy: from what a customer typed to what he says. Read it top to bottom.

`answer(chat, text)` asks the RULES below in their order; the first that has
something to say is the answer. The way to a human never depends on a rule: the
widget offers it at every moment.
"""

from chatbot import wording
from chatbot.models import Chat, Product
from chatbot.nlu import classifier, retrieval, trigger_phrases
from chatbot.sources import articles, order_codes, orders
from chatbot.sources import products as catalogue
from tickets import sla
from tickets.models import Category, Priority

from . import answers, memory
from .answers import Reply
from .memory import AT_ONCE
from .message import ACT, ASK, CLEAR, VERY_CLEAR, Heard, listen

SMALL_TALK = {"greeting": "greeting", "thanks_bye": "thanks", "feedback": "feedback"}


def answer(chat: Chat, text: str) -> Reply:
    """Return Villy's answer and update `chat.memory` and `chat.language`; the caller stores both."""
    heard = listen(chat, text)
    chat.language = heard.language
    # The last rule always answers
    rule, reply = next((rule, reply) for rule in RULES if (reply := rule(chat, heard)))
    reply.rule = rule.__name__
    memory.remember(chat.memory, heard, reply)
    return reply


# --- At once: what needs no understanding -------------------------------------


def a_code(chat: Chat, heard: Heard) -> Reply | None:
    """The code that we sent to the contact of an order, typed by whoever wants to hear about it."""
    if not order_codes.looks_like_a_code(heard.text) or not (code := order_codes.pending(chat)):
        return None
    if order_codes.check(code, heard.text) and code.order:
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
    if article and heard.intent != "order_status":
        return answers.of_article(article, heard, 1.0)
    if not wording.is_chip("problem", heard.text):
        return None
    reply = answers.text_reply("what_happened", heard, "complaint")
    reply.suggestions = answers.chips(heard, "damaged", "missing", "late", "refund", "human")
    return reply


def what_they_say_to_our_question(chat: Chat, heard: Heard) -> Reply | None:
    """ "Is something wrong?" - "yes". "Did this help?" - "no"."""
    said = trigger_phrases.verdict(heard.text)
    about = heard.asked.get("about")
    if about == "help" and said:
        return _after_help(chat, heard, said == "yes")
    if about != "issue":
        return None
    if said == "no":
        return _with_chips(answers.text_reply("nod", heard, "thanks_bye"), heard)
    if said == "yes" or (trigger_phrases.begins_with_yes(heard.text) and not heard.is_issue):
        asked = heard.asked
        heard.intent, heard.is_issue = asked["intent"], True
        return answers.offer(chat, heard, asked["intent"], asked["category"], asked["priority"])
    return None


def _after_help(chat: Chat, heard: Heard, helped: bool) -> Reply:
    if helped:
        reply = _with_chips(answers.text_reply("helped", heard, "thanks_bye"), heard)
    else:
        reply = answers.text_reply("not_helped", heard, "talk_to_human")
        reply.offer_agent = True
        reply.category, reply.priority = memory.triage_so_far(chat.memory)
    reply.helped = helped
    return reply


def no_words(chat: Chat, heard: Heard) -> Reply | None:
    """Nothing but emoji, stops or tags."""
    if heard.is_nod or any(character.isalnum() for character in heard.text):
        return None
    return _with_chips(answers.text_reply("no_words", heard, "greeting"), heard)


# --- What is wrong -------------------------------------------------------------


def an_issue(chat: Chat, heard: Heard) -> Reply | None:
    """Something is wrong that a person has to put right. What is urgent is not the time to be sure."""
    if not heard.is_issue or not (heard.confidence >= ACT or _is_pressing(heard)):
        return None
    return answers.offer(chat, heard, heard.intent, heard.category, heard.priority)


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


# --- Numbers and names: the order, the catalogue --------------------------------


def an_order_to_prove(chat: Chat, heard: Heard) -> Reply | None:
    """An order number that is not known to be theirs. What is said is the same for every number."""
    numbers = [] if heard.order else orders.numbers_in(heard.text)
    if not numbers:
        return None
    if chat.person.is_guest:
        order_codes.begin(chat, numbers)
        return answers.text_reply("code_sent", heard, "order_status", number=numbers[0])
    reply = answers.text_reply("order_not_yours", heard, "order_status", number=numbers[0])
    reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    return reply


def a_bare_name(chat: Chat, heard: Heard) -> Reply | None:
    """Nothing but products' names: that needs the catalogue, not the classifier."""
    found = heard.found
    if found.share < 1 or (found.is_vague and heard.intent != "product_query"):
        return None
    return answers.of_products(found.products, heard)


def what_was_shown(chat: Chat, heard: Heard) -> Reply | None:
    """ "And the price?", "is it vegan?": the product that was shown last."""
    shown = chat.memory.get("product")
    means_another = heard.confidence >= ACT and heard.intent not in ("product_query", "out_of_scope")
    if not shown or heard.found.products or means_another or not catalogue.is_about_one(heard.text):
        return None
    product = Product.objects.filter(pk=shown, is_active=True).first()
    if product is None:
        return None
    return answers.of_products([product], heard, catalogue.detail(heard.text, product))


def another_script(chat: Chat, heard: Heard) -> Reply | None:
    """A language that Villy cannot read: who can help is a person."""
    if not heard.has_letters or articles.can_read(heard.text):
        return None
    reply = answers.text_reply("another_language", heard, "unknown")
    reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.MEDIUM
    return reply


def their_order(chat: Chat, heard: Heard) -> Reply | None:
    """Where is my order: from the caller's own orders only."""
    asks = heard.intent == "order_status" and heard.confidence >= max(ASK, min(0.9, heard.article_score))
    names = heard.order and (heard.is_short or heard.intent == "order_status" or not heard.knows(ACT))
    if heard.is_issue or not (asks or names):
        return None
    if order := heard.order or orders.latest(chat):
        return answers.of_order(chat, order, heard)
    key = "order_sign_in" if chat.person.is_guest else "order_none"
    return _with_chips(answers.text_reply(key, heard, "order_status"), heard, "human")


# --- Questions, by how sure we are of the answer ---------------------------------


def small_talk(chat: Chat, heard: Heard) -> Reply | None:
    if heard.is_nod:
        return _with_chips(answers.text_reply("nod", heard, "thanks_bye"), heard)
    if heard.surely(*SMALL_TALK):
        return _with_chips(answers.text_reply(SMALL_TALK[heard.intent], heard), heard)
    return None


def products_by_name(chat: Chat, heard: Heard) -> Reply | None:
    """A product among other words; a clear article comes first, unless the message is mostly names."""
    if heard.intent != "product_query" and (heard.is_issue or heard.confidence >= ACT):
        return None
    products, share = heard.found.products, heard.found.share
    if not products or (not share and heard.intent != "product_query"):
        return None
    if len(products) == 1 and (detail := catalogue.detail(heard.text, products[0])):
        return answers.of_products(products, heard, detail)
    if heard.knows(CLEAR if share < 0.5 else VERY_CLEAR):
        return None
    return answers.of_products(products, heard)


def the_whole_shelf(chat: Chat, heard: Heard) -> Reply | None:
    """ "What do you sell?" """
    if heard.is_issue or not catalogue.asks_for_everything(heard.text):
        return None
    return answers.popular("products_popular", heard)


def perhaps_an_issue(chat: Chat, heard: Heard) -> Reply | None:
    """Not sure enough to act: ask, and keep the button in reach."""
    if not heard.is_issue or heard.knows(CLEAR):
        return None
    triage = {"category": heard.category, "priority": heard.priority}
    chat.memory["asked"] = {"about": "issue", "intent": heard.intent} | triage
    reply = answers.text_reply("ask_issue", heard)
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
    return answers.popular("products_none", heard) if catalogue.asks_to_buy(heard.text) else None


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
    a_person_at_once,
    a_tapped_suggestion,
    what_they_say_to_our_question,
    no_words,
    # What is wrong
    an_issue,
    anger,
    # Numbers and names
    an_order_to_prove,
    a_bare_name,
    what_was_shown,
    another_script,
    their_order,
    # Questions: act, confirm, ask
    small_talk,
    products_by_name,
    the_whole_shelf,
    perhaps_an_issue,
    an_article,
    nothing_of_that_name,
    beyond_the_shop,
    perhaps_an_article,
    i_do_not_know,
)
