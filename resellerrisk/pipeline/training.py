"""Train: a market as it was known at a moment -> a model for one subject. Nothing after the moment is read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError, ModelError
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
    take,
    thin_out,
)
from resellerrisk.model import RiskModel
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.declare import Column
from resellerrisk.signals.peers import FEWEST_PEERS
from resellerrisk.tables import Market, as_utc
from resellerrisk.vocabulary import SUBJECTS, UNLABELLED

#: Snapshots of accounts not found fake that training takes at most; the kept ones weigh for the others.
MOST_NEGATIVES = 60_000
#: Share of the undecided snapshots that are too much like confirmed fakes to count as honest, and the short first model that
#: finds them (one thread: two in one booster mostly wait); chosen by validation inside the training time (docs/experiments.md).
DOUBTFUL_SHARE = 0.02
FIRST = {"learning_rate": 0.05, "max_trees": 100, "bags": 1, "n_jobs": 1}
#: What differs from the estimator's own defaults; chosen by validation inside the training time (docs/experiments.md).
PARAMETERS = {
    "application": {"max_trees": 300, "min_child_samples": 5, "bags": 4},
    "account": {"learning_rate": 0.1, "max_trees": 150},
    "order": {"learning_rate": 0.1, "max_trees": 150},
}
#: Applications and orders of so many days before the training moment tell how much the desk's capacity can meet.
NEWEST_DAYS = 90
MOST_NEWEST = 2_000
#: The signal that tells shops' kinds apart in what is typical of them.
TYPE_COLUMN = "business_type"


@dataclass(frozen=True)
class Trained:
    """A model with what it was made from.

    Attributes
    ----------
    subject : str
        What it scores.
    model : RiskModel
        The estimator.
    version : str
        ``name/number`` where it is registered, else the beginning of its text's hash.
    """

    subject: str
    model: RiskModel
    version: str

    @property
    def facts(self) -> dict:
        """What the training wrote down: as_of, data fingerprint, counts, labels, signals."""
        return self.model.facts_

    @property
    def columns(self) -> tuple[Column, ...]:
        """Declarations of the model's columns, in its order; signals that are new since its training are left out.

        Raises
        ------
        ModelError
            Where a signal it was trained on is gone, or is declared otherwise.
        """
        there = {column.name: column for column in catalogue().for_subject(self.subject)}
        hashes = self.facts.get("signal_hashes", {})
        gone = [name for name in self.model.columns_ if name not in there]
        other = [
            name
            for name in self.model.columns_
            if name in there and name in hashes and hashes[name] != hash_column(there[name])
        ]
        if gone or other:
            raise ModelError(
                f"Model {self.version} was trained on other signals than this program has.",
                f"Gone: {', '.join(gone) or 'none'}. Declared otherwise: {', '.join(other) or 'none'}.",
                hint=f"resellerrisk train DATA --subject {self.subject}",
            )
        return tuple(there[name] for name in self.model.columns_)

    def save(self, folder) -> None:
        """Write the model to a folder."""
        self.model.save(folder)

    @classmethod
    def load(cls, folder, version: str | None = None) -> Trained:
        """Read a model from a folder; a changed byte is refused."""
        model = RiskModel.load(folder)
        if "subject" not in model.facts_:
            raise ModelError(
                f"{folder} holds a model that does not say what it scores.",
                hint="train it by resellerrisk train",
            )
        return cls(model.facts_["subject"], model, version or hash_model(model))


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
        Where there is nothing to learn from: no snapshot, or no confirmed fake before ``as_of``.
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
    """

    subject: str
    as_of: pd.Timestamp
    matrix: Matrix
    labels: np.ndarray
    weight: np.ndarray
    unlabelled: str

    def take(self, chosen: np.ndarray) -> TrainingSet:
        """Some of the rows, by a mask."""
        return replace(
            self, matrix=self.matrix.take(chosen), labels=self.labels[chosen], weight=self.weight[chosen]
        )


def training_set(
    signals: Signals, subject: str, as_of: pd.Timestamp, seed: int = 0, unlabelled: str = UNLABELLED[0]
) -> TrainingSet:
    """Snapshots before a moment, their signals, and their labels as known at it."""
    snapshots = training_snapshots(signals, subject, as_of)
    snapshots, labels, weight = label_rows(signals.market, snapshots, subject, as_of, seed, unlabelled)
    matrix = build_matrix(signals, snapshots, catalogue().for_subject(subject))
    return leave_out_doubtful(
        TrainingSet(subject, as_of, matrix, labels, weight, unlabelled), signals.market, seed
    )


