"""What a test has committed is gone before the next one."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from tests import factories
from tests.engines import plugin

pytestmark = [
    pytest.mark.engines,
    pytest.mark.not_on("mongodb", reason="there what was written to is noted, and emptied"),
]


@pytest.mark.django_db(transaction=True)
def test_all_tables_of_models_are_emptied_and_the_permissions_stay():
    factories.ticket(factories.person("Priya Sharma"))
    assert {"tickets_person", "tickets_ticket"} < filled()
    permissions = Permission.objects.count()
    plugin._empty_tables(None)
    assert filled() == {"auth_permission", "django_content_type"}
    assert Permission.objects.count() == permissions


def filled() -> set[str]:
    """Return the tables of models with rows."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        return {name for name in tables if has_rows(cursor, name)}


def has_rows(cursor, table: str) -> bool:
    cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608
    return cursor.fetchone() is not None
