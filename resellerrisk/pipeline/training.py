"""Train: a market as it was known at a moment -> a model for one subject. Nothing after the moment is read.

Two models are made: a score without labels from the declared directions, tracing and links (`RiskModel.without_labels`), and, once
enough fakes are confirmed, boosted trees that start from it. The boosted one serves where it ranks later time better.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from resellerrisk.errors import InputError
from resellerrisk.matrix import (
    LEAD_DAYS,
    Matrix,
    build_matrix,
    is_decided,
    label_snapshots,
    prepare_signals,
    snapshot_applications,
    snapshot_months,
    snapshot_orders,
    thin_out,
)
from resellerrisk.model import RiskModel
from resellerrisk.pipeline.incumbent import SURE, share_ahead
from resellerrisk.pipeline.trained import Trained, hash_column, hash_columns, hash_model
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.declare import Column
from resellerrisk.signals.peers import FEWEST_PEERS
from resellerrisk.tables import Market, as_utc
from resellerrisk.vocabulary import SUBJECTS, UNLABELLED

#: Snapshots of accounts not found fake that training takes at most; the kept ones weigh for the others.
MOST_NEGATIVES = 60_000
#: Share of the undecided snapshots that score too high without labels to count as honest; chosen by validation inside the
#: training time (docs/experiments.md).
DOUBTFUL_SHARE = 0.02
#: Columns that hold a probability of being a source of leaks already, and the share of fakes that is assumed where tracing says none.
TRACED = ("source_probability",)
ASSUMED_PREVALENCE = 0.02
#: With fewer confirmed fakes than this, boosted trees cannot be judged on later time and the score without labels serves.
FEWEST_FAKES = 10
#: What differs from the estimator's own defaults; chosen by validation inside the training time (docs/experiments.md).
PARAMETERS = {
    "application": {
        "max_trees": 300,
        "min_child_samples": 5,
        "bags": 4,
        "start_weight": 0.0,
        "additive_share": 0.0,
    },
    "account": {"learning_rate": 0.1, "max_trees": 150},
    "order": {"learning_rate": 0.1, "max_trees": 150},
}
#: What serves, in words.
SERVES = {
    "boosted": "Boosted trees, learnt from outcomes",
    "directions": "The score without labels: declared directions, tracing and links",
}
#: Applications and orders of so many days before the training moment tell how much the desk's capacity can meet.
NEWEST_DAYS = 90
MOST_NEWEST = 2_000
#: The signal that tells shops' kinds apart in what is typical of them.
TYPE_COLUMN = "business_type"


def train(
    market: Market,
    subject: str,
    as_of,
    *,
    signals: Signals | None = None,
    seed: int = 0,
    unlabelled: str = UNLABELLED[0],
    **parameters,
) -> Trained:
    """Train a model on what was known before a moment.

    Parameters
    ----------
    market : Market
        Checked tables; rows known at or after ``as_of`` change nothing.
    subject : {"application", "account", "order"}
        What the model scores.
    as_of : str or Timestamp
        The training moment, UTC.
    signals : Signals, optional
        The market's signals, where they are already prepared.
    seed : int
        Same data, same seed, same bytes.
    unlabelled : {"doubtful_left_out", "negative", "left_out"}
        How snapshots of accounts nobody decided about are used: `resellerrisk.vocabulary.UNLABELLED`.
    **parameters
        Parameters of `RiskModel`.

    Returns
    -------
    Trained

    Raises
    ------
    InputError
        Where there is no snapshot before ``as_of``.
    """
    if subject not in SUBJECTS:
        raise InputError(f"There is no subject {subject!r}.", f"There is: {', '.join(SUBJECTS)}.")
    as_of = as_utc(as_of)
    rows = training_set(signals or prepare_signals(market), subject, as_of, seed, unlabelled)
    return fit(rows, market.before(as_of).fingerprint, seed=seed, **parameters)


@dataclass(frozen=True)
class TrainingSet:
    """What a model is fitted on: a matrix with labels known at the training moment.

    Attributes
    ----------
    subject : str
    as_of : Timestamp
    matrix : Matrix of n snapshots
    labels : float64[n], 0 or 1
    weight : float64[n]
    unlabelled : str
        How snapshots of undecided accounts were used.
    start : RiskModel
        The score without labels.
    doubtful : bool[n]
        Undecided snapshots that score too high without labels to be fitted on as honest.
    newest : DataFrame of shape (m, k)
        The newest subjects before the training moment, the doubtful among them: what the desk has to look through.
    """

    subject: str
    as_of: pd.Timestamp
    matrix: Matrix
    labels: np.ndarray
    weight: np.ndarray
    unlabelled: str
    start: RiskModel
    doubtful: np.ndarray
    newest: pd.DataFrame

    def take(self, chosen: np.ndarray) -> TrainingSet:
        """Some of the rows, by a mask."""
        return replace(
            self,
            matrix=self.matrix.take(chosen),
            labels=self.labels[chosen],
            weight=self.weight[chosen],
            doubtful=self.doubtful[chosen],
        )

    @cached_property
    def fitting(self) -> TrainingSet:
        """The rows that a model is fitted on: all but the doubtful ones."""
        return self.take(~self.doubtful)


def training_set(
    signals: Signals, subject: str, as_of: pd.Timestamp, seed: int = 0, unlabelled: str = UNLABELLED[0]
) -> TrainingSet:
    """Snapshots before a moment, their signals, and their labels as known at it."""
    snapshots = training_snapshots(signals, subject, as_of)
    snapshots, labels, weight = label_rows(signals.market, snapshots, subject, as_of, seed, unlabelled)
    matrix = build_matrix(signals, snapshots, catalogue().for_subject(subject))
    return assemble(matrix, labels, weight, signals.market, subject, as_of, seed, unlabelled)


def assemble(
    matrix: Matrix,
    labels: np.ndarray,
    weight: np.ndarray,
    market: Market,
    subject: str,
    as_of: pd.Timestamp,
    seed: int,
    unlabelled: str,
) -> TrainingSet:
    """The training set of labelled snapshots (missing: left out), with the score without labels and what it makes doubtful."""
    start = score_without_labels(matrix.values[labels != 1], subject, matrix.columns, seed)
    doubtful = np.zeros(len(labels), bool)
    if unlabelled == "doubtful_left_out":
        undecided = ~is_decided(market, matrix.snapshots, as_of) & (labels == 0)
        doubtful = find_doubtful(start.margin(matrix.values), undecided)
    newest = matrix.values[_is_newest(matrix.snapshots, subject, as_of) & (labels != 1)]
    return TrainingSet(subject, as_of, matrix, labels, weight, unlabelled, start, doubtful, newest).take(
        ~np.isnan(labels)
    )


def score_without_labels(
    values: pd.DataFrame, subject: str, columns: tuple[Column, ...], seed: int = 0
) -> RiskModel:
    """The model of the first day, from snapshots not known as fakes' (n, k): directions, tracing and links."""
    traced = [name for name in TRACED if name in values]
    prevalence = (
        float(np.nanmean(values[traced].to_numpy()))
        if traced and values[traced].notna().any(axis=None)
        else 0.0
    )
    return RiskModel.without_labels(
        values,
        {column.name: column.family for column in columns},
        traced,
        prevalence or ASSUMED_PREVALENCE,
        **model_parameters(subject, columns, seed),
    )


