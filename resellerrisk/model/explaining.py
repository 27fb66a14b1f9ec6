"""What explains a Booster: our own TreeSHAP, and LightGBM's where a model has what ours cannot hold. The choice is told.

Both give the same values to 1e-9; ours takes a tenth of the time or less (docs/performance.md).
"""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from scipy.special import expit

from resellerrisk.model.additivity import check_additivity
from resellerrisk.model.forest import Forest, UnlikeForest, read_forest

#: Each Booster's trees, or why they are not held; kept as long as the Booster is.
_FORESTS: WeakKeyDictionary[object, Forest | str] = WeakKeyDictionary()


class Explained(NamedTuple):
    """Margins with what adds up to them.

    Attributes
    ----------
    margin : ndarray, shape (n,)
        Log-odds.
    parts : ndarray, shape (n, p + 1)
        SHAP values in log-odds, base value last; a row adds up to its margin within 1e-9.
    by : str
        ``"quadrature"``, or ``"LightGBM: "`` and why.
    """

    margin: np.ndarray
    parts: np.ndarray
    by: str

    @property
    def probability(self) -> np.ndarray:
        """Calibrated probability, shape (n,)."""
        return expit(self.margin)

    def to_frame(self, columns, index=None) -> pd.DataFrame:
        """The parts by column, ``base_value`` last; ``attrs["explained_by"]`` says what computed them."""
        frame = pd.DataFrame(self.parts, columns=[*columns, "base_value"], index=index)
        frame.attrs["explained_by"] = self.by
        return frame


def explain(booster, X, threads=1) -> Explained:
    """Explain rows by a Booster's trees, in one pass over them.

    Parameters
    ----------
    booster : lightgbm.Booster
    X : ndarray of float64, shape (n, p)
    threads : int

    Raises
    ------
    ModelError
        Values that do not add up.
    """
    from resellerrisk.model.treeshap import explain_rows

    forest = find_forest(booster)
    if isinstance(forest, str):
        by = f"LightGBM: {forest}"
        margin, parts = _ask_lightgbm(booster, X, threads)
    else:
        by = "quadrature"
        margin, parts = explain_rows(forest, X, threads)
    check_additivity(parts, margin)
    return Explained(margin, parts, by)


def find_forest(booster) -> Forest | str:
    """The trees of a Booster as arrays; where they cannot be held, the reason."""
    if booster not in _FORESTS:
        try:
            _FORESTS[booster] = read_forest(booster.model_to_string(num_iteration=-1))
        except UnlikeForest as reason:
            _FORESTS[booster] = str(reason)
    return _FORESTS[booster]


def _ask_lightgbm(booster, X, threads):
    """LightGBM's own margins and contributions. It refuses a matrix without rows."""
    if not len(X):
        return np.empty(0), np.empty((0, booster.num_feature() + 1))
    margin = booster.predict(X, raw_score=True, num_threads=threads)
    return margin, booster.predict(X, pred_contrib=True, num_threads=threads)
