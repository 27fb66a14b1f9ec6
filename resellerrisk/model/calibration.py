"""How a raw margin becomes calibrated log-odds: a straight line, fitted on rows the trees have not seen.

A line keeps every distinct value and the order of the rows, and it scales SHAP values exactly. There is no
isotonic calibration here: it was measured to cost ranking (ties).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

#: Standard deviations of the prior: of the slope around 1, and of the shift around 0.
SLOPE_SPREAD, SHIFT_SPREAD = 0.5, 3.0
#: The slope's range: above zero, so that the order of rows is kept.
SLOPE_RANGE = (0.05, 20.0)


class Calibration(NamedTuple):
    """The line `slope * margin + intercept` (log-odds).

    Examples
    --------
    >>> Calibration(slope=2.0, intercept=-1.0).apply(np.array([0.0, 1.0]))
    array([-1.,  1.])
    """

    slope: float = 1.0
    intercept: float = 0.0

    def apply(self, margin):
        """Calibrated log-odds of raw margins, shape kept."""
        return self.slope * margin + self.intercept


def fit_calibration(margin, y, sample_weight=None):
    """Fit the line on out-of-sample margins by maximum likelihood under a weak prior.

    The prior holds the slope near 1 and the shift, at the positives' mean margin, near 0, so that a dozen
    positives do not turn the scale upside down and thousands outweigh it.

    Parameters
    ----------
    margin : ndarray of float, shape (n,)
        Raw log-odds of rows that the model was not fitted on.
    y : ndarray of 0/1, shape (n,)
        Their labels.
    sample_weight : ndarray of float, shape (n,), optional
        Weights of the rows.

    Returns
    -------
    Calibration
        Slope in [0.05, 20]. The identity where a class is missing.

    Source
    ------
    J. Platt, Probabilistic outputs for support vector machines (1999); the prior in place of his smoothed
    labels.

    Examples
    --------
    >>> margin = np.linspace(-4, 4, 4001)
    >>> y = (expit(margin - 2) > np.tile([0.1, 0.3, 0.5, 0.7, 0.9], 801)[:4001]).astype(float)
    >>> line = fit_calibration(margin, y)
    >>> abs(line.apply(2.0)) < 0.1
    True
    """
    from scipy.optimize import minimize

    margin, y = np.asarray(margin, dtype=float), np.asarray(y, dtype=float)
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    if not 0 < weight @ y < weight.sum():
        return Calibration()
    centre = float(np.average(margin, weights=weight * y))

    def loss(line):
        z = centre + line[0] * (margin - centre) + line[1]
        residual = weight * (expit(z) - y)
        value = weight @ (np.logaddexp(0, z) - y * z)
        prior = ((line[0] - 1) / SLOPE_SPREAD) ** 2 / 2 + (line[1] / SHIFT_SPREAD) ** 2 / 2
        slope = residual @ (margin - centre) + (line[0] - 1) / SLOPE_SPREAD**2
        shift = residual.sum() + line[1] / SHIFT_SPREAD**2
        return value + prior, np.array([slope, shift])

    found = minimize(loss, [1.0, 0.0], jac=True, method="L-BFGS-B", bounds=[SLOPE_RANGE, (None, None)])
    slope, shift = map(float, found.x)
    return Calibration(slope, centre - slope * centre + shift)
