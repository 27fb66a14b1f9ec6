"""What explains a model's trees: our own TreeSHAP, and LightGBM's where a model has what ours cannot hold. The choice is told.

Both give the same values to 1e-9; ours takes a tenth of the time or less (docs/performance.md).
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from resellerrisk.model.additivity import check_additivity
from resellerrisk.model.forest import Forest, UnlikeForest, read_forest


class Trees:
    """The trees of one model: LightGBM's text, and what reads it, opened when first asked for.

    Parameters
    ----------
    text : str
        As `Booster.model_to_string()` gives it.

    Examples
    --------
    >>> from resellerrisk.model.trees import Curve, write_additive_model
    >>> step = Curve(np.array([0.5]), np.array([-1.0, 2.0]), np.array([30, 10]), 0)
    >>> trees = Trees(write_additive_model(["lead_days"], {"lead_days": step}, 0.0, 40))
    >>> margins(trees, np.array([[0.2], [0.7]]))
    array([-1.,  2.])
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def written(cls, text: str) -> Trees:
        """The trees of a text of our own making, as LightGBM itself writes them."""
        return cls(Trees(text).booster.model_to_string())

    @cached_property
    def booster(self):
        """The `lightgbm.Booster`."""
        from resellerrisk.model.boosting import open_booster

        return open_booster(self.text)

    @cached_property
    def forest(self) -> Forest | str:
        """The trees as arrays; where they cannot be held, the reason."""
        try:
            return read_forest(self.text)
        except UnlikeForest as reason:
            return str(reason)

    def __reduce__(self):
        return Trees, (self.text,)


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


def explain(trees: Trees, X, threads=1) -> Explained:
    """Explain rows by a model's trees, in one pass over them.

    Parameters
    ----------
    trees : Trees
    X : ndarray of float64, shape (n, p)
    threads : int

    Raises
    ------
    ModelError
        Values that do not add up.
    """
    if isinstance(trees.forest, str):
        by, margin, parts = f"LightGBM: {trees.forest}", *_ask_lightgbm(trees.booster, X, threads)
    else:
        from resellerrisk.model.treeshap import explain_rows

        by, (margin, parts) = "quadrature", explain_rows(trees.forest, X, threads)
    check_additivity(parts, margin)
    return Explained(margin, parts, by)


def margins(trees: Trees, X, threads=1) -> np.ndarray:
    """The margins alone, shape (n,): the bits of `explain`, at a tenth of its time."""
    if isinstance(trees.forest, str):
        return trees.booster.predict(X, raw_score=True, num_threads=threads) if len(X) else np.empty(0)
    from resellerrisk.model.treeshap import find_margins

    return find_margins(trees.forest, X, threads)


def _ask_lightgbm(booster, X, threads):
    """LightGBM's own margins and contributions. It refuses a matrix without rows."""
    if not len(X):
        return np.empty(0), np.empty((0, booster.num_feature() + 1))
    margin = booster.predict(X, raw_score=True, num_threads=threads)
    return margin, booster.predict(X, pred_contrib=True, num_threads=threads)
