"""Response and resolution clocks of a ticket. Pure: no request, no database, no Django.

The clocks are a fold over what happened to the ticket: each event takes the clocks as they
stood and returns them as they stand now. The due times are stored with the ticket, so that a
list can sort by them, and a target that is changed later does not rewrite the past.

The response clock runs while the customer waits for an answer. The resolution clock runs from the
opening to the resolution. Both stop while the ticket is snoozed, and the resolution clock also
while the ticket waits for the customer. A stop moves the due time by exactly its length, in
working time where the policy has a calendar.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce

# The last part of the target in which the countdown is amber
WARNING_SHARE = 0.34

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

FIRST_RESPONSE = {"urgent": 5 * MINUTE, "high": 15 * MINUTE, "medium": HOUR, "low": 4 * HOUR}
NEXT_RESPONSE = FIRST_RESPONSE
RESOLUTION = {"urgent": 4 * HOUR, "high": 8 * HOUR, "medium": 24 * HOUR, "low": 72 * HOUR}


@dataclass(frozen=True)
class Policy:
    """The targets by priority, and how time counts: `add(start, duration)`, `between(start, end)`."""

    first_response: Mapping[str, timedelta] = field(default_factory=lambda: FIRST_RESPONSE)
    next_response: Mapping[str, timedelta] = field(default_factory=lambda: NEXT_RESPONSE)
    resolution: Mapping[str, timedelta] = field(default_factory=lambda: RESOLUTION)
    add: Callable[[datetime, timedelta], datetime] = lambda start, duration: start + duration
    between: Callable[[datetime, datetime], timedelta] = lambda start, end: max(end - start, timedelta(0))

    def response(self, priority: str, is_first: bool) -> timedelta:
        return (self.first_response if is_first else self.next_response)[priority]


@dataclass(frozen=True)
class Clocks:
    """The state of a ticket's clocks. All times are in UTC."""

    opened_at: datetime
    priority: str
    resolution_due_at: datetime
    # The oldest message of the customer that no agent has answered
    waiting_since: datetime | None = None
    response_due_at: datetime | None = None
    # Whether no agent has ever answered
    is_first: bool = True
    paused_at: datetime | None = None
    is_snoozed: bool = False
    is_settled: bool = False


def opened(policy: Policy, priority: str, at: datetime) -> Clocks:
    """Return the clocks of a ticket that the customer has just opened."""
    return Clocks(
        opened_at=at,
        priority=priority,
        resolution_due_at=policy.add(at, policy.resolution[priority]),
        waiting_since=at,
        response_due_at=policy.add(at, policy.response(priority, True)),
    )


def customer_wrote(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
    """The customer waits, from the first message on; a snoozed or settled ticket is back."""
    clocks = replace(_resumed(clocks, policy, at), is_snoozed=False, is_settled=False)
    if clocks.waiting_since:
        return clocks
    due_at = policy.add(at, policy.response(clocks.priority, clocks.is_first))
    return replace(clocks, waiting_since=at, response_due_at=due_at)


def answered(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
    """An agent answered: now we wait for the customer."""
    return _paused(_not_waiting(replace(clocks, is_first=False)), at)


def needs_no_answer(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
    """An agent decided that the last message ("ok, thanks") needs no answer."""
    return _paused(_not_waiting(clocks), at)


def snoozed(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
    """The ticket rests until a later time."""
    return replace(_paused(clocks, at), is_snoozed=True)


def woken(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
    """The ticket is back. The clocks go on where a customer waits."""
    clocks = replace(clocks, is_snoozed=False)
    return _resumed(clocks, policy, at) if clocks.waiting_since else clocks


def settled(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
    """The ticket is resolved or closed."""
    return replace(_paused(_not_waiting(clocks), at), is_settled=True, is_snoozed=False)


def reopened(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
    """An agent took the ticket up again; no customer waits yet."""
    return replace(_resumed(clocks, policy, at), is_settled=False)


def reprioritised(priority: str) -> Callable[[Clocks, Policy, datetime], Clocks]:
    """Return the event that gives the ticket this priority: its targets, and the stops so far."""

    def changed(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
        def moved(start, due_at, before, now):
            stopped = policy.between(policy.add(start, before), due_at)
            return policy.add(policy.add(start, now), stopped)

        old, new = clocks.priority, priority
        resolution_due_at = moved(
            clocks.opened_at, clocks.resolution_due_at, policy.resolution[old], policy.resolution[new]
        )
        response_due_at = clocks.response_due_at
        if clocks.waiting_since:
            before, now = (policy.response(each, clocks.is_first) for each in (old, new))
            response_due_at = moved(clocks.waiting_since, response_due_at, before, now)
        return replace(
            clocks, priority=new, resolution_due_at=resolution_due_at, response_due_at=response_due_at
        )

    return changed


Event = Callable[[Clocks, Policy, datetime], Clocks]


def after(start: Clocks, events: Iterable[tuple[datetime, Event]], policy: Policy) -> Clocks:
    """Return the clocks after these events, which are in the order of their times."""
    return reduce(lambda clocks, event: event[1](clocks, policy, event[0]), events, start)


def _not_waiting(clocks: Clocks) -> Clocks:
    return replace(clocks, waiting_since=None, response_due_at=None)


def _paused(clocks: Clocks, at: datetime) -> Clocks:
    return clocks if clocks.paused_at else replace(clocks, paused_at=at)


def _resumed(clocks: Clocks, policy: Policy, at: datetime) -> Clocks:
    if not clocks.paused_at:
        return clocks
    stopped = policy.between(clocks.paused_at, at)
    response_due_at = clocks.response_due_at and policy.add(clocks.response_due_at, stopped)
    return replace(
        clocks,
        resolution_due_at=policy.add(clocks.resolution_due_at, stopped),
        response_due_at=response_due_at,
        paused_at=None,
    )
