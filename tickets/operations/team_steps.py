"""What the worker does for the team: who is away, what they give back, who gets which ticket."""

from datetime import datetime, timedelta

from tickets.team import assignment, availability

from .jobs import step


@step("absence", every=timedelta(seconds=5), longest_wait=timedelta(minutes=1))
def send_away(now: datetime, since: datetime) -> bool:
    """Make inactive agents away, and unassign what waits for agents who are away."""
    availability.send_away(now)
    availability.give_back_all()
    return False


@step("assignment", every=timedelta(seconds=5), longest_wait=timedelta(minutes=1))
def assign_waiting(now: datetime, since: datetime) -> bool:
    """Give waiting tickets to agents who are online."""
    return assignment.assign_waiting(now)
