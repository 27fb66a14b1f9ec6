"""Opening the files of a market and writing them: parquet or CSV, as they are.

Texts stay dictionaries of their different values, so that a million cells make no million Python strings. What a cell
means is read in `cells`; nothing is checked here but whether a file can be read at all.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from resellerrisk.errors import InputError
from resellerrisk.jobs.folder import put_to_disk
from resellerrisk.tables.faults import Fault, Severity
from resellerrisk.tables.refusing import (
    Unreadable,
    measure,
    packed_files,
    part_files,
    read_header,
    refuse_columns,
    refuse_elsewhere,
    refuse_too_large,
)
from resellerrisk.tables.schemas import TABLES

TEXT = pa.dictionary(pa.int32(), pa.string())
#: What Arrow raises over a damaged file; the last four where damage makes a length or a name absurd.
_DAMAGE = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError, LookupError)


@dataclass(frozen=True)
class RawTable:
    """A table as its file holds it.

    Parameters
    ----------
    name, file : str
        Which table, and what to call its source.
    cells : pyarrow.Table
        The rows that could be taken apart.
    broken : tuple of (int, str)
        Number and text of rows that could not: a CSV row with too few or too many cells.
    numbers : int64 array, optional
        The rows' numbers in the file, where these are only some of its rows.
    named_by : tuple of str
        Columns that name a row to its owner, where it has no number of its own: a database's.
    strangers : tuple of str
        Columns of the source that the contract does not know and that were not read.
    owned : bool
        Whether the memory of the cells is held by nobody else, as that of a file that was read.
    """

    name: str
    file: str
    cells: pa.Table
    broken: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    numbers: np.ndarray | None = field(default=None, repr=False)
    named_by: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    owned: bool = False

    @property
    def read(self) -> int:
        """Rows in the file, broken ones too."""
        return len(self.cells) + len(self.broken)

    def row_numbers(self) -> np.ndarray:
        """Number in the file, from 1 and without the header, of each row of `cells`."""
        if self.numbers is not None:
            return self.numbers
        numbers = np.arange(1, self.read + 1)
        broken = [number - 1 for number, _ in self.broken]
        return np.delete(numbers, broken) if broken else numbers


def open_folder(
    folder: str | os.PathLike, names: Iterable[str] = tuple(TABLES), *, rows: bool = True
) -> tuple[dict[str, RawTable], list[Fault]]:
    """Open every table of a folder.

    Parameters
    ----------
    folder : path
        Holds `NAME.parquet`, `NAME.csv` or a folder `NAME` of parquet files for each table; other files are left alone.
    names : iterable of str
        Only these tables.
    rows : bool
        Whether to read the rows, or of a parquet file only what columns there are.

    Returns
    -------
    tables : dict of RawTable
        The tables that could be opened, by name.
    faults : list of Fault
        Tables that stand there twice or cannot be read. A table that is missing is not told here.

    Raises
    ------
    InputError
        There is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"{folder} is not a folder.",
            hint="name the folder that holds accounts.parquet or accounts.csv and the other tables",
        )
    tables, faults = {}, []
    for name in names:
        found = find_files(folder, name)
        try:
            for path in found or packed_files(folder, name):
                refuse_elsewhere(folder, path)
            if len(found) > 1:
                raise Unreadable("stands there twice", "one file", f"keep {found[0].name} or {found[1].name}")
            if found:
                tables[name] = (_OPEN if rows else _LOOK_AT)[found[0].suffix[1:]](name, found[0])
        except Unreadable as error:
            file = " and ".join(path.name for path in found or packed_files(folder, name))
            faults.append(Fault(name, file, "", *error.args, Severity.STOP))
    return tables, faults


def find_files(folder: Path, name: str) -> list[Path]:
    """Where a table stands in a folder: one path, or several where it stands there more than once."""
    found = [folder / f"{name}.{ending}" if ending else folder / name for ending in _OPEN]
    there = (path for path in found if path.exists() or path.is_symlink())
    return [path for path in there if path.suffix or path.is_dir() or not path.exists()]


