"""From the cells of a file to typed values: numbers, times, flags, words, ids and texts.

Each column is read as a whole; a text is looked at once for each different value, never row by row. What a cell
should hold comes from its declaration. Bounds, keys and references are not looked at here.

Own code rather than pandera's coercion, which goes through a column cell by cell as soon as one cell fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from resellerrisk.tables.declare import Column, Kind
from resellerrisk.tables.texts import Texts, as_category, find_longer, take_texts

_NUMBER = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$"
_FLAGS = {"true": 1.0, "t": 1.0, "yes": 1.0, "y": 1.0, "1": 1.0, "1.0": 1.0}
_FLAGS |= {"false": 0.0, "f": 0.0, "no": 0.0, "n": 0.0, "0": 0.0, "0.0": 0.0}
_LARGEST_WHOLE = float(2**53)
_SHORTEST_DAY = len("20191231")


#: A text longer than this is no name and no address.
LONGEST_TEXT = 10_000


class WrongType(Exception):
    """A column whose cells are all of a type that cannot be meant; the message names the type."""


@dataclass(frozen=True)
class Cells:
    """One column, read.

    Parameters
    ----------
    values : pandas.Categorical or numpy.ndarray, shape (rows,)
        Typed values; missing where a cell is empty or unusable. Whole numbers are float64 until bad rows are gone, but for a
        required column that is stored as whole numbers.
    unusable : numpy.ndarray of bool, shape (rows,)
        Cells that hold something, but nothing of the declared kind.
    were_numbers : bool
        An id or text that is stored as a number, so that leading zeros are lost.
    too_long : numpy.ndarray of int
        Positions of texts longer than `LONGEST_TEXT`.
    """

    values: pd.Categorical | np.ndarray
    unusable: np.ndarray
    were_numbers: bool = False
    too_long: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64), repr=False)


def to_list(raw: pa.ChunkedArray) -> list[object]:
    """Cells as Python's own, to be shown; a moment beyond Python's calendar (damage makes such) as the number it is stored as.

    >>> to_list(pa.chunked_array([pa.array([0, 2**62], pa.timestamp("us"))]))
    [datetime.datetime(1970, 1, 1, 0, 0), '4611686018427387904 timestamp[us]']
    """
    try:
        return raw.to_pylist()
    except (OverflowError, ValueError):
        return [_to_object(cell) for cell in raw]


def _to_object(cell: pa.Scalar) -> object:
    try:
        return cell.as_py()
    except (OverflowError, ValueError):
        whole = pa.int32() if cell.type.bit_width == 32 else pa.int64()
        return f"{cell.cast(whole).as_py()} {cell.type}"


def read_cells(column: Column, raw: pa.ChunkedArray, owned: bool = False) -> Cells:
    """Read one column as its declaration says.

    Parameters
    ----------
    column : Column
    raw : pyarrow.ChunkedArray, shape (rows,)
        As the file holds it. Empty texts are missing.
    owned : bool
        Whether nobody else writes into the memory of ``raw``, so that stored numbers and times may stay in it.

    Returns
    -------
    Cells

    Raises
    ------
    WrongType
        The stored type cannot hold such cells (a flag where a time is expected).

    Examples
    --------
    >>> read_cells(Column("quantity", Kind.WHOLE, "Units."), pa.chunked_array([["5", "", "five"]]))
    Cells(values=array([ 5., nan, nan]), unusable=array([False, False,  True]), were_numbers=False)
    """
    if pa.types.is_dictionary(raw.type) and not _is_text(raw.type):
        raw = raw.cast(raw.type.value_type)
    if column.kind in _STORED:
        return _STORED[column.kind](column, raw, owned)
    return _READERS[column.kind](column, raw)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _numbers_as_text(raw: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers as the digits they are; a column with fractions is no column of ids."""
    whole = pa.types.is_integer(raw.type)
    numbers = raw.cast(pa.float64(), safe=False)
    if pa.types.is_floating(raw.type):
        numbers = pc.if_else(pc.is_nan(numbers), None, numbers)
    if not pc.all(pc.equal(numbers, pc.floor(numbers)), min_count=0).as_py():
        raise WrongType("numbers with fractions")
    if not pc.all(pc.less(pc.abs(numbers), _LARGEST_WHOLE), min_count=0).as_py() and not whole:
        raise WrongType("numbers too large to be told apart")
    return (raw if whole else numbers.cast(pa.int64())).cast(pa.string())


