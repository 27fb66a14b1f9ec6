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
    which, texts = find_distinct(*columns)
    said = [say(*row) for row in zip(*texts, strict=True)]
    return np.array([*said, None], dtype=object)[:-1][which]


def one_by_one(tasks: Sequence[Callable[[], object]]) -> list:
    """What some functions give, called here one after the other."""
    return [task() for task in tasks]


def find_distinct(*columns) -> tuple[np.ndarray, list[list[str | None]]]:
    """Which of the distinct rows of a few columns each row is, and the cells of the distinct rows, column by column.

    Parameters
    ----------
    *columns : sequence of str, shape (n,)
        All of the same length.

    Examples
    --------
    >>> find_distinct(["a", "b", None, "a"])
    (array([0, 1, 2, 0]), [['a', 'b', None]])
    """
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        raise InputError(
            f"Columns of {' and '.join(map(str, lengths))} rows cannot stand side by side.",
            hint="pass one value per account in each",
        )
    which = np.zeros(lengths[0], dtype=np.int64)
    for column in columns:
        codes, texts = pd.factorize(np.asarray(column, dtype=object))
        which = pd.factorize(which * (len(texts) + 1) + codes + 1)[0]
    first = np.empty(which.max(initial=-1) + 1, np.int64)
    first[which[::-1]] = np.arange(len(which))[::-1]
    return which, [_as_texts(np.asarray(column, dtype=object)[first]) for column in columns]


def _as_texts(cells: np.ndarray) -> list[str | None]:
    cells = np.where(pd.isna(cells), None, cells)
    return [cell if cell is None or type(cell) is str else str(cell) for cell in cells.tolist()]
