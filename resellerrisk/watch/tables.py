"""The figures of the tables, night by night: how many rows, what is missing, which words, how large, what signals see in a row.

A row counts in the night in which it became known. Scores are not looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from resellerrisk.signals.compute import Signals
from resellerrisk.tables import TABLES, Market
from resellerrisk.tables.declare import Column, Kind, Table
from resellerrisk.watch.series import Nights, Series, level

#: Signals that follow the calendar alone: they differ from season to season by what they are.
CALENDAR = frozenset({"before_christmas"})
#: Texts with few values, each of which may be new one night.
FEW_VALUES = ("country", "method")
#: A value is new for so many days after it first appeared in its table.
NEW_DAYS = 28
#: Which moment of a view's rows, and what their table is called.
_VIEWS = {name: name for name in ("orders", "returns", "payments", "identifiers")} | {
    "deliveries": "shipments"
}


def table_series(signals: Signals, until: pd.Timestamp, nights: int) -> list[Series]:
    """Every figure of every table that is there.

    Parameters
    ----------
    signals : Signals
        The prepared market.
    until : Timestamp
        T: rows known at T or later are not looked at.
    nights : int
        How many nights back.

    Returns
    -------
    list of Series
    """
    market = signals.market
    found: list[Series] = []
    for name, table in TABLES.items():
        if name in market.present and table.known_at:
            found += _of_table(market, table, until, nights)
    for view in _VIEWS:
        if _VIEWS[view] in market.present:
            found += _of_view(signals, view, until, nights)
    found += _of_forms(signals, until, nights)
    return found


def _of_table(market: Market, table: Table, until: pd.Timestamp, count: int) -> Iterator[Series]:
    frame = getattr(market, table.name)
    at = frame[table.known_at].to_numpy()
    account = frame["account_id"].cat.codes.to_numpy() if "account_id" in frame else np.arange(len(frame))
    nights = Nights(at, account, until, count)
    yield Series(
        f"{table.name} rows", "count", "Rows that became known.", nights.rows, np.ones(count), "rows by table"
    )
    yield _set_aside(market, table, until, count, nights)
    for column in table.columns:
        if column.name != table.known_at and not column.known_at:
            yield from _of_column(frame[column.name], table, column, at, nights)
    if table.name == "orders":
        yield _over_list_price(market, nights)


def _of_column(
    cells: pd.Series, table: Table, column: Column, at: np.ndarray, nights: Nights
) -> Iterator[Series]:
    name = f"{table.name}.{column.name}"
    if not column.required:
        missing = cells.isna().to_numpy()
        yield Series(
            f"{name} missing",
            "share",
            f"Cells that are empty. {column.meaning}",
            *nights.mean(missing),
            "cells missing",
        )
    if column.kind is Kind.WORD:
        codes = cells.cat.codes.to_numpy()
        for code, word in enumerate(cells.cat.categories):
            is_word = np.where(codes < 0, np.nan, codes == code)
            yield Series(
                f"{name} is {word}",
                "share",
                f"Rows with this word. {column.meaning}",
                *nights.mean(is_word),
                "words and values",
            )
    elif column.kind in (Kind.NUMBER, Kind.WHOLE) and column.name != "line":
        yield Series(
            f"{name} size",
            "number",
            f"Mean of the logarithm. {column.meaning}",
            *nights.mean(level(cells.to_numpy(float))),
            "words and values",
        )
    elif column.name in FEW_VALUES:
        yield Series(
            f"{name} is new",
            "share",
            f"Rows with a value first seen in the last {NEW_DAYS} days. {column.meaning}",
            *nights.mean(_is_new(cells, at)),
            "words and values",
        )


def _is_new(cells: pd.Series, at: np.ndarray) -> np.ndarray:
    """Whether each row's value had first been seen less than so many days before; missing where the cell is."""
    codes = cells.astype("category").cat.codes.to_numpy()
    first = pd.Series(at).groupby(codes).transform("min").to_numpy()
    return np.where(codes < 0, np.nan, at - first < np.timedelta64(NEW_DAYS, "D"))


def _over_list_price(market: Market, nights: Nights) -> Series:
    listed = market.titles.set_index("title_id")["list_price"].reindex(market.title_ids).to_numpy(float)
    codes = market.orders["title_id"].cat.codes.to_numpy()
    price = market.orders["unit_price"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(codes >= 0, np.log(price / listed[codes]), np.nan)
    meaning = "Mean of the logarithm of the price of a disc over its list price."
    return Series(
        "orders.unit_price over list price", "number", meaning, *nights.mean(ratio), "words and values"
    )


def _set_aside(market: Market, table: Table, until: pd.Timestamp, count: int, nights: Nights) -> Series:
    """Share of a night's rows that could not be used; each row counts."""
    at = market.set_aside_at(table.name)
    bad = Nights(at, np.arange(at.size), until, count).rows
    meaning = "Rows set aside because of a faulty cell."
    return Series(f"{table.name} set aside", "share", meaning, bad, bad + nights.rows, "rows set aside")


def _of_view(signals: Signals, view: str, until: pd.Timestamp, count: int) -> Iterator[Series]:
    """What each declared function says of the rows of a night: the signal before it is put together over a window."""
    rows = getattr(signals.views, view)
    nights = Nights(rows.at, rows.account, until, count)
    if view == "orders":
        meaning = "Order lines for titles whose street date was not known when they were ordered."
        yield Series("orders street date unknown", "share", meaning, *nights.mean(~rows.dated), "signals")
    yield from _declared(signals, view, nights)


def _of_forms(signals: Signals, until: pd.Timestamp, count: int) -> Iterator[Series]:
    applied = signals.views.applied
    known = applied < np.iinfo(np.int64).max
    at = np.where(known, applied, np.datetime64("NaT").astype(np.int64)).view("datetime64[us]")
    nights = Nights(at, np.arange(applied.size), until, count)
    yield from _declared(signals, "form", nights)


def _declared(signals: Signals, view: str, nights: Nights) -> Iterator[Series]:
    seen = set()
    for column in signals.catalogue.columns:
        declared = column.declaration
        name = declared.function.__name__
        codes = declared.measure.kind in {"distinct", "entropy"} or declared.measure.unit.words
        if declared.table != view or name in seen or name in CALENDAR or codes:
            continue
        seen.add(name)
        values = np.asarray(signals.row_values(declared))
        share = values.dtype == bool or declared.measure.unit.name in {"share", "yes/no"}
        told = values.astype(float) if share else level(values)
        kind = "share" if share else "number"
        yield Series(f"signal {name}", kind, declared.meaning, *nights.mean(told), "signals")
