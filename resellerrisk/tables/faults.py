"""What was found wrong in the tables, and how it is told: all of it, in one report.

A fault says which cells or rows are meant, what stands there, what was expected and what to do. Faults are found
elsewhere (`files`, `cells`, `rules`, `references`); nothing is read or mended here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING

from resellerrisk.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

#: How many rows and how many values a fault lists before "and N more".
LISTED = 5


class Severity(Enum):
    """What a fault means for the run."""

    STOP = "stops the run"
    QUARANTINE = "rows set aside"
    NOTICE = "kept, for your notice"


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one column (or key, or file) of a table.

    Parameters
    ----------
    table, file, column : str
        Where; `column` is empty for a whole file and lists all columns of a key ("order_id, line").
    what : str
        What is wrong, in two or three words: "missing column", "wrong type", "unknown value", "duplicate key", ...
    expected : str
        What should be there.
    hint : str
        The one thing to do next.
    severity : Severity
    rows : tuple of int
        The first rows concerned, counted from 1 without the header. In a CSV file without blank lines and without
        line breaks inside cells, row `n` is line `n + 1`.
    values : tuple of str
        Different values found there, as they stand in the file; an empty cell is "".
    count : int
        How many rows are concerned, 0 where the fault is not one of rows.
    keys : tuple of str
        The key of each row of `rows`, where rows have no number but their place in the order of the key: in a database.

    Examples
    --------
    >>> print(Fault("orders", "orders.csv", "quantity", "out of bounds", "a whole number, 1 or more",
    ...             "mend the cells", Severity.QUARANTINE, rows=(3, 9), values=("-2", "0"), count=2))
    quantity · out of bounds in rows 3, 9: '-2', '0' · expected a whole number, 1 or more · Hint: mend the cells
    """

    table: str
    file: str
    column: str
    what: str
    expected: str
    hint: str
    severity: Severity
    rows: tuple[int, ...] = ()
    values: tuple[str, ...] = ()
    count: int = 0
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"{self.column} · " if self.column else ""
        told = where + self.what + _name_rows(self.rows, self.count, self.keys) + _name_values(self.values)
        parts = [told, *([f"expected {self.expected}"] if self.expected else []), f"Hint: {self.hint}"]
        return _shorten(" · ".join(parts), longest=2_000)


def _name_rows(rows: tuple[int, ...], count: int, keys: tuple[str, ...]) -> str:
    if not rows:
        return ""
    told = (
        [f"{row} ({_shorten(key)})" for row, key in zip(rows, keys, strict=True)] if keys else map(str, rows)
    )
    listed = ", ".join(list(told)[:LISTED])
    more = f" and {count - min(len(rows), LISTED):,} more" if count > min(len(rows), LISTED) else ""
    return f" in {'row' if count == 1 else 'rows'} {listed}{more}"


def _name_values(values: tuple[str, ...]) -> str:
    if not values:
        return ""
    more = ", …" if len(values) > LISTED else ""
    return ": " + ", ".join(f"'{_shorten(value)}'" if value else "empty" for value in values[:LISTED]) + more


def _shorten(value: str, longest: int = 60) -> str:
    """A cell's value on one line, so that a hostile cell cannot flood or break a message."""
    one_line = "".join(letter if letter.isprintable() else "�" for letter in value[: longest + 1])
    return one_line if len(one_line) <= longest else one_line[:longest] + "…"


@dataclass(frozen=True)
class CheckReport:
    """What checking a market found.

    Parameters
    ----------
    source : str
        The folder; empty for frames in memory.
    faults : tuple of Fault
        Everything found, in the order of the tables.
    intake : pandas.DataFrame
        One row a table that is there: `table`, `read`, `used`, `quarantined` (rows; read = used + quarantined).
    """

    source: str
    faults: tuple[Fault, ...]
    intake: pd.DataFrame = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether a run could go on; rows set aside under the limit do not stop it."""
        return not self.stops

    @property
    def stops(self) -> tuple[Fault, ...]:
        """The faults for which a run cannot go on."""
        return tuple(fault for fault in self.faults if fault.severity is Severity.STOP)

    def render(self) -> str:
        """The report as text: rows read, used and quarantined by table, then every fault by file.

        Returns
        -------
        str
            Several lines; "No faults." where there are none.
        """
        lines = [f"{'table':<14}{'read':>12}{'used':>12}{'quarantined':>13}"]
        for row in self.intake.itertuples():
            lines.append(f"{row.table:<14}{row.read:>12,}{row.used:>12,}{row.quarantined:>13,}")
        return "\n".join([*lines, "", render_faults(self.faults) or "No faults."])

    def as_error(self) -> InputError:
        """The report as one error that tells every fault of every file."""
        files = len({fault.file for fault in self.stops})
        stop = "stops" if len(self.stops) == 1 else "stop"
        again = f", then look again: resellerrisk check {self.source}" if self.source else ""
        error = InputError(
            f"{self.source or 'The market'} cannot be used: "
            f"{_count(len(self.stops), 'fault')} in {_count(files, 'file')} {stop} the run.",
            render_faults(self.faults),
            f"mend what is listed{again}",
        )
        error.faults = self.faults
        return error


def render_faults(faults: Iterable[Fault]) -> str:
    """Faults as lines of text, by file; what stops the run stands first.

    Parameters
    ----------
    faults : iterable of Fault

    Returns
    -------
    str
        Empty where there is no fault.
    """
    order = list(Severity)
    lines = []
    for file, of_file in groupby(faults, key=lambda fault: fault.file):
        lines.append(file)
        for fault in sorted(of_file, key=lambda fault: order.index(fault.severity)):
            lines.append(f"  [{fault.severity.value}] {fault}")
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
