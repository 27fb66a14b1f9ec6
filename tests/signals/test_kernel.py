"""The kernel against the plainest loop over rows: every sum, distinct count, maximum and last row, at every edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resellerrisk.signals import kernel

ACCOUNTS = 3
moments = st.integers(0, 40)


@st.composite
def rows_and_snapshots(draw):
    """Rows of three accounts, many at the same moment, and snapshots that often fall on a row's own moment."""
    rows = draw(st.lists(st.tuples(st.integers(0, ACCOUNTS - 1), moments, st.integers(-1, 4)), max_size=30))
    asked = draw(st.lists(st.tuples(st.integers(0, ACCOUNTS - 1), moments), min_size=1, max_size=12))
    far = draw(st.integers(1, 30))
    near = draw(st.integers(0, far - 1))
    rows.sort(key=lambda row: row[:2])
    return rows, asked, far, near


def columns(rows):
    return [np.array([row[i] for row in rows], np.int64) for i in range(3)]


def edges(rows, asked, offsets):
    account, at, _ = columns(rows)
    starts = kernel.starts_of(account, ACCOUNTS)
    who, when = (np.array([each[i] for each in asked], np.int64) for i in range(2))
    return kernel.find_edges(starts, at, who, when, np.array(offsets, np.int64))


def seen(rows, who, when, far, near):
    """What the window of one snapshot holds, by the definition."""
    return [
        row for row in rows if row[0] == who and (far < 0 or row[1] >= when - far) and row[1] < when - near
    ]


@given(rows_and_snapshots())
def test_a_sum_is_the_sum_of_the_rows_in_the_window(case):
    rows, asked, far, near = case
    low, high = edges(rows, asked, [far, near])
    found = kernel.sum_between(columns(rows)[2], low, high)
    assert found.tolist() == [sum(row[2] for row in seen(rows, *each, far, near)) for each in asked]


@given(rows_and_snapshots())
def test_a_row_at_the_very_moment_is_not_yet_known_and_one_just_before_it_is(case):
    rows, asked, _, _ = case
    low, high = edges(rows, asked, [-1, 0])
    for each, first, end in zip(asked, low, high, strict=True):
        assert [row[1] for row in rows[first:end]] == [
            row[1] for row in rows if row[0] == each[0] and row[1] < each[1]
        ]


@given(rows_and_snapshots(), st.booleans())
def test_a_distinct_count_is_the_number_of_different_codes_in_the_window(case, forever):
    rows, asked, far, near = case
    far = -1 if forever else far
    low, high, first = edges(rows, asked, [far, near, -1])
    account, at, code = columns(rows)
    order = np.lexsort((np.arange(len(rows)), code, account))
    before, after = kernel.neighbours(account, code, order)
    found = kernel.distinct_between(at, code, before, after, first, low, high, -1 if forever else far - near)
    assert found.tolist() == [
        len({row[2] for row in seen(rows, *each, far, near) if row[2] >= 0}) for each in asked
    ]


@given(rows_and_snapshots())
def test_the_highest_value_counts_only_known_rows(case):
    rows, asked, far, near = case
    low, high = edges(rows, asked, [far, near])
    code = columns(rows)[2]
    found = kernel.highest_between(code, code != 0, low, high)
    for each, value in zip(asked, found, strict=True):
        there = [row[2] for row in seen(rows, *each, far, near) if row[2] != 0]
        assert value == (max(there) if there else -(2**63))


@given(rows_and_snapshots())
def test_the_last_and_the_first_true_row_are_found(case):
    rows, asked, far, near = case
    low, high = edges(rows, asked, [far, near])
    flags = columns(rows)[2] > 2
    last, first = kernel.last_true_before(flags, low, high), kernel.first_true_from(flags, low, high)
    for i in range(len(asked)):
        there = [place for place in range(low[i], high[i]) if flags[place]]
        assert last[i] == (there[-1] if there else -1)
        assert first[i] == (there[0] if there else -1)


@pytest.mark.parametrize(("moment", "place"), [(10, -1), (11, 0), (20, 0), (21, 1)])
def test_the_newest_row_before_a_moment_is_strictly_before_it(moment, place):
    found = kernel.newest_before(np.array([0, 2]), np.array([10, 20]), np.array([0]), np.array([moment]))
    assert found.tolist() == [place]
