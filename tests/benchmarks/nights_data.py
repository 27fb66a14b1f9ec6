"""A market laid out as what was known before a night and what the night brings, a stretch of every file in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from resellerrisk.tables import TABLES

DAY = pd.Timedelta(days=1)
#: Rows read at a time.
STRETCH = 1_000_000
#: Moments of a row beside the one that it is known from.
MORE_MOMENTS = {"shipments": ("shipped_at",), "leaks": ("leaked_at",)}


def lay_before(market: Path, data: Path, night: pd.Timestamp) -> int:
    """Write a market as what was known before a night, ``NAME/before.parquet``; of shipments those that had arrived. Gives the order lines."""
    told = {name: _lay_table(market, data, name, night) for name in TABLES}
    return told["orders"]


def lay_night(market: Path, data: Path, night: pd.Timestamp, lines: int, accounts: int) -> int:
    """Write what a night brings, ``NAME.night``; gives its order lines.

    It brings what became known from the night on until there were so many order lines, of all tables, its moments laid into one day in their order. Where
    ``accounts`` is not 0, only rows of so many accounts count, of those that ordered from the night on: the ones whose ids have the smallest hashes.
    Rows that are of no account, such as street dates, are all taken.
    """
    drawn, end = _draw(market, night, lines, accounts)
    told = {name: _lay_night(market, data, name, night, end, drawn) for name in TABLES}
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


def _draw(
    market: Path, night: pd.Timestamp, lines: int, accounts: int
) -> tuple[pa.Array | None, np.datetime64]:
    """The accounts of a night, and the moment before which they placed so many order lines, of whole orders, from it on."""
    placed = ds.dataset(_files(market, "orders")).to_table(
        ["account_id", "ordered_at"],
        filter=pc.field("ordered_at") >= _scalar(market, "orders", "ordered_at", night),
    )
    drawn = None
    if accounts:
        ids = placed["account_id"].unique().cast(pa.string()).to_numpy(zero_copy_only=False)
        drawn = pa.array(ids[np.argsort(pd.util.hash_array(ids, categorize=False))[:accounts]])
        placed = placed.filter(pc.is_in(placed["account_id"].cast(pa.string()), drawn))
    at = np.sort(_moments(placed, "ordered_at"))
    return drawn, at[min(lines, len(at) - 1)]


def _scalar(market: Path, name: str, column: str, moment) -> pa.Scalar:
    """A moment in the type of a column."""
    return pa.scalar(pd.Timestamp(moment), pq.read_schema(_files(market, name)[0]).field(column).type)


def _known_column(name: str) -> str:
    return "delivered_at" if name == "shipments" else TABLES[name].known_at


def _lay_table(market: Path, data: Path, name: str, night: pd.Timestamp) -> int:
    (data / name).mkdir(parents=True)
    if not TABLES[name].known_at:
        for path in _files(market, name):
            pq.write_table(pq.read_table(path), data / name / path.name)
        return 0
    before, writer = 0, None
    for table in _stretches(market, name):
        old = table.filter(pa.array(_moments(table, _known_column(name)) < night.to_datetime64()))
        writer = writer or pq.ParquetWriter(data / name / "before.parquet", old.schema)
        writer.write_table(old)
        before += len(old)
    writer.close()
    return before


def _lay_night(market: Path, data: Path, name: str, night: pd.Timestamp, end: np.datetime64, drawn) -> int:
    if not TABLES[name].known_at:
        return 0
    column, told = _known_column(name), ds.dataset(_files(market, name))
    wanted = (pc.field(column) >= _scalar(market, name, column, night)) & (
        pc.field(column) < _scalar(market, name, column, end)
    )
    if drawn is not None and "account_id" in told.schema.names:
        wanted &= pc.field("account_id").cast(pa.string()).isin(drawn)
    brought = told.to_table(filter=wanted, batch_size=STRETCH // 8)
    for moment in {column, *MORE_MOMENTS.get(name, ())}:
        brought = _into_a_day(brought, moment, night, end)
    pq.write_table(brought.take(pc.sort_indices(brought[column])), data / f"{name}.night")
    return len(brought)


def _into_a_day(table: pa.Table, column: str, night: pd.Timestamp, end: np.datetime64) -> pa.Table:
    """A table with the moments of a column from the night on laid into one day, to the second."""
    at, begin = _moments(table, column), night.to_datetime64().astype("datetime64[us]")
    share = (at - begin) / (end - begin)
    later = begin + (share * 86_000_000_000).astype("timedelta64[us]").astype("timedelta64[s]")
    laid = pa.array(np.where(at >= begin, later, at)).cast(table.schema.field(column).type)
    return table.set_column(table.column_names.index(column), table.schema.field(column), laid)
