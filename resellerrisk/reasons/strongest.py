"""The strongest reasons for every score: which columns are told, and the sentences they tell.

Windows of one signal, and its position among peers, are one reason beside a score: the strongest of them speaks. What the
sentences say is worded in `sentences`, what a case tells in `grouped`; nothing is computed from a model here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from resellerrisk.errors import MatrixError
from resellerrisk.reasons.sentences import names_typical, tell_each
from resellerrisk.signals.declare import Column
from resellerrisk.translations import ENGLISH, Language
from resellerrisk.vocabulary import REASONS_SHOWN

#: Quartiles by column name, shape (n, 2) each, or a function that gives them for a column and some rows.
Typical = Mapping[str, np.ndarray] | Callable[[Column, np.ndarray], np.ndarray]


def write_reasons(
    values: pd.DataFrame,
    contributions: pd.DataFrame,
    typical: Typical,
    columns: Mapping[str, Column],
    count: int = REASONS_SHOWN,
    language: Language = ENGLISH,
) -> pd.DataFrame:
    """The strongest reasons of every row, by absolute contribution, both what raises and what lowers.

    Parameters
    ----------
    values : DataFrame of shape (n, k)
        Signals, as the model saw them; missing where not known.
    contributions : DataFrame of shape (n, k)
        Log-odds that each value adds, the same columns and rows.
    typical : mapping of column name to array of shape (n, 2), or function
        Lower and upper quartile among shops like each row's. A function ``typical(column, rows)`` gives them for the m
        row numbers asked for, shape (m, 2); it is asked once per told column. A column that is not there is not known.
    columns : mapping of column name to Column
        The declarations.
    count : int
        Reasons per row.
    language : Language

    Returns
    -------
    DataFrame with the index of ``values``
        ``reason_1`` ..., ``reason_1_signal`` ..., ``reason_1_contribution`` ... A column that adds exactly 0 is no reason:
        what is left over is None and NaN. Of equal contributions the column further left goes first.

    Raises
    ------
    MatrixError
        Where values and contributions do not fit each other, a column has no declaration, or a contribution is not a number.

    Examples
    --------
    >>> from resellerrisk.signals.declare import HIGHER, SHARE, columns_of, last, signal
    >>> @signal("orders", SHARE, last(30, 90), riskier=HIGHER, family="ordering", source="-",
    ...         reason="{value} of the lines in {window} were ordered at night (shops like this: {typical}).")
    ... def by_night(orders):
    ...     '''Order lines placed at night.'''
    >>> columns = {column.name: column for column in columns_of(by_night.declared)}
    >>> values = pd.DataFrame({"by_night_share_30d": [0.5], "by_night_share_90d": [0.26]})
    >>> contributions = pd.DataFrame({"by_night_share_30d": [0.1], "by_night_share_90d": [0.4]})
    >>> reasons = write_reasons(values, contributions, {"by_night_share_90d": [[0.03, 0.12]]}, columns, count=2)
    >>> reasons.loc[0, "reason_1"]
    '26% of the lines in the last 90 days were ordered at night (shops like this: 3% to 12%). Raises the score.'
    >>> print(reasons.loc[0, "reason_2"])
    None
    """
    added = check_contributions(values, contributions, columns)
    told = [columns[name] for name in values.columns]
    chosen = choose_columns(added, signals_of(told), count)
    sentences = np.full(chosen.shape, None, object)
    signals = np.full(chosen.shape, None, object)
    weights = np.full(chosen.shape, np.nan)
    for place in np.unique(chosen[chosen >= 0]):
        rows, ranks = np.nonzero(chosen == place)
        column, seen = told[place], values.iloc[:, place].to_numpy(float)[rows]
        weight, ranges = added[rows, place], look_up(typical, column, rows)
        sentences[rows, ranks] = tell_each(column, seen, ranges, weight, language)
        signals[rows, ranks] = column.name
        weights[rows, ranks] = weight
    return _to_frame(sentences, signals, weights, values.index)


def choose_columns(contributions: np.ndarray, signals: np.ndarray, count: int) -> np.ndarray:
    """Places of the strongest columns of each row, at most one per signal.

    Parameters
    ----------
    contributions : float64[n, k]
    signals : int[k]
        Columns of the same signal have the same number.
    count : int

    Returns
    -------
    int64[n, count]
        -1 where no further column moves the score.

    Examples
    --------
    >>> choose_columns(np.array([[0.1, -0.4, 0.3]]), np.array([0, 1, 1]), 3)
    array([[ 1,  0, -1]])
    """
    weight = np.abs(contributions)
    rows = np.arange(weight.shape[0])
    chosen = np.full((rows.size, count), -1, np.int64)
    for rank in range(min(count, np.unique(signals).size)):
        best = weight.argmax(axis=1)
        moving = weight[rows, best] > 0
        chosen[moving, rank] = best[moving]
        weight[signals[best][:, None] == signals] = 0.0
    return chosen


def look_up(typical: Typical, column: Column, rows: np.ndarray) -> np.ndarray:
    """Quartiles of a column for some rows, shape (m, 2); missing where its sentence does not name them."""
    if names_typical(column):
        if callable(typical):
            return np.asarray(typical(column, rows), float).reshape(rows.size, 2)
        if column.name in typical:
            found: np.ndarray = np.asarray(typical[column.name], float)[rows]
            return found
    return np.full((rows.size, 2), np.nan)


def signals_of(columns: list[Column]) -> np.ndarray:
    """A number for each column, the same for all columns of one declared function."""
    functions = [(column.base or column).declaration.function for column in columns]
    numbers = {function: number for number, function in enumerate(dict.fromkeys(functions))}
    return np.array([numbers[function] for function in functions], np.int64)


def check_contributions(
    values: pd.DataFrame, contributions: pd.DataFrame, columns: Mapping[str, Column]
) -> np.ndarray:
    """The contributions as an array, or what is wrong with them."""
    if list(values.columns) != list(contributions.columns) or not values.index.equals(contributions.index):
        raise MatrixError(
            "Values and contributions do not have the same columns and rows in the same order.",
            there_is=f"values {values.shape}, contributions {contributions.shape}",
            hint="give both from one call of score",
        )
    unknown = [name for name in values.columns if name not in columns]
    if unknown:
        raise MatrixError(
            f"No declaration for the column(s) {', '.join(unknown[:5])}.",
            there_is=f"{len(columns)} declared columns",
            hint="resellerrisk signals",
        )
    added = contributions.to_numpy(float)
    if not np.isfinite(added).all():
        bad = contributions.columns[~np.isfinite(added).all(axis=0)]
        raise MatrixError(
            f"Contributions that are not numbers in {', '.join(bad[:5])}.",
            hint="score again with an unchanged model",
        )
    found: np.ndarray = added
    return found


def _to_frame(
    sentences: np.ndarray, signals: np.ndarray, weights: np.ndarray, index: pd.Index
) -> pd.DataFrame:
    ranks = range(1, sentences.shape[1] + 1)
    return pd.DataFrame(
        {f"reason_{rank}": sentences[:, rank - 1] for rank in ranks}
        | {f"reason_{rank}_signal": signals[:, rank - 1] for rank in ranks}
        | {f"reason_{rank}_contribution": weights[:, rank - 1] for rank in ranks},
        index=index,
    )
