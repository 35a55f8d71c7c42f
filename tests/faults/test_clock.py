"""A clock that jumps, forwards and back: order is by number, deadlines are those that were given."""

import sys
import time
from datetime import datetime
from uuid import UUID

import pytest

from tests.operations.servers import Listening

DAY = 86400
# `manage.py serve`, whose clock is off by as many seconds as a file says
WITH_ANOTHER_CLOCK = """
import os, sys, time
from datetime import datetime, timedelta
from pathlib import Path
import django, jwt.api_jwt
from django.utils import timezone
django.setup()
from rest_framework_simplejwt import tokens

right_time, right_now, file = time.time, timezone.now, Path(os.environ["CLOCK"])
time.time = lambda: right_time() + float(file.read_text())
timezone.now = tokens.aware_utcnow = lambda: right_now() + timedelta(seconds=float(file.read_text()))

class OffClock(datetime):
    @classmethod
    def now(cls, tz=None):
        return timezone.now()

jwt.api_jwt.datetime = OffClock

from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "serve"])
"""
OVERDUE = "SELECT ticket_id FROM tickets_ticketevent WHERE field = 'first_response'"


class Clock:
    def __init__(self, file):
        self.file = file
        self.off_by(0)

    def off_by(self, seconds: float) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(seconds))
        draft.rename(self.file)


@pytest.fixture
def clock(desk, tmp_path) -> Clock:
    desk.environment |= {"CLOCK": str(tmp_path / "clock"), "DJANGO_SETTINGS_MODULE": "supportdesk.settings"}
    desk.command = [sys.executable, "-c", WITH_ANOTHER_CLOCK]
    return Clock(tmp_path / "clock")


def overdue(desk) -> set[str]:
    return {str(UUID(ticket)) for (ticket,) in desk.sql(OVERDUE)}


def until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.3)


@pytest.mark.second_try(reason="measures time, and other programs use the machine too")
def test_messages_keep_their_order_and_their_readers_whatever_the_clock_does(desk, clock):
    desk.start()
    customer = desk.as_customer()
    opened = customer.post("/api/support/create", json={"message": "0"}).raise_for_status().json()
    ticket, due = opened["id"], opened["firstResponseDueAt"]
    stream = Listening(desk.as_agent(), "/api/support/admin/events")
    jumps = [0, DAY, -3600, 300, -DAY, 0]
    for place, seconds in enumerate(jumps):
        clock.off_by(seconds)
        # People who signed in by the right clock do so again
        for name, caller, address in (
            ("customer", desk.as_customer(), f"/api/support/{ticket}/message"),
            ("agent", desk.as_agent(), f"/api/support/admin/{ticket}/reply"),
        ):
            said = caller.post(address, json={"message": f"{name} {place}"})
            assert said.status_code == 201, said.text
            stream.received(f"{name} {place}", 30)
    shown = desk.as_agent().get(f"/api/support/admin/{ticket}").json()
    spoken = [line for line in shown["messages"] if line["sender"] != "system"]
    in_order = ["0"] + [f"{name} {place}" for place in range(len(jumps)) for name in ("customer", "agent")]
    assert [line["message"] for line in spoken] == in_order
    assert [line["seq"] for line in shown["messages"]] == list(range(1, len(shown["messages"]) + 1))
    times = [datetime.fromisoformat(line["timestamp"]) for line in shown["messages"]]
    assert times == sorted(times)
    assert shown["firstResponseDueAt"] == due
    texts = [data["message"] for _, data in stream.received_at if data.get("message") in in_order]
    assert texts == [text for text in in_order if text in texts], "received in that order, each once"


@pytest.mark.second_try(reason="measures time, and other programs use the machine too")
def test_deadlines_are_noticed_when_they_come_also_after_the_clock_was_ahead(desk, clock):
    desk.start()
    words = {"message": "The jar leaked", "priority": "low"}
    first = desk.as_guest().post("/api/support/create", json=words).raise_for_status().json()
    clock.off_by(7 * DAY)
    until(lambda: first["id"] in overdue(desk))
    clock.off_by(0)
    second = desk.as_guest().post("/api/support/create", json=words).raise_for_status().json()
    before = datetime.fromisoformat(first["firstResponseDueAt"]).timestamp() - time.time()
    assert second["id"] not in overdue(desk)
    clock.off_by(before + 3600)
    until(lambda: second["id"] in overdue(desk))
