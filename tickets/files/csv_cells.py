"""Cells of a CSV that spreadsheets decode as UTF-8 and never run as a formula."""

import re

# Without the BOM Excel decodes UTF-8 as Windows-1252
BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets run what begins with these, some also after blanks or in full width (OWASP, "CSV injection")
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
# Where a spreadsheet that separates by something else than a comma begins a cell of its own
INNER_FORMULA = re.compile(r"([;|\t\r\n][\s\"]*)(?=[=+\-@＝＋－＠])")


# What `harmless` put before them
ADDED = re.compile(r"\A'(?=\s*[=+\-@＝＋－＠])")
ADDED_WITHIN = re.compile(r"([;|\t\r\n][\s\"]*)'(?=[=+\-@＝＋－＠])")


class PhoneCell(str):
    """A phone in groups of digits: text to a spreadsheet, a phone to a telephone."""

    __slots__ = ()


def harmless(cell):
    """Return the cell as something that no spreadsheet takes for a formula, wherever it splits the line."""
    if not isinstance(cell, str) or isinstance(cell, PhoneCell):
        return cell
    cell = INNER_FORMULA.sub(r"\1'", cell)
    return f"'{cell}" if FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """Return the cell that `harmless` was given, without blanks around it."""
    return ADDED_WITHIN.sub(r"\1", ADDED.sub("", cell.strip())).strip()
