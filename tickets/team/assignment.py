"""Gives waiting tickets to agents: round robin or least busy, within a limit, by team.

Any number of workers may do this at once, on every engine. Two conditional updates decide:

1. the agent's row, on the condition that its `version` is the one with which the open tickets were
   counted: it takes the claim, which names the ticket and its `updated_at`. While a claim stands,
   no other process claims this agent;
2. the ticket, on the condition that its `updated_at` is still the one of the claim.

Then the claim is removed. A claim whose process died is settled by the next one that reads it:
it assigns the ticket itself, or finds that it changed. A claim is removed only when its ticket has
changed, and `updated_at` never returns to an earlier value. So a process that was paused between the two
steps finds its condition false, and one claim assigns one ticket at most.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F

from supportdesk.http.outages import is_outage
from tickets import workflow
from tickets.models import (
    Assignment,
    Availability,
    Category,
    Lane,
    Role,
    TeamCategory,
    TeamMember,
    Ticket,
)
from tickets.settings.in_force import current
from tickets.visibility import visibilities
from tickets.workflow import IllegalMove

logger = logging.getLogger(__name__)

BATCH = 200


@dataclass
class Candidate:
    """An agent who is online, with the number of their open tickets."""

    row: Availability
    limit: int
    open: int = 0
    teams: set = field(default_factory=set)
    # Sees the tickets of these teams only
    is_limited: bool = False
    # Another process changed the row: the agent is not asked again in this round
    is_stale: bool = False

    @property
    def is_free(self) -> bool:
        return not self.is_stale and self.open < self.limit


@dataclass(frozen=True)
class Routes:
    """The team of each category."""

    team_of: dict[str, object]

    def allows(self, candidate: Candidate, category: str) -> bool:
        """Return whether the agent takes this category: their team's, or one without a team if visible."""
        team = self.team_of.get(category)
        return not candidate.is_limited if team is None else team in candidate.teams


def is_automatic(now: datetime) -> bool:
    """Return whether the desk assigns tickets itself."""
    return current().assignment != Assignment.BY_HAND


def assign_waiting(now: datetime | None = None) -> bool:
    """Assign waiting tickets to agents with capacity; return whether more of both may be left."""
    rule = current().assignment
    if rule == Assignment.BY_HAND:
        return False
    candidates, routes = _candidates(), _routes()
    categories = [
        category
        for category in Category.values
        if any(each.is_free and routes.allows(each, category) for each in candidates)
    ]
    if not categories:
        return False
    queue = workflow.waiting_unassigned()
    if len(categories) < len(Category):
        # Tickets of a team that is full do not stand before those of others
        queue = queue.filter(category__in=categories)
    tickets = list(queue[:BATCH])
    assigned = sum(_assign(ticket, candidates, routes, rule) for ticket in tickets)
    return bool(assigned) and (len(tickets) == BATCH or any(each.is_stale for each in candidates))


def _assign(ticket: Ticket, candidates: list[Candidate], routes: Routes, rule: str) -> bool:
    """Give the ticket to the agent whose turn it is; say whether this process did."""
    while free := [each for each in candidates if each.is_free and routes.allows(each, ticket.category)]:
        chosen = min(free, key=_busy if rule == Assignment.LEAST_BUSY else _turn)
        if not _claim(chosen, ticket, 1 + max(each.row.turn for each in candidates)):
            chosen.is_stale = True
            continue
        is_ours = _assign_or_void(ticket, chosen.row)
        _remove_claim(chosen.row)
        chosen.open += is_ours or _has(chosen.row, ticket)
        return is_ours
    return False


def _turn(candidate: Candidate) -> tuple:
    return candidate.row.turn, candidate.row.person.name


def _busy(candidate: Candidate) -> tuple:
    return candidate.open, candidate.row.turn, candidate.row.person.name


def _claim(candidate: Candidate, ticket: Ticket, turn: int) -> bool:
    """Take the right to assign to this agent, if the row is still the one with which we counted."""
    row = candidate.row
    same = Availability.objects.filter(pk=row.pk, version=row.version, is_away=False, claim=None)
    if not same.update(
        version=F("version") + 1, claim=ticket.pk, claim_read_at=ticket.updated_at, turn=turn
    ):
        return False
    row.version += 1
    row.claim, row.claim_read_at, row.turn = ticket.pk, ticket.updated_at, turn
    return True


def _remove_claim(row: Availability) -> None:
    # Another process may have settled it; then the row is no longer ours
    same = Availability.objects.filter(pk=row.pk, version=row.version, claim=row.claim)
    if same.update(version=F("version") + 1, claim=None):
        row.version, row.claim = row.version + 1, None


def settle(row: Availability) -> Availability:
    """Finish the claim on this agent, if there is one; return the row as it is now."""
    while row.claim:
        ticket = Ticket.objects.defer("handover").filter(pk=row.claim).first()
        if ticket and ticket.updated_at == row.claim_read_at:
            _assign_or_void(ticket, row)
        _remove_claim(row)
        row = _read(row)
    return row


def _assign_or_void(ticket: Ticket, row: Availability) -> bool:
    """Assign the claimed ticket; otherwise see to it that no process can. Say whether it was assigned."""
    if not row.is_away:
        try:
            workflow.assign_if_unchanged(ticket, row.person, row.claim_read_at)
        except IllegalMove:
            pass
        except Exception as reason:  # one ticket that cannot be assigned must not hold up the others
            if is_outage(reason):
                raise
            logger.exception("ticket %s could not be assigned", ticket.pk)
        else:
            return True
    if row.claim_read_at:
        workflow.void_claims(ticket.pk, row.claim_read_at)
    return False


def _has(row: Availability, ticket: Ticket) -> bool:
    """Return whether this agent has the ticket; another process may have settled our claim first."""
    return Ticket.objects.filter(pk=ticket.pk, assignee_id=row.pk).exists()


def _read(row: Availability) -> Availability:
    return Availability.objects.select_related("person").get(pk=row.pk)


def _candidates() -> list[Candidate]:
    """Return the agents who are online, each with what they have open, counted after their row was read."""
    limit = current().open_limit
    rows = Availability.objects.filter(
        is_away=False, person__is_active=True, person__role__in=(Role.AGENT, Role.STAFF)
    ).select_related("person")
    found = [
        Candidate(settle(row), limit if row.open_limit is None else row.open_limit)
        for row in rows
        # Staff look after the desk; they take tickets when they have a limit of their own
        if row.person.role == Role.AGENT or row.open_limit
    ]
    by_id = {each.row.pk: each for each in found if not each.row.is_away}
    opened = Ticket.objects.filter(assignee_id__in=list(by_id), lane=Lane.OPEN).order_by()
    for person, number in opened.values_list("assignee_id").annotate(Count("pk")):
        by_id[person].open = number
    for person, team in TeamMember.objects.filter(person_id__in=list(by_id)).values_list(
        "person_id", "team_id"
    ):
        by_id[person].teams.add(team)
    for person, limits in visibilities(each.row.person for each in by_id.values()).items():
        by_id[person].is_limited = limits is not None
    return list(by_id.values())


def _routes() -> Routes:
    return Routes(dict(TeamCategory.objects.values_list("category", "team_id")))
