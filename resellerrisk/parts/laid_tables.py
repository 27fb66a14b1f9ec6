"""A checked table of a part on disk, as it lies in memory: numbers, moments as numbers, codes with their words beside them.

What no signal asks for is not written. Nothing is checked here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.tables import TABLES

#: Cells that no signal asks for: checked with their table, and missing, or 0, when the part is read again.
NOT_ASKED = {"shipments": ("order_id", "line"), "payments": ("order_id",)}
NO_IDS = pd.Index([], dtype=object)


def save_rows(path: Path, name: str, frame: pd.DataFrame) -> None:
    """Write the contract's columns of a table, but for what is not asked."""
    kept = [column for column in TABLES[name].names if column not in NOT_ASKED.get(name, ())]
    table = pa.table({column: _to_arrow(frame[column]) for column in kept})
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema, options=options) as file:
        file.write_table(table)


def load_rows(path: Path, name: str) -> pd.DataFrame:
    """Read what `save_rows` wrote; ids that are not asked are missing, numbers 0."""
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
        columns = {
            column: _from_arrow(table[column], TABLES[name][column].dtype) for column in table.column_names
        }
    for column in NOT_ASKED.get(name, ()):
        if TABLES[name][column].dtype == "category":
            nothing = np.full(len(table), -1, np.int8)
            columns[column] = pd.Categorical.from_codes(nothing, categories=NO_IDS)
        else:
            columns[column] = np.zeros(len(table), TABLES[name][column].dtype)
    return pd.DataFrame(columns, copy=False)


def _to_arrow(cells: pd.Series) -> pa.Array:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        words = pa.array(cells.cat.categories.to_numpy(object), pa.string())
        # A missing cell's code is -1 here too: it is never looked up, and needs no second column that says so.
        return pa.DictionaryArray.from_arrays(pa.array(cells.cat.codes.to_numpy()), words, safe=False)
    values = cells.to_numpy()
    if values.dtype.kind == "M":
        return pa.array(values.astype("datetime64[us]", copy=False).view(np.int64))
    return pa.array(values, from_pandas=values.dtype == object)


def _from_arrow(column: pa.ChunkedArray, dtype: str) -> pd.Categorical | np.ndarray:
    array = column.combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    if not pa.types.is_dictionary(array.type):
        values = array.to_numpy(zero_copy_only=False)
        values = values if values.flags.writeable else values.copy()
        return values.view("datetime64[us]") if dtype.startswith("datetime64") else values
    words = pd.Index(array.dictionary.to_numpy(zero_copy_only=False), dtype=object)
    # Looking whether they rise tells pandas that they differ, so that it builds no table of them all.
    _ = words.is_monotonic_increasing
    codes = array.indices.to_numpy().copy()
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(words), validate=False)
