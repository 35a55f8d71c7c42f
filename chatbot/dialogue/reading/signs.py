"""Words that a message needs to count as an issue or a request, by kind.

A sign is a concept of `data/gloss.txt`. The classifier weighs all words of a message; a short follow-up has few, and
then it guesses. A flow or an issue begins where one of its signs stands in the message, or where the guess is very sure.
Of 3,111 labelled messages of these kinds 74 have no sign and a doubtful guess, most of them about banks.
"""

from chatbot.nlu import classifier


def _concepts(names: str) -> frozenset[str]:
    return frozenset(f"g:{name}" for name in names.split())


# What a damaged, missing or wrong item is told with
OF_AN_ITEM = _concepts(
    "damaged torn leak missing wrong spoiled expired fake insect empty defective less instead quality_bad used_item injury sick side_effect danger photo_differs problem received past still_not not_received stolen mistake twice packing old expiry"
)
OF = {
    # What is old or was long ago may be an order
    "item_problem": OF_AN_ITEM - {"g:old", "g:past"},
    "delivery_delay": _concepts(
        "late waiting stuck lost not_received delivered attempt courier_man hub out_for_delivery still_not received since come_future tomorrow dispatch eta stolen status track delivery"
    ),
    "cancel_order": _concepts("cancel not_needed mistake twice"),
    "change_address": _concepts(
        "address change phone_number reschedule shifted drop_at mistake place wrong instead home send delivery thing_home courier_man"
    ),
    "refund_return": _concepts("return exchange refund pickup money policy not_needed deducted"),
    "payment_problem": _concepts(
        "money pay paid deducted twice failed unable upi card cod emi coupon invalid cashback checkout invoice extra_charge autopay referral withdraw"
    ),
    "account_problem": _concepts(
        "login otp password account app_broken verify hacked forgot blocked email delete_account unsubscribe phone_number membership"
    ),
}
# From here on the guess counts without a sign
VERY_SURE = 0.9


def concepts_in(text: str) -> set[str]:
    return classifier.model().read(text).found["concepts"]


def are_missing(text: str, intent: str, confidence: float) -> bool:
    """Return whether a message is only guessed to be this kind of issue: it says no word of it."""
    signs = OF.get(intent, frozenset())
    return bool(signs) and confidence < VERY_SURE and not concepts_in(text) & signs
