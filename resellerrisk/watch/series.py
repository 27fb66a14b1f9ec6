"""A figure night by night: what its value was and how many accounts stand behind it. Nothing is judged here.

An account counts once a night, whatever the number of its lines, so that one big account moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Series:
    """One figure over nights (or months), oldest first.

    Attributes
    ----------
    name : str
        ``TABLE.COLUMN`` and what is looked at.
    kind : {"count", "share", "number"}
        A number of rows; a share, 0 to 1; a mean of anything else.
    meaning : str
        What it is, in words.
    total, support : float64[n]
        The sum over accounts of each one's mean, and how many accounts that are. Of a count: the rows, and ones.
    group : str
        Under which heading a person reads it.
    """

    name: str
    kind: str
    meaning: str
    total: np.ndarray
    support: np.ndarray
    group: str

    def upto(self, nights: int) -> Series:
        """The series as it stood so many nights after its beginning."""
        return Series(
            self.name, self.kind, self.meaning, self.total[:nights], self.support[:nights], self.group
        )


class Nights:
    """The rows of one table by night and account.

    Parameters
    ----------
    at : datetime64[us][n]
        When each row was known.
    account : int64[n]
        Whose it is; each row its own where the table has no accounts.
    until : Timestamp
        The end of the last night, T: rows known at T or later are left out.
    count : int
        How many nights; earlier rows are left out.
    """

    def __init__(self, at: np.ndarray, account: np.ndarray, until: pd.Timestamp, count: int) -> None:
        self.count = count
        at = np.asarray(at, "datetime64[us]")
        # Nights are counted back from T: the last is [T - 1 day, T), whatever the hour of T.
        known = ~np.isnat(at)
        back = np.full(at.size, count, np.int64)
        back[known] = (np.datetime64(until, "us") - at[known] - np.timedelta64(1, "us")) // DAY
        night = count - 1 - back
        self.kept = (night >= 0) & (night < count)
        self._night = night[self.kept]
        account = np.asarray(account, np.int64)[self.kept]
        pair = self._night * (account.max(initial=0) + 1) + account
        pairs, self._pair = np.unique(pair, return_inverse=True)
        self._night_of_pair = pairs // (account.max(initial=0) + 1)

    @cached_property
    def rows(self) -> np.ndarray:
        """Rows of each night."""
        return np.bincount(self._night, minlength=self.count).astype(float)

    def mean(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The sum over accounts of the mean of their rows' values, and how many accounts have one, night by night.

        Parameters
        ----------
        values : float64[n]
            One value a row, in the order of ``at``; missing where the row says nothing.
        """
        values = np.asarray(values, float)[self.kept]
        known = np.isfinite(values)
        sums = np.bincount(self._pair[known], values[known], self._night_of_pair.size)
        rows = np.bincount(self._pair[known], minlength=self._night_of_pair.size)
        there = rows > 0
        means = sums[there] / rows[there]
        night = self._night_of_pair[there]
        return np.bincount(night, means, self.count), np.bincount(night, minlength=self.count).astype(float)


def level(values: np.ndarray) -> np.ndarray:
    """A number on a scale on which a doubling is a step of the same size everywhere: the signed logarithm of one more.

    >>> level(np.array([0.0, 9.0, -9.0])).round(2).tolist()
    [0.0, 2.3, -2.3]
    """
    values = np.asarray(values, float)
    found: np.ndarray = np.sign(values) * np.log1p(np.abs(values))
    return found
