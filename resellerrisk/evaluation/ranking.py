"""A ranking, and what it gains at what price: what average precision, recall and discs held back come from.

Rows stand in falling score. Only score levels that hold a gain matter for the figures; what lies between two
of them is one sum. So hundreds of resamples cost one sparse product. Equal scores are one level: nothing here
depends on the order of rows. What a gain and a price are, the caller says; nothing is known here of accounts
or costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from resellerrisk.evaluation.resampling import divide


@dataclass(frozen=True, eq=False)
class Weighed:
    """A ranking in each of B draws.

    Attributes
    ----------
    before : array, shape (steps, B)
        Price of everything ranked above a step's level.
    within : array, shape (steps, B)
        Price of the level itself.
    gain : array, shape (steps, B)
        Gain of the level.
    price : array, shape (B,)
        Price of the whole ranking.
    """

    before: np.ndarray
    within: np.ndarray
    gain: np.ndarray
    price: np.ndarray

    def average_precision(self) -> np.ndarray:
        """Average precision, shape (B,), where a positive row gains 1 and a negative row costs 1.

        The mean over positives of the precision at their level, equal scores counted together, as
        scikit-learn does it. Missing where a draw holds no gain.
        """
        gained = self.gain.cumsum(axis=0)
        precision = divide(gained, gained + self.before + self.within)
        return divide(np.nansum(precision * self.gain, axis=0), self.gain.sum(axis=0))

    def gain_at(self, spent: ArrayLike) -> np.ndarray:
        """Share of the gain that the highest scores bring for a price, shape (B,) or broadcast with it.

        A level that is only partly paid for gives its share: what a draw by lot among equals gives on
        average.

        Parameters
        ----------
        spent : float or array
            The price, absolute.
        """
        free = np.where(self.before <= spent, 1.0, 0.0)
        part = divide(spent - self.before, self.within)
        taken = np.where(self.within > 0, np.clip(part, 0.0, 1.0), free)
        return divide((self.gain * taken).sum(axis=0), self.gain.sum(axis=0))


@dataclass(frozen=True, eq=False)
class Ranking:
    """What stands in a ranking, summed by step and cluster; made by `rank`."""

    between: sparse.csr_array
    within: sparse.csr_array
    gain: sparse.csr_array
    price: np.ndarray

    def weigh(self, weights: np.ndarray) -> Weighed:
        """The ranking in draws of its clusters; weights have shape (clusters, B)."""
        within = self.within @ weights
        before = (self.between @ weights + within).cumsum(axis=0) - within
        return Weighed(before, within, self.gain @ weights, self.price @ weights)

    def as_seen(self) -> Weighed:
        """The ranking as it is, every cluster once; B is 1."""
        return self.weigh(np.ones((len(self.price), 1)))


def rank(score: ArrayLike, gain: ArrayLike, price: ArrayLike, cluster: np.ndarray, clusters: int) -> Ranking:
    """Put rows in falling score and sum what they gain and cost.

    Parameters
    ----------
    score : array of float, shape (n,)
        Higher ranks first; no missing values.
    gain, price : array of float, shape (n,)
        0 or more.
    cluster : array of int, shape (n,)
        Which cluster a row belongs to.
    clusters : int
        How many there are.

    Returns
    -------
    Ranking

    Examples
    --------
    Four accounts, the first and third fake: precision 1 at the first, 2/3 at the second.

    >>> fake = np.array([1, 0, 1, 0])
    >>> seen = rank([0.9, 0.8, 0.7, 0.1], fake, 1 - fake, np.arange(4), 4).as_seen()
    >>> seen.average_precision()
    array([0.83333333])

    Half of the fakes stand above the first false alarm, all above the second.

    >>> seen.gain_at(0), seen.gain_at(1)
    (array([0.5]), array([1.]))
    """
    score, gains_of, price = (np.asarray(values, float) for values in (score, gain, price))
    level = np.unique(-score, return_inverse=True)[1]
    gains = np.bincount(level, weights=gains_of) > 0
    step: np.ndarray = (np.cumsum(gains) - gains)[level]
    steps, gaining = int(gains.sum()), gains[level]
    counted = ~gaining & (step < steps)

    def add(values: np.ndarray, rows: np.ndarray) -> sparse.csr_array:
        return sparse.csr_array((values[rows], (step[rows], cluster[rows])), shape=(steps, clusters))

    whole = np.bincount(cluster, weights=price, minlength=clusters)
    return Ranking(add(price, counted), add(price, gaining), add(gains_of, gaining), whole)


def take_highest(score: np.ndarray, count: float) -> np.ndarray:
    """Which part of each row is taken where the highest scores are taken up to a number.

    Rows with equal scores at the edge are taken in equal part: what a draw by lot gives on average.

    Parameters
    ----------
    score : array of float, shape (n,)
        Higher is taken first.
    count : float
        How many rows; more than there are takes all.

    Returns
    -------
    array of float, shape (n,)
        0-1; adds up to `count` or n.

    Examples
    --------
    >>> take_highest(np.array([0.9, 0.5, 0.5, 0.1]), 2)
    array([1. , 0.5, 0.5, 0. ])
    """
    _, level, size = np.unique(-np.asarray(score, float), return_inverse=True, return_counts=True)
    above = np.cumsum(size) - size
    return np.clip((count - above) / size, 0.0, 1.0)[level]
