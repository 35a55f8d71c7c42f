"""From one DATABASE_URL to Django's settings for SQLite, PostgreSQL or MongoDB."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

# What SQLite needs to serve many threads and lose nothing:
# WAL           readers do not wait for the writer
# FULL          an acknowledged commit survives a power cut (the price: one fsync a commit)
# mmap, cache   a page that was read once is read from memory
SQLITE_PRAGMAS = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA temp_store=MEMORY;
PRAGMA mmap_size=268435456;
PRAGMA cache_size=-16000;
"""


def database_from_url(url: str, data_dir: Path) -> dict:
    """Return the entry for DATABASES.

    `sqlite:` is the embedded database in `data_dir`, `sqlite:///path` another file.
    """
    engine = url.partition(":")[0]
    if engine in ("sqlite", "sqlite3"):
        path = urlsplit(url).path
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": (path.removeprefix("/") and path) or str(data_dir / "db.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "init_command": SQLITE_PRAGMAS,
                # Django's default takes the write lock at the first write: two transactions that read
                # first then meet at "database is locked" without waiting for each other.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
            },
        }
    if engine in ("postgres", "postgresql"):
        settings = dj_database_url.parse(url)
        settings["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 10}} | settings.get(
            "OPTIONS", {}
        )
        return settings
    if engine.startswith("mongodb"):
        return {
            "ENGINE": "django_mongodb_backend",
            "HOST": url,
            "NAME": urlsplit(url).path.strip("/") or "supportdesk",
        }
    raise SystemExit(f"DATABASE_URL starts with {engine!r}; it has to be sqlite:, postgres: or mongodb:.")
