"""Score the orders of a night from a state that takes in what the night brought: what the tables say, at the price of the new rows.

The scores, contributions and signals are those of `score` over the tables, bit for bit (tests/laws/test_nights.py). A Monday makes
tracing and groups anew, a first of the month what is typical of peers, over all accounts but without history.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, read_settings
from resellerrisk.errors import InputError
from resellerrisk.jobs.folder import hold_lock
from resellerrisk.matrix import build_matrix, snapshot_orders
from resellerrisk.pipeline.scoring import Scores, score_matrix
from resellerrisk.pipeline.trained import Trained
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import month_of
from resellerrisk.signals.rows import micros
from resellerrisk.state.ledger import Stale, Took, months_between
from resellerrisk.state.nights import WEEK, Nights
from resellerrisk.tables import as_utc
from resellerrisk.tables.checking import LIMIT

DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Night:
    """What a night came to.

    Attributes
    ----------
    scores : Scores
        Of the orders with ``since <= ordered_at < as_of``.
    took : Took
        What was done to the state.
    weeks : int
        Mondays that tracing and groups were made for.
    signals : tuple of Signals
        Of the accounts that ordered; one a week that the night reaches into.
    """

    scores: Scores
    took: Took
    weeks: int
    signals: tuple[Signals, ...]


def score_night(
    data: str | os.PathLike,
    trained: Trained,
    state: str | os.PathLike,
    *,
    as_of,
    since=None,
    settings: Settings | None = None,
    limit: float = LIMIT,
    scored_at=None,
) -> Night:
    """Score the orders of a night, taking into the state what is new in the tables.

    Parameters
    ----------
    data : path
        Folder of the contract's tables. Each may be one file, or a folder of parquet files to which every night adds one (or several): only files that
        are new or changed are read. A file that was there before and changed is taken for corrected.
    trained : Trained
        A model of orders.
    state : path
        Folder of the state; built where there is none, or one that cannot take in what the tables hold now.
    as_of : str or Timestamp
        The end of the night.
    since : str or Timestamp, optional
        Its beginning; a day before by default.
    settings : Settings, optional
    limit : float
        Largest share of a table's new rows that may be bad.
    scored_at : Timestamp, optional

    Returns
    -------
    Night

    Raises
    ------
    InputError
        A model of another subject, tables that cannot be used, or a night before the state's two weeks.
    Busy
        Another run is at work on the state.
    """
    if trained.subject != "order":
        raise InputError(
            f"Model {trained.version} scores the subject {trained.subject}.",
            "A state follows orders.",
            hint="load a model of the subject order, or score without a state",
        )
    end = as_utc(as_of)
    start = end - DAY if since is None else as_utc(since)
    state = Path(state).absolute()
    with hold_lock(state.with_name(f".{state.name}.lock")):
        nights = Nights(state, data)
        took = nights.take(end, limit)
        try:
            found, weeks = _score_weeks(nights, start, end, trained, settings, scored_at)
        except Stale as why:
            took = nights.build(end, limit, str(why))
            found, weeks = _score_weeks(nights, start, end, trained, settings, scored_at)
        return Night(_join([scores for scores, _ in found]), took, weeks, tuple(one for _, one in found))


def _score_weeks(
    nights: Nights, start, end, trained: Trained, settings, scored_at
) -> tuple[list[tuple[Scores, Signals]], int]:
    """Scores and signals of each week that a night reaches into, and how many Mondays were made."""
    if nights.base_at(start) is None:
        raise InputError(
            f"The state goes back to {pd.Timestamp(nights.first, unit='us')}, and orders from {start} on are asked for.",
            hint="resellerrisk score DATA --subject order, without --state",
        )
    parts, weeks = [], 0
    for low, high, rolled in _weeks(nights, start, end):
        weeks += rolled
        parts.append(_score(nights, low, high, trained, settings or read_settings(None), scored_at))
    return parts, weeks


def _weeks(nights: Nights, start: pd.Timestamp, end: pd.Timestamp):
    """The night cut at Mondays; the state is made anew for each that has begun."""
    low, rolled = start, 0
    while True:
        base = nights.base_at(low)
        following = pd.Timestamp(base.monday, unit="us") + WEEK
        if low >= following:
            nights.roll(following)
            rolled += 1
            continue
        yield low, min(end, following), rolled
        if end <= following:
            return
        low, rolled = following, 0


def _score(
    nights: Nights, low: pd.Timestamp, high: pd.Timestamp, trained: Trained, settings: Settings, scored_at
) -> tuple[Scores, Signals]:
    base = nights.base_at(low)
    merged = nights.merged(base)
    orders = merged.since.views.orders
    at = micros(orders.at)
    span = [int(moment.to_datetime64().astype("datetime64[us]").astype(np.int64)) for moment in (low, high)]
    tonight = (at >= span[0]) & (at < span[1])
    accounts = np.unique(merged.since.codes[orders.account[tonight]])
    months = np.unique(month_of(np.append(at[tonight], span[:1]))).tolist()
    coming = [month for month in months_between(base.moment, span[1]).tolist() if month in months]
    signals = merged.signals(accounts, nights.months(base, merged, coming))
    snapshots = snapshot_orders(signals.views, low, high)
    matrix = build_matrix(signals, snapshots, trained.columns)
    return score_matrix(signals, matrix, trained, settings, scored_at), signals


def _join(parts: list[Scores]) -> Scores:
    """Scores of several weeks in the order they have in one piece: by account, then moment. One without orders has no say, not in the columns either."""
    parts = [one for one in parts if len(one.scores)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    tables = {}
    for name in ("scores", "contributions", "signals"):
        frame = pd.concat([getattr(one, name) for one in parts], ignore_index=True)
        order = np.argsort(frame["account_id"].to_numpy(object), kind="stable")
        tables[name] = frame.iloc[order].reset_index(drop=True)
    return Scores(**tables)
