"""`engines` or `all_engines` is on every test whose answer may differ by database.

Which of the two: see `statements.py`.
"""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
# In a test's source, these mean that the database takes part in the answer
DIFFERS_BY_ENGINE = (
    "connection.vendor", "connection.cursor", "connection.features", ".explain()", "transaction=True", ".raw("
)  # fmt: skip
# Parallel writers: `make test` has all of them on every engine
ALWAYS = "transaction=True"
# Only this engine's plans, locks or files are asked about: the run on SQLite has them all
ONLY_SQLITE = ('connection.vendor != "sqlite"', 'not_on("postgresql", "mongodb"')


def marks(node) -> str:
    return " ".join(ast.unparse(decorator) for decorator in node.decorator_list)


def unmarked(source: str) -> list[str]:
    """Return the tests in this file that need a marker and lack it."""
    tree = ast.parse(source)
    # Marks by name: `sqlite_plans = pytest.mark.skipif(connection.vendor != "sqlite", ...)`
    names = {
        target.id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    of_the_file = _quoted(names.get("pytestmark", ""))
    if "mark.engines" in of_the_file or any(only in of_the_file for only in ONLY_SQLITE):
        return []
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.FunctionDef) and node.name.startswith("test_")):
            continue
        own = marks(node)
        own = _quoted(" ".join([own, *(names[name] for name in own.split() if name in names)]))
        body = "\n".join(ast.unparse(statement) for statement in node.body)
        if "mark.engines" in own or any(only in own for only in ONLY_SQLITE):
            continue
        if "mark.all_engines" in own + of_the_file and ALWAYS not in own + of_the_file:
            continue
        if any(sign in own + of_the_file or sign in body for sign in DIFFERS_BY_ENGINE):
            found.append(node.name)
    return found


def _quoted(code: str) -> str:
    return code.replace("'", '"')


# This file has the signs in its examples
FILES = sorted(file for file in TESTS.rglob("test_*.py") if file != Path(__file__).resolve())


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(TESTS)) for file in FILES])
def test_a_test_that_differs_by_engine_has_the_marker(file):
    assert unmarked(file.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.django_db(transaction=True)\ndef test_two_writers():\n    pass",
        "@pytest.mark.skipif(connection.vendor != 'postgresql', reason='')\ndef test_a_plan():\n    pass",
        "only = pytest.mark.skipif(connection.vendor == 'mongodb', reason='')\n@only\ndef test_words():\n    pass",
        "def test_raw_sql():\n    with connection.cursor() as cursor:\n        pass",
        "@pytest.mark.all_engines\n@pytest.mark.django_db(transaction=True)\ndef test_two_writers():\n    pass",
    ],
)
def test_a_missing_marker_is_found(source):
    assert len(unmarked(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.engines\n@pytest.mark.django_db(transaction=True)\ndef test_two_writers():\n    pass",
        "pytestmark = pytest.mark.engines\ndef test_raw_sql():\n    connection.cursor()",
        "pytestmark = pytest.mark.all_engines\ndef test_raw_sql():\n    connection.cursor()",
        "@pytest.mark.skipif(connection.vendor != 'sqlite', reason='')\ndef test_a_plan():\n    connection.cursor()",
        "def test_no_database():\n    pass",
    ],
)
def test_tests_without_queries_need_no_marker(source):
    assert unmarked(source) == []
