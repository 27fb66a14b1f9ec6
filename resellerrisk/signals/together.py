"""What an order line is beside those of linked accounts, and a form's claims beside earlier forms; each known at its own moment.

Linked are the accounts that strong links join as of the Monday 00:00 UTC at or before the line. Who is linked is found in `links`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

import numpy as np
import pandas as pd

from resellerrisk.signals import kernel

#: Earlier applications of the type from which on a claim is compared with theirs.
FEWEST_CLAIMS = 20
_KEY = ["group", "title", "day"]


def asked_by_linked(
    account: np.ndarray,
    title: np.ndarray,
    at: np.ndarray,
    asks: tuple[np.ndarray, np.ndarray, np.ndarray],
    links,
) -> np.ndarray:
    """Whether a linked account first asked for a line's title on the same UTC day, strictly earlier.

    Parameters
    ----------
    account, title, at : int64[n]
        The lines: codes, and microseconds.
    asks : three of int64[n_asks]
        Account, title and moment of each account's first order of a title.
    links : Links
        Or anything whose ``groups(moment)`` gives a code per account.

    Returns
    -------
    bool[n]
    """
    lines, asked = _in_groups(account, title, at, links), _in_groups(*asks, links)
    asked = asked.sort_values([*_KEY, "at", "account"], kind="stable")
    place = asked.groupby(_KEY, sort=False).cumcount()
    first, second = asked[place == 0].set_index(_KEY), asked[place == 1].set_index(_KEY)
    keys = pd.MultiIndex.from_frame(lines[_KEY])
    own = first["account"].reindex(keys).to_numpy() == lines["account"].to_numpy()
    theirs = np.where(own, second["at"].reindex(keys).to_numpy(), first["at"].reindex(keys).to_numpy())
    out = np.zeros(account.size, bool)
    out[lines.index[theirs < lines["at"].to_numpy()]] = True
    return out


def _in_groups(account: np.ndarray, title: np.ndarray, at: np.ndarray, links) -> pd.DataFrame:
    """Rows of accounts that stand in a group with others as of the row's Monday: group, account, title, day, at."""
    group = _groups_of(account, at, links)
    rows = pd.DataFrame(
        {"group": group, "account": account, "title": title, "day": at // kernel.DAY, "at": at}
    )
    return rows[group >= 0]


def _groups_of(account: np.ndarray, at: np.ndarray, links) -> np.ndarray:
    """The group of each row's account as of its Monday; -1 for an account alone."""
    mondays = monday_of(at)
    out = np.full(account.size, -1, np.int64)
    order = np.argsort(mondays, kind="stable")
    unique, starts = np.unique(mondays[order], return_index=True)
    ends = np.append(starts[1:], order.size)[: unique.size]
    for monday, start, end in zip(unique, starts, ends, strict=True):
        groups = links.groups(monday.astype("datetime64[us]")).astype(np.int64)
        several = np.bincount(groups, minlength=groups.size)[groups] > 1
        rows = order[start:end]
        chosen = rows[several[account[rows]]]
        out[chosen] = groups[account[chosen]]
    return out


def place_among_earlier(claimed: np.ndarray, kind: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Of each claim the share of strictly earlier ones of the same kind that are lower; ties count half.

    Parameters
    ----------
    claimed : float64[n]
        Missing where nothing is claimed.
    kind : int[n]
        Negative where unknown.
    at : int64[n]
        Microseconds; the smallest int64 where unknown.

    Returns
    -------
    float64[n], 0-1
        Missing with fewer than `FEWEST_CLAIMS` to compare with.

    Examples
    --------
    >>> claims = np.r_[np.arange(25.0), 5, 99, 0, 7, 7]
    >>> place_among_earlier(claims, np.zeros(30, int), np.arange(30))[24:].round(2)
    array([1.  , 0.22, 1.  , 0.02, 0.34, 0.34])
    """
    out = np.full(claimed.size, np.nan)
    told = ~np.isnan(claimed) & (kind >= 0) & (at != np.iinfo(np.int64).min)
    for one in np.unique(kind[told]):
        rows = np.flatnonzero(told & (kind == one))
        rows = rows[np.argsort(at[rows], kind="stable")]
        out[rows] = _place(claimed[rows].tolist(), at[rows])
    return out


def _place(values: list[float], at: np.ndarray) -> list[float]:
    """Places of values in order of time among the strictly earlier ones."""
    earlier: list[float] = []
    places, added = [], 0
    for row, value in enumerate(values):
        while at[added] < at[row]:
            insort(earlier, values[added])
            added += 1
        below = bisect_left(earlier, value) + bisect_right(earlier, value)
        places.append(below / 2 / len(earlier) if len(earlier) >= FEWEST_CLAIMS else np.nan)
    return places


def monday_of(at: np.ndarray) -> np.ndarray:
    """The Monday 00:00 UTC at or before each moment, in microseconds since 1970.

    >>> monday_of(np.array(["2020-06-30T12:00"], "datetime64[us]").view("int64")).view("datetime64[us]")
    array(['2020-06-29T00:00:00.000000'], dtype='datetime64[us]')
    """
    week, thursday_to_monday = 7 * kernel.DAY, 4 * kernel.DAY
    return (at - thursday_to_monday) // week * week + thursday_to_monday
