"""What the workers do, round by round; each round is one object that travels to them and is called with the pieces of one part.

The rounds are those of `resellerrisk.pipeline.parted`, and so is the code: nothing is computed here in a way of its own.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.cluster import pieces
from resellerrisk.cluster.pieces import Piece
from resellerrisk.decisions import Settings
from resellerrisk.errors import InputError
from resellerrisk.matrix import take
from resellerrisk.parts import chunks
from resellerrisk.parts.checks import note_part
from resellerrisk.pipeline.parted import Computed, add_peers, compute_part
from resellerrisk.pipeline.scoring import score_matrix, subjects_to_score
from resellerrisk.pipeline.training import Trained, training_snapshots
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.peers import SIZE_COLUMN
from resellerrisk.signals.whole import take_extract
from resellerrisk.tables import TABLES, Market
from resellerrisk.tables.cells import read_cells
from resellerrisk.tables.files import RawTable
from resellerrisk.tables.parts import SmallTables, assemble_part, check_part

TABLE, SUBJECTS, EXTRACT, FOUND, FAILED, ORDER_IDS = (
    "table ",
    "subjects",
    "extract",
    "found",
    "failed",
    "orders",
)
KEYS, VALUES, SNAPSHOTS, PEERS, SHAPE = "keys", "values", "snapshots", "peers", "shape "
TABLES_OUT = ("scores", "contributions", "signals")


@dataclass(frozen=True)
class Deal:
    """Rows of a large table into packed tables, one for each part that has any.

    Attributes
    ----------
    table : str
    first_ids : object[n_parts - 1]
        The first account of every part but the first.
    """

    table: str
    first_ids: np.ndarray

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held: list[pa.RecordBatch] = []
        for batch in batches:
            held.append(batch)
            if sum(one.num_rows for one in held) >= chunks.CHUNK_ROWS:
                yield from map(pieces.to_batch, self._deal(held))
                held = []
        if held:
            yield from map(pieces.to_batch, self._deal(held))

    def _deal(self, batches: list[pa.RecordBatch]) -> Iterator[Piece]:
        table = pa.Table.from_batches(batches)
        ids = read_cells(TABLES[self.table]["account_id"], table["account_id"]).values
        part_of = np.searchsorted(self.first_ids, ids.categories.to_numpy(object), side="right")
        part = np.append(part_of, 0)[ids.codes].astype(np.int64)
        order = np.argsort(part, kind="stable")
        table = _with_codes(table.take(pa.array(order)))
        ends = np.cumsum(np.bincount(part, minlength=len(self.first_ids) + 1))
        for number, (start, end) in enumerate(zip(np.append(0, ends[:-1]), ends, strict=True)):
            if end > start:
                [batch] = table.slice(start, end - start).to_batches()
                rows = chunks.compact(batch)
                yield Piece(
                    number, TABLE + self.table, int(rows[chunks.ROW][0].as_py()), pieces.pack_table(rows)
                )


def _with_codes(table: pa.Table) -> pa.Table:
    """Texts as codes of one list."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            codes = table.column(place).dictionary_encode().unify_dictionaries()
            table = table.set_column(place, field.name, codes)
    return table.combine_chunks()


@dataclass(frozen=True)
class Choice:
    """Which subjects are looked at.

    Attributes
    ----------
    subject : str
    as_of, since, until
        As for `score`; for training ``as_of`` is its moment.
    accounts : frozenset of str, optional
        Only these.
    training : bool
    """

    subject: str
    as_of: object = None
    since: object = None
    until: object = None
    accounts: frozenset[str] | None = None
    training: bool = False

    def __call__(self, signals: Signals) -> Snapshots:
        if self.training:
            return training_snapshots(signals, self.subject, self.as_of)
        found = subjects_to_score(signals, self.subject, self.as_of, self.since, self.until)
        if self.accounts is None:
            return found
        return take(found, signals.market.account_ids[found.account].isin(self.accounts))


