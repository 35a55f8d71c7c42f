# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Rules about what was left open: our question, an offered person, a message typed in pieces."""

import re

from chatbot import wording
from chatbot.nlu import classifier, trigger_phrases
from tickets.models import Category, Priority

from ...models import Chat
from ...nlu.cues import phrases, plain
from .. import answers, flows, memory
from ..answers import Reply
from ..message import ACT, CLEAR, Heard
from ..readings import ONLY_AN_ORDER
from . import open_issue, order_flows, which_order

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


def an_answer_to_our_question(chat: Chat, heard: Heard) -> Reply | None:
    """ "Is something wrong?" - "yes". "Did this help?" - "no". "Tap below" - "yes connect"."""
    about = heard.asked.get("about")
    said = _verdict(heard)
    if about == "help":
        return _after_help(chat, heard, trigger_phrases.verdict(heard.text)) or _connected(
            chat, heard, said
        )
    if about in ("issue", "connect"):
        return _connected(chat, heard, said) or _after_issue(chat, heard, about, said)
    return _connected(chat, heard, said)


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


def no_person_wanted(chat: Chat, heard: Heard) -> Reply | None:
    """ "Nahi mujhe kisi se baat nahi karni": none is offered; what is wrong stays known."""
    said = plain(heard.raw)
    found = NO_PERSON.search(said)
    if not found or not ABOUT_PEOPLE.search(found[0]) or heard.reason in memory.AT_ONCE:
        return None
    rest = plain(AGREES.sub(" ", DECLINES.sub(" ", said.replace(found[0], " ")))).split()
    if len([word for word in rest if word.strip(".,!?").casefold() not in FILLERS]) > 1:
        # "I don't want a person, just tell me when it comes"
        heard.text = said.replace(found[0], " ").strip(" ,.!")
        heard.reason = "" if heard.reason == "human" else heard.reason
        heard.is_issue = heard.is_issue and heard.intent != "talk_to_human"
        return None
    if issue := chat.memory.get("issue"):
        issue["declined"] = True
        _forget_a_wish_to_talk(chat)
    return _with_chips(answers.text_reply("nod", heard, "thanks_bye"), heard)


def _forget_a_wish_to_talk(chat: Chat) -> None:
    """Drop an issue that was nothing but the wish for a person."""
    if chat.memory.get("issue", {}).get("intent") == "talk_to_human":
        del chat.memory["issue"]


def _verdict(heard: Heard) -> str:
    """Return "yes", "no" or "": of a short message, whatever polite words stand around it."""
    if verdict := trigger_phrases.verdict(heard.text):
        return verdict
    said = plain(heard.text)
    if HOLDS_ON.fullmatch(said.strip(" .!")):
        return "no"
    if len(said.split()) > 5:
        return ""
    if (
        DECLINES.match(said.strip())
        and not heard.is_issue
        and heard.intent
        in ("thanks_bye", "out_of_scope", "greeting", "talk_to_human", "cancel_order", "feedback")
    ):
        return "no"
    left = [
        word
        for word in plain(AGREES.sub(" ", CONNECTS.sub(" ", said))).lower().split()
        if word.strip(".,!?") not in FILLERS and word.strip(".,!?।")
    ]
    return "yes" if not left and (AGREES.search(said) or CONNECTS.search(said)) else ""


def _connected(chat: Chat, heard: Heard, said: str) -> Reply | None:
    """ "Yes connect": the button again, with what it is about."""
    issue = chat.memory.get("issue")
    text = plain(heard.text)
    asks = said == "yes" and CONNECTS.search(text) and len(text.split()) <= 8
    if not asks or (not issue and not heard.asked):
        return None
    category, priority = memory.triage_so_far(chat.memory)
    reply = answers.text_reply("tap_to_connect", heard, "talk_to_human", sure=1.0)
    reply.offer_agent, reply.category, reply.priority = True, category, priority
    return reply


def _after_issue(chat: Chat, heard: Heard, about: str, said: str) -> Reply | None:
    asked = heard.asked
    if said == "no":
        if issue := chat.memory.get("issue"):
            # Told once that no person is wanted, he does not offer one with every thanks
            issue["declined"] = True
            _forget_a_wish_to_talk(chat)
        return _with_chips(answers.text_reply("nod", heard, "thanks_bye"), heard)
    if about == "connect":
        if said != "yes" or not chat.memory.get("issue"):
            return None
        reply = answers.text_reply("tap_to_connect", heard, "talk_to_human", sure=1.0)
        reply.offer_agent, (reply.category, reply.priority) = True, memory.triage_so_far(chat.memory)
        return reply
    if said == "yes" or (trigger_phrases.begins_with_yes(heard.text) and not heard.is_issue):
        heard.intent, heard.is_issue = asked["intent"], True
        return answers.offer(chat, heard, asked["intent"], asked["category"], asked["priority"])
    return None


def _after_help(chat: Chat, heard: Heard, said: str) -> Reply | None:
    if not said:
        return None
    if said == "yes":
        reply = _with_chips(answers.text_reply("helped", heard, "thanks_bye"), heard)
    else:
        reply = answers.text_reply("not_helped", heard, "talk_to_human")
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


