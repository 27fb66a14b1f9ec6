"""How well a ranking finds fakes: average precision, and recall and precision where the desk can look.

Each account counts once at each moment; over all moments it counts where it is found first. Nothing is known
here of probabilities, costs or discs: only the order of the rows counts.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from resellerrisk.evaluation.figures import Figure, as_row, from_draws
from resellerrisk.evaluation.judged import RANKINGS, WHOLE, Judged, count_accounts
from resellerrisk.evaluation.ranking import rank
from resellerrisk.evaluation.resampling import add_by_cluster, divide, draw_ratio

#: The share of rows that is looked at in the figures ``..._top_2_percent``.
TOP_SHARE = 0.02
#: Fakes told apart by what was known of their ring at training time.
RING_GROUPS = {
    "known_rings": "rings with a member known when trained",
    "new_rings": "rings new since",
    "no_ring": "fakes without a ring",
}
MEAN = "mean"

Draws = dict[str, np.ndarray]


def measure_detection(
    judged: Judged, budget: float, weights: np.ndarray
) -> tuple[dict[str, Figure], pd.DataFrame]:
    """Figures of every ranking at every moment, and their mean over moments.

    Parameters
    ----------
    judged : Judged
        Rows to judge.
    budget : float
        How many rows the desk can look at, at each moment.
    weights : array, shape (clusters, B)
        From `draw_weights`.

    Returns
    -------
    figures : dict
        ``[ranking/]measure[/moment]``; ours without a ranking's name, the mean without a moment. Also
        ``average_precision_above/logistic``: how much ours is above a rival, in the same draws.
    table : DataFrame
        One row per ranking and moment.
    """
    figures: dict[str, Figure] = {}
    table, means = [], {}
    only = "".join(judged.moments[:1])
    everyone = np.ones(len(judged.frame), bool)
    for ranking in judged.rankings:
        by_moment = _measure_moments(judged, ranking, everyone, budget, weights)
        means[ranking] = _mean_over(by_moment)
        several = by_moment if len(by_moment) > 1 else {}
        for moment, draws in {**several, MEAN: means[ranking]}.items():
            rows = judged.frame if moment == MEAN else judged.frame[judged.frame["moment"] == moment]
            told = {name: from_draws(values, rows) for name, values in draws.items()}
            figures |= {_name(ranking, name, moment): figure for name, figure in told.items()}
            table.append(_label(ranking, moment if several else only, rows) | as_row(told))
    for rival in judged.rankings[1:]:
        above = means["probability"]["average_precision"] - means[rival]["average_precision"]
        figures[f"average_precision_above/{rival}"] = from_draws(above, judged.frame)
    return figures, pd.DataFrame(table)


def draw_average_precision(judged: Judged, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average precision of any ranking of the judged rows, mean over moments: the sample first, then each draw; shape (B,)."""
    scored = replace(judged, frame=judged.frame.assign(score=score))
    everyone = np.ones(len(judged.frame), bool)
    return _mean_over(_measure_moments(scored, "score", everyone, 1.0, weights))["average_precision"]


def measure_rings(
    judged: Judged, budget: float, weights: np.ndarray
) -> tuple[dict[str, Figure], pd.DataFrame]:
    """Recall and average precision for fakes of known rings, of new rings, and without a ring.

    The fakes of the other groups stay in the queue, where they take the desk's time, but leave average
    precision alone.

    Returns
    -------
    figures : dict
        ``[ranking/]group/measure``, means over moments. Empty where no ring is told.
    table : DataFrame
        One row per group and ranking.
    """
    frame = judged.frame
    if "ring" not in frame or frame["ring"].isna().all():
        return {}, pd.DataFrame()
    in_ring = frame["ring"].notna().to_numpy()
    known = frame["ring_known"].to_numpy()
    members = {
        "known_rings": in_ring & known,
        "new_rings": in_ring & ~known,
        "no_ring": ~in_ring,
    }
    figures: dict[str, Figure] = {}
    table = []
    for group, among in members.items():
        rows = frame[~frame["fake"] | among]
        for ranking in judged.rankings:
            by_moment = _measure_moments(judged, ranking, among, budget, weights)
            draws = _mean_over(by_moment)
            told = {
                name: from_draws(v, rows) for name, v in draws.items() if not name.startswith("precision")
            }
            figures |= {_name(ranking, f"{group}/{name}", MEAN): figure for name, figure in told.items()}
            rings = frame["ring"][frame["fake"] & among].nunique()
            label = {
                "fakes_of": RING_GROUPS[group],
                "ranking": RANKINGS[ranking],
                "rings": rings,
            }
            table.append(label | {"fakes": count_accounts(rows[rows["fake"]])} | as_row(told))
    return figures, pd.DataFrame(table)


def measure_accounts(judged: Judged, weights: np.ndarray) -> dict[str, Figure]:
    """Average precision where an account counts once, by the highest of its orders' scores.

    Returns
    -------
    dict
        ``[ranking/]average_precision_by_account``.
    """
    figures = {}
    for ranking in judged.rankings:
        once = judged.frame.groupby("account_id", sort=True).agg(
            fake=("fake", "any"), score=(ranking, "max"), cluster=("cluster", "first")
        )
        draws = _measure(once, once["score"], once["fake"].to_numpy(), 1.0, judged.clusters, weights)
        figure = from_draws(draws["average_precision"], once.reset_index())
        figures[_name(ranking, "average_precision_by_account", MEAN)] = figure
    return figures


