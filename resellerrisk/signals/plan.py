"""One snapshot's rows put together by compiled code, from a plan that is made once for a set of columns.

The same sums between the same edges as `compute` makes for many snapshots, with the same last division, so the same bits
(tests/laws/test_scorer.py). What a column means, and how rows are cut, stands in `declare` and `kernel`; links, leaks and peers
are looked up by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numba import njit

from resellerrisk.signals.compute import as_integers, entropy_of
from resellerrisk.signals.declare import Column, Declaration
from resellerrisk.signals.kernel import DAY

#: Views whose rows are put together.
PUT_TOGETHER = ("orders", "deliveries", "returns", "payments", "identifiers")
_KINDS = ("sum", "mean", "distinct", "since_last", "since_first", "highest", "entropy")
SUM, MEAN, DISTINCT, SINCE_LAST, SINCE_FIRST, HIGHEST, ENTROPY = range(len(_KINDS))


@dataclass(frozen=True)
class Told:
    """What declared functions say of some rows of a view, as whole numbers that sum exactly.

    Attributes
    ----------
    at : int64[n]
        Moments, rising.
    values : int64[d, n]
        By declaration.
    known : bool[d, n]
    """

    at: np.ndarray
    values: np.ndarray
    known: np.ndarray


class Plan:
    """Which numbers are put together from the rows of one view.

    Parameters
    ----------
    columns : iterable of Column
        Those of the view, any other is left out; ``this_order`` windows make a plan of their own.
    view : str
    own : bool
        The columns of the order itself, or those of the rows before the snapshot.
    """

    def __init__(self, columns: Iterable[Column], view: str, own: bool = False) -> None:
        self.columns = [
            column
            for column in columns
            if column.declaration.table == view and bool(column.window and column.window.own_order) == own
        ]
        functions = {column.declaration.function.__name__: column.declaration for column in self.columns}
        self.declared: tuple[Declaration, ...] = tuple(functions.values())
        self.names = [column.name for column in self.columns]
        row_of = {name: row for row, name in enumerate(functions)}
        codes = max((one.measure.codes for one in self.declared), default=0)
        self._tasks = np.array(
            [_task(column, row_of[column.declaration.function.__name__]) for column in self.columns], np.int64
        ).reshape(-1, 5)
        self._counts = np.zeros((len(self.columns), codes), np.int64)

    def tell(self, rows) -> Told:
        """Ask the declared functions about rows of the view."""
        # A copy: rows of a state lie read-only, and compiled code is kept by type.
        at = np.array(rows.at, "datetime64[us]").view(np.int64)
        values = np.empty((len(self.declared), at.size), np.int64)
        known = np.ones(values.shape, bool)
        for place, declared in enumerate(self.declared):
            found = np.asarray(declared.function(rows))
            if declared.measure.kind in {"since_last", "since_first"}:
                values[place] = found.astype(bool)
            elif declared.measure.kind == "distinct":
                values[place] = found.astype(np.int64)
            else:
                values[place], which = as_integers(found, declared.measure.unit.scale)
                if which is not None:
                    known[place] = which
        return Told(at, values, known)

    def put_together(self, told: Told, moment: int) -> dict[str, float]:
        """The columns' values as of a moment (microseconds)."""
        out, counts = np.empty(len(self.columns)), self._counts.copy()
        _put_together(told.at, told.values, told.known, self._tasks, moment, out, counts)
        for place, column in enumerate(self.columns):
            if column.declaration.measure.kind == "entropy":
                sums = counts[place, : column.declaration.measure.codes]
                out[place] = entropy_of(sums[:, None])[0]
        return dict(zip(self.names, out.tolist(), strict=True))


def _task(column: Column, row: int) -> tuple[int, int, int, int, int]:
    measure, window = column.declaration.measure, column.window
    far = -1 if window.own_order else window.far * DAY or -1
    near = -1 if window.own_order else window.near * DAY
    return _KINDS.index(measure.kind), row, far, near, measure.unit.scale


@njit(cache=True, nogil=True, error_model="numpy")
def _put_together(at, values, known, tasks, moment, out, counts):
    """Fill ``out`` task by task: kind, row of ``values``, edges before the moment (-1: none), scale."""
    for task in range(tasks.shape[0]):
        kind, row, far, near, scale = tasks[task]
        low = 0 if far < 0 else _first_from(at, moment - far)
        high = at.size if near < 0 else _first_from(at, moment - near)
        if kind == DISTINCT:
            out[task] = _count_distinct(values[row], low, high)
        elif kind == ENTROPY:
            for i in range(low, high):
                if 0 <= values[row, i] < counts.shape[1]:
                    counts[task, values[row, i]] += 1
        elif kind == SINCE_LAST or kind == SINCE_FIRST:  # noqa: SIM109 - compiled
            out[task] = _since(at, values[row], low, high, moment, kind == SINCE_LAST)
        elif kind == HIGHEST:
            out[task] = _highest(values[row], known[row], low, high, scale)
        else:
            out[task] = _add_up(values[row], known[row], low, high, scale, kind == MEAN)


@njit(cache=True, nogil=True)
def _first_from(at, edge):
    low, high = 0, at.size
    while low < high:
        middle = (low + high) >> 1
        if at[middle] < edge:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True, error_model="numpy")
def _add_up(values, known, low, high, scale, mean):
    total, rows = np.int64(0), np.int64(0)
    for i in range(low, high):
        total += values[i]
        rows += known[i]
    if not mean:
        return total / scale
    return total / rows / scale if rows > 0 else np.nan


@njit(cache=True, nogil=True, error_model="numpy")
def _highest(values, known, low, high, scale):
    best, found = np.int64(0), False
    for i in range(low, high):
        if known[i] and (not found or values[i] > best):
            best, found = values[i], True
    return best / scale if found else np.nan


@njit(cache=True, nogil=True, error_model="numpy")
def _since(at, flags, low, high, moment, last):
    place = -1
    if last:
        for i in range(high - 1, low - 1, -1):
            if flags[i]:
                place = i
                break
    else:
        for i in range(low, high):
            if flags[i]:
                place = i
                break
    return (moment - at[place]) // 1_000_000 / 86_400 if place >= 0 else np.nan


@njit(cache=True, nogil=True)
def _count_distinct(codes, low, high):
    """Different codes from 0 on: each is put into a table of twice the rows, at the first free place from its hash on."""
    size = 4
    while size < 2 * (high - low):
        size *= 2
    table = np.full(size, np.int64(-1))
    found = 0
    for i in range(low, high):
        code = codes[i]
        if code < 0:
            continue
        place = (code * 0x9E3779B97F4A7C1 >> 20) & (size - 1)
        while table[place] >= 0 and table[place] != code:
            place = (place + 1) & (size - 1)
        if table[place] < 0:
            table[place] = code
            found += 1
    return found


def stretch_of(rows, low: int, high: int) -> Mapping:
    """Some rows of a view that stand together, words as `Words`; columns are cut when first asked for."""
    return _Stretch(rows, slice(low, high))


class _Stretch:
    def __init__(self, rows, places: slice) -> None:
        self._rows, self._places = rows, places

    def __getattr__(self, name: str):
        column = word_column(self.__dict__["_rows"], name)[self.__dict__["_places"]]
        self.__dict__[name] = column
        return column

    def __len__(self) -> int:
        return self._places.stop - self._places.start


def word_column(rows, name: str):
    """A column of a view, words as `Words`; kept with the rows."""
    from resellerrisk.signals.words import as_words

    kept = rows.__dict__.setdefault("_words", {})
    if name not in kept:
        kept[name] = as_words(getattr(rows, name))
    return kept[name]
