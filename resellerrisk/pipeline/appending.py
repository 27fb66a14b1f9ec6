"""A result's rows, laid down by the processes that make them and appended to one parquet file by the one that keeps their order."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from resellerrisk.tables.arrow import save_table


def lay_scored(path: Path, frame: pd.DataFrame) -> Path:
    """Write some rows of a result where the process that appends them finds them."""
    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    fields = [pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f for f in schema]
    table = pa.Table.from_pandas(frame, pa.schema(fields, schema.metadata), preserve_index=False)
    save_table(path, table)
    return path


class Appending:
    """A parquet file that grows frame by frame and appears when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path, self._unfinished = path, path.with_name(f".{path.name}.unfinished")
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Appending:
        return self

    def add(self, laid: Path) -> int:
        """Append the rows that `lay_scored` wrote, remove them there, and say how many; all have the same columns."""
        with pa.memory_map(str(laid)) as source:
            table = pa.ipc.open_file(source).read_all()
            if self._writer is None:
                self._writer = pq.ParquetWriter(self._unfinished, table.schema)
            self._writer.write_table(table.cast(self._writer.schema))
            rows = len(table)
        laid.unlink()
        return rows

    def __exit__(self, failed: type | None, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
        if failed:
            self._unfinished.unlink(missing_ok=True)
        else:
            os.replace(self._unfinished, self._path)
