"""Walks over codes against the plainest loops, and that they leave what they cannot answer."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resellerrisk.tables.passes import find_lines, spread, stand_once, under_others, used_codes

lines = st.lists(st.tuples(st.integers(-1, 3), st.sampled_from([1.0, 2.0, 3.0, np.nan]), st.booleans()))


@given(lines)
def test_keys_that_are_said_to_stand_once_do(rows):
    order, line, _ = np.array(rows, float).reshape(-1, 3).T
    keys = [key for key in zip(order, line, strict=True) if key[0] >= 0]
    if stand_once(order.astype(np.int32), line, 4):
        assert len(set(keys)) == len(keys)


def test_lines_that_count_up_inside_their_orders_stand_once_and_one_that_comes_back_does_not():
    order, line = np.array([2, 2, 0, 0, 1]), np.array([1.0, 2.0, 1.0, 4.0, 1.0])
    assert stand_once(order, line, 3)
    assert not stand_once(np.append(order, 2), np.append(line, 2.0), 3)


@given(lines, lines)
def test_an_order_line_is_found_in_the_first_row_that_counts(rows, asked):
    order, line, counts = np.array(rows, float).reshape(-1, 3).T
    wanted, number, _ = np.array(asked, float).reshape(-1, 3).T
    found, there = find_lines(
        order.astype(np.int32), line, counts.astype(bool), 4, wanted.astype(np.int32), number
    )
    for i in range(len(asked)):
        same = [
            j for j in range(len(rows)) if wanted[i] >= 0 and (order[j], line[j]) == (wanted[i], number[i])
        ]
        counted = [j for j in same if counts[j]]
        assert found[i] == (counted[0] if counted else -1)
        assert there[i] == bool(same)


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 2))))
def test_an_order_belongs_to_the_account_of_its_first_row(rows):
    order, account = np.array(rows, np.int64).reshape(-1, 2).T
    first = {}
    for one, who in rows:
        first.setdefault(one, who)
    expected = [
        i
        for i, (one, who) in enumerate(rows)
        if one >= 0 and who >= 0 and first[one] >= 0 and who != first[one]
    ]
    assert under_others(order, account, 4).tolist() == expected


def test_values_are_spread_over_codes_and_what_stands_there_is_seen():
    codes = np.array([1, -1, 1], np.int32)
    assert spread(np.array(["a", "b"], object), codes, None).tolist() == ["b", None, "b"]
    assert spread(np.array([0.5, 2.5]), codes, np.nan)[[0, 2]].tolist() == [2.5, 2.5]
    assert used_codes(codes, 3).tolist() == [False, True, False]
