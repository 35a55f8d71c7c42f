"""Real desks that are hurt: every test here starts processes and is left out of `make test-fast`."""

import pytest

from tests.desk import Desk


@pytest.fixture
def desk(data_dir):
    """A desk that has not started yet, with the demo shop's data on SQLite."""
    desk = Desk(data_dir)
    yield desk
    desk.kill()
