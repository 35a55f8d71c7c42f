"""Worker steps for the team: mark agents away, unassign their tickets, assign open ones."""

from datetime import datetime, timedelta

from tickets.team import assignment, availability, rules

from .jobs import delete_batch, step

MINUTE = timedelta(minutes=1)


@step("absence", every=timedelta(seconds=5), longest_wait=MINUTE, has_work=availability.is_kept)
def set_inactive_agents_away(now: datetime, since: datetime) -> bool:
    """Make inactive agents away, and unassign what waits for agents who are away."""
    availability.set_inactive_agents_away(now)
    availability.give_back_all()
    return False


@step("assignment", every=timedelta(seconds=5), longest_wait=MINUTE, has_work=assignment.is_automatic)
def assign_waiting(now: datetime, since: datetime) -> bool:
    """Give waiting tickets to agents who are online."""
    return assignment.assign_waiting(now)


@step("rules", every=timedelta(seconds=5), longest_wait=MINUTE, has_work=rules.are_active)
def run_rules(now: datetime, since: datetime) -> bool:
    """Run the rules for what happened on the desk."""
    return rules.run_for_events()


@step("timed-rules", every=timedelta(seconds=15), longest_wait=MINUTE, has_work=rules.are_active)
def run_timed_rules(now: datetime, since: datetime) -> bool:
    """Run the rules for time that has passed."""
    return rules.run_timed(now)


@step("rules-prune", every=timedelta(hours=1))
def prune_rule_runs(now: datetime, since: datetime) -> bool:
    """Remove old runs of rules."""
    more = [delete_batch(rows) for rows in rules.forget(now)]
    return any(more)
