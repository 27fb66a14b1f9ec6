"""The order of rows against numpy's lexsort, and what an account had before against the plainest loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resellerrisk.signals.arrange import NEVER, arrange, dense, first_of_each, last_seen

rows = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(0, 6), st.integers(0, 2), st.integers(0, 2)), max_size=80
)


@given(rows)
def test_rows_come_in_the_order_of_lexsort(rows):
    group, at, first, second = np.array(rows, np.int64).reshape(-1, 4).T
    order, arranged, starts = arrange(group, 4, at, first, second)
    expected = np.lexsort((second, first, at, group))
    assert (np.arange(len(rows)) if order is None else order).tolist() == expected.tolist()
    assert arranged.tolist() == at[expected].tolist()
    assert starts.tolist() == np.searchsorted(group[expected], np.arange(5)).tolist()


def test_rows_that_stand_in_order_are_left_alone_and_one_swap_is_seen():
    group, at = np.repeat(np.arange(50), 20), np.tile(np.arange(20), 50)
    assert arrange(group, 50, at)[0] is None
    at[[10, 11]] = at[[11, 10]]
    assert arrange(group, 50, at)[0][9:13].tolist() == [9, 11, 10, 12]


@given(rows)
def test_what_was_seen_last_is_strictly_earlier(rows):
    group, at, code = np.array(sorted(rows), np.int64).reshape(-1, 4).T[:3]
    found = last_seen(group, at, code - 1)
    for i in range(len(rows)):
        earlier = [
            at[j] for j in range(len(rows)) if group[j] == group[i] and code[j] == code[i] and at[j] < at[i]
        ]
        assert found[i] == max(earlier, default=NEVER)


@given(rows)
def test_the_first_row_of_each_code_counts_only_rows_that_do(rows):
    group, at, code, counts = np.array(sorted(rows), np.int64).reshape(-1, 4).T
    found = first_of_each(group, code, counts > 0)
    expected = {}
    for i in range(len(rows)):
        if counts[i]:
            expected.setdefault((group[i], code[i]), i)
    assert found.tolist() == sorted(expected.values())


@pytest.mark.parametrize("far", [3, 10**12])
def test_codes_keep_which_rows_are_alike_however_large_they_are(far):
    codes, count = dense(np.array([far, -1, 2, far]))
    assert codes[0] == codes[3] != codes[2]
    assert codes[1] == -1
    assert codes.max() < count
