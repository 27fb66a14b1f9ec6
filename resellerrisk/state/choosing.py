"""Which rows of a view are still needed: those inside the widest window, and a few anchors for what has no beginning.

A window that ends at or after a moment M reaches no further back than M less its width. Windows without a beginning ask for the last
or first row that says yes, or for which codes there ever were: one row each answers them for good. Of order lines the account's last
stays too, and of each title and address the moment of the last: an order that is still to come is compared with them.
"""

from __future__ import annotations

import numpy as np

from resellerrisk.signals.kernel import DAY
from resellerrisk.signals.rows import micros


def rows_to_keep(signals, view: str, moment: int) -> np.ndarray:
    """Places of the rows of a view that any signal at or after a moment may look at, rising.

    Parameters
    ----------
    signals : Signals
        Of what was known before the moment.
    view : str
    moment : int
        Microseconds.
    """
    rows = getattr(signals.views, view)
    account = np.asarray(rows.account)
    windows = _windows(signals.catalogue, view)
    kept = micros(rows.at) >= moment - widest_days(signals.catalogue, view) * DAY
    for declared, window in windows:
        if not window.far and not window.own_order:
            kept |= _anchors(account, signals.row_values(declared), declared.measure.kind)
    if view == "orders":
        kept |= _last_of(account, np.zeros(account.size, np.int64))
    return np.flatnonzero(kept)


def widest_days(catalogue, view: str) -> int:
    """How many days back the widest window over a view reaches."""
    return max((window.far for _, window in _windows(catalogue, view)), default=0)


def _windows(catalogue, view: str) -> list[tuple]:
    return [
        (column.declaration, column.window)
        for column in catalogue.columns
        if column.declaration.table == view and column.window is not None and column.base is None
    ]


def last_not_kept(rows, name: str, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Account, code and moment of the last row of each code of an account, where that row is not kept; by account.

    Parameters
    ----------
    rows : Rows
        By account and moment.
    name : str
        A column of codes; -1 (missing) counts as one.
    kept : int64[m]
        Places of the rows that are kept.
    """
    account, codes = np.asarray(rows.account), np.asarray(getattr(rows, name), np.int64)
    last = _last_of(account, codes + 1)
    last[kept] = False
    return account[last], codes[last], np.asarray(rows.at)[last]


def join_last(rows, name: str, found, earlier) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `last_not_kept` found among rows that follow an earlier state, with what that state knew of lines it had not kept.

    Of each code the newer line counts; none where a row that is there is newer.
    """
    parts = [np.concatenate(pair) for pair in zip(found, earlier, strict=True)]
    account, codes = np.asarray(rows.account), np.asarray(getattr(rows, name), np.int64)
    last = _last_of(account, codes + 1)
    # Of one code at one moment a row that is there stands behind, so that it counts.
    account, codes, at = (
        np.concatenate(pair)
        for pair in zip(parts, (account[last], codes[last], np.asarray(rows.at)[last]), strict=True)
    )
    there = np.arange(len(account)) >= len(parts[0])
    is_kept = there.copy()
    is_kept[there] = ~np.isin(_keys(account[there], codes[there]), _keys(*found[:2]))
    order = np.lexsort((is_kept, there, at, codes, account))
    account, codes, at, is_kept = account[order], codes[order], at[order], is_kept[order]
    newest = np.ones(len(order), bool)
    newest[:-1] = (account[1:] != account[:-1]) | (codes[1:] != codes[:-1])
    chosen = newest & ~is_kept
    return account[chosen], codes[chosen], at[chosen]


def _keys(account: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return account.astype(np.int64) << 32 | (codes + 1)


def _anchors(account: np.ndarray, values: np.ndarray, kind: str) -> np.ndarray:
    if kind == "since_last":
        return _last_of(account, np.where(values.astype(bool), 0, -1))
    if kind == "since_first":
        return _first_of(account, np.where(values.astype(bool), 0, -1))
    if kind == "distinct":
        return _first_of(account, values.astype(np.int64))
    return np.ones(account.size, bool)


def _first_of(account: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """True on an account's first row of each code from 0 on.

    >>> _first_of(np.array([0, 0, 0, 1]), np.array([2, 2, -1, 2])).tolist()
    [True, False, False, True]
    """
    order = np.lexsort((np.arange(codes.size), codes, account))
    return _at_edges(account, codes, order, 1)


def _last_of(account: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """True on an account's last row of each code from 0 on.

    >>> _last_of(np.array([0, 0, 0, 1]), np.array([2, 2, -1, 2])).tolist()
    [False, True, False, True]
    """
    order = np.lexsort((np.arange(codes.size), codes, account))[::-1]
    return _at_edges(account, codes, order, 1)


def _at_edges(account: np.ndarray, codes: np.ndarray, order: np.ndarray, step: int) -> np.ndarray:
    here, before = order[step:], order[:-step]
    edge = np.ones(codes.size, bool)
    edge[here] = (account[here] != account[before]) | (codes[here] != codes[before])
    return edge & (codes >= 0)