def find_doubtful(margin: np.ndarray, undecided: np.ndarray) -> np.ndarray:
    """Undecided snapshots that score highest without labels, bool[n].

    Undetected fakes among the unlabelled are the rule, and counted as honest they teach the model to let go of just what gives
    fakes away. Source: the two-step technique of learning from positive and unlabelled examples (Bekker and Davis 2020, 5.1); that
    the first step needs no labels is ours.
    """
    if not undecided.any():
        return undecided
    return undecided & (margin > np.quantile(margin[undecided], 1 - DOUBTFUL_SHARE))


def fit(
    rows: TrainingSet, data_fingerprint: str, *, seed: int = 0, incumbent: str | None = None, **parameters
) -> Trained:
    """Fit on a training set, choose which model serves, and write down what it was made from.

    ``incumbent`` is the kind of model that serves already (a key of `SERVES`), where one does.
    """
    fitting = rows.fitting
    columns, snapshots, labels = fitting.matrix.columns, fitting.matrix.snapshots, fitting.labels
    fakes = int(np.unique(snapshots.account[labels == 1]).size)
    chosen = model_parameters(rows.subject, columns, seed) | parameters
    model, why = choose_model(rows, fakes, chosen, incumbent)
    model.facts_ = {
        "subject": rows.subject,
        "as_of": rows.as_of.isoformat(),
        "data_fingerprint": data_fingerprint,
        "signals": len(columns),
        "signals_hash": hash_columns(columns),
        "signal_hashes": {column.name: hash_column(column) for column in columns},
        "snapshots": len(snapshots),
        "positive_snapshots": int(labels.sum()),
        "fakes": fakes,
        "accounts": int(np.unique(snapshots.account).size),
        "unlabelled": rows.unlabelled,
        "lead_days": LEAD_DAYS[rows.subject],
        "seed": seed,
        "serves": model.training_["kind"],
        "why": why,
        "newest": _describe_newest(rows, model),
        "typical": _typical(fitting.matrix),
    }
    return Trained(rows.subject, model, hash_model(model))


