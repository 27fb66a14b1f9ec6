"""One compiled walk over columns of codes, where pandas would build a table of all keys first.

Each walk answers for the files that distributors write, lines of an order side by side, and says so where it cannot answer.
"""

from __future__ import annotations

import numpy as np
from numba import njit

MISSING_TIME = np.iinfo(np.int64).min


@njit(cache=True, nogil=True)
def stand_once(orders, lines, orders_count):
    """Whether every (order, line) surely stands once: an order's rows side by side, its lines rising.

    Parameters
    ----------
    orders : int[n_rows]
        Codes; rows with a negative one have no key.
    lines : float64[n_rows] or int64[n_rows]
    orders_count : int
    """
    seen = np.zeros(orders_count, np.bool_)
    for i in range(orders.size):
        if orders[i] < 0:
            continue
        if i and orders[i] == orders[i - 1]:
            if not lines[i] > lines[i - 1]:
                return False
        elif seen[orders[i]]:
            return False
        seen[orders[i]] = True
    return True


@njit(cache=True, nogil=True)
def used_codes(codes, count):
    """Which of the codes below ``count`` stand there, bool[count]; negative ones do not count."""
    used = np.zeros(count, np.bool_)
    for i in range(codes.size):
        if codes[i] >= 0:
            used[codes[i]] = True
    return used


def kind_of_codes(count: int) -> np.dtype:
    """The least numbers that count so many and -1, as pandas keeps codes.

    >>> kind_of_codes(100), kind_of_codes(8_000)
    (dtype('int8'), dtype('int16'))
    """
    return np.min_scalar_type(-count - 1)


@njit(cache=True, nogil=True)
def renumber(codes, place):
    """Codes counted anew in the order in which they first stand there, and which they were; negative ones stay.

    ``place`` holds -1 for each code, before and after.
    """
    out, used, n = np.empty(codes.size, np.int32), np.empty(codes.size, np.int32), 0
    for i in range(codes.size):
        if codes[i] < 0:
            out[i] = -1
            continue
        if place[codes[i]] < 0:
            place[codes[i]] = n
            used[n] = codes[i]
            n += 1
        out[i] = place[codes[i]]
    for k in range(n):
        place[used[k]] = -1
    return out, used[:n].copy()


def spread(
    values: np.ndarray, codes: np.ndarray, missing: object, out: np.ndarray | None = None
) -> np.ndarray:
    """One value a row from one value for each code; ``missing`` where the code is negative. ``out`` is filled where it is given.

    >>> spread(np.array([10, 20], np.int8), np.array([1, -1, 0], np.int32), -1)
    array([20, -1, 10], dtype=int8)
    """
    # numpy's memory rather than numba's: it comes in large pages, and small ones cost more than the walk itself.
    out = np.empty(codes.size, values.dtype) if out is None else out
    if values.dtype.kind in "biuf":
        _spread(values, codes, values.dtype.type(missing), out)
    else:
        out[:] = np.append(values, np.asarray([missing], dtype=values.dtype))[codes]
    return out


@njit(cache=True, nogil=True)
def _spread(values, codes, missing, out):
    for i in range(codes.size):
        # An unsigned place is not asked whether it counts from the end.
        out[i] = values[np.uint64(codes[i])] if codes[i] >= 0 else missing


@njit(cache=True, nogil=True)
def under_others(orders, accounts, orders_count):
    """Rows whose account is not that of the first row of their order; rows without one of the two are left out."""
    first = np.full(orders_count, -1, np.int64)
    found, n = np.empty(orders.size, np.int64), 0
    for i in range(orders.size):
        if orders[i] >= 0 and first[orders[i]] < 0:
            first[orders[i]] = i
    for i in range(orders.size):
        if orders[i] >= 0 and accounts[i] >= 0:
            other = accounts[first[orders[i]]]
            if other >= 0 and other != accounts[i]:
                found[n] = i
                n += 1
    return found[:n].copy()