@dataclass(frozen=True)
class Dealt:
    """What every worker knows from the beginning.

    Attributes
    ----------
    small : SmallTables
    part_of : int64[n_accounts]
        The part of each account.
    large : dict of str to (str, pyarrow.Table)
        The large tables that are there: what to call their source, and their columns without rows.
    has_shipments : bool
    before : Timestamp, optional
        The fingerprint is that of what was known before this moment.
    """

    small: SmallTables
    part_of: np.ndarray
    large: dict[str, tuple[str, pa.Table]]
    has_shipments: bool
    before: pd.Timestamp | None = None

    def accounts(self, part: int) -> np.ndarray:
        """Which accounts are a part's, bool[n_accounts]."""
        return self.part_of == part


class Round:
    """One round: the pieces of one part in, pieces out. A fault of the data comes back as a piece; any other error ends the task."""

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        came: dict[str, list[Piece]] = {}
        part = -1
        for piece in pieces.read_pieces(batches):
            part = piece.part
            came.setdefault(piece.kind, []).append(piece)
        if part < 0:
            raise RuntimeError("A part came without a piece: rows were dealt out to no part of this market.")
        try:
            yield from map(pieces.to_batch, self.work(part, _Came(came)))
        except InputError as error:
            yield pieces.to_batch(Piece(part, FAILED, 0, _pack_error(error)))

    def work(self, part: int, came: _Came) -> Iterator[Piece]:
        """Work on one part."""
        raise NotImplementedError


class _Came(dict):
    """The pieces of one part by kind; contents in the order of their places, each taken once."""

    def contents(self, kind: str) -> list:
        found = sorted(self.pop(kind, []), key=lambda piece: piece.place)
        return [piece.content for piece in found]


def _pack_error(error: InputError) -> bytes:
    told = [error.what, error.there_is, error.hint]
    return json.dumps({"told": told, "faults": pieces.pack_faults(error.faults)}).encode()


@dataclass(frozen=True)
class FirstRound(Round):
    """Check a part, keep its rows typed, take its extract, choose its subjects.

    Attributes
    ----------
    dealt : Broadcast of Dealt
    choice : Choice
    """

    dealt: object
    choice: Choice

    def work(self, part: int, came: _Came) -> Iterator[Piece]:
        dealt: Dealt = self.dealt.value
        raw = {name: _raw(name, came.contents(TABLE + name), *told) for name, told in dealt.large.items()}
        market, found = check_part(dealt.small, raw, dealt.accounts(part))
        noted = note_part(market, found, dealt.before)
        del raw, found
        yield Piece(part, FOUND, 0, pieces.pack_found(noted))
        yield Piece(part, ORDER_IDS, 0, pieces.pack_arrays({"hash": noted.orders.view(np.int64)}))
        for name in dealt.large:
            yield from pieces.frame_pieces(part, TABLE + name, market.tables()[name])
        signals = Signals(market, catalogue())
        yield Piece(part, EXTRACT, 0, pieces.pack_extract(take_extract(signals, dealt.has_shipments)))
        yield Piece(part, SUBJECTS, 0, pieces.pack_snapshots(self.choice(signals)))


def _raw(name: str, contents: list, file: str, empty: pa.Table) -> RawTable:
    """A part's rows of a large table, in the order of their numbers."""
    if not contents:
        return RawTable(name, file, empty, numbers=np.empty(0, np.int64))
    table = pieces.join_tables(contents)
    numbers = table[chunks.ROW].to_numpy()
    if (numbers[1:] < numbers[:-1]).any():
        table = table.take(pa.array(np.argsort(numbers)))
        numbers = np.sort(numbers)
    return RawTable(name, file, table.drop_columns([chunks.ROW]), numbers=numbers)


@dataclass(frozen=True)
class SecondRound(Round):
    """Compute a part's signals with the whole around it, and what it brings to peers.

    Attributes
    ----------
    dealt : Broadcast of Dealt
    whole : Broadcast of Whole
    columns, compared : tuple of str
        Names of the columns, and of those that are compared with peers.
    months : tuple of int
    chosen : Broadcast of list of Snapshots, optional
        The subjects by part, where the driver chose among those that the parts found.
    """

    dealt: object
    whole: object
    columns: tuple[str, ...]
    compared: tuple[str, ...]
    months: tuple[int, ...]
    chosen: object = None

    def work(self, part: int, came: _Came) -> Iterator[Piece]:
        market = _typed(self.dealt.value, part, came)
        [found] = came.contents(SUBJECTS)
        snapshots = pieces.unpack_snapshots(found) if self.chosen is None else self.chosen.value[part]
        signals = Signals(market, catalogue(), self.whole.value)
        computed = compute_part(
            signals, snapshots, _columns(self.columns), _columns(self.compared), self.months
        )
        yield from pieces.frame_pieces(part, KEYS, computed.keys)
        yield from pieces.frame_pieces(part, VALUES, computed.values)
        yield Piece(part, SNAPSHOTS, 0, pieces.pack_snapshots(snapshots))
        for month, peers in computed.peers.items():
            yield Piece(part, PEERS, month, pieces.pack_peers(peers))


