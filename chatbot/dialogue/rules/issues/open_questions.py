# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Rules about what was left open: our question, an offered person, a message typed in pieces."""

import re

from chatbot import wording
from chatbot.models import Chat
from chatbot.nlu import classifier
from chatbot.nlu.cues import trigger_phrases
from chatbot.nlu.cues.turn_cues import phrases, plain
from tickets.models import Category, Priority

from ... import answers, flows, memory
from ...answers import Reply
from ...message import ACT, CLEAR, ParsedMessage
from ...reading.readings import ONLY_AN_ORDER
from ...resolving import asking
from ..orders import order_flows, which_order
from . import open_issue

# --- Yes and no ---------------------------------------------------------------------

AGREES = phrases(
    "yes", "yeah", "yep", "yup", "ya", "sure", "please", "haan", "han", "haa", "ha", "ji", "haanji", "do it", "go ahead", "kar do", "karo", "kar dijiye", "of course", "definitely", "why not", "absolutely", "bilkul", "zaroor", "हां", "हाँ", "जी", "कर दो", "करो", "कीजिए", "बिल्कुल", "ज़रूर", "👍", "y", "yess+", "urgent(?:ly)?", "asap", "jaldi(?: karo)?", "immediately", "turant",
)  # fmt: skip
CONNECTS = phrases(
    r"connect(?: (?:me|kar do|karo|kar dijiye|kijiye|karwao|now|please|karna|kr do|it))*", r"(?:call|bring|get|send)(?: (?:him|her|them|someone|somebody|a person|one|in|me))+", r"(?:i )?(?:want|need|would like) (?:a |to talk to a |to talk to )?(?:person|human|agent|someone|somebody)", "baat kara(?:o|do| do|iye| dijiye)?", "baat karwa(?:o|do| do|iye|yiye| dijiye)?", "jod (?:do|dijiye)", "jodiye", "जोड़(?:िए| दो| दीजिए|ो)", "कनेक्ट(?: करो| कीजिए| करें| कर दो)?", "बात करा\\S*", "person", "agent", "transfer(?: me)?", "insaan(?: se)?", "customer care", "let me talk", r"kisi (?:ko|se) (?:bolo|kaho|bol do|keh do)(?: (?:check|dekh)\\w*)?(?: (?:kare|kar le|le))*", r"(?:some ?one|some ?body|any ?one|koi)(?: to)?(?: please)? (?:check|look|help|see|dekh)\w*(?: (?:it|this|into it|lo|le|do|please))*", "talk to (?:him|her|them|one)", "बात करवा\\S*",
)  # fmt: skip
DECLINES = phrases(
    "no",
    "nope",
    "nah",
    "not now",
    "no thanks",
    "no thank you",
    "nahi",
    "nahin",
    "nhi",
    "na",
    "mat",
    "नहीं",
    "नही",
    "मत",
    "later",
    "baad me(?:in)?",
    "बाद में",
    "not needed",
    "no need",
    "i'?m good",
    "i am good",
    "its ok",
    "it'?s (?:ok|okay|fine)",
)
FILLERS = set("theek thik ठीक है अच्छा जी please pls plz now yes ok okay haan han ji sir bhai me to the a it do kar karo i want need with now abhi turant jaldi kindly just then you can u someone somebody there go ahead right away and is are haa ha toh to of your team support immediately asap quickly".split())  # fmt: skip


