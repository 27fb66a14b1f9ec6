"""The additive part: slopes keep to the declared directions, and the curves say what the regression says."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from resellerrisk.model import RiskModel
from resellerrisk.model.additive import cut_steps, fit_additive


def some_rows(n=3000, seed=0):
    """Risk rises with the first column and falls with the second; a missing third is risky in itself; the fourth holds codes."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    X[:, 3] = rng.integers(0, 5, n)
    X[rng.random(n) < 0.2, 2] = np.nan
    risk = X[:, 0] - X[:, 1] + 2.0 * np.isnan(X[:, 2]) - 3
    return X, (rng.random(n) < expit(risk)).astype(float)


def test_the_text_of_the_curves_is_the_regression_missing_values_too():
    X, y = some_rows()
    steps = cut_steps(X, left_out={3})
    found = fit_additive(steps, y, spread=1.0)
    plain = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(steps.design, y)
    np.testing.assert_allclose(found.margin(X), plain.decision_function(steps.design), atol=0.02)
    booster = lightgbm.Booster(model_str=found.text(list("abcd")))
    Z, _ = some_rows(seed=1)
    np.testing.assert_allclose(booster.predict(Z, raw_score=True), found.margin(Z), rtol=0, atol=1e-9)
    assert sorted(found.curves) == [0, 1, 2]


def test_a_slope_against_its_declared_direction_is_held_at_nothing_and_one_along_it_is_not():
    X, y = some_rows()
    steps = cut_steps(X, left_out={3})
    against = fit_additive(steps, y, directions={0: -1, 1: 1})
    assert not {0, 1} & set(against.curves)
    along = fit_additive(steps, y, directions={0: 1, 1: -1})
    assert (np.diff(along.curves[0].heights) >= 0).all() and (np.diff(along.curves[1].heights) <= 0).all()


def test_a_missing_value_that_is_risky_in_itself_weighs():
    X, y = some_rows()
    margin = fit_additive(cut_steps(X, left_out={3}), y, spread=1.0).margin
    row = np.zeros((1, 4))
    unknown = row.copy()
    unknown[0, 2] = np.nan
    assert margin(unknown) - margin(row) == pytest.approx(2.0, abs=0.4)


def test_a_narrow_prior_leaves_nothing_but_the_base_rate():
    X, y = some_rows()
    found = fit_additive(cut_steps(X), y, spread=1e-6)
    np.testing.assert_allclose(expit(found.margin(X)), y.mean(), rtol=1e-3)


def test_rows_without_weight_change_nothing():
    X, y = some_rows()
    weight = np.where(np.arange(len(X)) < 2000, 1.0, 0.0)
    part = fit_additive(cut_steps(X[:2000]), y[:2000])
    whole = fit_additive(cut_steps(X, weight), y, weight)
    np.testing.assert_allclose(whole.margin(X), part.margin(X), atol=1e-3)


def test_nearly_constant_columns_are_cut_and_constant_ones_are_not():
    column = np.full(1000, 5.0)
    column[3] = 1.0
    steps = cut_steps(np.column_stack([column, np.ones(1000), np.full(1000, np.nan)]))
    assert (
        steps.places == (0,)
        and steps.thresholds[0].tolist() == [1.0]
        and steps.counts[0].tolist() == [1, 999]
    )


def test_the_model_is_the_mean_of_both_and_still_one_booster_that_adds_up():
    X, y = some_rows()
    words = dict(
        monotone={"x0": 1, "x1": -1}, categories={"x3": 5}, max_trees=40, learning_rate=0.1, n_jobs=1
    )
    times = np.arange(len(X)).astype("datetime64[D]")
    both, trees = (RiskModel(additive_share=share, **words).fit(X, y, times=times) for share in (0.5, 0.0))
    steps = cut_steps(X, left_out={3})
    beside = fit_additive(steps, y, None, {0: 1, 1: -1}, both.additive_spread)
    raw = [
        (model.margin(X) - model.calibration_.intercept) / model.calibration_.slope for model in (both, trees)
    ]
    np.testing.assert_allclose(raw[0], (raw[1] + beside.margin(X)) / 2, rtol=0, atol=1e-9)
    np.testing.assert_allclose(both.contributions(X).sum(axis=1), both.margin(X), rtol=0, atol=1e-9)
    assert trees.training_["additive_columns"] == 0 < both.training_["additive_columns"]
