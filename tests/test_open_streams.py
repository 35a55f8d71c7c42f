"""What thousands of open streams would cost: counted on forty of them, in a real server process."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.streams import INBOX, Stream
from tests.desk import Desk

OPEN = 40

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="threads are counted in /proc"),
]


@pytest.fixture
def desk(data_dir):
    server = Desk(data_dir).start()
    yield server
    server.kill()


@pytest.mark.second_try(reason="measures time, and other programs use the machine too")
def test_an_open_stream_holds_no_thread_and_no_file_but_its_socket(desk):
    headers = {"Authorization": desk.as_agent().headers["Authorization"]}

    async def grown() -> tuple[int, int]:
        first = await Stream().open(desk.port, INBOX, headers)
        before = threads_and_files(desk.process.pid)
        streams = [await Stream().open(desk.port, INBOX, headers) for _ in range(OPEN)]
        after = threads_and_files(desk.process.pid)
        for stream in [first, *streams]:
            stream.close()
        return after[0] - before[0], after[1] - before[1]

    threads, files = asyncio.run(grown())

    assert threads < OPEN / 4
    assert files < OPEN * 1.25


def threads_and_files(pid: int) -> tuple[int, int]:
    status = Path(f"/proc/{pid}/status").read_text()
    threads = int(status.partition("Threads:")[2].split()[0])
    return threads, len(list(Path(f"/proc/{pid}/fd").iterdir()))
