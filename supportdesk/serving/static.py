"""Static files: hashed names that never change, compressed once, served by WhiteNoise."""

import base64
import fcntl
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from markupsafe import Markup
from whitenoise import WhiteNoise
from whitenoise.storage import CompressedManifestStaticFilesStorage

from supportdesk.http import headers

from . import bundles

# The other API browser that drf-spectacular brings
IGNORED = ["redoc"]


class ImmutableStatic(CompressedManifestStaticFilesStorage):
    """Every file under a name that carries its hash, imports between our modules included."""

    # Each pass follows the imports one module further; the longest way is the desk's
    max_post_process_passes = 16

    support_js_module_import_aggregation = True
    # Only below our own js/: Django looks for imports by pattern, and finds some in others' strings
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
    # A page that names a file which is not there yet (before collectstatic) shows without it
    manifest_strict = False

    def url(self, name, force=True):
        # Django would use the plain names under DEBUG; we serve the collected files there too
        return super().url(name, force)

    def post_process(self, paths, dry_run=False, **options):
        """Hash and compress what was collected, and the bundles of it."""
        if not dry_run:
            texts = bundles.all_bundles(lambda name: Path(self.path(name)).read_text("utf-8"))
            for name, text in texts.items():
                Path(self.path(name)).write_text(text, "utf-8")
                paths[name] = self, name
        yield from super().post_process(paths, dry_run, **options)


def with_static_files(app):
    """Serve the collected files before Django is asked."""
    return WhiteNoise(
        app,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        max_age=60,
        immutable_file_test=_has_hash_in_name,
        add_headers_function=_add_headers,
        # No other site has a use for them
        allow_all_origins=False,
    )


def _has_hash_in_name(path: str, url: str) -> bool:
    parts = url.rpartition("/")[2].split(".")
    return len(parts) >= 3 and len(parts[-2]) == 12 and all(c in "0123456789abcdef" for c in parts[-2])


def _add_headers(added, path: str, url: str) -> None:
    for name, value in headers.beside_django().items():
        # It speaks of what a document may use. A script or a style is none, and 23 of them a chat weighed 5 KB more
        if name != "Permissions-Policy":
            added[name] = value


def collect_if_changed() -> None:
    """Collect the static files unless the sources are those of the last time (it takes ten seconds)."""
    sources = [
        # Whole seconds: a container image that is pushed and pulled keeps no more of a file's time
        (path, storage.size(path), int(storage.get_modified_time(path).timestamp()))
        for finder in get_finders()
        for path, storage in finder.list(IGNORED)
    ]
    # How they are bundled counts as well
    made_by = digest(Path(bundles.__file__))
    stamp, sum_now = (
        settings.STATIC_ROOT / ".collected",
        _checksum(repr((made_by, sorted(sources))).encode()),
    )
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    with (settings.STATIC_ROOT / ".lock").open("w") as lock:
        # Two desks that start at once from one checkout: the second waits, and finds it done
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == sum_now:
            return
        call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=IGNORED)
        stamp.write_text(sum_now)


@dataclass(frozen=True)
class InlineSheet:
    """A collected style sheet as a page brings it: its text, its file's name, what the policy has to allow."""

    text: Markup
    file: str
    allowed: str


def inline_sheet(name: str) -> InlineSheet | None:
    """Return a style sheet to put into a page; None before the static files are collected."""
    path = settings.STATIC_ROOT / staticfiles_storage.url(name).removeprefix(settings.STATIC_URL)
    return _inline(path) if path.is_file() else None


@cache
def _inline(path: Path) -> InlineSheet:
    text = path.read_text("utf-8")
    allowed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    # Our own file; nothing in it ends the element, which a test asserts
    return InlineSheet(Markup(text), path.name, f"'sha256-{allowed}'")  # noqa: S704


@cache
def digest(path: Path) -> str:
    """A file's content in 16 hex digits, read once: files do not change under a running desk."""
    return _checksum(path.read_bytes())


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
