"""A change of mind: "leave it", "not the ghee, the pickle", "actually no", told before any rule is asked."""

import re
from collections.abc import Callable

from chatbot.models import Chat
from chatbot.nlu.cues import issue_cues, order_cues, turn_cues
from chatbot.sources import products

from .. import answers
from ..answers import Reply
from ..memory import AT_ONCE
from ..message import ACT, ASK, ParsedMessage, parse
from ..reading import affected
from ..resolving import narrowing
from ..rules.issues import open_issue
from ..rules.later_turns import beside_an_issue
from ..rules.orders import which_order
from ..state import GRAVE, take_back

# Answers what is meant in place of it: `policy.by_rules`
Rule = Callable[[Chat, ParsedMessage], Reply]


def a_change_of_mind(chat: Chat, parsed: ParsedMessage, by_rules: Rule) -> Reply | None:
    """ "Leave it", "sorry, not cancel, I meant the address": what was wished before is wished no more."""
    if parsed.reason in AT_ONCE:
        return None
    rest = turn_cues.taken_back(parsed.raw)
    is_open = chat.memory.get("issue") or chat.memory.get("topic") or chat.memory.get("flow")
    if rest is not None and (is_open or not rest):
        chat.memory.pop("concern", None)
        take_back(chat.memory, parsed.raw, rest[:60])
        if _says_no_more(chat, parsed, rest):
            reply = answers.with_chips(answers.text_reply("left_it", parsed, "thanks_bye"), parsed)
            reply.rule = "a_change_of_mind"
            return reply
        parsed.text = rest
        return by_rules(chat, parse(chat, rest, asked={}, language=parsed.language))
    if _thinks_again(chat, parsed) or _leaves_it_at_the_end(chat, parsed):
        take_back(chat.memory, parsed.raw)
        reply = answers.with_chips(answers.text_reply("left_it", parsed, "thanks_bye"), parsed)
        reply.rule = "a_change_of_mind"
        return reply
    if narrowing.conditions_in(parsed.raw) and narrowing.is_all(parsed.raw):
        # "Teekha nahi chahiye" of a list denies what was not said
        return None
    if put_right := _another_item(chat, parsed, by_rules):
        return put_right
    corrected = turn_cues.correction(parsed.raw) or _another_wish(chat, parsed)
    if corrected and _is_of_what_it_is_put_right_with(chat, corrected):
        # "Refund nahi, naya bhejo" of what is broken: the trouble stays, and what is asked for it is kept
        open_issue.note(parsed, chat.memory["issue"])
        parsed.text = corrected.meant
        return by_rules(chat, parsed)
    if corrected and chat.memory.get("issue") and parsed.order and not _names_a_wish(corrected.meant):
        # "Oh sorry i meant 10266": the open wish is of that order
        parsed.text = corrected.meant
        return by_rules(chat, parsed)
    if corrected and corrected.meant.casefold().startswith(("to ", "toh ", "तो ")):
        # "Refund nahi to coupon de do" takes nothing back
        return None
    if not corrected or not is_open or not _denies_what_was_said(chat, corrected):
        return None
    if (
        chat.memory.get("issue")
        and which_order.OTHER_ONE.search(corrected.meant)
        and not _names_a_wish(corrected.meant)
    ):
        # "No, the older one": another order is meant, and the wish stays
        parsed.text = corrected.meant
        return by_rules(chat, parsed)
    if (chat.memory.get("issue") or {}).get("intent") == "item_problem" and WHAT_CAME.search(
        corrected.meant
    ):
        # "Sorry, I mean peri peri came": of the wrong item, and no other order
        reply = open_issue.absorbed(chat, parsed, chat.memory["issue"], of_what_came=True)
        reply.rule = "details_of_the_open_issue"
        return reply
    said_before = corrected.denied and corrected.denied.casefold() in chat.memory.get("last", "").casefold()
    if not said_before and (of_items := beside_an_issue.for_its_items(chat, parsed, corrected.meant)):
        of_items.rule = "a_change_of_mind"
        return of_items
    meant = _meant(chat, corrected)
    take_back(chat.memory, parsed.raw, meant[:60])
    parsed.text = meant
    # "Sorry, I mean the jaggery" still answers which order it is about
    asked = parsed.asked if parsed.asked.get("about") == "order" else {}
    return by_rules(chat, parse(chat, meant, asked=asked, language=parsed.language))


