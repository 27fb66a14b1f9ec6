"""Chance, from one seed: a stream of its own for every purpose and block, and values that follow from a number alone.

Nothing here knows of discs or shops. A stream is named, so that drawing more for one purpose changes no other
purpose; blocks have streams of their own, so that a market can be made piece by piece.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

_STEP, _MIX_A, _MIX_B = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def stream(seed: int, purpose: str, block: int = 0) -> np.random.Generator:
    """Random numbers for one purpose and block.

    Parameters
    ----------
    seed : int
        The market's seed, 0 or more.
    purpose : str
        What the numbers are drawn for.
    block : int, default 0
        Which piece of that purpose.

    Returns
    -------
    numpy.random.Generator
        The same stream for the same three arguments, on every machine and in every process.

    Examples
    --------
    >>> float(stream(0, "orders", 3).random()) == float(stream(0, "orders", 3).random())
    True
    >>> float(stream(0, "orders", 3).random()) == float(stream(0, "orders", 4).random())
    False
    """
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(purpose.encode()), block]))


def scatter(seed: int, purpose: str, numbers: np.ndarray) -> np.ndarray:
    """A random-looking 63-bit value for each number, the same whenever it is asked for.

    Two accounts that carry the same number for a purpose therefore show the same value: this is how identifiers are
    shared.

    Parameters
    ----------
    seed : int
        The market's seed.
    purpose : str
        What the value is for.
    numbers : ndarray of int
        Any shape.

    Returns
    -------
    ndarray of int64
        Same shape, in [0, 2**63).

    Source: the output function of splitmix64 (Steele, Lea, Flood 2014).

    Examples
    --------
    >>> a, b, c = scatter(0, "bank", np.array([7, 7, 8]))
    >>> bool(a == b), bool(a == c)
    (True, False)
    """
    salt = np.uint64(((seed + 1) * 0xD1342543DE82EF95 + zlib.crc32(purpose.encode())) % 2**64)
    x = (np.asarray(numbers, dtype=np.int64).astype(np.uint64) + salt) * _STEP
    x = (x ^ (x >> np.uint64(30))) * _MIX_A
    x = (x ^ (x >> np.uint64(27))) * _MIX_B
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def pick(words: Sequence[str], values: np.ndarray, place: int = 0) -> list[str]:
    """One word for each scattered value; another `place` makes another, unrelated choice from the same value.

    Examples
    --------
    >>> pick(["oak", "elm"], np.array([0, 1, 2]))
    ['oak', 'elm', 'oak']
    """
    turned = values if place == 0 else scatter(place, "place", values)
    return [words[i] for i in (turned % len(words)).tolist()]


def choose(rng: np.random.Generator, cumulative: np.ndarray) -> np.ndarray:
    """One column for each row of cumulative shares.

    Parameters
    ----------
    rng : numpy.random.Generator
    cumulative : ndarray of float, shape (n, k)
        Running sums of k shares along each row, the last one 1.

    Returns
    -------
    ndarray of int, shape (n,)

    Examples
    --------
    >>> choose(stream(0, "example"), np.array([[1.0, 1.0], [0.0, 1.0]]))
    array([0, 1])
    """
    found: np.ndarray = (rng.random((len(cumulative), 1)) >= cumulative[:, :-1]).sum(axis=1)
    return found
