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

from resellerrisk.signals import kernel, windows
from resellerrisk.signals.catalogue import Catalogue
from resellerrisk.signals.declare import Column, Declaration, Window
from resellerrisk.signals.peers import PeerBook, PeerTable, compared_columns, take_peers
from resellerrisk.signals.rows import CONTRACT_TABLE, Rows, Views, micros
from resellerrisk.signals.whole import Whole, take_extract
from resellerrisk.tables import Market
from resellerrisk.tables.moments import monday_of

NO_FLAGS = np.empty(0, np.bool_)
#: A window of which only the moment itself is asked for.
AT_ONCE = Window()


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


class Turn:
    """Snapshots in the order of their accounts, in which rows are walked over once.

    Attributes
    ----------
    order, back : int64[n] or None
        Place of each snapshot in that order, and back; None where they stand in it already.
    accounts : int64[n_accounts]
        Those that have a snapshot, rising.
    starts : int64[n_accounts + 1]
        Where the snapshots of each begin.
    moments : int64[n]
        In that order.
    """

    def __init__(self, snapshots: Snapshots) -> None:
        account = snapshots.account
        self.order = self.back = None
        if (account[1:] < account[:-1]).any():
            self.order = np.argsort(account, kind="stable")
            self.back = np.empty_like(self.order)
            self.back[self.order] = np.arange(self.order.size)
            account = account[self.order]
        new = np.ones(account.size, bool)
        new[1:] = account[1:] != account[:-1]
        first = np.flatnonzero(new)
        self.accounts, self.starts = account[first], np.append(first, account.size)
        self.moments = self.put(snapshots.at)

    def put(self, values: np.ndarray) -> np.ndarray:
        """Values of the snapshots by account."""
        return values if self.order is None else values[self.order]

    def put_back(self, values: np.ndarray) -> np.ndarray:
        """Values by account in the snapshots' own order."""
        return values if self.back is None else values[self.back]


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
        work = Work(self, snapshots, known, columns)
        work.fill()
        return pd.DataFrame(work.block.T, columns=[column.name for column in columns], copy=False)

    def check_moment(self, moment: int) -> None:
        """Refuse a moment that cannot be answered for; a market in memory answers for any."""

    def row_values(self, declaration: Declaration) -> np.ndarray:
        """What a declared function says of every row of its view; computed once."""
        name = declaration.function.__name__
        if name not in self._values:
            self._values[name] = np.asarray(declaration.function(getattr(self.views, declaration.table)))
        return self._values[name]

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

    def peers_of_month(self, month: int) -> PeerTable:
        """What the accounts here bring to the peers of a first of the month (microseconds), all columns that are compared."""
        return take_peers(self, month, compared_columns(self.catalogue.columns))

    @cached_property
    def order_ranges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """First lines of the orders, in the view's order, with where each order ends."""
        first = np.flatnonzero(self.views.orders.first_line)
        return first, np.r_[first[1:], len(self.views.orders)], self.views.orders.order[first]


