"""Score and train on a market part by part, in less memory, with the same bits as in one piece.

Three rounds over a `PartedMarket`: take each part's extract; compute signals and peers with the whole around; then, without touching
a row again, put in what peers say and score. What is written is in the order of the accounts, as in one piece.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, read_settings
from resellerrisk.matrix import Matrix, name_snapshots, take
from resellerrisk.parts import PartedMarket, deal_out
from resellerrisk.pipeline.appending import Appending, lay_scored
from resellerrisk.pipeline.laid_down import by_delivery, lay_down, take_up
from resellerrisk.pipeline.picking import pick_training_rows
from resellerrisk.pipeline.scoring import find_accounts, score_matrix, subjects_to_score
from resellerrisk.pipeline.training import (
    Trained,
    assemble,
    fit,
    training_snapshots,
)
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.declare import Column
from resellerrisk.signals.laid_extracts import LaidExtract, join_laid, lay_extract, slate_gaps
from resellerrisk.signals.peers import (
    SIZE_COLUMN,
    PeerTable,
    active_accounts,
    compared_columns,
    join_peers,
    month_of,
    take_peers,
)
from resellerrisk.signals.whole import Extract, Whole, join_extracts, take_extract
from resellerrisk.tables import as_utc
from resellerrisk.tables.checking import LIMIT
from resellerrisk.tables.moments import monday_of
from resellerrisk.vocabulary import UNLABELLED
from resellerrisk.workers import each_part, run_side_by_side

#: Tables whose rows are summed up, window by window.
SUMMED = ("orders", "deliveries", "returns", "payments", "identifiers")
#: Rows that are scored together at least, so that what a call costs whatever it is given is paid seldom; and in how many
#: pieces a result of few rows is made, so that all workers have some.
RUN_ROWS, RUNS = 10_000, 8
#: Chooses the subjects of one part.
Choose = Callable[[Signals], Snapshots]


@dataclass(frozen=True)
class Computed:
    """Signals of one part's subjects, but for what peers say.

    Attributes
    ----------
    keys : DataFrame
        As in `Matrix`.
    snapshots : Snapshots
        Coded as in the part.
    values : DataFrame
        By column; `SIZE_COLUMN` among them.
    peers : dict of int to PeerTable
        What the part brings to the peers of each month.
    """

    keys: pd.DataFrame
    snapshots: Snapshots
    values: pd.DataFrame
    peers: dict[int, PeerTable]


def gather_whole(market, extracts: Sequence[Extract] | Sequence[LaidExtract], has_shipments: bool) -> Whole:
    """The whole market from its parts' extracts, in memory or laid down."""
    join = join_laid if isinstance(extracts[0], LaidExtract) else join_extracts
    return Whole.of_parts(market, join(extracts, market.account_ids, slate_gaps()), has_shipments)


def compute_part(
    signals: Signals, snapshots: Snapshots, columns: Sequence[Column], compared, months: Sequence[int]
) -> Computed:
    """Everything of a part that its rows are needed for."""
    own = [column for column in columns if column.declaration.table != "peers"]
    if all(column.name != SIZE_COLUMN for column in own):
        own.append(catalogue().column(SIZE_COLUMN))
    known, of_peers = _walk_once(signals, snapshots, [*own, *compared], months)
    return Computed(
        name_snapshots(signals.market, snapshots),
        snapshots,
        signals.compute(snapshots, own, known),
        {month: take_peers(signals, month, compared, of_peers.get(month)) for month in months},
    )


def _walk_once(signals: Signals, snapshots: Snapshots, columns: Sequence[Column], months: Sequence[int]):
    """What rows sum up to, for the snapshots and for the peers of each month, from one walk over the rows for both.

    Nothing where there are more peers than snapshots, as in training: then only what is compared is worth computing for them.
    """
    active = {month: active_accounts(signals.views, month) for month in months}
    sizes = [len(snapshots), *map(len, active.values())]
    if sum(sizes) > 3 * sizes[0]:
        return None, {}
    summed = {
        one.name: one for one in columns if one.declaration.table in SUMMED and not one.window.own_order
    }
    account = np.concatenate([snapshots.account, *active.values()])
    at = np.concatenate([snapshots.at, np.repeat(np.array(months, np.int64), sizes[1:])])
    order = np.argsort(account, kind="stable")
    found = signals.compute(Snapshots(account[order], at[order]), list(summed.values()))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    own, *peers = (found.iloc[rows] for rows in np.split(place, np.cumsum(sizes)[:-1]))
    return own, dict(zip(months, peers, strict=True))


def add_peers(signals: Signals, computed: Computed, columns: Sequence[Column]) -> Matrix:
    """The matrix of a part's subjects from what was computed of them and the peers of the whole market."""
    values = signals.compute(computed.snapshots, columns, computed.values)
    return Matrix(computed.keys, values, tuple(columns), computed.snapshots)


