"""What Villy keeps of a chat from turn to turn: small, typed, stored as JSON in `Chat.memory`.

The agent sees it in words on the ticket, see `in_words`.
"""

from typing import TypedDict

from .reading import affected


class Topic(TypedDict, total=False):
    """The subject of the last answer, to which "and the masala one?" and "how much" refer."""

    # product | order | article | delivery | sum
    kind: str
    # Of products (all that were shown) or of the order
    ids: list[str]
    # What was asked of it: an aspect of `product_facts`, or the key of a flow
    aspect: str
    # delivery: the place or PIN code as the customer wrote it
    place: str
    # product: whether they were compared, so that "aur groundnut oil?" is one more of them
    compared: bool
    # product: ids of all that fit, where only the first were told
    among: list[str]
    # sum: [[product id, quantity], ...]
    items: list[list]
    # sum: what was asked with it: "cash", "coupon", "wrap"
    beside: list[str]


class Issue(TypedDict, total=False):
    """The open issue, as the ticket will describe it."""

    category: str
    priority: str
    intent: str
    words: str
    why: str
    # Details that came later, in the customer's words
    details: list[str]
    # The id of the order that it is about; "" where that could not be told
    order: str
    flow: str
    # What is asked for in place of it: "refund"
    wants: str
    # Items that something is wrong with, and what they cost by the order, see dialogue.affected
    claim: dict
    # Whether a person was offered for it and declined
    declined: bool


class Asked(TypedDict, total=False):
    """Our open question. `about`: help | issue | connect | order | choice | product."""

    about: str
    intent: str
    category: str
    priority: str
    # order: the flow that goes on once the order is known; choice: what each suggestion stands for
    flow: str
    options: list[str]
    # product: what was asked of the kind, for the one that is chosen
    said: str


class State(TypedDict, total=False):
    topic: Topic
    issue: Issue
    asked: Asked
    # Ids of the order and of the product that were spoken of last
    order: str
    product: str | None
    # Ids of the products that were spoken of one by one, the last at the end
    recent: list[str]
    # Answers since a product was spoken of; absent once an order was
    since_product: int
    # Ids of the products of the last list: "the other one" is among them
    listed: list[str]
    # ... and of all that it stands for, told or not: a list is narrowed from these
    among: list[str]
    # What was added up last, [[product id, quantity], ...], and the place that was asked about last: they outlive
    # an article in between
    sum: list[list]
    place: str
    # The price that products were asked for at ("under 150")
    within: str
    # Whose health the talk is about, until it is about an order: {"about", "allergen"}
    concern: dict
    # The rule that answered last
    rule: str
    # The parts of the state that the last answer depended on, to give it again
    before: dict
    # The dialogue acts of the last two turns, the newest first: see nlu.dialogue_acts
    acts: list[str]
    # Of the last answer: [{"type", "id", "title"}]
    sources: list[dict]
    # Ids of the articles of the last answers, the newest first: see dialogue.talk
    told: list[str]
    # Articles that did not help
    refused: list[str]
    # Turns without a "that helped"; answers in a row that were "I don't know"
    turns: int
    misses: int
    # The language that was asked for in words; it stays until another is
    language: str
    # The customer's last question, masked, to say the answer again
    last: str
    # Fragments of a message that is typed in pieces
    pieces: list[str]
    # The flow that waits for an order number or a code
    flow: str
    # Clarifying questions that were asked once; none is asked twice
    clarified: list[str]
    # Wishes that were taken back or corrected: [{"from", "to"}]
    corrections: list[dict]


# What a wish leaves behind, and what goes with it when it is taken back
OF_A_WISH = ("issue", "flow", "pieces")


def take_back(state: State, said: str, instead: str = "") -> None:
    """Drop the open wish; the correction is kept for the agent, the wish is not."""
    issue = state.get("issue")
    if issue and issue.get("why") not in GRAVE:
        gone = issue.get("flow") or issue.get("intent", "")
        state.setdefault("corrections", []).append({"from": gone, "to": instead})
        state["corrections"] = state["corrections"][-5:]
        for key in OF_A_WISH:
            state.pop(key, None)  # type: ignore[misc]
    state.pop("asked", None)


GRAVE = ("safety", "fraud", "legal", "outage")


def in_words(state: State) -> list[dict[str, str]]:
    """Return the state for the agent's view: [{"label", "value"}], only what says something."""
    topic, issue = state.get("topic") or {}, state.get("issue") or {}
    rows = [
        ("Last asked", state.get("last", "")),
        ("About", " ".join(filter(None, (topic.get("kind"), topic.get("aspect"), topic.get("place"))))),
        ("Flow", issue.get("flow", "") or state.get("flow", "")),
        ("Details", " · ".join(issue.get("details", []))),
        *_claimed(issue.get("claim")),
        ("Corrected", ", ".join(_correction(each) for each in state.get("corrections", []))),
        ("Open question", (state.get("asked") or {}).get("about", "")),
    ]
    return [{"label": label, "value": str(value).replace("_", " ")} for label, value in rows if value]


def _claimed(claim: dict | None) -> list[tuple[str, str]]:
    if not claim:
        return []
    amount = affected.amount_in_words(claim)
    return [
        ("Items", f"{affected.items_in_words(claim)} ({claim['order']})"),
        ("Worth", f"{amount}, by the order's prices" if amount else ""),
    ]


def _correction(each: dict) -> str:
    return f"{each['from']} → {each['to']}" if each.get("to") else f"not {each['from']} any more"