def from_frame(name: str, frame: pd.DataFrame) -> RawTable:
    """Take a frame in memory for a table.

    Parameters
    ----------
    name : str
    frame : pandas.DataFrame
        Its index is left out.

    Returns
    -------
    RawTable

    Raises
    ------
    InputError
        Two columns have one name.

    Examples
    --------
    >>> from_frame("orders", pd.DataFrame({"line": [1, "two"]})).cells["line"].to_pylist()
    ['1', 'two']
    """
    names = [str(column) for column in frame.columns]
    if len(set(names)) < len(names):
        raise InputError(f"The frame {name} names a column twice.", f"Columns: {', '.join(names)}.")
    columns = {column: _from_series(frame.iloc[:, at]) for at, column in enumerate(names)}
    return RawTable(name, f"frame {name}", pa.table(columns))


def _from_series(series: pd.Series) -> pa.ChunkedArray:
    """A column in memory as Arrow holds it; one of mixed types as texts."""
    try:
        taken = pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        taken = pa.array([None if pd.isna(cell) else str(cell) for cell in series], pa.string())
    return taken if isinstance(taken, pa.ChunkedArray) else pa.chunked_array([taken])


def _open_parquet(name: str, path: Path) -> RawTable:
    try:
        schema = pq.read_schema(path)
        texts = [
            cell.name
            for cell in schema
            if pa.types.is_string(cell.type) or pa.types.is_large_string(cell.type)
        ]
        refuse_columns(schema.names)
        metadata = pq.read_metadata(path)
        refuse_too_large(measure(metadata), metadata.num_rows)
        with pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True) as file:
            cells = file.read(use_threads=False)
        cells.validate(full=True)
        return RawTable(name, path.name, cells, owned=True)
    except _DAMAGE as error:
        raise Unreadable("cannot be read as parquet", "a whole parquet file", _advise(error)) from error


def open_file(name: str, path: Path) -> RawTable:
    """Open one file of a table.

    Raises
    ------
    InputError
        It cannot be read.
    """
    try:
        return _OPEN[path.suffix[1:]](name, path)
    except Unreadable as error:
        what, expected, hint = error.args
        raise InputError(f"{path.name} {what}.", f"Expected: {expected}.", hint=hint) from error


def _open_parts(name: str, path: Path) -> RawTable:
    """A table in several parquet files: their rows one after the other, by the files' names."""
    opened = [_open_parquet(name, file) for file in part_files(path)]
    if not opened:
        raise Unreadable(
            "is a folder without a parquet file", "parquet files", "write the table's files into it"
        )
    schema = opened[0].cells.schema
    for one, file in zip(opened, part_files(path), strict=True):
        if one.cells.schema.names != schema.names:
            raise Unreadable(
                f"has other columns in {file.name} than in {part_files(path)[0].name}",
                ", ".join(schema.names),
                "write all files of a table with the same columns",
            )
    try:
        cells = pa.concat_tables([one.cells for one in opened], promote_options="permissive")
    except _DAMAGE as error:
        raise Unreadable(
            "has files of different types", "the same types in all files", _advise(error)
        ) from error
    return RawTable(name, f"{path.name}/", cells.unify_dictionaries())


def _open_csv(name: str, path: Path) -> RawTable:
    broken: list[tuple[int, str]] = []

    def set_aside(row: pa.csv.InvalidRow) -> str:
        broken.append((row.number - 1, row.text))
        return "skip"

    try:
        header = read_header(path)
        refuse_too_large(path.stat().st_size)
        cells = pa.csv.read_csv(
            path,
            read_options=pa.csv.ReadOptions(use_threads=False),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=set_aside),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(header, TEXT),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except (*_DAMAGE, csv.Error) as error:
        raise Unreadable(
            "cannot be read as CSV", "comma-separated UTF-8 text with a header", _advise(error)
        ) from error
    return RawTable(name, path.name, cells, tuple(broken))


