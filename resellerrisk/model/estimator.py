"""The model: a scikit-learn classifier around one LightGBM Booster whose raw margin is the calibrated
log-odds.

It takes a matrix and labels and gives margins, probabilities and contributions. Signals, bands and reasons
are other rooms' matters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from joblib import effective_n_jobs
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from resellerrisk.errors import MatrixError
from resellerrisk.model.calibration import Calibration, fit_calibration
from resellerrisk.model.columns import (
    check_declarations,
    check_names,
    check_numbers,
    compare_columns,
    drop_unknown_codes,
)
from resellerrisk.model.explaining import explain
from resellerrisk.model.parameters import check_parameters
from resellerrisk.model.splits import choose_split, count_groups
from resellerrisk.model.store import read_model, write_model
from resellerrisk.model.trees import merge_models

#: Fewer rows than this are scored on one thread: starting threads takes longer than the trees.
_FEW_ROWS = 1000
#: Without validation the trees add up to this many full steps.
_STEPS_UNSEEN = 3.0


class RiskModel(ClassifierMixin, BaseEstimator):
    """Gradient-boosted small trees with declared directions, calibrated on later time than they were fitted
    on.

    Several boosters (`bags`) are grown, stopped early and calibrated by a line on rows that they have not
    seen; they are grown again on all rows, and their mean and the line are merged into one Booster. So its
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
        What the training met: rows, positives, split (later, random or none), trees per bag, and a note
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

        check_parameters(self.get_params(deep=False))
        rows = self._read_training(X, y, sample_weight)
        split = choose_split(rows.y, times, groups, self.validation_share, self.random_state)
        beginning = None
        if start is not None and self.start_weight:
            beginning, margins = self._begin(start, X, rows)
            rows = rows._replace(start=margins)
        early, texts, self.calibration_, trees = self._grow(rows, split)
        self.booster_ = open_booster(merge_models(texts, *self.calibration_, start=beginning))
        self.early_booster_ = open_booster(merge_models(early, start=beginning)) if early else None
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
            "trees": trees,
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
        from resellerrisk.model.boosting import open_booster
        from resellerrisk.model.directions import fit_directions

        model = cls(**parameters)
        check_parameters(model.get_params(deep=False))
        values = validate_data(model, X, dtype=np.float64, ensure_all_finite="allow-nan")
        model.columns_ = [str(name) for name in X.columns]
        check_names(model.columns_)
        check_declarations(model.columns_, model.monotone or {}, model.categories or {})
        found = fit_directions(
            pd.DataFrame(values, columns=model.columns_),
            model.monotone or {},
            families,
            probabilities,
            prevalence,
        )
        model.booster_ = open_booster(found.text)
        model.classes_ = np.array([0.0, 1.0])
        model.calibration_, model.facts_ = Calibration(), {}
        model.training_ = {
            "kind": "directions",
            "rows": len(X),
            "columns_used": len(found.used),
            "assumed_prevalence": float(prevalence),
            "note": "No outcome was learnt from: the probability rests on an assumed share of fakes.",
        }
        return model

    def margin(self, X):
        """Calibrated log-odds of the positive class.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Columns by the names and in the order of the training. An array's columns cannot be compared by
            name.

        Returns
        -------
        ndarray of float, shape (n,)
            Empty for an empty matrix. A row's value does not depend on the other rows.

        Raises
        ------
        MatrixError
            Other columns, or values that are no numbers.
        """
        return self._ask(self._read_matrix(X), raw_score=True)

    def predict_proba(self, X):
        """Calibrated probabilities of both classes, shape (n, 2); the second column is the positive class."""
        margin = self.margin(X)
        return np.column_stack([expit(-margin), expit(margin)])

    def predict(self, X):
        """The likelier class, shape (n,). Decisions are made from costs instead (room `decisions`)."""
        positive = self.margin(X) > 0
        return self.classes_[positive.astype(int)]

    def contributions(self, X):
        """SHAP values in log-odds: what each column adds to the margin, and the base value.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)

        Returns
        -------
        DataFrame, shape (n, p + 1)
            One column per column of the matrix, then base_value; index as `X`. Rows add up to `margin(X)`
            within 1e-9. `attrs["explained_by"]` says what computed them.

        Raises
        ------
        MatrixError
            As for `margin`.
        ModelError
            Values that do not add up.
        """
        index = X.index if isinstance(X, pd.DataFrame) else None
        return self.explained(X).to_frame(self.columns_, index)

    def explained(self, X):
        """Margins and contributions as arrays, in one pass (`resellerrisk.model.explaining.Explained`)."""
        values = self._read_matrix(X)
        return explain(self.booster_, values, self._threads(values))

    def explainer(self):
        """A `shap.TreeExplainer` of the Booster, for shap's own plots; its values are `contributions`."""
        import shap

        check_is_fitted(self)
        return shap.TreeExplainer(self.booster_)

    def explanation(self, X):
        """`contributions` of a frame as a `shap.Explanation`, for shap's own plots."""
        from resellerrisk.model.shap_values import to_explanation

        return to_explanation(self.contributions(X), X)

    def save(self, folder, facts=None):
        """Write the model to a folder: model.txt and model.json, all or nothing, no pickle.

        Parameters
        ----------
        folder : path
            A new folder, or one that holds a model, which is replaced.
        facts : dict, optional
            What JSON can hold; comes back as `facts_`. None keeps the present ones.

        Raises
        ------
        ModelError
            The folder holds other files, or facts are not for JSON.
        """
        check_is_fitted(self)
        manifest = {
            "columns": self.columns_,
            "named": hasattr(self, "feature_names_in_"),
            "classes": self.classes_.tolist(),
            "parameters": self.get_params(deep=False),
            "calibration": self.calibration_._asdict(),
            "training": self.training_,
            "facts": self.facts_ if facts is None else facts,
        }
        write_model(folder, self.booster_.model_to_string(), manifest)

    @classmethod
    def load(cls, folder):
        """Read a model that `save` wrote; it gives the same bits.

        Raises
        ------
        ModelError
            No model there, or one with a byte changed.
        """
        from resellerrisk.model.boosting import open_booster

        text, manifest = read_model(folder)
        model = cls(**manifest["parameters"])
        model.booster_ = open_booster(text)
        model.columns_ = manifest["columns"]
        model.n_features_in_ = len(model.columns_)
        if manifest["named"]:
            model.feature_names_in_ = np.asarray(model.columns_, dtype=object)
        model.classes_ = np.asarray(manifest["classes"])
        model.calibration_ = Calibration(**manifest["calibration"])
        model.training_, model.facts_ = manifest["training"], manifest["facts"]
        return model

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags

    def _read_training(self, X, y, sample_weight):
        from resellerrisk.model.boosting import Rows

        if isinstance(X, pd.DataFrame):
            check_numbers(X)
        X, y = validate_data(
            self, X, y, dtype=np.float64, order="C", ensure_all_finite="allow-nan", ensure_min_samples=2
        )
        self.columns_ = [str(name) for name in getattr(self, "feature_names_in_", [])] or [
            f"x{j}" for j in range(X.shape[1])
        ]
        check_names(self.columns_)
        check_declarations(self.columns_, self.monotone or {}, self.categories or {})
        check_classification_targets(y)
        self.classes_, y = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            raise MatrixError(
                "y holds one class only.", hint="Train on rows of which some are positive and some are not."
            )
        if len(self.classes_) > 2:
            kind = type_of_target(y)
            raise MatrixError(f"Only binary classification is supported. The type of the target is {kind}.")
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        return Rows(drop_unknown_codes(X, self.columns_, self.categories or {}), y.astype(float), weight)

    def _grow(self, rows, split):
        """Model texts as grown on the fitting rows alone (none without validation) and as grown in the end, the line that calibrates
        their mean, and the number of trees of each."""
        from resellerrisk.model.boosting import describe_growth, grow_boosters

        categories = sorted(self.categories or {}, key=self.columns_.index)
        shared = (self.columns_, categories, describe_growth(self, self.columns_))
        last = (self.random_state, effective_n_jobs(self.n_jobs))
        early = []
        if split.kind == "none":
            modest = min(self.max_trees, int(np.ceil(_STEPS_UNSEEN / self.learning_rate)))
            boosters, line = grow_boosters(rows, *shared, [modest] * self.bags, *last), Calibration()
        else:
            most, seen, unseen = (
                [self.max_trees] * self.bags,
                rows.take(split.fitting),
                rows.take(split.validation),
            )
            boosters = grow_boosters(seen, *shared, most, *last, unseen, self.early_stopping_rounds)
            margins = np.mean([booster.predict(unseen.X, raw_score=True) for booster in boosters], axis=0)
            if unseen.start is not None:
                margins += unseen.start
            early = [booster.model_to_string() for booster in boosters]
            line = fit_calibration(margins, unseen.y, unseen.weight)
            if self.refit:
                boosters = grow_boosters(rows, *shared, [booster.num_trees() for booster in boosters], *last)
        return early, [b.model_to_string() for b in boosters], line, [b.num_trees() for b in boosters]

    def _begin(self, start, X, rows):
        """The text and the margins (n,) to start from: the start's margin at its weight, at the mean of the labels."""
        from resellerrisk.model.directions import shift_to

        margins = self.start_weight * start.margin(X)
        shift = shift_to(margins, np.average(rows.y, weights=rows.weight), rows.weight)
        return merge_models([start.booster_.model_to_string()], self.start_weight, shift), margins + shift

    def _read_matrix(self, X):
        check_is_fitted(self)
        if isinstance(X, pd.DataFrame):
            if hasattr(self, "feature_names_in_") and (
                difference := compare_columns(X.columns, self.columns_)
            ):
                raise MatrixError(difference, hint="Pass matrix[model.columns_].")
            check_numbers(X)
        X = validate_data(
            self,
            X,
            reset=False,
            dtype=np.float64,
            order="C",
            ensure_all_finite="allow-nan",
            ensure_min_samples=0,
        )
        return drop_unknown_codes(X, self.columns_, self.categories or {})

    def _ask(self, values, **what):
        if not len(values):
            return np.empty(0)
        return self.booster_.predict(values, num_threads=self._threads(values), **what)

    def _threads(self, values):
        return 1 if len(values) < _FEW_ROWS else effective_n_jobs(self.n_jobs)
