"""The door to LightGBM: growing boosters with early stopping, and opening a model text.

Rows, columns and parameters arrive here checked. Splitting, calibrating and merging happen elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import lightgbm
import numpy as np
from joblib import Parallel, delayed


class Rows(NamedTuple):
    """A matrix (n, p) of floats with its 0/1 labels (n,), weights (n,) or None, and margins to start from (n,) or None."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None
    start: np.ndarray | None = None

    def take(self, mask):
        """The rows of a mask."""
        return Rows(*(None if part is None else part[mask] for part in self))


def grow_boosters(
    rows, columns, categories, parameters, tree_counts, seed, jobs, validation=None, patience=None
):
    """Grow one booster per entry of `tree_counts`, alike but for the columns that each of their trees may
    see.

    Boosters grow side by side, since two threads on one small booster mostly wait for each other.

    Parameters
    ----------
    rows : Rows
        What the trees are fitted on.
    columns : list of str
        Names of the columns.
    categories : list of str
        The columns that hold codes.
    parameters : dict
        LightGBM's parameters for growing.
    tree_counts : list of int
        Trees to grow per booster; with `validation` the most to grow.
    seed : int
        Booster k draws its columns by `seed + k`.
    jobs : int
        Threads in all.
    validation : Rows, optional
        Rows on which growing stops early, by log-loss.
    patience : int, optional
        Trees without improvement after which to stop.

    Returns
    -------
    list of lightgbm.Booster
        Cut to their best number of trees where `validation` was given.
    """
    side_by_side = min(jobs, len(tree_counts))
    parameters = {**parameters, "num_threads": max(1, jobs // side_by_side)}

    def grow(number, trees):
        # Datasets of its own: LightGBM writes into a Dataset while training, so two threads must not share one.
        train = _bind(rows, columns, categories, parameters)
        valid = validation and _bind(validation, columns, categories, parameters, reference=train)
        booster = lightgbm.train(
            {**parameters, "feature_fraction_seed": seed + number},
            train,
            num_boost_round=trees,
            valid_sets=[valid] if valid else None,
            callbacks=[lightgbm.early_stopping(patience, verbose=False)] if valid else None,
        )
        return open_booster(booster.model_to_string(num_iteration=booster.best_iteration if valid else -1))

    grown = Parallel(n_jobs=side_by_side, prefer="threads")
    return grown(delayed(grow)(number, trees) for number, trees in enumerate(tree_counts))


def describe_growth(model, columns):
    """LightGBM's parameters for a RiskModel's: log-loss, no class weights, the same bytes for any threads."""
    directions = [int((model.monotone or {}).get(name, 0)) for name in columns]
    return {
        **({"monotone_constraints": directions} if any(directions) else {}),
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": model.learning_rate,
        "num_leaves": model.num_leaves,
        "max_depth": model.max_depth,
        "min_data_in_leaf": model.min_child_samples,
        "feature_fraction": model.column_share,
        "lambda_l2": model.l2,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
    }


def open_booster(text):
    """A Booster from the text of a model."""
    return lightgbm.Booster(model_str=text)


def _bind(rows, columns, categories, parameters, reference=None):
    return lightgbm.Dataset(
        rows.X,
        label=rows.y,
        weight=rows.weight,
        init_score=rows.start,
        reference=reference,
        feature_name=columns,
        categorical_feature=categories,
        params=parameters,
        free_raw_data=False,
    )