def score_parts(
    data: str | os.PathLike,
    trained: Trained,
    out: str | os.PathLike,
    *,
    as_of=None,
    since=None,
    until=None,
    accounts: Sequence[str] | None = None,
    settings: Settings | None = None,
    parts: int | None = None,
    limit: float = LIMIT,
    scored_at=None,
) -> dict:
    """Score the subjects of a model in a market that need not fit in memory, and write the contract's three tables.

    Parameters
    ----------
    data : path
        Folder of the contract's tables; large ones as parquet files or folders of parquet files.
    trained : Trained
    out : path
        Folder for `scores.parquet`, `contributions.parquet` and `signals.parquet`. Parts lie there while at work, and take
        about twice the room of the data.
    as_of, since, until, accounts, settings, scored_at
        As for `score`.
    parts : int, optional
        How many parts; by default as many as keep one near a million order lines.
    limit : float
        Largest share of a table's rows that may be bad.

    Returns
    -------
    dict
        ``scored`` (rows), ``fingerprint`` and ``intake``.

    Raises
    ------
    InputError
        As `read_market` and `score` do.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".parts-", dir=out) as work:
        parted = deal_out(data, work, parts=parts, limit=limit, arranged=by_delivery)
        wanted = None if accounts is None else find_accounts(parted.market, accounts)

        def choose(signals: Signals) -> Snapshots:
            found = subjects_to_score(signals, trained.subject, as_of, since, until)
            if wanted is None:
                return found
            places = parted.market.account_ids.get_indexer(signals.market.account_ids)
            return take(found, np.isin(places[found.account], wanted))

        whole, chosen = _first_round(parted, choose, Path(work))
        months = np.unique(np.concatenate([month_of(one.at) for one in chosen])).tolist()
        compared = compared_columns(trained.columns)
        whole = _prepare_whole(whole, chosen, months, compared)
        peers = _second_round(parted, whole, chosen, trained.columns, compared, months, Path(work))
        runs = runs_of([len(one) for one in chosen], RUN_ROWS, RUNS)
        scored = _third_round(parted, whole, peers, trained, settings, scored_at, Path(work), out, runs)
        return {"scored": scored, "fingerprint": parted.fingerprint, "intake": parted.market.intake}


def train_parts(
    data: str | os.PathLike,
    subject: str,
    as_of,
    *,
    seed: int = 0,
    unlabelled: str = UNLABELLED[0],
    parts: int | None = None,
    limit: float = LIMIT,
    work: str | os.PathLike | None = None,
    **parameters,
) -> Trained:
    """Train a model on a market that need not fit in memory: the very model that `train` makes.

    Parameters
    ----------
    data : path
    subject, as_of, seed, unlabelled, **parameters
        As for `train`.
    parts, limit
        As for `score_parts`.
    work : path, optional
        Where the parts lie while at work; the system's temporary folder by default.
    """
    moment = as_utc(as_of)
    columns = catalogue().for_subject(subject)
    with tempfile.TemporaryDirectory(prefix=".parts-", dir=work) as folder:
        parted = deal_out(data, folder, parts=parts, limit=limit, before=moment, arranged=by_delivery)
        whole, found = _first_round(
            parted, lambda signals: training_snapshots(signals, subject, moment), Path(folder)
        )
        places = [parted.places(number) for number in range(parted.parts_count)]
        rows = pick_training_rows(parted.market, places, found, subject, moment, seed, unlabelled)
        months = np.unique(month_of(rows.kept.at)).tolist()
        bases = [column.base for column in columns if column.base is not None]
        whole = _prepare_whole(whole, rows.chosen, months, bases)
        peers = _second_round(parted, whole, rows.chosen, columns, bases, months, Path(folder))
        values = _collect(parted, whole, peers, columns, Path(folder))
        matrix = rows.to_matrix(parted.market, values, columns)
        rows = assemble(matrix, rows.labels, rows.weight, parted.market, subject, moment, seed, unlabelled)
        return fit(rows, parted.fingerprint, seed=seed, **parameters)


def _first_round(parted: PartedMarket, choose: Choose, work: Path) -> tuple[Whole, list[Snapshots]]:
    """The whole from the parts' extracts, and each part's subjects."""

    def look(number: int):
        signals = Signals(parted.part(number), catalogue())
        extract = take_extract(signals, parted.has_shipments)
        laid = lay_extract(work, number, extract, parted.places(number))
        return laid, choose(signals), parted.found_in(number)

    extracts, chosen = [], []
    for number, (extract, subjects, found) in enumerate(each_part(look, parted.parts_count)):
        extracts.append(extract)
        chosen.append(subjects)
        parted.take_found(number, found)
    return gather_whole(parted.finish_check(), extracts, parted.has_shipments), chosen


def _second_round(parted, whole, chosen, columns, compared, months, work: Path) -> dict[int, PeerTable]:
    """Compute every part and lay it down; the peers of the whole market."""

    def compute(number: int) -> dict[int, PeerTable]:
        signals = Signals(parted.part(number), catalogue(), whole)
        computed = compute_part(signals, chosen[number], columns, compared, months)
        lay_down(_laid(work, number), computed.keys, computed.snapshots, computed.values)
        return computed.peers

    found = list(each_part(compute, parted.parts_count))
    peers = {month: join_peers([one.pop(month) for one in found]) for month in months}
    for table in peers.values():
        table.put_in_order(compared)
    return peers


def _prepare_whole(
    whole: Whole, chosen: list[Snapshots], months: list[int], compared: Sequence[Column]
) -> Whole:
    """Make what all parts ask of the whole before they are worked on side by side; what it is made from is let go."""
    traced = any(column.declaration.table in ("links", "leaks") for column in compared)
    at = np.concatenate([*(one.at for one in chosen), np.array(months if traced else [], np.int64)])
    mondays = np.unique(monday_of(np.unique(at)))
    whole.settle(mondays, run_side_by_side)
    return whole.settled(mondays)


def _laid(work: Path, number: int) -> Path:
    return work / f"computed-{number:05d}.arrow"


def _computed(
    parted: PartedMarket, whole: Whole, peers: dict[int, PeerTable], columns, work: Path, run: range
):
    """The signals object of some parts side by side and what was computed of them, the peers put in."""
    keys, snapshots, values = zip(*(take_up(_laid(work, number)) for number in run), strict=True)
    starts = [parted.accounts_before(number) - parted.accounts_before(run.start) for number in run]
    at_hand = Snapshots(
        np.concatenate([one.account + start for one, start in zip(snapshots, starts, strict=True)]),
        np.concatenate([one.at for one in snapshots]),
        np.concatenate([one.order for one in snapshots]),
    )
    together = [
        pd.concat(frames, ignore_index=True) if len(run) > 1 else frames[0] for frames in (keys, values)
    ]
    computed = Computed(together[0], at_hand, together[1], {})
    signals = Signals(parted.run(run.start, run.stop), catalogue(), whole, peers)
    return signals, computed, add_peers(signals, computed, columns)


def runs_of(sizes: Sequence[int], rows: int, runs: int) -> list[range]:
    """Parts put together in runs of at least so many rows, but where there are few rows of as many as make so many runs.

    >>> runs_of([5, 5, 5, 5, 5], rows=10, runs=2), runs_of([1, 1, 1, 1], rows=10, runs=2)
    ([range(0, 2), range(2, 4), range(4, 5)], [range(0, 2), range(2, 4)])
    """
    enough, found, first, held = min(rows, -(-sum(sizes) // runs)), [], 0, 0
    for number, size in enumerate(sizes):
        held += size
        if held >= enough or number == len(sizes) - 1:
            found.append(range(first, number + 1))
            first, held = number + 1, 0
    return found


def _third_round(
    parted, whole, peers, trained, settings, scored_at, work: Path, out: Path, runs: list[range]
) -> int:
    """Score every run of parts, and append it to the three tables."""
    settings, rows = settings or read_settings(None), 0
    scored_at = scored_at or datetime.now(UTC).replace(tzinfo=None, microsecond=0)

    def score_one(number: int) -> list[Path]:
        signals, computed, matrix = _computed(parted, whole, peers, trained.columns, work, runs[number])
        sizes = computed.values[SIZE_COLUMN].to_numpy()
        scored = score_matrix(signals, matrix, trained, settings, scored_at, sizes)
        return [lay_scored(work / f"{name}-{number:05d}.arrow", getattr(scored, name)) for name in TABLES_OUT]

    # LightGBM's threads do not outlive a fork: a model that it has to explain itself is scored here.
    workers = 1 if isinstance(trained.model.trees_.forest, str) else None
    with ExitStack() as stack:
        writers = [stack.enter_context(Appending(out / f"{name}.parquet")) for name in TABLES_OUT]
        for paths in each_part(score_one, len(runs), workers):
            added = [writer.add(path) for writer, path in zip(writers, paths, strict=True)]
            rows += added[0]
    return rows


def _collect(parted, whole, peers, columns, work: Path) -> pd.DataFrame:
    found = [
        _computed(parted, whole, peers, columns, work, range(number, number + 1))[2].values
        for number in range(parted.parts_count)
    ]
    return pd.concat(found, ignore_index=True)


TABLES_OUT = ("scores", "contributions", "signals")
