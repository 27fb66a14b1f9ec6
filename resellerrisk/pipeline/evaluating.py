"""Evaluate: train before a moment, judge on moments after it, beside a logistic regression and a one-line rule.

Each account is judged on what turned out, from the truth of a simulated market or from the outcomes known at the data's end.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk import __version__
from resellerrisk.decisions import Settings, read_settings
from resellerrisk.errors import InputError
from resellerrisk.evaluation import Evaluation, judge
from resellerrisk.matrix import (
    Matrix,
    build_matrix,
    known_fakes,
    newest_outcomes,
    prepare_signals,
    snapshot_accounts,
    snapshot_applications,
    snapshot_orders,
    take,
)
from resellerrisk.model import LogisticBaseline
from resellerrisk.pipeline.ablation import ablate
from resellerrisk.pipeline.training import (
    SERVES,
    Trained,
    TrainingSet,
    fit,
    training_set,
)
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.peers import active_accounts
from resellerrisk.tables import Market, as_utc

#: The rule of one line, by subject: the higher the value, the riskier.
RULES = {
    "account": "before_street_date_share_90d",
    "order": "before_street_date_share_this_order",
    "application": "website_missing",
}
#: Accounts are judged so many months after the training moment, and again, to the end of the data.
MONTHS_BETWEEN = 3
#: An application is judged a fake's where the account is fake within so many days of applying; a later take-over is not on the form.
APPLICATION_DAYS = 90
YOUNG_YEARS, SMALL_UNITS = 1.0, 100
#: What the judge counts of an order, and the signals that tell it.
ORDER_COUNTS = {
    "lines": "lines_count_this_order",
    "early_lines": "early_lines_count_this_order",
    "early_units": "early_units_total_this_order",
}


@dataclass(frozen=True)
class Truth:
    """Who is fake from when on, by account code: what the judge believes.

    Attributes
    ----------
    since : datetime64[us][n_accounts]
        NaT where the account is not known to be fake.
    ring : object[n_accounts]
        The ring's name, or None.
    labels : {"truth", "outcomes"}
        Where it is from.
    """

    since: np.ndarray
    ring: np.ndarray
    labels: str


def evaluate(
    market: Market,
    subject: str,
    as_of,
    *,
    truth: str | Path | pd.DataFrame | None = None,
    settings: Settings | None = None,
    signals: Signals | None = None,
    seed: int = 0,
    ablation: bool = False,
) -> Evaluation:
    """Train on what was known before a moment and judge on what came after.

    Parameters
    ----------
    market : Market
        Checked tables that go on after ``as_of``.
    subject : {"application", "account", "order"}
        What is scored.
    as_of : str or Timestamp
        The training moment, UTC.
    truth : path or DataFrame, optional
        ``account_id``, ``is_fake``, ``since`` and, where known, ``ring``. Without it the outcomes known at the end of the data
        judge: fakes that nobody found count as honest, so the figures are lower bounds.
    settings : Settings, optional
        Costs and capacity.
    signals : Signals, optional
        The market's signals, where they are already prepared.
    seed : int
        Of the training.
    ablation : bool
        Also fit again without each family of signals, and with nothing else: takes some twenty times as long.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        Where nothing comes after the moment, or nothing can be learnt before it.
    """
    moment, settings = as_utc(as_of), settings or read_settings(None)
    signals = signals or prepare_signals(market)
    believed = read_truth(market, truth)
    rows = training_set(signals, subject, moment, seed)
    trained = fit(rows, market.before(moment).fingerprint, seed=seed)
    later = build_matrix(signals, later_snapshots(signals, subject, moment), trained.columns)
    judged = judged_frame(signals, rows, trained, later, believed)
    return judge(
        judged,
        subject=subject,
        settings=settings,
        labels=believed.labels,
        conditions={
            "data": market.fingerprint[:16],
            "trained on what was known before": moment.isoformat(" "),
            "confirmed fakes in training": trained.facts["fakes"],
            "serves": f"{SERVES[trained.facts['serves']]}. {trained.facts['why']}",
            "signals": trained.facts["signals"],
            "model": trained.version,
            "program": __version__,
            "seed": seed,
        },
        signals=later.values,
        directions={column.name: column.riskier for column in trained.columns if column.riskier},
        ablation=ablate(rows, later, judged, seed=seed) if ablation else None,
    )


def later_snapshots(
    signals: Signals, subject: str, moment: pd.Timestamp, until: pd.Timestamp | None = None
) -> Snapshots:
    """The subjects after the training moment, to another moment or the data's end; accounts without those known as fake.

    Raises
    ------
    InputError
        Where the data end before anything could be judged.
    """
    end = signals.market.orders["ordered_at"].max()
    end = end if until is None else min(end, until)
    if subject == "account":
        found = _account_moments(signals, moment, end)
    else:
        choose = snapshot_applications if subject == "application" else snapshot_orders
        found = choose(signals.views, moment, end)
    if not len(found):
        raise InputError(
            f"There is nothing to judge after {moment}: the orders end at {end}.",
            hint="name an earlier --as-of; accounts are judged three, six and more months after it",
        )
    return found


def _account_moments(signals: Signals, moment: pd.Timestamp, end: pd.Timestamp) -> Snapshots:
    parts = []
    for step in range(1, 1 + 12 * 20 // MONTHS_BETWEEN):
        at = moment + pd.DateOffset(months=step * MONTHS_BETWEEN)
        if at > end:
            break
        snapshots = snapshot_accounts(signals.views, at)
        active = active_accounts(signals.views, int(np.datetime64(at, "us").view(np.int64)))
        active = np.setdiff1d(active, known_fakes(signals.market, at))
        parts.append(take(snapshots, np.isin(snapshots.account, active)))
    nobody = np.empty(0, np.int64)
    return Snapshots(
        np.concatenate([nobody, *(part.account for part in parts)]),
        np.concatenate([nobody, *(part.at for part in parts)]),
    )


def read_truth(market: Market, truth: str | Path | pd.DataFrame | None) -> Truth:
    """What the judge believes: a truth table, or the outcomes known at the end."""
    since = np.full(len(market.account_ids), np.datetime64("NaT"), "datetime64[us]")
    ring = np.full(since.size, None, object)
    if truth is None:
        last = newest_outcomes(market, pd.Timestamp.max.floor("us"))
        fakes = last[last["outcome"] == "fake"]
        applied = market.accounts.set_index("account_id")["applied_at"].reindex(market.account_ids).to_numpy()
        since[fakes.index] = applied[fakes.index]
        return Truth(since, ring, "outcomes")
    frame = truth if isinstance(truth, pd.DataFrame) else _read_table(Path(truth))
    missing = [name for name in ("account_id", "is_fake", "since") if name not in frame]
    if missing:
        raise InputError(f"The truth lacks {', '.join(missing)}.", f"It has {', '.join(frame.columns)}.")
    fakes = frame[frame["is_fake"].astype(bool)].drop_duplicates("account_id", keep="last")
    codes = market.account_ids.get_indexer(fakes["account_id"].astype(str))
    there = codes >= 0
    since[codes[there]] = pd.to_datetime(fakes["since"]).to_numpy("datetime64[us]")[there]
    if "ring" in fakes:
        ring[codes[there]] = fakes["ring"].where(fakes["ring"].notna(), None).to_numpy(object)[there]
    return Truth(since, ring, "truth")


def _read_table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"There is no truth file {path}.", hint="--truth MARKET/truth/accounts.parquet")
    return pd.read_csv(path, dtype={"account_id": str}) if path.suffix == ".csv" else pd.read_parquet(path)


def judged_frame(
    signals: Signals, rows: TrainingSet, trained: Trained, later: Matrix, truth: Truth, rivals: bool = True
) -> pd.DataFrame:
    """One row per later snapshot: the rankings, what was true, and which group the account belongs to."""
    subject, account, at = trained.subject, later.snapshots.account, later.snapshots.moments
    since = truth.since[account]
    grace = np.timedelta64(APPLICATION_DAYS if subject == "application" else 0, "D")
    frame = later.keys.assign(
        probability=trained.model.predict_proba(later.values)[:, 1],
        fake=since <= at + grace,
        known=_known_before(signals.market, later.snapshots),
        ring=truth.ring[account],
        ring_known=_ring_known(signals.market, truth, rows.as_of)[account],
        **describe_rows(signals, later),
    )
    if rivals and np.unique(rows.labels).size > 1:
        fitting = rows.fitting
        logistic = LogisticBaseline().fit(fitting.matrix.values, fitting.labels, sample_weight=fitting.weight)
        frame["logistic"] = logistic.predict_proba(later.values)[:, 1]
    if rivals:
        frame["rule"] = later.values[RULES[subject]].fillna(-1.0).to_numpy()
    if subject == "order" and frame["order_id"].duplicated().any():
        frame["order_id"] = frame["order_id"] + "@" + frame["account_id"]
    return frame


def describe_rows(signals: Signals, matrix: Matrix) -> dict[str, np.ndarray]:
    """What a judge wants to know of each row beside its score: the shop's kind, and of an order its lines."""
    told = _groups(signals, matrix.snapshots)
    counted = [name for name in ORDER_COUNTS.values() if name in matrix.values]
    if len(counted) == len(ORDER_COUNTS):
        told |= {name: matrix.values[column].to_numpy() for name, column in ORDER_COUNTS.items()}
    return told