REMEDY = turn_cues.phrases(
    r"refund\w*", r"pais[ae]", "money", "cash", r"replac\w+", r"exchang\w+", r"nay[aie]", "new(?: one)?", "another(?: one)?", r"badal\w*", r"badl[ae]", "coupon", "रिफंड", "पैस[ाे]", "न[यई][ाेी]?", "बदल\\S*",
)  # fmt: skip


def _is_of_what_it_is_put_right_with(chat: Chat, corrected: turn_cues.Correction) -> bool:
    issue = chat.memory.get("issue") or {}
    of_trouble = issue.get("intent") in ("item_problem", "delivery_delay")
    return of_trouble and bool(REMEDY.search(corrected.denied) and REMEDY.search(corrected.meant))


WHAT_CAME = turn_cues.phrases(
    r"aa?y[aeiy]+", "mila", "mili", "bheja", "bhej diya", "nikla", "came", "got", "received", r"(?:you|u) sent", "आया", "मिला", "भेजा"
)  # fmt: skip


def _says_no_more(chat: Chat, parsed: ParsedMessage, rest: str) -> bool:
    """Return whether the words after "leave it" ask for nothing: "leave it, its fine"."""
    said = turn_cues.plain(rest).strip(" .!")
    if SECOND_THOUGHT.search(said) and not issue_cues.QUESTION.search(said) and not ALSO_MEANS.search(said):
        return True
    if len(rest.split()) < 2 or issue_cues.SOLVED.fullmatch(said) or LATER.fullmatch(said):
        return True
    more = parse(chat, rest, asked={}, language=parsed.language)
    return more.intent in ("thanks_bye", "greeting", "feedback") or (
        more.confidence < ASK and not more.knows(ACT) and not more.found.products
    )


# "Nahi nahi, ghee wala": what stands behind the no
LEADING_NO = re.compile(
    r"^\W*(?:(?:sorry|arre|are|oh|oops|wait|ok|acha|अरे|सॉरी)[\s,.!-]+)*(?:(?:no+|nahi|nahin|nhi|nai|nope|नहीं|नही)(?:[\s,.!-]+|$))+(?:(?:sorry|arre|wait|i (?:meant|mean)|mera matlab|matlab|the wrong one|galat|it'?s|its|it was|wo|woh)[\s,.!-]+)*(?P<rest>.{3,})$",
    re.IGNORECASE,
)
MOST_WORDS_OF_AN_ITEM = 9
DENIES = turn_cues.phrases("nahi", "nahin", "nhi", "not", r"\w+n'?t", "dont", "never", "नहीं")
# "Not the ghee, the papad": a denial and an item
NOT_THIS = re.compile(
    r"^\W*(?:(?:sorry|oops|oh|wait|actually|arre)[\s,.!-]+)*not (?:the )?\w", re.IGNORECASE
)


def _another_item(chat: Chat, parsed: ParsedMessage, by_rules: Rule) -> Reply | None:
    """ "Nahi nahi, ghee wala", "not the ghee, the papad": the same of that item, in what is open or was asked."""
    issue, raw = chat.memory.get("issue") or {}, turn_cues.plain(parsed.raw)
    found = LEADING_NO.match(raw)
    rest = found["rest"] if found else ""
    few = len((rest or raw).split()) <= MOST_WORDS_OF_AN_ITEM
    if not few or parsed.numbers or issue.get("why") in GRAVE or issue_cues.QUESTION.search(raw):
        return None
    if issue.get("intent") == "item_problem" and (found or NOT_THIS.match(raw)):
        order = open_issue.order_of(parsed, issue)
        others = which_order.of_items(parsed)[0] if parsed.found.products and parsed.found.share else []
        if (order and affected.names_some(order, raw)) or len(others) == 1:
            reply = open_issue.absorbed(chat, parsed, issue)
            reply.rule = "details_of_the_open_issue"
            return reply
        return None
    named = products.look_up(rest) if rest and not DENIES.search(rest) else None
    if not named or not named.products or not named.share:
        return None
    if of_items := beside_an_issue.for_its_items(chat, parsed, rest):
        of_items.rule = "a_change_of_mind"
        return of_items
    if issue or parsed.topic.get("kind") not in ("product", "sum"):
        return None
    parsed.text = rest
    return by_rules(chat, parse(chat, rest, asked={}, language=parsed.language))


