"""Signals over kept rows: every column a row had when it was laid down, so that no history is needed to ask it anything.

What is market-wide (tracing on a Monday, peers on the first of a month, links) was found when the state was built and holds until
the next Monday or first of a month; a later moment is refused. No signal is defined here.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.signals.asks import CountedAsks
from resellerrisk.signals.catalogue import Catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import PeerBook, PeerTable
from resellerrisk.signals.rows import Rows, Views
from resellerrisk.signals.whole import Extract, Whole
from resellerrisk.tables import Market
from resellerrisk.tables.moments import monday_of

#: Columns of order lines of which the last line of each code is known, kept or not.
LAST_KNOWN = ("title", "ship_to")
#: Columns that a row is kept with, beside account and moment; the others are made from them.
KEPT = {
    "orders": (
        "title",
        "quantity",
        "cents",
        "ship_method",
        "payment_method",
        "ship_to",
        "street_date",
        "title_before",
        "ship_to_before",
        "previous_order_at",
        "ship_to_own",
        "askers",
        "first_line",
        "key",
    ),
    "deliveries": ("title", "quantity", "street_date", "shipped_at"),
    "returns": ("title", "quantity"),
    "payments": ("method", "status", "cents"),
    "identifiers": ("kind", "value", "value_before"),
}


class KeptViews(Views):
    """Views whose rows stand in a state.

    Parameters
    ----------
    market : Market
        Accounts, titles and street dates; the other tables empty.
    asks : Asks
    rows : dict of str to dict of array
        By view: ``account``, ``at`` and the columns of `KEPT`.
    places : sequence of str
        What the codes of addresses count.
    older : dict of str to (int64[n], int64[n], datetime64[n])
        By column of order lines: account, code and moment of the last line of each code, of lines that are not kept.
    """

    def __init__(self, market: Market, asks, rows: dict[str, dict], places, older: dict) -> None:
        super().__init__(market, asks)
        self._older = older
        makers = {
            "orders": {**self.order_makers, "ordered_at": lambda rows: rows.at},
            "deliveries": {**self._title_makers, "delivered_at": lambda rows: rows.at},
        }
        for view, columns in rows.items():
            self.__dict__[view] = Rows(columns, makers.get(view))
        self.__dict__["place_texts"] = places

    def older_lines(self, account: int, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Code and moment of the last line of each code, of an account's lines that are not kept."""
        accounts, codes, at = self._older[name]
        low, high = np.searchsorted(accounts, [account, account + 1])
        return codes[low:high], at[low:high]

    def older(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Account, code and moment of the last line of each code, of all lines that are not kept."""
        return self._older[name]


class KeptWhole(Whole):
    """The market around the accounts as it stood when the state was built."""

    def __init__(
        self, market: Market, extract: Extract, links, traced: dict[int, dict], asks: CountedAsks
    ) -> None:
        super().__init__(market, extract)
        self.__dict__["links"] = links
        self._traced, self.asks = traced, asks

    def traced(self, mondays: np.ndarray) -> dict[int, dict[str, np.ndarray]]:
        """The traced figures of the state's Monday; another is refused."""
        if any(int(monday) not in self._traced for monday in mondays):
            raise stale(max(map(int, mondays)))
        return self._traced


class _KeptPeers(PeerBook):
    def _prepare(self, months: np.ndarray) -> None:
        if any(int(month) not in self._given and int(month) not in self._months for month in months):
            raise stale(max(map(int, months)))
        super()._prepare(months)


class KeptSignals(Signals):
    """The signals of a state.

    Parameters
    ----------
    market, views, whole
        As kept.
    catalogue : Catalogue
    months : dict of int to PeerTable
    forms : dict of str to float64[n_accounts]
        What each form says, by declared function.
    moment : int
        When the state was built for, in microseconds.
    """

    def __init__(
        self,
        market: Market,
        views: KeptViews,
        whole: KeptWhole,
        catalogue: Catalogue,
        months: dict[int, PeerTable],
        forms: dict[str, np.ndarray],
        moment: int,
    ) -> None:
        super().__init__(market, catalogue, whole, months)
        self.views, self.moment = views, moment
        self._values |= forms
        self.__dict__["peers"] = _KeptPeers(self, months)
        self.__dict__["places_in_whole"] = np.arange(len(market.account_ids))

    @cached_property
    def order_ranges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As of any signals; of an order that came before the state only some lines may be here."""
        rows = self.views.orders
        begins = np.asarray(rows.first_line).copy()
        begins[:1] = True
        begins[1:] |= (rows.account[1:] != rows.account[:-1]) | (rows.order[1:] != rows.order[:-1])
        first = np.flatnonzero(begins)
        return first, np.append(first[1:], len(rows))[: len(first)], rows.order[first]

    def peers_of_month(self, month: int) -> PeerTable:
        """The peers of a first of the month that is kept, or that the rows here still reach back from."""
        return self._months[month] if month in self._months else super().peers_of_month(month)

    @property
    def until(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first moment that the state answers for, and the first that it no longer does."""
        begin = pd.Timestamp(self.moment, unit="us")
        monday = pd.Timestamp(int(monday_of(np.array([self.moment]))[0]), unit="us") + pd.Timedelta(days=7)
        return begin, min(monday, begin.normalize().replace(day=1) + pd.DateOffset(months=1))

    def check_moment(self, moment: int) -> None:
        """Refuse a moment that the state cannot answer for.

        Raises
        ------
        InputError
            Before the state's own moment, or behind the next Monday or first of a month.
        """
        if moment < self.moment:
            raise InputError(
                f"The state is of {_words(self.moment)}, after {_words(moment)}.",
                "It keeps what moments from its own on ask for.",
                hint="read the tables: Scorer(model, market)",
            )
        if moment >= self.until[1].to_datetime64().astype("datetime64[us]").astype(np.int64):
            raise stale(moment)


def stale(moment: int) -> InputError:
    """What is said where the state is too old for a moment."""
    return InputError(
        f"The state is too old for {_words(moment)}.",
        "Tracing and groups stand on Mondays, peers on the first of the month.",
        hint="resellerrisk state build DATA --out STATE",
    )


def _words(moment: int) -> str:
    return str(pd.Timestamp(moment, unit="us"))