def choose_model(
    rows: TrainingSet, fakes: int, parameters: dict, incumbent: str | None = None
) -> tuple[RiskModel, str]:
    """The model that serves, and why: the boosted one where it ranks later time better than the score without labels.

    Where one of the two kinds serves already, the other must be surely better to take its place.
    """
    if fakes < FEWEST_FAKES:
        return (
            rows.start,
            f"{fakes} confirmed fakes; from {FEWEST_FAKES} on, boosted trees can be judged on later time.",
        )
    fitting = rows.fitting
    model = RiskModel(**parameters).fit(
        fitting.matrix.values,
        fitting.labels,
        sample_weight=fitting.weight,
        times=fitting.matrix.snapshots.moments,
        groups=fitting.matrix.snapshots.account,
        start=rows.start,
    )
    if not model.training_["fitted_before"]:
        return rows.start, "Boosted trees could not be judged on later time: " + model.training_["note"]
    boosted, start = rank_later_time(rows, model)
    told = f"average precision {boosted:.3f} after {model.training_['fitted_before'][:10]}, without labels {start:.3f}."
    better, word = ("boosted", "better") if boosted >= start else ("directions", "worse")
    kinds = {"boosted": model, "directions": rows.start}
    if incumbent in kinds and incumbent != better:
        labels, rankings, weight, account = later_time(rows, model)
        ours, theirs = rankings if better == "boosted" else rankings[::-1]
        ahead = share_ahead(labels, ours, theirs, weight, account)
        if ahead < SURE:
            told += f" That holds in {ahead:.0%} of draws of whole accounts; {SURE:.0%} are needed to change the kind that serves."
            better = incumbent
    return kinds[better], f"Boosted trees rank {word}: {told}"


def rank_later_time(rows: TrainingSet, model: RiskModel) -> tuple[float, float]:
    """Average precision of boosted trees and of the score without labels on the time after what the trees were fitted on."""
    labels, rankings, weight, _ = later_time(rows, model)
    return tuple(
        float(average_precision_score(labels, ranking, sample_weight=weight)) for ranking in rankings
    )


