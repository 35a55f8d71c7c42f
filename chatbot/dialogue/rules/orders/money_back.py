"""Words for money of an order that was to come back and has not: "cancel kiya tha, paise nahi aaye"."""

from chatbot.nlu.cues.turn_cues import phrases
from tickets.models import OrderStatus

from ... import flows
from ...message import ParsedMessage

MONEY_IS_NOT_BACK = phrases(
    r"(?:cance?l\w*|return\w*|wapas)(?: .{0,20})? (?:pais[ae]|refund|money|amount)(?: \w+){0,3} (?:nahi|nahin|nhi|ni|not|never|n'?t)(?: .{0,15})?", r"(?:pais[ae]|refund|money)(?: (?:abhi|ab) tak)? (?:wapas|vapas)(?: \w+)? (?:nahi|nahin|nhi|not)(?: .{0,12})?",
    r"(?:pais[ae]|refund|money)(?: (?:abhi|ab) tak)? (?:nahi|nahin|nhi|ni) (?:aa?y[aei]|mil[aei]|lauta\w*)(?: (?:wapas|vapas|cancel|return).{0,15})", "(?:पैस[ाे]|रिफंड)(?: अभी तक)? वापस नहीं (?:आ|मिल|हु)\\S*",
)  # fmt: skip


def has_a_refund(parsed: ParsedMessage) -> bool:
    """Return whether a refund of one of the customer's orders was sent and nothing else is wrong."""
    issue = parsed.chat.memory.get("issue") or {}
    of_money = issue.get("intent") in (None, "refund_return")
    return of_money and any(flows.state_of(order) == OrderStatus.REFUNDED for order in parsed.known_orders)
