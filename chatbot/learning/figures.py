"""How Villy does: asked, answered, helped, handed off, abandoned, and who had to come back.

Containment (no human was needed) is not resolution (nor did the customer come back):
both are shown. What is counted is a visit: the lines of a chat without a long pause.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from django.utils import timezone

from chatbot.models import Chat, ChatMessage
from tickets.models import Ticket

DAYS = 30
# After such a pause a chat is a new visit
PAUSE = timedelta(hours=4)
COMES_BACK = timedelta(hours=72)
# The newest rows of each kind that are read: what the page costs at most
MOST = 50_000

# After these a customer who leaves has not been helped
LEFT_OPEN = {
    "a_person_at_once", "an_issue", "anger", "another_script", "an_order_to_prove", "perhaps_an_issue",
    "a_flow", "the_same_for_another_order", "what_happens_now", "a_photo", "no_promise", "details_of_the_open_issue", "a_number_and_little_else", "a_piece", "i_do_not_know",
}  # fmt: skip

# ... but these may answer all that was asked, and then offer no person
MAY_BE_DONE = {"a_flow", "the_same_for_another_order"}

# Answers that say nothing of what a visit is about
SMALL_TALK = {"greeting", "thanks_bye", "feedback", "talk_to_human", "unknown"}
REFUSED = "An answer did not help"
# Why a visit ended with a person, by the rule that offered one
REASONS = {
    "a_flow": "An order has to be looked at", "the_same_for_another_order": "An order has to be looked at", "an_issue": "Something is wrong",
    "details_of_the_open_issue": "Something is wrong", "what_happens_now": "Something is wrong", "a_piece": "Something is wrong", "a_photo": "Something is wrong",
    "perhaps_an_issue": "Villy was not sure", "i_do_not_know": "Villy did not know", "perhaps_an_article": "Villy did not know", "a_fact": "A fact is not written down",
    "anger": "Anger", "no_words": "Anger", "an_order_to_prove": "An order could not be shown", "a_number_and_little_else": "An order could not be shown", "a_code": "An order could not be shown",
    "a_code_that_did_not_come": "An order could not be shown", "no_number": "An order could not be shown",
    "said_again": "Villy was not understood", "an_unknown_fact": "A fact is not written down", "a_large_order": "A large order",
    "another_script": "Another language", "another_language": "Another language", "no_promise": "A promise or a discount was asked for", "a_person_at_once": "Asked for by the customer, or urgent",
}  # fmt: skip


class Line(NamedTuple):
    """A line of a chat. `rule` and `intent` are of Villy's lines."""

    chat: object
    sender: str
    intent: str
    rule: str
    helped: bool | None
    at: datetime
    flow: str = ""
    offered: bool | None = None


class Talk(NamedTuple):
    """A chat: whose it is, and the ticket that it became."""

    person: object
    ticket: object | None


class Opened(NamedTuple):
    """A ticket, whatever led to it."""

    person: object
    at: datetime


@dataclass
class Visit:
    person: object
    lines: list[Line]
    handed_off: bool = False
    came_back: bool = False
    # Whether it led to a ticket: by the hand-over, or by any door within COMES_BACK
    took_a_ticket: bool = False

    @property
    def began(self) -> datetime:
        return self.lines[0].at

    @property
    def ended(self) -> datetime:
        return self.lines[-1].at

    @property
    def about(self) -> str:
        """The intent that the visit was about: the last of Villy's lines that was no small talk."""
        told = [line.intent for line in self.lines if line.sender == "ai" and line.intent]
        return next((intent for intent in reversed(told) if intent not in SMALL_TALK), "small talk")

    @property
    def reason(self) -> str:
        """Why a person was needed, in words: of the rule that spoke last before the hand-over."""
        told = [line for line in self.lines if line.sender == "ai" and line.rule]
        found = (REFUSED if line.helped is False else REASONS.get(line.rule) for line in reversed(told))
        return next(filter(None, found), "Asked for by the customer")

    @property
    def flow(self) -> str:
        """The flow that ran last, or ""."""
        return next((line.flow for line in reversed(self.lines) if line.flow), "")

    @property
    def went_wrong(self) -> bool:
        """Return whether the customer said of an answer that it did not help."""
        return any(line.helped is False for line in self.lines)

    @property
    def abandoned(self) -> bool:
        """Villy had offered a human, or had no answer, and the customer left."""
        said = [line for line in self.lines if line.sender == "ai"]
        return not self.handed_off and (not said or said[-1].helped is False or _is_left_open(said[-1]))

    @property
    def resolved(self) -> bool:
        return not (self.handed_off or self.abandoned or self.came_back)


