"""Rows put together between windows' edges: sums, means, different codes, highest values, first and last true rows.

One account after the other: its rows and what is counted up over them fit into the processor's cache, and all windows of a measure are
answered from one walk over them. What adds is a difference of two running sums. Exact counts of different codes cost the same: a code
*arrives* in a window when its previous row has already left it, and *leaves* when no later row keeps it in.

Rows stand by account and moment, snapshots by account; edges are places of rows. Everything is counted as 64-bit integers and becomes a
float once, in the last step, so row order, bulk or single, and partitioning change no bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from resellerrisk.signals.arrange import dense

NOTHING = np.int64(-(2**63))
#: Rows that one step of a search for the highest value covers.
BLOCK = 16


@njit(cache=True, nogil=True)
def edges_by_account(stretches, times, moments, offsets, out):
    """First row at or after each edge, as `kernel.find_edges` gives it, for snapshots that stand by account.

    Parameters
    ----------
    stretches : int64[n_accounts, 4]
        Of each account that has snapshots: where its rows begin and end, and where its snapshots do.
    times : int64[n_rows]
        Microseconds, rising within an account.
    moments : int64[n]
    offsets : int64[k]
        Microseconds before the moment; -1 means the account's beginning.
    out : int[k, n]
        Filled.
    """
    for a in range(stretches.shape[0]):
        first, end = stretches[a, 0], stretches[a, 1]
        for k in range(offsets.size):
            found, edge_before = first, NOTHING
            for i in range(stretches[a, 2], stretches[a, 3]):
                if offsets[k] < 0:
                    out[k, i] = first
                    continue
                edge = moments[i] - offsets[k]
                low, high = (found, end) if edge >= edge_before else (first, found)
                # Edges mostly rise: step further and further from the last one before halving.
                step = 1
                while low + step < high and times[low + step - 1] < edge:
                    low += step
                    step *= 2
                high = min(high, low + step)
                while low < high:
                    middle = (low + high) >> 1
                    if times[middle] < edge:
                        low = middle + 1
                    else:
                        high = middle
                out[k, i] = found = low
                edge_before = edge


@njit(cache=True, nogil=True)
def _span(edges, lows, highs, begin, end):
    """First and last edge that some snapshots have in some windows."""
    low, high = edges[lows[0], begin], edges[highs[0], begin]
    for w in range(lows.size):
        for i in range(begin, end):
            low, high = min(low, edges[lows[w], i]), max(high, edges[highs[w], i])
    return low, max(low, high)


@njit(cache=True, nogil=True)
def _longest(stretches):
    """Rows of the longest account."""
    longest = 0
    for a in range(stretches.shape[0]):
        longest = max(longest, stretches[a, 1] - stretches[a, 0])
    return longest


@njit(cache=True, nogil=True, error_model="numpy")
def sums(stretches, edges, lows, highs, values, known, scale, averaged, out):
    """Sums, or means over the rows with a value, between windows' edges.

    Parameters
    ----------
    stretches : int64[n_accounts, 4]
        As in `edges_by_account`.
    edges : int[k, n]
    lows, highs : int64[n_windows]
        Which edges a window lies between.
    values : int64[n_rows] or bool[n_rows]
    known : bool[n_rows]
        Which rows have a value; empty: all.
    scale : int
        What one is stored as.
    averaged : bool
        Mean (missing on silence) instead of sum.
    out : float64[n_windows, n]
        Filled.
    """
    longest = _longest(stretches)
    total = np.empty(longest + 1, np.int64)
    count = np.empty(longest + 1 if known.size else 1, np.int64)
    for a in range(stretches.shape[0]):
        begin, end = stretches[a, 2], stretches[a, 3]
        first, last = _span(edges, lows, highs, begin, end)
        so_far = np.int64(0)
        total[0] = 0
        for j in range(first, last):
            so_far += values[j]
            total[j - first + 1] = so_far
        if known.size:
            rows = np.int64(0)
            count[0] = 0
            for j in range(first, last):
                rows += known[j]
                count[j - first + 1] = rows
        for w in range(lows.size):
            low, high = edges[lows[w]], edges[highs[w]]
            for i in range(begin, end):
                found = total[high[i] - first] - total[low[i] - first]
                if not averaged:
                    out[w, i] = found / scale
                    continue
                over = np.int64(high[i] - low[i])
                if known.size:
                    over = count[high[i] - first] - count[low[i] - first]
                out[w, i] = found / over / scale if over > 0 else np.nan


def distinct(stretches, edges, lows, highs, times, codes, widths, out) -> None:
    """How many different codes stand in each window; a negative code does not count.

    Parameters
    ----------
    times : int64[n_rows]
    codes : int[n_rows]
    widths : int64[n_windows]
        Microseconds; -1 for a window without a beginning.
    out : float64[n_windows, n]
        Filled. The others are as in `sums`.
    """
    codes, count = dense(codes)
    _distinct(stretches, edges, lows, highs, times, codes, count, widths, out)


@njit(cache=True, nogil=True)
def _distinct(stretches, edges, lows, highs, times, codes, codes_count, widths, out):
    longest = _longest(stretches)
    since, until = np.empty(longest, np.int64), np.empty(longest, np.int64)
    arrived, left = np.empty(longest + 1, np.int64), np.empty(longest + 1, np.int64)
    newest = np.full(codes_count, -1, np.int64)
    forever = np.int64(2**63 - 1)
    for a in range(stretches.shape[0]):
        begin, end = stretches[a, 2], stretches[a, 3]
        first, last = _span(edges, lows, highs, begin, end)
        # How long ago the code came before, and how soon it comes again.
        for j in range(first, last):
            place = j - first
            until[place] = forever
            if codes[j] < 0:
                continue
            before = newest[codes[j]]
            if before >= first:
                since[place] = until[before - first] = times[j] - times[before]
            else:
                since[place] = forever
            newest[codes[j]] = j
        for w in range(lows.size):
            width = widths[w] if widths[w] >= 0 else forever - 1
            goes_too = widths[w] >= 0
            comes = goes = np.int64(0)
            arrived[0] = left[0] = 0
            for j in range(first, last):
                if codes[j] >= 0:
                    comes += since[j - first] > width
                    goes += goes_too and until[j - first] > width
                arrived[j - first + 1], left[j - first + 1] = comes, goes
            low, high = edges[lows[w]], edges[highs[w]]
            for i in range(begin, end):
                out[w, i] = arrived[high[i] - first] - left[low[i] - first]


@njit(cache=True, nogil=True, error_model="numpy")
def highest(stretches, edges, lows, highs, values, known, scale, out):
    """Highest known value of each window, missing where there is none; arguments as in `sums`.

    Blocks of rows keep the highest from their beginning and to their end, and a table of doublings the highest of blocks.
    """
    longest = _longest(stretches)
    blocks = longest // BLOCK + 2
    levels = 1
    while (1 << levels) <= blocks:
        levels += 1
    own, ahead, behind = (
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
    )
    table = np.empty((levels, blocks), np.int64)
    for a in range(stretches.shape[0]):
        begin, end = stretches[a, 2], stretches[a, 3]
        first, last = _span(edges, lows, highs, begin, end)
        n = last - first
        for j in range(n):
            own[j] = values[first + j] if not known.size or known[first + j] else NOTHING
            ahead[j] = own[j] if j % BLOCK == 0 else max(ahead[j - 1], own[j])
        for j in range(n - 1, -1, -1):
            behind[j] = own[j] if j == n - 1 or j % BLOCK == BLOCK - 1 else max(behind[j + 1], own[j])
        count = (n + BLOCK - 1) // BLOCK
        for b in range(count):
            table[0, b] = behind[b * BLOCK]
        level = 1
        while (1 << level) <= count:
            for b in range(count - (1 << level) + 1):
                table[level, b] = max(table[level - 1, b], table[level - 1, b + (1 << (level - 1))])
            level += 1
        for w in range(lows.size):
            low, high = edges[lows[w]], edges[highs[w]]
            for i in range(begin, end):
                found = _highest_between(own, ahead, behind, table, low[i] - first, high[i] - first)
                out[w, i] = found / scale if found != NOTHING else np.nan


@njit(cache=True, nogil=True)
def _highest_between(own, ahead, behind, table, low, high):
    found = NOTHING
    if high <= low:
        return found
    head, tail = low // BLOCK, (high - 1) // BLOCK
    if head == tail:
        for j in range(low, high):
            found = max(found, own[j])
        return found
    found = max(behind[low], ahead[high - 1])
    between = tail - head - 1
    if between > 0:
        level = 0
        while (2 << level) <= between:
            level += 1
        found = max(found, table[level, head + 1], table[level, tail - (1 << level)])
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def since(stretches, edges, lows, highs, times, moments, flags, newest, out):
    """Days since the last true row of each window, or since its first; missing where none is true.

    Parameters
    ----------
    moments : int64[n]
        Of the snapshots.
    flags : bool[n_rows]
    newest : bool
        The last instead of the first. The others are as in `sums`.
    """
    longest = _longest(stretches)
    place = np.empty(longest + 1, np.int64)
    for a in range(stretches.shape[0]):
        begin, end = stretches[a, 2], stretches[a, 3]
        first, last = _span(edges, lows, highs, begin, end)
        if newest:
            place[0] = first - 1
            for j in range(first, last):
                place[j - first + 1] = j if flags[j] else place[j - first]
        else:
            place[last - first] = last
            for j in range(last - 1, first - 1, -1):
                place[j - first] = j if flags[j] else place[j - first + 1]
        for w in range(lows.size):
            low, high = edges[lows[w]], edges[highs[w]]
            for i in range(begin, end):
                found = place[high[i] - first] if newest else place[low[i] - first]
                if low[i] <= found < high[i]:
                    out[w, i] = (moments[i] - times[found]) // 1_000_000 / 86_400
                else:
                    out[w, i] = np.nan


def whole_numbers(values: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray, bool]:
    """Real values as ``round(value * scale)``, which of them are known, and whether all are.

    >>> whole_numbers(np.array([1.25, np.nan]), 100.0)
    (array([125,   0]), array([ True, False]), False)
    """
    out, known = np.empty(values.size, np.int64), np.empty(values.size, np.bool_)
    return out, known, _whole_numbers(values, scale, out, known)


@njit(cache=True, nogil=True)
def _whole_numbers(values, scale, out, known):
    every = True
    for i in range(values.size):
        known[i] = np.isfinite(values[i])
        every &= known[i]
        out[i] = np.int64(np.rint(values[i] * scale)) if known[i] else 0
    return every


def whole_seconds(micros: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Spans of microseconds as whole seconds, which of them are known, and whether all are.

    >>> whole_seconds(np.array([2_500_000, NOTHING]))
    (array([2, 0]), array([ True, False]), False)
    """
    out, known = np.empty(micros.size, np.int64), np.empty(micros.size, np.bool_)
    return out, known, _whole_seconds(micros, out, known)


@njit(cache=True, nogil=True)
def _whole_seconds(micros, out, known):
    every = True
    for i in range(micros.size):
        known[i] = micros[i] != NOTHING
        every &= known[i]
        out[i] = micros[i] // 1_000_000 if known[i] else 0
    return every
