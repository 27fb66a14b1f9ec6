"""What signals of one account must know of all the others, in a form small enough to travel.

Five things cross from account to account: how many had asked for a title before, which titles anybody ordered before their
street date, who shares what with whom, who explains the leaks, and what is typical of peers (`peers`). The first four are held
here, made either from one market's own rows or from the *extracts* of its parts; an account computed beside a part of the
market gets the very bits that it gets beside all of it. No signal is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numba import njit

from resellerrisk.signals import kernel
from resellerrisk.signals.arrange import first_of_each
from resellerrisk.signals.asks import Asks
from resellerrisk.signals.rows import Views, micros
from resellerrisk.tables import Market
from resellerrisk.workers import shared_array


@dataclass(frozen=True)
class Extract:
    """What the others need to know of some accounts. Times are int64 microseconds, titles codes of the market's.

    Attributes
    ----------
    account_ids : object[n_accounts]
        What account codes count.
    ask_title, ask_at : int64[n_asks]
        Each account's first order of each title (`asks`).
    slates : dict of str to (int64[n_runs], int64[n_runs], int64[n_runs])
        By the name of a function that is counted over the whole market: code, beginning and end of stretches of time in which
        the code came again and again without a gap longer than the shortest window.
    order_account, order_title, order_at, order_place : int64[n_orders]
        Order lines that links look at: one of each moment, and the first to each address. Places count in ``places``; -1: none.
    places : object[n_places]
        Addresses.
    held_account, held_title, held_at : int64[n_held]
        First deliveries of a title to an account, where they may have come before a street date.
    """

    account_ids: np.ndarray
    ask_title: np.ndarray
    ask_at: np.ndarray
    slates: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    order_account: np.ndarray
    order_title: np.ndarray
    order_at: np.ndarray
    order_place: np.ndarray
    places: np.ndarray
    held_account: np.ndarray
    held_title: np.ndarray
    held_at: np.ndarray


def take_extract(signals, shipments: bool = True) -> Extract:
    """The extract of the accounts whose rows a `Signals` holds.

    Parameters
    ----------
    signals : Signals
    shipments : bool
        Whether the whole market has any shipment; where it has none, tracing takes order lines for deliveries.
    """
    views = signals.views
    slates = {
        declared.function.__name__: _slate(signals, declared) for declared in signals.catalogue.market_wide()
    }
    ids = signals.market.account_ids.to_numpy(object)
    return Extract(ids, *views.own_asks, slates, *_orders_of_links(views, shipments), *_held(views))


def _slate(signals, declared) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codes = signals.row_values(declared).astype(np.int64)
    at = micros(getattr(signals.views, declared.table).at)
    known = np.flatnonzero(codes >= 0)
    gap = min(window.far - window.near for window in declared.windows) * kernel.DAY
    return join_runs(codes[known], at[known], at[known], gap)


def _orders_of_links(views: Views, shipments: bool) -> tuple[np.ndarray, ...]:
    rows = views.orders
    at = micros(rows.at)
    kept = np.ones(len(rows), bool)
    kept[1:] = (rows.account[1:] != rows.account[:-1]) | (at[1:] != at[:-1])
    kept |= np.isnat(rows.ship_to_before) & (rows.ship_to >= 0)
    if not shipments:
        kept |= at < views.latest_street_dates[rows.title]
    place = rows.ship_to[kept]
    texts = views.market.orders["ship_to"].cat.categories.to_numpy(object)
    used = np.bincount(place[place >= 0], minlength=texts.size) > 0
    place_code = np.append(np.cumsum(used) - 1, -1)[place]
    return rows.account[kept], rows.title[kept], at[kept], place_code, texts[used]


def _held(views: Views) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = views.deliveries
    at = micros(rows.at)
    found = first_of_each(rows.account, rows.title, at < views.latest_street_dates[rows.title])
    return rows.account[found], rows.title[found], at[found]


def join_extracts(extracts: Sequence[Extract], account_ids: pd.Index, slate_gaps: dict[str, int]) -> Extract:
    """One extract of several parts, over all accounts.

    Parameters
    ----------
    extracts : sequence of Extract
        Of different accounts.
    account_ids : pandas.Index
        All accounts, sorted.
    slate_gaps : dict of str to int
        The shortest window of each function counted over the whole market, in microseconds.
    """
    codes = [account_ids.get_indexer(one.account_ids).astype(np.int64) for one in extracts]
    recoded, places = join_places([one.places for one in extracts])
    place = np.concatenate(
        [np.append(codes, -1)[one.order_place] for codes, one in zip(recoded, extracts, strict=True)]
    )

    def join(name: str) -> np.ndarray:
        return np.concatenate([getattr(one, name) for one in extracts])

    def join_accounts(name: str) -> np.ndarray:
        return np.concatenate([code[getattr(one, name)] for code, one in zip(codes, extracts, strict=True)])

    slates = join_slates([one.slates for one in extracts], slate_gaps)
    return Extract(
        account_ids.to_numpy(object),
        join("ask_title"),
        join("ask_at"),
        slates,
        join_accounts("order_account"),
        join("order_title"),
        join("order_at"),
        place,
        places,
        join_accounts("held_account"),
        join("held_title"),
        join("held_at"),
    )


def join_slates(slates: Sequence[dict[str, tuple]], gaps: dict[str, int]) -> dict[str, tuple]:
    """The slates of several parts as one."""
    return {
        name: join_runs(*(np.concatenate([one[name][k] for one in slates]) for k in range(3)), gap)
        for name, gap in gaps.items()
    }


def join_places(found: Sequence[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray]:
    """All addresses of several lists, sorted, and by list the code that each of its addresses has among them, int64."""
    places = pd.Index(np.concatenate(found)).unique().sort_values()
    return [places.get_indexer(one).astype(np.int64) for one in found], places.to_numpy(object)


class Whole:
    """The market around the accounts that are looked at.

    Parameters
    ----------
    market : Market
        All accounts, titles, street dates, identifiers, leaks and outcomes; of orders and shipments at least what links and
        tracing look at.
    extract : Extract
        Of all accounts.
    asks : Asks, optional
        Those of the extract, where they are made already.
    """

    def __init__(self, market: Market, extract: Extract, asks: Asks | None = None) -> None:
        self.market = market
        self.account_ids = market.account_ids
        self.extract = extract
        self.asks = asks or Asks(extract.ask_title, extract.ask_at, len(market.title_ids))
        self._traced: dict[int, dict[str, np.ndarray]] = {}
        self._traces: dict[int, object] = {}
        self._standing = np.empty(0, np.int64), np.empty((0, 0))
        self._slates: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = {}

    @classmethod
    def of_parts(cls, market: Market, extract: Extract, shipments: bool = True) -> Whole:
        """The whole of a market whose orders and shipments stand elsewhere: what links and tracing need comes from the extract."""
        around = cls(market, extract)
        around.market = replace(market, **_sparse_tables(market, extract, shipments))
        around.extract = _without_rows(extract)
        return around

    def with_applicants(self, market: Market) -> Whole:
        """The same whole with accounts that have only applied: they ordered and held nothing, so what was traced stands.

        They get the traced figures that every account without early holdings has.

        Parameters
        ----------
        market : Market
            The same market with more accounts.
        """
        places = market.account_ids.get_indexer(self.account_ids)
        extract = join_extracts([self.extract], market.account_ids, {})
        more = Whole(market, replace(extract, slates=self.extract.slates))
        for monday, figures in self._traced.items():
            silent = np.flatnonzero(np.nan_to_num(figures["held_early_count"]) == 0)
            if silent.size:
                count = len(market.account_ids)
                more._traced[monday] = {
                    name: _spread(values, places, count, values[silent[0]])
                    for name, values in figures.items()
                }
        return more

    def settle(self, mondays: np.ndarray, run: Callable) -> None:
        """Find links and trace Mondays (int64 microseconds), which do not hang on each other, side by side; then join their groups.

        ``run`` calls a list of functions and gives what they say, in their order.
        """
        from resellerrisk.leaks import LEAK_FIGURES, trace_figures
        from resellerrisk.links import find_links

        missing = self._untraced(mondays) if "leaks" in self.market.present else np.empty(0, np.int64)
        # Figures of many Mondays and accounts are a gigabyte: they are put where this process reads them.
        shape = missing.size, len(self.account_ids)
        figures = {figure.name: shared_array(shape) for figure in LEAK_FIGURES}

        def trace() -> None:
            trace_figures(self.market, missing.view("datetime64[us]"), out=figures)

        first = [trace] if missing.size else []
        self.__dict__["links"] = find_links(
            self.market, lambda tasks: list(run([*first, *tasks]))[len(first) :]
        )
        self._keep(missing, figures)
        self.links.settle_groups(mondays)

    def settled(self, mondays: np.ndarray) -> Whole:
        """The same whole without the rows that links and tracing are made from: what another process needs to compute.

        Links are found here and the Mondays (int64 microseconds) traced; asked for another Monday, what comes back refuses.
        """
        bare = replace(
            self.market, orders=self.market.orders.iloc[:0], shipments=self.market.shipments.iloc[:0]
        )
        whole = _Settled(bare, _without_rows(self.extract), self.asks)
        whole.__dict__["links"] = self.links
        if "leaks" in self.market.present:
            whole._traced = dict(self.traced(mondays))
            whole.standing(mondays)
        return whole

    def count_codes(self, name: str, moments: np.ndarray, far: int, near: int) -> np.ndarray:
        """Different codes that a declared function gave any account in ``T - far <= time < T - near`` (microseconds), int64[n]."""
        first, last = self._slate(name, far - near)
        return np.searchsorted(first, moments - near) - np.searchsorted(last, moments - far)

    def codes_between(self, name: str, moment: int, far: int, near: int) -> np.ndarray:
        """The codes that `count_codes` counts at one moment, sorted."""
        codes, first, last = join_runs(*self.extract.slates[name], far - near)
        return np.unique(codes[(first < moment - near) & (last >= moment - far)])

    def _slate(self, name: str, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Beginnings and ends, each sorted, of the stretches without a gap longer than a width.

        Two stretches of one code then never touch the same window, so different codes are counted by two binary searches.
        """
        if (name, width) not in self._slates:
            _, first, last = join_runs(*self.extract.slates[name], width)
            self._slates[name, width] = np.sort(first), np.sort(last)
        return self._slates[name, width]

    @cached_property
    def links(self):
        """Links between accounts (made when first needed)."""
        from resellerrisk.links import find_links

        return find_links(self.market)

    def traced(self, mondays: np.ndarray) -> dict[int, dict[str, np.ndarray]]:
        """Traced figures of every account on Mondays 00:00 UTC (int64 microseconds), each made once.

        Leak tracing is one computation for all accounts, so it stands on a calendar: one account scored alone and all of
        them in bulk meet the same figures.
        """
        from resellerrisk.leaks import trace_figures

        missing = self._untraced(mondays)
        if missing.size:
            self._keep(missing, trace_figures(self.market, missing.view("datetime64[us]")))
        return self._traced

    def _untraced(self, mondays: np.ndarray) -> np.ndarray:
        return mondays[~np.isin(mondays, list(self._traced))]

    def _keep(self, mondays: np.ndarray, figures: dict[str, np.ndarray]) -> None:
        for i, monday in enumerate(mondays):
            self._traced[int(monday)] = {name: values[i] for name, values in figures.items()}

    def standing(self, mondays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How probably each account was a source, on Mondays and others asked for before: the Mondays, and float64 of them by accounts."""
        traced = self.traced(mondays)
        if not np.isin(mondays, self._standing[0]).all():
            rows = [traced[int(monday)]["source_probability"] for monday in mondays]
            self._standing = mondays, np.stack(rows) if rows else np.empty((0, len(self.account_ids)))
        return self._standing

    def trace_at(self, monday: int):
        """The whole trace on a Monday 00:00 UTC (microseconds), of which `traced` gives the figures; made once.

        Returns
        -------
        Trace
        """
        from resellerrisk.leaks import trace

        if monday not in self._traces:
            found = trace(self.market, pd.Timestamp(monday, unit="us"))
            self._traces[monday] = found
            self._traced.setdefault(monday, found.figures())
        return self._traces[monday]


class _Settled(Whole):
    """A whole whose links are found and whose Mondays are traced."""

    def traced(self, mondays: np.ndarray) -> dict[int, dict[str, np.ndarray]]:
        missing = [int(monday) for monday in mondays if int(monday) not in self._traced]
        if missing and "leaks" in self.market.present:
            raise RuntimeError(f"Mondays were not traced before the rows were left behind: {missing}.")
        return super().traced(mondays)


def _spread(values: np.ndarray, places: np.ndarray, count: int, other: float) -> np.ndarray:
    """Values at their new places, and one value for all who came in between."""
    out = np.full(count, other)
    out[places] = values
    return out


def _without_rows(extract: Extract) -> Extract:
    """An extract of which only the slates are left."""
    rows = [name for name in extract.__dict__ if name.startswith(("ask_", "order_", "held_"))]
    return replace(extract, places=np.empty(0, object), **dict.fromkeys(rows, np.empty(0, np.int64)))


def _sparse_tables(market: Market, extract: Extract, shipments: bool) -> dict[str, pd.DataFrame]:
    """Orders and shipments of an extract, with the columns that links and tracing read."""

    def ids(codes: np.ndarray, known: pd.Index) -> pd.Categorical:
        return pd.Categorical.from_codes(codes, categories=known, validate=False)

    orders = {
        "account_id": ids(extract.order_account, market.account_ids),
        "title_id": ids(extract.order_title, market.title_ids),
        "ordered_at": extract.order_at.view("datetime64[us]"),
        "ship_to": ids(extract.order_place, pd.Index(extract.places, dtype=object)),
    }

    def ended(values: np.ndarray, end: int) -> np.ndarray:
        # A shipment that never arrives says that shipments are known, where none was early.
        return np.append(values, np.full(int(shipments), end, values.dtype))

    held = {
        "account_id": ids(ended(extract.held_account, -1), market.account_ids),
        "title_id": ids(ended(extract.held_title, -1), market.title_ids),
        "delivered_at": ended(extract.held_at, np.iinfo(np.int64).min).view("datetime64[us]"),
    }
    return {"orders": pd.DataFrame(orders, copy=False), "shipments": pd.DataFrame(held, copy=False)}


def join_runs(
    codes: np.ndarray, first: np.ndarray, last: np.ndarray, gap: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stretches of time with those joined that have one code and no gap longer than ``gap``; by code and time.

    Examples
    --------
    >>> join_runs(np.array([7, 7, 7]), np.array([0, 5, 20]), np.array([1, 6, 21]), 4)
    (array([7, 7]), array([ 0, 20]), array([ 6, 21]))
    """
    order = np.lexsort((first, codes))
    return _join_sorted(codes[order], first[order], last[order], gap)


@njit(cache=True, nogil=True)
def _join_sorted(codes, first, last, gap):
    out_code, out_first, out_last = np.empty_like(codes), np.empty_like(first), np.empty_like(last)
    n = 0
    for i in range(codes.size):
        if n and out_code[n - 1] == codes[i] and first[i] <= out_last[n - 1] + gap:
            out_last[n - 1] = max(out_last[n - 1], last[i])
        else:
            out_code[n], out_first[n], out_last[n] = codes[i], first[i], last[i]
            n += 1
    return out_code[:n], out_first[:n], out_last[:n]
