"""Signals of a market: every declared column for any snapshots, in bulk or one at a time, by the same code.

A snapshot is (account, T) or, for an order, (account, T, order). The order of work: functions over rows give one value per
row (once per market); the kernel sums them per snapshot and window; figures of links and leaks are looked up; derived signals
and positions among peers come last. Which of it a model uses is not decided here.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from resellerrisk.signals import kernel
from resellerrisk.signals.catalogue import Catalogue
from resellerrisk.signals.declare import Column, Declaration, Window
from resellerrisk.signals.peers import PeerBook, PeerTable
from resellerrisk.signals.rows import CONTRACT_TABLE, Rows, Views, micros
from resellerrisk.signals.whole import Whole, take_extract
from resellerrisk.tables import Market
from resellerrisk.tables.moments import monday_of

NOTHING = np.int64(-(2**63))


class Snapshots:
    """Subjects at their moments, as codes.

    Attributes
    ----------
    account : int64[n]
    at : int64[n], microseconds
    order : int64[n], order codes; -1 where the subject is no order
    """

    def __init__(self, account: np.ndarray, at: np.ndarray, order: np.ndarray | None = None) -> None:
        self.account = np.asarray(account, np.int64)
        self.at = np.asarray(at, np.int64)
        self.order = (
            np.full(self.account.size, -1, np.int64) if order is None else np.asarray(order, np.int64)
        )

    def __len__(self) -> int:
        return self.account.size

    @property
    def moments(self) -> np.ndarray:
        """The moments as datetime64[us]."""
        return self.at.view("datetime64[us]")


class Signals:
    """All signals of one market, prepared once.

    Parameters
    ----------
    market : Market
        Checked tables.
    catalogue : Catalogue
        What is declared.
    whole : Whole, optional
        The market around these accounts, where `market` holds only some of them.
    months : dict of int to PeerTable, optional
        The peers of the whole market by first of the month; goes with ``whole``.

    Notes
    -----
    Values depend on the whole market and the snapshot alone, never on which other snapshots are asked for, nor on which other
    accounts are at hand.
    """

    def __init__(
        self,
        market: Market,
        catalogue: Catalogue,
        whole: Whole | None = None,
        months: dict[int, PeerTable] | None = None,
    ) -> None:
        self.market = market
        self.catalogue = catalogue
        self.views = Views(market, whole and whole.asks)
        self._whole, self._months = whole, months
        self._values: dict[str, np.ndarray] = {}
        self._neighbours: dict[str, tuple[np.ndarray, ...]] = {}

    def compute(
        self, snapshots: Snapshots, columns: Sequence[Column], known: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """The matrix of the given columns.

        Parameters
        ----------
        snapshots : Snapshots
            n subjects.
        columns : sequence of Column
            k columns of the catalogue.
        known : DataFrame with n rows, optional
            Columns that were computed before, for the same snapshots.

        Returns
        -------
        DataFrame of shape (n, k), float64
            Missing where nothing is known.
        """
        work = Work(self, snapshots, known)
        return pd.DataFrame({column.name: work.column(column) for column in columns}, dtype=np.float64)

    def row_values(self, declaration: Declaration) -> np.ndarray:
        """What a declared function says of every row of its view; computed once."""
        name = declaration.function.__name__
        if name not in self._values:
            self._values[name] = np.asarray(declaration.function(getattr(self.views, declaration.table)))
        return self._values[name]

    def neighbours(self, declared: Declaration) -> tuple[np.ndarray, ...]:
        """The codes of a distinct count with each row's previous and next of the same code; found once."""
        name = declared.function.__name__
        if name not in self._neighbours:
            codes = self.row_values(declared).astype(np.int64)
            account = getattr(self.views, declared.table).account
            order = np.lexsort((np.arange(codes.size), codes, account))
            self._neighbours[name] = codes, *kernel.neighbours(account, codes, order)
        return self._neighbours[name]

    @cached_property
    def whole(self) -> Whole:
        """The market around the accounts; this very market where no other was given."""
        return self._whole or Whole(self.market, take_extract(self))

    @cached_property
    def places_in_whole(self) -> np.ndarray:
        """The code that the whole market has for each account here, int64[n_accounts]."""
        return self.whole.account_ids.get_indexer(self.market.account_ids).astype(np.int64)

    @property
    def links(self):
        """Links between accounts of the whole market."""
        return self.whole.links

    @cached_property
    def peers(self) -> PeerBook:
        """What is typical of which shops, month by month."""
        return PeerBook(self, self._months)

    @cached_property
    def order_ranges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """First lines of the orders, in the view's order, with where each order ends."""
        first = np.flatnonzero(self.views.orders.first_line)
        return first, np.r_[first[1:], len(self.views.orders)], self.views.orders.order[first]


