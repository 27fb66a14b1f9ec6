"""A market laid out as what was known before a night and what the night brings, a stretch of every file in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resellerrisk.tables import TABLES

DAY = pd.Timedelta(days=1)
#: Rows read at a time.
STRETCH = 1_000_000
#: Moments of a row beside the one that it is known from.
MORE_MOMENTS = {"shipments": ("shipped_at",), "leaks": ("leaked_at",)}


def lay_out(market: Path, data: Path, night: pd.Timestamp, lines: int) -> tuple[int, int]:
    """Write a market as what was known before a night, ``NAME/before.parquet``, and what the night brings, ``NAME.night``.

    The night brings what became known from then on until there were so many order lines, of all tables, its moments laid into one day in
    their order. Of shipments only those that have arrived are taken. Gives the order lines of before and of the night.
    """
    end = _end_of(market, night, lines)
    told = {name: _lay_table(market, data, name, night, end) for name in TABLES}
    return told["orders"]


def _files(market: Path, name: str) -> list[Path]:
    path = market / f"{name}.parquet"
    return [path] if path.exists() else sorted((market / name).glob("*.parquet"))


def _stretches(market: Path, name: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
    for path in _files(market, name):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(STRETCH, columns=columns):
                yield pa.Table.from_batches([batch])


def _moments(table: pa.Table, column: str) -> np.ndarray:
    return table[column].to_numpy().astype("datetime64[us]")


def _end_of(market: Path, night: pd.Timestamp, lines: int) -> np.datetime64:
    """The moment before which so many order lines, of whole orders, were placed from a night on."""
    found = [
        at[at >= night.to_datetime64()]
        for table in _stretches(market, "orders", ["ordered_at"])
        for at in [_moments(table, "ordered_at")]
    ]
    at = np.sort(np.concatenate(found))
    return at[min(lines, len(at) - 1)]


def _lay_table(
    market: Path, data: Path, name: str, night: pd.Timestamp, end: np.datetime64
) -> tuple[int, int]:
    contract = TABLES[name]
    (data / name).mkdir(parents=True)
    if not contract.known_at:
        for path in _files(market, name):
            pq.write_table(pq.read_table(path), data / name / path.name)
        return 0, 0
    column = "delivered_at" if name == "shipments" else contract.known_at
    before, after, writer = 0, [], None
    for table in _stretches(market, name):
        at = _moments(table, column)
        old = table.filter(pa.array(at < night.to_datetime64()))
        writer = writer or pq.ParquetWriter(data / name / "before.parquet", old.schema)
        writer.write_table(old)
        before += len(old)
        after.append(table.filter(pa.array((at >= night.to_datetime64()) & (at < end))))
    writer.close()
    brought = pa.concat_tables(after)
    for moment in {column, *MORE_MOMENTS.get(name, ())}:
        brought = _into_a_day(brought, moment, night, end)
    pq.write_table(brought.take(pc.sort_indices(brought[column])), data / f"{name}.night")
    return before, len(brought)


def _into_a_day(table: pa.Table, column: str, night: pd.Timestamp, end: np.datetime64) -> pa.Table:
    """A table with the moments of a column from the night on laid into one day, to the second."""
    at, begin = _moments(table, column), night.to_datetime64().astype("datetime64[us]")
    share = (at - begin) / (end - begin)
    later = begin + (share * 86_000_000_000).astype("timedelta64[us]").astype("timedelta64[s]")
    laid = pa.array(np.where(at >= begin, later, at)).cast(table.schema.field(column).type)
    return table.set_column(table.column_names.index(column), table.schema.field(column), laid)
