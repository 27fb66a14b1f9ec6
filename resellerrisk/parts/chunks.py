"""Large tables in chunks: read some rows, append those of each part to its file; later read one part's file.

Texts are codes with a list of words beside them. Cells stay as the data's file holds them. Nothing is checked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resellerrisk.errors import InputError
from resellerrisk.tables.databases import is_address, open_database
from resellerrisk.tables.files import find_files, open_folder, part_files
from resellerrisk.tables.passes import renumber

#: Rows read and dealt out at a time.
CHUNK_ROWS = 1_000_000
#: Column that keeps a row's number in the data's file.
ROW = "row in the file"


@dataclass(frozen=True)
class StoredTable:
    """A large table where it lies: files of a folder, or a table of a database."""

    data: str
    name: str

    def count(self) -> int:
        """Its rows; of parquet and of a database without reading them."""
        if is_address(self.data):
            with open_database(self.data) as database:
                return database.count(self.name)
        path = find_files(Path(self.data), self.name)[0]
        if path.suffix == ".csv":
            return open_folder(path.parent, (path.stem,))[0][path.stem].read
        return sum(pq.ParquetFile(file).metadata.num_rows for file in _files(path))

    def chunks(self, rows: int = CHUNK_ROWS) -> Iterator[pa.Table]:
        """Some rows after the other, with their numbers from 1; texts as codes.

        Raises
        ------
        InputError
            A file or database that cannot be read.
        """
        number = 1
        for table in self._read(rows):
            end = number + len(table)
            numbers = pa.array(np.arange(number, end, dtype=np.int32 if end < 2**31 else np.int64))
            number = end
            yield table.append_column(ROW, numbers)

    def _read(self, rows: int) -> Iterator[pa.Table]:
        if not is_address(self.data):
            yield from _read(find_files(Path(self.data), self.name)[0], rows)
            return
        with open_database(self.data) as database:
            yield from database.portions(self.name, rows)


def _read(path: Path, rows: int) -> Iterator[pa.Table]:
    if path.suffix == ".csv":
        raw = open_folder(path.parent, (path.stem,))[0][path.stem]
        if raw.broken:
            raise InputError(
                f"{path.name} has {len(raw.broken)} rows with a wrong number of cells.",
                hint="mend them, or score in memory: without --engine parts such rows are set aside",
            )
        for start in range(0, len(raw.cells), rows):
            yield raw.cells.slice(start, rows)
        return
    for file in _files(path):
        try:
            names = [cell.name for cell in pq.read_schema(file) if _is_text(cell.type)]
            with pq.ParquetFile(file, read_dictionary=names) as opened:
                for batch in opened.iter_batches(rows):
                    yield pa.Table.from_batches([batch])
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"{file.name} cannot be read as parquet.", str(error).splitlines()[0], "write the file again"
            ) from error


def _files(path: Path) -> list[Path]:
    return [path] if path.suffix else part_files(path)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def append_pieces(table: pa.Table, part: np.ndarray, paths: Sequence[Path]) -> None:
    """Append each part's rows to its file; within a part they stay in their order.

    A file is a row of Arrow streams, each with the words of its own rows only, so that reading a part costs what the part holds, however
    many pieces and parts there are.
    """
    if (part[1:] < part[:-1]).any():
        table = table.take(pa.array(np.argsort(part, kind="stable")))
    arranged = table.combine_chunks()
    batch, places = arranged.to_batches(), _places(arranged)
    ends = np.cumsum(np.bincount(part, minlength=len(paths)))
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    for path, start, end in zip(paths, np.append(0, ends[:-1]), ends, strict=True):
        if start == end and path.exists():
            continue
        piece = compact(batch[0].slice(start, end - start) if batch else _no_rows(table), places)
        with path.open("ab") as sink, pa.ipc.new_stream(sink, piece.schema, options=options) as stream:
            stream.write_table(piece)


def _no_rows(table: pa.Table) -> pa.RecordBatch:
    arrays = [column.combine_chunks().slice(0, 0) for column in table.columns]
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def read_part(path: Path) -> pa.Table:
    """The rows of one part, in the file's order."""
    pieces = []
    with pa.memory_map(str(path)) as source:
        while source.tell() < source.size():
            pieces.append(pa.ipc.open_stream(source).read_all())
    table = pa.concat_tables(pieces, promote_options="permissive")
    return table.unify_dictionaries().combine_chunks()


def compact(batch: pa.RecordBatch, places: dict[str, np.ndarray] | None = None) -> pa.Table:
    """A batch whose lists of words hold only those it uses; ``places`` are `renumber`'s, by column, where many share them."""
    places = places or _places(batch)
    arrays = [
        _drop_unused(array, places[name]) if name in places else array
        for name, array in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=batch.schema.names)


def _places(table: pa.Table | pa.RecordBatch) -> dict[str, np.ndarray]:
    """For each column of codes room for the place of each word."""
    found = {}
    for name, column in zip(table.schema.names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
            most = max((len(chunk.dictionary) for chunk in chunks), default=0)
            found[name] = np.full(most, -1, np.int32)
    return found


def _drop_unused(array: pa.DictionaryArray, place: np.ndarray) -> pa.DictionaryArray:
    codes = pc.fill_null(array.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    new, used = renumber(codes, place)
    return pa.DictionaryArray.from_arrays(pa.array(new, mask=new < 0), array.dictionary.take(pa.array(used)))
