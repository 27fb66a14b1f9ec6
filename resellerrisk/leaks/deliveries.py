"""Which deliveries tracing looks at: each holder's first of a title, before the last street date ever announced for it.

A walk over codes in order, so that of a hundred million rows no more is kept than what comes back. What they are taken for is `holdings`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from resellerrisk.tables.passes import first_of_code


def first_early(
    account: np.ndarray,
    title: np.ndarray,
    at: np.ndarray,
    delay: int,
    holder: np.ndarray,
    latest: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Holder, title and moment of each first early delivery, by holder, moment and title.

    Parameters
    ----------
    account, title : int[n_rows]
        Codes; rows with a negative one are left out.
    at : int64[n_rows]
        Microseconds; the smallest int64 is no moment.
    delay : int
        Microseconds from these moments to the delivery.
    holder : int64[n_accounts]
        Under which code each account's holdings stand.
    latest : int64[n_titles]
        The last street date ever announced of each title.

    Examples
    --------
    >>> rows = np.array([1, 0, 1, 1]), np.array([0, 0, 0, 1]), np.array([5, 9, 4, 3])
    >>> [found.tolist() for found in first_early(*rows, 0, np.array([0, 1]), np.array([10, 3]))]
    [[0, 1], [0, 0], [9, 4]]
    """
    account, title, at = _take_early(account, title, at, delay, holder, latest)
    if not _stand_in_order(account, at, title):
        order = np.lexsort([title, at, account])
        account, title, at = account[order], title[order], at[order]
    first = first_of_code(account, title, latest.size)
    return (account, title, at) if first.all() else (account[first], title[first], at[first])


@njit(cache=True, nogil=True)
def _take_early(account, title, at, delay, holder, latest):
    """Holder, title and moment of the rows that have a moment, and one before the title's latest street date."""
    kept = np.zeros(account.size, np.bool_)
    for i in range(account.size):
        known = account[i] >= 0 and title[i] >= 0 and at[i] != np.iinfo(np.int64).min
        kept[i] = known and at[i] + delay < latest[title[i]]
    n = kept.sum()
    out_account, out_title, out_at = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    n = 0
    for i in range(account.size):
        if kept[i]:
            out_account[n], out_title[n], out_at[n] = holder[account[i]], title[i], at[i] + delay
            n += 1
    return out_account, out_title, out_at


@njit(cache=True, nogil=True)
def _stand_in_order(account, at, title):
    for i in range(1, account.size):
        if account[i] != account[i - 1]:
            if account[i] < account[i - 1]:
                return False
        elif at[i] < at[i - 1] or (at[i] == at[i - 1] and title[i] < title[i - 1]):
            return False
    return True
