"""A fingerprint of a market's content: the same for parquet and CSV, and for any order of the rows.

It covers, for each table, the columns of the contract in the rows used, so a row set aside or a further column changes
nothing. It tells versions of data apart; it is no seal against somebody who forges data on purpose.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from numba import njit

from resellerrisk.tables.schemas import TABLES

_MISSING = np.uint64(0x9E3779B97F4A7C15)


def take_fingerprint(frames: dict[str, pd.DataFrame]) -> str:
    """SHA-256 over every table's name, number of rows and two sums of row hashes.

    Parameters
    ----------
    frames : dict of pandas.DataFrame
        The tables of a market, typed.

    Returns
    -------
    str
        64 hexadecimal digits. An empty table counts as one that is not there.

    Examples
    --------
    >>> one = {"outcomes": pd.DataFrame({"note": ["a", "b"]})}
    >>> take_fingerprint(one) == take_fingerprint({"outcomes": one["outcomes"].iloc[::-1]})
    True
    """
    return seal_sums({name: sum_hashes(name, frame) for name, frame in frames.items()})


def sum_hashes(
    name: str, frame: pd.DataFrame, hashed: dict[int, np.ndarray] | None = None
) -> tuple[int, int, int]:
    """A table's number of rows and two sums of their hashes; those of its parts add up to it.

    ``hashed`` holds hashes of categories that are at hand, by the identity of their index.
    """
    rows = np.zeros(len(frame), dtype=np.uint64)
    for column in TABLES[name].names:
        if column in frame:
            _add_cells(rows, frame[column], hashed or {})
    return len(rows), *map(int, _sum_rows(rows))


def add_sums(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int, int]:
    """What `sum_hashes` says of two parts together.

    Examples
    --------
    >>> add_sums((1, 2**64 - 1, 0), (1, 2, 3))
    (2, 1, 3)
    """
    return one[0] + other[0], (one[1] + other[1]) % 2**64, (one[2] + other[2]) % 2**64


def seal_sums(sums: dict[str, tuple[int, int, int]]) -> str:
    """The fingerprint of a market from what `sum_hashes` says of each table."""
    seal = hashlib.sha256()
    for name in sorted(sums):
        count, first, second = sums[name]
        if count:
            seal.update(f"{name} {count} {first} {second}\n".encode())
    return seal.hexdigest()


def _add_cells(rows: np.ndarray, cells: pd.Series, hashed: dict[int, np.ndarray]) -> None:
    """Mix a column into the rows' hashes, so that each column has its own place."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        categories = cells.cat.categories
        words = hashed.get(id(categories))
        words = _hash_texts(categories.to_numpy(dtype=object)) if words is None else words
        _add_words(rows, np.append(words, _MISSING), cells.cat.codes.to_numpy())
    elif cells.dtype == object:
        _add_hashes(rows, _hash_texts(cells.to_numpy()))
    else:
        values = cells.to_numpy()
        missing = cells.isna().to_numpy()
        numbers = values + 0.0 if values.dtype.kind == "f" else values.astype(np.int64)
        _add_numbers(rows, numbers.view(np.uint64), missing)


@njit(cache=True, nogil=True)
def _add_words(rows, words, codes):
    for i in range(rows.size):
        rows[i] = _mix(rows[i]) + words[codes[i]]


@njit(cache=True, nogil=True)
def _add_hashes(rows, hashes):
    for i in range(rows.size):
        rows[i] = _mix(rows[i]) + hashes[i]


@njit(cache=True, nogil=True)
def _add_numbers(rows, numbers, missing):
    for i in range(rows.size):
        rows[i] = _mix(rows[i]) + (_MISSING if missing[i] else _mix(numbers[i]))


@njit(cache=True, nogil=True)
def _sum_rows(rows):
    """The sum of the rows' hashes, mixed once, and of those mixed twice; both wrap around."""
    first, second = np.uint64(0), np.uint64(0)
    for i in range(rows.size):
        mixed = _mix(rows[i])
        first += mixed
        second += _mix(mixed)
    return first, second


def _hash_texts(texts: np.ndarray) -> np.ndarray:
    missing = pd.isna(texts)
    hashed = pd.util.hash_array(np.where(missing, "", texts), encoding="utf8", categorize=False)
    return np.where(missing, _MISSING, hashed)


@njit(cache=True, nogil=True)
def _mix(number):
    """SplitMix64's finaliser: one-to-one, and near numbers go far apart.

    Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
    """
    mixed = number + _MISSING
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