class Work:
    """One call of `Signals.compute`: what several columns share."""

    def __init__(self, signals: Signals, snapshots: Snapshots, known: pd.DataFrame | None = None) -> None:
        self.signals, self.snapshots = signals, snapshots
        self._edges: dict[tuple[str, int], np.ndarray] = {}
        self._done = {} if known is None else {name: known[name].to_numpy() for name in known}
        self._integers: dict[str, tuple[np.ndarray, np.ndarray | None]] = {}
        self._starts: dict[str, np.ndarray] = {}

    def column(self, column: Column) -> np.ndarray:
        """One column's values, float64[n]."""
        if column.name not in self._done:
            self._done[column.name] = self._make(column)
        return self._done[column.name]

    def named(self, name: str) -> np.ndarray:
        """A column or a market-wide figure by its name."""
        if name.startswith("market_"):
            return self._market_wide(self.signals.catalogue.column(name.removeprefix("market_")))
        return self.column(self.signals.catalogue.column(name))

    def _make(self, column: Column) -> np.ndarray:
        declared = column.declaration
        table = declared.table
        if CONTRACT_TABLE.get(table, "orders") not in self.signals.market.present:
            return np.full(len(self.snapshots), np.nan)
        if table == "peers":
            return self.signals.peers.positions(self, column)
        if table == "derived":
            inputs = [self.named(name) for name in inspect.signature(declared.function).parameters]
            with np.errstate(divide="ignore", invalid="ignore"):
                return _finite(declared.function(*inputs))
        if table == "form":
            return _finite(self.signals.row_values(declared)[self.snapshots.account])
        if table == "moment":
            return _finite(declared.function(self._moment_rows))
        if table == "links":
            return _finite(
                self._link_figures.get(declared.function.__name__, np.full(len(self.snapshots), np.nan))
            )
        if table == "leaks":
            return _finite(self._leak_figure(declared.function.__name__))
        return self._aggregate(column)

    def _aggregate(self, column: Column) -> np.ndarray:
        """Rows of a view put together between the window's edges."""
        declared, window = column.declaration, column.window
        low, high = self._window(declared.table, window)
        kind = declared.measure.kind
        if kind == "distinct":
            return self._distinct(declared, window, low, high).astype(np.float64)
        if kind in {"since_last", "since_first"}:
            return self._since(declared, low, high)
        values, known = self._as_integers(declared)
        if kind == "entropy":
            return _entropy(values, declared.measure.codes, low, high)
        if kind == "highest":
            flags = np.ones(values.size, bool) if known is None else known
            found = kernel.highest_between(values, flags, low, high)
            return np.where(found == NOTHING, np.nan, found / declared.measure.unit.scale)
        sums = kernel.sum_between(values, low, high)
        if kind == "sum":
            return sums / declared.measure.unit.scale
        rows = high - low if known is None else kernel.sum_between(known.astype(np.int64), low, high)
        return np.where(rows > 0, sums / np.maximum(rows, 1) / declared.measure.unit.scale, np.nan)

    def _as_integers(self, declared: Declaration) -> tuple[np.ndarray, np.ndarray | None]:
        name = declared.function.__name__
        if name not in self._integers:
            self._integers[name] = as_integers(self.signals.row_values(declared), declared.measure.unit.scale)
        return self._integers[name]

    def _distinct(self, declared: Declaration, window: Window, low, high) -> np.ndarray:
        rows = getattr(self.signals.views, declared.table)
        codes, before, after = self.signals.neighbours(declared)
        first = self._edge(declared.table, -1)
        width = (window.far - window.near) * kernel.DAY if window.far else -1
        return kernel.distinct_between(micros(rows.at), codes, before, after, first, low, high, width)

    def _since(self, declared: Declaration, low, high) -> np.ndarray:
        rows = getattr(self.signals.views, declared.table)
        flags = self.signals.row_values(declared).astype(bool)
        find = kernel.last_true_before if declared.measure.kind == "since_last" else kernel.first_true_from
        place = find(flags, low, high)
        if not flags.size:
            return np.full(place.size, np.nan)
        passed = (self.snapshots.at - micros(rows.at)[np.maximum(place, 0)]) // 1_000_000
        return np.where(place >= 0, passed / 86_400, np.nan)

    def _window(self, table: str, window: Window) -> tuple[np.ndarray, np.ndarray]:
        if window.own_order:
            return self._own_order
        return self._edge(table, window.far * kernel.DAY or -1), self._edge(table, window.near * kernel.DAY)

    def _edge(self, table: str, offset: int) -> np.ndarray:
        if (table, offset) not in self._edges:
            rows = getattr(self.signals.views, table)
            if table not in self._starts:
                self._starts[table] = kernel.starts_of(rows.account, self.signals.views.accounts_count)
            offsets = np.array([offset], np.int64)
            found = kernel.find_edges(
                self._starts[table], micros(rows.at), self.snapshots.account, self.snapshots.at, offsets
            )
            self._edges[table, offset] = found[0]
        return self._edges[table, offset]

    @cached_property
    def _own_order(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each snapshot's own order lines stand; an empty range where it is no order."""
        first, end, order = self.signals.order_ranges
        rows = self.signals.views.orders
        place = self._edge("orders", 0)
        # Orders of one account and second stand side by side: walk on to the snapshot's own.
        start = np.searchsorted(first, place)
        for _ in range(len(first)):
            inside = start < len(first)
            here = np.where(inside, start, 0)
            same = inside & (rows.account[first[here]] == self.snapshots.account)
            same &= micros(rows.at)[first[here]] == self.snapshots.at
            walk = same & (order[here] != self.snapshots.order)
            if not walk.any():
                break
            start = start + walk
        hit = same & (self.snapshots.order >= 0)
        return np.where(hit, first[here], 0), np.where(hit, end[here], 0)

    def _market_wide(self, column: Column) -> np.ndarray:
        """A distinct count over all accounts' rows together, in the window before each snapshot."""
        window, name = column.window, column.declaration.function.__name__
        moments, back = np.unique(self.snapshots.at, return_inverse=True)
        found = self.signals.whole.count_codes(
            name, moments, window.far * kernel.DAY, window.near * kernel.DAY
        )
        return found[back].astype(np.float64)

    @cached_property
    def _moment_rows(self) -> Rows:
        form = self.signals.views.form
        account = self.snapshots.account
        makers = {name: _gather(name, account) for name in self.signals.market.accounts.columns}
        return Rows({"as_of": self.snapshots.moments, "form": form}, makers)

    @cached_property
    def _places(self) -> np.ndarray:
        """The snapshots' accounts as the whole market codes them."""
        return self.signals.places_in_whole[self.snapshots.account]

    @cached_property
    def _standing(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The Mondays of the snapshots, and the traced figures on them, each of shape (n_mondays, n_accounts)."""
        mondays = np.unique(monday_of(self.snapshots.at))
        traced = self.signals.whole.traced(mondays)
        names = traced[int(mondays[0])] if mondays.size else {}
        return mondays, {name: np.stack([traced[int(monday)][name] for monday in mondays]) for name in names}

    @cached_property
    def _link_figures(self) -> dict[str, np.ndarray]:
        standing = None
        if "leaks" in self.signals.market.present and len(self.snapshots):
            mondays, figures = self._standing
            standing = (mondays.view("datetime64[us]"), figures["source_probability"])
        return self.signals.links.figures(
            self._places.astype(np.int32),
            self.snapshots.moments,
            own_order=bool((self.snapshots.order >= 0).all()),
            standing=standing,
        )

    def _leak_figure(self, name: str) -> np.ndarray:
        if not len(self.snapshots):
            return np.empty(0)
        mondays, figures = self._standing
        place = np.searchsorted(mondays, self.snapshots.at, side="right") - 1
        return figures[name][place, self._places]


def _gather(name: str, account: np.ndarray):
    return lambda rows: getattr(rows.form, name).take(account)


def as_integers(values: np.ndarray, scale: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Values as whole numbers that sum exactly, and which of them are known (None: all).

    Times become seconds; real values become ``round(value * scale)``.

    >>> as_integers(np.array([True, False]), 1)
    (array([1, 0]), None)
    >>> as_integers(np.array([0.5, np.nan]), 100)
    (array([50,  0]), array([ True, False]))
    """
    if values.dtype.kind == "m":
        known = ~np.isnat(values)
        seconds = values.astype("timedelta64[s]").view(np.int64)
        return np.where(known, seconds, 0), known
    if values.dtype.kind == "f":
        known = np.isfinite(values)
        return np.rint(np.where(known, values, 0.0) * scale).astype(np.int64), known
    return values.astype(np.int64) * (scale if values.dtype.kind in "iu" else 1), None


def _entropy(codes: np.ndarray, count: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Shannon entropy in bits of the codes between the edges."""
    sums = np.stack(
        [kernel.sum_between((codes == code).astype(np.int64), low, high) for code in range(count)]
    )
    rows = np.maximum(sums.sum(axis=0), 1)
    share = sums / rows
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.where(sums > 0, -share * np.log2(share), 0.0).sum(axis=0)
    return np.where(sums.sum(axis=0) > 0, bits, np.nan)


def _finite(values) -> np.ndarray:
    out = np.asarray(values, np.float64)
    return np.where(np.isfinite(out), out, np.nan)
