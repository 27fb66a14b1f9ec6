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
#: Rows that one step of a search for the highest value covers, in accounts that have more than so many rows.
BLOCK = 16
_LONG = 1 << 16


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
def narrow(stretches, edges):
    """The stretches, as in `edges_by_account`, with no more rows than lie between the first and the last edge of each account."""
    out = stretches.copy()
    for a in range(stretches.shape[0]):
        begin, end = stretches[a, 2], stretches[a, 3]
        low = high = edges[0, begin]
        for k in range(edges.shape[0]):
            row = edges[k, begin:end]
            for i in range(row.size):
                low, high = min(low, row[i]), max(high, row[i])
        out[a, 0], out[a, 1] = low, high
    return out


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
        As `narrow` gives it: rows that no edge encloses are not walked over.
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
        first, last = stretches[a, 0], stretches[a, 1]
        _count_up(values, first, last, total)
        if known.size:
            _count_up(known, first, last, count)
        for w in range(lows.size):
            low, high, found = edges[lows[w], begin:end], edges[highs[w], begin:end], out[w, begin:end]
            if not averaged:
                _sum_between(total, low, high, first, scale, found)
            elif known.size:
                _mean_between(total, count, low, high, first, scale, found)
            else:
                _mean_of_rows(total, low, high, first, scale, found)


@njit(cache=True, nogil=True)
def _count_up(values, first, last, total):
    """Sums of the values before each place, from the first place on."""
    so_far = np.int64(0)
    total[0] = 0
    for j in range(first, last):
        so_far += values[j]
        total[np.uint64(j - first + 1)] = so_far


# The three loops below are most of the time of a matrix. They look up by unsigned places, since a signed one is asked first whether
# it counts from the end, and they divide only where the scale is not one; both leave every bit as it is.


@njit(cache=True, nogil=True, error_model="numpy")
def _sum_between(total, low, high, first, scale, out):
    for i in range(out.size):
        out[i] = total[np.uint64(high[i] - first)] - total[np.uint64(low[i] - first)]
    if scale != 1:
        for i in range(out.size):
            out[i] /= scale


@njit(cache=True, nogil=True, error_model="numpy")
def _mean_of_rows(total, low, high, first, scale, out):
    for i in range(out.size):
        found = np.float64(total[np.uint64(high[i] - first)] - total[np.uint64(low[i] - first)])
        rows = np.int64(high[i] - low[i])
        out[i] = found / rows if rows > 0 else np.nan
    if scale != 1:
        for i in range(out.size):
            out[i] /= scale


@njit(cache=True, nogil=True, error_model="numpy")
def _mean_between(total, count, low, high, first, scale, out):
    for i in range(out.size):
        before, until = np.uint64(low[i] - first), np.uint64(high[i] - first)
        rows = count[until] - count[before]
        out[i] = np.float64(total[until] - total[before]) / rows if rows > 0 else np.nan
    if scale != 1:
        for i in range(out.size):
            out[i] /= scale


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
        first, last = stretches[a, 0], stretches[a, 1]
        # How long ago the code came before, and how soon it comes again; -1 where there is no code.
        for j in range(first, last):
            place, code = j - first, codes[j]
            since[place] = until[place] = -1
            if code < 0:
                continue
            until[place] = since[place] = forever
            before = newest[np.uint64(code)]
            if before >= first:
                since[place] = until[before - first] = times[j] - times[before]
            newest[np.uint64(code)] = j
        for w in range(lows.size):
            width = widths[w] if widths[w] >= 0 else forever - 1
            _count_longer(since, width, last - first, arrived)
            _count_longer(until, width if widths[w] >= 0 else forever, last - first, left)
            low, high, found = edges[lows[w], begin:end], edges[highs[w], begin:end], out[w, begin:end]
            for i in range(found.size):
                found[i] = arrived[np.uint64(high[i] - first)] - left[np.uint64(low[i] - first)]


@njit(cache=True, nogil=True)
def _count_longer(spans, width, n, out):
    """How many of the first spans are longer than a width, before each place."""
    so_far = np.int64(0)
    out[0] = 0
    for j in range(n):
        so_far += spans[j] > width
        out[j + 1] = so_far


