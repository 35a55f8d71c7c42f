"""The threads that look for work: what a failure, a wake and the end of the desk do to them."""

import logging
import threading

import pytest
from django.db import OperationalError

from supportdesk.serving.polling import PollingThread

# Of waiting for what is sure to come
LONG = 30


@pytest.fixture
def polling():
    """`polling(look, ...)` is a started thread, which ends with the test."""
    started = []

    def start(look, **options):
        thread = PollingThread("letters", look, **({"first_pause": 0, "after_failure": 0} | options))
        started.append(thread)
        thread.start()
        return thread

    yield start
    for thread in started:
        thread.stop()
        thread.join(LONG)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OperationalError("gone"), "letters: the database does not answer (OperationalError)"),
        (TypeError("an e-mail of no kind"), "letters: a look for work failed"),
    ],
    ids=["an outage", "a fault of ours"],
)
def test_after_a_look_that_fails_it_looks_again_and_the_log_says_why(polling, caplog, fault, said):
    looked_again = threading.Event()
    faults = [fault]

    def look():
        if faults:
            raise faults.pop()
        looked_again.set()
        return 3600

    with caplog.at_level(logging.WARNING):
        polling(look)
        assert looked_again.wait(LONG)
    assert said in caplog.text
    # The trace is for what we can mend
    assert ("Traceback" in caplog.text) == isinstance(fault, TypeError)


def test_while_there_is_more_it_looks_without_a_pause_and_a_wake_ends_the_pause(polling):
    left = [0, 0, 3600, 3600]
    second_round = threading.Event()

    def look():
        pause = left.pop(0)
        if not left:
            second_round.set()
        elif pause:
            woken.set()
        return pause

    woken = threading.Event()
    polling(look, woken=woken)
    assert second_round.wait(LONG)


def test_told_to_stop_it_ends_although_there_is_always_more(polling):
    thread = polling(lambda: 0)
    thread.stop()
    thread.join(LONG)
    assert not thread.thread.is_alive()
