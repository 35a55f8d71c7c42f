"""Files of the shop's data: CSV, JSON lines and XLSX, read row by row, each bad one named by its line."""

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tickets.files.csv_cells import harmless, restored

from . import registry, writing

# Of a file's keys the first of these tells what it holds: orders name a customer, too
KEYS = ("number", "slug", "sku", "externalId")
# Cells of these hold JSON, as far as they begin like it
JSON_BEGINS = ("{", "[")
ROWS_AT_ONCE = 500
# A phone or another number starts no formula
NUMBER = re.compile(r"[+-][\d ().,-]*")


class BadFile(Exception):
    """The file as a whole cannot be read; the message is a sentence for who gave it."""


@dataclass
class Result:
    """The result of importing a file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)
    # The lines up to here are done
    line: int = 0

    @property
    def total(self) -> int:
        return self.new + self.changed + self.unchanged + len(self.errors)


@dataclass(frozen=True)
class BadLine:
    line: int
    reason: str


def run(
    rows: Iterable["writing.Put | BadLine"],
    *,
    dry_run: bool,
    on_error: Callable[[int, str], None] = lambda line, reason: None,
    on_progress: Callable[[int], None] = lambda done: None,
    result: Result | None = None,
) -> Result:
    """Write the rows of a file, or with `dry_run` say what would come of them. `result` is filled meanwhile."""
    result = result or Result()
    batch: list[writing.Put | BadLine] = []

    def flush() -> None:
        puts = [each for each in batch if isinstance(each, writing.Put)]
        if dry_run:
            writing.rehearse(puts)
        else:
            writing.write(puts, in_background=True)
        for each in batch:
            reason = each.reason if isinstance(each, BadLine) else writing.in_words(each.errors or {})
            if reason or isinstance(each, BadLine):
                result.errors.append((each.line, reason))
                on_error(each.line, reason)
            elif each.status == 201:
                result.new += 1
            elif each.is_news:
                result.changed += 1
            else:
                result.unchanged += 1
            result.line = each.line
        batch.clear()
        on_progress(result.total)

    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_AT_ONCE:
            flush()
    flush()
    return result


# --- Reading -----------------------------------------------------------------


def read(path: Path) -> Iterator["writing.Put | BadLine"]:
    """Yield the rows of a file. Raise BadFile."""
    if path.suffix.lower() == ".xlsx":
        yield from _sheet(path)
        return
    try:
        encoding, errors = _encoding(path)
        with path.open(newline="", encoding=encoding, errors=errors) as file:
            beginning = file.read(4096)
            file.seek(0)
            if beginning.lstrip()[:1] == "{":
                yield from _json_lines(file)
            else:
                yield from _table(file, beginning)
    except OSError as reason:
        raise BadFile(f"{path} cannot be read: {reason.strerror}.") from None


def _encoding(path: Path) -> tuple[str, str]:
    """Return the encoding of a file, and the error handler for bytes that it cannot decode."""
    with path.open("rb") as file:
        begins = file.read(2)
    # As Excel saves "Unicode text", which says so with its first two bytes
    if begins in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16", "replace"
    # What is not UTF-8 is told by its line
    return "utf-8-sig", "surrogateescape"


def _json_lines(file) -> Iterator["writing.Put | BadLine"]:
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text.encode("utf-8", "surrogateescape").decode())
            yield _put(row, line) if isinstance(row, dict) else BadLine(line, "This is not a JSON object.")
        except UnicodeDecodeError:
            yield BadLine(line, "This is not encoded in UTF-8.")
        except (ValueError, RecursionError) as reason:
            yield BadLine(line, f"This is not JSON: {reason}.")


def _table(file, beginning: str) -> Iterator["writing.Put | BadLine"]:
    first = beginning.splitlines()[0] if beginning.strip() else ""
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(10_000_000)
    reader = csv.reader(file, delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader)]
    except StopIteration:
        raise BadFile("The file is empty.") from None
    _check_header(header)
    line = reader.line_num
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as reason:
            yield BadLine(line, f"This is not CSV: {reason}.")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(header, cells, line)


def _sheet(path: Path) -> Iterator["writing.Put | BadLine"]:
    """Read the first sheet of a workbook, values only: a formula is what it came to."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = [str(name or "").strip() for name in next(rows, ())]
    # A file that was cut or made by another program: openpyxl raises what its parsers and its own code do, a dozen kinds
    except Exception as reason:
        raise BadFile(f"This is not an XLSX file ({type(reason).__name__}).") from None
    _check_header(header)
    for line in itertools.count(2):
        try:
            values = next(rows, None)
        except Exception as reason:
            yield BadLine(line, f"The file is damaged from here on ({type(reason).__name__}).")
            return
        if values is None:
            return
        cells = [_cell(value) for value in values]
        if any(cells):
            yield _row(header, cells, line)


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _check_header(header: list[str]) -> None:
    if not any(key in header for key in KEYS):
        raise BadFile(
            "No column tells what this file holds: name the key column externalId (customers), sku (products), "
            "number (orders) or slug (articles)."
        )
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise BadFile(f"Two columns have the name {', '.join(sorted(twice))}.")


