"""What people hand in, read: forms, and sheets of applications. What is allowed is for the contract and the store to say."""

from __future__ import annotations

import csv
import io

from starlette.datastructures import FormData

from resellerrisk.desk.refusals import DeskError
from resellerrisk.desk.sheets import restore
from resellerrisk.tables import TABLES

#: Applications in one sheet.
MOST_ROWS = 500
#: The form's columns: the contract's, but for those that the desk gives.
COLUMNS = tuple(
    column.name for column in TABLES["accounts"].columns if column.name not in {"account_id", "applied_at"}
)


def plain_form(form: FormData) -> dict[str, str]:
    """The texts of a form; files are left out, of a name said twice the last counts."""
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def read_application(given: dict[str, str]) -> tuple[str | None, dict[str, str]]:
    """The account id (None: a new one) and the columns that were filled in, without the space around them."""
    filled = {name: given[name].strip() for name in COLUMNS if given.get(name, "").strip()}
    return given.get("account_id", "").strip() or None, filled


def read_sheet(content: bytes) -> list[dict[str, str]]:
    """Applications from a CSV with the contract's column names; UTF-8, with comma, semicolon or tab.

    Raises
    ------
    DeskError
        No UTF-8, no such columns, a row of another length, no row, or too many.

    Examples
    --------
    >>> read_sheet(b"account_id;legal_name\\n00123;'=Discs\\n")
    [{'account_id': '00123', 'legal_name': '=Discs'}]
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeskError(
            f"The sheet is not UTF-8 (byte {error.start}).", hint="save it as CSV UTF-8"
        ) from None
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise DeskError("The sheet holds no application.", "A first row of column names, then one row each.")
    names = [name.strip() for name in rows[0]]
    known = {"account_id", "applied_at", *COLUMNS}
    wrong = sorted(set(names) - known) + sorted({name for name in names if names.count(name) > 1})
    if wrong:
        raise DeskError(
            f"Columns that cannot be used: {', '.join(wrong[:5])}.", f"There is: {', '.join(sorted(known))}."
        )
    if len(rows) - 1 > MOST_ROWS:
        raise DeskError(f"The sheet holds {len(rows) - 1:,} applications; {MOST_ROWS} at most.")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            raise DeskError(f"Row {number} has {len(row)} cells, the first row {len(names)}.")
    return [dict(zip(names, map(restore, row), strict=True)) for row in rows[1:]]
