"""What pytest has to know of the engine that it runs on: see docs/databases.md."""

import pytest
from django.db import connection
from django.test import TransactionTestCase


def pytest_collection_modifyitems(items):
    for item in items:
        if "slow" in item.keywords:
            # Browsers and servers one after the other: two at once would be measuring each other
            item.add_marker(pytest.mark.xdist_group("slow"))
        for mark in item.iter_markers("not_on"):
            if connection.vendor in mark.args:
                item.add_marker(pytest.mark.skip(reason=f"{connection.vendor}: {mark.kwargs['reason']}"))


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "not_on(engine, ..., reason): what this engine cannot do, see docs/databases.md"
    )
    if connection.vendor == "mongodb":
        TransactionTestCase._fixture_teardown = _empty_collections


def _empty_collections(self):
    """Leave the content types and permissions: Django would make them anew after every test."""
    database = connection.database
    for name in database.list_collection_names():
        if name not in KEPT:
            database[name].delete_many({})


KEPT = {"django_content_type", "auth_permission", "django_migrations"}
