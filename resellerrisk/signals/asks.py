"""Who had asked for a title before: each account's first order of each title, counted up to a moment.

Orders from the last street date ever announced for a title on are left out: they are many, and nobody asks for them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from resellerrisk.signals import kernel
from resellerrisk.signals.arrange import first_of_each


class Asks:
    """First orders of titles, by title and moment.

    Parameters
    ----------
    title, at : int64[n]
        Title code and microseconds of each account's first order of a title, in any order.
    titles_count : int

    Examples
    --------
    >>> asks = Asks(np.array([0, 1, 0]), np.array([30, 10, 10]), 2)
    >>> asks.count(np.array([0, 0, 0, 1]), np.array([10, 11, 31, 11]))
    array([0, 1, 2, 1])
    """

    def __init__(self, title: np.ndarray, at: np.ndarray, titles_count: int) -> None:
        self._starts, self.at = _by_title(title, at, titles_count)

    def count(self, title: np.ndarray, at: np.ndarray) -> np.ndarray:
        """How many accounts had asked for each title strictly before each moment, int64[n]."""
        return kernel.count_before(self._starts, self.at, title, at)


@njit(cache=True, nogil=True)
def _by_title(title, at, count):
    """Where each title's moments begin, and the moments by title, rising; each row is moved once."""
    starts = np.zeros(count + 1, np.int64)
    for i in range(title.size):
        starts[title[i] + 1] += 1
    for k in range(count):
        starts[k + 1] += starts[k]
    places, out = starts[:-1].copy(), np.empty(title.size, np.int64)
    for i in range(title.size):
        out[places[title[i]]] = at[i]
        places[title[i]] += 1
    for k in range(count):
        out[starts[k] : starts[k + 1]].sort()
    return starts, out


class CountedAsks(Asks):
    """Who had asked, where of what came before some moment only the number of accounts is known.

    Parameters
    ----------
    before : int64[titles_count]
        Accounts that had ordered each title before that moment.
    title, at : int64[n]
        Of accounts that first ordered it from then on.

    Examples
    --------
    >>> asks = CountedAsks(np.array([4, 0]), np.array([0]), np.array([30]))
    >>> asks.count(np.array([0, 0, 1]), np.array([30, 31, 31])), asks.totals
    (array([4, 5, 0]), array([5, 0]))
    """

    def __init__(self, before: np.ndarray, title: np.ndarray, at: np.ndarray) -> None:
        super().__init__(title, at, len(before))
        self.before = before

    def count(self, title: np.ndarray, at: np.ndarray) -> np.ndarray:
        """How many accounts had asked for each title strictly before each moment, none of which is before the counted ones."""
        return self.before[title] + super().count(title, at)

    @property
    def totals(self) -> np.ndarray:
        """Accounts that have ordered each title."""
        return self.before + np.diff(self._starts)


def count_asked(account: np.ndarray, title: np.ndarray, titles_count: int) -> np.ndarray:
    """How many accounts ordered each title, int64[titles_count]; rows by account.

    >>> count_asked(np.array([0, 0, 1]), np.array([2, 2, 2]), 3)
    array([0, 0, 2])
    """
    found = first_of_each(account, title, np.ones(len(account), bool))
    return np.bincount(title[found], minlength=titles_count)


def find_asks(
    account: np.ndarray, title: np.ndarray, at: np.ndarray, latest: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Title and moment of each account's first order of it, where that came before the title's last street date.

    Parameters
    ----------
    account, title, at : int64[n]
        Order lines by account and moment.
    latest : int64[n_titles]
        The last street date ever announced of each title, in microseconds; the smallest int64 where there is none.

    Examples
    --------
    >>> find_asks(np.array([0, 0, 1]), np.array([0, 0, 0]), np.array([5, 6, 9]), np.array([9]))
    (array([0]), array([5]))
    """
    found = first_of_each(account, title, at < latest[title])
    return title[found], at[found]
