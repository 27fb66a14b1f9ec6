"""What today's model says of earlier nights and months: its scores and recommended actions, on what was known then.

The model is the same throughout, so a change of its scores is a change of the data. Nothing is explained or written here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings
from resellerrisk.matrix import (
    build_matrix,
    known_fakes,
    snapshot_accounts,
    snapshot_orders,
    take,
)
from resellerrisk.pipeline.scoring import early_lines, recommend
from resellerrisk.pipeline.trained import Trained
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.peers import active_accounts
from resellerrisk.vocabulary import ACTIONS
from resellerrisk.watch.series import Nights, Series

#: Orders scored at most; of more, every second, third, ... order stands for the others.
MOST_ORDERS = 60_000
#: Months of account scores looked at.
MONTHS = 24


def score_snapshots(
    signals: Signals, trained: Trained, snapshots: Snapshots, settings: Settings
) -> pd.DataFrame:
    """Snapshots with what the model says.

    Returns
    -------
    DataFrame
        ``account`` (code), ``at``, ``probability``, ``margin`` (log-odds), ``action``.
    """
    frame = pd.DataFrame({"account": snapshots.account, "at": snapshots.moments})
    if not len(snapshots):
        return frame.assign(probability=np.empty(0), margin=np.empty(0), action=np.empty(0, object))
    matrix = build_matrix(signals, snapshots, trained.columns)
    probability = trained.model.predict_proba(matrix.values)[:, 1]
    action = recommend(probability, trained, settings, early_lines(matrix))
    margin = np.log(probability) - np.log1p(-probability)
    return frame.assign(probability=probability, margin=margin, action=action)


def score_nights(
    signals: Signals, trained: Trained, until: pd.Timestamp, nights: int, settings: Settings
) -> pd.DataFrame:
    """The orders of the nights before a moment, scored; thinned by their id where they are many."""
    snapshots = snapshot_orders(signals.views, until - pd.Timedelta(days=nights), until)
    thin = -(-len(snapshots) // MOST_ORDERS)
    return score_snapshots(signals, trained, take(snapshots, snapshots.order % max(thin, 1) == 0), settings)


def score_months(
    signals: Signals, trained: Trained, until: pd.Timestamp, settings: Settings, months: int = MONTHS
) -> pd.DataFrame:
    """The active accounts on the first of each month up to a moment, scored, without those already known as fake."""
    parts = [Snapshots(np.empty(0, np.int64), np.empty(0, np.int64))]
    for first in first_days(until, months):
        snapshots = snapshot_accounts(signals.views, first)
        active = active_accounts(signals.views, int(np.datetime64(first, "us").view(np.int64)))
        chosen = np.setdiff1d(active, known_fakes(signals.market, first))
        parts.append(take(snapshots, np.isin(snapshots.account, chosen)))
    account, at = (np.concatenate([getattr(part, name) for part in parts]) for name in ("account", "at"))
    return score_snapshots(signals, trained, Snapshots(account, at), settings)


def first_days(until: pd.Timestamp, months: int) -> pd.DatetimeIndex:
    """The first of each month at or before a moment, oldest first.

    >>> first_days(pd.Timestamp("2020-03-01"), 2).strftime("%Y-%m-%d").tolist()
    ['2020-02-01', '2020-03-01']
    """
    return pd.date_range(end=until.normalize(), periods=months, freq="MS")


def night_series(scored: pd.DataFrame, until: pd.Timestamp, nights: int) -> list[Series]:
    """Scores of orders and orders by action, night by night."""
    at, account = scored["at"].to_numpy("datetime64[us]"), scored["account"].to_numpy()
    by_night = Nights(at, account, until, nights)
    score = Series(
        "orders score",
        "score",
        "Mean log-odds of the night's orders.",
        *by_night.mean(scored["margin"].to_numpy()),
        "scores",
    )
    return [
        score,
        *_by_action(
            scored["action"].to_numpy(),
            lambda chosen: Nights(at[chosen], account[chosen], until, nights).rows,
            "orders",
        ),
    ]


def month_series(scored: pd.DataFrame, firsts: pd.DatetimeIndex) -> list[Series]:
    """Scores of accounts and accounts by action, month by month."""
    month = firsts.get_indexer(scored["at"])

    def rows(chosen: np.ndarray) -> np.ndarray:
        return np.bincount(month[chosen], minlength=len(firsts)).astype(float)

    total = np.bincount(month, scored["margin"], len(firsts))
    everybody = rows(np.ones(month.size, bool))
    score = Series(
        "accounts score", "score", "Mean log-odds of the active accounts.", total, everybody, "scores"
    )
    return [score, *_by_action(scored["action"].to_numpy(), rows, "accounts")]


def _by_action(action: np.ndarray, rows: Callable[[np.ndarray], np.ndarray], subject: str) -> list[Series]:
    found = []
    for name in ACTIONS:
        counted = rows(action == name)
        meaning = f"Number of {subject} with this recommended action."
        found.append(
            Series(
                f"{subject} to {name}", "count", meaning, counted, np.ones(counted.size), "volume by action"
            )
        )
    return found


def stability_index(before: np.ndarray, now: np.ndarray, bins: int = 10) -> float:
    """The population stability index of two samples of scores, over tenths of the first; 0 is the same, 0.25 is read as much moved.

    Parameters
    ----------
    before, now : float64[n], float64[m]

    Returns
    -------
    float
        Missing where one of them is empty.

    Source
    ------
    Siddiqi, Credit Risk Scorecards (2006). A familiar figure for the report; nothing is raised by it, since it knows no chance.

    Examples
    --------
    >>> stability_index(np.arange(100.0), np.arange(100.0)), round(stability_index(np.arange(100.0), np.arange(50.0, 150.0)), 1)
    (0.0, 4.3)
    """
    if not before.size or not now.size:
        return float("nan")
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    shares = [
        np.maximum(
            np.bincount(np.searchsorted(edges, x, side="right"), minlength=edges.size + 1) / x.size, 1e-4
        )
        for x in (before, now)
    ]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
