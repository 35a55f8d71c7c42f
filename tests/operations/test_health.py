"""Is it alive, and is it ready? The answers that load balancers act upon."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from supportdesk.observability import health

pytestmark = pytest.mark.all_engines


@pytest.mark.engines
def test_a_desk_that_is_well_says_what_it_looked_at(client, db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "new" / "media"
    answer = client.get("/healthz")
    assert answer.json() == {"status": "ok", "database": connection.vendor, "media": "ok"}
    assert list(settings.MEDIA_ROOT.iterdir()) == [], "looking leaves nothing behind"


def test_without_its_database_it_is_503_and_names_the_part_and_no_reason(client, monkeypatch):
    def gone(connection):
        raise OperationalError("could not connect to db.internal as desk:hunter2")

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", gone)
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer.json()["database"] == "OperationalError"
        assert b"hunter2" not in answer.content


def test_pictures_that_cannot_be_stored_are_named_and_take_no_server_out_of_service(
    client, db, settings, tmp_path
):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["media"].startswith("failing (")


@pytest.fixture
def migrated():
    cache.delete("migrated")


@pytest.mark.usefixtures("migrated")
def test_the_desk_is_ready_once_migrations_are_applied(client, db, monkeypatch):
    plan = health.MigrationExecutor.migration_plan
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: [("0009", False)])
    refused = client.get("/readyz")
    assert (refused.status_code, refused.json()["status"]) == (503, "not ready")
    assert refused.json()["migrations"] == "1 to apply: manage.py migrate"
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", plan)
    assert client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.usefixtures("migrated")
def test_the_desk_is_ready_once_static_files_are_collected(client, db, monkeypatch):
    collected = set()
    storage = SimpleNamespace(
        manifest_name="staticfiles.json",
        manifest_storage=SimpleNamespace(exists=lambda name: name in collected),
    )
    monkeypatch.setattr(health, "staticfiles_storage", storage)
    assert client.get("/readyz").json()["static"] == "not collected: manage.py collectstatic"
    collected.add("staticfiles.json")
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_post_is_refused(path, client):
    assert client.post(path).status_code == 405
