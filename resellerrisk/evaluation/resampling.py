"""How sure a figure is: a seeded bootstrap over accounts, or whole rings, and Wilson's interval.

Accounts of one ring act together and stand at several moments; drawn one by one they would make a figure look
surer than it is. So a ring is drawn whole, with all its rows. With few rings even this interval is rather too
narrow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

#: How often the clusters are drawn. 500 draws place the ends of a 95 % interval to about a tenth of its
#: width.
RESAMPLES = 500
#: Share of the draws that must give a number; with fewer than three independent fakes too many draws hold
#: none.
MEASURABLE = 0.9
#: Two-sided 95 %, as quantiles and in standard deviations.
ENDS = (0.025, 0.975)
Z = 1.959963984540054


def draw_weights(clusters: int, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """How often each cluster stands in the sample itself (column 0) and in each draw with replacement.

    Parameters
    ----------
    clusters : int
        How many clusters there are.
    resamples : int
        How many draws.
    seed : int
        Same seed, same draws.

    Returns
    -------
    array of float, shape (clusters, 1 + resamples)
        Whole numbers; every column adds up to `clusters`. Whatever is computed from it has its value in
        column 0 and its draws behind.

    Examples
    --------
    >>> weights = draw_weights(3, resamples=4)
    >>> weights[:, 0], weights.sum(axis=0)
    (array([1., 1., 1.]), array([3., 3., 3., 3., 3.]))
    """
    if not clusters:
        return np.empty((0, 1 + resamples))
    drawn = np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples)
    return np.ascontiguousarray(
        np.hstack([np.ones((clusters, 1)), drawn.T])
    )  # rows lie together: read row by row


def find_interval(values: np.ndarray) -> tuple[float, float] | None:
    """The middle 95 % of a figure's draws.

    Parameters
    ----------
    values : array of float, shape (resamples,)
        The figure in each draw; missing where the draw held nothing to measure.

    Returns
    -------
    (low, high), or None where fewer than nine in ten draws gave a number.

    Examples
    --------
    >>> find_interval(np.arange(201.0))
    (5.0, 195.0)
    >>> find_interval(np.array([0.5, np.nan])) is None
    True
    """
    finite = values[np.isfinite(values)]
    if not len(values) or len(finite) < MEASURABLE * len(values):
        return None
    low, high = np.quantile(finite, ENDS)
    return float(low), float(high)


def add_by_cluster(values: np.ndarray, cluster: np.ndarray, clusters: int) -> np.ndarray:
    """Sum of values in each cluster, shape (clusters,).

    >>> add_by_cluster(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 1]), 3)
    array([1., 6., 0.])
    """
    return np.bincount(cluster, weights=np.asarray(values, float), minlength=clusters)


def draw_ratio(top: np.ndarray, bottom: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """A ratio of two sums in each draw.

    Parameters
    ----------
    top, bottom : array of float, shape (clusters,)
        What each cluster adds above and below the line.
    weights : array of float, shape (clusters, B)
        From `draw_weights`.

    Returns
    -------
    array of float, shape (B,)
        Missing where the lower sum is 0.

    Examples
    --------
    >>> draw_ratio(np.array([1.0, 0.0]), np.array([1.0, 1.0]), np.array([[2.0, 1.0], [0.0, 1.0]]))
    array([1. , 0.5])
    """
    return divide(top @ weights, bottom @ weights)


def divide(top: ArrayLike, bottom: ArrayLike) -> np.ndarray:
    """Quotient, missing where the lower number is 0.

    >>> divide(np.array([1.0, 1.0]), np.array([2.0, 0.0]))
    array([0.5, nan])
    """
    above, below = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    quotient: np.ndarray = np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)
    return quotient


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    Parameters
    ----------
    share : float
        Observed share, 0-1.
    count : float
        Independent observations behind it: accounts, not rows, where an account stands in several.

    Returns
    -------
    (low, high)
        Within 0-1; (0, 1) where nothing was observed.

    Source
    ------
    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Examples
    --------
    >>> low, high = wilson(0.5, 10)
    >>> round(low, 4), round(high, 4)
    (0.2366, 0.7634)
    """
    if not count or np.isnan(share):
        return 0.0, 1.0
    spread = Z * np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    low, high = ((share + Z**2 / (2 * count) + sign * spread) / (1 + Z**2 / count) for sign in (-1, 1))
    return float(max(0.0, low)), float(min(1.0, high))
