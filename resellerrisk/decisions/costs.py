"""Which action costs least at a probability, and which reviews fit into the desk's day.

Recommendations only: nothing is held, shipped or blocked here. A recommended `block` always needs a second
person.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from resellerrisk.decisions.settings import Settings, SubjectSettings
from resellerrisk.errors import InputError
from resellerrisk.vocabulary import ACTIONS, SUBJECTS

#: Actions that a second person must confirm before they are carried out.
SECOND_PERSON = ("block",)

_RELEASE, _SHIP, _REVIEW, _BLOCK = range(len(ACTIONS))


def expected_costs(
    probability: ArrayLike,
    subject: str,
    settings: Settings,
    early_lines: ArrayLike | None = None,
    titles_at_stake: ArrayLike | None = None,
) -> pd.DataFrame:
    """Expected cost of every action for every row, in the orders' currency.

    With p the probability and L the loss (titles at stake times the cost of a leaked title): release costs p
    L; shipping on the street date p L r + (1-p) d, r the share of loss that remains and d the delay of an
    honest one; a review the same with its own r, and its work; block (1-p) b. All are straight lines in p,
    each falling below the one before it as p grows: so a higher probability never earns a milder action.

    Parameters
    ----------
    probability : array-like of float, shape (n,), in [0, 1]
    subject : {"application", "account", "order"}
    settings : Settings
    early_lines : array-like of bool, shape (n,), optional
        Orders only: whether the order has lines still before their street date. Without any, shipping on the
        street date is no action and less is at stake. None: all have.
    titles_at_stake : array-like of float, shape (n,), from 0, optional
        Titles at stake in each row, in place of the settings' figure.

    Returns
    -------
    DataFrame, shape (n, 4)
        Columns are the actions; an action that is not open to a row costs infinity.

    Raises
    ------
    InputError
        An unknown subject, a probability outside [0, 1] or missing, lengths that differ.

    Source
    ------
    C. Elkan, The foundations of cost-sensitive learning (2001).

    Examples
    --------
    >>> from resellerrisk.decisions import read_settings
    >>> expected_costs([0.0, 0.5], "account", read_settings())
       release  ship_on_street_date  review  block
    0      0.0                 50.0   200.0    inf
    1   3000.0                775.0   475.0    inf
    """
    table = _cost_table(probability, subject, settings, early_lines, titles_at_stake)
    return pd.DataFrame(table, columns=list(ACTIONS))


def _cost_table(
    probability: ArrayLike,
    subject: str,
    settings: Settings,
    early_lines: ArrayLike | None,
    titles_at_stake: ArrayLike | None,
) -> np.ndarray:
    """The costs of `expected_costs` as an array."""
    p = read_probability(probability)
    costs = read_subject(subject, settings)
    early = _read_early_lines(early_lines, subject, len(p))
    loss = _read_titles(titles_at_stake, costs, early) * settings.leaked_title
    delayed = (1 - p) * costs.honest_delayed
    table = np.empty((len(p), len(ACTIONS)))
    table[:, _RELEASE] = p * loss
    table[:, _SHIP] = np.where(early, p * loss * settings.loss_share_shipped_on_street_date + delayed, np.inf)
    table[:, _REVIEW] = p * loss * settings.loss_share_reviewed + delayed + costs.review
    table[:, _BLOCK] = np.where(p > settings.block_above, (1 - p) * costs.honest_blocked, np.inf)
    return table


def actions(
    probability: ArrayLike,
    subject: str,
    settings: Settings,
    early_lines: ArrayLike | None = None,
    titles_at_stake: ArrayLike | None = None,
    reviews: float | None = None,
    ids: ArrayLike | None = None,
) -> np.ndarray:
    """The action that costs least for every row; reviews as many as the desk can do.

    Among the rows for which a review costs least, those go to review for which it saves most against the
    next best action; the others get that next best action. Of equal costs the milder action is taken.

    Parameters
    ----------
    probability, subject, settings, early_lines, titles_at_stake
        As in `expected_costs`.
    reviews : int, optional
        Reviews that can be done. None: the settings' `reviews_per_day` for the subject.
    ids : array-like of str, shape (n,), optional
        Decide between rows that save the same, so that the order of rows changes nothing. None: the first
        rows win.

    Returns
    -------
    ndarray of str, shape (n,)
        From `vocabulary.ACTIONS`. `block` needs a second person (`SECOND_PERSON`).

    Raises
    ------
    InputError
        As `expected_costs`; or a negative number of reviews.

    Examples
    --------
    >>> from resellerrisk.decisions import read_settings
    >>> actions([0.001, 0.05, 0.5, 0.95], "account", read_settings()).tolist()
    ['release', 'ship_on_street_date', 'review', 'block']
    >>> actions([0.4, 0.5], "order", read_settings(), early_lines=[False, True], reviews=1).tolist()
    ['release', 'review']
    """
    table = _cost_table(probability, subject, settings, early_lines, titles_at_stake)
    room = _read_reviews(reviews, read_subject(subject, settings))
    chosen = table.argmin(axis=1)
    others = table.copy()
    others[:, _REVIEW] = np.inf
    fallback = others.argmin(axis=1)
    wanting = np.flatnonzero(chosen == _REVIEW)
    saved = others.min(axis=1)[wanting] - table[wanting, _REVIEW]
    names = np.arange(len(table)) if ids is None else np.asarray(ids)
    if len(names) != len(table):
        raise InputError(
            f"ids has {len(names)} rows, probability has {len(table)}.", hint="Give one id per row."
        )
    late = wanting[np.lexsort((names[wanting], -saved))][room:]
    chosen[late] = fallback[late]
    taken: np.ndarray = np.array(ACTIONS)[chosen]
    return taken


def read_probability(probability: ArrayLike) -> np.ndarray:
    """Probabilities as floats (n,); refuses what is missing or outside [0, 1].

    Examples
    --------
    >>> read_probability([0.5, 1.5])
    Traceback (most recent call last):
    resellerrisk.errors.InputError: 1 of 2 probabilities are missing or outside 0 to 1.
    """
    p = np.asarray(probability, dtype=float).reshape(-1)
    outside = int((~((p >= 0) & (p <= 1))).sum())
    if outside:
        raise InputError(f"{outside} of {len(p)} probabilities are missing or outside 0 to 1.")
    return p


def read_subject(subject: str, settings: Settings) -> SubjectSettings:
    """The settings of one subject.

    Examples
    --------
    >>> from resellerrisk.decisions import read_settings
    >>> read_subject("supplier", read_settings())
    Traceback (most recent call last):
    resellerrisk.errors.InputError: There is no subject 'supplier'.
    Subjects: application, account, order.
    """
    if subject not in SUBJECTS:
        raise InputError(f"There is no subject {subject!r}.", f"Subjects: {', '.join(SUBJECTS)}.")
    costs: SubjectSettings = getattr(settings, subject)
    return costs


def _read_early_lines(early_lines: ArrayLike | None, subject: str, n: int) -> np.ndarray:
    if early_lines is None:
        return np.ones(n, dtype=bool)
    if subject != "order":
        raise InputError(
            f"early_lines speaks of orders, not of the subject {subject!r}.", hint="Leave it out."
        )
    early = np.asarray(early_lines)
    if early.shape != (n,) or early.dtype != bool:
        raise InputError(
            f"early_lines is {early.dtype} of shape {early.shape}, expected {n} truth values.",
            hint="Fill missing values, then .astype(bool).",
        )
    return early


def _read_titles(titles_at_stake: ArrayLike | None, costs: SubjectSettings, early: np.ndarray) -> np.ndarray:
    if titles_at_stake is None:
        without = getattr(costs, "titles_at_stake_without_early_lines", costs.titles_at_stake)
        return np.where(early, costs.titles_at_stake, without)
    titles = np.asarray(titles_at_stake, dtype=float)
    if titles.shape != early.shape or not (np.isfinite(titles) & (titles >= 0)).all():
        raise InputError("titles_at_stake must hold one finite number from 0 per row.")
    return titles


def _read_reviews(reviews: float | None, costs: SubjectSettings) -> int:
    if reviews is None:
        return int(costs.reviews_per_day)
    if isinstance(reviews, bool) or reviews != int(reviews) or reviews < 0:
        raise InputError(f"reviews is {reviews!r}, expected a whole number from 0.")
    return int(reviews)