def _texts_of(raw: pa.ChunkedArray) -> tuple[Texts, bool]:
    if _is_number(raw.type):
        return take_texts(_numbers_as_text(raw)), True
    if not _is_text(raw.type):
        raise WrongType(str(raw.type))
    return take_texts(raw), False


def _read_id(column: Column, raw: pa.ChunkedArray) -> Cells:
    texts, were_numbers = _texts_of(raw)
    return Cells(
        as_category(texts), np.zeros(len(raw), dtype=bool), were_numbers, find_longer(texts, LONGEST_TEXT)
    )


def _read_text(column: Column, raw: pa.ChunkedArray) -> Cells:
    if column.repeats:
        return _read_id(column, raw)
    texts, were_numbers = _texts_of(raw)
    uniques = texts.uniques.to_numpy(zero_copy_only=False)
    return Cells(
        texts.spread(uniques, None),
        np.zeros(len(raw), dtype=bool),
        were_numbers,
        find_longer(texts, LONGEST_TEXT),
    )


def _read_word(column: Column, raw: pa.ChunkedArray) -> Cells:
    if not _is_text(raw.type):
        raise WrongType(str(raw.type))
    texts = take_texts(raw)
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts.uniques))
    plain = pc.replace_substring_regex(plain, r"[ -]+", "_")
    codes = pc.fill_null(pc.index_in(plain, pa.array(column.allowed, pa.string())), -1).to_numpy(
        zero_copy_only=False
    )
    codes = codes.astype(np.int8)
    dtype = pd.CategoricalDtype(list(column.allowed))
    values = pd.Categorical.from_codes(texts.spread(codes, -1), dtype=dtype, validate=False)
    return Cells(values, texts.unusable(codes >= 0))


def _read_number(column: Column, raw: pa.ChunkedArray, owned: bool) -> Cells:
    if column.dtype == "int64" and _are_whole(raw):
        whole = _as_numpy(raw.cast(pa.int64()), owned)
        return Cells(whole, np.zeros(len(raw), dtype=bool))
    if _is_number(raw.type):
        values = _as_numpy(raw.cast(pa.float64(), safe=False), owned)
        unusable = _is_unfit(values, column.kind)
    elif _is_text(raw.type):
        texts = take_texts(raw)
        of_unique = _parse_numbers(texts.uniques)
        values = texts.spread(of_unique, np.nan)
        unusable = texts.unusable(~(np.isnan(of_unique) | _is_unfit(of_unique, column.kind)))
    else:
        raise WrongType(str(raw.type))
    return Cells(np.where(unusable, np.nan, values) if unusable.any() else values, unusable)


def _as_numpy(raw: pa.ChunkedArray, owned: bool) -> np.ndarray:
    """Numbers as numpy's, that may be written to: a copy, or Arrow's own memory where it is ours and lies in one piece."""
    values = raw.type.to_pandas_dtype()
    if owned and raw.num_chunks == 1 and not raw.null_count:
        chunk = raw.chunk(0)
        _, memory = chunk.buffers()
        if memory.is_mutable and len(chunk):
            itemsize = np.dtype(values).itemsize
            return np.frombuffer(memory, values, len(chunk), chunk.offset * itemsize)
    return np.require(raw.to_numpy(), values, "W")


def _are_whole(raw: pa.ChunkedArray) -> bool:
    """Whether all cells are stored as whole numbers that floats tell apart, so that they need no look one by one."""
    if not pa.types.is_integer(raw.type) or raw.null_count or not len(raw):
        return False
    ends = pc.min_max(raw).as_py()
    return min(ends["min"], -ends["max"]) >= -_LARGEST_WHOLE


def _parse_numbers(uniques: pa.Array) -> np.ndarray:
    """Texts as numbers, exactly as written (Arrow rounds right, pandas.to_numeric not always); NaN where not."""
    trimmed = pc.utf8_trim_whitespace(uniques)
    fit = pc.fill_null(pc.match_substring_regex(trimmed, _NUMBER), False)
    values = np.full(len(uniques), np.nan)
    values[fit.to_numpy(zero_copy_only=False)] = pc.cast(trimmed.filter(fit), pa.float64()).to_numpy()
    return values


