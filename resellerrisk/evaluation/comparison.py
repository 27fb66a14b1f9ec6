"""Two models on the very same rows: the figures of both, and their difference in the same draws.

Drawing both together takes out what they share, so that a small difference can be told from luck. Whether a difference is
too large is not decided here (`tracking.gate`).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.evaluation.judged import Judged, count_accounts, take_judged
from resellerrisk.evaluation.ranking import rank
from resellerrisk.evaluation.resampling import (
    RESAMPLES,
    add_by_cluster,
    draw_ratio,
    draw_weights,
    find_interval,
)

#: All rows together, in the table's column `group`.
EVERYONE = "everyone"
#: Honest shops that look most like fakes, by their column.
KINDS = {"small": "small shops", "young": "young shops"}
_SMALLEST = 1e-15
_COLUMNS = ("champion_probability", "champion_held", "challenger_held")


@dataclass(frozen=True, eq=False)
class Comparison:
    """A challenger beside a champion.

    Attributes
    ----------
    table : DataFrame
        One row per group and measure: ``champion``, ``challenger``, ``difference`` (challenger less champion) with the
        middle 95 % of its draws in ``low`` and ``high``, and ``rows``, ``accounts``, ``fakes`` of the group.
    draws : dict of (group, measure) to array of shape (resamples,)
        The difference in each draw; missing where a draw held nothing to measure.
    judged : Judged
        The rows.
    """

    table: pd.DataFrame
    draws: dict[tuple[str, str], np.ndarray]
    judged: Judged

    def row(self, group: str, measure: str) -> pd.Series:
        """One row of the table."""
        return self.table[(self.table["group"] == group) & (self.table["measure"] == measure)].iloc[0]

    def share_of_draws(self, measure: str, at_least: float) -> float:
        """Share of the draws over everyone in which the difference is at least so much."""
        draws = self.draws[EVERYONE, measure]
        finite = draws[np.isfinite(draws)]
        return float((finite >= at_least).mean()) if finite.size else 0.0


def compare(frame: pd.DataFrame, subject: str, resamples: int = RESAMPLES, seed: int = 0) -> Comparison:
    """Compare two models on scored rows with what turned out.

    Parameters
    ----------
    frame : DataFrame
        As for `take_judged`, with the challenger's ``probability``; beside it ``champion_probability``,
        ``champion_held`` and ``challenger_held`` (bool: anything but release was recommended), and where they are told
        ``business_type``, ``small`` and ``young``. ``telling`` (bool): whether what turned out says anything of the
        probabilities; all rows where it is not there.
    subject : {"application", "account", "order"}
    resamples, seed : int
        Of the bootstrap over whole accounts.

    Returns
    -------
    Comparison
        Measures: ``average_precision`` (mean over moments), ``fakes_held`` and ``honest_held`` (shares of rows),
        ``log_loss`` and ``foretold_over_seen`` (probabilities foretold over fakes seen; over everyone alone, telling rows).

    Raises
    ------
    InputError
        Columns that are missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"account_id": ["A1", "A2", "A3", "A4"], "as_of": "2020-03-31", "known": False,
    ...     "probability": [0.9, 0.6, 0.3, 0.1], "champion_probability": [0.9, 0.2, 0.3, 0.1],
    ...     "champion_held": [True, False, False, False], "challenger_held": [True, True, False, False],
    ...     "fake": [True, False, True, False]})
    >>> found = compare(rows, "account", resamples=20)
    >>> row = found.row("everyone", "honest_held")
    >>> print(row["champion"], row["challenger"], row["difference"])
    0.0 0.5 0.5
    """
    absent = [name for name in _COLUMNS if name not in frame]
    if absent:
        raise InputError(f"Two models cannot be compared: columns are missing: {', '.join(absent)}.")
    judged = take_judged(frame, subject)
    weights = draw_weights(judged.clusters, resamples, seed)
    table, draws = [], {}
    for group, inside in _groups(judged.frame).items():
        rows = judged.frame[inside]
        counts = {
            "rows": len(rows),
            "accounts": count_accounts(rows),
            "fakes": count_accounts(rows[rows["fake"]]),
        }
        for measure, (champion, challenger) in _measure(rows, group, judged.clusters, weights).items():
            difference = challenger - champion
            low, high = find_interval(difference[1:]) or (np.nan, np.nan)
            draws[group, measure] = difference[1:]
            told = {"champion": champion[0], "challenger": challenger[0], "difference": difference[0]}
            table.append({"group": group, "measure": measure} | told | {"low": low, "high": high} | counts)
    return Comparison(pd.DataFrame(table), draws, judged)


def _groups(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    groups = {EVERYONE: np.ones(len(frame), bool)}
    if "business_type" in frame:
        types = frame["business_type"].astype(str).to_numpy()
        groups |= {f"business type {kind}": types == kind for kind in sorted(set(types))}
    return groups | {words: frame[name].to_numpy() for name, words in KINDS.items() if name in frame}


def _measure(
    rows: pd.DataFrame, group: str, clusters: int, weights: np.ndarray
) -> dict[str, tuple[np.ndarray, ...]]:
    """Champion's and challenger's figure in each draw, by measure; draw 0 is the sample itself."""
    fake, cluster = rows["fake"].to_numpy(float), rows["cluster"].to_numpy()
    both = [rows["champion_probability"].to_numpy(float), rows["probability"].to_numpy(float)]
    held = [rows["champion_held"].to_numpy(float), rows["challenger_held"].to_numpy(float)]

    def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        above, below = (add_by_cluster(part, cluster, clusters) for part in (top, bottom))
        return draw_ratio(above, below, weights)

    told = {
        "average_precision": tuple(_average_precision(rows, score, clusters, weights) for score in both),
        "fakes_held": tuple(ratio(each * fake, fake) for each in held),
        "honest_held": tuple(ratio(each * (1 - fake), 1 - fake) for each in held),
    }
    if group == EVERYONE:
        telling = rows["telling"].to_numpy(float) if "telling" in rows else np.ones(len(rows))
        told["log_loss"] = tuple(ratio(_log_loss(score, fake) * telling, telling) for score in both)
        told["foretold_over_seen"] = tuple(ratio(score * telling, fake * telling) for score in both)
    return told


def _average_precision(
    rows: pd.DataFrame, score: np.ndarray, clusters: int, weights: np.ndarray
) -> np.ndarray:
    """Mean over moments, shape (B,)."""
    moments, number = np.unique(rows["moment"].to_numpy(str), return_inverse=True)
    fake, cluster, found = rows["fake"].to_numpy(), rows["cluster"].to_numpy(), []
    for moment in range(len(moments)):
        at = number == moment
        if fake[at].any() and not fake[at].all():
            weighed = rank(score[at], fake[at], ~fake[at], cluster[at], clusters).weigh(weights)
            found.append(np.where(weighed.price > 0, weighed.average_precision(), np.nan))
    if not found:
        return np.full(weights.shape[1], np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a draw without a fake at any moment stays missing
        mean: np.ndarray = np.nanmean(found, axis=0)
        return mean


def _log_loss(probability: np.ndarray, fake: np.ndarray) -> np.ndarray:
    kept = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    loss: np.ndarray = -np.where(fake > 0, np.log(kept), np.log1p(-kept))
    return loss
