"""Texts of a state and of what came since under one list of codes, and the newest row of a code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.state.arrays import map_texts, take_texts


class LateTexts:
    """A list of texts that is put together when it is asked for."""

    def __init__(self, make: Callable[[], np.ndarray]) -> None:
        self._make = make

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return self._make()

    def __iter__(self):
        return iter(self.__array__())


class CodedTexts:
    """Codes of a state's texts as codes of the texts that came since, and of those that none of these is, codes behind.

    A code is a text's place times ``step``, and what is left over; -1 is missing.
    """

    def __init__(self, path: Path, texts: np.ndarray, step: int) -> None:
        self._old = map_texts(path) if path.exists() else None
        self._texts, self._step = texts, step
        self._place: pd.Index = pd.Index(texts, dtype=object)

    def recode(self, codes: np.ndarray) -> np.ndarray:
        """Codes of the state as codes of both."""
        out, there = codes.copy(), codes >= 0
        back, used = pd.factorize(codes[there] // self._step)
        if used.size:
            place = self._place.get_indexer(take_texts(self._old, used))
            place = np.where(place >= 0, place, len(self._texts) + used)
            out[there] = place[back] * self._step + codes[there] % self._step
        return out

    def all(self) -> np.ndarray:
        """What all codes count."""
        old = np.empty(0, object) if self._old is None else self._old.to_numpy(zero_copy_only=False)
        # A text that came since too is counted there.
        return np.concatenate([self._texts, np.where(self._place.get_indexer(old) >= 0, None, old)])


def newest_of(who, what, at, asked_who, asked_what) -> np.ndarray:
    """The last moment of each asked pair among some rows, in microseconds; NaT (the smallest int64) where there is none.

    Rows of pairs that nobody asks for are looked at once, and not put in order: there are many.

    Examples
    --------
    >>> newest_of(np.array([0, 0, 1]), np.array([7, 7, -1]), np.array([5, 9, 3]), np.array([1, 0, 1]), np.array([-1, 7, 7])).tolist()
    [3, 9, -9223372036854775808]
    """
    asked, back = np.unique(_pairs(asked_who, asked_what), return_inverse=True)
    newest = np.full(len(asked), np.iinfo(np.int64).min)
    hit, place = find_among(asked, _pairs(who, what))
    np.maximum.at(newest, place, at[hit])
    return newest[back]


def _pairs(who: np.ndarray, what: np.ndarray) -> np.ndarray:
    """Account and code as one number; a code may be -1."""
    return np.asarray(who, np.int64) << 32 | (np.asarray(what, np.int64) + 1)


def find_among(known: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which wanted numbers stand among known ones, sorted and different, and where each of them stands.

    A table of hashes tells most of those that do not, so that few are searched for.

    >>> find_among(np.array([3, 7]), np.array([7, 5, 9, 3]))
    (array([0, 3]), array([1, 0]))
    """
    there = np.zeros(1 << _BITS, bool)
    there[_hash(known)] = True
    maybe = np.flatnonzero(there[_hash(wanted)])
    if not maybe.size:
        return maybe, maybe
    place = np.minimum(np.searchsorted(known, wanted[maybe]), len(known) - 1)
    same = known[place] == wanted[maybe]
    return maybe[same], place[same]


#: Bits of a hash in `find_among`.
_BITS = 20


def _hash(numbers: np.ndarray) -> np.ndarray:
    odd = np.uint64(0x9E3779B97F4A7C15)
    return (numbers.view(np.uint64) * odd) >> np.uint64(64 - _BITS)


def spread(told: dict[str, np.ndarray], name: str, codes: np.ndarray, count: int) -> np.ndarray:
    """A traced figure of accounts; one that applied since has that of any account without an early delivery."""
    old = codes < count
    out = np.full(len(codes), np.nan)
    out[old] = told[name][codes[old]]
    if not old.all():
        silent = np.flatnonzero(np.nan_to_num(told["held_early_count"]) == 0)
        out[~old] = told[name][silent[0]]
    return out
