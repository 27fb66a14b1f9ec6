"""One table under inspection: its cells read, its bad rows marked, its faults worded.

The inspection keeps the book: which rows are good, which are set aside and why. What the rules are stands in `rules` (one table) and
`references` (between tables); in which order they are applied stands in `checking`.
"""

from __future__ import annotations

import difflib
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.tables import rules
from resellerrisk.tables.cells import LONGEST_TEXT, Cells, WrongType, read_cells, to_list
from resellerrisk.tables.declare import Column, Kind, Table
from resellerrisk.tables.faults import LISTED, Fault, Severity
from resellerrisk.tables.files import RawTable
from resellerrisk.tables.schemas import TABLES

#: Different values of one fault are looked for in this many rows.
_LOOKED_AT = 10_000
#: A cell of a coded text (a country) that is no longer than this is shown; a longer one may be a name that slipped into its place.
_LONGEST_CODE = 3


class Inspection:
    """The cells of one table, read, and what was found in them.

    Parameters
    ----------
    raw : RawTable

    Attributes
    ----------
    table : Table
    frame : pandas.DataFrame
        All rows that could be taken apart, good or bad, with the columns of the contract that could be read.
    good : numpy.ndarray of bool
        Rows in which nothing was found so far.
    faults : list of Fault
    stopped : bool
        Whether a fault of this table stops the run.
    """

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw
        self.table: Table = TABLES[raw.name]
        self.good = np.ones(len(raw.cells), dtype=bool)
        self.faults: list[Fault] = []
        self._reasons: list[tuple[np.ndarray, str]] = []
        self._unusable: dict[str, np.ndarray] = {}
        self._note_broken_rows()
        self.frame = pd.DataFrame(self._read_columns(), index=pd.RangeIndex(len(raw.cells)), copy=False)

    @property
    def stopped(self) -> bool:
        return any(fault.severity is Severity.STOP for fault in self.faults)

    @cached_property
    def _numbers(self) -> np.ndarray:
        return self.raw.row_numbers()

    @property
    def quarantined(self) -> int:
        """Rows set aside, those included that could not be taken apart."""
        return int((~self.good).sum()) + len(self.raw.broken)

    def note(
        self,
        column: str,
        what: str,
        positions: np.ndarray,
        expected: str,
        hint: str,
        severity: Severity = Severity.QUARANTINE,
    ) -> None:
        """Write a fault of some rows down; rows are set aside unless the fault stops the run or is a mere notice.

        Parameters
        ----------
        column : str
            One column, or several joined by ", ".
        what, expected, hint : str
            As in `Fault`.
        positions : numpy.ndarray of int
            Rows concerned, from 0, rising; nothing is noted where there is none.
        severity : Severity
        """
        if not len(positions):
            return
        rows = tuple(int(number) for number in self._numbers[positions[:LISTED]])
        values = self._show_values(column.split(", "), positions)
        keys = self._name_by_key(positions[:LISTED])
        self._add(
            column, what, expected, hint, severity, rows=rows, values=values, count=len(positions), keys=keys
        )
        if severity is Severity.QUARANTINE:
            self.good[positions] = False
            self._reasons.append((positions, f"{column}: {what}, expected {expected}"))

    def _add(
        self, column: str, what: str, expected: str, hint: str, severity: Severity, **more: object
    ) -> None:
        fault = Fault(self.table.name, self.raw.file, column, what, expected, hint, severity, **more)
        self.faults.append(fault)

    def _name_by_key(self, positions: np.ndarray) -> tuple[str, ...]:
        """The key of rows that have no number of their own, column by column."""
        names = list(self.raw.named_by)
        chosen = self.raw.cells.select(names).take(pa.array(positions))
        rows = zip(*(to_list(chosen[name]) for name in names), strict=True)
        return tuple(
            ", ".join(f"{name} {cell}" for name, cell in zip(names, row, strict=True)) for row in rows
        )

    def _show_values(self, columns: list[str], positions: np.ndarray) -> tuple[str, ...]:
        """Different values as the file holds them; the cells of a key side by side. A text may be a person's: only short codes are shown."""
        texts = [name for name in columns if self.table[name].kind is Kind.TEXT]
        if any(not self.table[name].pattern for name in texts):
            return ()
        chosen = self.raw.cells.select(columns).take(pa.array(positions[:_LOOKED_AT]))
        if any(len(str(cell)) > _LONGEST_CODE for name in texts for cell in to_list(chosen[name])):
            return ()
        cells = zip(*(to_list(chosen[name]) for name in columns), strict=True)
        shown = (" ".join("" if cell is None else str(cell) for cell in row) for row in cells)
        return tuple(list(dict.fromkeys(shown))[: LISTED + 1])

    def _note_broken_rows(self) -> None:
        if self.raw.broken:
            width = self.raw.cells.num_columns
            numbers = tuple(number for number, _ in self.raw.broken)
            self._add(
                "",
                "wrong number of cells",
                f"{width} cells, as in the header",
                'put cells with commas or line breaks into "quotes"',
                Severity.QUARANTINE,
                rows=numbers[:LISTED],
                count=len(numbers),
            )

    def _read_columns(self) -> dict[str, object]:
        there = self.raw.cells.column_names
        columns = {}
        for column in self.table.columns:
            if column.name in there:
                cells = self._read_column(column)
                if cells is not None:
                    columns[column.name] = cells.values
            elif not column.may_be_absent:
                self._note_missing_column(column, there)
        return columns

    def _note_missing_column(self, column: Column, there: list[str]) -> None:
        strangers = [*(name for name in there if name not in self.table.names), *self.raw.strangers]
        near = difflib.get_close_matches(column.name, strangers, n=1)
        hint = f"rename '{near[0]}' to '{column.name}'" if near else "add the column"
        if not (near or column.required):
            hint += ", its cells empty where nothing is known"
        self._add(column.name, "missing column", column.expected, hint, Severity.STOP)

    def _read_column(self, column: Column) -> Cells | None:
        try:
            cells = read_cells(column, self.raw.cells[column.name], self.raw.owned)
        except WrongType as error:
            what = f"wrong type ({error})"
            self._add(column.name, what, column.expected, "write the column as text", Severity.STOP)
            return None
        if cells.were_numbers:
            everywhere = np.arange(len(self.good))
            hint = "write it as text if any began with 0: leading zeros are lost in numbers"
            self.note(column.name, "stored as a number", everywhere, "text", hint, Severity.NOTICE)
        expected = f"at most {LONGEST_TEXT:,} characters"
        self.note(column.name, "text too long", cells.too_long, expected, "mend these cells, or empty them")
        return cells if self._note_unusable(column, cells) else None

    def _note_unusable(self, column: Column, cells: Cells) -> bool:
        """Write unusable cells down; False where they are so many that the column as a whole is of another type."""
        positions = cells.unusable.nonzero()[0]
        self._unusable[column.name] = cells.unusable
        if not len(positions):
            return True
        filled = int((~pd.isna(cells.values)).sum()) + len(positions)
        is_word = column.kind is Kind.WORD
        hint = self._suggest(column, positions) if is_word else "mend these cells, or empty them"
        hint = "mend these cells" if column.required and not is_word else hint
        whole = len(positions) * 2 > filled
        what = "unknown value" if is_word else "wrong type" if whole else "not readable"
        severity = Severity.STOP if whole else Severity.QUARANTINE
        self.note(column.name, what, positions, column.expected, hint, severity)
        return not whole

    def _suggest(self, column: Column, positions: np.ndarray) -> str:
        pairs = []
        for value in self._show_values([column.name], positions):
            near = difflib.get_close_matches(value.strip().lower(), column.allowed, n=1)
            pairs += [f"write '{near[0]}' for '{value[:60]}'"] if near else []
        return "; ".join(pairs) or "write one of the words above" + (
            " or leave it empty" * (not column.required)
        )

    def apply_rules(self) -> None:
        """Look at what can be seen in this table alone: missing cells, bounds, the order of two times."""
        for column, what, positions in rules.find_bad_cells(self.table.name, self.frame):
            positions = positions[~self._unusable[column][positions]]
            hint = "fill these cells" if what == rules.MISSING else "mend these cells"
            self.note(column, what, positions, self.table[column].expected, hint)
        for first, second, positions in rules.find_reversed_times(self.table.name, self.frame):
            expected = f"{second} at or after {first}"
            self.note(
                f"{first}, {second}", "reversed times", positions, expected, "see whether both are in UTC"
            )

    def apply_key(self) -> None:
        """Set rows aside whose key stood there before; the first good row stays."""
        duplicates = rules.find_duplicates(self.table.name, self.frame, self.good)
        expected = "each once (the first good row is used)"
        hint = "drop the rows that are not meant"
        self.note(", ".join(self.table.key), "duplicate key", duplicates, expected, hint)

    def apply_limit(self, limit: float) -> None:
        """Stop the run where more than a share of the rows is set aside."""
        bad, read = self.quarantined, self.raw.read
        if bad > limit * read:
            what = f"{bad:,} of {read:,} rows are bad ({bad / read:.1%})"
            expected = f"at most {int(limit * read):,} ({limit:.1%})"
            self._add("", what, expected, "mend the rows below, or raise the limit", Severity.STOP, count=bad)

    def bad_rows(self) -> pd.DataFrame:
        """The rows set aside as the file holds them, with their number and the reasons.

        Returns
        -------
        pandas.DataFrame
            The file's columns, then `row` (from 1, without the header) and `reason`; in the order of the file.
        """
        bad = (~self.good).nonzero()[0]
        reasons: dict[int, list[str]] = {int(position): [] for position in bad}
        for positions, reason in self._reasons:
            for position in positions:
                reasons[int(position)].append(reason)
        cells = self.raw.cells.take(pa.array(bad, pa.int64()))
        rows = pd.DataFrame({name: to_list(cells[name]) for name in cells.column_names}, dtype=object)
        rows["row"] = self._numbers[bad]
        rows["reason"] = ["; ".join(reasons[int(position)]) for position in bad]
        if not self.raw.broken:
            return rows
        return pd.concat([rows, self._broken_rows()]).sort_values("row", ignore_index=True)

    def _broken_rows(self) -> pd.DataFrame:
        """Rows that could not be taken apart: their whole text stands in the first column."""
        first = self.raw.cells.column_names[0]
        rows = [
            {
                first: text,
                "row": number,
                "reason": "wrong number of cells; the whole row stands in the first cell",
            }
            for number, text in self.raw.broken
        ]
        return pd.DataFrame(rows)
