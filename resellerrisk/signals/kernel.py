"""The point-in-time kernel: what rows say before a moment, as differences of prefix sums.

Rows are sorted by account and time once. For a snapshot (account, T) and an offset of days two binary searches find the rows
with ``T - far <= time < T - near``; everything that adds is then a difference of two prefix sums. Exact distinct counts cost
the same: a code *arrives* in a window when its previous row has already left it, and *leaves* when no later row keeps it in.

Everything is summed as 64-bit integers, so row order, bulk or single, and partitioning change no bit. Times are
microseconds since 1970 (int64). Nothing here knows what a signal means; nothing here sees a row at or after T.
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
def sum_between(values, low, high):
    """Sums of ``values[low[i]:high[i]]``, exact in int64: by prefix sums, or directly where the ranges hold fewer rows."""
    out = np.empty(low.size, np.int64)
    if (high - low).sum() < values.size:
        for i in range(low.size):
            out[i] = values[low[i] : high[i]].sum()
        return out
    prefix = np.empty(values.size + 1, np.int64)
    prefix[0] = 0
    for i in range(values.size):
        prefix[i + 1] = prefix[i] + values[i]
    for i in range(low.size):
        out[i] = prefix[high[i]] - prefix[low[i]]
    return out


@njit(cache=True, nogil=True)
def neighbours(accounts, codes, order):
    """Position of the previous and of the next row of the same account and code; -1 where there is none.

    ``order`` sorts the rows by account, code and position. Rows with a negative code have no neighbours.
    """
    before = np.full(codes.size, -1, np.int64)
    after = np.full(codes.size, -1, np.int64)
    for k in range(1, order.size):
        i, j = order[k - 1], order[k]
        if accounts[i] == accounts[j] and codes[i] == codes[j] and codes[j] >= 0:
            before[j] = i
            after[i] = j
    return before, after


@njit(cache=True, nogil=True)
def count_distinct(times, codes, before, after, low, high, width):
    """Different codes among rows ``low[i]:high[i]`` of windows ``width`` microseconds wide (-1: without a beginning)."""
    arrived = np.empty(codes.size + 1, np.int64)
    left = np.empty(codes.size + 1, np.int64)
    arrived[0] = left[0] = 0
    for i in range(codes.size):
        counts = codes[i] >= 0
        comes = counts and (before[i] < 0 or (width >= 0 and times[before[i]] + width < times[i]))
        goes = counts and width >= 0 and (after[i] < 0 or times[after[i]] > times[i] + width)
        arrived[i + 1] = arrived[i] + (1 if comes else 0)
        left[i + 1] = left[i] + (1 if goes else 0)
    out = np.empty(low.size, np.int64)
    for i in range(low.size):
        # Both prefix sums run over all accounts: what earlier accounts brought in is taken off at the account's own beginning.
        out[i] = arrived[high[i]] - left[low[i]]
    return out, arrived, left


@njit(cache=True, nogil=True)
def distinct_between(times, codes, before, after, first, low, high, width):
    """Different codes in the window, where ``first[i]`` is where the snapshot's account begins."""
    raw, arrived, left = count_distinct(times, codes, before, after, low, high, width)
    for i in range(low.size):
        raw[i] -= arrived[first[i]] - left[first[i]]
    return raw


@njit(cache=True, nogil=True)
def highest_between(values, known, low, high):
    """Highest known value of ``values[low[i]:high[i]]``; the smallest int64 where there is none (a sparse table)."""
    nothing = np.int64(-(2**63))
    levels = 1
    while (1 << levels) <= max(values.size, 1):
        levels += 1
    table = np.empty((levels, values.size), np.int64)
    for i in range(values.size):
        table[0, i] = values[i] if known[i] else nothing
    for level in range(1, levels):
        half = 1 << (level - 1)
        for i in range(values.size):
            other = i + half
            table[level, i] = max(
                table[level - 1, i], table[level - 1, other] if other < values.size else nothing
            )
    out = np.empty(low.size, np.int64)
    for i in range(low.size):
        length = high[i] - low[i]
        if length <= 0:
            out[i] = nothing
            continue
        level = 0
        while (2 << level) <= length:
            level += 1
        out[i] = max(table[level, low[i]], table[level, high[i] - (1 << level)])
    return out


@njit(cache=True, nogil=True)
def last_true_before(flags, low, high):
    """Position of the last true row in ``low[i]:high[i]``, or -1."""
    newest = np.empty(flags.size + 1, np.int64)
    newest[0] = -1
    for i in range(flags.size):
        newest[i + 1] = i if flags[i] else newest[i]
    out = np.empty(low.size, np.int64)
    for i in range(low.size):
        found = newest[high[i]]
        out[i] = found if found >= low[i] else -1
    return out


@njit(cache=True, nogil=True)
def first_true_from(flags, low, high):
    """Position of the first true row in ``low[i]:high[i]``, or -1."""
    oldest = np.empty(flags.size + 1, np.int64)
    oldest[flags.size] = flags.size
    for i in range(flags.size - 1, -1, -1):
        oldest[i] = i if flags[i] else oldest[i + 1]
    out = np.empty(low.size, np.int64)
    for i in range(low.size):
        found = oldest[low[i]]
        out[i] = found if found < high[i] else -1
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
