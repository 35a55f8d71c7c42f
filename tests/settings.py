"""The desk's settings, with what makes a test suite quick and leaves nothing behind."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="desk-tests-"))
os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 50)
os.environ.setdefault("RATE_LIMITS", "off")

from supportdesk.settings import *  # noqa: E402, F403

# The real hasher is slow on purpose
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Names without a hash: nothing has to be collected first
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