def _is_left_open(line: Line) -> bool:
    """Return whether a customer who leaves after this line of Villy's has not got what they came for."""
    if line.rule in MAY_BE_DONE and line.offered is False:
        return False
    return line.rule in LEFT_OPEN


@dataclass
class Count:
    """The figures of a day, or of all days together."""

    asked: int = 0
    answered: int = 0
    helped: int = 0
    not_helped: int = 0
    visits: int = 0
    handed_off: int = 0
    abandoned: int = 0
    came_back: int = 0
    resolved: int = 0

    @property
    def containment(self) -> float | None:
        """The share of visits that needed no human, 0 to 1."""
        return 1 - self.handed_off / self.visits if self.visits else None

    @property
    def resolution(self) -> float | None:
        """The share of visits after which nothing was left open and the customer did not come back within 72 hours."""
        return self.resolved / self.visits if self.visits else None

    def add(self, other: "Count") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass
class Outcome:
    """Outcomes of the visits with one intent, or in which one flow ran."""

    about: str
    visits: int = 0
    handed_off: int = 0
    abandoned: int = 0
    came_back: int = 0
    resolved: int = 0

    @property
    def tickets(self) -> int:
        """Return what these visits cost in tickets: handed off, and those who had to come back."""
        return self.handed_off + self.came_back


@dataclass
class Group:
    """Some visits, and how many of them led to a ticket."""

    visits: int = 0
    tickets: int = 0

    @property
    def share(self) -> float | None:
        return self.tickets / self.visits if self.visits else None


@dataclass
class WrongAnswers:
    """The cost of unhelpful answers in tickets, compared with visits that had none."""

    wrong: Group = field(default_factory=Group)
    others: Group = field(default_factory=Group)

    @property
    def cost(self) -> float | None:
        """Tickets that one visit with such an answer costs on top; None while there is nothing to compare."""
        if self.wrong.share is None or self.others.share is None:
            return None
        return self.wrong.share - self.others.share

    @property
    def extra_tickets(self) -> int | None:
        """Tickets that there would be fewer if these visits had gone as the others did; never below none."""
        return None if self.cost is None else max(0, round(self.cost * self.wrong.visits))


@dataclass
class Report:
    days: list[tuple[date, Count]]
    total: Count = field(default_factory=Count)
    # By what the visits were about, the most visits first
    outcomes: list[Outcome] = field(default_factory=list)
    # The same by the flow that ran in them
    flows: list[Outcome] = field(default_factory=list)
    wrong_answers: WrongAnswers = field(default_factory=WrongAnswers)
    # Why visits ended with a person, the most frequent first
    reasons: list[tuple[str, int]] = field(default_factory=list)
    # Set when there was more than is read: the figures begin here
    begins: datetime | None = None


# --- Reading -----------------------------------------------------------------


def report(now: datetime | None = None) -> Report:
    """Return the figures of the last DAYS days, the newest day first: three bounded queries."""
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since -= timedelta(days=DAYS - 1)
    lines, talks, tickets = _lines(since), _talks(since), _tickets(since)
    days = {today - timedelta(days=back): Count() for back in range(DAYS)}
    for day, count in counted(lines, talks, tickets).items():
        if day in days:
            days[day].add(count)
    made = Report(list(days.items()), begins=lines[0].at if len(lines) == MOST else None)
    for count in days.values():
        made.total.add(count)
    seen = visits([line for line in lines if line.chat in talks], talks, tickets)
    made.outcomes, made.reasons = outcomes(seen), reasons(seen)
    made.flows = outcomes([visit for visit in seen if visit.flow], by=attrgetter("flow"))
    made.wrong_answers = wrong_answers(seen)
    return made


def _lines(since: datetime) -> list[Line]:
    rows = ChatMessage.objects.filter(created_at__gte=since).order_by("-created_at")
    values = rows.values_list(
        "chat_id", "sender", "intent", "rule", "helped", "created_at", "flow", "offered"
    )
    return [Line(*row) for row in values[:MOST]][::-1]


