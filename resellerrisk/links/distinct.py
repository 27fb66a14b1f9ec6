"""Work done once per distinct row of a few columns, however often the row occurs.

Texts repeat (one dock, thirty accounts; one form value, ten sightings) and the libraries that read them are
slow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError


def once_per_distinct(say: Callable, *columns) -> np.ndarray:
    """``say(a, b, …)`` for every row of the columns, called once per distinct row.

    Parameters
    ----------
    say : callable
        From texts (None where missing) to one value.
    columns : sequence of str, shape (n,)
        All of the same length.

    Returns
    -------
    numpy.ndarray of object, shape (n,)

    Raises
    ------
    InputError
        The columns differ in length.

    Examples
    --------
    >>> once_per_distinct(lambda word: word and word.upper(), ["a", "b", None, "a"])
    array(['A', 'B', None, 'A'], dtype=object)
    """
    if columns and all(len(column) == 1 for column in columns):
        # One row is asked for while somebody waits; nothing is to be found twice.
        cells = [_as_texts(np.asarray(column, dtype=object))[0] for column in columns]
        return np.array([say(*cells), None], dtype=object)[:-1]
    distinct = Distinct(*columns)
    return distinct.put_back([value for piece in distinct.pieces(say) for value in piece()])


def one_by_one(tasks: Sequence[Callable[[], object]]) -> list:
    """What some functions give, called here one after the other."""
    return [task() for task in tasks]


class Distinct:
    """The distinct rows of a few columns, and which of them each row is.

    Parameters
    ----------
    *columns : sequence of str, shape (n,)
        All of the same length.

    Examples
    --------
    >>> distinct = Distinct(["a", "b", None, "a"])
    >>> [piece() for piece in distinct.pieces(lambda word: word and word.upper(), size=2)]
    [[None, 'A'], ['B']]
    >>> distinct.put_back([None, "A", "B"])
    array(['A', 'B', None, 'A'], dtype=object)
    """

    def __init__(self, *columns) -> None:
        lengths = [len(column) for column in columns]
        if len(set(lengths)) > 1:
            raise InputError(
                f"Columns of {' and '.join(map(str, lengths))} rows cannot stand side by side.",
                hint="pass one value per account in each",
            )
        row_codes = np.zeros(lengths[0], dtype=np.int64)
        for column in columns:
            codes, texts = pd.factorize(np.asarray(column, dtype=object))
            row_codes = np.unique(row_codes * (len(texts) + 1) + codes + 1, return_inverse=True)[1]
        _, first = np.unique(row_codes, return_index=True)
        self._row_codes = row_codes
        self._columns = [_as_texts(np.asarray(column, dtype=object)[first]) for column in columns]
        self._count = first.size

    def pieces(self, say: Callable, size: int = 30_000) -> list[Callable[[], list]]:
        """Functions that each say something of some distinct rows; one after the other they are all."""

        def piece(start: int) -> Callable[[], list]:
            columns = [column[start : start + size] for column in self._columns]
            return lambda: [say(*row) for row in zip(*columns, strict=True)]

        return [piece(start) for start in range(0, self._count, size)]

    def put_back(self, said: Sequence) -> np.ndarray:
        """For every row what was said of its distinct one, object[n]."""
        return np.array([*said, None], dtype=object)[:-1][self._row_codes]


def _as_texts(cells: np.ndarray) -> list[str | None]:
    cells = np.where(pd.isna(cells), None, cells)
    return [cell if cell is None or type(cell) is str else str(cell) for cell in cells.tolist()]
