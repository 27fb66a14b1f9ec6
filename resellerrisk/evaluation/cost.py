"""What the decisions would have cost: under the settings' actions, at any threshold, and for the rivals.

Every row is charged the cost of its action for what it turned out to be. The costs are the settings'; nothing
is decided here that `decisions` does not decide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, actions, expected_costs, read_subject
from resellerrisk.evaluation.figures import Figure, from_draws
from resellerrisk.evaluation.judged import RANKINGS, Judged
from resellerrisk.evaluation.ranking import take_highest
from resellerrisk.evaluation.resampling import add_by_cluster, draw_ratio
from resellerrisk.vocabulary import ACTIONS

#: Thresholds at which the curve is drawn: even steps of log-odds from about 0.05 % to 99 %.
GRID = 1 / (1 + np.exp(-np.linspace(-7.6, 4.6, 62)))


def choose_actions(judged: Judged, settings: Settings, reviews: float) -> np.ndarray:
    """The action of every row: as scored where the rows tell it, else as the settings decide at each moment.

    Parameters
    ----------
    judged : Judged
        Rows to judge.
    settings : Settings
        Costs and capacity.
    reviews : float
        How many reviews the desk can do: at each moment for accounts, in the whole time for the others.

    Returns
    -------
    array of str, shape (n,)
        From `vocabulary.ACTIONS`.
    """
    frame = judged.frame
    if "action" in frame:
        told: np.ndarray = frame["action"].astype(str).to_numpy()
        return told
    chosen = np.full(len(frame), ACTIONS[0], dtype=object)
    names = frame["order_id" if judged.subject == "order" else "account_id"].to_numpy()
    early = _find_early(judged)
    for moment in judged.moments:
        at = (frame["moment"] == moment).to_numpy()
        lines = early[at] if judged.subject == "order" else None
        probability = frame["probability"].to_numpy()[at]
        chosen[at] = actions(
            probability,
            judged.subject,
            settings,
            lines,
            reviews=int(reviews),
            ids=names[at],
        )
    return chosen.astype(str)


def charge(judged: Judged, settings: Settings) -> pd.DataFrame:
    """What every action would have cost for every row, given what the row turned out to be.

    Returns
    -------
    DataFrame, shape (n, 4)
        Columns are the actions, in the orders' currency. Shipping on the street date costs what releasing
        costs where no line is before its street date.
    """
    fake, early = judged.frame["fake"].to_numpy(), _find_early(judged)
    lines = early if judged.subject == "order" else None
    costs = expected_costs(fake.astype(float), judged.subject, settings, lines)
    costs["ship_on_street_date"] = np.where(early, costs["ship_on_street_date"], costs["release"])
    costs["block"] = np.where(fake, 0.0, read_subject(judged.subject, settings).honest_blocked)
    return costs


def charge_chosen(costs: pd.DataFrame, chosen: np.ndarray) -> np.ndarray:
    """What the chosen action costs each row, of what every action would (`charge`).

    >>> costs = pd.DataFrame([[1.0, 2.0, 3.0, 4.0]] * 2, columns=list(ACTIONS))
    >>> charge_chosen(costs, np.array(["review", "release"])).tolist()
    [3.0, 1.0]
    """
    charged: np.ndarray = costs.to_numpy()[np.arange(len(costs)), [ACTIONS.index(name) for name in chosen]]
    return charged


def find_threshold(subject: str, settings: Settings) -> float:
    """The probability from which shipping on the street date costs less than releasing.

    Examples
    --------
    >>> from resellerrisk.decisions import read_settings
    >>> round(find_threshold("account", read_settings()), 4)
    0.011
    """
    genuine, fake = expected_costs([0.0, 1.0], subject, settings).to_dict("records")
    dearer = genuine["ship_on_street_date"] - genuine["release"]
    saved = fake["release"] - fake["ship_on_street_date"]
    return dearer / (dearer + saved) if dearer + saved > 0 else 1.0


def measure_cost(
    judged: Judged, settings: Settings, chosen: np.ndarray, weights: np.ndarray
) -> tuple[dict[str, Figure], pd.DataFrame, pd.DataFrame]:
    """Cost of the settings' actions and of one threshold, beside releasing everything and the rivals.

    Parameters
    ----------
    judged : Judged
        Rows to judge.
    settings : Settings
        Costs.
    chosen : array of str, shape (n,)
        Action of every row.
    weights : array, shape (clusters, B)
        From `draw_weights`.

    Returns
    -------
    figures : dict
        ``cost_per_1000`` of the settings' actions and ``cost_share_of_release_everything`` of every policy
        (``rule/...``).
    table : DataFrame
        One row per policy.
    curve : DataFrame
        ``threshold``, ``held`` (rows), ``cost`` (per 1000 rows) of holding from each threshold on.
    """
    costs, frame = charge(judged, settings), judged.frame
    release, hold = costs["release"].to_numpy(), costs["ship_on_street_date"].to_numpy()
    threshold = find_threshold(judged.subject, settings)
    over = (frame["probability"] >= threshold).to_numpy()
    policies = {
        "release everything": (np.zeros(len(frame)), release),
        "hold everything": (np.ones(len(frame)), hold),
    }
    by_settings = charge_chosen(costs, chosen)
    policies["the settings' actions"] = (
        (chosen != "release").astype(float),
        by_settings,
    )
    names = {"cost_share_of_release_everything": "the settings' actions"}
    for ranking in judged.rankings:
        taken = over if ranking == "probability" else take_highest(frame[ranking].to_numpy(), over.sum())
        policy = f"hold the {int(over.sum()):,} highest of {RANKINGS[ranking]}"
        policies[policy] = (taken.astype(float), release + taken * (hold - release))
        names[f"{_prefix(ranking)}held_cost_share_of_release_everything"] = policy
    shares = {policy: _compare(judged, cost, release, weights) for policy, (_, cost) in policies.items()}
    figures = {name: shares[policy] for name, policy in names.items()}
    figures["cost_per_1000"] = _per_thousand(judged, by_settings, weights)
    table = pd.DataFrame(
        [_describe(judged, name, *policy, shares[name]) for name, policy in policies.items()]
    )
    return figures, table, _draw_curve(frame, release, hold, threshold)


def _find_early(judged: Judged) -> np.ndarray:
    if judged.subject == "order":
        early: np.ndarray = judged.frame["early_lines"].to_numpy() > 0
        return early
    return np.ones(len(judged.frame), bool)


def _prefix(ranking: str) -> str:
    return "" if ranking == "probability" else f"{ranking}/"


def _compare(judged: Judged, cost: np.ndarray, release: np.ndarray, weights: np.ndarray) -> Figure:
    cluster = judged.frame["cluster"].to_numpy()
    above, below = (add_by_cluster(values, cluster, judged.clusters) for values in (cost, release))
    return from_draws(draw_ratio(above, below, weights), judged.frame)


def _per_thousand(judged: Judged, cost: np.ndarray, weights: np.ndarray) -> Figure:
    cluster = judged.frame["cluster"].to_numpy()
    above = add_by_cluster(1000 * cost, cluster, judged.clusters)
    below = add_by_cluster(np.ones(len(cost)), cluster, judged.clusters)
    return from_draws(draw_ratio(above, below, weights), judged.frame)


def _describe(
    judged: Judged, policy: str, held: np.ndarray, cost: np.ndarray, share: Figure
) -> dict[str, Any]:
    fake = judged.frame["fake"].to_numpy()
    return {
        "policy": policy,
        "held_rows": float(held.sum()),
        "honest_held_rows": float(held[~fake].sum()),
        "fake_released_rows": float((1 - held)[fake].sum()),
        "cost": float(cost.sum()),
        "cost_share": share["value"],
        "cost_share_low": share["low"],
        "cost_share_high": share["high"],
    }


def _draw_curve(frame: pd.DataFrame, release: np.ndarray, hold: np.ndarray, threshold: float) -> pd.DataFrame:
    thresholds = np.union1d(GRID, threshold)
    order = np.argsort(frame["probability"].to_numpy(), kind="stable")
    sorted_ = frame["probability"].to_numpy()[order]
    first = np.searchsorted(sorted_, thresholds, side="left")
    added = np.concatenate([[0.0], np.cumsum((hold - release)[order])])
    cost = release.sum() + added[-1] - added[first]
    rows = max(1, len(frame))
    return pd.DataFrame(
        {
            "threshold": thresholds,
            "held": len(frame) - first,
            "cost": 1000 * cost / rows,
        }
    )
