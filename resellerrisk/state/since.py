"""Rows that came since a state, as a market of their own beside its ids. No signal is computed here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from resellerrisk.signals.rows import Views
from resellerrisk.state.base import Base
from resellerrisk.state.store import frame_market
from resellerrisk.tables import TABLES, Market
from resellerrisk.tables.parts import LARGE


@dataclass(frozen=True)
class Since:
    """Rows that came since a state, put beside its ids.

    Attributes
    ----------
    market : Market
        The rows; of accounts those that they name, of titles and street dates all.
    codes : int64[n]
        By account of ``market``, its code: that of the state, or behind the state's last.
    account_ids : object
        By such a code: the state's accounts, then the new ones.
    titles : int64[n]
        By title of the state, its code in ``market``.
    """

    market: Market
    codes: np.ndarray
    account_ids: np.ndarray
    titles: np.ndarray

    @cached_property
    def views(self) -> Views:
        """The rows as signals see them, as if nothing had been before."""
        return Views(self.market)


def put_beside(base: Base, frames: dict[str, pd.DataFrame]) -> Since:
    """Rows since a state as a market of their own.

    Parameters
    ----------
    base : Base
    frames : dict of DataFrame
        Checked rows, ids as texts. A table may be missing.
    """
    told = [
        frame["account_id"] for name, frame in frames.items() if "account_id" in frame and name != "accounts"
    ]
    named = (
        pd.unique(pd.concat([pd.Series(one, dtype=object) for one in told])) if told else np.empty(0, object)
    )
    place = base.codes_of(named)
    known = np.sort(place[place >= 0])
    forms = base.accounts(known)
    more = frames.get("accounts")
    parts = {
        name: as_texts(frame) for name, frame in base.tables.items() if name in ("titles", "street_dates")
    }
    parts = {name: _join_frames(frame, frames.get(name)) for name, frame in parts.items()}
    parts["accounts"] = _join_frames(as_texts(forms), more)
    parts |= {name: frame for name, frame in frames.items() if name not in parts}
    market = frame_market({}, ()).with_tables(**parts)
    market = replace(market, present=frozenset(base.facts["present"]) | frozenset(frames))
    codes = base.codes_of(market.account_ids)
    new = codes < 0
    codes[new] = len(base.account_ids) + np.arange(new.sum())
    ids = np.concatenate([base.account_ids, market.account_ids.to_numpy(object)[new]])
    titles = market.title_ids.get_indexer(base.tables["titles"]["title_id"].cat.categories)
    return Since(market, codes, ids, titles.astype(np.int64))


def as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with its ids and words as texts."""
    return frame.astype(
        {name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)}
    )


def _join_frames(one: pd.DataFrame, other: pd.DataFrame | None) -> pd.DataFrame:
    return one if other is None or not len(other) else pd.concat([one, as_texts(other)], ignore_index=True)


def stack(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Rows of two frames of one table; categories of both."""
    columns = {}
    for name in one:
        left, right = one[name], other[name]
        if isinstance(left.dtype, pd.CategoricalDtype):
            columns[name] = union_categoricals([left, right.astype("category")], ignore_order=True)
            if left.cat.categories.equals(right.astype("category").cat.categories):
                columns[name] = pd.Categorical.from_codes(
                    np.concatenate([left.cat.codes, right.cat.codes]), dtype=left.dtype
                )
        else:
            columns[name] = np.concatenate([left.to_numpy(), right.to_numpy()])
    return pd.DataFrame(columns)


def rows_since(market: Market, moment: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """The rows of a market that are known from a moment on, or belong to accounts that applied from then on; ids as texts.

    A shipment is one of them when it left or arrived from then on. With `Market.part` of the accounts known before and `Market.before`
    they make up the whole market.
    """
    known = known_accounts(market, moment)
    out = {}
    for name in sorted(market.present - {"titles"}):
        frame, table = getattr(market, name), TABLES[name]
        since = (frame[table.known_at] >= moment).to_numpy()
        for column in table.columns:
            if column.known_at:
                since |= (frame[column.name] >= moment).to_numpy()
        if "account_id" in frame:
            since |= ~np.append(known, True)[frame["account_id"].cat.codes.to_numpy()]
        out[name] = as_texts(_by_account(name, frame[since]))
    return out


def _by_account(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of a large table account by account, each account's in their order: as they come from a market in parts too."""
    if name in LARGE:
        frame = frame.iloc[np.argsort(frame["account_id"].cat.codes.to_numpy(), kind="stable")]
    return frame.reset_index(drop=True)


def known_accounts(market: Market, moment: pd.Timestamp) -> np.ndarray:
    """Which accounts applied before a moment, bool[n_accounts]."""
    known = np.zeros(len(market.account_ids), bool)
    applied = market.accounts["applied_at"] < moment
    known[market.accounts["account_id"].cat.codes.to_numpy()[applied.to_numpy()]] = True
    return known


def known_before(market: Market, moment: pd.Timestamp) -> Market:
    """The market as it was known before a moment, with the ids of the accounts known then alone."""
    return market.part(known_accounts(market, moment)).before(moment)
