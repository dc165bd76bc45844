"""Comma-separated files as RFC 4180 says, that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # full-width ones are read alike
_CONTROL_STARTS = ("\t", "\r", "\n")


def guarded(text: str) -> str:
    """A text that a spreadsheet shows and never computes: what could be a formula gets an apostrophe."""
    starts_formula = text.startswith(_CONTROL_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if starts_formula else text


def to_csv(header: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> str:
    """Header and rows with CRLF after each; None is an empty field, numbers stay numbers."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return target.getvalue()
