"""Judge: scored snapshots with what turned out -> an `Evaluation`. The one door of this room.

No model is trained and nothing is scored: rankings and labels come with the rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, read_subject
from resellerrisk.errors import InputError
from resellerrisk.evaluation.calibration import measure_calibration
from resellerrisk.evaluation.cost import choose_actions, find_threshold, measure_cost
from resellerrisk.evaluation.detection import (
    measure_accounts,
    measure_detection,
    measure_rings,
    walk_queue,
)
from resellerrisk.evaluation.directions import find_contradictions
from resellerrisk.evaluation.evaluation import Evaluation
from resellerrisk.evaluation.fairness import measure_gaps
from resellerrisk.evaluation.figures import Figure
from resellerrisk.evaluation.holding import measure_held_back
from resellerrisk.evaluation.honest import measure_honest
from resellerrisk.evaluation.judged import Judged, take_judged
from resellerrisk.evaluation.precision import draw_precision
from resellerrisk.evaluation.resampling import RESAMPLES, draw_weights

#: Where the labels come from, and what that means for every figure.
LABELS = {
    "truth": "Labels are the truth kept beside a simulated market: every fake counts, found or not.",
    "outcomes": (
        "Labels are the outcomes known when the data ends. A fake nobody has found out yet counts as honest "
        "here, so that a right alarm about it counts as a false one: precision, average precision and "
        "savings are lower bounds, and recall speaks only of fakes that were found out. Only a random slice "
        "for review would show the others."
    ),
}


def judge(
    judged: pd.DataFrame,
    *,
    subject: str,
    settings: Settings,
    conditions: Mapping[str, object],
    labels: str = "outcomes",
    reviews: float | None = None,
    signals: pd.DataFrame | None = None,
    directions: Mapping[str, int] | None = None,
    ablation: pd.DataFrame | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Evaluation:
    """Judge scored snapshots of one subject.

    Parameters
    ----------
    judged : DataFrame
        One row per scored snapshot; see `take_judged` for its columns.
    subject : {"application", "account", "order"}
        What a row is.
    settings : Settings
        Costs, and the desk's reviews a day.
    conditions : mapping of str
        What stands at the top of the report: data fingerprint, training moment, model version and so on.
        Scored moments and labels are added.
    labels : {"truth", "outcomes"}
        Where ``fake`` comes from.
    reviews : float, optional
        How many rows the desk can look at: at each moment for accounts, a day for the others. The settings'
        by default.
    signals : DataFrame, optional
        Values of the signals, row by row those of ``judged``.
    directions : mapping of str to int, optional
        Declared direction of each signal: 1, -1 or 0.
    ablation : DataFrame, optional
        A table of what each family of signals gives; shown as it is.
    resamples : int
        Draws of the bootstrap.
    seed : int
        Same rows, same seed, same figures.

    Returns
    -------
    Evaluation
        With no rows, no fakes or one class its figures say that they are not measurable, and why.

    Raises
    ------
    InputError
        Rows that cannot be judged, with all their faults; labels of another kind; signals that do not match.

    Examples
    --------
    >>> from resellerrisk.decisions import read_settings
    >>> rows = pd.DataFrame({"account_id": ["A1", "A2", "A3", "A4"], "as_of": "2020-03-31", "known": False,
    ...                      "probability": [0.9, 0.6, 0.3, 0.1], "fake": [True, False, True, False]})
    >>> report = judge(rows, subject="account", settings=read_settings(), conditions={})
    >>> round(report.figures["average_precision"]["value"], 4)
    0.8333
    """
    if labels not in LABELS:
        raise InputError(f"There are no labels {labels!r}.", f"There are: {', '.join(LABELS)}.")
    if (signals is None) != (directions is None):
        raise InputError(
            "Directions are judged on signals: one was given without the other.",
            hint="pass both or none",
        )
    taken = take_judged(judged, subject)
    daily = read_subject(subject, settings).reviews_per_day if reviews is None else reviews
    if not 0 < daily < np.inf:
        raise InputError(f"The desk can look at {daily} rows.", hint="reviews is a number above 0")
    weights = draw_weights(taken.clusters, resamples, seed)
    figures, tables, curves = _measure(taken, settings, taken.budget(daily), weights)
    notes = [LABELS[labels], *_note(taken, weights.shape[1] - 1)]
    if signals is not None:
        tables["directions"], judgeable = _judge_directions(taken, judged, signals, directions, seed)
        notes.append(
            f"{judgeable} declared directions had data enough; {len(tables['directions'])} are contradicted."
        )
    if ablation is not None:
        tables["ablation"] = ablation
    told = _tell_conditions(taken, conditions, labels, daily, find_threshold(subject, settings))
    return Evaluation(subject, told, figures, tables, curves, notes)


def _measure(
    judged: Judged, settings: Settings, budget: float, weights: np.ndarray
) -> tuple[dict[str, Figure], dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    figures, detection = measure_detection(judged, budget, weights)
    rings, ring_table = measure_rings(judged, budget, weights)
    chosen = choose_actions(judged, settings, budget)
    cost, cost_table, cost_curve = measure_cost(judged, settings, chosen, weights)
    calibrated, bins = measure_calibration(judged, weights)
    honest, honest_table = measure_honest(judged, chosen != "release")
    gaps, gap_table = measure_gaps(judged, settings, chosen, weights)
    figures |= rings | cost | calibrated | honest | gaps
    tables = {
        "detection": detection,
        "rings": ring_table,
        "cost": cost_table,
        "honest": honest_table,
        "gaps": gap_table,
    }
    tables |= {
        "calibration": bins["equal_count"],
        "calibration_high": bins["equal_expected"],
    }
    curves = {"precision_recall": draw_precision(judged), "cost": cost_curve}
    if judged.subject == "order":
        held, tables["held_back"], held_curves = measure_held_back(judged, weights)
        figures |= held | measure_accounts(judged, weights)
        curves |= {"held_back": _join(held_curves)}
    if len(judged.moments) > 1:
        found, tables["queue"] = walk_queue(judged, budget, weights)
        figures |= found
    return figures, tables, curves


def _join(curves: dict[str, pd.DataFrame]) -> pd.DataFrame:
    parts = [curve.assign(ranking=ranking) for ranking, curve in curves.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _judge_directions(
    taken: Judged,
    judged: pd.DataFrame,
    signals: pd.DataFrame,
    directions: Mapping[str, int] | None,
    seed: int,
) -> tuple[pd.DataFrame, int]:
    if len(signals) != len(judged):
        raise InputError(
            f"There are {len(signals)} rows of signals for {len(judged)} judged rows.",
            hint="pass the signals of the very rows that are judged, in their order",
        )
    return find_contradictions(taken, signals.iloc[taken.rows].reset_index(drop=True), directions or {}, seed)


def _tell_conditions(
    judged: Judged, conditions: Mapping[str, object], labels: str, daily: float, threshold: float
) -> dict[str, str]:
    at = judged.frame["as_of"]
    each = "accounts at each moment" if judged.subject == "account" else f"{judged.subject}s a day"
    moments = (
        judged.moments if judged.subject == "account" else [f"{at.min()} to {at.max()}"] if len(at) else []
    )
    return {
        **{str(name): str(value) for name, value in conditions.items()},
        "Scored at": ", ".join(moments) or "nothing scored",
        "Rows": f"{len(judged.frame):,}, and {judged.removed:,} left out, whose account was already known as "
        "fake",
        "Labels": labels,
        "The desk looks at": f"{daily:g} {each}",
        "Holding costs less from": f"probability {threshold:.2%} on",
    }


def _note(judged: Judged, resamples: int) -> list[str]:
    frame = judged.frame
    independent = frame["cluster"][frame["fake"]].nunique()
    drawn = (
        f"Intervals are the middle 95 % of {resamples} seeded draws of whole accounts, and of whole rings "
        f"where they are told: {judged.fakes} fake accounts in {independent} independent groups."
    )
    notes = [drawn]
    if not judged.fakes:
        notes.append("There are no fakes among the rows: how well they are found is not measurable.")
    elif independent < 10:
        notes.append("With fewer than ten independent groups of fakes even the intervals are rough.")
    return notes
