"""A migrated SQLite file that test runs copy: applying the migrations costs seconds of processor.

It is kept in `.cache/`, under the sum of what the migrations are made of.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".cache"


@contextmanager
def provided(database: Path) -> Iterator[None]:
    """Put the migrated file where the test database is to be; if there is none yet, keep what is migrated inside."""
    CACHE.mkdir(exist_ok=True)
    template = CACHE / f"migrated-{_sum_of_migrations()}.sqlite3"
    with (CACHE / "migrated.lock").open("w") as lock:
        # The workers of xdist: the first migrates, the others copy
        fcntl.flock(lock, fcntl.LOCK_EX)
        if template.exists():
            shutil.copyfile(template, database)
            fcntl.flock(lock, fcntl.LOCK_UN)
            yield
            return
        yield
        for old in CACHE.glob("migrated-*.sqlite3"):
            old.unlink()
        making = CACHE / f"making-{os.getpid()}"
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(making)) as copy:
            source.backup(copy)
        making.rename(template)


def put(data_dir: Path) -> Path:
    """Make the folder the DATA_DIR of a desk that is migrated and empty; what is missing, its start does."""
    data_dir.mkdir(parents=True, exist_ok=True)
    template = CACHE / f"migrated-{_sum_of_migrations()}.sqlite3"
    if template.exists():
        shutil.copyfile(template, data_dir / "db.sqlite3")
    return data_dir


def _sum_of_migrations() -> str:
    total = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    files = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/models.py"), *ROOT.glob("*/models/*.py")]
    for file in sorted([*files, ROOT / "supportdesk/db/tables.py", ROOT / "requirements.txt"]):
        total.update(file.read_bytes())
    return total.hexdigest()[:16]
