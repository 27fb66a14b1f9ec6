"""CSV that is safe to open in a spreadsheet, and read back without loss.

A cell that a spreadsheet would take for a formula gets an apostrophe in front; so does one that starts with an apostrophe, so that
`restore` is exact.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: What starts a formula (OWASP, "CSV Injection"), the full-width forms too, and our own mark.
_STARTS = tuple("=+-@\t\r\n'＝＋－＠")


def neutralise(text: str) -> str:
    """A cell that no spreadsheet runs.

    >>> neutralise("=1+1"), neutralise("O'Hara"), restore(neutralise("'=1"))
    ("'=1+1", "O'Hara", "'=1")
    """
    return "'" + text if text.lstrip(" ").startswith(_STARTS) else text


def restore(text: str) -> str:
    """The cell as it was before `neutralise`."""
    return text[1:] if text.startswith("'") else text


def write_sheet(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV (RFC 4180, a byte order mark first) of neutralised cells; numbers stay numbers, None is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([neutralise(cell) if isinstance(cell, str) else cell for cell in row])
    return "\ufeff" + out.getvalue()