def _talks(since: datetime) -> dict[object, Talk]:
    rows = Chat.objects.filter(updated_at__gte=since).order_by("-updated_at")
    return {pk: Talk(*rest) for pk, *rest in rows.values_list("pk", "person_id", "ticket_id")[:MOST]}


def _tickets(since: datetime) -> dict[object, Opened]:
    # What was opened since has changed since: the list has an index for that
    rows = Ticket.objects.filter(updated_at__gte=since, created_at__gte=since).order_by("-updated_at")
    return {pk: Opened(*rest) for pk, *rest in rows.values_list("pk", "requester_id", "created_at")[:MOST]}


# --- Counting: pure ----------------------------------------------------------


def counted(
    lines: Iterable[Line], talks: dict[object, Talk], tickets: dict[object, Opened]
) -> dict[date, Count]:
    """Count lines (in the order of their time) on their day and visits on the day they began, local time."""
    days: dict[date, Count] = defaultdict(Count)
    lines = [line for line in lines if line.chat in talks]
    for line in lines:
        _count_line(days[_day(line.at)], line)
    for visit in visits(lines, talks, tickets):
        count = days[_day(visit.began)]
        count.visits += 1
        count.handed_off += visit.handed_off
        count.abandoned += visit.abandoned
        count.came_back += visit.came_back
        count.resolved += visit.resolved
    return days


def _count_line(count: Count, line: Line) -> None:
    if line.sender == "customer":
        count.asked += 1
        return
    count.answered += line.intent != "unknown"
    count.helped += line.helped is True
    count.not_helped += line.helped is False


def visits(lines: Iterable[Line], talks: dict[object, Talk], tickets: dict[object, Opened]) -> list[Visit]:
    """Cut chats at their pauses, and see which visit became a ticket and after which the customer came back."""
    found = _cut(lines, talks)
    contacts, opened_by = defaultdict(list), defaultdict(list)
    for visit in found:
        contacts[visit.person].append(visit.began)
    for ticket in tickets.values():
        opened_by[ticket.person].append(ticket.at)
    last = {visit.lines[-1].chat: visit for visit in found}
    for chat, visit in last.items():
        opened = tickets.get(talks[chat].ticket)
        visit.handed_off = opened is not None and opened.at - visit.ended < PAUSE
    for visit in found:
        opened_after = _soon_after(visit, opened_by[visit.person])
        again = opened_after or _soon_after(visit, contacts[visit.person])
        visit.came_back = again and not visit.handed_off
        visit.took_a_ticket = visit.handed_off or opened_after
    return found


def _soon_after(visit: Visit, moments: Iterable[datetime]) -> bool:
    return any(visit.ended < moment <= visit.ended + COMES_BACK for moment in moments)


def outcomes(seen: Iterable[Visit], by: Callable[[Visit], str] = attrgetter("about")) -> list[Outcome]:
    """Return what became of visits by what they were about, the most visits first."""
    found: dict[str, Outcome] = {}
    for visit in seen:
        outcome = found.setdefault(by(visit), Outcome(by(visit)))
        outcome.visits += 1
        for name in ("handed_off", "abandoned", "came_back", "resolved"):
            setattr(outcome, name, getattr(outcome, name) + getattr(visit, name))
    return sorted(found.values(), key=lambda outcome: (-outcome.visits, outcome.about))


def wrong_answers(seen: Iterable[Visit]) -> WrongAnswers:
    """Return how many visits led to a ticket, with an answer that did not help and without."""
    found = WrongAnswers()
    for visit in seen:
        group = found.wrong if visit.went_wrong else found.others
        group.visits += 1
        group.tickets += visit.took_a_ticket
    return found


def reasons(seen: Iterable[Visit]) -> list[tuple[str, int]]:
    """Return why visits ended with a person, the most frequent first."""
    return Counter(visit.reason for visit in seen if visit.handed_off).most_common()


def _cut(lines: Iterable[Line], talks: dict[object, Talk]) -> list[Visit]:
    found: list[Visit] = []
    open_visits: dict[object, Visit] = {}
    for line in lines:
        visit = open_visits.get(line.chat)
        if visit and line.at - visit.ended < PAUSE:
            visit.lines.append(line)
            continue
        visit = open_visits[line.chat] = Visit(talks[line.chat].person, [line])
        found.append(visit)
    return found


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
