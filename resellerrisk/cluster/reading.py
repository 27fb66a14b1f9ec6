"""Tables where Spark reads them: a folder on whatever file system its connectors reach. Nothing is checked here but whether it can be read.

Rows keep their number in the table: files in the order of their names, rows as they stand in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from resellerrisk.errors import InputError
from resellerrisk.parts.chunks import ROW
from resellerrisk.tables.faults import Fault, Severity
from resellerrisk.tables.files import RawTable
from resellerrisk.tables.parts import LARGE, SMALL

_FILE, _START = "file of the row", "rows before the file"


@dataclass(frozen=True)
class SparkTable:
    """A table as Spark holds it.

    Attributes
    ----------
    name, file : str
        Which table, and what to call its source.
    cells : pyspark.sql.DataFrame
        The file's columns and the row's number, `ROW`, from 1.
    rows : int
    empty : pyarrow.Table
        The file's columns without rows.
    """

    name: str
    file: str
    cells: object
    rows: int
    empty: pa.Table

    def to_raw(self) -> RawTable:
        """The whole table on the driver."""
        cells = self.cells.toArrow().sort_by(ROW)
        return RawTable(
            self.name, self.file, cells.drop_columns([ROW]), numbers=cells[ROW].to_numpy().astype(np.int64)
        )


class SparkFolder:
    """A folder as Spark's file systems reach it.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        With the settings of this room.
    path : str
        Such as ``s3a://bucket/market`` or a folder that all workers see.
    """

    def __init__(self, session, path: str) -> None:
        self._session = session
        jvm, conf = session._jvm, session._jsc.hadoopConfiguration()
        if "://" not in path and conf.get("fs.defaultFS", "file:///").startswith("file:"):
            path = str(Path(path).absolute())
        self.path = path.rstrip("/")
        self._java_path = jvm.org.apache.hadoop.fs.Path
        self._files = self._java_path(self.path).getFileSystem(conf)

    def names(self) -> set[str]:
        """What stands in the folder; a folder's name ends in ``/``.

        Raises
        ------
        InputError
            It is not there, or no folder.
        """
        here = self._java_path(self.path)
        if not self._files.exists(here) or not self._files.getFileStatus(here).isDirectory():
            raise InputError(
                f"{self.path} is not a folder.",
                hint="name the folder that holds accounts.parquet and the other tables",
            )
        found = self._files.listStatus(here)
        return {one.getPath().getName() + "/" * bool(one.isDirectory()) for one in found}

    def replace(self, unfinished: str, name: str) -> None:
        """Give what was written its name, in place of what stood there before."""
        old, new = (self._java_path(f"{self.path}/{one}") for one in (unfinished, name))
        self._files.delete(new, True)
        if not self._files.rename(old, new):
            raise OSError(f"{old} could not be renamed to {name}")

    def remove(self, name: str) -> None:
        """Remove a file or folder, where it is there."""
        self._files.delete(self._java_path(f"{self.path}/{name}"), True)

    def write_text(self, name: str, text: str) -> None:
        """Write a small text file, whole or not at all."""
        unfinished = f".{name}.unfinished"
        stream = self._files.create(self._java_path(f"{self.path}/{unfinished}"), True)
        stream.write(bytearray(text.encode()))
        stream.close()
        self.replace(unfinished, name)

    def open_tables(self) -> tuple[dict[str, SparkTable], list[Fault]]:
        """Open every table of the contract that stands there, and say which cannot be opened."""
        from py4j.protocol import Py4JError
        from pyspark.errors import AnalysisException

        there, tables, faults = self.names(), {}, []
        for name in (*SMALL, *LARGE):
            found = [file for file in (f"{name}.parquet", f"{name}.parquet/", f"{name}/") if file in there]
            if f"{name}.csv" in there:
                found.append(f"{name}.csv")
            try:
                if len(found) > 1:
                    raise _Unreadable("stands there twice", "one file", f"keep {found[0]} or {found[1]}")
                if found and found[0].endswith(".csv"):
                    raise _Unreadable(
                        "is CSV", "parquet, which workers read side by side", f"write {name}.parquet"
                    )
                if found:
                    tables[name] = self._open_table(name, found[0])
            except _Unreadable as error:
                faults.append(Fault(name, " and ".join(found), "", *error.args, Severity.STOP))
            except (AnalysisException, Py4JError) as error:
                advice = f"write the file again ({(str(error).splitlines() or [''])[0][:200]})"
                what = ("cannot be read as parquet", "whole parquet files of the same columns", advice)
                faults.append(Fault(name, found[0], "", *what, Severity.STOP))
        return tables, faults

    def _open_table(self, name: str, file: str) -> SparkTable:
        from pyspark.sql import functions as F

        path = f"{self.path}/{file.rstrip('/')}"
        cells = self._session.read.parquet(path)
        files = cells.inputFiles()
        if not files:
            raise _Unreadable(
                "is a folder without a parquet file", "parquet files", "write the table's files into it"
            )
        if len(files) > 1:
            self._refuse_other_columns(path, cells.columns)
        footer = self._footer(files[0])
        numbered, rows = _number_rows(self._session, cells, footer if len(files) == 1 else None)
        times = _times_in_nanoseconds(footer)
        columns = [
            F.expr(f"timestamp_micros({_quote(c)} div 1000)").alias(c) if c in times else F.col(_quote(c))
            for c in cells.columns
        ]
        cells = numbered.select(*columns, F.col(_quote(ROW)))
        return SparkTable(name, file, cells, rows, _no_rows(cells))

    def _refuse_other_columns(self, path: str, columns: list[str]) -> None:
        merged = self._session.read.option("mergeSchema", True).parquet(path)
        other = sorted(set(merged.columns) - set(columns))
        if other:
            raise _Unreadable(
                f"has files with other columns ({', '.join(other)})",
                ", ".join(columns),
                "write all files of a table with the same columns",
            )

    def _footer(self, file: str):
        """What a parquet file says of itself."""
        reader = self._session._jvm.org.apache.parquet.hadoop.ParquetFileReader
        return reader.readFooter(self._session._jsc.hadoopConfiguration(), self._java_path(file))


class _Unreadable(Exception):
    """A table that cannot be taken; its arguments are what is wrong, what was expected, and a hint."""


def _quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _times_in_nanoseconds(footer) -> set[str]:
    """Columns that a parquet file's footer says are times in nanoseconds."""
    mark = " (TIMESTAMP(NANOS"
    schema = footer.getFileMetaData().getSchema().toString()
    return {
        line.split(mark)[0].split(" int64 ")[1]
        for line in schema.splitlines()
        if mark in line and " int64 " in line
    }


def _number_rows(session, cells, footer):
    """Rows with their number from 1 over all files, in the order of the files' names; and how many there are."""
    from pyspark.sql import functions as F

    index = F.col("_metadata.row_index") + 1
    if footer is not None:
        blocks = footer.getBlocks()
        rows = sum(blocks.get(place).getRowCount() for place in range(blocks.size()))
        return cells.withColumn(ROW, index), rows
    file = F.col("_metadata.file_path").alias(_FILE)
    counts = cells.groupBy(file).count().toPandas().sort_values(_FILE)
    before = (counts["count"].cumsum() - counts["count"]).tolist()
    starts = session.createDataFrame(
        list(zip(counts[_FILE].tolist(), before, strict=True)), f"`{_FILE}` string, `{_START}` long"
    )
    numbered = cells.select("*", file, index.alias(ROW)).join(F.broadcast(starts), _FILE)
    return numbered.withColumn(ROW, F.col(_quote(ROW)) + F.col(_quote(_START))), int(counts["count"].sum())


def _no_rows(cells) -> pa.Table:
    """The columns of cells as Arrow has them, without rows."""
    from pyspark.sql.pandas.types import to_arrow_schema

    return to_arrow_schema(cells.schema).empty_table().drop_columns([ROW])
