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
        used, back = np.unique(codes[there] // self._step, return_inverse=True)
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
    """The last moment of each asked pair among some rows, in microseconds; NaT (the smallest int64) where there is none."""
    none = np.iinfo(np.int64).min
    is_row = np.repeat([True, False], [len(who), len(asked_who)])
    account, code = np.concatenate([who, asked_who]), np.concatenate([what, asked_what])
    when = np.concatenate([at, np.full(len(asked_who), np.iinfo(np.int64).max)])
    order = np.lexsort((when, code, account))
    last = np.maximum.accumulate(np.where(is_row[order], np.arange(len(order)), -1))
    row = order[last]
    same = (last >= 0) & (account[row] == account[order]) & (code[row] == code[order])
    out = np.empty(len(order), np.int64)
    out[order] = np.where(same, when[row], none)
    return out[len(who) :]


def spread(told: dict[str, np.ndarray], name: str, codes: np.ndarray, count: int) -> np.ndarray:
    """A traced figure of accounts; one that applied since has that of any account without an early delivery."""
    old = codes < count
    out = np.full(len(codes), np.nan)
    out[old] = told[name][codes[old]]
    if not old.all():
        silent = np.flatnonzero(np.nan_to_num(told["held_early_count"]) == 0)
        out[~old] = told[name][silent[0]]
    return out
