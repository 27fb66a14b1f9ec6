"""Peers: where a value stands among shops of the same type and size, as of the first of the month at or before the snapshot.

Peers are the accounts that ordered in the 180 days before that moment, grouped by business type and by the tercile of units
ordered in 365 days; a group of fewer than 25 gives way to its type, and that to all. The monthly calendar makes the reference
the same for one account and for all, and makes "typical" in a reason the very figures that the model compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from resellerrisk.signals import kernel
from resellerrisk.signals.declare import Column

ACTIVE_DAYS = 180
FEWEST_PEERS = 25
SIZES = 3
SIZE_COLUMN = "units_total_365d"


@dataclass(frozen=True)
class PeerTable:
    """The peers of one first of the month, or some of them.

    Attributes
    ----------
    types : int64[n]
        Code of each peer's business type.
    sizes : float64[n]
    values : dict of str to float64[n]
        By column.
    """

    types: np.ndarray
    sizes: np.ndarray
    values: dict[str, np.ndarray]

    @cached_property
    def month(self) -> _Month:
        """The peers put in order, once for all who are compared with them."""
        return _Month(self.types, self.sizes, lambda column: self.values[column.name])

    def put_in_order(self, columns: Sequence[Column]) -> None:
        """Put the peers of some columns in order now, so that processes forked from this one share it."""
        for column in columns:
            self.month.put_in_order(column)


def take_peers(signals, month: int, columns: Sequence[Column], known=None) -> PeerTable:
    """What the accounts of a `Signals` bring to the peers of one first of the month (microseconds).

    ``known`` (DataFrame) holds columns of the `active_accounts` of that moment that were computed before.
    """
    from resellerrisk.signals.compute import Snapshots, Work

    account = active_accounts(signals.views, month)
    work = Work(signals, Snapshots(account, np.full(account.size, month)), known, columns)
    types = np.asarray(signals.views.form.business_type.codes, np.int64)[account]
    return PeerTable(types, work.named(SIZE_COLUMN), {column.name: work.column(column) for column in columns})


def join_peers(tables: Sequence[PeerTable]) -> PeerTable:
    """The peers of several parts together; their order changes nothing."""
    names = tables[0].values
    return PeerTable(
        np.concatenate([one.types for one in tables]),
        np.concatenate([one.sizes for one in tables]),
        {name: np.concatenate([one.values[name] for one in tables]) for name in names},
    )


def compared_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Of some columns and those they are positions of: the ones that are compared with peers, in a signal or in a reason."""
    compared = {}
    for column in columns:
        if column.base is not None:
            compared[column.base.name] = column.base
        elif "{typical}" in column.declaration.reason:
            compared[column.name] = column
    return tuple(compared.values())


