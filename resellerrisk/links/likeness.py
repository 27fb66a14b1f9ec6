"""How like an account's company name is to the names of accounts found fake, as of a moment.

A likeness is no link: it joins nobody to a group and shares no identifier. Names are compared without legal forms, accents and
punctuation, words in any order. What had been found counts from strictly after its decision on, until it was reversed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.links.distinct import once_per_distinct
from resellerrisk.links.wording import company_key

_FOREVER = np.iinfo(np.int64).max


class LookAlikes:
    """Likeness of company names to those found fake.

    Parameters
    ----------
    names : sequence of sequences of str, each of shape (n_accounts,)
        The names of each account, such as its legal and its trading name; may be missing.
    found_fake : DataFrame
        `account` (code), `since` and `until` (microseconds): counted as fake for moments T with ``since < T <= until``.

    Examples
    --------
    >>> found = pd.DataFrame({"account": [0], "since": [10], "until": [99]})
    >>> names = [["Silver Reel Ltd", "Silver Reels Inc", "Oak Books"], [None, None, "Reel, Silver"]]
    >>> LookAlikes(names, found).highest(np.array([0, 1, 2, 2]), np.array([50, 50, 50, 10])).round(2)
    array([ nan, 0.96, 1.  ,  nan])
    """

    def __init__(self, names, found_fake: pd.DataFrame) -> None:
        self._found = found_fake.reset_index(drop=True)
        fakes, place = np.unique(self._found["account"].to_numpy(np.int64), return_inverse=True)
        self._fakes, self._place = fakes, place
        self._likeness = _compare(names, fakes)

    def highest(self, account: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The highest likeness of each snapshot's account to another one found fake before its moment.

        Parameters
        ----------
        account : int64[n]
            Codes.
        at : int64[n]
            Microseconds.

        Returns
        -------
        float64[n], 0-1
            Missing where nobody had been found fake, or no name can be compared.
        """
        out = np.full(account.size, -1.0, np.float32)
        rows = zip(self._place, self._found["since"], self._found["until"], strict=True)
        for place, since, until in rows:
            counts = (at > since) & (at <= until) & (account != self._fakes[place])
            np.maximum(out, np.where(counts, self._likeness[place, account], -1.0), out=out)
        return np.where(out >= 0, out.astype(np.float64), np.nan)


def _compare(names, fakes: np.ndarray) -> np.ndarray:
    """Likeness of every fake's names to every account's, float32[n_fakes, n_accounts]; -1 where there is no name."""
    from rapidfuzz import fuzz, process

    keys = [once_per_distinct(lambda name: company_key(name) if name else "", column) for column in names]
    out = np.full((fakes.size, len(keys[0]) if keys else 0), -1.0, np.float32)
    for theirs in keys:
        for own in keys:
            if fakes.size:
                found = (
                    process.cdist(theirs[fakes], own, scorer=fuzz.token_sort_ratio, dtype=np.float32) / 100
                )
                told = (theirs[fakes] != "")[:, None] & (own != "")[None, :]
                np.maximum(out, np.where(told, found, -1.0), out=out)
    return out


def found_fake_times(decided: pd.DataFrame, account_ids) -> pd.DataFrame:
    """From when to when each account counted as found fake, by the newest decision.

    Parameters
    ----------
    decided : DataFrame
        `account_id`, `moment` (microseconds), `fake`; of two decided at one moment `fake` counts.
    account_ids : sequence of str
        What codes count.

    Returns
    -------
    DataFrame
        `account`, `since`, `until`, in that order.
    """
    codes = pd.Index(account_ids).get_indexer(decided["account_id"])
    frame = pd.DataFrame(
        {"account": codes, "since": decided["moment"].to_numpy(), "fake": decided["fake"].to_numpy()}
    )
    frame = frame[frame["account"] >= 0].sort_values(["account", "since", "fake"], kind="stable")
    frame = frame.drop_duplicates(["account", "since"], keep="last")
    frame["until"] = frame.groupby("account")["since"].shift(-1, fill_value=_FOREVER)
    return frame.loc[frame["fake"], ["account", "since", "until"]].reset_index(drop=True)