def _known_before(market: Market, snapshots: Snapshots) -> np.ndarray:
    """Whether the account was already known as fake before the snapshot."""
    last = newest_outcomes(market, pd.Timestamp.max.floor("us"))
    found = (
        last.loc[last["outcome"] == "fake", "decided_at"]
        .reindex(snapshots.account)
        .to_numpy("datetime64[us]")
    )
    return found < snapshots.moments


def _ring_known(market: Market, truth: Truth, moment: pd.Timestamp) -> np.ndarray:
    """Whether some member of the account's ring was known as fake at the training moment."""
    known = {truth.ring[code] for code in known_fakes(market, moment)} - {None}
    return np.array([ring in known for ring in truth.ring], bool)


def _groups(signals: Signals, snapshots: Snapshots) -> dict[str, np.ndarray]:
    """Which accounts belong to the honest groups that look most like fakes."""
    form = signals.views.form
    account = snapshots.account
    country = pd.Series(np.asarray(form.country, object))
    applied = pd.Series(form.applied_at).to_numpy("datetime64[us]")
    return {
        "business_type": np.asarray(form.business_type.astype(object))[account],
        "small": signals.peers.sizes(snapshots) < SMALL_UNITS,
        "young": (snapshots.moments - applied[account]) / np.timedelta64(1, "D") < YOUNG_YEARS * 365.2425,
        "home_based": np.asarray(form.address_kind == "residential")[account],
        "foreign": (country != country.mode().iloc[0]).to_numpy()[account],
    }
