"""Opening the files of a market and writing them: parquet or CSV, as they are.

Texts stay dictionaries of their different values, so that a million cells make no million Python strings. What a cell
means is read in `cells`; nothing is checked here but whether a file can be read at all.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from resellerrisk.errors import InputError
from resellerrisk.jobs.folder import put_to_disk
from resellerrisk.tables.faults import Fault, Severity
from resellerrisk.tables.schemas import TABLES

#: Rows that one table in memory may have: what 32 bits can count.
LARGEST_TABLE = 2**31 - 1
_PACKED = (".zip", ".gz", ".bz2", ".xz", ".zst", ".lz4", ".7z", ".tar", ".tgz", ".rar")
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
    """

    name: str
    file: str
    cells: pa.Table
    broken: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    numbers: np.ndarray | None = field(default=None, repr=False)
    named_by: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()

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
    folder: str | os.PathLike, names: Iterable[str] = tuple(TABLES)
) -> tuple[dict[str, RawTable], list[Fault]]:
    """Open every table of a folder.

    Parameters
    ----------
    folder : path
        Holds `NAME.parquet`, `NAME.csv` or a folder `NAME` of parquet files for each table; other files are left alone.
    names : iterable of str
        Only these tables.

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
                _refuse_elsewhere(folder, path)
            if len(found) > 1:
                raise _Unreadable(
                    "stands there twice", "one file", f"keep {found[0].name} or {found[1].name}"
                )
            if found:
                tables[name] = _OPEN[found[0].suffix[1:]](name, found[0])
        except _Unreadable as error:
            file = " and ".join(path.name for path in found or packed_files(folder, name))
            faults.append(Fault(name, file, "", *error.args, Severity.STOP))
    return tables, faults


def find_files(folder: Path, name: str) -> list[Path]:
    """Where a table stands in a folder: one path, or several where it stands there more than once."""
    found = [folder / f"{name}.{ending}" if ending else folder / name for ending in _OPEN]
    return [path for path in found if (path.is_file() if path.suffix else path.is_dir())]


def packed_files(folder: Path, name: str) -> list[Path]:
    """Archives and compressed files that a table may be packed into."""
    return [
        path
        for ending in _PACKED
        for path in folder.glob(f"{name}*{ending}")
        if path.stem.split(".")[0] == name
    ]


def _refuse_elsewhere(folder: Path, path: Path) -> None:
    """Refuse what is packed, and links that lead out of the folder."""
    if path.name.endswith(_PACKED):
        raise _Unreadable("is packed", "a file that is not packed", f"unpack {path.name}")
    inside = folder.resolve()
    parts = part_files(path) if path.is_dir() else []
    for file in (path, *parts):
        if not file.resolve().is_relative_to(inside):
            raise _Unreadable(
                f"is a link that leads out of the folder ({file.name})",
                "a file of its own",
                "copy the file into the folder",
            )


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


class _Unreadable(Exception):
    """A file that cannot be taken; its arguments are what is wrong, what was expected, and a hint."""


def _open_parquet(name: str, path: Path) -> RawTable:
    try:
        schema = pq.read_schema(path)
        texts = [
            cell.name
            for cell in schema
            if pa.types.is_string(cell.type) or pa.types.is_large_string(cell.type)
        ]
        _refuse_twice_named(schema.names)
        _refuse_too_large(pq.read_metadata(path))
        with pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True) as file:
            cells = file.read(use_threads=False)
        cells.validate(full=True)
        return RawTable(name, path.name, cells)
    except _DAMAGE as error:
        raise _Unreadable("cannot be read as parquet", "a whole parquet file", _advise(error)) from error


def part_files(path: Path) -> list[Path]:
    """The parquet files of a table that is a folder, by name; hidden and unfinished ones are left alone."""
    return sorted(file for file in path.glob("*.parquet") if not file.name.startswith((".", "_")))


def _open_parts(name: str, path: Path) -> RawTable:
    """A table in several parquet files: their rows one after the other, by the files' names."""
    opened = [_open_parquet(name, file) for file in part_files(path)]
    if not opened:
        raise _Unreadable(
            "is a folder without a parquet file", "parquet files", "write the table's files into it"
        )
    schema = opened[0].cells.schema
    for one, file in zip(opened, part_files(path), strict=True):
        if one.cells.schema.names != schema.names:
            raise _Unreadable(
                f"has other columns in {file.name} than in {part_files(path)[0].name}",
                ", ".join(schema.names),
                "write all files of a table with the same columns",
            )
    try:
        cells = pa.concat_tables([one.cells for one in opened], promote_options="permissive")
    except _DAMAGE as error:
        raise _Unreadable(
            "has files of different types", "the same types in all files", _advise(error)
        ) from error
    return RawTable(name, f"{path.name}/", cells.unify_dictionaries())


def _open_csv(name: str, path: Path) -> RawTable:
    broken: list[tuple[int, str]] = []

    def set_aside(row: pa.csv.InvalidRow) -> str:
        broken.append((row.number - 1, row.text))
        return "skip"

    try:
        header = _read_header(path)
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
        raise _Unreadable(
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


_OPEN = {"parquet": _open_parquet, "csv": _open_csv, "": _open_parts}


def _read_header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    if not header:
        raise _Unreadable(
            "is empty", "a header at least", "write the names of the columns into the first line"
        )
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise _Unreadable("is not separated by commas", "commas between cells", "export it again with commas")
    _refuse_twice_named(header)
    return header


def _refuse_too_large(metadata: pq.FileMetaData) -> None:
    """Refuse a file whose cells cannot have room in this machine's memory, before any is read."""
    if metadata.num_rows > LARGEST_TABLE:
        raise _Unreadable(
            f"has {metadata.num_rows:,} rows",
            f"at most {LARGEST_TABLE:,}",
            "split the table into a folder of files",
        )
    size = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > memory:
        raise _Unreadable(
            f"unpacks to {size / 2**30:,.1f} GiB",
            f"at most this machine's {memory / 2**30:,.1f} GiB",
            "score with --engine parts",
        )


def _refuse_twice_named(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _Unreadable(
            f"names {', '.join(name[:60] for name in twice[:9])} twice",
            "each column once",
            "rename or drop one of them",
        )


def _advise(error: Exception) -> str:
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
