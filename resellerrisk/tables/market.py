"""The market: the ten tables of a distributor, typed, and as they were known at a moment.

A market is made from checked tables (`read_market`, `Market.from_frames`) and does not change. No signal is computed here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.errors import InputError
from resellerrisk.tables import fingerprint
from resellerrisk.tables.checking import LIMIT, CheckedTables, check_tables
from resellerrisk.tables.declare import Column, Kind
from resellerrisk.tables.faults import Fault, Severity
from resellerrisk.tables.files import from_frame
from resellerrisk.tables.inspection import Inspection
from resellerrisk.tables.moments import as_utc
from resellerrisk.tables.passes import kind_of_codes, spread, used_codes
from resellerrisk.tables.quarantine import write_quarantine
from resellerrisk.tables.references import recode
from resellerrisk.tables.schemas import TABLES

#: The table whose rows give each kind of id its list.
_HOME_OF = {"account_id": "accounts", "title_id": "titles", "order_id": "orders"}


@dataclass(frozen=True, eq=False)
class Market:
    """The ten tables of a distributor.

    Parameters
    ----------
    accounts, titles, street_dates, orders, shipments, returns, payments, identifiers, leaks, outcomes : DataFrame
        The columns of the contract, then any others of the file. Rows stand as in the file, the index counts them.
        Ids are categories over one sorted list for all tables, so that codes compare between tables; words are
        categories in the order of `resellerrisk.vocabulary`; times and dates are datetime64[us] in UTC; numbers that
        may be missing and flags (1, 0 or missing) are float64. A table that is not there is empty.
    present : frozenset of str
        The tables that were there.
    intake : pandas.DataFrame
        One row a table that was there: `table`, `read`, `used`, `quarantined`; read = used + quarantined.
    faults : tuple of Fault
        What was found in checking, with the rows set aside.
    set_aside : dict of pandas.DataFrame
        By table the rows set aside: the cells as they stood, then `row` and `reason`. Tables without such rows are not there.
    """

    accounts: pd.DataFrame = field(repr=False)
    titles: pd.DataFrame = field(repr=False)
    street_dates: pd.DataFrame = field(repr=False)
    orders: pd.DataFrame = field(repr=False)
    shipments: pd.DataFrame = field(repr=False)
    returns: pd.DataFrame = field(repr=False)
    payments: pd.DataFrame = field(repr=False)
    identifiers: pd.DataFrame = field(repr=False)
    leaks: pd.DataFrame = field(repr=False)
    outcomes: pd.DataFrame = field(repr=False)
    present: frozenset[str] = frozenset()
    intake: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    faults: tuple[Fault, ...] = field(default=(), repr=False)
    set_aside: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @classmethod
    def from_frames(
        cls, frames: dict[str, pd.DataFrame], *, limit: float = LIMIT, quarantine: str | None = None
    ) -> Market:
        """A market from frames in memory, checked as files are.

        Parameters
        ----------
        frames : dict of pandas.DataFrame
            Tables of the contract by name; other names are refused.
        limit, quarantine
            As in `read_market`.

        Returns
        -------
        Market

        Raises
        ------
        InputError
            A name is no table, or the frames cannot be used; the message holds every fault.
        """
        unknown = sorted(set(frames) - set(TABLES))
        if unknown:
            raise InputError(f"No table is named {', '.join(unknown)}.", f"Tables: {', '.join(TABLES)}.")
        raw = {name: from_frame(name, frame) for name, frame in frames.items()}
        return build_market(check_tables(raw, [], "", limit), quarantine)

    @property
    def account_ids(self) -> pd.Index:
        """All account ids, sorted: what `account_id.cat.codes` counts, accounts not yet known at T included."""
        return self.accounts["account_id"].cat.categories

    @property
    def title_ids(self) -> pd.Index:
        """All title ids, sorted: what `title_id.cat.codes` counts."""
        return self.titles["title_id"].cat.categories

    @property
    def order_ids(self) -> pd.Index:
        """All order ids, sorted: what `order_id.cat.codes` counts."""
        return self.orders["order_id"].cat.categories

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over what is used: see `resellerrisk.tables.fingerprint`."""
        return fingerprint.take_fingerprint(self.tables())

    def set_aside_at(self, name: str) -> np.ndarray:
        """When the rows set aside of a table were known.

        Parameters
        ----------
        name : str
            A table of the contract.

        Returns
        -------
        datetime64[us][n]
            In the order of ``set_aside[name]``; NaT where that cell itself cannot be read; empty where none was set aside.
        """
        rows, known_at = self.set_aside.get(name), TABLES[name].known_at
        if rows is None or known_at not in rows:
            return np.empty(0, "datetime64[us]")
        told = rows[known_at].map(lambda cell: None if cell is None else str(cell))
        moments = pd.to_datetime(told, errors="coerce", utc=True, format="ISO8601")
        return moments.dt.tz_localize(None).to_numpy("datetime64[us]")

    def tables(self) -> dict[str, pd.DataFrame]:
        """The ten tables by name, in the contract's order."""
        return {name: getattr(self, name) for name in TABLES}

    def before(self, moment: str | pd.Timestamp) -> Market:
        """The market as it was known strictly before a moment.

        Rows are cut by the known-at of their table, and cells that became known later are missing (a shipment's
        `delivered_at`). Titles are always known. Ids and words keep their codes.

        Parameters
        ----------
        moment : str or pandas.Timestamp
            With a zone, or in UTC.

        Returns
        -------
        Market
            `intake`, `faults` and `present` are those of the whole; the fingerprint is that of the part.

        Raises
        ------
        InputError
            The moment is no time.
        """
        moment = as_utc(moment)
        return replace(self, **{name: _cut(name, frame, moment) for name, frame in self.tables().items()})

    def part(self, accounts: np.ndarray) -> Market:
        """The market of some accounts: their rows, with all titles, street dates and leaks.

        Parameters
        ----------
        accounts : bool array, shape (n_accounts,)
            Which of `account_ids`.

        Returns
        -------
        Market
            Ids are coded anew over what is left, in the same order. `intake` and `faults` are those of the whole.
        """
        kept = {}
        for name, frame in self.tables().items():
            if "account_id" in frame:
                chosen = np.append(accounts, False)[frame["account_id"].cat.codes.to_numpy()]
                frame = frame[chosen].reset_index(drop=True)
            kept[name] = frame
        return replace(self, **_share_ids(kept))

    def with_tables(self, **frames: pd.DataFrame) -> Market:
        """A copy in which some tables are others. They are typed anew, but not checked.

        Parameters
        ----------
        **frames : pandas.DataFrame
            Tables by name, with all columns of the contract. Ids that their home table does not hold (an account
            of an order that is not in accounts) become missing.

        Returns
        -------
        Market

        Raises
        ------
        InputError
            A name is no table, or a frame lacks a column, has a cell that cannot be typed, or lacks a count.
        """
        unknown = sorted(set(frames) - set(TABLES))
        if unknown:
            raise InputError(f"No table is named {', '.join(unknown)}.", f"Tables: {', '.join(TABLES)}.")
        inspections = {name: Inspection(from_frame(name, frame)) for name, frame in frames.items()}
        for inspection in inspections.values():
            _refuse_untyped(inspection)
        typed = self.tables() | {name: _finish(one) for name, one in inspections.items()}
        return replace(self, **_share_ids(typed), present=self.present | frozenset(frames))


