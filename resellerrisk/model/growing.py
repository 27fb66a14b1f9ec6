"""How a model is put together: boosters stopped early, an additive part beside them, a line that calibrates their mean, one text.

Rows arrive checked and split. The door to LightGBM is `boosting`; nothing is predicted for a caller here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from joblib import effective_n_jobs

from resellerrisk.model.additive import cut_steps, fit_additive
from resellerrisk.model.boosting import describe_growth, grow_boosters
from resellerrisk.model.calibration import Calibration, fit_calibration
from resellerrisk.model.trees import merge_models

#: Without validation the trees add up to this many full steps.
_STEPS_UNSEEN = 3.0


class Grown(NamedTuple):
    """A grown model.

    Attributes
    ----------
    text : str
        Its margin is the calibrated log-odds.
    early : str or None
        As grown on the fitting rows alone, uncalibrated; None without validation.
    line : Calibration
        The line that is part of `text`.
    trees : list of int
        Trees of each booster.
    additive : int
        Columns of the additive part, one tree each.
    """

    text: str
    early: str | None
    line: Calibration
    trees: list[int]
    additive: int


def grow(model, rows, split, beginning=None):
    """Grow boosters on the fitting rows, calibrate on the others, and grow again on all.

    Parameters
    ----------
    model : RiskModel
        Its parameters and columns.
    rows : Rows
        All rows; `rows.start` are the margins to begin from.
    split : Split
    beginning : str, optional
        The text of the model whose margins `rows.start` are.

    Returns
    -------
    Grown
    """
    categories = sorted(model.categories or {}, key=model.columns_.index)
    shared = (model.columns_, categories, describe_growth(model, model.columns_))
    last = (model.random_state, effective_n_jobs(model.n_jobs))
    beside = _Beside(model, rows)

    def merge(boosters, additive, line=()):
        share = model.additive_share if additive else 0.0
        parts = [(booster.model_to_string(), (1 - share) / len(boosters)) for booster in boosters]
        parts += [(beginning, 1 - share)] if beginning else []
        parts += [(additive.text(model.columns_), share)] if additive else []
        return merge_models(*zip(*parts, strict=True), *line)

    if split.kind == "none":
        modest = min(model.max_trees, int(np.ceil(_STEPS_UNSEEN / model.learning_rate)))
        boosters = grow_boosters(rows, *shared, [modest] * model.bags, *last)
        additive = beside.fit()
        return Grown(merge(boosters, additive), None, Calibration(), *_count(boosters, additive))
    most, seen, unseen = [model.max_trees] * model.bags, rows.take(split.fitting), rows.take(split.validation)
    boosters = grow_boosters(seen, *shared, most, *last, unseen, model.early_stopping_rounds)
    margins = np.mean([booster.predict(unseen.X, raw_score=True) for booster in boosters], axis=0)
    if unseen.start is not None:
        margins += unseen.start
    additive = beside.fit(split.fitting)
    if additive:
        margins += model.additive_share * (additive.margin(unseen.X) - margins)
    line, early = fit_calibration(margins, unseen.y, unseen.weight), merge(boosters, additive)
    if model.refit:
        boosters = grow_boosters(rows, *shared, [booster.num_trees() for booster in boosters], *last)
        additive = beside.fit()
    return Grown(merge(boosters, additive, line), early, line, *_count(boosters, additive))


def _count(boosters, additive):
    return [booster.num_trees() for booster in boosters], len(additive.curves) if additive else 0


class _Beside:
    """The additive part: its steps are cut once, on all rows and without a label; nothing where the model wants none."""

    def __init__(self, model, rows):
        self.model, self.rows = model, rows
        places = {name: place for place, name in enumerate(model.columns_)}
        self.directions = {places[name]: way for name, way in (model.monotone or {}).items()}
        codes = {places[name] for name in model.categories or {}}
        self.steps = cut_steps(rows.X, rows.weight, codes) if model.additive_share else None

    def fit(self, chosen=None):
        """Fitted on all rows, or on a mask of them."""
        if self.steps is None:
            return None
        rows, spread = self.rows, self.model.additive_spread
        return fit_additive(self.steps, rows.y, rows.weight, self.directions, spread, chosen)
