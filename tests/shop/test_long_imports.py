"""Files that are large, damaged or not read to their end: replies go on meanwhile, and what is stored is told."""

import io
import os
import signal
import zipfile
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from supportdesk.db import transactions
from tickets.models import Person
from tickets.shop import importing, registry, writing

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


def customers(number: int) -> str:
    return "externalId,name\n" + "".join(f"c-{n},Person {n}\n" for n in range(number))


@pytest.fixture
def run(tmp_path):
    """`run(text)` imports a file and returns what is said of it."""

    def imported(content: str | bytes, name: str = "data.csv") -> str:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        call_command("import_shop", str(file), stdout=out, stderr=io.StringIO())
        return out.getvalue()

    return imported


@pytest.mark.parametrize(
    "end", [lambda: os.kill(os.getpid(), signal.SIGTERM), lambda: _raise(KeyboardInterrupt)]
)
def test_an_import_that_is_ended_says_how_far_it_came_and_goes_on_with_the_same_file(run, monkeypatch, end):
    write, handler = writing.write, signal.getsignal(signal.SIGTERM)
    calls = []

    def ended(puts, **options):
        calls.append(len(puts))
        if len(calls) == 2:
            end()
        write(puts, **options)

    monkeypatch.setattr(writing, "write", ended)
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 10)
    with pytest.raises(CommandError, match=r"Lines up to 11 are stored\. Import the same file again"):
        run(customers(25))
    assert Person.objects.filter(external_id__startswith="c-").count() == 10
    assert "Done: 15 new, 0 changed, 10 unchanged, 0 bad lines." in run(customers(25))
    assert signal.getsignal(signal.SIGTERM) is handler


def _raise(reason):
    raise reason


def test_an_import_gives_way_after_each_transaction_and_a_batch_of_the_api_does_not(run, monkeypatch):
    gaps = []
    monkeypatch.setattr(writing, "yield_to_writers", gaps.append)
    monkeypatch.setattr(writing, "CHUNK", 10)
    run(customers(25))
    assert len(gaps) == 3
    writing.write([writing.Put(registry.KINDS["customers"], "c-99", {"name": "Ravi"})])
    assert len(gaps) == 3


@pytest.mark.parametrize(
    ("vendor", "in_block", "held", "pauses"),
    [
        ("sqlite", False, 0.02, [transactions.SHORT_GAP_SECONDS]),
        # Processes that have waited for so long look every 100 ms
        ("sqlite", False, 0.3, [transactions.GAP_SECONDS]),
        ("sqlite", True, 0.3, []),
        ("postgresql", False, 0.3, []),
        ("mongodb", False, 0.3, []),
    ],
)
def test_only_sqlites_one_lock_needs_a_gap(monkeypatch, vendor, in_block, held, pauses):
    found = []
    monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=found.append))
    monkeypatch.setattr(
        transactions, "connection", SimpleNamespace(vendor=vendor, in_atomic_block=in_block)
    )
    transactions.yield_to_writers(held)
    assert found == pauses


# --- Workbooks that cannot be read -------------------------------------------


def workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in (["externalId", "name"], ["c-1", "Asha"], ["c-2", "Ravi"]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def changed(part: str, change) -> bytes:
    """Return the workbook with a part of its archive changed; None leaves the part out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = change(old.read(name)) if name.endswith(part) else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"", workbook()[:900], changed("sheet1.xml", lambda part: None), changed("workbook.xml", lambda part: part[:30]),
        changed("styles.xml", lambda part: part[:50]), changed("sheet1.xml", lambda part: part[:200]),
    ],
    ids=["empty", "cut", "no sheet", "workbook", "styles", "first row"],
)  # fmt: skip
def test_a_workbook_that_cannot_be_read_is_refused_with_a_sentence(run, content):
    with pytest.raises(CommandError, match="This is not an XLSX file"):
        run(content, "data.xlsx")


def test_rows_before_the_damage_of_a_workbook_are_imported(run):
    said = run(changed("sheet1.xml", lambda part: part[: part.index(b'r="3"')]), "data.xlsx")
    assert "line 3: The file is damaged from here on (ParseError)." in said
    assert "Done: 1 new, 0 changed, 0 unchanged, 1 bad lines." in said
