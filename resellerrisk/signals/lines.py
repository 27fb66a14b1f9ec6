"""What order lines say by themselves: their cost, their key, whether they begin an order."""

from __future__ import annotations

import numpy as np
from numba import njit


def cents_of(price: np.ndarray, quantity: np.ndarray) -> np.ndarray:
    """What lines cost in whole cents.

    >>> cents_of(np.array([2.5, 0.1]), np.array([3, 1]))
    array([750,  10])
    """
    out = np.empty(price.size, np.int64)
    _cents(price, quantity, out)
    return out


@njit(cache=True, nogil=True)
def _cents(price, quantity, out):
    for i in range(out.size):
        out[i] = np.int64(np.rint(price[i] * 100 * np.float64(quantity[i])))


def hash_lines(order_ids: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """A 64-bit hash of each order line from its order id's hash and its number.

    >>> len(set(hash_lines(np.array([7, 7, 8], np.uint64), np.array([1, 2, 1])).tolist()))
    3
    """
    return order_ids ^ (lines.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def first_lines(rows) -> np.ndarray:
    """True on the first line of each order."""
    out = np.ones(len(rows), bool)
    out[1:] = (
        (rows.order[1:] != rows.order[:-1])
        | (rows.account[1:] != rows.account[:-1])
        | (rows.at[1:] != rows.at[:-1])
    )
    return out
