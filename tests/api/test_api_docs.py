"""docs/api.md names every call, shows every key of an event, and holds a frontend of 60 lines."""

import json
import re
from pathlib import Path

from drf_spectacular.generators import SchemaGenerator

from tickets.api.serializers import MessageSerializer

DOCS = Path(__file__).parent.parent.parent / "docs/api.md"
CALL = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/api/[^`]*)`", re.MULTILINE)
# What the tables name after the key of its kind
KEY_OF_A_KIND = re.compile(r":(?:externalId|sku|number|slug)$")


def documented() -> list[tuple[str, str]]:
    return [(method, KEY_OF_A_KIND.sub(":id", path)) for method, path in CALL.findall(DOCS.read_text())]


def served() -> set[tuple[str, str]]:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {
        (method.upper(), re.sub(r"{\w+}", ":id", path))
        for path, operations in paths.items()
        for method in operations
    }


def frontend() -> str:
    return re.search(r"```html\n(.*?)```", DOCS.read_text(), re.DOTALL)[1]


def test_the_tables_name_every_call_once_and_no_other():
    calls = documented()
    assert sorted(set(calls)) == sorted(calls), "a call stands twice"
    assert set(calls) == served()


def test_a_message_event_is_shown_with_all_of_its_keys():
    [shown] = re.findall(r"^event: message\ndata: (.*)$", DOCS.read_text(), re.MULTILINE)
    assert json.loads(shown).keys() == MessageSerializer().fields.keys()


def test_every_kind_of_event_has_its_shape():
    named = set(re.findall(r"^event: (\w+)$", DOCS.read_text(), re.MULTILINE))
    assert named == {"message", "ticket", "read", "typing", "presence"}


def test_the_frontend_fits_in_60_lines():
    assert len(frontend().strip().splitlines()) <= 60
