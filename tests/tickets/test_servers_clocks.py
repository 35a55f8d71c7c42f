"""Two servers whose clocks are 80 seconds apart: what ends within a minute ends when it should."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from supportdesk.db import clock
from supportdesk.serving import lifecycle
from tests import factories
from tickets import queries, rate_limits, workflow
from tickets.accounts import tokens
from tickets.channels import outbox
from tickets.live import broker
from tickets.models import InboxEvent, Viewer
from tickets.workflow import undo
from tickets.workflow.messages.withdrawals import withdraw

BEHIND, AHEAD = -40, 40
BOTH_WAYS = pytest.mark.parametrize(("first", "second"), [(BEHIND, AHEAD), (AHEAD, BEHIND)])
right_now = timezone.now


@pytest.fixture
def on_server(monkeypatch):
    """`on_server(off, after=9)`: what follows happens nine seconds later on a server whose clock is off."""
    monkeypatch.setattr(clock, "_offset", timedelta(0))

    began = []

    def move(off: float, after: float = 0) -> None:
        # Time stands still between the moves, so that a busy machine changes nothing
        began.append(right_now())
        right = began[0] + timedelta(seconds=after)
        monkeypatch.setattr(timezone, "now", lambda: right + timedelta(seconds=off))
        monkeypatch.setattr(clock, "_told_by_database", lambda: right)
        clock.measure()

    return move


@pytest.mark.engines
def test_the_databases_clock_is_read_and_ours_is_corrected_by_it(db, monkeypatch):
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    off = timedelta(0 if connection.vendor == "sqlite" else 300)
    monkeypatch.setattr(timezone, "now", lambda: right_now() + off)
    clock.measure()
    # SQLite's file is on this machine, which has one clock
    assert abs(clock.now() - right_now()) < timedelta(seconds=2)


def test_a_server_compares_before_its_first_answer_and_goes_on(monkeypatch):
    [look] = [each for each in lifecycle.before_start if getattr(each, "__name__", "") == "look"]
    [start] = [each for each in lifecycle.on_start if isinstance(each.__self__, clock.ClockWatch)]
    [stop] = [each for each in lifecycle.on_stop if each.__self__ is start.__self__ is look.__self__]
    assert (look.__self__, stop.__name__) == (start.__self__, "stop")
    looks = threading.Semaphore(0)
    watch = clock.ClockWatch()
    monkeypatch.setattr(clock, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(clock, "measure", looks.release)
    monkeypatch.setattr(clock, "connection", SimpleNamespace(vendor="postgresql"))
    monkeypatch.setattr(clock, "close_old_connections", lambda: None)
    watch.start()
    assert all(looks.acquire(timeout=20) for _ in range(3))
    watch.stop()


def test_a_difference_that_no_reader_notices_changes_nothing(monkeypatch):
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    clock._go_by(timedelta(seconds=0.3))
    assert clock._offset == timedelta(0)
    clock._go_by(timedelta(seconds=3))
    clock._go_by(timedelta(seconds=0.1))
    assert clock._offset == timedelta(0)


def test_an_answer_that_came_late_or_not_at_all_changes_nothing(monkeypatch):
    monkeypatch.setattr(clock, "_offset", timedelta(seconds=7))
    times = iter([right_now(), right_now() + timedelta(seconds=9)])
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: next(times))
        patched.setattr(clock, "_told_by_database", right_now)
        clock.measure()

    def away():
        raise OSError

    monkeypatch.setattr(clock, "_told_by_database", away)
    clock.ClockWatch().look()
    assert clock._offset == timedelta(seconds=7)


@BOTH_WAYS
@pytest.mark.parametrize(("after", "is_taken"), [(0, True), (57, True), (63, False)])
def test_the_grace_of_a_refresh_token_is_a_minute_on_every_server(
    first, second, after, is_taken, on_server, priya, api
):
    on_server(first)
    old = tokens.issue(priya)["refresh"]
    tokens.rotate(old)
    on_server(second, after)
    answer = api().post("/api/auth/token/refresh", {"refresh": old})
    assert answer.status_code == (200 if is_taken else 401), answer.content


@BOTH_WAYS
def test_a_server_accepts_tokens_of_another_with_a_different_clock(first, second, on_server, priya, api):
    on_server(first)
    access = tokens.issue(priya)["access"]
    on_server(second)
    assert api().get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200


@BOTH_WAYS
@pytest.mark.parametrize(("after", "is_taken"), [(6, True), (10, False)])
def test_a_change_and_a_reply_can_be_taken_back_for_eight_seconds(
    first, second, after, is_taken, on_server, ticket, asha
):
    on_server(first)
    recording = workflow.change(ticket, priority="urgent", by=asha)
    said = workflow.agent_replies(ticket, "A new jar is on its way", by=asha)
    on_server(second, after)
    for take_back in (
        lambda: withdraw(ticket, said.seq, by=asha),
        lambda: undo.undo_change(ticket, recording.token, by=asha),
    ):
        if is_taken:
            take_back()
        else:
            with pytest.raises(workflow.Refused):
                take_back()


@BOTH_WAYS
def test_a_reply_does_not_leave_before_it_can_no_longer_be_withdrawn(first, second, on_server, priya):
    ticket = factories.ticket(priya)
    on_server(first)
    row = outbox.queue(
        "code-1",
        "email",
        "code",
        ticket=ticket,
        due_at=workflow.clock.now() + workflow.messages.replies.UNDO,
    )
    assert row is not None
    on_server(second, 7)
    assert not outbox._due(clock.now())
    on_server(second, 10)
    assert [each.pk for each in outbox._due(clock.now())] == [row.pk]


@BOTH_WAYS
def test_a_stream_finds_what_another_server_wrote(first, second, on_server, ticket, priya):
    on_server(second)
    looked_at = clock.now()
    on_server(first, 1)
    workflow.customer_says(ticket, "Is anyone there?", by=priya)
    written = {str(pk) for pk in InboxEvent.objects.order_by("-at").values_list("pk", flat=True)[:1]}
    on_server(second, 3)
    found = {activity for activity, _ in broker._activities_since(min(looked_at, clock.now()))}
    assert written <= found


@BOTH_WAYS
def test_an_agent_with_a_ticket_open_is_shown_for_a_minute(
    first, second, on_server, ticket, asha, rohan, browse
):
    on_server(first)
    assert browse(asha).post(f"/support/{ticket.pk}/seen", {"seq": 1}).status_code == 200
    on_server(second, 50)
    assert [viewer.person for viewer in queries.other_viewers(ticket, rohan)] == [asha]
    on_server(second, 70)
    assert not queries.other_viewers(ticket, rohan).exists()
    assert Viewer.objects.count() == 1


@BOTH_WAYS
def test_windows_of_limits_are_the_same_on_every_server(first, second, on_server):
    on_server(first)
    here = rate_limits.timestamp()
    on_server(second)
    assert abs(rate_limits.timestamp() - here) <= 1
