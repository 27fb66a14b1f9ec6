"""What travels between the driver and the workers: named arrays and tables as Arrow bytes, each in one row of a Spark frame.

A row says of which part it is, what it holds, and its place among others of its kind. Arrow is the only form; no object of Python
travels in a row. Nothing here knows Spark.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from resellerrisk.parts.checks import PartFound
from resellerrisk.signals.compute import Snapshots
from resellerrisk.signals.peers import PeerTable
from resellerrisk.signals.whole import Extract
from resellerrisk.tables.faults import Fault, Severity

#: The columns of such rows, as Spark and as Arrow name them.
ROW_TYPES = "part long, kind string, place long, content binary"
ROW_SCHEMA = pa.schema(
    [("part", pa.int64()), ("kind", pa.string()), ("place", pa.int64()), ("content", pa.binary())]
)
#: Rows of a table in one piece at most: a piece must stay far under the 2 GiB that a cell of a Spark frame can hold.
PIECE_ROWS = 1_000_000
_LZ4 = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True)
class Piece:
    """One row.

    Attributes
    ----------
    part : int
    kind : str
        What it holds, such as ``table orders``.
    place : int
        Its place among pieces of its part and kind.
    content : bytes
    """

    part: int
    kind: str
    place: int
    content: bytes


def to_batch(piece: Piece) -> pa.RecordBatch:
    """One piece as the batch that a worker hands over."""
    columns = [[getattr(piece, field.name)] for field in ROW_SCHEMA]
    return pa.RecordBatch.from_arrays(
        [pa.array(c, f.type) for c, f in zip(columns, ROW_SCHEMA, strict=True)], schema=ROW_SCHEMA
    )


def read_pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
    """The pieces in some batches."""
    for batch in batches:
        part, kind, place, content = (batch.column(name) for name in ROW_SCHEMA.names)
        for row in range(batch.num_rows):
            yield Piece(
                part[row].as_py(), kind[row].as_py(), place[row].as_py(), content[row].as_buffer() or b""
            )


def pack_table(table: pa.Table) -> bytes:
    """A table as bytes.

    >>> unpack_table(pack_table(pa.table({"a": [1, None]}))).to_pydict()
    {'a': [1, None]}
    """
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_LZ4) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def unpack_table(content) -> pa.Table:
    """What `pack_table` packed."""
    with pa.ipc.open_stream(content) as reader:
        return reader.read_all()


def join_tables(contents: Iterable) -> pa.Table:
    """Packed tables one after the other, texts as codes of one list."""
    tables = [unpack_table(content) for content in contents]
    return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().combine_chunks()


def pack_frame(frame: pd.DataFrame) -> bytes:
    """A frame as bytes; its index is left out."""
    return pack_table(pa.Table.from_pandas(frame, preserve_index=False))


def frame_pieces(part: int, kind: str, frame: pd.DataFrame) -> Iterator[Piece]:
    """A frame in pieces of at most `PIECE_ROWS` rows, one where it is empty."""
    for place, start in enumerate(range(0, max(len(frame), 1), PIECE_ROWS)):
        yield Piece(part, kind, place, pack_frame(frame.iloc[start : start + PIECE_ROWS]))


def unpack_frame(contents: Iterable) -> pd.DataFrame:
    """The frame of packed ones, one after the other."""
    return join_tables(contents).to_pandas()


def pack_arrays(arrays: dict[str, np.ndarray]) -> bytes:
    """Arrays of any lengths by name as bytes; texts as texts.

    >>> unpack_arrays(pack_arrays({"codes": np.array([3, 1]), "names": np.array(["a"], object)}))
    {'codes': array([3, 1]), 'names': array(['a'], dtype=object)}
    """
    columns = {}
    for name, array in arrays.items():
        values = pa.array(array, pa.large_string() if array.dtype == object else None, from_pandas=False)
        columns[name] = pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)
    return pack_table(pa.table(columns))


def unpack_arrays(content) -> dict[str, np.ndarray]:
    """What `pack_arrays` packed."""
    table = unpack_table(content)
    return {
        name: pc.list_flatten(table[name].chunk(0)).to_numpy(zero_copy_only=False)
        for name in table.column_names
    }


def pack_extract(extract: Extract) -> bytes:
    """An extract as bytes."""
    arrays = {one.name: getattr(extract, one.name) for one in fields(Extract) if one.name != "slates"}
    for name, runs in extract.slates.items():
        arrays |= {f"slate {place} {name}": runs[place] for place in range(3)}
    return pack_arrays(arrays)


def unpack_extract(content) -> Extract:
    """What `pack_extract` packed."""
    arrays = unpack_arrays(content)
    names = [name.removeprefix("slate 0 ") for name in arrays if name.startswith("slate 0 ")]
    slates = {name: tuple(arrays.pop(f"slate {place} {name}") for place in range(3)) for name in names}
    return Extract(slates=slates, **arrays)


def pack_snapshots(snapshots: Snapshots) -> bytes:
    """Snapshots as bytes."""
    return pack_arrays({name: getattr(snapshots, name) for name in ("account", "at", "order")})


def unpack_snapshots(content) -> Snapshots:
    """What `pack_snapshots` packed."""
    return Snapshots(**unpack_arrays(content))


def pack_peers(peers: PeerTable) -> bytes:
    """The peers of one month as bytes."""
    return pack_arrays({"types": peers.types, "sizes": peers.sizes} | _prefixed(peers.values))


def _prefixed(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"value {name}": array for name, array in values.items()}


def unpack_peers(content) -> PeerTable:
    """What `pack_peers` packed."""
    arrays = unpack_arrays(content)
    types, sizes = arrays.pop("types"), arrays.pop("sizes")
    return PeerTable(types, sizes, {name.removeprefix("value "): array for name, array in arrays.items()})


def pack_found(found: PartFound) -> bytes:
    """What checking a part found as bytes, but for its order ids: those are compared on the cluster."""
    told = {"counts": found.counts, "faults": pack_faults(found.faults), "sums": found.sums}
    return json.dumps(told).encode()


def unpack_found(content) -> PartFound:
    """What `pack_found` packed."""
    told = json.loads(bytes(content))
    return PartFound(
        {name: tuple(counts) for name, counts in told["counts"].items()},
        unpack_faults(told["faults"]),
        np.empty(0, np.uint64),
        {name: tuple(sums) for name, sums in told["sums"].items()},
    )


def pack_faults(faults: Iterable[Fault]) -> list[dict]:
    """Faults as what JSON can hold."""
    return [asdict(fault) | {"severity": fault.severity.name} for fault in faults]


def unpack_faults(told: list[dict]) -> tuple[Fault, ...]:
    """What `pack_faults` packed."""
    return tuple(
        Fault(
            **{name: tuple(cell) if isinstance(cell, list) else cell for name, cell in one.items()}
            | {"severity": Severity[one["severity"]]}
        )
        for one in told
    )
