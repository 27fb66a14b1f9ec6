"""Writing rows into the outcomes table of a data folder, in its own format, without touching the rows of others."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from resellerrisk.desk.folder import read_accounts
from resellerrisk.desk.refusals import DeskError
from resellerrisk.jobs import hold_lock
from resellerrisk.jobs.folder import Busy
from resellerrisk.tables.files import find_files

_TABLE = "outcomes"


def account_ids(folder: Path) -> set[str]:
    """The ids in the accounts table.

    Raises
    ------
    DeskError
        There is no such table.
    """
    accounts = read_accounts(folder) if folder.is_dir() else None
    if accounts is None:
        raise DeskError(f"{folder} is no folder of tables.", hint="resellerrisk desk outcomes data/sample")
    return set(accounts["account_id"].dropna().astype(str))


def merge(folder: Path, frame: pd.DataFrame, mark: str) -> None:
    """Put rows into the table in place of those whose note begins with a mark."""
    try:
        with hold_lock(folder / f".{_TABLE}.lock"):
            _merge(folder, frame, mark)
    except Busy:
        raise DeskError(f"Another merge into {folder} is at work.", hint="try again") from None


def _merge(folder: Path, frame: pd.DataFrame, mark: str) -> None:
    found = find_files(folder, _TABLE)
    if len(found) > 1:
        raise DeskError(f"{' and '.join(path.name for path in found)} stand in {folder}.", hint="keep one")
    if not found:
        ending = "csv" if (folder / "accounts.csv").is_file() else "parquet"
        found = [folder / f"{_TABLE}.{ending}"]
    path = found[0]
    try:
        if path.suffix == ".csv":
            _replace(path, _merged_csv(path, frame, mark))
        elif path.is_dir():
            schema = pq.read_schema(next(iter(sorted(path.glob("*.parquet")))))
            _replace(path / "desk.parquet", _to_parquet(_cast(frame, schema)))
        else:
            _replace(path, _to_parquet(_merged_parquet(path, frame, mark)))
    except (OSError, pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise DeskError(
            f"{path} cannot be merged into: {type(error).__name__}.", hint=f"resellerrisk check {folder}"
        ) from error


def _merged_csv(path: Path, frame: pd.DataFrame, mark: str) -> bytes:
    """The file as it stands but for the desk's rows; new columns of ours come last."""
    rows, header = [], list(frame.columns)
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file)) or [header]
    note = header.index("note") if "note" in header else None
    rows = [row for row in rows if note is None or len(row) <= note or not row[note].startswith(mark)]
    new = [name for name in frame.columns if name not in header]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*header, *new])
    writer.writerows([*row, *[""] * len(new)] for row in rows)
    told = frame.assign(decided_at=[moment.isoformat(sep=" ") for moment in frame["decided_at"]])
    ours = told.reindex(columns=[*header, *new], fill_value="")
    writer.writerows(ours.itertuples(index=False, name=None))
    return out.getvalue().encode()


def _merged_parquet(path: Path, frame: pd.DataFrame, mark: str) -> pa.Table:
    if not path.is_file():
        return pa.Table.from_pandas(frame, _SCHEMA, preserve_index=False)
    there = pq.read_table(path)
    if "note" in there.column_names:
        notes = there["note"].cast(pa.string()).to_pylist()
        there = there.filter(pa.array([not (note or "").startswith(mark) for note in notes], pa.bool_()))
    else:
        there = there.append_column("note", pa.nulls(len(there), pa.string()))
    return pa.concat_tables([there, _cast(frame, there.schema)])


_SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("outcome", pa.string()),
        ("decided_at", pa.timestamp("us")),
        ("source", pa.string()),
        ("note", pa.string()),
    ]
)


def _cast(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """The rows with the columns and types of a table that stands there; what it has besides is missing."""
    ours = pa.Table.from_pandas(frame, _SCHEMA, preserve_index=False)
    columns = []
    for field in schema:
        if field.name not in ours.column_names:
            columns.append(pa.nulls(len(ours), field.type))
            continue
        column = ours[field.name]
        if pa.types.is_timestamp(field.type) and field.type.tz is not None:
            column = column.cast(pa.timestamp("us", tz="UTC"))
        elif pa.types.is_string(field.type) and pa.types.is_timestamp(column.type):
            column = column.cast(pa.string())
        columns.append(column.cast(field.type, safe=False))
    return pa.Table.from_arrays(columns, schema=schema)


def _to_parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place of another, on the disk before it counts."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
