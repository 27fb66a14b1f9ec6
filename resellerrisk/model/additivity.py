"""The law of contributions: with the base value they add up to the margin. Nothing is explained here.

LightGBM promises it and shap does not check it for LightGBM, so it is checked here, on every batch.
"""

from __future__ import annotations

import numpy as np

from resellerrisk.errors import ModelError

#: Contributions and base value add up to the margin within this (log-odds).
ADDITIVITY = 1e-9


def check_additivity(parts, margin):
    """Refuse contributions that do not add up to the margin.

    Parameters
    ----------
    parts : ndarray of float, shape (n, p + 1)
        Contributions, base value last.
    margin : ndarray of float, shape (n,)

    Raises
    ------
    ModelError
        A row is off by more than 1e-9.

    Examples
    --------
    >>> check_additivity(np.array([[0.25, -1.0]]), np.array([-0.75]))
    >>> check_additivity(np.array([[0.25, -1.0]]), np.array([-0.74]))
    Traceback (most recent call last):
    resellerrisk.errors.ModelError: Contributions do not add up to the margin: 1 of 1 rows, by up to 0.01.
    """
    gap = np.abs(parts.sum(axis=1) - margin)
    off = ~(gap <= ADDITIVITY)
    if off.any():
        counted = f"{off.sum()} of {len(off)} rows, by up to {np.max(gap[off]):.2g}"
        raise ModelError(f"Contributions do not add up to the margin: {counted}.")