class PeerBook:
    """Reference values of peers, month by month, made when first needed.

    Parameters
    ----------
    signals : Signals
        The market's signals.
    given : dict of int to PeerTable, optional
        The peers of the whole market by first of the month, where the signals see only a part of it.
    """

    def __init__(self, signals, given: dict[int, PeerTable] | None = None) -> None:
        self._signals, self._given = signals, given
        self._months: dict[int, _Month] = {}

    def positions(self, work, column: Column) -> np.ndarray:
        """Share of peers whose value is lower (ties count half), per snapshot.

        Parameters
        ----------
        work
            The running computation, which gives the base column and the size.
        column : Column
            A column with a ``base``.

        Returns
        -------
        float64[n], 0-1
            Missing where the account's own value is.
        """
        values, at = work.column(column.base), work.snapshots.at
        types, sizes = self._types(work.snapshots.account), work.named(SIZE_COLUMN)
        out = np.full(values.size, np.nan)
        months = month_of(at)
        self._prepare(np.unique(months))
        for month in np.unique(months):
            rows = np.flatnonzero(months == month)
            out[rows] = self._months[int(month)].positions(
                column.base, values[rows], types[rows], sizes[rows]
            )
        return out

    def sizes(self, snapshots) -> np.ndarray:
        """What the size of each snapshot's account is told by, float64[n]."""
        from resellerrisk.signals.compute import Work

        return Work(self._signals, snapshots).named(SIZE_COLUMN)

    def typical(self, column: Column, snapshots, sizes: np.ndarray) -> np.ndarray:
        """Lower and upper quartile of the column among each snapshot's peers, shape (n, 2)."""
        out = np.full((len(snapshots), 2), np.nan)
        months, types = month_of(snapshots.at), self._types(snapshots.account)
        self._prepare(np.unique(months))
        for month in np.unique(months):
            rows = np.flatnonzero(months == month)
            out[rows] = self._months[int(month)].quartiles(column, types[rows], sizes[rows])
        return out

    def position(self, column: Column, month: int, value: float, kind: int, size: float) -> float:
        """`positions` of one value of an account of some type and size, in a month (microseconds)."""
        self._prepare(np.array([month]))
        return self._months[month].position(column, value, kind, size)

    def quartiles(self, column: Column, month: int, kind: int, size: float) -> tuple[float, float]:
        """`typical` of one account of some type and size, in a month (microseconds)."""
        self._prepare(np.array([month]))
        return self._months[month].range_of(column, kind, size)

    def peers_of(self, column: Column, snapshots, work) -> np.ndarray:
        """The known values of the peers of one snapshot, sorted; ``work`` gives the account's own size."""
        month = int(month_of(snapshots.at)[0])
        self._prepare(np.array([month]))
        return self._months[month].peers(column, self._types(snapshots.account), work.named(SIZE_COLUMN))

    def _types(self, account: np.ndarray) -> np.ndarray:
        return np.asarray(self._signals.views.form.business_type.codes, np.int64)[account]

    def _prepare(self, months: np.ndarray) -> None:
        """Look at the peers of all months not yet known, in one computation."""
        from resellerrisk.signals.compute import Snapshots, Work

        missing = [int(month) for month in months if int(month) not in self._months]
        if self._given is not None:
            self._months |= {month: self._given[month].month for month in missing}
            missing = []
        if not missing:
            return
        account = [active_accounts(self._signals.views, month) for month in missing]
        at = np.repeat(missing, [found.size for found in account])
        work = Work(self._signals, Snapshots(np.concatenate(account), at))
        types, sizes = self._types(work.snapshots.account), work.named(SIZE_COLUMN)
        for month in missing:
            rows = np.flatnonzero(at == month)
            self._months[month] = _Month(types[rows], sizes[rows], _rows_of(work, rows))


def _rows_of(work, rows: np.ndarray) -> Callable[[Column], np.ndarray]:
    return lambda column: work.column(column)[rows]


