"""New rows of some tables, held to the contract beside what a state knows: only they are read, and only what they name is looked up.

They are held to the same rules as a whole market: accounts and titles they name must be there, an order line may stand there once, a
shipment must fit its order line. What is compared with are the state's accounts, titles and kept order lines, and the rows that came since.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.links.links import spread_ranges
from resellerrisk.signals.lines import hash_lines
from resellerrisk.state.base import Base
from resellerrisk.state.recoding import find_among
from resellerrisk.state.since import as_texts
from resellerrisk.tables import TABLES
from resellerrisk.tables.checking import check_tables
from resellerrisk.tables.files import RawTable, from_frame
from resellerrisk.tables.market import build_market

#: Marks rows that were there before.
_KNOWN = "row of the state"


def check_rows(base: Base, since: dict[str, pd.DataFrame], raw: RawTable) -> tuple[pd.DataFrame, int]:
    """Hold new rows of a table to the contract; gives those that are in order, ids as texts, and how many are not.

    Parameters
    ----------
    base : Base
    since : dict of DataFrame
        Rows that came since the state, by table.
    raw : RawTable

    Raises
    ------
    InputError
        A file that cannot be used.
    """
    name = raw.name
    known = _references(base, since, {name: raw})
    tables = {
        table: _put_together(table, known.get(table), raw if table == name else None)
        for table in TABLES
        if table == name or table in known
    }
    checked = check_tables(tables, [], "", 1.0)
    if not checked.report.ok:
        raise checked.report.as_error()
    frame = getattr(build_market(checked), name)
    frame = _plain(frame[frame[_KNOWN] == 0][list(TABLES[name].names)])
    return frame, raw.read - len(frame)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return as_texts(frame).reset_index(drop=True)


def _references(
    base: Base, since: dict[str, pd.DataFrame], raw: dict[str, RawTable]
) -> dict[str, pd.DataFrame]:
    """What is there of accounts, titles, street dates and order lines that the new rows name."""
    out = {"titles": _plain(base.tables["titles"])}
    out["street_dates"] = _plain(base.tables["street_dates"].iloc[:0])
    codes = base.codes_of(_named(raw, "account_id"))
    out["accounts"] = _plain(base.accounts(np.unique(codes[codes >= 0])))
    for name in ("accounts", "titles"):
        if name in since:
            out[name] = pd.concat([out[name], since[name]], ignore_index=True)
    out["orders"] = _known_lines(base, since, raw)
    return out


def _named(raw: dict[str, RawTable], column: str, tables=tuple(TABLES)) -> np.ndarray:
    """The different ids in a column of some tables, as texts."""
    parts = [np.empty(0, object)]
    for name in tables:
        if name in raw and column in raw[name].cells.column_names:
            cells = raw[name].cells[column].combine_chunks()
            found = pa.compute.unique(_decoded(cells)).cast(pa.string()).drop_null()
            parts.append(found.to_numpy(zero_copy_only=False))
    return pd.unique(np.concatenate(parts))


def _decoded(cells):
    return cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells


def _known_lines(base: Base, since, raw) -> pd.DataFrame:
    """Order lines that the new orders, shipments and payments name: of the rows since, and of the lines that the state kept."""
    asked = _named(raw, "order_id", ("orders", "shipments", "payments"))
    columns = list(TABLES["orders"].names)
    parts = [pd.DataFrame({name: pd.Series(dtype=object) for name in columns})]
    told = []
    for name in ("orders", "shipments"):
        cells = raw[name].cells if name in raw else None
        if cells is not None and {"order_id", "line", "account_id"} <= set(cells.column_names):
            told.append(cells.select(["order_id", "line", "account_id"]).to_pandas().astype(object))
    if told and "orders" in base.views:
        parts.append(_kept_lines(base, pd.concat(told, ignore_index=True)))
    if "orders" in since:
        mine = since["orders"]
        parts.append(mine[mine["order_id"].isin(asked)][columns])
    return pd.DataFrame(
        {name: np.concatenate([part[name].to_numpy(object) for part in parts]) for name in columns}
    )


def _kept_lines(base: Base, told: pd.DataFrame) -> pd.DataFrame:
    line = pd.to_numeric(told["line"], errors="coerce")
    account = base.codes_of(told["account_id"].astype(str))
    usable = ((account >= 0) & line.notna()).to_numpy()
    told, account, line = told[usable], account[usable], line[usable].to_numpy(np.int64)
    key = hash_lines(
        pd.util.hash_array(told["order_id"].astype(str).to_numpy(object), categorize=False), line
    )
    of = np.unique(account)
    starts, kept = base.starts["orders"], base.views["orders"]
    places = spread_ranges(starts[of], starts[of + 1])
    # Lines that are asked for are few beside those that are kept: the latter are looked for among the former.
    asked, first = np.unique(key, return_index=True)
    found, place = find_among(asked, kept["key"][places])
    of_key, one = np.unique(place, return_index=True)
    rows, hit = places[found[one]], first[of_key]
    titles = base.tables["titles"]["title_id"].cat.categories.to_numpy(object)
    frame = pd.DataFrame(
        {
            "order_id": told["order_id"].astype(str).to_numpy(object)[hit],
            "line": line[hit],
            "account_id": base.account_ids[kept["account"][rows]],
            "ordered_at": kept["at"][rows],
            "title_id": titles[kept["title"][rows]],
            "quantity": kept["quantity"][rows],
        }
    )
    empty = pd.Series([None] * len(frame), dtype=object)
    return frame.assign(**{name: empty for name in TABLES["orders"].names if name not in frame})


def _put_together(name: str, known: pd.DataFrame | None, raw: RawTable | None) -> RawTable:
    """New rows behind those that are there, in the types of the new ones."""
    if raw is None:
        found = from_frame(name, known)
        mark = pa.array(np.ones(len(known), np.int8))
        return RawTable(name, name, found.cells.append_column(_KNOWN, mark))
    own = list(raw.cells.column_names)
    mark = pa.array(np.zeros(len(raw.cells), np.int8))
    if known is None or not len(known):
        return RawTable(name, raw.file, raw.cells.append_column(_KNOWN, mark), raw.broken)
    there = from_frame(name, known).cells
    columns = {}
    for column in own:
        new = raw.cells[column]
        old = there[column] if column in there.column_names else pa.nulls(len(known), pa.string())
        columns[column] = _join_cells(old, new)
    marks = pa.concat_arrays([pa.array(np.ones(len(known), np.int8)), mark])
    numbers = np.concatenate([np.zeros(len(known), np.int64), raw.row_numbers()])
    return RawTable(name, raw.file, pa.table({**columns, _KNOWN: marks}), raw.broken, numbers)


def _join_cells(old, new) -> pa.ChunkedArray:
    old, new = _flat(old), _flat(new)
    try:
        old = old.cast(new.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        old, new = old.cast(pa.string()), new.cast(pa.string())
    joined = pa.chunked_array([*old.chunks, *new.chunks], type=new.type)
    return joined.dictionary_encode() if pa.types.is_string(joined.type) else joined


def _flat(cells) -> pa.ChunkedArray:
    cells = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells])
    if pa.types.is_dictionary(cells.type):
        cells = pa.chunked_array([chunk.dictionary_decode() for chunk in cells.chunks], cells.type.value_type)
    return cells.cast(pa.string()) if pa.types.is_large_string(cells.type) else cells
