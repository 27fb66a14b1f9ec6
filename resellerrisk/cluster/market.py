"""The driver's side of a market on a cluster: deals rows out, starts the rounds, gathers what must be whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.cluster import pieces
from resellerrisk.cluster.pieces import ROW_TYPES, Piece
from resellerrisk.cluster.reading import SparkFolder, SparkTable
from resellerrisk.cluster.rounds import (
    EXTRACT,
    FAILED,
    FOUND,
    ORDER_IDS,
    PEERS,
    SHAPE,
    SUBJECTS,
    TABLE,
    TABLES_OUT,
    Choice,
    Deal,
    Dealt,
    FirstRound,
    Judge,
    SecondRound,
    ThirdRound,
    Unpack,
    unpack_hashes,
)
from resellerrisk.cluster.session import settled
from resellerrisk.errors import InputError
from resellerrisk.parts import chunks
from resellerrisk.parts.checks import finish_check, refuse_shared_orders, seal_parts
from resellerrisk.parts.parted_market import PART_ROWS
from resellerrisk.pipeline.parted import gather_whole
from resellerrisk.signals.compute import Snapshots
from resellerrisk.signals.declare import Column
from resellerrisk.signals.peers import PeerTable, join_peers, month_of
from resellerrisk.signals.whole import Whole
from resellerrisk.tables import TABLES
from resellerrisk.tables.faults import CheckReport
from resellerrisk.tables.files import RawTable
from resellerrisk.tables.moments import monday_of
from resellerrisk.tables.parts import LARGE, check_small_tables


class SparkMarket:
    """A market on a cluster. Use it as a context: what it keeps on the workers goes at the end.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
    data : str
        Folder of the contract's tables as parquet, where all workers reach it.
    parts : int, optional
        By default so many that one holds `PART_ROWS` order lines on average, and at least one for each core.
    limit : float
        Largest share of a table's rows that may be bad, 0 to 1.
    before : Timestamp, optional
        The fingerprint is that of what was known before this moment.

    Attributes
    ----------
    market : Market
        All accounts with the small tables; the large ones are empty.
    parts_count : int

    Raises
    ------
    InputError
        As `read_market` does for the small tables.
    """

    def __init__(self, session, data: str, parts: int | None, limit: float, before=None) -> None:
        self._session = settled(session)
        self._limit, self._kept, self._sent = limit, [], []
        folder = SparkFolder(self._session, data)
        self._tables, faults = folder.open_tables()
        large = {name: table for name, table in self._tables.items() if name in LARGE}
        raw = {
            name: RawTable(name, table.file, table.empty) if name in large else table.to_raw()
            for name, table in self._tables.items()
        }
        self._small = check_small_tables(raw, faults, folder.path, limit)
        self.market = self._small.market
        accounts = max(len(self.market.account_ids), 1)
        cores = self._session.sparkContext.defaultParallelism
        wanted = parts or max(-(-large["orders"].rows // PART_ROWS), cores)
        self.parts_count = max(1, min(wanted, accounts))
        self.part_of = np.arange(len(self.market.account_ids)) * self.parts_count // accounts
        has_shipments = "shipments" in large and large["shipments"].rows > 0
        told = {name: (table.file, table.empty.select(_used(table))) for name, table in large.items()}
        self._session.conf.set("spark.sql.shuffle.partitions", str(min(200, max(self.parts_count, cores))))
        self._has_shipments = has_shipments
        self._dealt = self._send(Dealt(self._small, self.part_of, told, has_shipments, before))
        self._before = before
        self.fingerprint = ""

    def __enter__(self) -> SparkMarket:
        return self

    def __exit__(self, *_: object) -> None:
        for frame in self._kept:
            frame.unpersist()
        for sent in self._sent:
            sent.destroy()

    def places(self) -> list[np.ndarray]:
        """By part the codes of its accounts in `market`, rising."""
        return [np.flatnonzero(self.part_of == part) for part in range(self.parts_count)]

    def first_round(self, choice: Choice) -> tuple[object, Whole, list[Snapshots]]:
        """Check every part; the checked rows on the workers, the whole, and each part's subjects."""
        checked = self._keep(self._deal_out().mapInArrow(FirstRound(self._dealt, choice), ROW_TYPES))
        found = self._gather(checked, (FOUND, EXTRACT, SUBJECTS))
        self._refuse_shared_orders(checked)
        told = [pieces.unpack_found(content) for content in found[FOUND]]
        self.market = finish_check(self._small, told, self._limit)
        self.fingerprint = seal_parts(self.market, [one.sums for one in told], self._before)
        extracts = [pieces.unpack_extract(content) for content in found.pop(EXTRACT)]
        whole = gather_whole(self.market, extracts, self._has_shipments)
        return checked, whole, [pieces.unpack_snapshots(content) for content in found[SUBJECTS]]

    def second_round(
        self,
        checked,
        whole: Whole,
        chosen: Sequence[Snapshots],
        columns: Sequence[Column],
        compared: Sequence[Column],
        picked: bool = False,
    ):
        """Compute every part with the whole around it; what was computed on the workers, the whole as sent, the peers as sent.

        ``picked`` says that the driver chose among the subjects that the parts found.
        """
        at = np.unique(np.concatenate([one.at for one in chosen]))
        months = np.unique(month_of(at))
        around = self._send(whole.settled(np.unique(monday_of(np.append(at, months)))))
        names, theirs = (tuple(column.name for column in some) for some in (columns, compared))
        sent = self._send(list(chosen)) if picked else None
        work = SecondRound(self._dealt, around, names, theirs, tuple(months.tolist()), sent)
        wanted = checked.filter(f"kind like '{TABLE}%' or kind = '{SUBJECTS}'")
        computed = self._keep(wanted.mapInArrow(work, ROW_TYPES))
        return computed, around, self._send(self._join_peers(computed, months.tolist()))

    def _join_peers(self, computed, months: list[int]) -> dict[int, PeerTable]:
        tables: dict[int, list[PeerTable]] = {month: [] for month in months}
        for piece in self._collect(computed, (PEERS,)):
            tables[piece.place].append(pieces.unpack_peers(piece.content))
        return {month: join_peers(found) for month, found in tables.items()}

    def third_round(self, computed, around, peers, columns: Sequence[Column], judge: Judge | None = None):
        """Put in what peers say, and score where there is a judge."""
        names = tuple(column.name for column in columns)
        work = ThirdRound(self._dealt, around, peers, names, judge and self._send(judge))
        return self._keep(computed.filter(f"kind <> '{PEERS}'").mapInArrow(work, ROW_TYPES))

    def gather_values(self, made, kind: str) -> pd.DataFrame:
        """The frames of one kind, one part after the other."""
        return pieces.unpack_frame(self._gather(made, (kind,))[kind])

    def write(self, scored, out: str) -> int:
        """Write the contract's three tables as folders of parquet; how many rows were scored."""
        folder = SparkFolder(self._session, out)
        shapes = self._collect(scored, tuple(SHAPE + name for name in TABLES_OUT))
        for name in TABLES_OUT:
            schema = _schema([piece for piece in shapes if piece.kind == SHAPE + name])
            rows = scored.filter(f"kind = '{name}'").mapInArrow(Unpack(schema), _ddl(schema))
            rows.write.mode("overwrite").parquet(f"{folder.path}/.{name}.unfinished")
        for name in TABLES_OUT:
            folder.replace(f".{name}.unfinished", f"{name}.parquet")
        return sum(piece.place for piece in shapes if piece.kind == SHAPE + TABLES_OUT[0])

    def _deal_out(self):
        """The rows of the large tables, packed, each part in a partition of its own."""
        firsts = np.searchsorted(self.part_of, np.arange(1, self.parts_count))
        first_ids = self.market.account_ids.to_numpy(object)[firsts]
        # A row for each part, so that one without any order line is looked at too.
        rows = self._session.range(self.parts_count, numPartitions=1).selectExpr(
            "id as part", "'part' as kind", "0L as place", "cast('' as binary) as content"
        )
        for name, table in self._tables.items():
            if name in LARGE:
                # Columns that the contract does not know are never read.
                cells = table.cells.select(*_used(table), chunks.ROW)
                rows = rows.unionAll(cells.mapInArrow(Deal(name, first_ids), ROW_TYPES))
        return (
            rows.withColumn("part_id", rows["part"].cast("int"))
            .repartitionById(self.parts_count, "part_id")
            .drop("part_id")
        )

    def _refuse_shared_orders(self, checked) -> None:
        if self.parts_count > 1:
            hashes = checked.filter(f"kind = '{ORDER_IDS}'").mapInArrow(unpack_hashes, "hash long")
            shared = hashes.groupBy("hash").count().filter("count > 1").count()
            refuse_shared_orders(self._small.source, shared)

    def _gather(self, frame, kinds: Iterable[str]) -> dict[str, list]:
        """Contents by kind, in the order of the parts."""
        found: dict[str, list] = {kind: [] for kind in kinds}
        for piece in self._collect(frame, tuple(found)):
            found[piece.kind].append(piece.content)
        return found

    def _collect(self, frame, kinds: tuple[str, ...]) -> list[Piece]:
        """Pieces of some kinds on the driver, by part and place. Faults of any part are raised, all in one error."""
        wanted = frame.filter(frame["kind"].isin(*kinds, FAILED)).toArrow()
        found = sorted(
            pieces.read_pieces(wanted.to_batches()), key=lambda piece: (piece.kind, piece.part, piece.place)
        )
        failed = [piece for piece in found if piece.kind == FAILED]
        if failed:
            raise self._as_error(failed)
        return found

    def _as_error(self, failed: list[Piece]) -> InputError:
        told = [json.loads(bytes(piece.content)) for piece in failed]
        faults = tuple(fault for one in told for fault in pieces.unpack_faults(one["faults"]))
        if faults:
            return CheckReport(self._small.source, faults, self.market.intake).as_error()
        return InputError(*told[0]["told"])

    def _keep(self, frame):
        """A frame whose partitions stay on the workers' disks; a lost one is made again from what it came from."""
        from pyspark import StorageLevel

        self._kept.append(frame.persist(StorageLevel.DISK_ONLY))
        return frame

    def _send(self, value):
        """A value that every worker gets once. Broadcasts are pickled by Spark, from this process to its own workers."""
        self._sent.append(self._session.sparkContext.broadcast(value))
        return self._sent[-1]


def _used(table: SparkTable) -> list[str]:
    """The columns of a table that the contract knows."""
    return [name for name in table.empty.column_names if name in TABLES[table.name].names]


def _schema(shapes: list[Piece]) -> pa.Schema:
    """The schema that all parts' frames fit into: that of a part with rows; codes and columns without any value as texts."""
    best = max(shapes, key=lambda piece: piece.place > 0)
    fields = []
    for field in pieces.unpack_table(best.content).schema:
        kind = field.type
        if pa.types.is_null(kind) or pa.types.is_dictionary(kind) or pa.types.is_large_string(kind):
            kind = pa.string()
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def _ddl(schema: pa.Schema) -> str:
    words = {
        pa.string(): "string",
        pa.float64(): "double",
        pa.int64(): "long",
        pa.int32(): "int",
        pa.bool_(): "boolean",
        pa.timestamp("us"): "timestamp_ntz",
    }
    return ", ".join(f"`{field.name}` {words[field.type]}" for field in schema)
