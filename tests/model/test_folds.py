"""Folds forward in time: a gap for late labels, labels only once known, and rings that stay together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import InputError, MatrixError
from resellerrisk.model import LabelGapSplit

MONTHS = pd.date_range("2018-01-01", periods=24, freq="MS").repeat(5)
X = pd.DataFrame({"as_of": MONTHS})
RING = np.tile(np.arange(10), 12)
Y = (RING == 0).astype(int)


def test_training_ends_the_gap_before_the_test_begins():
    for train, test in LabelGapSplit(4, gap_days=60).split(X):
        assert MONTHS[train].max() < MONTHS[test].min() - pd.Timedelta(days=60)
        assert len(train) and len(test)


def test_tested_spans_follow_each_other_and_meet_no_row_twice():
    tested = [test for _, test in LabelGapSplit(4).split(X)]
    assert all(MONTHS[a].max() < MONTHS[b].min() for a, b in pairwise(tested))
    assert len(np.unique(np.concatenate(tested))) == sum(map(len, tested))


def test_a_positive_ring_stands_on_one_side_and_an_honest_one_may_on_both():
    for train, test in LabelGapSplit(3).split(X, Y, RING):
        assert 0 in RING[test] and 0 not in RING[train]
        assert set(RING[train]) & set(RING[test])
    with pytest.raises(MatrixError, match="Fold 1 of 3 has 0 rows to train on"):
        list(LabelGapSplit(3, apart="all").split(X, Y, RING))


def test_a_label_is_learnt_from_only_once_it_is_known():
    known = np.full(len(X), np.datetime64("NaT"), "datetime64[us]")
    known[3] = np.datetime64("2019-06-01")
    for train, test in LabelGapSplit(4, known_at=known).split(X):
        assert (3 in train) == (MONTHS[test].min() >= pd.Timestamp("2019-06-01"))
        assert 4 in train


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"n_splits": 0}, "n_splits is 0"),
        ({"gap_days": -1}, "gap_days is -1"),
        ({"apart": "some"}, "apart is 'some'"),
        ({"times": MONTHS[:3]}, "times has 3 rows"),
        ({"known_at": MONTHS[:3]}, "known_at has 3 rows"),
    ],
)
def test_what_cannot_be_split_is_refused(parameters, told):
    with pytest.raises((InputError, MatrixError), match=told):
        list(LabelGapSplit(**parameters).split(X))


def test_rows_without_times_are_refused():
    with pytest.raises(InputError, match="not said when the rows were"):
        list(LabelGapSplit().split(np.zeros((5, 1))))
