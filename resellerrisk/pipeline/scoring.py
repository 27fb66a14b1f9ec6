"""Score: subjects at their moments -> score, probability, band, action and reasons, with contributions and signals beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, actions, add_random_reviews, bands, read_settings, score_1000
from resellerrisk.errors import InputError
from resellerrisk.matrix import (
    Matrix,
    build_matrix,
    prepare_signals,
    snapshot_accounts,
    snapshot_applications,
    snapshot_orders,
    take,
)
from resellerrisk.model import to_explanation
from resellerrisk.pipeline.trained import Trained
from resellerrisk.reasons import write_reasons
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.declare import Column
from resellerrisk.signals.peers import SIZE_COLUMN
from resellerrisk.tables import Market, as_utc, write_frame


@dataclass(frozen=True)
class Scores:
    """What comes back, in the contract's three tables, row by row the same subjects.

    Attributes
    ----------
    scores : DataFrame
        Keys, score, probability, band, action, reasons, base value, model version.
    contributions : DataFrame
        Keys, one column per signal (log-odds), base value.
    signals : DataFrame
        Keys, one column per signal.
    """

    scores: pd.DataFrame
    contributions: pd.DataFrame
    signals: pd.DataFrame

    def explanation(self):
        """The contributions as a `shap.Explanation`, row by row the scores, for shap's own plots."""
        return to_explanation(self.contributions, self.signals)

    def write(self, folder, format: str = "parquet") -> list[Path]:
        """Write the three tables to a folder; each appears whole or not at all."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tables = {"scores": self.scores, "contributions": self.contributions, "signals": self.signals}
        paths = [folder / f"{name}.{format}" for name in tables]
        for path, frame in zip(paths, tables.values(), strict=True):
            write_frame(frame, path)
        return paths


def score(
    market: Market,
    trained: Trained,
    *,
    as_of=None,
    since=None,
    until=None,
    accounts: Sequence[str] | None = None,
    settings: Settings | None = None,
    signals: Signals | None = None,
    scored_at=None,
) -> Scores:
    """Score the subjects of a model.

    Parameters
    ----------
    market : Market
        Checked tables.
    trained : Trained
        The model; its subject decides what is scored.
    as_of : str or Timestamp, optional
        For accounts: the moment T. For applications and orders the end of the time, as ``until``.
    since, until : str or Timestamp, optional
        Applications and orders with ``since <= moment < until``.
    accounts : sequence of str, optional
        Only these accounts.
    settings : Settings, optional
        Costs and capacity; the packaged ones by default.
    signals : Signals, optional
        The market's signals, where they are already prepared.
    scored_at : Timestamp, optional
        What to write as the moment of scoring; the clock's by default.

    Returns
    -------
    Scores
        Empty tables where nothing is to be scored.

    Raises
    ------
    InputError
        An account that is not there, or a time that is missing.
    """
    signals = signals or prepare_signals(market)
    snapshots = subjects_to_score(signals, trained.subject, as_of, since, until)
    if accounts is not None:
        snapshots = take(snapshots, np.isin(snapshots.account, find_accounts(market, accounts)))
    matrix = build_matrix(signals, snapshots, trained.columns)
    return score_matrix(signals, matrix, trained, settings or read_settings(None), scored_at)


def score_matrix(
    signals: Signals, matrix: Matrix, trained: Trained, settings: Settings, scored_at=None, sizes=None
) -> Scores:
    """Score a matrix that is already built; ``sizes`` are the accounts' values of `SIZE_COLUMN`, where they are at hand."""
    sizes = matrix.values.get(SIZE_COLUMN) if sizes is None else sizes
    found = trained.model.explained(matrix.values)
    explained, probability = found.to_frame(matrix.values.columns), found.probability
    base = explained["base_value"].to_numpy()
    reasons = write_reasons(
        matrix.values,
        explained.drop(columns="base_value"),
        typical_of(signals, matrix.snapshots, sizes),
        {column.name: column for column in matrix.columns},
    )
    moment = scored_at or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    scores = matrix.keys.assign(
        score=score_1000(probability),
        probability=probability,
        band=bands(probability, trained.subject, settings),
        action=recommend(probability, trained, settings, early_lines(matrix)),
    )
    scores = add_random_reviews(scores, trained.subject, settings)
    scores = pd.concat([scores, reasons.reset_index(drop=True)], axis=1)
    scores["base_value"] = base
    scores["model_version"] = trained.version
    scores["scored_at"] = np.datetime64(moment, "us")
    return Scores(
        scores,
        pd.concat([matrix.keys, explained], axis=1),
        pd.concat([matrix.keys, matrix.values], axis=1),
    )


def subjects_to_score(signals: Signals, subject: str, as_of, since, until) -> Snapshots:
    """The snapshots that a call of `score` means."""
    end = until if until is not None else as_of
    if end is None:
        raise InputError(
            f"It is not said when to score: {subject} without a moment.", hint="--as-of 2020-06-30"
        )
    end, start = as_utc(end), None if since is None else as_utc(since)
    if subject == "account":
        return snapshot_accounts(signals.views, end)
    choose = snapshot_applications if subject == "application" else snapshot_orders
    return choose(signals.views, start, end)


def find_accounts(market: Market, accounts: Sequence[str]) -> np.ndarray:
    """Codes of accounts by their ids.

    Raises
    ------
    InputError
        Where some are not in the accounts table.
    """
    codes = market.account_ids.get_indexer(list(accounts))
    absent = [account for account, code in zip(accounts, codes, strict=True) if code < 0]
    if absent:
        raise InputError(
            f"No such account: {', '.join(absent[:5])}.",
            f"The accounts table holds {len(market.account_ids)} accounts.",
            hint="look at the column account_id of the accounts table",
        )
    return codes


def typical_of(signals: Signals, snapshots: Snapshots, sizes=None):
    """A function that gives the quartiles of a column among the peers of some snapshots, shape (m, 2).

    ``sizes`` are the values of `SIZE_COLUMN`, where they are at hand.
    """
    sizes = signals.peers.sizes(snapshots) if sizes is None else np.asarray(sizes)

    def typical(column: Column, rows: np.ndarray) -> np.ndarray:
        return signals.peers.typical(column, take(snapshots, rows), sizes[rows])

    return typical


def recommend(
    probability: np.ndarray, trained: Trained, settings: Settings, early_lines: np.ndarray | None
) -> np.ndarray:
    """The action that costs least for each row, with reviews kept to what the desk can do.

    The desk's capacity is met on the newest subjects of the training time: below the probability at which it was used up
    there, the next best action is taken. So a row's action does not depend on which other rows are scored.
    """
    free = actions(probability, trained.subject, settings, early_lines, reviews=probability.size)
    none = actions(probability, trained.subject, settings, early_lines, reviews=0)
    return np.where(probability >= review_floor(trained, settings), free, none)


def review_floor(trained: Trained, settings: Settings) -> float:
    """The lowest probability for which the desk has time, by the newest subjects of the training time."""
    newest = trained.facts["newest"]
    room = int(getattr(settings, trained.subject).reviews_per_day * newest["days"])
    highest = newest["highest"]
    if room == 0:
        return np.inf
    return highest[room - 1] if room <= len(highest) else 0.0


def early_lines(matrix: Matrix) -> np.ndarray | None:
    """Whether each order has lines before their street date, bool[n]; None for other subjects."""
    name = "early_lines_count_this_order"
    return matrix.values[name].to_numpy() > 0 if name in matrix.values else None