def later_time(
    rows: TrainingSet, model: RiskModel
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    """The time after what the trees were fitted on: labels, both rankings (boosted first), weights and accounts.

    The doubtful count as honest here: the score without labels chose them, so without them it would be judged too well. Fakes known
    by then are not looked for again.
    """
    moments, account = rows.matrix.snapshots.moments, rows.matrix.snapshots.account
    later = moments >= np.datetime64(model.training_["fitted_before"])
    known = np.isin(account, account[~later & (rows.labels == 1)]) & (rows.labels == 0)
    judged = later & ~known
    values = rows.matrix.values[judged]
    rankings = (model.early_booster_.predict(values, raw_score=True), rows.start.margin(values))
    return rows.labels[judged], rankings, rows.weight[judged], account[judged]


def _is_newest(snapshots: Snapshots, subject: str, as_of: pd.Timestamp) -> np.ndarray:
    days = 0 if subject == "account" else NEWEST_DAYS
    return snapshots.moments >= np.datetime64(as_of) - np.timedelta64(days, "D")


def _describe_newest(rows: TrainingSet, model: RiskModel) -> dict:
    """How the newest subjects before the training moment score: what the desk's capacity is held against."""
    probability = model.predict_proba(rows.newest)[:, 1]
    return {
        "days": 1 if rows.subject == "account" else NEWEST_DAYS,
        "highest": [float(f"{value:.4g}") for value in np.sort(probability)[::-1][:MOST_NEWEST]],
    }


def _typical(matrix: Matrix) -> dict:
    """Quartiles of every signal at the newest snapshots: of all shops, then of each business type that has enough of them."""
    chosen = np.argsort(matrix.snapshots.at, kind="stable")[-MOST_NEWEST:]
    values = matrix.values.iloc[chosen]
    codes = values[TYPE_COLUMN] if TYPE_COLUMN in values else pd.Series(np.nan, values.index)
    kinds = [code for code, count in codes.value_counts().sort_index().items() if count >= FEWEST_PEERS]
    groups = [values, *(values[codes == code] for code in kinds)]
    tables = [group.quantile([0.25, 0.5, 0.75]).to_numpy().T for group in groups]
    told = {
        name: [[None if np.isnan(v) else float(f"{v:.6g}") for v in table[place]] for table in tables]
        for place, name in enumerate(values)
    }
    return {"by": TYPE_COLUMN, "kinds": [None, *kinds], "quartiles": told}


def training_snapshots(signals: Signals, subject: str, as_of: pd.Timestamp) -> Snapshots:
    """The snapshots before a moment that a model of a subject may learn from."""
    if subject == "account":
        return snapshot_months(signals.views, as_of)
    choose = snapshot_applications if subject == "application" else snapshot_orders
    return choose(signals.views, None, as_of)


def label_rows(
    market: Market, snapshots: Snapshots, subject: str, as_of: pd.Timestamp, seed: int, unlabelled: str
) -> tuple[Snapshots, np.ndarray, np.ndarray]:
    """Snapshots with labels known by a moment, thinned out: snapshots, labels (0, 1, missing: left out) and weights, each of length n."""
    if not len(snapshots):
        raise InputError(
            f"There is nothing to learn from before {as_of}: no {subject} snapshot.",
            "An account is looked at from its application on, and while it orders.",
            hint="name a later --as-of",
        )
    labels = label_snapshots(market, snapshots, as_of, subject, unlabelled)
    thinned, weight = thin_out(snapshots, labels == 1, MOST_NEGATIVES, seed)
    if len(thinned) < len(snapshots):
        labels = label_snapshots(market, thinned, as_of, subject, unlabelled)
    return thinned, labels, weight


def model_parameters(subject: str, columns: tuple[Column, ...], seed: int) -> dict:
    """What the declarations and the seed say to the estimator."""
    return PARAMETERS[subject] | {
        "monotone": {column.name: column.riskier for column in columns if column.riskier},
        "categories": {column.name: len(column.unit.words) for column in columns if column.unit.words},
        "random_state": seed,
    }