def leave_out_doubtful(rows: TrainingSet, market: Market, seed: int) -> TrainingSet:
    """The training set without the undecided snapshots that look like confirmed fakes, where that was asked for."""
    if rows.unlabelled != "doubtful_left_out":
        return rows
    doubtful = find_doubtful(rows, ~is_decided(market, rows.matrix.snapshots, rows.as_of), seed)
    return rows.take(~doubtful)


def find_doubtful(rows: TrainingSet, undecided: np.ndarray, seed: int) -> np.ndarray:
    """Undecided snapshots that look most like the confirmed fakes, bool[n]: a first, short model's highest.

    Undetected fakes among the unlabelled are the rule, and counted as honest they teach the model to let go of just what gives
    fakes away. Source: the two-step technique of learning from positive and unlabelled examples (Bekker and Davis 2020, 5.1).
    """
    columns = rows.matrix.columns
    first = RiskModel(**model_parameters(rows.subject, columns, seed) | FIRST)
    snapshots = rows.matrix.snapshots
    first.fit(
        rows.matrix.values,
        rows.labels,
        sample_weight=rows.weight,
        times=snapshots.moments,
        groups=snapshots.account,
    )
    margin = first.margin(rows.matrix.values)
    open_rows = undecided & (rows.labels == 0)
    if not open_rows.any():
        return open_rows
    return open_rows & (margin > np.quantile(margin[open_rows], 1 - DOUBTFUL_SHARE))


def fit(rows: TrainingSet, data_fingerprint: str, *, seed: int = 0, **parameters) -> Trained:
    """Fit the estimator on a training set, and write down what it was made from."""
    columns, snapshots, labels = rows.matrix.columns, rows.matrix.snapshots, rows.labels
    model = RiskModel(**model_parameters(rows.subject, columns, seed) | parameters)
    model.fit(
        rows.matrix.values,
        labels,
        sample_weight=rows.weight,
        times=snapshots.moments,
        groups=snapshots.account,
    )
    model.facts_ = {
        "subject": rows.subject,
        "as_of": rows.as_of.isoformat(),
        "data_fingerprint": data_fingerprint,
        "signals": len(columns),
        "signals_hash": hash_columns(columns),
        "signal_hashes": {column.name: hash_column(column) for column in columns},
        "snapshots": len(snapshots),
        "positive_snapshots": int(labels.sum()),
        "fakes": int(np.unique(snapshots.account[labels == 1]).size),
        "accounts": int(np.unique(snapshots.account).size),
        "unlabelled": rows.unlabelled,
        "lead_days": LEAD_DAYS[rows.subject],
        "seed": seed,
        "newest": _newest(rows, model),
        "typical": _typical(rows.matrix),
    }
    return Trained(rows.subject, model, hash_model(model))


def _newest(rows: TrainingSet, model: RiskModel) -> dict:
    """How the newest subjects before the training moment score: what the desk's capacity is held against."""
    at = rows.matrix.snapshots.moments
    days = 1 if rows.subject == "account" else NEWEST_DAYS
    chosen = at >= np.datetime64(rows.as_of) - np.timedelta64(0 if rows.subject == "account" else days, "D")
    probability = model.predict_proba(rows.matrix.values[chosen])[:, 1]
    return {
        "days": days,
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
    """Snapshots with labels known by a moment, thinned out: snapshots, 0/1 labels and weights, each of length n."""
    labels = label_snapshots(market, snapshots, as_of, subject, unlabelled)
    known = ~np.isnan(labels)
    snapshots, labels = take(snapshots, known), labels[known]
    if not len(snapshots) or not labels.any():
        raise InputError(
            f"There is nothing to learn from before {as_of}: {len(snapshots)} {subject} snapshots, no confirmed fake among them.",
            "A fake retailer is learnt from outcomes rows with outcome 'fake' and decided_at before --as-of.",
            hint="name a later --as-of, or add the outcomes table",
        )
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


def hash_model(model: RiskModel) -> str:
    """The beginning of the SHA-256 of the model's text: the version of a model that is not registered."""
    return hashlib.sha256(model.booster_.model_to_string().encode()).hexdigest()[:12]


def hash_columns(columns: tuple[Column, ...]) -> str:
    """A hash over what the columns are called and how they are declared, in their order."""
    return hashlib.sha256(json.dumps([[c.name, hash_column(c)] for c in columns]).encode()).hexdigest()


def hash_column(column: Column) -> str:
    """A hash over how a column is declared: rows, measure, unit, window and direction. Its code is not part of it."""
    declared, window = column.declaration, column.window
    told = [
        declared.table,
        declared.measure.kind,
        declared.measure.unit.name,
        declared.riskier,
        [window.far, window.near, window.own_order] if window else None,
        column.base.name if column.base else None,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
