"""From one DATABASE_URL to Django's settings for SQLite, PostgreSQL or MongoDB."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from supportdesk.env import BadSetting, quoted

# What SQLite needs to serve many threads and lose nothing:
# WAL           readers do not wait for the writer
# FULL          an acknowledged commit survives a power cut (the price: one fsync a commit)
# mmap, cache   a page that was read once is read from memory
# checkpoint    who commits the 4,000th page carries the log over into the file, 16 MB at most: of a hundred writers
#               less than one waits for it, with SQLite's 1,000 it was three
SQLITE_PRAGMAS = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA temp_store=MEMORY;
PRAGMA mmap_size=268435456;
PRAGMA cache_size=-16000;
PRAGMA wal_autocheckpoint=4000;
"""

# Threads come and go, connections stay; a thread that finds none free waits, then fails with a sentence.
# The pool waits twice as long after each failed connection, up to minutes: told to give up soon, it
# starts again at the next request, and is well within seconds after the server is.
POSTGRES_POOL = {"min_size": 1, "max_size": 16, "timeout": 5, "reconnect_timeout": 2}
MONGO_OPTIONS = {
    # An acknowledged write is in the journal: a single node would answer up to 100 ms before that
    "journal": True,
    # The driver's own 30 s are more than anybody waits for a page
    "serverSelectionTimeoutMS": 5000,
}


def database_from_url(url: str, data_dir: Path) -> dict:
    """Return the entry for DATABASES; raise BadSetting for a URL of another form.

    `sqlite:` is the embedded database in `data_dir`, `sqlite:///path` another file.
    """
    engine = url.partition(":")[0]
    if engine in ("sqlite", "sqlite3"):
        return _sqlite(url, data_dir)
    if engine in ("postgres", "postgresql"):
        return _postgres(url)
    if engine in ("mongodb", "mongodb+srv"):
        return _mongo(url)
    raise _misfit(url, "use sqlite:, postgres://user:password@host/name or mongodb://host/name")


# As libpq knows them
SSL_MODES = ("prefer", "disable", "allow", "require", "verify-ca", "verify-full")


def _sqlite(url: str, data_dir: Path) -> dict:
    rest = url.partition(":")[2]
    path = Path(rest.removeprefix("//")) if rest else data_dir / "db.sqlite3"
    if not path.is_absolute() or path.is_dir() or not path.parent.is_dir():
        raise _misfit(url, "use sqlite: or sqlite:///path/of/a/file in a folder that exists")
    return {
        "ENGINE": "supportdesk.db.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "init_command": SQLITE_PRAGMAS,
            # Django's default takes the write lock at the first write: two transactions that read
            # first then meet at "database is locked" without waiting for each other.
            "transaction_mode": "IMMEDIATE",
            # Another process may write for a moment; a thread that waits longer answers no request
            "timeout": 5,
        },
    }


def _postgres(url: str) -> dict:
    try:
        settings = dj_database_url.parse(url)
    except ValueError:
        settings = {}
    if not settings.get("NAME"):
        raise _misfit(
            url, "use postgres://user:password@host:5432/name, with special signs percent-encoded"
        )
    mode = settings.get("OPTIONS", {}).get("sslmode", SSL_MODES[0])
    if mode not in SSL_MODES:
        raise _misfit(url, f"sslmode is one of {', '.join(SSL_MODES)}")
    settings["OPTIONS"] = {"pool": POSTGRES_POOL} | settings.get("OPTIONS", {})
    # A connection is asked whether it still lives before it is handed out: after a restart of the
    # server the pool would give away its dead ones first
    settings["CONN_HEALTH_CHECKS"] = True
    return dict(settings)


def _mongo(url: str) -> dict:
    # Looking an SRV record up takes a network, so of that form only the host is checked
    from pymongo.errors import PyMongoError
    from pymongo.uri_parser import parse_uri

    try:
        if url.startswith("mongodb+srv:"):
            name = urlsplit(url).hostname and urlsplit(url).path.strip("/")
        else:
            name = parse_uri(url)["database"] or ""
    except (PyMongoError, ValueError):
        name = None
    if name is None:
        raise _misfit(
            url, "use mongodb://user:password@host:27017/name, with special signs percent-encoded"
        )
    return {
        "ENGINE": "django_mongodb_backend",
        "HOST": url,
        "NAME": name or "supportdesk",
        "OPTIONS": {option: value for option, value in MONGO_OPTIONS.items() if option not in url},
    }


def _misfit(url: str, fits: str) -> BadSetting:
    return BadSetting("DATABASE_URL", quoted(url), fits)


# Django's apps whose tables have numbered rows, and what takes their place on MongoDB
MONGO_APPS = {
    "django.contrib.admin": "supportdesk.db.mongo.apps.MongoAdminConfig",
    "django.contrib.auth": "supportdesk.db.mongo.apps.MongoAuthConfig",
    "django.contrib.contenttypes": "supportdesk.db.mongo.apps.MongoContentTypesConfig",
    "allauth.account": "supportdesk.db.mongo.apps.MongoAccountConfig",
    "allauth.mfa": "supportdesk.db.mongo.apps.MongoMFAConfig",
    "allauth.socialaccount": "supportdesk.db.mongo.apps.MongoSocialAccountConfig",
    "allauth.usersessions": "supportdesk.db.mongo.apps.MongoUserSessionsConfig",
}
MONGO_MIGRATIONS = {
    app.rpartition(".")[2]: f"supportdesk.db.mongo.migrations.{app.rpartition('.')[2]}"
    for app in MONGO_APPS
}


def is_mongo(database: dict) -> bool:
    return database["ENGINE"] == "django_mongodb_backend"


def apps_for(database: dict, apps: list[str]) -> list[str]:
    """Return INSTALLED_APPS as this engine needs them."""
    return [MONGO_APPS.get(app, app) for app in apps] if is_mongo(database) else apps


def migrations_for(database: dict) -> dict[str, str]:
    """Return MIGRATION_MODULES for this engine."""
    return MONGO_MIGRATIONS if is_mongo(database) else {}
