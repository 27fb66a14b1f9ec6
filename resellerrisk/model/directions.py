"""What can be said without one label: a monotone additive score from the declared directions.

Each signal with a declared direction gives its surprise, the negative logarithm of the share of rows that are at least as risky;
signals of one family are averaged, so that ten correlated columns count once; figures that are log-odds already (tracing) are added as
they are. The score is written down as a Booster of one tree per signal, so it is stored, served and explained like every other model,
and a boosted model can start from it. Nothing is fitted to outcomes here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.utils.validation import validate_data

from resellerrisk.model.calibration import Calibration
from resellerrisk.model.columns import check_declarations, check_names
from resellerrisk.model.explaining import Trees
from resellerrisk.model.parameters import check_parameters
from resellerrisk.model.trees import Curve, write_additive_model

#: Steps of a signal's curve, at most: equal steps of surprise between the mildest and the riskiest row.
STEPS = 31
#: A probability nearer to 0 or 1 than this is taken as this far away.
FLOOR = 1e-4


class Directions(NamedTuple):
    """An additive model over the columns of a matrix.

    Attributes
    ----------
    text : str
        A LightGBM model text; its margin is the score.
    used : tuple of str
        The columns that say something: with a direction and more than one value.
    """

    text: str
    used: tuple[str, ...]


def fit_directions(X, monotone, families, probabilities=(), prevalence=0.02):
    """Make the score from rows without labels.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        Rows that stand for what is usual; missing values say nothing.
    monotone : dict of str to {-1, 1}
        Direction of risk by column; others are not used.
    families : dict of str to str
        Family by column; the columns of a family are averaged.
    probabilities : collection of str
        Columns that hold a probability of the very thing; their log-odds are added as they are, and the rest of
        their family is left out, having been weighed in it.
    prevalence : float, in (0, 1)
        The mean probability that the margin is shifted to. It cannot be learnt from unlabelled rows.

    Returns
    -------
    Directions

    Source
    ------
    Surprise by tail probability: Li et al. 2022, ECOD: unsupervised outlier detection using empirical cumulative distribution
    functions. Directions and families in place of its two tails and equal columns are ours (docs/experiments.md).

    Examples
    --------
    >>> import lightgbm, pandas as pd
    >>> X = pd.DataFrame({"lead_days": np.arange(1000.0), "returns": np.arange(1000.0)[::-1], "other": 1.0})
    >>> found = fit_directions(X, {"lead_days": 1, "other": 1}, dict.fromkeys(X, "orders"))
    >>> found.used
    ('lead_days',)
    >>> margin = lightgbm.Booster(model_str=found.text).predict(X, raw_score=True)
    >>> bool((np.diff(margin) >= 0).all()), round(float(expit(margin).mean()), 3)
    (True, 0.02)
    """
    known = {families[name] for name in probabilities if name in X}
    curves = {}
    for name, direction in monotone.items():
        values = X[name].to_numpy(float) if name in X else np.empty(0)
        if not direction or np.unique(values[~np.isnan(values)]).size < 2:
            continue
        if name in probabilities:
            curves[name] = draw_log_odds(values, direction)
        elif families[name] not in known:
            curves[name] = draw_surprise(values, direction)
    sizes = {}
    for name in curves:
        sizes[families[name]] = sizes.get(families[name], 0) + (name not in probabilities)
    scaled = {
        name: curve if name in probabilities else curve.times(1 / sizes[families[name]])
        for name, curve in curves.items()
    }
    margin = sum((curve(X[name].to_numpy(float)) for name, curve in scaled.items()), np.zeros(len(X)))
    shift = shift_to(margin, prevalence)
    return Directions(write_additive_model(list(X.columns), scaled, shift, len(X)), tuple(scaled))


def fit_without_labels(model, X, families, probabilities=(), prevalence=0.02):
    """Make an unfitted RiskModel the model of these directions; parameters as in `fit_directions`, directions from the model."""
    monotone, categories = model.monotone or {}, model.categories or {}
    check_parameters(model.get_params(deep=False))
    values = validate_data(model, X, dtype=np.float64, ensure_all_finite="allow-nan")
    model.columns_ = [str(name) for name in X.columns]
    check_names(model.columns_)
    check_declarations(model.columns_, monotone, categories)
    frame = pd.DataFrame(values, columns=model.columns_)
    found = fit_directions(frame, monotone, families, probabilities, prevalence)
    model.trees_ = Trees.written(found.text)
    model.classes_ = np.array([0.0, 1.0])
    model.calibration_, model.facts_ = Calibration(), {}
    model.training_ = {
        "kind": "directions",
        "rows": len(X),
        "split": "none",
        "columns_used": len(found.used),
        "assumed_prevalence": float(prevalence),
        "note": "No outcome was learnt from: the probability rests on an assumed share of fakes.",
    }
    return model


def shift_to(margin, mean, sample_weight=None):
    """The constant to add to margins (n,) so that their mean probability, weighted by (n,), is `mean`.

    >>> round(shift_to(np.zeros(3), 0.5), 6)
    0.0
    """
    low, high = -50 - np.max(margin, initial=0.0), 50 - np.min(margin, initial=0.0)
    if not len(margin):
        return float(logit(mean))
    return float(
        brentq(lambda shift: np.average(expit(margin + shift), weights=sample_weight) - mean, low, high)
    )


def draw_surprise(values, direction):
    """The curve of minus the logarithm of the share of rows at least as risky, less its mean; 0 where the value is missing.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        At least two different ones besides missing.
    direction : {-1, 1}

    Returns
    -------
    Curve
        Of at most `STEPS` + 1 heights, never falling in the direction of risk.
    """
    known = np.sort(values[~np.isnan(values)] * direction)
    levels, first, counts = np.unique(known, return_index=True, return_counts=True)
    surprise = -np.log((known.size - first + 0.5) / (known.size + 1))
    return _in_steps(levels, surprise, counts, direction, values.size - known.size)


def draw_log_odds(values, direction):
    """The curve of the log-odds of probabilities, less their mean; 0 where the value is missing."""
    known = np.sort(values[~np.isnan(values)] * direction)
    levels, counts = np.unique(known, return_counts=True)
    odds = logit(np.clip(levels * direction, FLOOR, 1 - FLOOR)) * direction
    return _in_steps(levels, odds, counts, direction, values.size - known.size)


def _in_steps(levels, heights, counts, direction, missing):
    """A curve over rising levels, levels of nearly equal height taken together."""
    width = (heights[-1] - heights[0]) / STEPS
    step = np.minimum(((heights - heights[0]) / width).astype(int), STEPS - 1)
    starts = np.flatnonzero(np.diff(step, prepend=-1))
    rows = np.add.reduceat(counts, starts)
    height = np.add.reduceat(heights * counts, starts) / rows
    height -= np.average(height, weights=rows)
    thresholds = (levels[starts[1:] - 1] + levels[starts[1:]]) / 2
    if direction < 0:
        thresholds, height, rows = -thresholds[::-1], height[::-1], rows[::-1]
    return Curve(thresholds, height, rows, missing)
