"""Held-out time: what a training can promise. The same training is done a year earlier and judged on what came after it.

Nothing known at or after the training moment is read, so the figures can stand with the model. Which model is kept is not
decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from resellerrisk import __version__
from resellerrisk.decisions import Settings
from resellerrisk.errors import InputError
from resellerrisk.evaluation import Evaluation, judge
from resellerrisk.matrix import Matrix, build_matrix
from resellerrisk.pipeline.ablation import ablate
from resellerrisk.pipeline.evaluating import judged_frame, later_snapshots, read_truth
from resellerrisk.pipeline.training import Trained, TrainingSet, fit, training_set
from resellerrisk.signals.compute import Signals
from resellerrisk.vocabulary import UNLABELLED

#: The year before the training moment is held out; of it the last days are not judged, since their outcomes are not yet known.
HELD_OUT_MONTHS, UNRIPE_DAYS = 12, 90


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A training a year earlier, and how it did since.

    Attributes
    ----------
    begin, until : Timestamp
        It was trained on what was known before ``begin`` and judged on subjects in ``begin <= moment <= until``.
    rows : TrainingSet
    trained : Trained
    later : Matrix
        What was judged.
    judged : DataFrame
        The judged rows.
    evaluation : Evaluation
    """

    begin: pd.Timestamp
    until: pd.Timestamp
    rows: TrainingSet
    trained: Trained
    later: Matrix
    judged: pd.DataFrame
    evaluation: Evaluation

    def facts(self) -> dict:
        """The main figure with its interval, as it stands with the model."""
        figure = self.evaluation.figures["average_precision"]
        return {
            "trained_before": self.begin.isoformat(),
            "judged_until": self.until.isoformat(),
            "average_precision": figure["value"],
            "low": figure["low"],
            "high": figure["high"],
            "accounts": figure["accounts"],
            "fakes": figure["fakes"],
        }


def hold_out(
    signals: Signals,
    subject: str,
    as_of: pd.Timestamp,
    settings: Settings,
    *,
    seed: int = 0,
    ablation: bool = False,
    unlabelled: str = UNLABELLED[0],
    **parameters,
) -> tuple[HeldOut | None, str]:
    """Train a year before a moment and judge on the time since.

    Parameters
    ----------
    signals : Signals
        The prepared market.
    subject : {"application", "account", "order"}
    as_of : Timestamp
        The training moment; nothing known at or after it counts.
    settings : Settings
        Costs and capacity.
    seed, unlabelled, **parameters
        As for the training itself.
    ablation : bool
        Also fit again without each family of signals, and with nothing else.

    Returns
    -------
    HeldOut or None, str
        None with the reason where there is nothing to learn from before, or nothing to judge after.
    """
    begin, until = as_of - pd.DateOffset(months=HELD_OUT_MONTHS), as_of - pd.Timedelta(days=UNRIPE_DAYS)
    known = signals.market.before(as_of)
    try:
        rows = training_set(signals, subject, begin, seed, unlabelled)
        snapshots = later_snapshots(signals, subject, begin, until)
    except InputError as error:
        return None, f"No time could be held out: {error.what}"
    trained = fit(rows, known.before(begin).fingerprint, seed=seed, **parameters)
    later = build_matrix(signals, snapshots, trained.columns)
    judged = judged_frame(signals, rows, trained, later, read_truth(known, None), rivals=False)
    evaluation = judge(
        judged,
        subject=subject,
        settings=settings,
        conditions={
            "data": known.fingerprint[:16],
            "trained on what was known before": begin.isoformat(" "),
            "labels as known before": as_of.isoformat(" "),
            "confirmed fakes in training": trained.facts["fakes"],
            "signals": trained.facts["signals"],
            "program": __version__,
            "seed": seed,
        },
        ablation=ablate(rows, later, judged, seed=seed, **parameters) if ablation else None,
        signals=later.values,
        directions={column.name: column.riskier for column in trained.columns if column.riskier},
    )
    return HeldOut(begin, until, rows, trained, later, judged, evaluation), ""