def _is_unfit(values: np.ndarray, kind: Kind) -> np.ndarray:
    unfit = np.isinf(values)
    if kind is Kind.WHOLE:
        unfit |= (values != np.floor(values)) & ~np.isnan(values)
        unfit |= np.abs(values) > _LARGEST_WHOLE
    return unfit


def _read_flag(column: Column, raw: pa.ChunkedArray) -> Cells:
    if pa.types.is_boolean(raw.type):
        raw = raw.cast(pa.int8())
    if _is_number(raw.type):
        values = raw.cast(pa.float64(), safe=False).to_numpy().astype(np.float64)
        unusable = ~np.isin(values, (0.0, 1.0)) & ~np.isnan(values)
        return Cells(np.where(unusable, np.nan, values), unusable)
    if not _is_text(raw.type):
        raise WrongType(str(raw.type))
    texts = take_texts(raw)
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts.uniques)).to_pylist()
    of_unique = np.array([_FLAGS.get(text, np.nan) for text in plain], dtype=np.float64)
    return Cells(texts.spread(of_unique, np.nan), texts.unusable(~np.isnan(of_unique)))


def _read_time(column: Column, raw: pa.ChunkedArray, owned: bool) -> Cells:
    if pa.types.is_date(raw.type) or pa.types.is_timestamp(raw.type):
        return Cells(_stored_times(raw, column.kind, owned), np.zeros(len(raw), dtype=bool))
    if not _is_text(raw.type):
        raise WrongType(str(raw.type))
    texts = take_texts(raw)
    of_unique = _parse_times(texts.uniques, column.kind)
    return Cells(texts.spread(of_unique, np.datetime64("NaT")), texts.unusable(~np.isnat(of_unique)))


def _stored_times(raw: pa.ChunkedArray, kind: Kind, owned: bool) -> np.ndarray:
    """Stored times as UTC; of a date with a zone, the day as it is written there."""
    if pa.types.is_timestamp(raw.type) and raw.type.tz and kind is Kind.DATE:
        raw = pc.local_timestamp(raw)
    zone = raw.type.tz if pa.types.is_timestamp(raw.type) else None
    moments = raw.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
    missing = np.datetime64("NaT").astype(np.int64)
    if moments.null_count:
        moments = pc.fill_null(moments, pa.scalar(int(missing)))
    times = _as_numpy(moments, owned).view("datetime64[us]")
    return _to_days(times) if kind is Kind.DATE else times


def _parse_times(uniques: pa.Array, kind: Kind) -> np.ndarray:
    """Texts as times; without a zone they are UTC, and less than a whole day ("2019-12") is not a time."""
    trimmed = pc.utf8_trim_whitespace(uniques)
    long_enough = pc.greater_equal(pc.utf8_length(trimmed), _SHORTEST_DAY)
    times = _parse_iso(pc.if_else(long_enough, trimmed, None))
    if kind is not Kind.DATE:
        return times
    days = _parse_iso(pc.utf8_slice_codeunits(trimmed, 0, len("2019-12-31")))
    return _to_days(np.where(np.isnat(times), times, days))


def _parse_iso(texts: pa.Array) -> np.ndarray:
    plain = pd.Series(texts.to_numpy(zero_copy_only=False), dtype=object)
    parsed = pd.to_datetime(plain, utc=True, errors="coerce", format="ISO8601")
    return parsed.dt.tz_localize(None).to_numpy().astype("datetime64[us]")


def _to_days(times: np.ndarray) -> np.ndarray:
    return times.astype("datetime64[D]").astype("datetime64[us]")


_READERS = {Kind.ID: _read_id, Kind.TEXT: _read_text, Kind.WORD: _read_word, Kind.FLAG: _read_flag}
#: What may be stored as it is used.
_STORED = {Kind.WHOLE: _read_number, Kind.NUMBER: _read_number, Kind.TIME: _read_time, Kind.DATE: _read_time}