def build_market(checked: CheckedTables, quarantine: str | os.PathLike[str] | None = None) -> Market:
    """A market from tables that were checked.

    Parameters
    ----------
    checked : CheckedTables
    quarantine : path, optional
        Where the bad rows are written, also when the market cannot be used.

    Returns
    -------
    Market

    Raises
    ------
    InputError
        A fault stops the run; the message holds every fault of every table.
    """
    if quarantine is not None:
        write_quarantine(checked.inspections, quarantine)
    if not checked.report.ok:
        raise checked.report.as_error()
    there = checked.inspections
    frames = {name: _finish(there[name]) if name in there else _empty(name) for name in TABLES}
    return Market(
        **_share_ids(frames),
        present=frozenset(there),
        intake=checked.report.intake,
        faults=checked.report.faults,
        set_aside={name: one.bad_rows() for name, one in there.items() if one.quarantined},
    )


def _refuse_untyped(inspection: Inspection) -> None:
    """Refuse what has no place in the final types; nothing is dropped where nothing is checked."""
    untyped = [str(fault) for fault in inspection.faults if fault.severity is not Severity.NOTICE]
    for column in inspection.table.columns:
        if (
            column.dtype == "int64"
            and column.name in inspection.frame
            and inspection.frame[column.name].hasnans
        ):
            untyped.append(f"{column.name} · missing cell · expected {column.expected}")
    if untyped:
        raise InputError(f"The frame {inspection.table.name} cannot be typed.", "\n".join(untyped))