# "Actually no, my wife likes it", "nahi rakh lete hain", "i will keep it": the wish for an order is dropped
SECOND_THOUGHT = turn_cues.phrases(
    r"(?:actually|wait|hmm+|no wait|on second thoughts?|oh) (?:no+|nahi|nahin|nope)",
    r"(?:no|nahi|nahin)\W+(?:wait\W+)?(?:it'?s|that'?s|all) (?:fine|ok(?:ay)?|alright|good)", r"(?:same|wahi|purana|current|old) (?:address|number|pata)(?: (?:is|hi|theek|thik|fine|ok|rehne|hai|do))*\W*$",
    r"(?:i(?:'ll| will| want to| would like to|'d like to)?|we(?:'ll| will)?|let me|let'?s) (?:just |rather |still )?keep (?:it|them|the \w+|this|that|my \w+)", "keep (?:it|the order|my order|the address|it as it is)",
    r"(?:rakh|rehne|aane) (?:lete|leta|leti|lunga|lungi|lenge|deta|dete|do|dijiye)(?: (?:hai|hain|hu|hoon|phir|ab))*", r"(?:ab )?(?:cancel|return|wapas|change|exchange) (?:nahi|nahin|mat) (?:karna|karni|karo|karunga|karungi|karenge|chahiye)(?: .{0,10})?",
    r"(?:no need|not needed|don'?t need|do not need|dont need|zaroorat nahi|jarurat nahi)(?: to| of)?(?: (?:cancel|return|change|exchange|do)\w*)?(?: (?:it|that|hai))*", r"let it (?:come|be|stay|go ahead)", "रख (?:लेते|लेता|लेती|लूंगा|लूंगी)(?: (?:हैं|हूं))?", "(?:आने|रहने) (?:दो|दीजिए)",
)  # fmt: skip
SAME = turn_cues.phrases(
    "same", "wahi", "purana", "old", "current", "keep", "mat", "nahi", "no need", "let it"
)
WISHES_OF_AN_ORDER = {"cancel", "return", "exchange", "change_address", "change_items", "another_day"}
MOST_WORDS_OF_A_SECOND_THOUGHT = 12


def _thinks_again(chat: Chat, parsed: ParsedMessage) -> bool:
    """Return whether the customer drops an open request about an order, unnamed, and asks nothing else."""
    said, issue = turn_cues.plain(parsed.raw), chat.memory.get("issue") or {}
    flow = issue.get("flow") or (
        parsed.topic.get("aspect") if parsed.topic.get("kind") == "order" and not issue else ""
    )
    return (
        flow in WISHES_OF_AN_ORDER
        and len(said.split()) <= MOST_WORDS_OF_A_SECOND_THOUGHT
        and bool(SECOND_THOUGHT.search(said))
        and not issue_cues.QUESTION.search(said)
        and not order_cues.WHEN_OR_WHERE.search(said)
        and not parsed.numbers
        and not (parsed.found.products and KEEPS_SOME.search(said))
        # "Cancel mat karo, pata badalna hai" drops one wish for another
        and not (
            which_order.CHANGES.search(rest := SECOND_THOUGHT.sub(" ", said))
            and which_order.ADDRESS.search(rest)
        )
        and (bool(SAME.search(said)) or not _names_what_is_meant(said))
    )


def _names_what_is_meant(said: str) -> bool:
    """ "Actually no, the address": a correction, and no second thought."""
    corrected = turn_cues.correction(said)
    meant = corrected.meant if corrected else said
    return bool(
        _names_a_wish(meant)
        or (corrected and corrected.denied)
        or which_order.OTHER_ONE.search(meant)
        or products.look_up(meant).share
    )


