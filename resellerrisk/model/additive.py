"""A logistic regression over steps that keeps the declared directions, written down as curves: what stands beside the trees.

Each column is cut into steps of about equal count, its steps stand at normal scores, and one slope a column is fitted under a prior that
holds it near zero; a column with a declared direction has no slope against it. So with a dozen fakes it learns how much each signal
weighs, which trees cannot, and it is a sum of step functions, so it becomes part of the one Booster (docs/experiments.md).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from resellerrisk.model.trees import Curve, write_additive_model

#: Steps of a column, at most.
STEPS = 31
#: A column that is missing on more than this share of the rows has a height of its own there.
SHARE_MISSING = 0.01
#: A step's normal score is held within those of so rare a share, and a column's scores are not stretched beyond this spread.
RAREST, NARROWEST = 1e-4, 0.3


class Steps(NamedTuple):
    """Columns cut into steps, and rows as scores.

    Attributes
    ----------
    places : tuple of int, length k
        The columns of the matrix that say something.
    thresholds, scores, counts : tuples of k arrays
        Upper edges of all steps but the last; the score of each step; its rows.
    missing : tuple of int, length k
        Rows without a value.
    design : float64[n, k + m]
        Scores of the rows, 0 where missing; then a flag for each of m columns that are often missing.
    flagged : tuple of int, length m
        Which of the k columns have a flag.
    """

    places: tuple[int, ...]
    thresholds: tuple[np.ndarray, ...]
    scores: tuple[np.ndarray, ...]
    counts: tuple[np.ndarray, ...]
    missing: tuple[int, ...]
    design: np.ndarray
    flagged: tuple[int, ...]


class Additive(NamedTuple):
    """A sum of curves: by place of the column, and a constant."""

    curves: dict[int, Curve]
    shift: float
    rows: int

    def margin(self, X):
        """Log-odds of the rows of a matrix (n, p), shape (n,)."""
        return sum((curve(X[:, place]) for place, curve in self.curves.items()), np.full(len(X), self.shift))

    def text(self, columns):
        """The same as the text of a LightGBM model over these columns."""
        curves = {columns[place]: curve for place, curve in self.curves.items()}
        return write_additive_model(columns, curves, self.shift, self.rows)


def cut_steps(X, weight=None, left_out=()):
    """Cut the columns of a matrix (n, p) into steps; columns that hold codes, or one value only, are left out.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Missing is NaN.
    weight : ndarray of float, shape (n,), optional
        Steps hold about equal weight; rows without weight cut nothing.
    left_out : collection of int
        Columns that hold codes.

    Returns
    -------
    Steps

    Examples
    --------
    >>> steps = cut_steps(np.array([[1.0, 7], [2, 7], [2, 7], [np.nan, 7]]))
    >>> steps.places, steps.thresholds[0].tolist(), steps.counts[0].tolist(), steps.missing
    ((0,), [1.0], [1, 2], (1,))
    """
    weight = np.ones(len(X)) if weight is None else weight
    found, flagged, columns = [], [], []
    for place in range(X.shape[1]):
        values = X[:, place]
        order = np.argsort(values, kind="stable")
        order = order[: len(values) - np.isnan(values).sum()]
        order = order[weight[order] > 0]
        known, added = values[order], np.cumsum(weight[order])
        if place in left_out or not known.size or known[0] == known[-1]:
            continue
        thresholds = np.unique(known[np.searchsorted(added, added[-1] * np.arange(1, STEPS) / STEPS)])
        thresholds = thresholds[thresholds < known[-1]]
        if not thresholds.size:  # nearly all weight is on the highest value: what lies below it is one step
            thresholds = known[known < known[-1]][-1:]
        ends = np.append(np.searchsorted(known, thresholds, side="right"), known.size)
        scores = _normal_scores(np.diff(added[ends - 1], prepend=0.0))
        missing = np.isnan(values)
        if weight @ missing > SHARE_MISSING * weight.sum():
            flagged.append(len(found))
        found.append((place, thresholds, scores, np.diff(ends, prepend=0), int(missing.sum())))
        columns.append(_score(values, thresholds, scores))
    columns += [np.isnan(X[:, found[which][0]]).astype(float) for which in flagged]
    design = np.column_stack(columns) if columns else np.empty((len(X), 0))
    return Steps(*(zip(*found, strict=True) if found else [()] * 5), design, tuple(flagged))


def fit_additive(steps, y, weight=None, directions=None, spread=0.1, rows=None):
    """Fit the slopes by penalised likelihood.

    Parameters
    ----------
    steps : Steps
    y : ndarray of 0/1, shape (n,)
    weight : ndarray of float, shape (n,), optional
    directions : dict of int to {-1, 1}, optional
        By place of the column: a slope of the other sign is held at zero.
    spread : float, above 0
        Standard deviation of the prior of a slope around zero, in log-odds for a standard deviation of the column.
    rows : ndarray of bool, shape (n,), optional
        Only these rows are fitted on.

    Returns
    -------
    Additive
        Columns without a slope are left out.

    Source
    ------
    Ridge: le Cessie and van Houwelingen 1992, Ridge estimators in logistic regression; bounded signs and steps are ours.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(2000, 2))
    >>> y = (X[:, 0] - X[:, 1] + rng.normal(size=2000) > 1).astype(float)
    >>> model = fit_additive(cut_steps(X), y, directions={0: 1, 1: 1})
    >>> sorted(model.curves), bool((np.diff(model.curves[0].heights) > 0).all())
    ([0], True)
    """
    chosen = slice(None) if rows is None else rows
    design, y = steps.design[chosen], y[chosen]
    weight = np.ones(len(y)) if weight is None else weight[chosen]
    share = np.clip(np.average(y, weights=weight), 1e-6, 1 - 1e-6)

    def loss(slopes):
        margin = design @ slopes[1:] + slopes[0]
        residual = weight * (expit(margin) - y)
        value = weight @ (np.logaddexp(0, margin) - y * margin) + slopes[1:] @ slopes[1:] / (2 * spread**2)
        return value, np.r_[residual.sum(), residual @ design + slopes[1:] / spread**2]

    ways = [(directions or {}).get(place, 0) for place in steps.places] + [0] * len(steps.flagged)
    bounds = [(None, None)] + [(0 if way > 0 else None, 0 if way < 0 else None) for way in ways]
    begin = np.r_[logit(share), np.zeros(design.shape[1])]
    with threadpool_limits(
        1, user_api="blas"
    ):  # the same sums in the same order, whatever the machine is asked for
        slopes = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x
    return _draw(steps, slopes)


def _draw(steps, slopes):
    """The fitted slopes as curves; a curve says 0 of a missing value, so the height of missing ones goes into the constant."""
    k, shift, curves = len(steps.places), float(slopes[0]), {}
    heights = dict(zip(steps.flagged, slopes[1 + k :].tolist(), strict=True))
    for which, place in enumerate(steps.places):
        slope, missing = slopes[1 + which], heights.get(which, 0.0)
        if slope or missing:
            height = slope * steps.scores[which] - missing
            curves[place] = Curve(steps.thresholds[which], height, steps.counts[which], steps.missing[which])
            shift += missing
    return Additive(curves, shift, len(steps.design))


def _normal_scores(weights):
    """Normal scores of steps by their weights, with mean 0 and, unless they hardly differ, spread 1."""
    middle = (np.cumsum(weights) - weights / 2) / weights.sum()
    scores = norm.ppf(np.clip(middle, RAREST, 1 - RAREST))
    scores -= np.average(scores, weights=weights)
    return scores / max(np.sqrt(np.average(scores**2, weights=weights)), NARROWEST)


def _score(values, thresholds, scores):
    return np.where(np.isnan(values), 0.0, scores[np.searchsorted(thresholds, values, side="left")])