def _cut(name: str, frame: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    table = TABLES[name]
    if table.known_at:
        known = (frame[table.known_at] < moment).to_numpy()
        if not known.all():
            frame = frame[known].reset_index(drop=True)
    for column in table.columns:
        if column.known_at:
            known_then = frame[column.name].where(frame[column.known_at] < moment)
            frame = _with_columns(frame, {column.name: known_then})
    return frame


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame({column.name: _no_cells(column) for column in TABLES[name].columns})


def _no_cells(column: Column, rows: int = 0) -> pd.Series:
    """A column of missing cells with the dtype of its declaration."""
    if column.dtype == "category":
        words = list(column.allowed) if column.kind is Kind.WORD else pd.Index([], dtype=object)
        return pd.Series(pd.Categorical([None] * rows, categories=words))
    return pd.Series(index=pd.RangeIndex(rows), dtype=column.dtype)


def _finish(inspection: Inspection) -> pd.DataFrame:
    """The good rows of a table in their final types, other columns of the file behind."""
    frame, cells = inspection.frame, inspection.raw.cells
    if not inspection.good.all():
        kept = inspection.good.nonzero()[0]
        frame, cells = frame.iloc[kept].reset_index(drop=True), cells.take(pa.array(kept, pa.int64()))
    columns = {}
    for column in inspection.table.columns:
        typed = frame[column.name] if column.name in frame else _no_cells(column, len(frame))
        columns[column.name] = typed.astype("int64", copy=False) if column.dtype == "int64" else typed
    typed = pd.DataFrame(columns, copy=False)
    others = [name for name in cells.column_names if name not in inspection.table.names]
    return pd.concat([typed, cells.select(others).to_pandas()], axis=1) if others else typed


def _share_ids(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """One sorted list of ids for all tables; categories of text without those no longer used."""
    known = {column: _IdList(frames[home][column]) for column, home in _HOME_OF.items()}
    shared = {}
    for name, frame in frames.items():
        coded = {}
        for column in TABLES[name].columns:
            cells = frame[column.name]
            if column.kind is Kind.ID and column.name in known:
                coded[column.name] = known[column.name].code(cells)
            elif column.kind is Kind.ID or (column.kind is Kind.TEXT and column.repeats):
                coded[column.name] = _IdList(cells).code(cells)
        shared[name] = _with_columns(frame, coded)
    return shared


class _IdList:
    """The ids that a column uses, sorted, and their codes: by place where another column is coded over the same list."""

    def __init__(self, cells: pd.Series) -> None:
        self._before = cells.cat.categories
        used = used_codes(cells.cat.codes.to_numpy(), len(self._before))
        self._every = bool(used.all())
        self.ids = self._before if self._every else self._before[used]
        self._place = np.where(used, np.cumsum(used) - 1, -1).astype(kind_of_codes(len(self.ids)))

    def code(self, cells: pd.Series) -> pd.Categorical:
        """A column coded over the list; what is not in it is missing."""
        if cells.cat.categories is self.ids:
            return cells.array
        if cells.cat.categories is self._before:
            codes = spread(self._place, cells.cat.codes.to_numpy(), -1)
        else:
            codes = recode(cells, self.ids)
        return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(self.ids), validate=False)


def _with_columns(frame: pd.DataFrame, columns: dict[str, object]) -> pd.DataFrame:
    """A frame with some columns replaced; the others are shared, not copied (`assign` copies all)."""
    shared = frame.copy(deep=False)
    for name, cells in columns.items():
        shared[name] = cells
    return shared