def _row(header: list[str], cells: list[str], line: int) -> "writing.Put | BadLine":
    if len(cells) > len(header) and any(cells[len(header) :]):
        return BadLine(line, "This row has more cells than the header has names.")
    row: dict = {}
    for name, cell in zip(header, cells, strict=False):
        cell = restored(cell)
        # An empty cell leaves what is stored
        if not name or not cell:
            continue
        try:
            cell.encode()
            value = json.loads(cell) if cell.startswith(JSON_BEGINS) else cell
        except UnicodeEncodeError:
            return BadLine(line, f"{name}: This is not encoded in UTF-8.")
        except (ValueError, RecursionError):
            # A description may begin like that; items and facts may not
            if name in ("items", "facts", "customer", "variants"):
                return BadLine(line, f"{name}: This is not JSON.")
            value = cell
        _set(row, name, value)
    return _put(row, line)


def _set(row: dict, name: str, value) -> None:
    """Set a value; "title.hi" is the key hi of title."""
    outer, dot, inner = name.partition(".")
    if not dot:
        row[name] = value
    elif isinstance(row.setdefault(outer, {}), dict):
        row[outer][inner] = value


def _put(row: dict, line: int) -> "writing.Put | BadLine":
    if "put" in row:
        name, _, key = str(row["put"]).partition("/")
        if name not in registry.KINDS or not isinstance(row.get("body"), dict):
            return BadLine(line, f"put: The kinds are {', '.join(registry.KINDS)}, and body is an object.")
        return writing.Put(registry.KINDS[name], key, row["body"], line=line)
    column = next((key for key in KEYS if row.get(key) not in (None, "")), None)
    if not column:
        return BadLine(line, f"The key is empty: {', '.join(KEYS)}.")
    kind = next(kind for kind in registry.KINDS.values() if kind.key == column)
    return writing.Put(kind, str(row.pop(column)), row, line=line)


# --- Writing files -----------------------------------------------------------

SAMPLES: dict[str, dict[str, Any]] = {
    "customers": {"externalId": "c-1001", "name": "Priya Sharma", "email": "priya@example.com", "phone": "+91 90000 00110"},
    "products": {
        "sku": "MAK-1", "name": "Classic Makhana", "category": "Makhana", "price": 249, "currency": "INR",
        "unit": "100 g", "stock": 20, "description": "Roasted, lightly salted.", "ingredients": "Makhana, salt",
        "tags": ["fox nut", "makhane"], "imageUrl": "https://shop.example/makhana.jpg", "active": True,
        "facts": {"allergens": "none", "vegan": "yes"},
    },
    "orders": {
        "number": "VP-10001", "customer": "c-1001", "status": "shipped", "placedAt": "2026-11-25T10:00:00+05:30",
        "eta": "2026-12-01", "deliveredAt": None, "total": 498, "currency": "INR", "paymentMethod": "upi",
        "paymentStatus": "paid", "refundStatus": "", "carrier": "Blue Dart", "trackingNumber": "BD123",
        "trackingUrl": "https://track.example/BD123", "city": "Jaipur", "pincode": "302017",
        "items": [{"sku": "MAK-1", "name": "Classic Makhana", "quantity": 2, "price": 249}],
        "adminUrl": "", "updatedAt": "2026-11-26T08:00:00Z",
    },
    "articles": {
        "slug": "returns", "title.en": "Returns", "title.hi": "वापसी", "title.hinglish": "Wapsi",
        "body.en": "Sealed packs may come back within 7 days.", "body.hi": "सील बंद पैक 7 दिन में वापस हो सकते हैं।",
        "body.hinglish": "Sealed pack 7 din mein wapas ho sakte hain.",
        "variants": ["how do i return", "wapas kaise karu"], "published": True,
    },
}  # fmt: skip


def columns(kind: registry.Kind) -> list[str]:
    return list(SAMPLES[kind.name])


def cells(row: dict, names: list[str]) -> list:
    """Return a row, as the API shows it, in the columns of a file."""
    return [_exported(_get(row, name)) for name in names]


def _get(row: dict, name: str):
    outer, dot, inner = name.partition(".")
    value = row.get(outer) if name not in row else row[name]
    if dot and name not in row:
        return (value or {}).get(inner)
    if name == "customer" and isinstance(value, dict):
        return value.get("externalId") or {field: text for field, text in value.items() if text}
    return value


def _exported(value):
    if isinstance(value, dict | list):
        return harmless(json.dumps(value, ensure_ascii=False))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return harmless(value)
    return "" if value is None else value


def as_csv(names: list[str], rows: Iterable[list]) -> Iterator[str]:
    """Yield the lines of a CSV file that spreadsheets read as UTF-8."""
    yield "\ufeff"
    out = io.StringIO()
    writer = csv.writer(out)
    for row in itertools.chain([names], rows):
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def as_xlsx(names: list[str], rows: Iterable[list]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(names)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
