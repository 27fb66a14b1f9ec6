"""What each family of signals gives: the model fitted again without it, and of nothing else, on the very rows of the whole.

The doubtful rows that the whole model leaves out stay out, so that only the columns differ; the score without labels is made anew of the columns that
are left. Judging is `evaluation`'s.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from resellerrisk.evaluation import compare_families
from resellerrisk.matrix import Matrix
from resellerrisk.pipeline.training import TrainingSet, fit, score_without_labels
from resellerrisk.signals.declare import FAMILIES


def ablate(
    rows: TrainingSet, later: Matrix, judged: pd.DataFrame, *, seed: int = 0, **parameters
) -> pd.DataFrame:
    """Refit for every family of the model's signals, twice.

    Parameters
    ----------
    rows : TrainingSet
        What the whole model was fitted on.
    later : Matrix
        The rows that are judged.
    judged : DataFrame
        The same rows with what turned out and the whole model's ``probability``.
    seed, **parameters
        Of the fits.

    Returns
    -------
    DataFrame
        As `compare_families` gives it. With one family alone there is nothing to leave out, and the table is empty.
    """
    of_family = {column.name: column.family for column in rows.matrix.columns}
    families = [family for family in FAMILIES if family in of_family.values()]
    if len(families) < 2:
        return pd.DataFrame()
    without, alone, counts = {}, {}, {}
    for family in families:
        inside = np.array([found == family for found in of_family.values()])
        without[family] = _rank(rows, later, ~inside, seed, parameters)
        alone[family] = _rank(rows, later, inside, seed, parameters)
        counts[family] = int(inside.sum())
    return compare_families(judged, rows.subject, without, alone, counts, seed=seed)


def _rank(rows: TrainingSet, later: Matrix, chosen: np.ndarray, seed: int, parameters: dict) -> np.ndarray:
    """Margins of a model of some of the columns on later rows, float64[n]."""
    columns = tuple(column for column, taken in zip(rows.matrix.columns, chosen, strict=True) if taken)
    names = [column.name for column in columns]
    values = rows.matrix.values[names]
    start = score_without_labels(values[rows.labels != 1], rows.subject, columns, seed)
    matrix = replace(rows.matrix, values=values, columns=columns)
    fewer = replace(rows, matrix=matrix, start=start, newest=rows.newest[names])
    return fit(fewer, "", seed=seed, **parameters).model.margin(later.values[names])
