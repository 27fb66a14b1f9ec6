"""Edges and rows before a moment against the plainest loop over rows."""

import numpy as np
import pytest
from hypothesis import given

from resellerrisk.signals import kernel
from tests.signals.rows_and_snapshots import ACCOUNTS, columns, rows_and_snapshots


@given(rows_and_snapshots())
def test_a_row_at_the_very_moment_is_not_yet_known_and_one_just_before_it_is(case):
    rows, asked, _, _ = case
    account, at, _ = columns(rows)
    starts = kernel.starts_of(account, ACCOUNTS)
    who, when = (np.array([each[i] for each in asked], np.int64) for i in range(2))
    low, high = kernel.find_edges(starts, at, who, when, np.array([-1, 0]))
    for each, first, end in zip(asked, low, high, strict=True):
        assert [row[1] for row in rows[first:end]] == [
            row[1] for row in rows if row[0] == each[0] and row[1] < each[1]
        ]


@pytest.mark.parametrize(("moment", "place"), [(10, -1), (11, 0), (20, 0), (21, 1)])
def test_the_newest_row_before_a_moment_is_strictly_before_it(moment, place):
    found = kernel.newest_before(np.array([0, 2]), np.array([10, 20]), np.array([0]), np.array([moment]))
    assert found.tolist() == [place]