def find_before(times: np.ndarray, codes: np.ndarray, earliest: np.ndarray) -> np.ndarray:
    """Rows whose time is before the earliest that their code may have; rows without one of the three are left out.

    >>> day = np.array(["2020-01-02", "2020-01-01", "NaT"], "datetime64[us]")
    >>> find_before(day, np.array([0, 0, 0]), day[:1])
    array([1])
    """
    return _find_before(times.view(np.int64), codes, earliest.view(np.int64))


@njit(cache=True, nogil=True)
def _find_before(times, codes, earliest):
    found, n = np.empty(times.size, np.int64), 0
    for i in range(times.size):
        # What is missing is the lowest number that there is: no time is before it, and it is asked for itself.
        if codes[i] >= 0 and times[i] != MISSING_TIME and times[i] < earliest[codes[i]]:
            found[n] = i
            n += 1
    return found[:n].copy()


@njit(cache=True, nogil=True)
def _lay_out(orders, lines, usable, orders_count):
    """Usable rows by order, where each order's begin, and whether the lines rise in all of them."""
    starts = np.zeros(orders_count + 1, np.int64)
    for i in range(orders.size):
        if usable[i]:
            starts[orders[i] + 1] += 1
    for k in range(orders_count):
        starts[k + 1] += starts[k]
    places, rows = starts[:-1].copy(), np.empty(starts[-1], np.int64)
    for i in range(orders.size):
        if usable[i]:
            rows[places[orders[i]]] = i
            places[orders[i]] += 1
    for k in range(orders_count):
        for j in range(starts[k] + 1, starts[k + 1]):
            if lines[rows[j]] < lines[rows[j - 1]]:
                return rows, starts, False
    return rows, starts, True


@njit(cache=True, nogil=True)
def _find(rows, starts, lines, counts, asked_orders, asked_lines, usable):
    found = np.full(asked_orders.size, -1, np.int64)
    there = np.zeros(asked_orders.size, np.bool_)
    for i in range(asked_orders.size):
        if not usable[i]:
            continue
        low, high, line = starts[asked_orders[i]], starts[asked_orders[i] + 1], asked_lines[i]
        end = high
        while low < high:
            middle = (low + high) >> 1
            if lines[rows[middle]] < line:
                low = middle + 1
            else:
                high = middle
        while low < end and lines[rows[low]] == line:
            there[i] = True
            if counts[rows[low]]:
                found[i] = rows[low]
                break
            low += 1
    return found, there


def find_lines(orders, lines, counts, orders_count, asked_orders, asked_lines):
    """The row of each asked order line among those that count, and whether it stands there at all.

    Parameters
    ----------
    orders : int[n_rows]
        Codes; negative ones have no key.
    lines : float64[n_rows]
        Whole numbers; others have no key.
    counts : bool[n_rows]
    orders_count : int
    asked_orders, asked_lines : int[n], float64[n]

    Returns
    -------
    found : int64[n]
        The first such row; -1 where there is none.
    there : bool[n]
        Whether any row has the key, counted or not.

    Examples
    --------
    >>> find_lines(np.array([0, 0]), np.array([1.0, 2.0]), np.array([True, False]), 1, np.array([0, 0]), np.array([1.0, 2.0]))
    (array([ 0, -1]), array([ True,  True]))
    """
    rows, starts, rise = _lay_out(orders, lines, have_key(orders, lines), orders_count)
    if not rise:
        rows = rows[np.lexsort((rows, lines[rows], orders[rows]))]
    usable = have_key(asked_orders, asked_lines)
    return _find(rows, starts, lines, counts, asked_orders, asked_lines, usable)


def have_key(orders: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Whether both parts of an order line's key can be used, bool[n]."""
    return (orders >= 0) & (lines >= 0) & (lines < 2**31)


@njit(cache=True, nogil=True)
def first_of_code(account, code, codes_count):
    """Whether each row is the first of its account and code; rows stand by account."""
    last = np.full(codes_count, -1, np.int64)
    first = np.empty(account.size, np.bool_)
    for i in range(account.size):
        first[i] = last[code[i]] != account[i]
        last[code[i]] = account[i]
    return first
