"""Clocks as a fold over events: targets, stops, calendars. No database."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tickets.clocks import running as clocks
from tickets.clocks.running import Policy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALWAYS = Policy()
minutes = st.integers(1, 5_000).map(lambda number: number * MINUTE)
priorities = st.sampled_from(["low", "medium", "high", "urgent"])
EVENTS = {
    "customer_wrote": clocks.customer_wrote,
    "answered": clocks.answered,
    "needs_no_answer": clocks.needs_no_answer,
    "snoozed": clocks.snoozed,
    "woken": clocks.woken,
    "settled": clocks.settled,
}


def after(*events, policy=ALWAYS, priority="medium"):
    """The clocks after (minutes after noon, event) pairs."""
    start = clocks.opened(policy, priority, NOON)
    return clocks.after(start, [(NOON + at * MINUTE, event) for at, event in events], policy)


def test_the_customer_waits_from_the_oldest_message_that_has_no_answer():
    opened = after()
    assert (opened.waiting_since, opened.response_due_at) == (NOON, NOON + timedelta(hours=1))
    assert after((5, clocks.customer_wrote)).waiting_since == NOON
    assert after((5, clocks.answered)).waiting_since is None
    again = after((5, clocks.answered), (9, clocks.customer_wrote), (20, clocks.customer_wrote))
    assert again.waiting_since == NOON + 9 * MINUTE
    assert again.response_due_at == NOON + 69 * MINUTE


def test_a_message_that_needs_no_answer_stops_the_clock_and_the_next_one_starts_it():
    stopped = after((5, clocks.needs_no_answer))
    assert (stopped.waiting_since, stopped.response_due_at, stopped.is_first) == (None, None, True)
    assert after((5, clocks.needs_no_answer), (8, clocks.customer_wrote)).waiting_since == NOON + 8 * MINUTE


def test_while_we_wait_for_the_customer_the_resolution_clock_stands():
    due = after().resolution_due_at
    assert after((10, clocks.answered), (70, clocks.customer_wrote)).resolution_due_at == due + 60 * MINUTE
    # A second answer begins no second stop
    twice = after((10, clocks.answered), (40, clocks.answered), (70, clocks.customer_wrote))
    assert twice.resolution_due_at == due + 60 * MINUTE


@given(before=minutes, stop=minutes, priority=priorities)
def test_a_stop_moves_both_due_times_by_exactly_its_length(before, stop, priority):
    opened = clocks.opened(ALWAYS, priority, NOON)
    rested = clocks.snoozed(opened, ALWAYS, NOON + before)
    woken = clocks.woken(rested, ALWAYS, NOON + before + stop)
    assert woken.response_due_at == opened.response_due_at + stop
    assert woken.resolution_due_at == opened.resolution_due_at + stop
    assert woken.paused_at is None


@given(
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from(sorted(EVENTS))), max_size=12),
    priorities,
)
def test_whatever_happens_the_resolution_is_due_after_its_target_and_all_stops(story, priority):
    """The due time is the opening, the target, and every minute in which the clock stood."""
    now, stand, stopped = NOON, clocks.opened(ALWAYS, priority, NOON), timedelta(0)
    for gap, name in story:
        was_paused = stand.paused_at
        now += gap * MINUTE
        stand = EVENTS[name](stand, ALWAYS, now)
        if was_paused and not stand.paused_at:
            stopped += now - was_paused
        assert bool(stand.waiting_since) == bool(stand.response_due_at)
        assert not stand.waiting_since or stand.response_due_at >= stand.waiting_since
    assert stand.resolution_due_at == NOON + ALWAYS.resolution[priority] + stopped


@given(old=priorities, new=priorities, stop=minutes)
def test_another_priority_has_its_targets_and_keeps_the_stops(old, new, stop):
    rested = clocks.snoozed(clocks.opened(ALWAYS, old, NOON), ALWAYS, NOON + MINUTE)
    woken = clocks.woken(rested, ALWAYS, NOON + MINUTE + stop)
    changed = clocks.reprioritised(new)(woken, ALWAYS, NOON + MINUTE + stop)
    expected = clocks.opened(ALWAYS, new, NOON)
    assert changed.response_due_at == expected.response_due_at + stop
    assert changed.resolution_due_at == expected.resolution_due_at + stop
    assert clocks.reprioritised(old)(changed, ALWAYS, NOON) == woken
