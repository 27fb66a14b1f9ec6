"""The point-in-time kernel: where rows stand before a moment.

Rows are sorted by account and time once (`arrange`). For a snapshot (account, T) and an offset of days a search finds the rows
with ``T - far <= time < T - near``; what they add up to is the business of `windows`.

Times are microseconds since 1970 (int64). Nothing here knows what a signal means; nothing here sees a row at or after T.
"""

from __future__ import annotations

import numpy as np
from numba import njit

DAY = 86_400_000_000


@njit(cache=True, nogil=True)
def find_edges(starts, times, accounts, moments, offsets):
    """First row at or after each of the snapshots' edges.

    Parameters
    ----------
    starts : int64[n_accounts + 1]
        Rows of account ``a`` stand at ``starts[a]:starts[a + 1]``, by time.
    times : int64[n_rows]
        Microseconds.
    accounts, moments : int64[n]
        The snapshots.
    offsets : int64[k]
        Microseconds before the moment; -1 means the account's beginning.

    Returns
    -------
    int64[k, n]
        Positions; rows before the position are earlier than the edge.
    """
    out = np.empty((offsets.size, accounts.size), np.int64)
    for i in range(accounts.size):
        first, end = starts[accounts[i]], starts[accounts[i] + 1]
        for k in range(offsets.size):
            if offsets[k] < 0:
                out[k, i] = first
                continue
            edge = moments[i] - offsets[k]
            low, high = first, end
            while low < high:
                middle = (low + high) >> 1
                if times[middle] < edge:
                    low = middle + 1
                else:
                    high = middle
            out[k, i] = low
    return out


@njit(cache=True, nogil=True)
def count_before(starts, times, groups, moments):
    """How many rows of a group stand strictly before a moment; rows sorted by group and time."""
    out = np.empty(groups.size, np.int64)
    for i in range(groups.size):
        first, low, high = starts[groups[i]], starts[groups[i]], starts[groups[i] + 1]
        while low < high:
            middle = (low + high) >> 1
            if times[middle] < moments[i]:
                low = middle + 1
            else:
                high = middle
        out[i] = low - first
    return out


def newest_before(starts, times, groups, moments):
    """Position of the newest row of a group strictly before a moment, or -1; rows sorted by group and time."""
    count = count_before(starts, times, groups, moments)
    return np.where(count > 0, starts[groups] + count - 1, -1)


def starts_of(groups: np.ndarray, count: int) -> np.ndarray:
    """Where each group's rows begin in rows sorted by group, with the end behind the last.

    >>> starts_of(np.array([0, 0, 2]), 3)
    array([0, 2, 2, 3])
    """
    return np.searchsorted(groups, np.arange(count + 1), side="left").astype(np.int64)
