"""Work done once per distinct row of a few columns, however often the row occurs.

Texts repeat (one dock, thirty accounts; one form value, ten sightings) and the libraries that read them are
slow.
"""

from __future__ import annotations

from collections.abc import Callable

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
    picked = [np.asarray(column, dtype=object)[first] for column in columns]
    said = [say(*(None if pd.isna(cell) else str(cell) for cell in row)) for row in zip(*picked, strict=True)]
    return np.array([*said, None], dtype=object)[:-1][row_codes]
