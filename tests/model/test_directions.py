"""The score without labels: monotone, additive, one tree a signal, and a start for boosted trees."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from resellerrisk.errors import MatrixError
from resellerrisk.model import RiskModel
from resellerrisk.model.boosting import open_booster
from resellerrisk.model.directions import FLOOR, STEPS, draw_log_odds, draw_surprise, fit_directions

FAMILIES = {"lead": "dates", "early": "dates", "returns": "returns", "traced": "leaks", "held": "leaks"}
MONOTONE = {"lead": 1, "early": 1, "returns": -1, "traced": 1, "held": 1}


def some_rows(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "lead": rng.exponential(size=n),
            "early": rng.integers(0, 3, n).astype(float),
            "returns": np.where(rng.random(n) < 0.2, np.nan, rng.exponential(size=n)),
            "traced": rng.beta(0.1, 2, n),
            "held": rng.poisson(2, n).astype(float),
            "same": 1.0,
        }
    )
    return X


def margin_of(found, X):
    return open_booster(found.text).predict(X, raw_score=True)


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.floats(-1e6, 1e6), st.just(np.nan), st.integers(0, 3).map(float)), min_size=3
    ),
    direction=st.sampled_from([-1, 1]),
)
def test_a_curve_never_falls_in_the_direction_of_risk_and_is_0_on_average(values, direction):
    values = np.array(values)
    if np.unique(values[~np.isnan(values)]).size < 2:
        return
    curve = draw_surprise(values, direction)
    assert (np.diff(curve.heights) * direction >= 0).all()
    assert len(curve.heights) <= STEPS
    assert curve.rows.sum() + curve.missing == values.size
    assert abs(np.nansum(curve(values))) < 1e-9 * values.size * (1 + abs(curve.heights).max())


def test_the_rarer_a_value_in_the_direction_of_risk_the_greater_its_surprise():
    curve = draw_surprise(np.arange(1000.0), 1)
    rise = curve(np.array([999.0, 500.0, 0.0]))
    assert 5 < rise[0] - rise[1] < 7
    assert 0.5 < rise[1] - rise[2] < 1
    falling = draw_surprise(np.arange(1000.0), -1)
    assert falling(np.array([0.0]))[0] > 4 > falling(np.array([900.0]))[0]
    assert curve(np.array([np.nan])).tolist() == [0.0]


def test_log_odds_are_added_as_they_are():
    values = np.concatenate([np.full(50, 0.0), np.full(50, 0.5), [0.9, 1.0]])
    curve = draw_log_odds(values, 1)
    rise = np.diff(curve(np.array([0.0, 0.5, 1.0])))
    np.testing.assert_allclose(rise, [-np.log(FLOOR / (1 - FLOOR))] * 2, rtol=0.02)


def test_the_booster_is_the_sum_of_the_curves_and_its_contributions_are_theirs():
    X = some_rows()
    found = fit_directions(X, MONOTONE, FAMILIES, ["traced"], prevalence=0.03)
    assert found.used == ("lead", "early", "returns", "traced")
    booster = open_booster(found.text)
    margin, parts = booster.predict(X, raw_score=True), booster.predict(X, pred_contrib=True)
    assert abs(expit(margin).mean() - 0.03) < 1e-9
    np.testing.assert_allclose(parts.sum(axis=1), margin, rtol=0, atol=1e-9)
    lead = draw_surprise(X["lead"].to_numpy(), 1).times(1 / 2)
    np.testing.assert_allclose(parts[:, 0], lead(X["lead"].to_numpy()), rtol=0, atol=5e-3)
    assert (parts[:, [4, 5]] == 0).all()


def test_ten_copies_of_a_column_count_as_one():
    X = some_rows()
    copies = X.assign(**{f"lead{i}": X["lead"] for i in range(10)})
    families, monotone = dict.fromkeys(copies, "dates"), dict.fromkeys(copies, 1)
    alone = margin_of(fit_directions(X[["lead"]], {"lead": 1}, families), X[["lead"]])
    names = ["lead", *(f"lead{i}" for i in range(10))]
    many = margin_of(fit_directions(copies[names], {n: monotone[n] for n in names}, families), copies[names])
    np.testing.assert_allclose(many, alone, rtol=0, atol=1e-9)


def test_missing_says_nothing_also_where_no_row_was_missing_before():
    X = some_rows()[["lead", "early"]]
    found = fit_directions(X, MONOTONE, FAMILIES)
    row = X.iloc[:1]
    known, unknown = margin_of(found, row), margin_of(found, row.assign(lead=np.nan))
    assert unknown - known == pytest.approx(
        -draw_surprise(X["lead"].to_numpy(), 1)(row["lead"].to_numpy()) / 2
    )


def test_a_matrix_that_says_nothing_gives_the_assumed_share():
    X = pd.DataFrame({"same": np.ones(30)})
    model = RiskModel.without_labels(X, {"same": "dates"}, monotone={"same": 1}, prevalence=0.05)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], 0.05)
    assert not model.contributions(X)["same"].any()


def test_without_labels_is_saved_loaded_and_refuses_as_any_model(tmp_path):
    X = some_rows()
    model = RiskModel.without_labels(X, FAMILIES | {"same": "x"}, ["traced"], monotone=MONOTONE)
    model.save(tmp_path / "model")
    loaded = RiskModel.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.margin(X), model.margin(X))
    assert loaded.training_["kind"] == "directions"
    with pytest.raises(MatrixError):
        loaded.margin(X[X.columns[::-1]])


def some_market(n=6000, seed=1):
    X = some_rows(n, seed)
    risk = 1.5 * X["lead"] + X["early"] - X["returns"].fillna(1) - 6
    y = (np.random.default_rng(seed).random(n) < expit(risk)).astype(float)
    times = np.datetime64("2018-01-01") + np.arange(n) // 8
    return X, y, times, np.arange(n)


def test_boosting_begins_from_half_the_margin_of_its_start_and_is_one_booster_that_adds_up():
    X, y, times, groups = some_market()
    first = RiskModel.without_labels(X, FAMILIES | {"same": "x"}, monotone=MONOTONE)
    words = {"times": times, "groups": groups, "start": first}
    barely = RiskModel(monotone=MONOTONE, max_trees=1, learning_rate=1e-9, additive_share=0).fit(
        X, y, **words
    )
    moved = barely.margin(X) - barely.calibration_.slope * barely.start_weight * first.margin(X)
    assert np.ptp(moved) < 1e-6
    model = RiskModel(monotone=MONOTONE, additive_share=0).fit(X, y, **words)
    Z, _, _, _ = some_market(seed=2)
    np.testing.assert_allclose(model.contributions(Z).sum(axis=1), model.margin(Z), rtol=0, atol=1e-9)
    assert model.booster_.num_trees() == sum(model.training_["trees"]) + first.booster_.num_trees()
    unbegun = RiskModel(monotone=MONOTONE, start_weight=0.0, additive_share=0).fit(X, y, **words)
    assert unbegun.booster_.num_trees() == sum(unbegun.training_["trees"])


def test_what_is_begun_from_a_start_is_calibrated_with_it():
    X, y, times, groups = some_market()
    first = RiskModel.without_labels(X, FAMILIES | {"same": "x"}, monotone=MONOTONE)
    model = RiskModel(monotone=MONOTONE).fit(X, y, times=times, groups=groups, start=first)
    Z, truth, _, _ = some_market(seed=3)
    assert model.predict_proba(Z)[:, 1].mean() == pytest.approx(truth.mean(), rel=0.25)
