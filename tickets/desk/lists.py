"""Parse the list's URL: the view, the filters as chips, the search with its operators."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext

from tickets.lists.inbox import CHOICES, MANY, OTHER_VIEWS, SEARCH_LENGTH, VIEWS, BadFilter, InboxFilter
from tickets.models import Person, Priority, Status
from tickets.queries import colleagues
from tickets.search.operators import parse
from tickets.visibility import visibility_of

# In the order in which they stand in the address
NARROWING = (*MANY, "assigned", "unread", "callback")
FIELDS = ("view", *NARROWING, "q")
DEFAULT_VIEW = "needs-answer"
# Bookmarks of the desk of 0.1
OLD_FILTERS = {
    "waiting": ("view", "needs-answer"),
    "mine": ("view", "mine"),
    "unassigned": ("view", "unassigned"),
    "callback": ("callback", "1"),
    **{value: (name, value) for name, choice in CHOICES.items() for value in choice.known.values},
}
# What `is:` says in the search box
STATES = {
    "waiting": ("view", "needs-answer"),
    "mine": ("view", "mine"),
    "unassigned": ("view", "unassigned"),
    "snoozed": ("view", "snoozed"),
    "done": ("view", "done"),
    "spam": ("view", "spam"),
    "mentioned": ("view", "mentions"),
    "following": ("view", "following"),
    "unread": ("unread", True),
    "callback": ("callback", True),
    **{value: ("status", value) for value in Status.values},
    **{value: ("priority", value) for value in Priority.values},
    # What is not finished, as in "All open"; the status alone is a filter
    "open": ("view", "open"),
}
# Views that show a part of "All open"
WITHIN_OPEN = {"needs-answer", "mine", "unassigned"}


@dataclass(frozen=True)
class Chip:
    """A filter that narrows the list; `without` is the address of the list without it."""

    field: str
    value: str
    label: str
    without: str


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class ShownList:
    """The list on the page: `wanted` for the database, `query` for URLs, `chips` for display."""

    wanted: InboxFilter
    view: str
    query: str
    q: str
    chips: list[Chip]


def shown_list(asked: QueryDict, agent: Person) -> ShownList:
    """Read the address of the list. What it does not know it leaves out, as an old bookmark should."""
    given = _given(asked)
    query = _query(given)
    view = _view(given)
    try:
        wanted = _wanted(given, view, agent)
    except BadFilter:
        given, view, query = {}, DEFAULT_VIEW, ""
        wanted = _wanted(given, view, agent)
    return ShownList(wanted, view, query, " ".join(given.get("q", [])), _chips(given))


def _given(asked: QueryDict) -> dict[str, list[str]]:
    given = {name: [value for value in asked.getlist(name) if value.strip()] for name in FIELDS}
    added = asked.getlist("add") + [
        ":".join(OLD_FILTERS[value]) for value in asked.getlist("filter") if value in OLD_FILTERS
    ]
    for choice in filter(None, added):
        name, _, value = choice.partition(":")
        if name in FIELDS:
            given[name] = [*given[name], value] if name in MANY else [value]
            if name == "status":
                # Each view has statuses of its own; a chosen one stands for itself
                given["view"] = []
    for name, fixed in CHOICES.items():
        given[name] = [value for value in given[name] if value in fixed.known.values]
    given["view"] = [value for value in given["view"] if value in VIEWS or value in OTHER_VIEWS][-1:]
    given["q"] = [
        "".join(sign for sign in value if sign != "\0")[:SEARCH_LENGTH] for value in given["q"][-1:]
    ]
    return {name: list(dict.fromkeys(values)) for name, values in given.items() if values}


def _view(given: dict) -> str:
    if "view" in given:
        return given["view"][0]
    return "all" if given.keys() - {"view"} else DEFAULT_VIEW


def _wanted(given: dict, view: str, agent: Person) -> InboxFilter:
    fields: dict[str, Any] = {name: tuple(given.get(name, ())) for name in MANY}
    assigned = (given.get("assigned") or [""])[-1]
    fields |= {
        "view": view,
        "assigned": str(agent.pk) if assigned == "me" else assigned,
        "unread": "unread" in given,
        "callback": "callback" in given,
        "agent": str(agent.pk),
        "visible": visibility_of(agent),
    }
    found = parse(" ".join(given.get("q", [])).strip(), STATES)
    fields |= {"q": found.words, "sender": found.sender, "order_number": found.order_number}
    fields["tag"] += found.tags
    if found.before:
        fields["updated_before"] = datetime.combine(found.before, time.min, UTC)
    for state in found.states:
        name, value = STATES[state]
        if state == "open" and fields["view"] in WITHIN_OPEN:
            continue
        fields[name] = (*fields[name], value) if name in MANY else value
    return InboxFilter(**fields)


def _query(given: dict) -> str:
    kept = QueryDict(mutable=True)
    for name in FIELDS:
        if name in given:
            kept.setlist(name, given[name])
    return kept.urlencode()


def _chips(given: dict) -> list[Chip]:
    chips = []
    for name in NARROWING:
        for value in given.get(name, ()):
            rest = given | {name: [other for other in given[name] if other != value]}
            rest = {key: values for key, values in rest.items() if values}
            chips.append(Chip(name, value, _label(name, value), _query(rest)))
    return chips


def _label(name: str, value: str) -> str:
    match name:
        case "unread":
            return gettext("Unread")
        case "callback":
            return gettext("Call back")
        case "assigned":
            return gettext("Assigned to: %(value)s") % {"value": _who(value)}
    if choice := CHOICES.get(name):
        return f"{choice.label}: {choice.known(value).label}"
    return f"{gettext('Tag')}: {value}"


def _who(value: str) -> str:
    if value in ("me", "none"):
        return gettext("me") if value == "me" else gettext("no one")
    return next((each.name for each in colleagues() if str(each.id) == value), gettext("another agent"))


def filter_choices(tag_names: Iterable[str], agents: list[Choice]) -> list[tuple[str, list[Choice]]]:
    """The choices of the "Filter" box, by group; each adds a chip."""
    return [
        *(
            (str(choice.label), _choices(name, _urgent_first(choice.known)))
            for name, choice in CHOICES.items()
        ),
        (gettext("Tag"), _choices("tag", [(name, name) for name in tag_names])),
        (
            gettext("Assigned to"),
            _choices(
                "assigned",
                [
                    ("me", gettext("Me")),
                    ("none", gettext("No one")),
                    *((each.value, each.label) for each in agents),
                ],
            ),
        ),
        (
            gettext("More"),
            [
                Choice("unread:1", gettext("Unread")),
                Choice("callback:1", gettext("Call back")),
                Choice("view:spam", gettext("Spam")),
            ],
        ),
    ]


def _urgent_first(known: type[TextChoices]) -> Iterable[tuple]:
    return reversed(known.choices) if known is Priority else known.choices


def _choices(name: str, pairs: Iterable[tuple]) -> list[Choice]:
    return [Choice(f"{name}:{value}", label) for value, label in pairs]
