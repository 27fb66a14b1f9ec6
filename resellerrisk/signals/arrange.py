"""Rows put in the order of accounts and moments, and what one walk in that order tells.

Rows are dealt out to their accounts first, which costs one pass, and sorted inside an account only where they do not stand in order
already, as they do in a file that was written day by day. What an account had before is then looked up by code while walking.
Nothing is summed here; that is `windows`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: No moment: NaT as int64.
NEVER = np.int64(-(2**63))


def arrange(
    groups: np.ndarray,
    count: int,
    times: np.ndarray,
    first: np.ndarray | None = None,
    second: np.ndarray | None = None,
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    """The order by group, time and two further keys; rows equal in all stay as they stand.

    Parameters
    ----------
    groups : int[n_rows]
        Group of each row, below ``count``; rows of a negative group stand first.
    count : int
    times : int64[n_rows]
    first, second : int[n_rows], optional

    Returns
    -------
    order : int[n_rows] or None
        Place of each row; None where the rows stand in that order already.
    arranged : int64[n_rows]
        The times in that order.
    starts : int64[count + 1]
        Where each group begins, with the end behind the last.

    Examples
    --------
    >>> arrange(np.array([1, 0, 1]), 2, np.array([5, 9, 4]))
    (array([1, 2, 0], dtype=int32), array([9, 4, 5]), array([0, 1, 3]))
    >>> arrange(np.array([0, 1, 1]), 2, np.array([5, 4, 4]))
    (None, array([5, 4, 4]), array([0, 1, 3]))
    """
    groups = np.asarray(groups)
    nothing = np.empty(0, np.int32)
    first = nothing if first is None else np.asarray(first)
    second = nothing if second is None else np.asarray(second)
    starts = _count_groups(groups, count)
    if _stands(groups, times, first, second):
        return None, times, starts[1:]
    order = np.empty(groups.size, np.int32 if groups.size < 2**31 else np.int64)
    arranged = np.empty(groups.size, np.int64)
    _deal(groups, times, starts, order, arranged)
    _sort_inside(order, arranged, starts, times, first, second)
    return order, arranged, starts[1:]


def gather(values: np.ndarray, order: np.ndarray | None, kind: type | None = None) -> np.ndarray:
    """``values[order]``, as another kind of number where one is given; the values themselves where they stand in order already.

    >>> gather(np.array([5, 6, 7], np.int8), np.array([2, 0], np.int32))
    array([7, 5], dtype=int8)
    """
    if order is None:
        return values if kind is None else values.astype(kind, copy=False)
    if values.dtype.kind not in "iufMm":
        return values[order]
    # numpy's memory rather than numba's: it comes in large pages, and small ones cost more than the walk itself.
    out = np.empty(order.size, kind or values.dtype)
    if values.dtype.kind in "Mm":
        _gather(values.view(np.int64), order, out.view(np.int64))
    else:
        _gather(values, order, out)
    return out


# Places are unsigned in what follows where every row is looked up: a signed one is asked first whether it counts from the end.


@njit(cache=True, nogil=True)
def _gather(values, order, out):
    for i in range(order.size):
        out[np.uint64(i)] = values[np.uint64(order[i])]


@njit(cache=True, nogil=True)
def _count_groups(groups, count):
    """Where the rows without a group and those of each group begin."""
    starts = np.zeros(count + 2, np.int64)
    for i in range(groups.size):
        starts[groups[i] + 2 if groups[i] >= 0 else 1] += 1
    for k in range(1, count + 2):
        starts[k] += starts[k - 1]
    return starts


@njit(cache=True, nogil=True)
def _after(i, j, times, first, second):
    """Whether row i belongs behind row j, both of one group."""
    if times[i] != times[j]:
        return times[i] > times[j]
    if first.size and first[i] != first[j]:
        return first[i] > first[j]
    return second.size > 0 and second[i] > second[j]


@njit(cache=True, nogil=True)
def _stands(groups, times, first, second):
    for i in range(1, groups.size):
        if groups[i] < groups[i - 1]:
            return False
        if groups[i] == groups[i - 1] and _after(i - 1, i, times, first, second):
            return False
    return True


@njit(cache=True, nogil=True)
def _deal(groups, times, starts, order, arranged):
    places = starts[:-1].copy()
    for i in range(groups.size):
        group = np.uint64(groups[i] + 1 if groups[i] >= 0 else 0)
        place = np.uint64(places[group])
        order[place] = i
        arranged[place] = times[np.uint64(i)]
        places[group] += 1


@njit(cache=True, nogil=True)
def _sort_inside(order, arranged, starts, times, first, second):
    """Merge sort of the groups that do not stand in order; rows that are equal keep their places."""
    longest = 0
    for k in range(starts.size - 1):
        longest = max(longest, starts[k + 1] - starts[k])
    spare = np.empty(longest, order.dtype)
    for k in range(starts.size - 1):
        for i in range(starts[k] + 1, starts[k + 1]):
            if arranged[i - 1] < arranged[i]:
                continue
            if arranged[i - 1] > arranged[i] or _after(order[i - 1], order[i], times, first, second):
                _merge_sort(order[starts[k] : starts[k + 1]], spare, times, first, second)
                for j in range(starts[k], starts[k + 1]):
                    arranged[j] = times[order[j]]
                break


@njit(cache=True, nogil=True)
def _merge_sort(rows, spare, times, first, second):
    n, run = rows.size, 1
    while run < n:
        for low in range(0, n - run, 2 * run):
            middle, high = low + run, min(low + 2 * run, n)
            if not _after(rows[middle - 1], rows[middle], times, first, second):
                continue
            spare[: middle - low] = rows[low:middle]
            i, j, k, length = 0, middle, low, middle - low
            while i < length and j < high:
                if _after(spare[i], rows[j], times, first, second):
                    rows[k] = rows[j]
                    j += 1
                else:
                    rows[k] = spare[i]
                    i += 1
                k += 1
            while i < length:
                rows[k] = spare[i]
                i += 1
                k += 1
        run *= 2


def last_seen(groups: np.ndarray, times: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """When each row's group had the same code last, strictly earlier; rows of one moment share the answer.

    Parameters
    ----------
    groups, times : int64[n_rows]
        By group and time.
    codes : int[n_rows]
        A missing code (-1) is a code like others here.

    Returns
    -------
    int64[n_rows]
        `NEVER` where there was none.

    Examples
    --------
    >>> last_seen(np.array([0, 0, 0, 1]), np.array([1, 5, 5, 9]), np.array([7, 7, 7, 7])).tolist()[1:3]
    [1, 1]
    """
    codes, count = dense(codes)
    return _last_seen(groups, times, codes, count)


@njit(cache=True, nogil=True)
def _last_seen(groups, times, codes, count):
    out = np.empty(codes.size, np.int64)
    newest = np.full(count + 1, -1, np.int64)
    start = 0
    for i in range(codes.size):
        if groups[i] != groups[start]:
            start = i
        code = codes[i] + 1
        before = newest[code]
        if before < start:
            out[i] = NEVER
        elif times[before] == times[i]:
            out[i] = out[before]
        else:
            out[i] = times[before]
        newest[code] = i
    return out


def first_of_each(groups: np.ndarray, codes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Places of each group's first row of each code among the rows that count, rising.

    Parameters
    ----------
    groups : int64[n_rows]
        Rising.
    codes : int[n_rows]
    counts : bool[n_rows]

    Examples
    --------
    >>> first_of_each(np.array([0, 0, 0, 1]), np.array([3, 2, 3, 3]), np.array([False, True, True, True]))
    array([1, 2, 3])
    """
    fitting, count = dense(codes)
    return _first_of_each(groups, fitting, counts, count)


