"""CSV (RFC 4180) that is safe to open: spreadsheets run a cell that begins like a formula, whoever wrote it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

CSV = "text/csv"
CSV_CONTENT_TYPE = "text/csv; charset=utf-8; header=present"

# With these a formula begins, or with white space that a spreadsheet strips before it looks (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | float | None


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as UTF-8. Text that would run as a formula gets an apostrophe before it; None is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _harmless(cell: Cell) -> Cell:
    # Numbers are ours, and one below zero is no formula.
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
