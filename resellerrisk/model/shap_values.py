"""SHAP values in shap's own terms, and shap's own plots of them on axes that are handed in.

The values are those of `RiskModel.contributions`; nothing is explained anew here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.errors import MatrixError


def to_explanation(contributions: pd.DataFrame, values: pd.DataFrame):
    """A `shap.Explanation` of rows that were explained already.

    Parameters
    ----------
    contributions : DataFrame of shape (n, k + 1)
        One column per column of ``values`` and ``base_value`` (log-odds); other columns, such as keys, are left out.
    values : DataFrame of shape (n, k or more)
        What the model saw, row by row the same subjects.

    Returns
    -------
    shap.Explanation
        For shap's own plots: ``shap.plots.beeswarm(explanation)``, ``waterfall(explanation[0])``,
        ``scatter(explanation[:, "leads_days_365d"])``.

    Raises
    ------
    MatrixError
        Rows or columns that do not match.

    Examples
    --------
    >>> parts = pd.DataFrame({"account_id": ["A1"], "lead_days": [0.5], "base_value": [-3.0]})
    >>> told = to_explanation(parts, pd.DataFrame({"account_id": ["A1"], "lead_days": [21.0]}))
    >>> told.feature_names, told.values.tolist(), told.base_values.tolist(), told.data.tolist()
    (['lead_days'], [[0.5]], [-3.0], [[21.0]])
    """
    import shap

    names = [name for name in contributions if name != "base_value" and is_number(contributions[name])]
    absent = [name for name in names if name not in values]
    if absent or len(values) != len(contributions) or "base_value" not in contributions:
        raise MatrixError(
            f"{len(contributions)} rows of contributions do not match {len(values)} rows of signals"
            + (f": no column {', '.join(absent[:5])}." if absent else "."),
            hint="pass both from the same scores",
        )
    return shap.Explanation(
        values=contributions[names].to_numpy(float),
        base_values=contributions["base_value"].to_numpy(float),
        data=values[names].to_numpy(float),
        feature_names=names,
    )


def is_number(column: pd.Series) -> bool:
    """Whether a column holds contributions: floats, not keys."""
    return pd.api.types.is_float_dtype(column)


def strongest(explanation, count: int) -> list[str]:
    """Names of the columns with the largest mean absolute contribution, strongest first."""
    size = np.abs(explanation.values).mean(axis=0)
    return [
        explanation.feature_names[place]
        for place in np.argsort(-size, kind="stable")[:count]
        if size[place] > 0
    ]


def draw_beeswarm(explanation, axes, count: int = 20) -> None:
    """shap's beeswarm of the strongest columns."""
    import shap

    shap.plots.beeswarm(explanation, max_display=count, ax=axes, plot_size=None, show=False)


def draw_dependence(explanation, name: str, axes) -> None:
    """shap's scatter of one column: what each value adds to the score."""
    import shap

    shap.plots.scatter(explanation[:, name], ax=axes, show=False)
