"""The calibrating line: right on many rows, careful on few, always rising."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from resellerrisk.model.calibration import SLOPE_RANGE, Calibration, fit_calibration


def draw(n, slope, intercept, seed=0):
    rng = np.random.default_rng(seed)
    margin = rng.normal(-3, 2, n)
    return margin, (rng.random(n) < expit(slope * margin + intercept)).astype(float)


def test_the_true_line_is_found_on_many_rows():
    line = fit_calibration(*draw(60_000, 1.8, 0.7))
    np.testing.assert_allclose(line, (1.8, 0.7), atol=0.1)


def test_the_mean_probability_is_the_observed_share():
    margin, y = draw(60_000, 0.6, -0.5)
    probability = expit(fit_calibration(margin, y).apply(margin))
    assert abs(probability.mean() / y.mean() - 1) < 0.01


def test_a_weight_counts_as_so_many_rows():
    margin, y = draw(500, 1.2, 0.0)
    weight = np.tile([1, 3], 250)
    repeated = fit_calibration(np.repeat(margin, weight), np.repeat(y, weight))
    np.testing.assert_allclose(fit_calibration(margin, y, weight), repeated, atol=1e-4)


def test_few_positives_move_the_slope_little():
    margin = np.array([-6.0, -5.0, -4.0, -3.0])
    line = fit_calibration(margin, np.array([0, 1, 0, 0]))
    assert 0.5 < line.slope < 1.5


def test_one_class_leaves_the_margin_as_it_is():
    assert fit_calibration(np.array([-1.0, 2.0]), np.zeros(2)) == Calibration(1.0, 0.0)


def test_a_margin_that_ranks_upside_down_is_flattened_and_not_turned():
    margin, y = draw(5_000, -1.0, -4.0)
    assert fit_calibration(margin, y).slope == SLOPE_RANGE[0] > 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-30, 30), st.booleans()), min_size=2, max_size=60))
def test_the_slope_is_never_negative_even_where_the_margin_is_wrong_about_everything(rows):
    margin, y = map(np.array, zip(*rows, strict=True))
    line = fit_calibration(margin, y.astype(float))
    assert SLOPE_RANGE[0] <= line.slope <= SLOPE_RANGE[1]
    assert np.isfinite(line.intercept)