# "Ghee rakh lunga, papad wapas": one of them stays
KEEPS_SOME = turn_cues.phrases(
    "but", "par", "only", "sirf", "baaki", "rest", "others?", "lekin", "wapas", r"return\w*", "पर", "बाकी", "वापस"
)  # fmt: skip


LEFT_AT_THE_END = turn_cues.phrases(
    r"(?:rehne|rahne|jaane|jane) (?:do|dijiye|den)\W*$",
    r"(?:so |ok |just |to )*(?:leave it|never ?mind|forget it|chh?odo|ignore it)\W*$",
    "(?:रहने|जाने) (?:दो|दीजिए)\\W*$",
)


def _leaves_it_at_the_end(chat: Chat, parsed: ParsedMessage) -> bool:
    """ "That was the old one, ours is fine, rehne do": said last, it takes back what is open."""
    said = turn_cues.plain(parsed.raw)
    return (
        bool(chat.memory.get("issue"))
        and len(said.split()) > FEW_BEFORE
        and bool(LEFT_AT_THE_END.search(said))
        and not issue_cues.QUESTION.search(said)
    )


FEW_BEFORE = 2


# "Cancel nahi karna, address badal do"
ALSO_MEANS = re.compile(r"[,.;]|\b(?:but|par|lekin|just|bas|instead|balki)\b")
# "Leave it, I'll see tomorrow"
LATER = turn_cues.phrases(
    r"(?:just |i'?ll |i will |let me |please )*(?:keep|continue with|go ahead with) (?:it|the order|my order|the \w+)(?: as it is)?",
    r"(?:order|parcel) (?:aane|rehne) (?:do|dijiye)",
    "let it come",
    r"(?:i'?ll |i will |main |mai |hum )?(?:kal|baad me(?:in)?|later|tomorrow|aaj|shaam ko|phir|fir)?[ ,]*(?:see|check|wait|think|decide|dekh\w*|soch\w*|bata\w*|try kar\w*)(?: (?:hu\w*|hai|hain|later|tomorrow|about it|kal|baad me))*",
    "(?:कल|बाद में)? ?(?:देख|सोच|बता)\\S*(?: (?:हूं|हैं))?",
)


def _another_wish(chat: Chat, parsed: ParsedMessage) -> turn_cues.Correction | None:
    """ "Nahi, phone number": a no and the name of another wish."""
    if not chat.memory.get("issue") or not (after := turn_cues.after_a_no(parsed.raw)):
        return None
    if which_order.IF_NOT_COME.search(turn_cues.plain(parsed.raw)):
        # "Nahi aaya to refund?" says no to nothing
        return None
    return turn_cues.Correction("", after) if _names_a_wish(after) else None


def _denies_what_was_said(chat: Chat, corrected: turn_cues.Correction) -> bool:
    """Return whether "not X, Y" denies a word, request or product of the talk: "OTP bhi nahi manga" does not."""
    denied = corrected.denied
    if not denied:
        return True
    return (
        denied.casefold() in chat.memory.get("last", "").casefold()
        or _names_a_wish(denied)
        or _names_a_wish(corrected.meant)
        or bool(products.look_up(denied).products)
        or which_order.OTHER_ONE.search(corrected.meant) is not None
        or denied.casefold() in POINTS
    )


# "Wo nahi, ghee wala"
POINTS = {"wo", "woh", "ye", "yeh", "this", "that", "it", "us", "is", "वो", "यह", "ये"}


def _names_a_wish(text: str) -> bool:
    return any(named.search(text) for named, _ in WISHES)


# A correction in a word or two: which wish it names
WISHES = (
    (which_order.ADDRESS, "i want to change the address of my order"),
    (which_order.REFUND, "my refund status"),
    (which_order.EXCHANGES, "i want to exchange my order"),
    (which_order.RETURNS, "i want to return my order"),
    (which_order.CANCELS, "i want to cancel my order"),
)


def _meant(chat: Chat, corrected: turn_cues.Correction) -> str:
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