@njit(cache=True, nogil=True, error_model="numpy")
def highest(stretches, edges, lows, highs, values, known, scale, out):
    """Highest known value of each window, missing where there is none; arguments as in `sums`.

    A table holds the highest of 1, 2, 4, ... steps from each on, so that two of its cells answer for any stretch of steps. A step is a row,
    or, in accounts so long that the table would fill the memory, a block of rows, which keep the highest from their beginning and to
    their end.
    """
    longest = _longest(stretches)
    steps = min(longest, max(_LONG, longest // BLOCK)) + 2
    level_of = _levels(steps)
    table = np.empty((level_of[steps - 1] + 1, steps), np.int64)
    own, ahead, behind = (
        np.empty(longest, np.int64),
        np.empty(longest if longest > _LONG else 0, np.int64),
        np.empty(longest if longest > _LONG else 0, np.int64),
    )
    for a in range(stretches.shape[0]):
        begin, end = stretches[a, 2], stretches[a, 3]
        first, last = stretches[a, 0], stretches[a, 1]
        for j in range(first, last):
            own[j - first] = values[j] if not known.size or known[j] else NOTHING
        by_row = last - first <= _LONG
        if by_row:
            table[0, : last - first] = own[: last - first]
            _double(table, level_of, last - first)
        else:
            _double(table, level_of, _lay_blocks(own[: last - first], ahead, behind, table[0]))
        for w in range(lows.size):
            low, high = edges[lows[w]], edges[highs[w]]
            for i in range(begin, end):
                before, until = np.int64(low[i] - first), np.int64(high[i] - first)
                if by_row:
                    found = _highest_of_steps(table, level_of, before, until)
                else:
                    found = _highest_of_rows(own, ahead, behind, table, level_of, before, until)
                out[w, i] = found / scale if found != NOTHING else np.nan


@njit(cache=True, nogil=True)
def _levels(count):
    """The level of the table that covers half of so many steps or more: the whole binary logarithm, int64[count]."""
    out = np.zeros(count, np.int64)
    for n in range(2, count):
        out[n] = out[n >> 1] + 1
    return out


@njit(cache=True, nogil=True)
def _lay_blocks(own, ahead, behind, blocks):
    """The highest from each block's beginning and to its end, and that of whole blocks; returns how many blocks there are."""
    n = own.size
    for j in range(n):
        ahead[j] = own[j] if j % BLOCK == 0 else max(ahead[j - 1], own[j])
    for j in range(n - 1, -1, -1):
        behind[j] = own[j] if j == n - 1 or j % BLOCK == BLOCK - 1 else max(behind[j + 1], own[j])
    count = (n + BLOCK - 1) // BLOCK
    for b in range(count):
        blocks[b] = behind[b * BLOCK]
    return count


@njit(cache=True, nogil=True)
def _double(table, level_of, count):
    """Fill the levels above the first for so many steps."""
    for level in range(1, level_of[count] + 1 if count > 1 else 1):
        half = 1 << (level - 1)
        below, here = table[level - 1], table[level]
        for b in range(count - 2 * half + 1):
            here[b] = max(below[b], below[b + half])


@njit(cache=True, nogil=True)
def _highest_of_steps(table, level_of, low, high):
    if high <= low:
        return NOTHING
    level = np.uint64(level_of[np.uint64(high - low)])
    return max(table[level, np.uint64(low)], table[level, np.uint64(high - (1 << np.int64(level)))])


@njit(cache=True, nogil=True)
def _highest_of_rows(own, ahead, behind, table, level_of, low, high):
    found = NOTHING
    if high <= low:
        return found
    head, tail = low // BLOCK, (high - 1) // BLOCK
    if head == tail:
        for j in range(low, high):
            found = max(found, own[j])
        return found
    found = max(behind[low], ahead[high - 1])
    return max(found, _highest_of_steps(table, level_of, head + 1, tail))


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
        first, last = stretches[a, 0], stretches[a, 1]
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
