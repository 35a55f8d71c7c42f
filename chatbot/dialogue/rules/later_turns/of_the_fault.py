"""Answer questions about broken, wrong or missing goods before those about other orders."""

from chatbot.models import Chat
from chatbot.nlu.cues.turn_cues import phrases, plain

from ...answers import Reply
from ...message import ParsedMessage
from ...reading import subjects
from ...resolving import asking
from ...state import GRAVE
from ..issues import open_issue, what_next
from ..orders import which_order
from . import meanwhile

MOST_WORDS = 12
# Whether it goes back, or may stay
KEEPS = phrases(
    r"keep(?:ing)? (?:it|this|that|them|the \w+)(?: .{0,15})?", r"rakh (?:lu|lun|loon|le|len|sakt\w+)(?: .{0,12})?", r"(?:want|need|take|taking|collect)\w*(?: \w+){0,4} back(?: .{0,12})?",
    "रख (?:लूं|लूँ|लें|सकत\\S*)(?: .{0,8})?",
)  # fmt: skip
# "Shud i", "do i", "kya ... hai": asked of a thing, where no mark stands
MAY_I = phrases(
    r"(?:should|shud|shld|do|must|can|may|shall|will|would) (?:i|we|you|u|they)(?: .{0,40})?",
    r".{2,40} (?:hai|h|hoga|padega|padegi|he) ?(?:kya|na)?",
    "क्या .{2,40}|.{2,40} क्या",
)


def asked_of_the_fault(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Shud i return this one", "when will the right one come": by the rule for what is wrong, and no other order's."""
    issue, said = chat.memory.get("issue") or {}, plain(parsed.text)
    about = subjects.of_the_issue(issue) if issue else ""
    if (
        about not in subjects.FAULTS.values()
        or issue.get("why") in GRAVE
        or parsed.reason
        or parsed.numbers
        or parsed.order
        or len(said.split()) > MOST_WORDS
        or _names_what_is_not_at_fault(parsed, issue)
    ):
        return None
    asked = _asked(chat, parsed, said)
    articles = (parsed.library.by_slug.get(slug) for slug in subjects.SUBJECTS[about].articles[:1])
    article = next(
        (each for each in articles if each and subjects.answers_it(each.body_in(parsed.language), asked)),
        None,
    )
    return meanwhile.again(chat, parsed, article) if article else None


def _asked(chat: Chat, parsed: ParsedMessage, said: str) -> set[str]:
    goes_back = (
        which_order.RETURNS.search(which_order.REFUND.sub(" ", said))
        or KEEPS.search(said)
        or "send back" in parsed.asked_of_the_subject
    )
    asks = asking.asks(parsed) or MAY_I.search(said)
    if goes_back and asks and not which_order.EXCHANGES.search(said):
        return {"send back"}
    return {"days"} if what_next.asks_for_a_new_one(chat, parsed) else set()


def _names_what_is_not_at_fault(parsed: ParsedMessage, issue: dict) -> bool:
    """Return whether a product is named that is not in the order or among the items with the issue."""
    if not parsed.found.share or not parsed.found.products:
        return False
    named = {product.name for product in parsed.found.products}
    order = open_issue.order_of(parsed, issue)
    claimed = {item["name"] for item in (issue.get("claim") or {}).get("items", [])}
    there = claimed or {item.name for item in (order.items.all() if order else ())}
    return bool(there) and not named & there
