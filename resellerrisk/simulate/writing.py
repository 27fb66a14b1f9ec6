"""Tables on disk, written piece by piece so that memory does not grow with their length.

Columns come as lists, numpy arrays or words with codes; what is in them is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

#: How a column is stored; whatever is not named here is text.
TYPES = {
    **dict.fromkeys(
        ("applied_at", "known_at", "ordered_at", "shipped_at", "delivered_at", "returned_at", "recorded_at",
         "seen_at", "leaked_at", "decided_at", "since"),
        "time",
    ),
    **dict.fromkeys(("founded_on", "website_registered_on", "street_date"), "date"),
    **dict.fromkeys(
        ("year", "line", "quantity", "store_count", "declared_monthly_units", "film_no"), "whole"
    ),
    **dict.fromkeys(("list_price", "unit_price", "amount"), "number"),
    **dict.fromkeys(("street_date_agreement", "is_fake"), "flag"),
}  # fmt: skip


@dataclass(frozen=True)
class Coded:
    """A column of repeated texts: the texts once, and for each row the place of its text."""

    words: list[str] | pa.Array
    codes: np.ndarray


class TableWriter:
    """Writes one table to parquet or CSV in pieces.

    Parameters
    ----------
    path : Path
        Without ending; its folder must exist.
    format : {"parquet", "csv"}
    rows_at_once : int
        Rows gathered before they are written. It changes where parquet's row groups end, never what is in them.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with TableWriter(folder / "returns", "csv") as table:
    ...     table.add({"account_id": ["A1"], "returned_at": np.array([0]), "quantity": np.array([2])})
    >>> print((folder / "returns.csv").read_text().strip())
    "account_id","returned_at","quantity"
    "A1",1970-01-01 00:00:00,2
    """

    def __init__(self, path: Path, format: str, rows_at_once: int = 200_000) -> None:
        self.path = path.with_name(f"{path.name}.{format}")
        self.rows = 0
        self._rows_at_once = rows_at_once
        self._waiting: list[pa.Table] = []
        self._file: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()
        if self._file is not None:
            self._file.close()

    def add(self, columns: dict[str, Any]) -> None:
        """Add rows; every piece must have the same columns in the same order."""
        piece = pa.table({name: _column(name, values) for name, values in columns.items()})
        self._waiting.append(piece)
        self.rows += piece.num_rows
        if sum(waiting.num_rows for waiting in self._waiting) >= self._rows_at_once:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting).unify_dictionaries()
        self._waiting = []
        if self._file is None:
            self._file = self._opened(table.schema)
        if self.path.suffix == ".csv":
            table = _readable(table)
        self._file.write_table(table)

    def _opened(self, schema: pa.Schema) -> Any:
        if self.path.suffix == ".parquet":
            return parquet.ParquetWriter(
                self.path, schema, compression="zstd", store_schema=False, write_statistics=False
            )
        options = csv.WriteOptions(quoting_style="needed")
        return csv.CSVWriter(self.path, _readable(schema.empty_table()).schema, write_options=options)


def _column(name: str, values: Any) -> pa.Array:
    if isinstance(values, Coded):
        words = values.words if isinstance(values.words, pa.Array) else pa.array(values.words, pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(values.codes, pa.int32()), words)
    kind = TYPES.get(name, "text")
    if kind == "text":
        return pa.array(values, pa.string())
    if kind == "flag":
        return pa.array(values, pa.bool_())
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    plain = np.ma.getdata(values)
    if kind in ("time", "date"):
        if mask is not None:
            # What is masked may lie beyond what a time in microseconds can hold.
            plain = np.where(mask, np.zeros_like(plain), plain)
        return pa.array(
            plain.astype("datetime64[s]").astype("datetime64[us]"),
            pa.timestamp("us"),
            mask=mask,
        )
    return pa.array(plain, pa.int64() if kind == "whole" else pa.float64(), mask=mask)


def _readable(table: pa.Table) -> pa.Table:
    """The same as people write it in a CSV: times to the second, dates without time, plain texts."""
    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.string()))
        elif pa.types.is_timestamp(field.type):
            as_written = pa.date32() if TYPES[field.name] == "date" else pa.timestamp("s")
            table = table.set_column(i, field.name, table.column(i).cast(as_written))
    return table