def read_csv_stream(stream, names: list[str], rows: int) -> Iterator[pa.Table]:
    """CSV from a stream, some rows after the other, all cells as texts; the first line names the columns."""
    waiting: list[pa.RecordBatch] = []
    options = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    parsing = pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
    for batch in pa.csv.open_csv(stream, parse_options=parsing, convert_options=options):
        waiting.append(batch)
        if sum(map(len, waiting)) >= rows:
            yield encode_texts(pa.Table.from_batches(waiting))
            waiting = []
    if waiting:
        yield encode_texts(pa.Table.from_batches(waiting))


def encode_texts(table: pa.Table) -> pa.Table:
    """A table whose texts are dictionaries of their different values."""
    cells = {
        name: table[name].cast(pa.string()).dictionary_encode() if is_text(table[name].type) else table[name]
        for name in table.column_names
    }
    return pa.table(cells).unify_dictionaries()


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds texts, as they are."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _look_at_parquet(name: str, path: Path) -> RawTable:
    """The columns of a parquet file, or of the first of a folder of them."""
    files = part_files(path) if path.is_dir() else [path]
    if not files:
        return _open_parts(name, path)
    try:
        schema = pq.read_schema(files[0])
        refuse_columns(schema.names)
        return RawTable(name, path.name, schema.empty_table())
    except _DAMAGE as error:
        raise Unreadable("cannot be read as parquet", "a whole parquet file", _advise(error)) from error


def _look_at_csv(name: str, path: Path) -> RawTable:
    """The columns of a CSV file; it has to be read for it, its rows are let go."""
    opened = _open_csv(name, path)
    return replace(opened, cells=opened.cells.slice(0, 0))


_OPEN = {"parquet": _open_parquet, "csv": _open_csv, "": _open_parts}
_LOOK_AT = {"parquet": _look_at_parquet, "csv": _look_at_csv, "": _look_at_parquet}


def _advise(error: Exception) -> str:
    if "straddling object" in str(error):
        return "mend a row longer than a million characters: its quotes may not end"
    first_line = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return f"write the file again ({first_line})"


def write_market(frames: dict[str, pd.DataFrame], folder: str | os.PathLike, format: str = "parquet") -> None:
    """Write the tables of a market into a folder.

    Each file is written under another name first and then renamed, so that no half of a file is ever seen.

    Parameters
    ----------
    frames : dict of pandas.DataFrame
        Tables of the contract by name.
    folder : path
        Made where it does not exist; a table that stands there in the same format is replaced.
    format : {"parquet", "csv"}

    Raises
    ------
    InputError
        A name is no table of the contract, the format is another, or the table stands there in the other format.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> write_market({"titles": pd.DataFrame({"title_id": ["00123"]})}, folder, format="csv")
    >>> sorted(os.listdir(folder))
    ['titles.csv']
    """
    unknown = sorted(set(frames) - set(TABLES))
    if unknown:
        raise InputError(f"No table is named {', '.join(unknown)}.", f"Tables: {', '.join(TABLES)}.")
    if format not in ("parquet", "csv"):
        raise InputError(f"Tables are not written as '{format}'.", hint='format="parquet" or format="csv"')
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    other = "csv" if format == "parquet" else "parquet"
    for name, frame in frames.items():
        if (folder / f"{name}.{other}").exists():
            raise InputError(
                f"{folder / name}.{other} stands there already.",
                hint=f"remove it, or write with format='{other}': a table may stand in a folder once",
            )
        write_frame(frame, folder / f"{name}.{format}")


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write one frame as parquet or CSV by its ending, under another name first.

    Parameters
    ----------
    frame : pandas.DataFrame
    path : pathlib.Path
        Ends in `.parquet` or `.csv`.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        if path.suffix == ".csv":
            frame.to_csv(unfinished, index=False)
        else:
            frame.to_parquet(unfinished, index=False, write_page_checksum=True)
        put_to_disk(unfinished)
        os.replace(unfinished, path)
        put_to_disk(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
