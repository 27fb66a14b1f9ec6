"""The ranges of a RiskModel's parameters. Their meaning and defaults stand with the estimator."""

from __future__ import annotations

import numpy as np

from resellerrisk.errors import DeclarationError

_RANGES = {
    "learning_rate": (lambda v: 0 < v <= 1, "above 0, at most 1"),
    "num_leaves": (lambda v: v >= 2 and v == int(v), "a whole number from 2"),
    "max_depth": (lambda v: v == int(v), "a whole number; 0 or less for no limit"),
    "max_trees": (lambda v: v >= 1 and v == int(v), "a whole number from 1"),
    "min_child_samples": (lambda v: v >= 1 and v == int(v), "a whole number from 1"),
    "column_share": (lambda v: 0 < v <= 1, "above 0, at most 1"),
    "l2": (lambda v: v >= 0, "0 or more"),
    "early_stopping_rounds": (lambda v: v >= 1 and v == int(v), "a whole number from 1"),
    "bags": (lambda v: v >= 1 and v == int(v), "a whole number from 1"),
    "start_weight": (lambda v: 0 <= v <= 1, "from 0 to 1"),
    "additive_share": (lambda v: 0 <= v < 1, "from 0, below 1"),
    "additive_spread": (lambda v: v > 0, "above 0"),
    "validation_share": (lambda v: 0 < v < 1, "between 0 and 1"),
    "random_state": (lambda v: 0 <= v < 2**31 - 10_000 and v == int(v), "a whole number from 0"),
}


def check_parameters(parameters):
    """Refuse parameters that no model can be grown with.

    Raises
    ------
    DeclarationError
        All faults in one report.

    Examples
    --------
    >>> check_parameters({"num_leaves": 8, "column_share": 0.2})
    >>> check_parameters({"num_leaves": 1, "column_share": 20})
    Traceback (most recent call last):
    resellerrisk.errors.DeclarationError: The model cannot be grown with these parameters.
    num_leaves: 1, expected a whole number from 2
    column_share: 20, expected above 0, at most 1
    """
    faults = [
        f"{name}: {value!r}, expected {_RANGES[name][1]}"
        for name, value in parameters.items()
        if name in _RANGES and not _is_within(value, _RANGES[name][0])
    ]
    if faults:
        raise DeclarationError("The model cannot be grown with these parameters.", "\n".join(faults))


def _is_within(value, holds):
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return np.isfinite(value) and bool(holds(value))
