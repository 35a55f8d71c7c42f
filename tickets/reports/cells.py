"""Cells of a CSV that opens in a spreadsheet with its letters intact and starts no formula."""

import re

# Without it Excel reads UTF-8 as the letters of 1992
BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets run what begins with these, some also after blanks or in full width (OWASP, "CSV injection")
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def harmless(cell):
    """Return the cell as something that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