def _typed(dealt: Dealt, part: int, came: _Came) -> Market:
    frames = {name: pieces.unpack_frame(came.contents(TABLE + name)) for name in dealt.large}
    return assemble_part(dealt.small.market, frames, dealt.accounts(part))


def _columns(names: tuple[str, ...]) -> tuple:
    return tuple(catalogue().column(name) for name in names)


@dataclass(frozen=True)
class Judge:
    """A model as it travels: its files, and what it is called. No pickle holds a model.

    Attributes
    ----------
    files : dict of str to bytes
    version : str
    settings : Settings
    scored_at : datetime
    """

    files: dict[str, bytes]
    version: str
    settings: Settings
    scored_at: object

    @classmethod
    def of(cls, trained: Trained, settings: Settings, scored_at) -> Judge:
        """Pack a model."""
        with tempfile.TemporaryDirectory() as folder:
            trained.save(Path(folder) / "model")
            files = {path.name: path.read_bytes() for path in (Path(folder) / "model").iterdir()}
        return cls(files, trained.version, settings, scored_at)

    def trained(self) -> Trained:
        """The model; a byte that changed on the way is refused."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in self.files.items():
                (Path(folder) / name).write_bytes(content)
            return Trained.load(folder, self.version)


@dataclass(frozen=True)
class ThirdRound(Round):
    """Put in what peers say; score where there is a judge, else hand the matrix over.

    Attributes
    ----------
    dealt : Broadcast of Dealt
    whole : Broadcast of Whole
    peers : Broadcast of dict of int to PeerTable
    columns : tuple of str
    judge : Broadcast of Judge, optional
    """

    dealt: object
    whole: object
    peers: object
    columns: tuple[str, ...]
    judge: object = None

    def work(self, part: int, came: _Came) -> Iterator[Piece]:
        dealt: Dealt = self.dealt.value
        [snapshots] = came.contents(SNAPSHOTS)
        keys, values = (pieces.unpack_frame(came.contents(kind)) for kind in (KEYS, VALUES))
        computed = Computed(keys, pieces.unpack_snapshots(snapshots), values, {})
        accounts = dealt.small.market.part(dealt.accounts(part))
        signals = Signals(accounts, catalogue(), self.whole.value, self.peers.value)
        matrix = add_peers(signals, computed, _columns(self.columns))
        if self.judge is None:
            yield from pieces.frame_pieces(part, VALUES, matrix.values)
            return
        judge: Judge = self.judge.value
        sizes = values[SIZE_COLUMN].to_numpy()
        scored = score_matrix(signals, matrix, judge.trained(), judge.settings, judge.scored_at, sizes)
        for name in TABLES_OUT:
            frame = getattr(scored, name)
            shape = pa.Table.from_pandas(frame, preserve_index=False).slice(0, 0)
            yield Piece(part, SHAPE + name, len(frame), pieces.pack_table(shape))
            yield from pieces.frame_pieces(part, name, frame)


@dataclass(frozen=True)
class Unpack:
    """The rows of packed tables, as Spark writes them.

    Attributes
    ----------
    schema : pyarrow.Schema
    """

    schema: pa.Schema

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for piece in pieces.read_pieces(batches):
            table = pieces.unpack_table(piece.content).cast(self.schema)
            yield from table.to_batches(max_chunksize=chunks.CHUNK_ROWS // 20)


def unpack_hashes(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The hashes of order ids, one a row."""
    for piece in pieces.read_pieces(batches):
        yield pa.RecordBatch.from_pydict({"hash": pieces.unpack_arrays(piece.content)["hash"]})
