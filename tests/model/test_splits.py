"""Splits: what validates is later, and no fake stands on both sides."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resellerrisk.errors import MatrixError
from resellerrisk.model import later_split, random_split
from resellerrisk.model.splits import choose_split, count_groups

START = np.datetime64("2019-01-01")
ROWS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9), st.booleans()), min_size=1, max_size=80)


@settings(max_examples=80, deadline=None)
@given(ROWS, st.floats(0.05, 0.95))
def test_everything_fitted_is_earlier_than_everything_that_validates(rows, share):
    days, groups, y = map(np.array, zip(*rows, strict=True))
    fitting, validation = later_split(START + days, groups, y, share)
    assert not (fitting & validation).any()
    if fitting.any() and validation.any():
        assert days[fitting].max() < days[validation].min()
    assert not set(groups[fitting]) & set(groups[validation & y])


@settings(max_examples=40, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    places = list(range(len(rows)))
    random.shuffle(places)
    days, groups, y = map(np.array, zip(*rows, strict=True))
    fitting, validation = later_split(START + days, groups, y)
    shuffled = later_split(START + days[places], groups[places], y[places])
    np.testing.assert_array_equal(shuffled[0], fitting[places])
    np.testing.assert_array_equal(shuffled[1], validation[places])


def test_a_fake_found_later_is_not_fitted_but_an_honest_account_may_stand_on_both_sides():
    days = START + np.array([0, 0, 1, 9, 9])
    groups = ["fake", "honest", "early fake", "fake", "honest"]
    fitting, validation = later_split(days, groups, [0, 0, 1, 1, 0], 0.5)
    assert fitting.tolist() == [False, True, True, False, False]
    assert validation.tolist() == [False, False, False, True, True]


def test_the_latest_share_of_the_positive_groups_validates():
    days = START + np.arange(20)
    _, validation = later_split(days, np.arange(20), np.ones(20), share=0.25)
    assert validation.sum() == 5


def test_times_with_and_without_a_zone_are_the_same_moments():
    days = pd.Series(START + np.arange(12))
    plain = later_split(days, None, [0, 1] * 6)
    zoned = later_split(days.dt.tz_localize("UTC"), None, [0, 1] * 6)
    np.testing.assert_array_equal(plain, zoned)


def test_a_missing_time_is_refused():
    with pytest.raises(MatrixError, match="1 of 2 times are missing"):
        later_split(np.array(["2019-01-01", "NaT"], dtype="datetime64[D]"), None, [0, 1])


@pytest.mark.parametrize("name", ["times", "groups"])
def test_a_length_that_differs_is_refused(name):
    given_rows = {"times": START + np.arange(4), "groups": np.arange(4)}
    given_rows[name] = given_rows[name][:3]
    with pytest.raises(MatrixError, match=f"{name} has 3 rows, y has 4"):
        later_split(**given_rows, y=[0, 1, 0, 1])


def test_a_random_split_parts_whole_groups_and_keeps_positives_on_both_sides():
    groups = np.repeat(np.arange(40), 5)
    y = (groups % 4 == 0) & (np.arange(200) % 5 == 0)
    fitting, validation = random_split(groups, y, 0.25, seed=3)
    assert not set(groups[fitting]) & set(groups[validation])
    assert (fitting ^ validation).all()
    assert (count_groups(groups, validation & y), count_groups(groups, validation)) == (2, 10)


@pytest.mark.parametrize(("positives", "kind"), [(9, "none"), (10, "later")])
def test_ten_positive_groups_are_the_fewest_for_a_validation(positives, kind):
    y = np.arange(200) % 20 < 1
    y[:] = False
    y[np.linspace(0, 199, positives).astype(int)] = True
    split = choose_split(y, START + np.arange(200), None)
    assert split.kind == kind
    assert bool(split.note) == (kind == "none")


def test_positives_of_one_moment_are_split_at_random_and_it_is_said():
    split = choose_split([0, 1] * 20, np.repeat(START, 40), None)
    assert split.kind == "random"
    assert "split by time leaves too little" in split.note
