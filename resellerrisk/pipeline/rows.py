"""Training rows as scikit-learn takes them: snapshots, labels, weights, times and groups. Nothing is fitted here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.matrix import newest_outcomes, take
from resellerrisk.pipeline.training import label_rows, training_snapshots
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.tables import as_utc
from resellerrisk.vocabulary import UNLABELLED


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """What a `Pipeline` of `SignalBuilder` and `RiskModel` is fitted on.

    Attributes
    ----------
    X : DataFrame of shape (n, 2 or 3)
        ``account_id``, ``as_of`` and, for orders, ``order_id``.
    y : float64[n], 0 or 1
    weight : float64[n]
    times : datetime64[us][n]
        Moment of each snapshot.
    known_at : datetime64[us][n]
        When a positive label was decided; NaT for the others, who count as honest until somebody decides.
    ring : int64[n]
        Group of accounts joined by links as of the training moment; an account alone is its own.
    """

    X: pd.DataFrame
    y: np.ndarray
    weight: np.ndarray
    times: np.ndarray
    known_at: np.ndarray
    ring: np.ndarray


def labelled_rows(
    signals: Signals, subject: str, as_of, seed: int = 0, unlabelled: str = UNLABELLED[1]
) -> LabelledRows:
    """Snapshots before a moment with labels as known at it.

    Parameters
    ----------
    signals : Signals
        The prepared market.
    subject : {"application", "account", "order"}
    as_of : str or Timestamp
    seed : int
        Of the sample of honest snapshots, where there are very many.
    unlabelled : {"doubtful_left_out", "negative", "left_out"}
        The doubtful ones stay in here: finding them takes a model.

    Returns
    -------
    LabelledRows

    Raises
    ------
    InputError
        Where there is nothing to learn from.
    """
    moment = as_utc(as_of)
    snapshots = training_snapshots(signals, subject, moment)
    snapshots, labels, weight = label_rows(signals.market, snapshots, subject, moment, seed, unlabelled)
    known = ~np.isnan(labels)
    snapshots, labels, weight = take(snapshots, known), labels[known], weight[known]
    decided = newest_outcomes(signals.market, moment)["decided_at"].reindex(snapshots.account)
    known = decided.to_numpy("datetime64[us]").copy()
    known[labels == 0] = np.datetime64("NaT")
    return LabelledRows(
        keys_of(signals, snapshots),
        labels,
        weight,
        snapshots.moments,
        known,
        rings_of(signals, snapshots, moment),
    )


def keys_of(signals: Signals, snapshots: Snapshots) -> pd.DataFrame:
    """Snapshots by their ids, as `SignalBuilder` takes them."""
    market = signals.market
    keys = pd.DataFrame(
        {"account_id": market.account_ids.to_numpy(object)[snapshots.account], "as_of": snapshots.moments}
    )
    if (snapshots.order >= 0).any():
        keys.insert(1, "order_id", market.order_ids.to_numpy(object)[snapshots.order])
    return keys


def rings_of(signals: Signals, snapshots: Snapshots, moment: pd.Timestamp) -> np.ndarray:
    """The group of linked accounts of each snapshot, as of a moment, int64[n]."""
    return signals.links.groups(moment)[signals.places_in_whole[snapshots.account]].astype(np.int64)
