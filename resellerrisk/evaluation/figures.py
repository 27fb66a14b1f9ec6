"""A figure: a value with its interval, the counts behind it, and why it is missing where it is."""

from __future__ import annotations

import math
from typing import TypedDict

import numpy as np
import pandas as pd

from resellerrisk.evaluation.judged import count_accounts
from resellerrisk.evaluation.resampling import find_interval


class Figure(TypedDict):
    """What is told of one figure; plain values, so that it can be written as JSON."""

    value: float | None
    low: float | None
    high: float | None
    rows: int
    accounts: int
    fakes: int
    note: str


def make_figure(
    value: float,
    interval: tuple[float, float] | None,
    rows: pd.DataFrame,
    note: str = "",
) -> Figure:
    """A figure measured on some rows.

    Parameters
    ----------
    value : float
        Missing where it could not be measured.
    interval : (low, high) or None
        95 %.
    rows : DataFrame
        The rows it was measured on, with ``account_id`` and ``fake``.
    note : str
        Said beside the figure.

    Returns
    -------
    Figure
        Value None, with the reason in its note, where there was nothing to measure.

    Examples
    --------
    >>> rows = pd.DataFrame({"account_id": ["A1", "A2"], "fake": [False, False]})
    >>> make_figure(float("nan"), None, rows)["note"]
    'not measurable: no fakes'
    """
    fakes = count_accounts(rows[rows["fake"]])
    measurable = value is not None and math.isfinite(value)
    if not measurable:
        note = note or why_not(rows)
    elif interval is None:
        note = note or "no interval: too few independent fakes"
    low, high = interval if measurable and interval else (None, None)
    return Figure(
        value=float(value) if measurable else None,
        low=low,
        high=high,
        rows=len(rows),
        accounts=count_accounts(rows),
        fakes=fakes,
        note=note,
    )


def why_not(rows: pd.DataFrame) -> str:
    """Why nothing could be measured on some rows.

    >>> why_not(pd.DataFrame({"account_id": [], "fake": []}))
    'not measurable: no rows'
    """
    if not len(rows):
        return "not measurable: no rows"
    if not rows["fake"].any():
        return "not measurable: no fakes"
    if rows["fake"].all():
        return "not measurable: nothing but fakes"
    return "not measurable"


def from_draws(draws: np.ndarray, rows: pd.DataFrame, note: str = "") -> Figure:
    """A figure whose value is draw 0, the sample itself, and whose interval comes from the others."""
    return make_figure(float(draws[0]), find_interval(draws[1:]), rows, note)


def as_row(figures: dict[str, Figure]) -> dict[str, float | None]:
    """Figures as cells of one table row: a value, and its interval in ``_low`` and ``_high``.

    >>> rows = pd.DataFrame({"account_id": ["A1"], "fake": [True]})
    >>> as_row({"recall": make_figure(0.5, (0.2, 0.8), rows)})
    {'recall': 0.5, 'recall_low': 0.2, 'recall_high': 0.8}
    """
    cells: dict[str, float | None] = {}
    for name, figure in figures.items():
        cells |= {
            name: figure["value"],
            f"{name}_low": figure["low"],
            f"{name}_high": figure["high"],
        }
    return cells
