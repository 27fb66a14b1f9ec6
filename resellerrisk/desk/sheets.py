"""CSV that is safe to open in a spreadsheet, and read back without loss.

A cell that a spreadsheet would take for a formula gets an apostrophe in front; so does one that starts with an apostrophe, so that
`restore` is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def neutralise(text: str) -> str:
    """A cell that no spreadsheet runs."""
    raise NotImplementedError


def restore(text: str) -> str:
    """The cell as it was before `neutralise`."""
    raise NotImplementedError


def write_sheet(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV (UTF-8 with a byte order mark, RFC 4180) of neutralised cells."""
    raise NotImplementedError