@njit(cache=True, nogil=True)
def _first_of_each(groups, codes, counts, count):
    found = np.empty(codes.size, np.int64)
    newest = np.full(count + 1, -1, np.int64)
    start = n = 0
    for i in range(codes.size):
        if groups[i] != groups[start]:
            start = i
        if counts[i]:
            if newest[codes[i] + 1] < start:
                found[n] = i
                n += 1
            newest[codes[i] + 1] = i
    return found[:n].copy()


def as_first_of_each(groups: np.ndarray, codes: np.ndarray, told: np.ndarray) -> np.ndarray:
    """What was told of each group's first row of each code, for all of its rows; rows without a code (-1) keep their own.

    Parameters
    ----------
    groups : int64[n_rows]
        Rising.
    codes : int[n_rows]
    told : bool[n_rows]

    Examples
    --------
    >>> as_first_of_each(np.array([0, 0, 1]), np.array([3, 3, 3]), np.array([True, False, False]))
    array([ True,  True, False])
    """
    fitting, count = dense(codes)
    return _as_first_of_each(groups, fitting, told, count)


@njit(cache=True, nogil=True)
def _as_first_of_each(groups, codes, told, count):
    out = told.copy()
    first = np.full(count + 1, -1, np.int64)
    start = 0
    for i in range(codes.size):
        if groups[i] != groups[start]:
            start = i
        if codes[i] < 0:
            continue
        if first[codes[i]] < start:
            first[codes[i]] = i
        out[i] = told[first[codes[i]]]
    return out


def dense(codes: np.ndarray) -> tuple[np.ndarray, int]:
    """Codes small enough to look a row up by, and how many; negative ones stay -1.

    >>> dense(np.array([10**12, -1, 5]))
    (array([ 1, -1,  0]), 2)
    """
    codes = np.asarray(codes)
    if not codes.size:
        return codes.astype(np.int64), 0
    low, high = int(codes.min()), int(codes.max())
    if low >= -1 and high < 1_000_000 + 4 * codes.size:
        return codes, high + 1
    known, place = np.unique(codes, return_inverse=True)
    gone = int(np.searchsorted(known, 0))
    return np.where(codes < 0, -1, place - gone), known.size - gone
