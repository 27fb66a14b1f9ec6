"""Tune: the parameters of a subject's model, searched on what was known before a moment. How to search is `model.tuning`'s."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.matrix import newest_outcomes
from resellerrisk.model import LabelGapSplit, RiskModel
from resellerrisk.model.tuning import Tuned, tune
from resellerrisk.pipeline.rows import rings_of
from resellerrisk.pipeline.training import model_parameters, training_set
from resellerrisk.signals.compute import Signals


def tune_subject(
    signals: Signals,
    subject: str,
    as_of: pd.Timestamp,
    *,
    splits: int = 4,
    gap_days: float = 30.0,
    seconds: float | None = None,
    trials: int | None = None,
    seed: int = 0,
    **parameters,
) -> Tuned:
    """Search parameters on the rows that a training would use.

    Parameters
    ----------
    signals : Signals
        The prepared market.
    subject : {"application", "account", "order"}
    as_of : Timestamp
        Nothing known at or after it counts.
    splits, gap_days
        As in `LabelGapSplit`; a fake trains a fold from its decision on, and linked accounts stay apart.
    seconds, trials, seed
        As in `resellerrisk.tune`.
    **parameters
        Parameters of `RiskModel` that are held.

    Returns
    -------
    Tuned
    """
    rows = training_set(signals, subject, as_of, seed)
    snapshots = rows.matrix.snapshots
    decided = newest_outcomes(signals.market, as_of)["decided_at"].reindex(snapshots.account)
    known = decided.to_numpy("datetime64[us]").copy()
    known[rows.labels == 0] = np.datetime64("NaT")
    cv = LabelGapSplit(splits, gap_days, times=snapshots.moments, known_at=known)
    return tune(
        RiskModel(**model_parameters(subject, rows.matrix.columns, seed) | parameters),
        rows.matrix.values,
        rows.labels,
        cv,
        sample_weight=rows.weight,
        times=snapshots.moments,
        groups=rings_of(signals, snapshots, as_of),
        seconds=seconds,
        trials=trials,
        seed=seed,
    )
