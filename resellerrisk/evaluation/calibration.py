"""Whether a probability means what it says: bins with Wilson's intervals, Brier score and log loss.

An account that stands at several moments is one observation for the intervals, not several. Nothing is
calibrated here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.evaluation.figures import Figure, from_draws, make_figure
from resellerrisk.evaluation.judged import Judged, count_accounts
from resellerrisk.evaluation.resampling import add_by_cluster, draw_ratio, wilson

BINS = 10
#: Probabilities nearer to 0 or 1 than this count as this in the log loss.
SMALLEST = 1e-6


def cut_bins(probability: np.ndarray, amount: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Bins of rising probability that hold about the same amount each; equal probabilities share a bin.

    Parameters
    ----------
    probability : array of float, shape (n,)
        0-1.
    amount : array of float, shape (n,)
        0 or more: ones for bins of equal count, the probability itself for bins of equally many expected
        fakes.
    bins : int
        At most so many; fewer where equal probabilities fill several.

    Returns
    -------
    array of int, shape (n,)
        From 0, without gaps.

    Examples
    --------
    >>> cut_bins(np.array([0.1, 0.1, 0.1, 0.4, 0.9, 0.95]), np.ones(6), 3)
    array([0, 0, 0, 1, 2, 2])
    """
    values, level = np.unique(probability, return_inverse=True)
    if not len(values):
        return np.empty(0, int)
    mass = np.bincount(level, weights=amount)
    if not mass.sum():
        return np.zeros(len(probability), int)
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    raw = np.minimum((middle * bins).astype(int), bins - 1)
    return np.unique(raw, return_inverse=True)[1][level]


def tabulate_calibration(frame: pd.DataFrame, amount: np.ndarray) -> pd.DataFrame:
    """What was foretold and what was seen, bin by bin.

    Parameters
    ----------
    frame : DataFrame
        ``account_id``, ``probability``, ``fake``.
    amount : array, shape (n,)
        As in `cut_bins`.

    Returns
    -------
    DataFrame
        ``from_probability``, ``to_probability``, ``rows``, ``accounts``, ``fakes``, ``foretold`` (mean
        probability), ``seen`` (share of fakes) with ``seen_low`` and ``seen_high``, and ``within``: whether
        what was foretold lies in that interval.
    """
    bins = cut_bins(frame["probability"].to_numpy(), amount)
    table = []
    for _, rows in frame.groupby(bins, sort=True):
        foretold, seen, accounts = (
            rows["probability"].mean(),
            rows["fake"].mean(),
            count_accounts(rows),
        )
        low, high = wilson(seen, accounts)
        table.append(
            {
                "from_probability": rows["probability"].min(),
                "to_probability": rows["probability"].max(),
            }
            | {
                "rows": len(rows),
                "accounts": accounts,
                "fakes": count_accounts(rows[rows["fake"]]),
            }
            | {"foretold": foretold, "seen": seen, "seen_low": low, "seen_high": high}
            | {"within": bool(low <= foretold <= high)}
        )
    return pd.DataFrame(table)


def measure_calibration(
    judged: Judged, weights: np.ndarray
) -> tuple[dict[str, Figure], dict[str, pd.DataFrame]]:
    """Brier score, log loss, foretold against seen, and the two tables of bins.

    Parameters
    ----------
    judged : Judged
        Rows to judge.
    weights : array, shape (clusters, B)
        From `draw_weights`.

    Returns
    -------
    figures : dict
        ``brier``, ``log_loss`` (natural logarithm), both with their value for a constant probability beside
        them (``brier_of_base_rate``, ``log_loss_of_base_rate``), ``foretold_over_seen`` (expected over seen
        fakes; 1 is right) and ``bins_within`` (share of the equal-count bins that hold what was foretold).
    tables : dict of DataFrame
        ``equal_count`` and ``equal_expected``.
    """
    frame = judged.frame
    probability, fake = (
        frame["probability"].to_numpy(),
        frame["fake"].to_numpy().astype(float),
    )
    tables = {
        "equal_count": tabulate_calibration(frame, np.ones(len(frame))),
        "equal_expected": tabulate_calibration(frame, probability),
    }
    per_row = {
        "brier": (probability - fake) ** 2,
        "log_loss": _log_loss(probability, fake),
        "foretold_over_seen": probability,
    }
    rows = _sum(np.ones(len(frame)), judged)
    seen = _sum(fake, judged)
    bottom = {"brier": rows, "log_loss": rows, "foretold_over_seen": seen}
    figures = {
        name: from_draws(draw_ratio(_sum(values, judged), bottom[name], weights), frame)
        for name, values in per_row.items()
    }
    base = np.full(len(frame), fake.mean() if len(frame) else np.nan)
    constant = {
        "brier_of_base_rate": (base - fake) ** 2,
        "log_loss_of_base_rate": _log_loss(base, fake),
    }
    for name, values in constant.items():
        figures[name] = make_figure(_mean(values), None, frame, "for comparison")
    equal = tables["equal_count"]
    within = float(equal["within"].mean()) if len(equal) else np.nan
    figures["bins_within"] = make_figure(within, None, frame, f"{len(equal)} bins of equal count")
    return figures, tables


def _sum(values: np.ndarray, judged: Judged) -> np.ndarray:
    return add_by_cluster(values, judged.frame["cluster"].to_numpy(), judged.clusters)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _log_loss(probability: np.ndarray, fake: np.ndarray) -> np.ndarray:
    kept = np.clip(probability, SMALLEST, 1 - SMALLEST)
    loss: np.ndarray = -np.where(fake > 0, np.log(kept), np.log1p(-kept))
    return loss