class _Month:
    """The peers as of one first of the month: types, sizes, and a function that gives a column's values."""

    def __init__(self, types: np.ndarray, sizes: np.ndarray, values: Callable[[Column], np.ndarray]) -> None:
        self._types, self._values = types, values
        self._cuts = np.quantile(sizes, np.arange(1, SIZES) / SIZES) if sizes.size else np.zeros(SIZES - 1)
        self._groups = self._types * SIZES + self._size_class(sizes)
        self._rows: dict[tuple[bool, int], np.ndarray] = {}
        self._sorted: dict[tuple[str, int], np.ndarray] = {}
        self._ranges: dict[tuple[str, int], np.ndarray] = {}

    def positions(self, column: Column, values, types, sizes) -> np.ndarray:
        out = np.full(values.size, np.nan)
        groups = types * SIZES + self._size_class(sizes)
        for group in np.unique(groups):
            rows, peers = np.flatnonzero(groups == group), self._peers(column, int(group))
            if peers.size:
                lower = np.searchsorted(peers, values[rows], side="left")
                upto = np.searchsorted(peers, values[rows], side="right")
                out[rows] = (lower + upto) / 2 / peers.size
        return np.where(np.isnan(values), np.nan, out)

    def peers(self, column: Column, types, sizes) -> np.ndarray:
        """The values that one account is compared with."""
        return self._peers(column, int((types * SIZES + self._size_class(sizes))[0]))

    def quartiles(self, column: Column, types, sizes) -> np.ndarray:
        out = np.full((types.size, 2), np.nan)
        groups = types * SIZES + self._size_class(sizes)
        for group in np.unique(groups):
            out[groups == group] = self._range(column, int(group))
        return out

    def position(self, column: Column, value: float, kind: int, size: float) -> float:
        """Where one value stands; the very bits of `positions`."""
        peers = self._peers(column, self._group(kind, size))
        if value != value or not peers.size:
            return np.nan
        lower, upto = peers.searchsorted(value, side="left"), peers.searchsorted(value, side="right")
        return float((lower + upto) / 2 / peers.size)

    def range_of(self, column: Column, kind: int, size: float) -> tuple[float, float]:
        """Lower and upper quartile; the very bits of `quartiles`."""
        low, high = self._range(column, self._group(kind, size))
        return float(low), float(high)

    def _group(self, kind: int, size: float) -> int:
        return int(kind * SIZES + self._cuts.searchsorted(size, side="left"))

    def _range(self, column: Column, group: int) -> np.ndarray:
        if (column.name, group) not in self._ranges:
            peers = self._peers(column, group)
            found = np.quantile(peers, [0.25, 0.75]) if peers.size else np.full(2, np.nan)
            self._ranges[column.name, group] = found
        return self._ranges[column.name, group]

    def _size_class(self, sizes: np.ndarray) -> np.ndarray:
        return np.searchsorted(self._cuts, sizes, side="left")

    def _peers(self, column: Column, group: int) -> np.ndarray:
        """Known values of the group, sorted; of its type or of all where the group is too small."""
        if (column.name, group) not in self._sorted:
            values = self._values(column)
            for chosen in (
                self._rows_of(self._groups, group),
                self._rows_of(self._types, group // SIZES),
                None,
            ):
                found = values if chosen is None else values[chosen]
                found = found[~np.isnan(found)]
                if found.size >= FEWEST_PEERS:
                    break
            self._sorted[column.name, group] = np.sort(found)
        return self._sorted[column.name, group]

    def put_in_order(self, column: Column) -> None:
        """Put the peers of a column in order, for every group that has any."""
        for group in np.unique(self._groups).tolist():
            self._peers(column, group)

    def _rows_of(self, codes: np.ndarray, code: int) -> np.ndarray:
        """The peers of one group, or of one type."""
        if (codes is self._types, code) not in self._rows:
            self._rows[codes is self._types, code] = np.flatnonzero(codes == code)
        return self._rows[codes is self._types, code]


def active_accounts(views, at: int) -> np.ndarray:
    """Codes of the accounts that applied before a moment and ordered in the 180 days before it."""
    rows = views.orders
    accounts = np.arange(views.accounts_count)
    starts = kernel.starts_of(rows.account, accounts.size)
    moments = np.full(accounts.size, at)
    offsets = np.array([ACTIVE_DAYS * kernel.DAY, 0], np.int64)
    low, high = kernel.find_edges(starts, rows.at.view(np.int64), accounts, moments, offsets)
    return accounts[(high > low) & (views.applied < at)]


def month_of(at: np.ndarray) -> np.ndarray:
    """The first of the month at or before each moment, in microseconds since 1970.

    >>> month_of(np.array(["2020-06-30T12:00"], "datetime64[us]").view("int64")).view("datetime64[us]")
    array(['2020-06-01T00:00:00.000000'], dtype='datetime64[us]')
    """
    return at.view("datetime64[us]").astype("datetime64[M]").astype("datetime64[us]").view(np.int64)
