"""Is the desk alive, and is it ready? For load balancers and for people at 3 a.m."""

import tempfile
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error as DatabaseFailure
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from supportdesk.http.outages import is_outage

RETRY = {"Retry-After": "5"}
# Parts that the desk can do without, by name: functions that return how each is, or "" where it is not used.
# An app adds its own in `AppConfig.ready()`
optional_parts: dict[str, Callable[[], str]] = {}


@require_safe
def healthz(request):
    """200 when the database answers, else 503. What the desk can do without is named, and no reason for a 503."""
    found = {"database": _database(), "media": _media()}
    found |= {name: state for name, ask in optional_parts.items() if (state := ask())}
    if found["database"] != connection.vendor:
        return JsonResponse({"status": "failing"} | found, status=503, headers=RETRY)
    return JsonResponse({"status": "ok"} | found)


@require_safe
def readyz(request):
    """200 once requests can be served as they should: migrations applied, static files collected."""
    missing = {}
    try:
        if pending := _pending_migrations():
            missing["migrations"] = f"{pending} to apply: manage.py migrate"
    except Exception as reason:
        if not (is_outage(reason) or isinstance(reason, DatabaseFailure)):
            raise
        missing["database"] = type(reason).__name__
    # That every migration is applied is remembered; that the database answers is asked each time
    if not missing and (answered := _database()) != connection.vendor:
        missing["database"] = answered
    if hasattr(staticfiles_storage, "manifest_name") and not staticfiles_storage.manifest_storage.exists(
        staticfiles_storage.manifest_name
    ):
        missing["static"] = "not collected: manage.py collectstatic"
    if missing:
        return JsonResponse({"status": "not ready"} | missing, status=503, headers=RETRY)
    return JsonResponse({"status": "ready"})


def _database() -> str:
    """The engine, if it answers a question; else what went wrong."""
    try:
        connection.ensure_connection()
        get_user_model().objects.values_list("pk").first()
    except Exception as reason:
        if not (is_outage(reason) or isinstance(reason, DatabaseFailure)):
            raise
        return type(reason).__name__
    return connection.vendor


def _media() -> str:
    """Return whether pictures can be stored. A bucket is not probed: the request costs too much."""
    if settings.S3_BUCKET:
        return "bucket"
    try:
        settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT) as file:
            file.write(b"0")
    except OSError as reason:
        return f"failing ({reason.strerror}): pictures are refused, text arrives"
    return "ok"


def _pending_migrations() -> int:
    """Return how many are pending; 0 is cached, as code does not change while the desk runs."""
    if cache.get("migrated"):
        return 0
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not pending:
        cache.set("migrated", True, None)
    return pending
