"""The desk's settings, with what makes a test suite quick and leaves nothing behind."""

import atexit
import os
import shutil
import tempfile

if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="desk-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
# Where one server would keep them waiting, each worker of xdist (gw0, gw1, ...) has its own
if servers := os.environ.get("WORKERS_DATABASE_URLS", "").split():
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["DATABASE_URL"] = servers[worker % len(servers)]
os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 50)
os.environ.setdefault("RATE_LIMITS", "off")

from supportdesk.settings import *  # noqa: F403

# As a desk in production: what was rendered is kept
DEBUG = False
# The real hasher is slow on purpose
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Names without a hash: nothing has to be collected first
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
database = DATABASES["default"]  # noqa: F405
# Fifty threads at once, on a machine that does other things too: a thread of a test waits longer than a reader would
longest_wait = 60
if database["ENGINE"].endswith("sqlite"):
    # A file as in real life: in memory SQLite knows no WAL, and threads would share one connection
    database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
    database["OPTIONS"] |= {
        "timeout": longest_wait,
        # It need not survive a power cut
        "init_command": database["OPTIONS"]["init_command"].replace("synchronous=FULL", "synchronous=OFF"),
    }
if "pool" in database["OPTIONS"]:
    database["OPTIONS"]["pool"] = database["OPTIONS"]["pool"] | {"timeout": longest_wait}
