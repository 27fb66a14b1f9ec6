"""Evidence of a column: which kind of rows made it, gathered for one account at one moment."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.signals import kernel
from resellerrisk.signals.alone import SLICED, Alone
from resellerrisk.signals.compute import Signals, Snapshots, Work
from resellerrisk.signals.declare import Column
from resellerrisk.signals.evidence.leaked import gather_leaked
from resellerrisk.signals.evidence.linked import gather_linked
from resellerrisk.signals.evidence.listed import RECIPES, list_rows
from resellerrisk.signals.evidence.shown import Evidence
from resellerrisk.signals.rows import CONTRACT_TABLE, Rows
from resellerrisk.tables import Market, as_utc

_NO_ROWS = pd.DataFrame()


def evidence(
    source: Market | Signals, account_id: str, signal: str, as_of, *, order_id: str = ""
) -> Evidence:
    """The rows behind one signal of one account as of a moment.

    Parameters
    ----------
    source : Market or Signals
        Prepared signals answer at once; a market is prepared first.
    account_id : str
    signal : str
        A column of the catalogue.
    as_of : str or Timestamp
        The moment T, UTC: rows known strictly before it.
    order_id : str
        For signals of an order itself: the order, whose ``ordered_at`` then is the moment.

    Returns
    -------
    Evidence

    Raises
    ------
    InputError
        No such account, signal or order, or a signal of an order without an order.

    Examples
    --------
    >>> import resellerrisk as rr
    >>> market = rr.read_market("data/sample")
    >>> found = rr.evidence(market, market.account_ids[0], "lines_count_365d", "2019-06-30")
    >>> found.kind, found.recompute() == found.value == len(found.rows)
    ('orders', True)
    """
    from resellerrisk.signals.catalogue import catalogue

    signals = source if isinstance(source, Signals) else Signals(source, catalogue())
    column = signals.catalogue.column(signal)
    market = signals.market
    if account_id not in market.account_ids:
        raise InputError(f"There is no account {account_id!r}.", hint="look for its id in the accounts table")
    moment, order = as_utc(as_of), -1
    if order_id:
        if order_id not in market.order_ids:
            raise InputError(f"There is no order {order_id!r}.", hint="look for its id in the orders table")
        order = market.order_ids.get_loc(order_id)
    elif column.window and column.window.own_order:
        raise InputError(f"{signal} is of an order itself, and no order is named.", hint="order_id=...")
    code = market.account_ids.get_loc(account_id)
    at = np.datetime64(moment, "us").view(np.int64)
    snapshot = Snapshots(np.array([code]), np.array([at]), np.array([order]))
    return find_evidence(Alone(signals, code), snapshot, [column])[signal]


def find_evidence(alone: Alone, snapshot: Snapshots, columns: Sequence[Column]) -> dict[str, Evidence]:
    """The evidence of some columns of one snapshot, by column name.

    Parameters
    ----------
    alone : Alone
        The account's signals.
    snapshot : Snapshots
        Of length one.
    columns : sequence of Column
    """
    gathering = _Gathering(alone, snapshot)
    return {column.name: gathering.of(column) for column in columns}


class _Gathering:
    """One snapshot's evidence, with what several columns share."""

    def __init__(self, alone: Alone, snapshot: Snapshots) -> None:
        self.alone, self.snapshot = alone, snapshot
        self.work = Work(alone, snapshot)
        self.account_id = str(alone.market.account_ids[alone.account])
        self.moment = int(snapshot.at[0])
        self._tables: dict[str, pd.DataFrame] = {}

    def of(self, column: Column) -> Evidence:
        """The evidence of a column."""
        table = column.declaration.table
        if CONTRACT_TABLE.get(table, "orders") not in self.alone.market.present:
            return self._make(column, table, _NO_ROWS, lambda _: float("nan"))
        if table in SLICED:
            return self._of_rows(column)
        if table in {"form", "moment"}:
            return self._of_form(column)
        if table == "derived":
            return self._of_parts(column)
        if table == "peers":
            return self._of_peers(column)
        name, value = column.declaration.function.__name__, float(self.work.column(column)[0])
        gather = gather_linked if table == "links" else gather_leaked
        found = gather(self.alone, self.snapshot, name, value)
        return self._make(column, found.kind, found.rows, found.recipe, further=found.further)

    def _make(self, column: Column | str, kind: str, rows: pd.DataFrame, recipe, **more) -> Evidence:
        name = column if isinstance(column, str) else column.name
        value = more.pop("value", None)
        if value is None:
            value = self.work.column(column)[0]
        moment = pd.Timestamp(self.moment, unit="us")
        return Evidence(name, self.account_id, moment, float(value), kind, rows, recipe, **more)

    def _of_rows(self, column: Column) -> Evidence:
        """Rows of a table between the window's edges, each with what the declared function says of it."""
        declared, window = column.declaration, column.window
        low, high = (int(edge[0]) for edge in self.work._window(declared.table, window))
        if declared.table not in self._tables:
            self._tables[declared.table] = list_rows(self.alone, declared.table)
        rows = self._tables[declared.table].iloc[low:high]
        counts = _as_counts(self.alone.row_values(declared)[low:high], declared.measure.kind)
        edges = {}
        if not window.own_order:
            edges["until"] = pd.Timestamp(self.moment - window.near * kernel.DAY, unit="us")
            if window.far:
                edges["since"] = pd.Timestamp(self.moment - window.far * kernel.DAY, unit="us")
        rows = rows.assign(counts=counts)
        return self._make(column, declared.table, rows, RECIPES[declared.measure.kind], **edges)

    def _of_form(self, column: Column) -> Evidence:
        """The fields that the declared function looked at, and nothing else of the form."""
        declared = column.declaration
        form, code = self.alone.views.form, self.alone.account
        known = {"as_of": self.snapshot.moments} if declared.table == "moment" else {}
        read: dict[str, object] = {}
        if known:
            makers = {name: _keep(read, name, form, code) for name in self.alone.market.accounts.columns}
            makers["as_of"] = lambda rows: read.setdefault("as_of", known["as_of"])
            declared.function(Rows({"account": np.array([code])}, makers))
        else:
            makers = {name: _keep(read, name, form, code) for name in self.alone.market.accounts.columns}
            declared.function(Rows({"account": np.array([code])}, makers))
        rows = pd.DataFrame(
            {"field": list(read), "said": [_cell(cells) for cells in read.values()]}, dtype=object
        )

        def recipe(_: Evidence) -> float:
            return np.asarray(declared.function(Rows(read)), float)[0]

        return self._make(column, declared.table, rows, recipe)

    def _of_parts(self, column: Column) -> Evidence:
        """The evidence of each column that a derived one is a function of."""
        function = column.declaration.function
        parts = tuple(
            self._of_market(name)
            if name.startswith("market_")
            else self.of(self.alone.catalogue.column(name))
            for name in inspect.signature(function).parameters
        )

        def recipe(found: Evidence) -> float:
            with np.errstate(divide="ignore", invalid="ignore"):
                return float(function(*(np.float64(part.recompute()) for part in found.parts)))

        return self._make(column, "derived", _NO_ROWS, recipe, parts=parts)

    def _of_market(self, name: str) -> Evidence:
        """The titles that anybody's rows name in the window."""
        column = self.alone.catalogue.column(name.removeprefix("market_"))
        window = column.window
        codes = self.alone.whole.codes_between(
            column.declaration.function.__name__,
            self.moment,
            window.far * kernel.DAY,
            window.near * kernel.DAY,
        )
        rows = pd.DataFrame(
            {"title_id": self.alone.market.title_ids.to_numpy(object)[codes], "counts": codes}
        )
        value = self.work.named(name)[0]
        return self._make(name, "market", rows, RECIPES["distinct"], value=value)

    def _of_peers(self, column: Column) -> Evidence:
        """The account's own value, and those of the shops it is compared with."""
        own = self.of(column.base)
        peers = self.alone.peers.peers_of(column.base, self.snapshot, self.work)
        rows = pd.DataFrame({"counts": peers})

        def recipe(found: Evidence) -> float:
            value, others = found.parts[0].recompute(), found.rows["counts"].to_numpy(float)
            if np.isnan(value) or not others.size:
                return float("nan")
            # The own value was added up in another order than the peers' were: its last bits may differ.
            tied = np.isclose(others, value, rtol=1e-9, atol=0.0)
            return float((((others < value) & ~tied).sum() + tied.sum() / 2) / others.size)

        return self._make(column, "peers", rows, recipe, parts=(own,))


def _keep(read: dict[str, object], name: str, form: Rows, code: int):
    """How a field is read so that it is known to have been read."""

    def make(_: Rows):
        return read.setdefault(name, getattr(form, name)[code : code + 1])

    return make


def _cell(cells) -> object:
    value = cells[0]
    if isinstance(value, (np.datetime64, pd.Timestamp)) or value is pd.NaT:
        return pd.Timestamp(value)
    return None if pd.isna(value) else value


def _as_counts(values: np.ndarray, kind: str) -> np.ndarray:
    """What rows give, as numbers: times in days, codes that do not count as missing."""
    if values.dtype.kind == "m":
        seconds = values.astype("timedelta64[s]").view(np.int64).astype(float)
        return np.where(np.isnat(values), np.nan, seconds / 86_400)
    counts = values.astype(float)
    return np.where(counts < 0, np.nan, counts) if kind == "distinct" else counts
