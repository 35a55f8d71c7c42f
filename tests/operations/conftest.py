"""A desk's data that is there already: the demo shop is loaded once for all these tests."""

import shutil
from pathlib import Path

import pytest

from tests.desk import Desk


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    Desk(folder).start(120).stop()
    return folder


@pytest.fixture
def data_dir(_prepared, tmp_path) -> Path:
    """A DATA_DIR with the demo shop on SQLite."""
    return shutil.copytree(_prepared, tmp_path / "data")
