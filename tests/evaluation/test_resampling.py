"""Intervals: seeded, by cluster, and honest about what they cannot say."""

import numpy as np
import pytest
from scipy.stats import binomtest

from resellerrisk.evaluation.resampling import draw_ratio, draw_weights, find_interval, wilson


def test_the_first_column_is_the_sample_itself():
    assert draw_weights(4, 3)[:, 0].tolist() == [1, 1, 1, 1]


def test_same_seed_same_draws_another_seed_others():
    assert np.array_equal(draw_weights(50, 20, seed=7), draw_weights(50, 20, seed=7))
    assert not np.array_equal(draw_weights(50, 20, seed=7)[:, 1:], draw_weights(50, 20, seed=8)[:, 1:])


def test_draws_have_no_interval_where_one_in_five_could_not_be_measured():
    draws = np.linspace(0, 1, 100)
    draws[:20] = np.nan
    assert find_interval(draws) is None


def test_draws_have_an_interval_where_one_in_twenty_could_not_be_measured():
    draws = np.linspace(0, 1, 100)
    draws[:5] = np.nan
    assert find_interval(draws) is not None


@pytest.mark.parametrize(("k", "n"), [(0, 20), (1, 20), (7, 30), (30, 30)])
def test_wilson_is_scipys(k, n):
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_nothing_observed_leaves_everything_possible():
    assert wilson(float("nan"), 0) == (0.0, 1.0)


def test_a_ratio_without_a_lower_sum_is_missing():
    drawn = draw_ratio(np.array([1.0]), np.array([0.0]), np.ones((1, 2)))
    assert np.isnan(drawn).all()
