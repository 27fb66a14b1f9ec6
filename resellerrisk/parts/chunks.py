"""Large tables in chunks: read some rows, put them in the order of the parts, write them; later read one part of every chunk.

A chunk is an Arrow file with one record batch for each part, the texts as codes with one list of words for all of them. Cells
stay as the data's file holds them. Nothing is checked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resellerrisk.errors import InputError
from resellerrisk.tables.databases import is_address, open_database
from resellerrisk.tables.files import find_files, open_folder, part_files

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
            numbers = pa.array(np.arange(number, number + len(table)))
            number += len(table)
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


def write_chunk(table: pa.Table, part: np.ndarray, parts_count: int, path: Path) -> None:
    """Write rows so that those of one part can be read alone; within a part they stay in their order."""
    table = table.take(pa.array(np.argsort(part, kind="stable"))).combine_chunks()
    ends = np.cumsum(np.bincount(part, minlength=parts_count))
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema, options=options) as file:
        for start, end in zip(np.append(0, ends[:-1]), ends, strict=True):
            for batch in table.slice(start, end - start).to_batches() or [_no_rows(table)]:
                file.write_batch(batch)


def _no_rows(table: pa.Table) -> pa.RecordBatch:
    arrays = [column.chunk(0).slice(0, 0) for column in table.columns]
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def read_part(paths: list[Path], part: int) -> pa.Table:
    """The rows of one part from all chunks of a table, in the file's order."""
    pieces = []
    for path in paths:
        with pa.memory_map(str(path)) as source:
            batch = pa.ipc.open_file(source).get_batch(part)
            pieces.append(compact(batch))
    table = pa.concat_tables(pieces, promote_options="permissive")
    return table.unify_dictionaries().combine_chunks()


def compact(batch: pa.RecordBatch) -> pa.Table:
    """A batch whose lists of words hold only those it uses."""
    arrays = [_drop_unused(array) if pa.types.is_dictionary(array.type) else array for array in batch.columns]
    return pa.Table.from_arrays(arrays, names=batch.schema.names)


def _drop_unused(array: pa.DictionaryArray) -> pa.DictionaryArray:
    codes = pc.fill_null(array.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    used = np.bincount(codes[codes >= 0], minlength=len(array.dictionary)) > 0
    new = np.append(np.cumsum(used) - 1, -1)[codes].astype(np.int32)
    words = array.dictionary.take(pa.array(np.flatnonzero(used)))
    return pa.DictionaryArray.from_arrays(pa.array(new, mask=new < 0), words)