class Work:
    """One call of `Signals.compute`: what several columns share.

    Parameters
    ----------
    signals : Signals
    snapshots : Snapshots
        n subjects.
    known : DataFrame with n rows, optional
        Columns that were computed before.
    wanted : sequence of Column
        Columns that will be asked for: all windows of a measure are then answered from one walk over its rows.

    Attributes
    ----------
    block : float64[n_wanted, n]
        Where the wanted columns' values stand after `fill`.
    """

    def __init__(
        self,
        signals: Signals,
        snapshots: Snapshots,
        known: pd.DataFrame | None = None,
        wanted: Sequence[Column] = (),
    ) -> None:
        self.signals, self.snapshots = signals, snapshots
        self._done = {} if known is None else {name: known[name].to_numpy() for name in known}
        self._row_of = {column.name: place for place, column in enumerate(wanted)}
        self._wanted = tuple(wanted)
        self._stretches: dict[str, np.ndarray] = {}
        self._edges: dict[str, tuple[list[int], np.ndarray]] = {}
        self._narrow: dict[str, np.ndarray] = {}
        self.block = np.empty((len(wanted), len(snapshots)))

    def fill(self) -> None:
        """Compute the wanted columns."""
        for place, column in enumerate(self._wanted):
            values, row = self.column(column), self.block[place]
            if not np.shares_memory(values, row):
                row[:] = values

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
        """Rows of a view put together between the windows' edges; all wanted windows of the measure at once."""
        declared = column.declaration
        if column.window.own_order:
            edges = np.stack(self._own_order)
            given = windows.narrow(self._stretch(declared.table), edges), edges, np.array([0]), np.array([1])
            return self._put_together(declared, (column,), given, None)[0]
        alike = [one for one in self._wanted if one.declaration is declared and self._is_open(one)]
        columns = alike if column in alike else [column]
        edges, (lows, highs) = self._edges_of(declared.table, [one.window for one in columns])
        given = self._narrow[declared.table], edges, lows, highs
        found = self._put_together(declared, columns, given, self._block_of(columns))
        self._done |= {one.name: values for one, values in zip(columns, found, strict=True)}
        return self._done[column.name]

    def _is_open(self, column: Column) -> bool:
        return column.name not in self._done and not column.window.own_order

    def _block_of(self, columns: Sequence[Column]) -> np.ndarray | None:
        """The rows of the block in which some columns stand side by side, if they do."""
        places = [self._row_of.get(column.name, -1) for column in columns]
        if self._turn.order is None and places[0] >= 0 and (np.diff(places) == 1).all():
            return self.block[places[0] : places[-1] + 1]
        return None

    def _put_together(self, declared: Declaration, columns, given, out) -> np.ndarray:
        """Values of each window, float64[n_windows, n], in the snapshots' order; ``given`` is what all of `windows` take first."""
        shape = (len(columns), len(self.snapshots))
        out = np.empty(shape) if out is None else out
        measure = declared.measure
        values = self.signals.row_values(declared)
        if measure.kind == "entropy":
            counts = np.empty((measure.codes, *shape))
            for code in range(measure.codes):
                windows.sums(*given, values == code, NO_FLAGS, 1, False, counts[code])
            out[:] = entropy_of(counts)
        elif measure.kind == "distinct":
            widths = [
                (one.window.far - one.window.near) * kernel.DAY if one.window.far else -1 for one in columns
            ]
            codes = values.astype(np.int64, copy=False)
            windows.distinct(*given, self._times(declared.table), codes, np.array(widths), out)
        elif measure.kind in {"since_last", "since_first"}:
            times, newest = self._times(declared.table), measure.kind == "since_last"
            windows.since(*given, times, self._turn.moments, values.astype(bool, copy=False), newest, out)
        else:
            numbers, known = as_integers(values, measure.unit.scale)
            known = NO_FLAGS if known is None else known
            if measure.kind == "highest":
                windows.highest(*given, numbers, known, measure.unit.scale, out)
            else:
                windows.sums(*given, numbers, known, measure.unit.scale, measure.kind == "mean", out)
        return out if self._turn.order is None else out[:, self._turn.back]

    @cached_property
    def _turn(self) -> Turn:
        """The snapshots by account."""
        return Turn(self.snapshots)

    def _times(self, table: str) -> np.ndarray:
        return micros(getattr(self.signals.views, table).at)

    def _stretch(self, table: str) -> np.ndarray:
        """Where the rows and the snapshots of each account stand, int64[n_accounts, 4]."""
        if table not in self._stretches:
            rows, turn = getattr(self.signals.views, table), self._turn
            ends = rows.stretches(turn.accounts)
            self._stretches[table] = np.stack([*ends, turn.starts[:-1], turn.starts[1:]], axis=1)
        return self._stretches[table]

    def _edges_of(self, table: str, asked: Sequence[Window]) -> tuple[np.ndarray, np.ndarray]:
        """Places of rows at windows' edges, by account, and which of them each window lies between."""
        offsets, edges = self._edges.get(table, ([], None))
        wanted = [one for one in self._wanted if one.declaration.table == table and one.window]
        coming = [one.window for one in wanted if not one.window.own_order] if edges is None else []
        new = {offset for window in [*asked, *coming] for offset in _offsets(window) if offset not in offsets}
        if new:
            found = self._find_edges(table, sorted(new))
            offsets, edges = offsets + sorted(new), found if edges is None else np.vstack([edges, found])
            self._edges[table] = offsets, edges
            self._narrow[table] = windows.narrow(self._stretch(table), edges)
        return edges, np.array(
            [[offsets.index(one) for one in _offsets(window)] for window in asked]
        ).T.copy()

    def _find_edges(self, table: str, offsets: list[int]) -> np.ndarray:
        times = self._times(table)
        places = np.empty((len(offsets), len(self.snapshots)), np.int32 if times.size < 2**31 else np.int64)
        moments = self._turn.moments
        windows.edges_by_account(self._stretch(table), times, moments, np.array(offsets, np.int64), places)
        return places

    def _window(self, table: str, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """First row of each snapshot's window, and the row behind its last, in the snapshots' order."""
        if window.own_order:
            edges, (low, high) = np.stack(self._own_order), (0, 1)
        else:
            edges, ((low,), (high,)) = self._edges_of(table, [window])
        return self._turn.put_back(edges[low]), self._turn.put_back(edges[high])

    @cached_property
    def _own_order(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each snapshot's own order lines stand, by account; an empty range of its account where it is no order."""
        first, end, order = self.signals.order_ranges
        rows, turn = self.signals.views.orders, self._turn
        account, own = turn.put(self.snapshots.account), turn.put(self.snapshots.order)
        edges, (_, (row,)) = self._edges_of("orders", [AT_ONCE])
        if not len(first):
            return edges[row], edges[row]
        # Orders of one account and second stand side by side: walk on to the snapshot's own.
        start = np.searchsorted(first, edges[row])
        for _ in range(len(first)):
            inside = start < len(first)
            here = np.where(inside, start, 0)
            same = inside & (rows.account[first[here]] == account)
            same &= micros(rows.at)[first[here]] == turn.moments
            walk = same & (order[here] != own)
            if not walk.any():
                break
            start = start + walk
        hit = same & (own >= 0)
        return np.where(hit, first[here], edges[row]), np.where(hit, end[here], edges[row])

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
    def _by_monday(self) -> list[tuple[int, np.ndarray]]:
        """The Mondays of the snapshots, each with its snapshots."""
        mondays = monday_of(self.snapshots.at)
        return [(int(monday), np.flatnonzero(mondays == monday)) for monday in np.unique(mondays)]

    @cached_property
    def _link_figures(self) -> dict[str, np.ndarray]:
        standing = None
        if "leaks" in self.signals.market.present and len(self.snapshots):
            mondays, risks = self.signals.whole.standing(np.array([monday for monday, _ in self._by_monday]))
            standing = (mondays.view("datetime64[us]"), risks)
        return self.signals.links.figures(
            self._places.astype(np.int32),
            self.snapshots.moments,
            own_order=bool((self.snapshots.order >= 0).all()),
            standing=standing,
        )

    def _leak_figure(self, name: str) -> np.ndarray:
        traced = self.signals.whole.traced(np.array([monday for monday, _ in self._by_monday], np.int64))
        out = np.empty(len(self.snapshots))
        for monday, rows in self._by_monday:
            out[rows] = traced[monday][name][self._places[rows]]
        return out


def _gather(name: str, account: np.ndarray):
    return lambda rows: getattr(rows.form, name).take(account)


def as_integers(values: np.ndarray, scale: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Values as whole numbers that sum exactly (flags stay flags), and which of them are known (None: all).

    Times become seconds; real values become ``round(value * scale)``.

    >>> as_integers(np.array([True, False]), 1)
    (array([ True, False]), None)
    >>> as_integers(np.array([0.5, np.nan]), 100)
    (array([50,  0]), array([ True, False]))
    """
    if values.dtype.kind == "m":
        found, known, every = windows.whole_seconds(
            values.astype("timedelta64[us]", copy=False).view(np.int64)
        )
    elif values.dtype.kind == "f":
        found, known, every = windows.whole_numbers(values.astype(np.float64, copy=False), scale)
    elif values.dtype.kind in "iu":
        return (values * np.int64(scale) if scale != 1 else values.astype(np.int64, copy=False)), None
    else:
        return values, None
    return found, None if every else known


def _offsets(window: Window) -> tuple[int, int]:
    """Both edges of a window, as microseconds before the snapshot; -1 for the account's beginning."""
    return window.far * kernel.DAY or -1, window.near * kernel.DAY


def entropy_of(counts: np.ndarray) -> np.ndarray:
    """Shannon entropy in bits of how often each code stood there; missing where none did."""
    rows = counts.sum(axis=0)
    share = counts / np.maximum(rows, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.where(counts > 0, -share * np.log2(share), 0.0).sum(axis=0)
    return np.where(rows > 0, bits, np.nan)


def _finite(values) -> np.ndarray:
    out = np.asarray(values, np.float64)
    return np.where(np.isfinite(out), out, np.nan)
