"""Rules about an issue that is open: it is solved, meant for another order, told in more detail, asked about."""

from chatbot.models import Chat
from chatbot.nlu import classifier
from chatbot.nlu.cues import issue_cues, order_cues
from chatbot.nlu.cues.issue_cues import SOLVED
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import products as catalogue
from tickets.models import Order, Priority
from tickets.privacy.masking import masked

from ... import answers, flows
from ...answers import A_DENIAL, Reply
from ...message import ACT, CLEAR, ParsedMessage
from ...reading import affected, subjects, troubles
from ...resolving import asking
from ...state import GRAVE, take_back
from ..orders import order_flows, which_order
from ..orders.which_order import NEEDED_BY, NO_NUMBER
from . import cautions

# --- It is solved


def it_is_solved(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Found it, sorry": nothing is wrong any more, so nothing is handed over."""
    issue = chat.memory.get("issue") or {}
    solved = SOLVED.fullmatch(plain(parsed.raw)) or issue_cues.NOT_OURS.search(plain(parsed.raw))
    if not solved or issue.get("why") in GRAVE:
        return None
    if not issue and not chat.memory.get("topic"):
        return None
    take_back(chat.memory, parsed.raw, "solved")
    return answers.with_chips(answers.text_reply("solved", parsed, "thanks_bye", sure=0.9), parsed)


# The wishes that are asked again of another order: "cancel the ghee order" - "ok then the other one"
FOR_ANOTHER_ORDER = (
    "cancel", "change_address", "change_items", "return", "refund_status", "late", "invoice", "company_bill", "damaged",
)  # fmt: skip
MOST_WORDS_FOR_ANOTHER = 9


def the_same_for_another_order(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "The pickle", "the other one", "10234": the open wish is meant for that order."""
    issue = chat.memory.get("issue") or {}
    key = issue.get("flow") or (
        parsed.topic.get("aspect", "") if parsed.topic.get("kind") == "order" else ""
    )
    said = plain(parsed.text)
    if not key and parsed.known_orders and "order" in said.casefold():
        # "And for the ghee order?" after the rule for invoices
        about = subjects.of_the_answer(parsed.topic)
        key = subjects.SUBJECTS[about].flow if about else ""
    if (
        key not in FOR_ANOTHER_ORDER
        or issue.get("why") in GRAVE
        or parsed.reason
        or len(said.split()) > MOST_WORDS_FOR_ANOTHER
        or (
            order_flows.wanted(parsed) not in ("", key)
            and (parsed.confidence >= ACT or order_flows.wanted_by_cue(parsed))
        )
        or catalogue.asks_to_buy(parsed.text)
        or order_cues.ARRIVES.search(said)
        or parsed.aspect
    ):
        return None
    other = None if STATED.search(said) else which_order.the_other(parsed)
    order = parsed.order or other or _only_one_of(parsed, said)
    now = issue.get("order") or chat.memory.get("order")
    if not order or str(order.pk) == now:
        return None
    reply = flows.run(chat, parsed, key, order)
    if reply and issue:
        issue["order"] = str(order.pk)
    return reply


OF_ONE = phrases(
    "one", "order", "wal[aei]", "parcel", "for", "the", "from", "of", "with", "jisme", "ka", "ki", "ke", "वाला", "वाली", "का", "की", "के",
)  # fmt: skip


# "Purana order hai" tells of the one that is meant
STATED = phrases(r"(?:hai|tha|thi|है|था|थी)\W*$", r"^it(?:'?s| is| was)")


def _only_one_of(parsed: ParsedMessage, said: str) -> Order | None:
    """Return the order that an item or a state in a message of few words stands for."""
    fitting, _ = which_order.of_items(parsed)
    if fitting and parsed.found.share < 1 and not OF_ONE.search(said):
        return None
    if not fitting:
        states = next((states for cue, states in which_order.BY_STATE if cue.search(said)), ())
        fitting = [order for order in parsed.known_orders if order.status in states]
    return fitting[0] if len(fitting) == 1 else None


# --- An open issue takes in what is told afterwards ---------------------------------------


def details_of_the_open_issue(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "I don't have the order number, my husband ordered": part of what was told, not something new."""
    issue = chat.memory.get("issue")
    if not issue or issue.get("why") in ("human", "another_script") or parsed.raw.strip() == "":
        return None
    if (
        issue.get("intent") in issue_cues.OF_NOTHING
        and not parsed.is_issue
        and issue.get("why") not in GRAVE
    ):
        return None
    if parsed.reason and parsed.reason != "anger":
        return None
    # "Neighbour ko bhi pucha" of a parcel that is missing wishes for no other address either
    to_the_courier = issue.get("flow") in ("another_day", "change_address") or (
        issue.get("intent") in ("delivery_delay", "item_problem") and not asking.asks(parsed)
    )
    if (
        to_the_courier
        and order_flows.wanted(parsed) == "change_address"
        and not which_order.CHANGES.search(plain(parsed.text))
    ):
        # "Guard ka naam ramesh hai": what the courier is to know
        return absorbed(chat, parsed, issue)
    if (
        order_flows.wanted(parsed)
        in (
            "cancel",
            "change_address",
            "change_items",
            "refund_status",
            "return",
            "exchange",
            "another_day",
            "invoice",
        )
        and issue.get("intent") in BY_NOW
        and issue.get("why") not in GRAVE
        and not (issue.get("intent") == "item_problem" and issue_cues.HAS_MOVED.search(plain(parsed.text)))
    ):
        return None
    order = parsed.order
    if order and not parsed.is_issue and issue_cues.HOW_IT_STANDS.search(plain(parsed.text)):
        # "10234 ka kya status" asks of another order
        return None
    if (
        not order
        and issue.get("intent") != "delivery_delay"
        and which_order.ASKS_WHERE.search(plain(parsed.text))
    ):
        return None
    if which_order.MARKED.search(plain(parsed.text)) or (not order and not _is_detail(parsed, issue)):
        return None
    return absorbed(chat, parsed, issue)


BY_NOW = (
    "item_problem", "delivery_delay", "refund_return", "payment_problem", "cancel_order", "change_address", "complaint", "account_problem",
)  # fmt: skip
NEW_WISHES = (
    "cancel_order",
    "change_address",
    "order_status",
    "account_problem",
    "talk_to_human",
    "thanks_bye",
    "greeting",
    "feedback",
)


TOO = phrases("too", "also", "as well", "bhi", "भी", "and", "aur")
MOST_WORDS_OF_AN_ITEM = 5


def _is_detail(parsed: ParsedMessage, issue: dict) -> bool:
    said = plain(parsed.text)
    if issue.get("intent") == "item_problem" and issue_cues.HAS_MOVED.search(said):
        return True
    if issue.get("intent") == "item_problem" and issue_cues.ALL_OF_IT.fullmatch(said.strip(" .!")):
        return True
    if issue_cues.PAID_BY.search(said) and issue.get("intent") in BY_NOW and not asking.asks(parsed):
        return True
    if which_order.NOT_KNOWN.search(said) and issue.get("intent") in BY_NOW and not asking.asks(parsed):
        # "Naam nahi pata uska"
        return True
    if order_cues.ARRIVES.search(said) and any(cue.search(said) for cue, _ in which_order.BY_STATE):
        # "And the one that is on its way, when does it come?"
        return False
    says_what = (
        issue.get("intent") == "complaint"
        and not issue.get("flow")
        and parsed.is_issue
        and parsed.intent in classifier.TROUBLE
        and (parsed.confidence >= ACT or parsed.priority == Priority.HIGH)
    )
    if says_what and issue.get("why") not in GRAVE:
        # After "this is so frustrating": what it is about
        return False
    is_polite = parsed.intent in ("thanks_bye", "greeting") and parsed.confidence >= ACT
    if (
        issue.get("why") in GRAVE
        and not is_polite
        and not parsed.knows(CLEAR)
        and parsed.found.share <= 0.5
        and not parsed.aspect
    ):
        # Whatever is said beside glass in the food belongs to it, asked or told
        return True
    if (
        issue_cues.SINCE.search(said)
        and len(said.split()) <= 9
        and not says_what
        and not ASKS_WHEN.search(said)
    ):
        return True
    if (
        NEEDED_BY.search(said)
        and issue.get("intent") in BY_NOW
        and not catalogue.asks_to_buy(said.replace("need", ""))
    ):
        return True
    of_some = issue_cues.KEEPS.search(said) or (
        parsed.found.products and issue_cues.ONLY_THAT.search(said) and not parsed.aspect
    )
    if issue.get("flow") in ("return", "exchange", "cancel") and of_some:
        return True
    if issue_cues.OF_WHICH.fullmatch(said.strip(" .!")) and issue.get("intent") in BY_NOW:
        return True
    if issue.get("flow") == "refund_status" and issue_cues.NOT_THERE.search(said):
        return True
    if issue.get("intent") == "item_problem" and _of_its_items(parsed, issue, said):
        return True
    if asking.asks(parsed) or parsed.is_nod:
        return False
    if issue.get("intent") == "item_problem" and parsed.found.products and TOO.search(said):
        # "Ghee too": another item of it
        return len(said.split()) <= MOST_WORDS_OF_AN_ITEM and not parsed.aspect
    if (
        issue.get("intent") == "item_problem"
        and parsed.found.products
        and issue_cues.NOT_THAT.search(plain(parsed.raw))
    ):
        # "Nahi, sirf ghee": which of the items, put right
        return len(said.split()) <= 6 and not parsed.aspect
    if parsed.numbers or (
        issue.get("intent") in OF_MONEY and issue_cues.WAY_TO_PAY.fullmatch(said.strip(" .!"))
    ):
        return True
    if issue.get("flow") == "change_address" and issue_cues.AN_ADDRESS.search(said):
        return True
    if issue.get("flow") == "refund_status" and which_order.STANDING.search(said):
        return True
    if parsed.aspect and not parsed.is_issue and parsed.intent in ("product_query", "out_of_scope"):
        # "Makhana price": a question of its own
        return False
    if parsed.intent in ("thanks_bye", "greeting") and parsed.confidence >= CLEAR:
        return False
    if parsed.intent == "complaint" and issue.get("intent") in classifier.TROUBLE:
        # "I will post this everywhere": anger about what is open already
        return True
    if issue_cues.OF_IT.match(said) and len(said.split()) <= 7 and not order_flows.wanted_by_cue(parsed):
        return True
    asks_for_goods = (
        parsed.found.products or parsed.aspect or parsed.knows(CLEAR) or catalogue.asks_to_buy(parsed.text)
    )
    if (
        parsed.intent == "product_query"
        and (not asks_for_goods or NEEDED_BY.search(said))
        and issue.get("intent") in BY_NOW
    ):
        return True
    if (
        parsed.is_issue
        and parsed.intent != issue.get("intent")
        and parsed.confidence >= CLEAR
        and parsed.intent in (*classifier.TROUBLE, *NEW_WISHES, "complaint")
    ):
        # Something else is wrong besides; what is grave keeps its place
        return issue.get("why") in GRAVE
    if parsed.is_issue:
        return parsed.intent == issue.get("intent") or parsed.confidence < CLEAR
    if parsed.intent in NEW_WISHES and parsed.confidence >= CLEAR:
        return bool(issue_cues.DETAIL.search(said)) and parsed.intent == "order_status"
    if issue_cues.DETAIL.search(said):
        return True
    if (
        parsed.intent == "out_of_scope"
        and len(said.split()) <= 6
        and not parsed.found.products
        and not parsed.knows(ACT)
    ):
        # "By mistake": few words beside an open issue are about it
        return True
    bare_product = parsed.found.share >= 1 and issue.get("intent") in BY_NOW
    return bare_product or (parsed.confidence < ACT and len(said.split()) <= 12 and not parsed.knows(CLEAR))


def _of_its_items(parsed: ParsedMessage, issue: dict, said: str) -> bool:
    order = order_of(parsed, issue)
    told = " ".join([issue.get("words", ""), *issue.get("details", [])])
    if not order or len(said.split()) > MOST_WORDS_OF_AN_ITEM + 2 or asking.asks(parsed):
        return False
    if issue_cues.FEELS_FINE.fullmatch(said.strip(" .!")):
        return troubles.is_unfit(told)
    counts = issue.get("claim") and not parsed.found.products and issue_cues.OUT_OF.search(said)
    return bool(counts or affected.fine_in(order, said))


ASKS_WHEN = phrases("when", "kab", "where", "kahan", "kaha", "कब", "कहां")
OF_MONEY = ("refund_return", "payment_problem", "cancel_order")


def note(parsed: ParsedMessage, issue: dict) -> None:
    """Keep what was told for the agent, in the customer's words."""
    details = issue.setdefault("details", [])
    if len(details) < MOST_DETAILS:
        details.append(masked(parsed.raw)[:DETAIL_LENGTH])


def order_of(parsed: ParsedMessage, issue: dict) -> Order | None:
    return next((each for each in parsed.known_orders if str(each.pk) == issue.get("order")), None)


def absorbed(
    chat: Chat,
    parsed: ParsedMessage,
    issue: dict,
    *,
    of_what_came: bool = False,
    with_its_rule: bool = True,
) -> Reply:
    """Add what was told to the open issue; the order may be named only now, though not by the wrong item that came."""
    names_items = parsed.found.products and not of_what_came
    fitting, _ = which_order.of_items(parsed) if names_items else ([], False)
    order = parsed.order or (fitting[0] if len(fitting) == 1 and issue.get("intent") in BY_NOW else None)
    note(parsed, issue)
    if "choice" in parsed.asked_of_the_subject and MONEY_BACK.search(A_DENIAL.sub(" ", plain(parsed.text))):
        issue["wants"] = "refund"
    grave = issue.get("why") in GRAVE
    no_number = NO_NUMBER.search(plain(parsed.raw))
    asks = issue_cues.ASKS_FOR_WORDS.search(plain(parsed.raw)) or asking.asks(parsed)
    asks = asks and issue.get("intent") in BY_NOW
    key = (
        f"noted_{issue['why']}"
        if grave
        else "noted_question"
        if asks and not names_items
        else "noted_order"
        if order
        else "noted_no_number"
        if no_number
        else "noted"
    )
    reply = answers.text_reply(
        key, parsed, issue.get("intent") or "item_problem", number=order.number if order else ""
    )
    issue["priority"] = order_flows.higher(
        issue["priority"], parsed.priority if parsed.is_issue else issue["priority"]
    )
    if NEEDED_BY.search(plain(parsed.text)) and issue.get("intent") in ("delivery_delay", "item_problem"):
        # The whole order is missing and the guests come tomorrow
        issue["priority"] = Priority.URGENT
    reply.offer_agent, reply.category, reply.priority = True, issue["category"], issue["priority"]
    reply.flow = issue.get("flow", "")
    if with_its_rule and (
        key == "noted" or (issue["category"] in answers.OF_RULES and key != "noted_no_number")
    ):
        answers.tell_the_rule(parsed, issue, reply)
    cautions.warn(parsed, issue, reply)
    _tick(parsed, issue, reply, order)
    if order:
        answers.about_order(chat, reply, order)
        issue["order"] = str(order.pk)
    elif shown := order_of(parsed, issue):
        reply.order = answers.orders.as_card(shown)
    return reply


def _tick(parsed: ParsedMessage, issue: dict, reply: Reply, order: Order | None) -> None:
    """Tick the items that a detail names; "nahi, sirf ghee" ticks that one alone."""
    of = order or order_of(parsed, issue)
    if not of or issue.get("intent") != "item_problem":
        return
    known = None if issue_cues.NOT_THAT.search(plain(parsed.raw)) else issue.get("claim")
    claim = affected.claim_of(of, parsed.text, known)
    if not claim or claim == issue.get("claim"):
        return
    issue["claim"] = reply.claim = claim
    reply.text = f"{affected.told(claim, parsed.language)} {reply.text}"
    reply.suggestions = affected.chips(of, claim)


MOST_DETAILS = 8
MONEY_BACK = phrases(r"refu?n?d\w*", r"pais[ae]", "money", "रिफंड", "पैस[ाे]")
DETAIL_LENGTH = 300
