"""What the model must beat: a logistic regression, and a rule of one line.

Both rank rows by `predict_proba(X)[:, 1]`, so that one evaluation measures all three. Neither is calibrated
by time, explained or saved.
"""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer
from sklearn.utils.validation import check_is_fitted

from resellerrisk.errors import MatrixError
from resellerrisk.model.columns import check_numbers


class LogisticBaseline(ClassifierMixin, BaseEstimator):
    """Logistic regression on ranks: median imputation with indicators, normal scores, a modest penalty.

    Parameters
    ----------
    categories : dict of str to int, optional
        Columns that hold codes; each code becomes a column of its own.
    inverse_penalty : float, above 0
        scikit-learn's C.

    Attributes
    ----------
    pipeline_ : sklearn.pipeline.Pipeline
    classes_ : ndarray, shape (2,)

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"lead_days": [1.0, 2.0, None, 30.0, 40.0, 50.0]})
    >>> ranking = LogisticBaseline().fit(X, [0, 0, 0, 1, 1, 1]).predict_proba(X)[:, 1]
    >>> bool(ranking[5] > ranking[0])
    True
    """

    def __init__(self, categories=None, inverse_penalty=0.05):
        self.categories = categories
        self.inverse_penalty = inverse_penalty

    def fit(self, X, y, sample_weight=None):
        """Fit on a frame of numbers (n, p) and two classes (n,)."""
        check_numbers(X)
        codes = [name for name in X.columns if name in (self.categories or {})]
        numbers = [name for name in X.columns if name not in codes]
        scores = QuantileTransformer(
            n_quantiles=min(200, len(X)), output_distribution="normal", subsample=20_000, random_state=0
        )
        filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        columns = ColumnTransformer(
            [
                ("numbers", make_pipeline(filled, scores), numbers),
                ("codes", OneHotEncoder(handle_unknown="ignore"), codes),
            ],
            sparse_threshold=0,
        )
        model = LogisticRegression(C=self.inverse_penalty, max_iter=500)
        self.pipeline_ = make_pipeline(columns, model)
        self.pipeline_.fit(X, y, logisticregression__sample_weight=sample_weight)
        self.classes_ = self.pipeline_.classes_
        return self

    def predict_proba(self, X):
        """Probabilities of both classes, shape (n, 2); empty for an empty frame."""
        check_is_fitted(self)
        check_numbers(X)
        return self.pipeline_.predict_proba(X) if len(X) else np.empty((0, 2))

    def predict(self, X):
        """The likelier class, shape (n,)."""
        return self.classes_[(self.predict_proba(X)[:, 1] > 0.5).astype(int)]


class RuleBaseline(ClassifierMixin, BaseEstimator):
    """One column, ranked: what a careful clerk would do with a sorted list.

    Parameters
    ----------
    column : str
        The column that ranks.
    direction : {1, -1}
        1: higher is riskier.

    Attributes
    ----------
    seen_ : ndarray of float
        The column's values in training, in order of risk.
    classes_ : ndarray, shape (2,)

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"before_street_date_share_365d": [0.0, 0.5, 1.0, None]})
    >>> RuleBaseline("before_street_date_share_365d").fit(X, [0, 0, 1, 0]).predict_proba(X)[:, 1]
    array([0.33333333, 0.66666667, 1.        , 0.        ])
    """

    def __init__(self, column, direction=1):
        self.column = column
        self.direction = direction

    def fit(self, X, y, sample_weight=None):
        """Remember the column's values; the labels give the classes only, weights change nothing."""
        self.classes_ = np.unique(y)
        risk = self._read_risk(X)
        self.seen_ = np.sort(risk[~np.isnan(risk)])
        return self

    def predict_proba(self, X):
        """The share of training rows that are no riskier, as the second of two columns; 0 where the value is
        missing.

        A ranking, not a probability.
        """
        check_is_fitted(self)
        risk = self._read_risk(X)
        share = np.searchsorted(self.seen_, risk, side="right") / max(1, len(self.seen_))
        share = np.where(np.isnan(risk), 0.0, share)
        return np.column_stack([1 - share, share])

    def predict(self, X):
        """The greater class for the riskier half of what was seen in training, shape (n,)."""
        return self.classes_[(self.predict_proba(X)[:, 1] > 0.5).astype(int)]

    def _read_risk(self, X):
        if self.column not in X.columns:
            raise MatrixError(
                f"The rule ranks by {self.column!r}, which the matrix lacks.",
                hint="Name a column of the matrix.",
            )
        check_numbers(X[[self.column]])
        return X[self.column].to_numpy(dtype=float, na_value=np.nan) * self.direction