def walk_queue(
    judged: Judged, budget: float, weights: np.ndarray, seed: int = 0
) -> tuple[dict[str, Figure], pd.DataFrame]:
    """What a desk finds that looks at the highest scores of every moment in turn.

    A fake that is found leaves the queue; an honest account may come again. Equal scores are drawn by lot.

    Parameters
    ----------
    judged : Judged
        Rows to judge.
    budget : float
        How many rows the desk looks at, at each moment.
    weights : array, shape (clusters, B)
        From `draw_weights`.
    seed : int
        Of the lot.

    Returns
    -------
    figures : dict
        ``[ranking/]found_over_moments`` (share of all fakes, each counted once) and
        ``[ranking/]fakes_among_shown`` (share of the accounts looked at).
    table : DataFrame
        One row per ranking and moment: accounts shown, fakes found first then, and found so far.
    """
    figures, tables = {}, []
    lot = np.random.default_rng(seed).permutation(len(judged.frame))
    for ranking in judged.rankings:
        shown, table = _walk(judged, ranking, max(1, round(budget)), lot)
        accounts = judged.frame.drop_duplicates("account_id").set_index("account_id")
        fakes = judged.frame[judged.frame["fake"]].drop_duplicates("account_id")
        found = set(shown[shown["fake"]]["account_id"])
        ever = accounts.loc[shown["account_id"].unique()]
        sums = [
            add_by_cluster(values, rows["cluster"].to_numpy(), judged.clusters)
            for values, rows in (
                (fakes["account_id"].isin(found), fakes),
                (np.ones(len(fakes)), fakes),
                (ever.index.isin(found), ever),
                (np.ones(len(ever)), ever),
            )
        ]
        share, precise = (
            draw_ratio(sums[0], sums[1], weights),
            draw_ratio(sums[2], sums[3], weights),
        )
        figures[_name(ranking, "found_over_moments", MEAN)] = from_draws(share, judged.frame)
        figures[_name(ranking, "fakes_among_shown", MEAN)] = from_draws(precise, judged.frame)
        tables.append(table)
    return figures, pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _walk(judged: Judged, ranking: str, budget: int, lot: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = judged.frame.assign(lot=lot)
    found: set[str] = set()
    so_far: set[str] = set()
    shown, table = [], []
    for moment in judged.moments:
        rows = frame[frame["moment"] == moment]
        so_far |= set(rows["account_id"][rows["fake"]])
        rows = rows[~rows["account_id"].isin(found)]
        first = rows.sort_values([ranking, "lot"], ascending=[False, True]).head(budget)
        new = set(first["account_id"][first["fake"]])
        found |= new
        shown.append(first)
        table.append(
            {
                "ranking": RANKINGS[ranking],
                "moment": moment,
                "shown": len(first),
                "found_first": len(new),
            }
            | {"found_so_far": len(found), "fakes_so_far": len(so_far)}
        )
    return pd.concat(shown) if shown else frame, pd.DataFrame(table)


def _measure_moments(
    judged: Judged, ranking: str, among: np.ndarray, budget: float, weights: np.ndarray
) -> dict[str, Draws]:
    measured = {}
    for moment in judged.moments or [WHOLE]:
        at = (judged.frame["moment"] == moment).to_numpy()
        rows = judged.frame[at]
        counted = rows["fake"].to_numpy() & among[at]
        measured[moment] = _measure(rows, rows[ranking], counted, budget, judged.clusters, weights)
    return measured


def _measure(
    rows: pd.DataFrame,
    ranked: ArrayLike,
    counted: ArrayLike,
    budget: float,
    clusters: int,
    weights: np.ndarray,
) -> Draws:
    score, fake, cluster = (
        np.asarray(ranked),
        rows["fake"].to_numpy(),
        rows["cluster"].to_numpy(),
    )
    apart = rank(score, counted, ~fake, cluster, clusters).weigh(weights)  # other fakes: no gain, no price
    queue = rank(score, counted, np.ones(len(rows)), cluster, clusters).weigh(weights)
    precision = np.where(apart.price > 0, apart.average_precision(), np.nan)
    draws = {"average_precision": precision}
    looks: dict[str, Any] = {
        "at_capacity": budget,
        "top_2_percent": np.maximum(1.0, TOP_SHARE * queue.price),
    }
    for name, count in looks.items():
        recall = queue.gain_at(count)
        draws[f"recall_{name}"] = recall
        draws[f"precision_{name}"] = divide(recall * queue.gain.sum(axis=0), np.minimum(count, queue.price))
    return draws


def _mean_over(by_moment: dict[str, Draws]) -> Draws:
    moments = list(by_moment.values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a draw without a fake at any moment stays missing
        return {name: np.nanmean([moment[name] for moment in moments], axis=0) for name in moments[0]}


def _label(ranking: str, moment: str, rows: pd.DataFrame) -> dict[str, Any]:
    fakes = count_accounts(rows[rows["fake"]])
    return {
        "ranking": RANKINGS[ranking],
        "moment": moment,
        "rows": len(rows),
        "fakes": fakes,
    }


def _name(ranking: str, measure: str, moment: str) -> str:
    parts = [] if ranking == "probability" else [ranking]
    return "/".join([*parts, measure, *([] if moment == MEAN else [moment])])
