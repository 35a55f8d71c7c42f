"""The desk dies in the middle of its work: what was acknowledged is there, once, in its order."""

import random
import signal
import time

import pytest

from tests.desk import Desk
from tests.engines.servers import Postgres, running
from tests.faults.load import Load

BACK_WITHIN_SECONDS = 60


@pytest.mark.parametrize(
    ("how", "workers", "rounds"),
    [
        (signal.SIGKILL, 2, 1),
        (signal.SIGTERM, 1, 1),
        pytest.param(signal.SIGKILL, 1, 5, marks=pytest.mark.extended),
        pytest.param(signal.SIGTERM, 2, 1, marks=pytest.mark.extended),
    ],
)
def test_a_desk_that_is_ended_in_mid_load_loses_nothing_and_doubles_nothing(desk, how, workers, rounds):
    desk.environment["WORKERS"] = str(workers)
    desk.start()
    chance = random.Random(5)
    with Load(desk) as load:
        for _ in range(rounds):
            load.goes_on(by=30, within=60)
            time.sleep(chance.uniform(0, 0.05))
            desk.kill(how)
            ended_at = time.monotonic()
            desk.start()
            load.everybody_goes_on(within=BACK_WITHIN_SECONDS)
            assert time.monotonic() - ended_at < BACK_WITHIN_SECONDS
    load.assert_nothing_was_lost_or_doubled()


@pytest.mark.not_on("postgresql", "mongodb", reason="starts this engine by itself")
def test_a_database_that_crashes_in_mid_load_loses_nothing_and_doubles_nothing(tmp_path):
    with running(Postgres) as server:
        desk = Desk(tmp_path, DATABASE_URL=server.database("desk")).start(120)
        try:
            with Load(desk) as load:
                for _ in range(2):
                    load.goes_on(by=30, within=60)
                    server.kill()
                    load.tries_again(within=60)
                    server.start()
                    load.everybody_goes_on(within=BACK_WITHIN_SECONDS)
            load.assert_nothing_was_lost_or_doubled()
        finally:
            desk.kill()
