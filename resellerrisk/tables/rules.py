"""The contract as pandera schemas, and the rules that a table can be held to by itself.

pandera knows missing cells, bounds and patterns; keys and the order of two times are looked at here, since pandera
tells a fault of several columns once for each of them. Other tables are looked at in `references`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resellerrisk.tables.declare import FIRST_YEAR, LAST_YEAR, Column, Kind
from resellerrisk.tables.passes import stand_once
from resellerrisk.tables.schemas import TABLES

if TYPE_CHECKING:
    import pandera.pandas as pa

MISSING, OUT_OF_BOUNDS = "missing cell", "out of bounds"


def build_schema(name: str, columns: tuple[str, ...] | None = None, types: bool = True) -> pa.DataFrameSchema:
    """The pandera schema of one table of the contract.

    Parameters
    ----------
    name : str
        A table of the contract.
    columns : tuple of str, optional
        Only these columns; all where not given.
    types : bool
        Whether dtypes are held to those of a `Market`; without, only the cells.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Other columns are allowed beside.

    Examples
    --------
    >>> build_schema("returns").columns["quantity"].checks
    [<Check greater_than_or_equal_to: greater_than_or_equal_to(1)>]
    """
    import pandera.pandas as pa

    table = TABLES[name]
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                column.dtype if types else None,
                _build_checks(column),
                nullable=not column.required,
                description=column.meaning,
            )
            for column in table.columns
            if columns is None or column.name in columns
        },
        unique=list(table.key) if types and table.key else None,
        name=name,
        description=table.row_is,
    )


def _build_checks(column: Column) -> list[pa.Check]:
    import pandera.pandas as pa

    if column.kind in (Kind.TIME, Kind.DATE):
        first, end = _years()
        return [pa.Check.in_range(first, end, include_max=False)]
    if column.pattern:
        return [pa.Check.str_matches(f"^(?:{column.pattern})$")]
    if column.minimum is not None and column.maximum is not None:
        return [pa.Check.in_range(column.minimum, column.maximum)]
    return [] if column.minimum is None else [pa.Check.ge(column.minimum)]


def _years() -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(FIRST_YEAR, 1, 1), pd.Timestamp(LAST_YEAR + 1, 1, 1)


def is_sound(name: str, frame: pd.DataFrame) -> bool:
    """Whether a look over the arrays finds no cell that the schema could object to.

    Most files are sound, and pandera takes half a second to load and reads millions of rows slowly; it looks where this says no,
    and words what is wrong. True is never said where the schema would find a cell (tests/tables/test_rules.py).
    """
    return all(
        _cells_are_sound(column, frame[column.name])
        for column in TABLES[name].columns
        if column.name in frame
    )


def _cells_are_sound(column: Column, cells: pd.Series) -> bool:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        some_missing = cells.cat.codes.to_numpy().min(initial=0) < 0
        return not (some_missing and column.required) and _texts_are_sound(column, cells.cat.categories)
    if cells.dtype == object or not len(cells):
        return not (column.required and cells.hasnans) and _texts_are_sound(column, cells.dropna())
    values = cells.to_numpy()
    if pd.isna(values.min()):  # a missing cell is the lowest and the highest of all
        values = values[~np.isnan(values)]
        if column.required or not values.size:
            return not column.required
    low, high = values.min(), values.max()
    if column.kind in (Kind.TIME, Kind.DATE):
        first, end = _years()
        return first <= low and high < end
    return not (
        (column.minimum is not None and low < column.minimum)
        or (column.maximum is not None and high > column.maximum)
    )


def _texts_are_sound(column: Column, texts: Iterable[str]) -> bool:
    return not column.pattern or all(re.match(f"^(?:{column.pattern})$", text) for text in texts)


def find_bad_cells(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    """Cells that are missing where they must not be, or out of bounds.

    Parameters
    ----------
    name : str
        A table of the contract.
    frame : pandas.DataFrame
        Its rows; columns that are not there are left out.

    Yields
    ------
    column : str
    what : str
        "missing cell" or "out of bounds".
    positions : numpy.ndarray of int
        Rows concerned, from 0, rising.
    """
    if is_sound(name, frame):
        return
    import pandera.pandas as pa

    schema = build_schema(name, tuple(frame.columns), types=False)
    try:
        schema.validate(frame, lazy=True, inplace=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        for (column, check), found in cases.groupby(["column", "check"], sort=False):
            what = MISSING if check == "not_nullable" else OUT_OF_BOUNDS
            yield column, what, np.sort(found["index"].to_numpy(dtype=np.int64))


def find_reversed_times(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    """Rows whose second time is before their first (delivered before shipped).

    Parameters
    ----------
    name : str
    frame : pandas.DataFrame

    Yields
    ------
    first, second : str
        The two columns.
    positions : numpy.ndarray of int
        Rows concerned, from 0. A missing time is in order.
    """
    for first, second in TABLES[name].in_order:
        if {first, second} <= set(frame):
            reverse = (frame[second].to_numpy() < frame[first].to_numpy()).nonzero()[0]
            if reverse.size:
                yield first, second, reverse


def find_duplicates(name: str, frame: pd.DataFrame, good: np.ndarray) -> np.ndarray:
    """Rows whose key stood there before.

    Of the rows with one key, the first that is otherwise good stays; all others but the very first are duplicates.

    Parameters
    ----------
    name : str
    frame : pandas.DataFrame
    good : numpy.ndarray of bool
        Rows in which nothing else was found.

    Returns
    -------
    numpy.ndarray of int
        Positions of the duplicates, from 0. Rows with a missing key are none.
    """
    key = list(TABLES[name].key)
    if not key or not set(key) <= set(frame):
        return np.array([], dtype=np.int64)
    if len(key) == 2 and stand_once(*_parts_of_key(frame, key), len(frame[key[0]].cat.categories)):
        return np.array([], dtype=np.int64)
    packed = pack_key(frame, key)
    later = packed.duplicated().to_numpy() & (packed >= 0).to_numpy()
    stays = np.zeros(len(frame), dtype=bool)
    stays[packed[good].drop_duplicates().index] = True
    return (later & ~stays).nonzero()[0]


def _parts_of_key(frame: pd.DataFrame, key: list[str]) -> tuple[np.ndarray, np.ndarray]:
    return frame[key[0]].cat.codes.to_numpy(), frame[key[1]].to_numpy()


def pack_key(frame: pd.DataFrame, key: list[str]) -> pd.Series:
    """One whole number for each different key, -1 where a part is missing.

    Parameters
    ----------
    frame : pandas.DataFrame
    key : list of str
        An id column, and maybe a column of whole numbers below 2**31 (an order and its line).

    Returns
    -------
    pandas.Series of int64

    Examples
    --------
    >>> frame = pd.DataFrame({"order_id": pd.Categorical(["a", "a", None]), "line": [1.0, 2.0, 1.0]})
    >>> pack_key(frame, ["order_id", "line"]).tolist()
    [1, 2, -1]
    """
    packed = frame[key[0]].cat.codes.astype(np.int64).to_numpy()
    missing = packed < 0
    for name in key[1:]:
        numbers = frame[name].to_numpy()
        unfit = ~((numbers >= 0) & (numbers < 2**31))
        missing |= unfit
        packed = (packed << 31) | np.where(unfit, 0, numbers).astype(np.int64)
    return pd.Series(np.where(missing, -1, packed))