def a_choice(chat: Chat, heard: Heard) -> Reply | None:
    """ "The second", "neither" after "Do you mean one of these?"."""
    options = heard.asked.get("options") or []
    said = plain(heard.text)
    if heard.asked.get("about") != "choice" or len(said.split()) > 4:
        return None
    if NEITHER.fullmatch(said.strip(" .!")):
        reply = answers.text_reply("unknown_again", heard, "unknown")
        reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.MEDIUM
        return reply
    place = next((place for cue, place in which_order.PLACES if cue.search(said)), None)
    if place is None or place >= len(options):
        return None
    article = heard.library.titled(options[place])
    return answers.of_article(article, heard, 1.0) if article else None


def the_order_that_was_asked_for(chat: Chat, heard: Heard) -> Reply | None:
    """A number (or an item, or "the delivered one") after "Which order is it about?"."""
    if heard.asked.get("about") != "order" or len(heard.text.split()) > 8:
        return None
    key = heard.asked.get("flow", "where")
    if heard.numbers and not heard.order:
        return order_flows.an_order_to_prove(chat, heard)
    order, _ = which_order.which(heard, key)
    fitting, _names = which_order.of_items(heard)
    says_which = (
        heard.order
        or fitting
        or any(pattern.search(plain(heard.text)) for pattern, _ in which_order.BY_STATE)
        or which_order.the_other(heard)
        or which_order.NEWEST.search(plain(heard.text))
    )
    if not order or not says_which:
        return None
    return flows.run(chat, heard, key, order)


# --- Typed in pieces ---------------------------------------------------------------------

MOST_PIECES = 5
FEW = 3


def a_piece(chat: Chat, heard: Heard) -> Reply | None:
    """ "i got" / "wrong" / "pickle": the pieces are read together, and never answered with "that is beyond me"."""
    pieces = chat.memory.get("pieces", [])
    said = heard.text.split()
    if len(said) > FEW + 3 * bool(pieces) or heard.numbers or heard.order or heard.reason or heard.is_nod:
        chat.memory.pop("pieces", None)
        return None
    if pieces and chat.memory.get("issue") and not _is_whole(heard):
        # What is wrong is known by now: the rest are details of it
        return open_issue.absorbed(chat, heard, chat.memory["issue"])
    together = " ".join([*pieces, heard.text])
    if pieces and not _is_whole(heard):
        understood = classifier.classify(together)
        if (
            understood["is_issue"]
            and understood["confidence"] >= ACT
            and understood["intent"] in (*classifier.TROUBLE, "complaint", "cancel_order", "change_address")
        ):
            heard.text, heard.intent, heard.confidence = (
                together,
                understood["intent"],
                max(understood["confidence"], ACT),
            )
            heard.is_issue, heard.category, heard.priority = (
                True,
                understood["category"],
                understood["priority"],
            )
            chat.memory["pieces"] = [*pieces, heard.raw][-MOST_PIECES:]
            return order_flows.a_flow(chat, heard) or answers.offer(
                chat, heard, heard.intent, heard.category, heard.priority
            )
    if _is_begun(heard) or (pieces and not _is_whole(heard) and not heard.found.products):
        chat.memory["pieces"] = [*pieces, heard.raw][-MOST_PIECES:]
        reply = answers.text_reply("go_on", heard, "greeting", sure=0.5)
        return reply
    chat.memory.pop("pieces", None)
    return None


BEGINNINGS = re.compile(
    r"\W*(?:i|i got|i have|i had|i ordered|i received|i recieved|i want|i want to|i need|i need to|i am|i'?m|i was|my|my order|the|so|and|but|hello i|actually|actually i|wait|one sec|ek min(?:ute)?|suno|listen|sir|see|look|maine|mene|mera|meri|mere|mujhe|muje|mujhe jo|aapne|apne|yeh|ye|wo|woh|to|jo|jo order|order kiya|kal|aaj|today|yesterday|there is|there was|it|it was|it is|you|you sent|you guys|wrong|problem|issue|dikkat|galat|broken|missing|मुझे|मैंने|मेरा|मेरी|आपने|वो|जो|कल|आज|गलत)\W*",
    re.IGNORECASE,
)


def _is_begun(heard: Heard) -> bool:
    said = plain(heard.raw)
    if heard.known_orders and not heard.chat.memory.get("pieces") and ONLY_AN_ORDER.fullmatch(said):
        # A signed-in customer's "my order" is answered with it
        return False
    return bool(BEGINNINGS.fullmatch(said)) and heard.asked.get("about") != "choice"


def _is_whole(heard: Heard) -> bool:
    """Whether the message says something of its own: a greeting, a question, a wish that is sure."""
    if open_issue.QUESTION.search(plain(heard.text)):
        return True
    return (
        heard.intent in ("greeting", "thanks_bye", "talk_to_human", "order_status")
        and heard.confidence >= CLEAR
    )


def _with_chips(reply: Reply, heard: Heard, *keys: str) -> Reply:
    reply.suggestions = wording.chips(heard.language, *keys)
    return reply
