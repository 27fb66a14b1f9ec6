"""Orders: how many of the fakes' discs are held back until their street date, at what delay for honest shops.

Only lines before their street date count: the others leave as ever. A fake's discs count as long as it was
not found out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.evaluation.figures import Figure, as_row, from_draws
from resellerrisk.evaluation.judged import RANKINGS, Judged
from resellerrisk.evaluation.ranking import Weighed, rank
from resellerrisk.evaluation.resampling import find_interval

#: Shares of the honest lines before street date that are delayed, in the figures.
DELAYED = {
    "0.5_percent": 0.005,
    "1_percent": 0.01,
    "2_percent": 0.02,
    "5_percent": 0.05,
}
#: Shares at which the curve is drawn.
GRID = np.concatenate([[0.0], np.geomspace(0.0005, 0.2, 40)])


def measure_held_back(
    judged: Judged, weights: np.ndarray
) -> tuple[dict[str, Figure], pd.DataFrame, dict[str, pd.DataFrame]]:
    """Share of the fakes' discs before street date that is held back, by the share of honest lines delayed.

    Orders are held in falling score, with all their lines before street date, until the honest lines among
    them reach the share.

    Parameters
    ----------
    judged : Judged
        Orders; ``early_lines`` and ``early_units`` are lines and units before their street date.
    weights : array, shape (clusters, B)
        From `draw_weights`.

    Returns
    -------
    figures : dict
        ``[ranking/]held_back_at_1_percent`` and so on.
    table : DataFrame
        One row per ranking.
    curves : dict of DataFrame
        For each ranking ``delayed``, ``held_back``, ``low``, ``high`` along `GRID`; empty where nothing can
        be measured.
    """
    rows = judged.frame[judged.frame["early_lines"] > 0]
    units = float(rows["early_units"][rows["fake"]].sum())
    lines = float(rows["early_lines"][~rows["fake"]].sum())
    figures: dict[str, Figure] = {}
    table, curves = [], {}
    for ranking in judged.rankings:
        weighed = _weigh(rows, ranking, judged.clusters, weights)
        told = {
            f"held_back_at_{name}": from_draws(_hold(weighed, share), rows, _why_not(rows, lines, units))
            for name, share in DELAYED.items()
        }
        prefix = "" if ranking == "probability" else f"{ranking}/"
        figures |= {prefix + name: figure for name, figure in told.items()}
        counts: dict[str, Any] = {
            "ranking": RANKINGS[ranking],
            "orders": len(rows),
            "honest_early_lines": lines,
            "fake_early_units": units,
        }
        table.append(counts | as_row(told))
        if lines and units:
            curves[ranking] = _draw_curve(weighed)
    return figures, pd.DataFrame(table), curves


def draw_held_back(
    judged: Judged, score: np.ndarray, weights: np.ndarray, share: float = DELAYED["1_percent"]
) -> np.ndarray:
    """Share of the fakes' discs held back by any ranking of the judged orders: the sample first, then each draw; shape (B,)."""
    rows = judged.frame.assign(score=score)
    return _hold(_weigh(rows[rows["early_lines"] > 0], "score", judged.clusters, weights), share)


def _weigh(rows: pd.DataFrame, ranking: str, clusters: int, weights: np.ndarray) -> Weighed:
    fake = rows["fake"].to_numpy()
    gain, price = (
        rows["early_units"].to_numpy() * fake,
        rows["early_lines"].to_numpy() * ~fake,
    )
    return rank(rows[ranking].to_numpy(), gain, price, rows["cluster"].to_numpy(), clusters).weigh(weights)


def _hold(weighed: Weighed, share: float) -> np.ndarray:
    return np.where(weighed.price > 0, weighed.gain_at(share * weighed.price), np.nan)


def _why_not(rows: pd.DataFrame, lines: float, units: float) -> str:
    if not len(rows):
        return "not measurable: no order with a line before street date"
    if not units:
        return "not measurable: no fake's discs before street date"
    return "" if lines else "not measurable: no honest line before street date"


def _draw_curve(weighed: Weighed) -> pd.DataFrame:
    points = []
    for share in GRID:
        held = _hold(weighed, share)
        low, high = find_interval(held[1:]) or (np.nan, np.nan)
        points.append({"delayed": share, "held_back": held[0], "low": low, "high": high})
    return pd.DataFrame(points)
