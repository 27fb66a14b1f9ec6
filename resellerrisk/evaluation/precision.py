"""The precision-recall curve: precision where a ranking reaches each recall, mean over moments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.evaluation.judged import Judged
from resellerrisk.evaluation.ranking import rank

#: Recalls at which the curve is drawn.
GRID = np.linspace(0.01, 1.0, 100)


def draw_precision(judged: Judged) -> pd.DataFrame:
    """Precision of every ranking along recall.

    Parameters
    ----------
    judged : Judged
        Rows to judge.

    Returns
    -------
    DataFrame
        ``ranking``, ``recall``, ``precision``; empty where no moment holds both fakes and honest rows.
    """
    parts = []
    for ranking in judged.rankings:
        traced = (
            _trace(rows, ranking, judged.clusters) for _, rows in judged.frame.groupby("moment", sort=True)
        )
        curves = [curve for curve in traced if curve is not None]
        if curves:
            precision = np.mean(curves, axis=0)
            parts.append(pd.DataFrame({"ranking": ranking, "recall": GRID, "precision": precision}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _trace(rows: pd.DataFrame, ranking: str, clusters: int) -> np.ndarray | None:
    fake = rows["fake"].to_numpy()
    if fake.all() or not fake.any():
        return None
    seen = rank(rows[ranking].to_numpy(), fake, ~fake, rows["cluster"].to_numpy(), clusters).as_seen()
    gained = seen.gain[:, 0].cumsum()
    precision: np.ndarray = gained / (gained + seen.before[:, 0] + seen.within[:, 0])
    reached = np.searchsorted(gained, GRID * gained[-1] - 1e-9)
    at_grid: np.ndarray = precision[reached]
    return at_grid
