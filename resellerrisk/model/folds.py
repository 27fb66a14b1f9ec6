"""Cross-validation by time with a gap for late labels, for scikit-learn's tools. Nothing is fitted here.

One cut for training is `splits.later_split`; here are several, one after the other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator

from resellerrisk.errors import InputError, MatrixError
from resellerrisk.model.splits import number_groups, read_moments

_DAY = 86_400_000_000_000


class LabelGapSplit(BaseCrossValidator):
    """Folds that go forward in time: trained on what was known, tested on what came after.

    The rows are cut into `n_splits` + 1 spans of equal count. Fold k is tested on span k + 1 and trained on the rows more than
    `gap_days` before it begins, whose label was known by then. Groups (rings, accounts) stay apart: a group that is positive
    among the tested rows leaves no row in training. Honest groups may stand on both sides, as they do in use.

    Parameters
    ----------
    n_splits : int
        Folds, from 1.
    gap_days : float
        Days between training and test: the time that a label needs to become known. With `known_at` it may be 0.
    times : array-like of datetime64, shape (n,), optional
        Moment of each row. None: the column ``as_of`` of X.
    known_at : array-like of datetime64, shape (n,), optional
        From when each row's label was known; missing is always known. A row whose label was not known when its fold is cut is
        not trained on.
    apart : {"positive", "all"}
        Which groups may not stand on both sides.

    Notes
    -----
    Give the groups as scikit-learn does, ``cross_validate(..., groups=ring)``; None: each row stands alone.

    Source
    ------
    Time and gap: scikit-lego's TimeGapSplit. Time with groups: scikit-learn issue 14257.

    Examples
    --------
    >>> months = pd.date_range("2019-01-01", periods=6, freq="MS")
    >>> cv = LabelGapSplit(n_splits=2, gap_days=31, times=months)
    >>> [(train.tolist(), test.tolist()) for train, test in cv.split(np.zeros((6, 1)), [0, 1, 0, 1, 0, 1])]
    [([0], [2, 3]), ([0, 1, 2], [4, 5])]
    >>> cv = LabelGapSplit(n_splits=2, times=months)
    >>> [(train.tolist(), test.tolist()) for train, test in cv.split(np.zeros((6, 1)), [0, 1, 0, 1, 0, 1], list("abcbdc"))]
    [([0], [2, 3]), ([0, 1, 3], [4, 5])]
    """

    def __init__(self, n_splits=5, gap_days=0.0, times=None, known_at=None, apart="positive"):
        self.n_splits = n_splits
        self.gap_days = gap_days
        self.times = times
        self.known_at = known_at
        self.apart = apart

    def get_n_splits(self, X=None, y=None, groups=None):
        """How many folds there are."""
        return self.n_splits

    def split(self, X, y=None, groups=None):
        """Places of the training and of the test rows, fold by fold.

        Raises
        ------
        InputError
            Parameters out of range, or no times.
        MatrixError
            Lengths that differ, a missing time, or a fold that has nothing to train on.
        """
        self._check()
        n = len(X)
        moments, known = self._read_times(X, n), self._read_known(n)
        members = number_groups(groups, n)
        positive = np.ones(n, bool) if y is None or self.apart == "all" else np.asarray(y).astype(bool)
        order = np.sort(moments)
        cuts = [order[k * n // (self.n_splits + 1)] for k in range(1, self.n_splits + 1)]
        for number, begin in enumerate(cuts):
            end = cuts[number + 1] if number + 1 < len(cuts) else order[-1] + 1
            test = (moments >= begin) & (moments < end)
            both = np.isin(members, members[test & positive])
            train = (moments < begin - self.gap_days * _DAY) & (known <= begin) & ~both
            if not train.any() or not test.any():
                raise MatrixError(
                    f"Fold {number + 1} of {self.n_splits} has {int(train.sum())} rows to train on and {int(test.sum())} to test.",
                    hint="fewer splits, or a shorter gap",
                )
            yield np.flatnonzero(train), np.flatnonzero(test)

    def _check(self):
        if (
            isinstance(self.n_splits, bool)
            or not isinstance(self.n_splits, int | np.integer)
            or self.n_splits < 1
        ):
            raise InputError(f"n_splits is {self.n_splits!r}, expected a whole number from 1.")
        if not 0 <= self.gap_days < np.inf:
            raise InputError(f"gap_days is {self.gap_days!r}, expected a number from 0.")
        if self.apart not in ("positive", "all"):
            raise InputError(f"apart is {self.apart!r}.", "There is: positive, all.")

    def _read_times(self, X, n):
        times = self.times
        if times is None and "as_of" in getattr(X, "columns", ()):
            times = X["as_of"]
        if times is None:
            raise InputError(
                "It is not said when the rows were.", hint="LabelGapSplit(times=...), or a column as_of"
            )
        return read_moments(times, n)

    def _read_known(self, n):
        if self.known_at is None:
            return np.full(n, np.iinfo(np.int64).min)
        known = pd.Series(pd.to_datetime(np.asarray(self.known_at), utc=True))
        if len(known) != n:
            raise MatrixError(f"known_at has {len(known)} rows, X has {n}.", hint="Give one per row of X.")
        stamped = known.dt.as_unit("ns").astype("int64").to_numpy()
        return np.where(known.isna(), np.iinfo(np.int64).min, stamped)
