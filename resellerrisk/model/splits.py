"""Which rows a model is fitted on and which it is stopped and calibrated on.

Nothing is fitted here. Several cuts one after the other, for cross-validation, are in `folds`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from resellerrisk.errors import MatrixError

#: Positive (and honest) groups that a split needs at all, and positive groups on either side of it.
FEWEST_GROUPS, FEWEST_ON_A_SIDE = 10, 2


class Split(NamedTuple):
    """Two disjoint masks over the rows; `kind` is later, random or none, `note` says why it is not later."""

    kind: str
    fitting: np.ndarray
    validation: np.ndarray
    note: str = ""


def choose_split(y, times=None, groups=None, share=0.25, seed=0):
    """Split by time where times are given and it leaves enough on both sides, else at random, else not at
    all.

    Parameters
    ----------
    y, times, groups, share, seed
        As in `later_split` and `random_split`; times may be None.

    Returns
    -------
    Split
        Of kind none, with every row for fitting, where there are fewer than ten positive or ten other groups.

    Examples
    --------
    >>> choose_split([0, 1] * 4).note
    'No validation: 4 positive and 4 other groups, of which 10 each are needed.'
    """
    y = np.asarray(y).astype(bool)
    everything = np.ones(len(y), dtype=bool)
    positives = count_groups(groups, y)
    others = count_groups(groups, everything) - positives
    if min(positives, others) < FEWEST_GROUPS:
        counted = f"{positives} positive and {others} other groups, of which {FEWEST_GROUPS} each are needed"
        return Split("none", everything, ~everything, f"No validation: {counted}.")
    if times is None:
        return Split(
            "random", *random_split(groups, y, share, seed), "Validated at random: no times were given."
        )
    fitting, validation = later_split(times, groups, y, share)
    if all(_serves(side, y, groups) for side in (fitting, validation)):
        return Split("later", fitting, validation)
    note = "Validated at random: a split by time leaves too little on a side."
    return Split("random", *random_split(groups, y, share, seed), note)


def _serves(side, y, groups):
    return count_groups(groups, side & y) >= FEWEST_ON_A_SIDE and bool((side & ~y).any())


def later_split(times, groups, y, share=0.25):
    """Split rows by time: fit on what came before, validate on what came later.

    The cut is the moment from which the latest `share` of the positive groups have their last positive row.
    Rows at or after the cut validate, rows before it fit, with one exception: a *positive* group with a row
    after the cut leaves no row before it. A fake found later must be as new to the fitted trees as it will
    be in use, where known fakes are no longer scored. Honest groups may stand on both sides, as they do in
    use: the accounts that are scored tonight are those that the model saw as honest or unlabelled last year.

    Parameters
    ----------
    times : array-like of datetime64, shape (n,)
        Moment of each row; without a zone it is UTC.
    groups : array-like, shape (n,), or None
        What belongs together, for example the account id. None: each row stands alone.
    y : array-like of bool or 0/1, shape (n,)
        The label.
    share : float, in (0, 1)
        Share of the positive groups that validate. Ties in time go to validation together.

    Returns
    -------
    fitting, validation : ndarray of bool, shape (n,)
        Disjoint masks. Dropped rows are in neither. With no positive row, or all of them at one moment at
        which the table begins, `fitting` is all False.

    Raises
    ------
    MatrixError
        A missing time, or lengths that differ.

    Examples
    --------
    >>> months = np.array(["2019-01", "2019-02", "2019-03", "2019-04", "2019-04"], dtype="datetime64[M]")
    >>> fitting, validation = later_split(months, ["a", "b", "c", "b", "d"], [1, 1, 0, 1, 0], share=0.5)
    >>> fitting, validation
    (array([ True, False,  True, False, False]), array([False, False, False,  True,  True]))
    """
    y = np.asarray(y).astype(bool)
    moments = read_moments(times, len(y))
    members = number_groups(groups, len(y))
    if not y.any():
        return np.zeros(len(y), dtype=bool), np.ones(len(y), dtype=bool)
    last = pd.Series(moments[y]).groupby(members[y]).max().sort_values().to_numpy()
    later_count = max(1, round(share * len(last)))
    validation = moments >= last[len(last) - later_count]
    known_later = np.isin(members, members[validation & y])
    return ~validation & ~known_later, validation


def random_split(groups, y, share=0.25, seed=0):
    """Split groups at random, with the same share of positive groups on both sides.

    Parameters
    ----------
    groups : array-like, shape (n,), or None
        What belongs together; a group stands on one side only. None: each row stands alone.
    y : array-like of bool or 0/1, shape (n,)
        The label; a group is positive when any of its rows is.
    share : float, in (0, 1)
        Share of the groups that validate.
    seed : int
        The same seed gives the same split.

    Returns
    -------
    fitting, validation : ndarray of bool, shape (n,)
        Masks that together cover every row.

    Raises
    ------
    ValueError
        Fewer than two groups of a kind (positive or not).

    Examples
    --------
    >>> fitting, validation = random_split(None, [0, 1] * 8, share=0.25)
    >>> int(fitting.sum()), int(validation.sum())
    (12, 4)
    """
    y = np.asarray(y).astype(bool)
    members = number_groups(groups, len(y))
    positive = np.zeros(members.max() + 1, dtype=bool)
    positive[members[y]] = True
    numbers = np.arange(len(positive))
    _, later = train_test_split(numbers, test_size=share, random_state=seed, stratify=positive)
    validation = np.isin(members, later)
    return ~validation, validation


def count_groups(groups, rows):
    """Count the groups that stand among the chosen rows.

    Examples
    --------
    >>> count_groups(["a", "a", "b"], np.array([True, True, False]))
    1
    """
    return len(np.unique(number_groups(groups, len(rows))[rows]))


def read_moments(times, n):
    moments = pd.Series(
        pd.to_datetime(np.asarray(times) if not isinstance(times, pd.Series) else times, utc=True)
    )
    if len(moments) != n:
        raise MatrixError(
            f"times has {len(moments)} rows, y has {n}.", hint="Give one time per row of the matrix."
        )
    if moments.isna().any():
        missing = int(moments.isna().sum())
        raise MatrixError(
            f"{missing} of {n} times are missing.", hint="Leave those rows out, or pass no times."
        )
    return moments.dt.as_unit("ns").astype("int64").to_numpy()


def number_groups(groups, n):
    if groups is None:
        return np.arange(n)
    numbers, _ = pd.factorize(np.asarray(groups), use_na_sentinel=False)
    if len(numbers) != n:
        raise MatrixError(
            f"groups has {len(numbers)} rows, y has {n}.", hint="Give one group per row of the matrix."
        )
    return numbers
