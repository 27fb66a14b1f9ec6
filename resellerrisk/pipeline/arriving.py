"""An application that is not in the tables yet: the market with some more accounts, made in memory while someone waits.

The newcomers have applied and done nothing else. What the market knows of itself (who asked for what, who explains the leaks,
what is typical of peers) is taken as it stands; only links are found anew. The figures are those of a market whose tables hold
the newcomers; a test compares the bits. Nothing is written to the market's folder.
"""

from __future__ import annotations

import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.pipeline.trained import Trained
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import compared_columns, month_of, take_peers
from resellerrisk.tables import Market, as_utc
from resellerrisk.tables.moments import monday_of


class Arrivals:
    """A market prepared so that applications can be added to it quickly.

    Parameters
    ----------
    signals : Signals
        The market's signals.
    trained : Trained
        A model of the application subject.

    Notes
    -----
    What is typical of peers is kept by month, so the second application of a month is quicker than the first.
    """

    def __init__(self, signals: Signals, trained: Trained) -> None:
        self.signals, self.trained = signals, trained
        self._compared = compared_columns(trained.columns)
        self._months: dict[int, object] = {}

    def add(self, accounts: pd.DataFrame) -> Signals:
        """The signals of some newcomers, with the market around them.

        Parameters
        ----------
        accounts : DataFrame
            Columns of the contract's accounts table; ``applied_at`` is the moment at which each is looked at. Identifiers
            become known from that moment on, too late for it, and are not asked for.

        Returns
        -------
        Signals
            Of the newcomers alone; give it to `score` with the application model.

        Raises
        ------
        InputError
            A cell that the contract does not allow, or an account that is in the market already.
        """
        market = self.signals.market
        new = Market.from_frames(_frames_of(market, accounts), limit=0.0)
        there = market.account_ids.intersection(new.account_ids)
        if len(there):
            raise InputError(
                f"Account {there[0]} is in the accounts table already.", hint="give another account_id"
            )
        moments = new.accounts["applied_at"].to_numpy("datetime64[us]").astype("int64")
        self.signals.whole.traced(pd.unique(monday_of(moments)))
        whole = self.signals.whole.with_applicants(_join(market, new))
        months = {int(month): self._peers(int(month)) for month in pd.unique(month_of(moments))}
        alone = market.part(market.account_ids.isin([])).with_tables(accounts=new.accounts)
        return Signals(alone, self.signals.catalogue, whole, months)

    def prepare(self, moment) -> None:
        """Do beforehand what the first application of a day would wait for."""
        at = pd.DatetimeIndex([as_utc(moment)]).to_numpy("datetime64[us]").astype("int64")
        self.signals.whole.traced(monday_of(at))
        self._peers(int(month_of(at)[0]))

    def _peers(self, month: int):
        if month not in self._months:
            self._months[month] = take_peers(self.signals, month, self._compared)
        return self._months[month]


def _frames_of(market: Market, accounts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The newcomers as a market of their own, to be held to the contract like any other."""
    frames = {name: getattr(market, name).head(0) for name in ("titles", "street_dates", "orders")}
    return frames | {"accounts": accounts}


def _join(market: Market, new: Market) -> Market:
    """One market of both; only the accounts have more rows."""
    rows = market.accounts
    plain = {name: object for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)}
    more = new.accounts.reindex(columns=rows.columns)
    return market.with_tables(accounts=pd.concat([rows.astype(plain), more.astype(plain)], ignore_index=True))
