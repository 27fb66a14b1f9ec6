"""A caller's matrix and labels, read for the estimator: other columns, other types and other classes are refused in words.

Nothing is fitted here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.errors import MatrixError
from resellerrisk.model.columns import (
    check_declarations,
    check_names,
    check_numbers,
    compare_columns,
    drop_unknown_codes,
)


def read_training(model, X, y, sample_weight):
    """Rows to fit a model on; the model learns its columns and classes. As `RiskModel.fit` says."""
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import _check_sample_weight, validate_data

    from resellerrisk.model.boosting import Rows

    if isinstance(X, pd.DataFrame):
        check_numbers(X)
    X, y = validate_data(
        model, X, y, dtype=np.float64, order="C", ensure_all_finite="allow-nan", ensure_min_samples=2
    )
    model.columns_ = [str(name) for name in getattr(model, "feature_names_in_", [])] or [
        f"x{j}" for j in range(X.shape[1])
    ]
    check_names(model.columns_)
    check_declarations(model.columns_, model.monotone or {}, model.categories or {})
    check_classification_targets(y)
    model.classes_, y = np.unique(y, return_inverse=True)
    if len(model.classes_) == 1:
        raise MatrixError(
            "y holds one class only.", hint="Train on rows of which some are positive and some are not."
        )
    if len(model.classes_) > 2:
        kind = type_of_target(y)
        raise MatrixError(f"Only binary classification is supported. The type of the target is {kind}.")
    weight = None
    if sample_weight is not None:
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
    return Rows(drop_unknown_codes(X, model.columns_, model.categories or {}), y.astype(float), weight)


def read_matrix(model, X):
    """A matrix (n, p) for a fitted model, as floats; codes unknown to it are missing. As `RiskModel.margin` says."""
    if isinstance(X, pd.DataFrame):
        if hasattr(model, "feature_names_in_") and (difference := compare_columns(X.columns, model.columns_)):
            raise MatrixError(difference, hint="Pass matrix[model.columns_].")
        check_numbers(X)
        X = X.to_numpy(dtype=np.float64, na_value=np.nan)
    try:
        X = np.ascontiguousarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise MatrixError(f"A model takes numbers only: {error}.") from error
    if X.ndim != 2 or X.shape[1] != len(model.columns_) or np.isinf(X).any():
        raise _unlike("A matrix", X, model)
    return drop_unknown_codes(X, model.columns_, model.categories or {})


def read_any(model, X):
    """What scikit-learn's tools may pass to a `RiskModel`, as `read_matrix` reads it; refused in scikit-learn's own words."""
    from sklearn.utils.validation import check_is_fitted, validate_data

    check_is_fitted(model)
    if not (isinstance(X, pd.DataFrame) and hasattr(model, "feature_names_in_")):
        X = validate_data(
            model, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=0
        )
    return read_matrix(model, X)


def read_row(model, values):
    """One row of numbers in the order of ``columns_``, without a frame's checks: names are the caller's business.

    Parameters
    ----------
    model : RiskModel
        Fitted.
    values : ndarray of float64, shape (1, p)
        Missing is NaN.

    Raises
    ------
    MatrixError
        Another number of columns, or an infinite value.
    """
    if values.shape != (1, len(model.columns_)) or np.isinf(values).any():
        raise _unlike("A row", values, model)
    return drop_unknown_codes(values, model.columns_, model.categories or {})


def _unlike(what, values, model):
    return MatrixError(
        f"{what} has the shape {values.shape}, or an infinite value.",
        f"The model has {len(model.columns_)} columns.",
    )
