"""The model: a scikit-learn classifier around one LightGBM Booster whose raw margin is the calibrated
log-odds.

It takes a matrix and labels; what it gives once it is fitted stands in `fitted`. Signals, bands and reasons
are other rooms' matters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from resellerrisk.model.explaining import Trees
from resellerrisk.model.fitted import FittedModel
from resellerrisk.model.parameters import check_parameters
from resellerrisk.model.reading import read_any, read_training
from resellerrisk.model.splits import choose_split, count_groups
from resellerrisk.model.trees import merge_models


class RiskModel(FittedModel, ClassifierMixin, BaseEstimator):
    """Gradient-boosted small trees with declared directions, calibrated on later time than they were fitted
    on.

    Several boosters (`bags`) are grown and stopped early on rows that they have not seen, an additive model (`additive`) is fitted
    beside them, and a line on the unseen rows calibrates the mean of both; all are grown again on all rows and merged into one Booster. So its
    raw margin *is* the calibrated log-odds, its SHAP values add up to it, and every tool that takes a
    Booster sees the same model.

    Parameters
    ----------
    learning_rate : float, in (0, 1]
    num_leaves, max_depth : int
        Leaves and depth of a tree; small ones rank best here.
    max_trees : int
        Trees per booster at most.
    min_child_samples : int
        Rows in a leaf at least.
    column_share : float, in (0, 1]
        Share of the columns that one tree may use.
    l2 : float, from 0
        Penalty on leaf values.
    early_stopping_rounds : int
        Trees without a better log-loss after which growing stops.
    bags : int
        Boosters to average.
    monotone : dict of str to {-1, 0, 1}, optional
        Declared direction of risk by column; 1: higher is riskier.
    categories : dict of str to int, optional
        Columns that hold whole-number codes, with the number of codes. Any other value there counts as
        missing.
    validation_share : float, in (0, 1)
        Share of the positive groups that stop and calibrate.
    refit : bool
        Grow again on all rows, with the number of trees found. The calibration is kept.
    start_weight : float, from 0 to 1
        Share of a start's margin that boosting begins from; 0 begins from nothing.
    additive_share : float, from 0, below 1
        Share of the additive model in the mean of both; 0 leaves it out.
    additive_spread : float, above 0
        Standard deviation of the prior of its slopes, in log-odds for a standard deviation of a column.
    random_state : int
        Seed. Same data, same seed: same model text, for any `n_jobs`.
    n_jobs : int or None
        Threads, as in joblib: None is one, -1 all. Boosters grow side by side.

    Attributes
    ----------
    booster_ : lightgbm.Booster
        The one model; `booster_.predict(X)` is the calibrated probability of `classes_[1]`.
    classes_ : ndarray, shape (2,)
    columns_ : list of str
        Names by which the Booster knows the columns: the frame's, or x0, x1, ... for an array.
    calibration_ : Calibration
        The line that is already part of the Booster.
    early_booster_ : lightgbm.Booster or None
        What was grown on the fitting rows alone, uncalibrated: what later rows can judge. None without validation, and not saved.
    training_ : dict
        What the training met: rows, positives, split (later, random or none), trees per bag, columns of the additive model, and a note
        where something fell short.
    facts_ : dict
        What the caller had saved with the model; empty after `fit`.

    Notes
    -----
    No class weights: they gain nothing in ranking and spoil probabilities. Source: Dal Pozzolo et al. 2015,
    Calibrating probability with undersampling for unbalanced classification.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame(rng.normal(size=(400, 2)), columns=["lead_days", "order_count"])
    >>> model = RiskModel(monotone={"lead_days": 1}).fit(X, X["lead_days"] + rng.normal(size=400) > 1)
    >>> probability = model.predict_proba(X)[:, 1]
    >>> bool(probability[X["lead_days"].argmax()] > 0.6 > 0.1 > probability[X["lead_days"].argmin()])
    True
    >>> parts = model.contributions(X)
    >>> bool(np.allclose(parts.sum(axis=1), model.margin(X), rtol=0, atol=1e-9))
    True
    """

    def __init__(
        self,
        learning_rate=0.05,
        num_leaves=8,
        max_depth=4,
        max_trees=800,
        min_child_samples=20,
        column_share=0.2,
        l2=5.0,
        early_stopping_rounds=60,
        bags=2,
        monotone=None,
        categories=None,
        validation_share=0.25,
        refit=True,
        start_weight=0.5,
        additive_share=0.5,
        additive_spread=0.1,
        random_state=0,
        n_jobs=-1,
    ):
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.max_depth = max_depth
        self.max_trees = max_trees
        self.min_child_samples = min_child_samples
        self.column_share = column_share
        self.l2 = l2
        self.early_stopping_rounds = early_stopping_rounds
        self.bags = bags
        self.monotone = monotone
        self.categories = categories
        self.validation_share = validation_share
        self.refit = refit
        self.start_weight = start_weight
        self.additive_share = additive_share
        self.additive_spread = additive_spread
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X, y, sample_weight=None, times=None, groups=None, start=None):
        """Grow, stop, calibrate and merge.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers; missing is NaN, infinite is refused.
        y : array-like, shape (n,)
            Two classes; the greater is the positive one. Rows count by position, not by index.
        sample_weight : array-like of float, shape (n,), optional
            Weights from 0.
        times : array-like of datetime64, shape (n,), optional
            Moment of each row: validation is then later than fitting (`resellerrisk.model.later_split`).
        groups : array-like, shape (n,), optional
            Account of each row: a positive account never stands on both sides.
        start : RiskModel, optional
            A fitted model over the same columns, such as one of `without_labels`: the boosters begin from
            `start_weight` times its margin, and its trees become part of the model.

        Returns
        -------
        RiskModel
            Itself. With fewer than ten positive (or other) groups a fixed modest number of trees is grown
            and nothing is calibrated; `training_["note"]` says so.

        Raises
        ------
        MatrixError
            Columns that are not numbers, infinite values, or `y` without two classes.
        DeclarationError
            Parameters out of range; directions or categories that contradict the columns.
        """
        from resellerrisk.model.boosting import open_booster
        from resellerrisk.model.growing import grow

        check_parameters(self.get_params(deep=False))
        rows = read_training(self, X, y, sample_weight)
        split = choose_split(rows.y, times, groups, self.validation_share, self.random_state)
        beginning = None
        if start is not None and self.start_weight:
            beginning, margins = self._begin(start, X, rows)
            rows = rows._replace(start=margins)
        grown = grow(self, rows, split, beginning)
        self.calibration_, self.trees_ = grown.line, Trees.written(grown.text)
        self.early_booster_ = open_booster(grown.early) if grown.early else None
        self.facts_ = {}
        self.training_ = {
            "kind": "boosted",
            "rows": len(rows.y),
            "positives": int(rows.y.sum()),
            "positive_groups": count_groups(groups, rows.y == 1),
            "split": split.kind,
            "fitting_rows": int(split.fitting.sum()),
            "fitted_before": str(pd.DatetimeIndex(times)[split.validation].min())
            if split.kind == "later"
            else "",
            "validation_rows": int(split.validation.sum()),
            "validation_positives": int(rows.y[split.validation].sum()),
            "trees": grown.trees,
            "additive_columns": grown.additive,
            "note": split.note,
        }
        return self

    @classmethod
    def without_labels(cls, X, families, probabilities=(), prevalence=0.02, **parameters):
        """A model that needs no label: the monotone additive score of `resellerrisk.model.directions`.

        Parameters
        ----------
        X : DataFrame, shape (n, p)
            Rows that stand for what is usual.
        families, probabilities, prevalence
            As in `fit_directions`. The mean probability is an assumption: no outcome has checked it.
        **parameters
            Parameters of the estimator; `monotone` tells the directions.

        Returns
        -------
        RiskModel
            Fitted; `training_["kind"]` is "directions".
        """
        from resellerrisk.model.directions import fit_without_labels

        return fit_without_labels(cls(**parameters), X, families, probabilities, prevalence)

    @property
    def parameters(self):
        """The parameters of the constructor."""
        return self.get_params(deep=False)

    @classmethod
    def _unfitted(cls, parameters):
        return cls(**parameters)

    def _expect_fitted(self):
        check_is_fitted(self)

    def _read(self, X):
        return read_any(self, X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags

    def _begin(self, start, X, rows):
        """The text and the margins (n,) to start from: the start's margin at its weight, at the mean of the labels."""
        from resellerrisk.model.directions import shift_to

        margins = self.start_weight * start.margin(X)
        shift = shift_to(margins, np.average(rows.y, weights=rows.weight), rows.weight)
        text = merge_models([start.trees_.text], [self.start_weight], 1.0, shift)
        return text, margins + shift