def an_answer_to_our_question(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Is something wrong?" - "yes". "Did this help?" - "no". "Tap below" - "yes connect"."""
    about = parsed.asked.get("about")
    said = _verdict(parsed)
    if about == "help":
        return _after_help(chat, parsed, trigger_phrases.verdict(parsed.text)) or _connected(
            chat, parsed, said
        )
    if about in ("issue", "connect"):
        return _connected(chat, parsed, said) or _after_issue(chat, parsed, about, said)
    return _connected(chat, parsed, said)


# "Ruko abhi nahi"
HOLDS_ON = phrases(
    r"(?:wait|ruko|ruk jao|hold on|one sec)[ ,.]*(?:no|nahi|abhi nahi|not now|abhi mat)(?: .{0,8})?"
)
NO_PERSON = phrases(
    r"(?:mujhe |abhi |i )?(?:kisi|koi|insaan|agent|person|customer care|human)(?: (?:se|ko))?(?: (?:baat|call|connect))? (?:nahi|nahin|nhi|mat) (?:chahiye|karni|karna|karo|karwao|karao)(?: hai| h)?",
    r"(?:baat|call|connect) (?:nahi|nahin|nhi|mat) (?:karni|karna|karo|karao|karwao)(?: hai| h)?",
    r"(?:i )?(?:do ?n'?t|dont|do not|no need to|not) (?:want|need|wish)?(?: to)? ?(?:talk to|speak to|connect(?: me)?(?: to)?|call|a|any|an)? ?(?:a |any |an )?(?:person|human|agent|customer care|one|any ?one|call ?back)(?: .{0,8})?",
    r"no (?:person|human|agent|call ?back)(?: needed| please)?",
    "(?:किसी से |व्यक्ति |इंसान )?(?:बात )?नहीं (?:करनी|चाहिए)(?: है)?",
)
ABOUT_PEOPLE = phrases("kisi", "koi", "insaan", "agent", "person", "human", "customer care", r"any ?one", "baat", "talk", "speak", "connect", "call ?back", "किसी", "बात", "इंसान", "व्यक्ति")  # fmt: skip


def no_person_wanted(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Nahi mujhe kisi se baat nahi karni": none is offered; what is wrong stays known."""
    said = plain(parsed.raw)
    found = NO_PERSON.search(said)
    if not found or not ABOUT_PEOPLE.search(found[0]) or parsed.reason in memory.AT_ONCE:
        return None
    rest = plain(AGREES.sub(" ", DECLINES.sub(" ", said.replace(found[0], " ")))).split()
    if len([word for word in rest if word.strip(".,!?").casefold() not in FILLERS]) > 1:
        # "I don't want a person, just tell me when it comes"
        parsed.text = said.replace(found[0], " ").strip(" ,.!")
        parsed.reason = "" if parsed.reason == "human" else parsed.reason
        parsed.is_issue = parsed.is_issue and parsed.intent != "talk_to_human"
        return None
    if issue := chat.memory.get("issue"):
        issue["declined"] = True
        _forget_a_wish_to_talk(chat)
    return _with_chips(answers.text_reply("nod", parsed, "thanks_bye"), parsed)


def _forget_a_wish_to_talk(chat: Chat) -> None:
    """Drop an issue that was nothing but the wish for a person."""
    if chat.memory.get("issue", {}).get("intent") == "talk_to_human":
        del chat.memory["issue"]


def _verdict(parsed: ParsedMessage) -> str:
    """Return "yes", "no" or "": of a short message, whatever polite words stand around it."""
    if verdict := trigger_phrases.verdict(parsed.text):
        return verdict
    said = plain(parsed.text)
    if HOLDS_ON.fullmatch(said.strip(" .!")):
        return "no"
    if len(said.split()) > 5:
        return ""
    if (
        DECLINES.match(said.strip())
        and not parsed.is_issue
        and parsed.intent
        in ("thanks_bye", "out_of_scope", "greeting", "talk_to_human", "cancel_order", "feedback")
    ):
        return "no"
    left = [
        word
        for word in plain(AGREES.sub(" ", CONNECTS.sub(" ", said))).lower().split()
        if word.strip(".,!?") not in FILLERS and word.strip(".,!?।")
    ]
    return "yes" if not left and (AGREES.search(said) or CONNECTS.search(said)) else ""


def _connected(chat: Chat, parsed: ParsedMessage, said: str) -> Reply | None:
    """ "Yes connect": the button again, with what it is about."""
    issue = chat.memory.get("issue")
    text = plain(parsed.text)
    asks = said == "yes" and CONNECTS.search(text) and len(text.split()) <= 8
    if not asks or (not issue and not parsed.asked):
        return None
    category, priority = memory.triage_so_far(chat.memory)
    reply = answers.text_reply("tap_to_connect", parsed, "talk_to_human", sure=1.0)
    reply.offer_agent, reply.category, reply.priority = True, category, priority
    return reply


def _after_issue(chat: Chat, parsed: ParsedMessage, about: str, said: str) -> Reply | None:
    asked = parsed.asked
    if said == "no":
        if issue := chat.memory.get("issue"):
            # Told once that no person is wanted, he does not offer one with every thanks
            issue["declined"] = True
            _forget_a_wish_to_talk(chat)
        return _with_chips(answers.text_reply("nod", parsed, "thanks_bye"), parsed)
    if about == "connect":
        if said != "yes" or not chat.memory.get("issue"):
            return None
        reply = answers.text_reply("tap_to_connect", parsed, "talk_to_human", sure=1.0)
        reply.offer_agent, (reply.category, reply.priority) = True, memory.triage_so_far(chat.memory)
        return reply
    if said == "yes" or (trigger_phrases.begins_with_yes(parsed.text) and not parsed.is_issue):
        parsed.intent, parsed.is_issue = asked["intent"], True
        return answers.offer(chat, parsed, asked["intent"], asked["category"], asked["priority"])
    return None


def _after_help(chat: Chat, parsed: ParsedMessage, said: str) -> Reply | None:
    if not said:
        return None
    if said == "yes":
        reply = _with_chips(answers.text_reply("helped", parsed, "thanks_bye"), parsed)
    else:
        reply = answers.text_reply("not_helped", parsed, "talk_to_human")
        reply.offer_agent = True
        reply.category, reply.priority = memory.triage_so_far(chat.memory)
    reply.helped = said == "yes"
    return reply


NEITHER = phrases(
    "neither",
    "none(?: of (?:these|them|those))?",
    "no",
    "nahi",
    "koi nahi",
    "something else",
    "kuch aur",
    "नहीं",
    "कोई नहीं",
)


def a_choice(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "The second", "neither" after "Do you mean one of these?"."""
    options = parsed.asked.get("options") or []
    said = plain(parsed.text)
    if parsed.asked.get("about") != "choice" or len(said.split()) > 4:
        return None
    if NEITHER.fullmatch(said.strip(" .!")):
        reply = answers.text_reply("unknown_again", parsed, "unknown")
        reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.MEDIUM
        return reply
    place = next((place for cue, place in which_order.PLACES if cue.search(said)), None)
    if place is None or place >= len(options):
        return None
    article = parsed.library.titled(options[place])
    return answers.of_article(article, parsed, 1.0) if article else None


def the_order_that_was_asked_for(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """A number (or an item, or "the delivered one") after "Which order is it about?"."""
    if parsed.asked.get("about") != "order" or len(parsed.text.split()) > 8:
        return None
    key = parsed.asked.get("flow", "where")
    if parsed.numbers and not parsed.order:
        return order_flows.an_order_to_prove(chat, parsed)
    order, _ = which_order.which(parsed, key)
    fitting, _names = which_order.of_items(parsed)
    says_which = (
        parsed.order
        or fitting
        or any(pattern.search(plain(parsed.text)) for pattern, _ in which_order.BY_STATE)
        or which_order.the_other(parsed)
        or which_order.NEWEST.search(plain(parsed.text))
    )
    if not order or not says_which:
        return None
    return flows.run(chat, parsed, key, order)


# --- Typed in pieces ---------------------------------------------------------------------

MOST_PIECES = 5
FEW = 3


def a_piece(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "i got" / "wrong" / "pickle": the pieces are read together, and never answered with "that is beyond me"."""
    pieces = chat.memory.get("pieces", [])
    said = parsed.text.split()
    if (
        len(said) > FEW + 3 * bool(pieces)
        or parsed.numbers
        or parsed.order
        or parsed.reason
        or parsed.is_nod
    ):
        chat.memory.pop("pieces", None)
        return None
    if pieces and chat.memory.get("issue") and not _is_whole(parsed):
        # What is wrong is known by now: the rest are details of it
        return open_issue.absorbed(chat, parsed, chat.memory["issue"])
    together = " ".join([*pieces, parsed.text])
    if pieces and not _is_whole(parsed):
        understood = classifier.classify(together)
        if (
            understood["is_issue"]
            and understood["confidence"] >= ACT
            and understood["intent"] in (*classifier.TROUBLE, "complaint", "cancel_order", "change_address")
        ):
            parsed.text, parsed.intent, parsed.confidence = (
                together,
                understood["intent"],
                max(understood["confidence"], ACT),
            )
            parsed.is_issue, parsed.category, parsed.priority = (
                True,
                understood["category"],
                understood["priority"],
            )
            chat.memory["pieces"] = [*pieces, parsed.raw][-MOST_PIECES:]
            return order_flows.a_flow(chat, parsed) or answers.offer(
                chat, parsed, parsed.intent, parsed.category, parsed.priority
            )
    if _is_begun(parsed) or (pieces and not _is_whole(parsed) and not parsed.found.products):
        chat.memory["pieces"] = [*pieces, parsed.raw][-MOST_PIECES:]
        reply = answers.text_reply("go_on", parsed, "greeting", sure=0.5)
        return reply
    chat.memory.pop("pieces", None)
    return None


BEGINNINGS = re.compile(
    r"\W*(?:i|i got|i have|i had|i ordered|i received|i recieved|i want|i want to|i need|i need to|i am|i'?m|i was|my|my order|the|so|and|but|hello i|actually|actually i|wait|one sec|ek min(?:ute)?|suno|listen|sir|see|look|maine|mene|mera|meri|mere|mujhe|muje|mujhe jo|aapne|apne|yeh|ye|wo|woh|to|jo|jo order|order kiya|kal|aaj|today|yesterday|there is|there was|it|it was|it is|you|you sent|you guys|wrong|problem|issue|dikkat|galat|broken|missing|मुझे|मैंने|मेरा|मेरी|आपने|वो|जो|कल|आज|गलत)\W*",
    re.IGNORECASE,
)


def _is_begun(parsed: ParsedMessage) -> bool:
    said = plain(parsed.raw)
    if parsed.known_orders and not parsed.chat.memory.get("pieces") and ONLY_AN_ORDER.fullmatch(said):
        # A signed-in customer's "my order" is answered with it
        return False
    return bool(BEGINNINGS.fullmatch(said)) and parsed.asked.get("about") != "choice"


def _is_whole(parsed: ParsedMessage) -> bool:
    """Return whether the message says something of its own: a greeting, a question, a wish that is sure."""
    if asking.asks(parsed):
        return True
    return (
        parsed.intent in ("greeting", "thanks_bye", "talk_to_human", "order_status")
        and parsed.confidence >= CLEAR
    )


def _with_chips(reply: Reply, parsed: ParsedMessage, *keys: str) -> Reply:
    reply.suggestions = wording.chips(parsed.language, *keys)
    return reply
