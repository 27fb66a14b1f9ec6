"""The estimator: a scikit-learn citizen whose margin is the calibrated log-odds."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from resellerrisk.errors import DeclarationError, MatrixError, ModelError
from resellerrisk.model import RiskModel
from resellerrisk.model.additivity import check_additivity
from resellerrisk.model.calibration import Calibration
from resellerrisk.model.treeshap import explain_rows

SMALL = {"max_trees": 60, "learning_rate": 0.1, "early_stopping_rounds": 20, "column_share": 0.6, "n_jobs": 1}
CATEGORIES = {"kind": 5}


# No check of scikit-learn is excepted. Should one have to be, name it and its reason here
# (expected_failed_checks).
@parametrize_with_checks([RiskModel(n_jobs=1)])
def test_what_scikit_learn_asks_of_a_classifier_holds(estimator, check):
    check(estimator)


def some_market(n=1500, seed=0):
    """A matrix with missing values and a category, labels, times and accounts."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 6)), columns=[*"abcde", "kind"])
    X["kind"] = rng.integers(0, 5, n).astype(float)
    risk = 1.5 * X["a"] - X["b"] + 2 * (X["kind"] == 3) + rng.normal(size=n)
    X = X.mask(rng.random(X.shape) < 0.1)
    times = np.datetime64("2018-01-01") + rng.integers(0, 600, n)
    return X, (risk > 2.5).astype(int).to_numpy(), times, rng.integers(0, n // 3, n)


@pytest.fixture(scope="module")
def market():
    return some_market()


@pytest.fixture(scope="module")
def model(market):
    X, y, times, groups = market
    return RiskModel(**SMALL, categories=CATEGORIES, monotone={"a": 1, "b": -1}).fit(
        X, y, times=times, groups=groups
    )


def test_it_ranks_rows_it_has_not_seen(model):
    X, y, _, _ = some_market(seed=1)
    assert roc_auc_score(y, model.margin(X)) > 0.85
    constant = log_loss(y, np.full(len(y), y.mean()))
    assert log_loss(y, model.predict_proba(X)) < 0.8 * constant


def test_the_probability_is_the_sigmoid_of_the_margin_and_what_the_booster_says(model, market):
    X = market[0]
    probability = model.predict_proba(X)
    np.testing.assert_array_equal(probability[:, 1], expit(model.margin(X)))
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(model.booster_.predict(X.to_numpy()), probability[:, 1], rtol=1e-12)


def test_contributions_add_up_and_are_those_of_shap(model, market):
    X = market[0].iloc[:200]
    parts = model.contributions(X)
    np.testing.assert_allclose(parts.sum(axis=1), model.margin(X), rtol=0, atol=1e-9)
    explainer = model.explainer()
    values = explainer.shap_values(X.to_numpy())
    np.testing.assert_allclose(parts.drop(columns="base_value"), values, rtol=0, atol=1e-9)
    np.testing.assert_allclose(parts["base_value"], explainer.expected_value, rtol=0, atol=1e-9)
    assert parts.index.equals(X.index)


def test_contributions_that_do_not_add_up_are_refused():
    parts = np.array([[0.5, -1.0], [0.5, -1.0]])
    check_additivity(parts, np.array([-0.5, -0.5 + 9e-10]))
    with pytest.raises(ModelError, match="1 of 2 rows"):
        check_additivity(parts, np.array([-0.5, -0.5 + 2e-9]))
    with pytest.raises(ModelError, match="2 of 2 rows"):
        check_additivity(parts * np.nan, np.array([-0.5, -0.5]))


def test_every_batch_of_contributions_is_checked(model, market, monkeypatch):
    def explain_wrongly(forest, X, threads):
        margin, parts = explain_rows(forest, X, threads)
        return margin, parts + 1e-6

    monkeypatch.setattr("resellerrisk.model.treeshap.explain_rows", explain_wrongly)
    with pytest.raises(ModelError, match="10 of 10 rows"):
        model.contributions(market[0].iloc[:10])


def test_contributions_say_what_computed_them(model, market):
    assert model.contributions(market[0].iloc[:2]).attrs["explained_by"] == "quadrature"


def test_one_row_alone_is_the_same_row_in_bulk(model, market):
    X = market[0]
    margin, parts = model.margin(X), model.contributions(X)
    for i in range(0, 1500, 97):
        assert model.margin(X.iloc[[i]])[0] == margin[i]
        pd.testing.assert_frame_equal(model.contributions(X.iloc[[i]]), parts.iloc[[i]], check_exact=True)


def test_the_same_data_gives_the_same_bytes_for_any_number_of_threads(model, market):
    X, y, times, groups = market
    again = clone(model).set_params(n_jobs=2).fit(X, y, times=times, groups=groups)
    assert again.booster_.model_to_string() == model.booster_.model_to_string()
    other = clone(model).set_params(random_state=7).fit(X, y, times=times, groups=groups)
    assert other.booster_.model_to_string() != model.booster_.model_to_string()


def test_an_empty_frame_gives_an_empty_result(model, market):
    empty = market[0].iloc[:0]
    assert model.margin(empty).shape == (0,)
    assert model.predict_proba(empty).shape == (0, 2)
    assert model.predict(empty).shape == (0,)
    assert model.contributions(empty).shape == (0, 7)
    with pytest.raises(MatrixError, match="missing"):
        model.margin(empty[["a"]])


def test_declared_directions_hold(model, market):
    X = market[0].iloc[:100].copy()
    steps = [model.margin(X.assign(a=value)) for value in np.linspace(-4, 4, 15)]
    assert (np.diff(steps, axis=0) >= 0).all() and (np.diff(steps, axis=0) > 0).any()
    steps = [model.margin(X.assign(b=value)) for value in np.linspace(-4, 4, 15)]
    assert (np.diff(steps, axis=0) <= 0).all() and (np.diff(steps, axis=0) < 0).any()


def test_an_unknown_code_is_missing_and_a_known_one_is_not(model, market):
    X = market[0].iloc[:50]
    missing = model.margin(X.assign(kind=np.nan))
    for unknown in (5.0, -1.0, 2.5, 1e12):
        np.testing.assert_array_equal(model.margin(X.assign(kind=unknown)), missing)
    assert (model.margin(X.assign(kind=3.0)) > missing).all()


def test_columns_in_another_order_are_refused_with_their_places(model, market):
    with pytest.raises(MatrixError, match="(?s)same order.*- b: stands at 0, expected at 1"):
        model.margin(market[0][["b", "a", "c", "d", "e", "kind"]])


def test_whole_numbers_and_truth_values_are_cast_and_text_is_refused(model, market):
    X = market[0].iloc[:5].assign(c=1.0, d=1.0)
    np.testing.assert_array_equal(model.margin(X.assign(c=True, d=1)), model.margin(X))
    with pytest.raises(MatrixError, match=r"c \(object\)"):
        model.margin(X.assign(c="1"))
    with pytest.raises(MatrixError, match="infinite"):
        model.contributions(X.assign(c=np.inf))


def test_a_direction_for_a_category_is_refused_before_anything_is_grown(market):
    X, y, _, _ = market
    with pytest.raises(DeclarationError, match="categories have no direction"):
        RiskModel(monotone={"kind": 1}, categories=CATEGORIES).fit(X, y)


def test_parameters_out_of_range_are_refused_all_at_once(market):
    X, y, _, _ = market
    with pytest.raises(DeclarationError, match="(?s)bags: 1.5.*learning_rate: 0.*random_state: None"):
        RiskModel(learning_rate=0, bags=1.5, random_state=None).fit(X, y)


def test_a_name_that_a_model_cannot_hold_is_refused(market):
    X, y, _, _ = market
    with pytest.raises(DeclarationError, match=r"'a\[1\]'"):
        RiskModel(**SMALL).fit(X.rename(columns={"a": "a[1]"}), y)


def test_one_class_cannot_be_learned(market):
    with pytest.raises(MatrixError, match="one class only"):
        RiskModel(**SMALL).fit(market[0], np.zeros(1500))


@pytest.mark.parametrize(("positives", "split"), [(9, "none"), (40, "later")])
def test_few_positives_grow_a_modest_model_and_it_is_said(market, positives, split):
    X, _, times, _ = market
    y = np.zeros(1500, dtype=int)
    y[:: 1500 // positives][:positives] = 1
    y[np.flatnonzero(y)[positives:]] = 0
    model = RiskModel(**SMALL).fit(X, y, times=times)
    assert model.training_["split"] == split
    assert bool(model.training_["note"]) == (split == "none")
    if split == "none":
        assert model.training_["trees"] == [30, 30]
        assert model.calibration_ == (1.0, 0.0)


def test_without_times_whole_accounts_validate_at_random_and_it_is_said(market):
    X, y, _, groups = market
    model = RiskModel(**SMALL).fit(X, y, groups=groups)
    assert model.training_["split"] == "random"
    assert "no times" in model.training_["note"]
    assert model.training_["fitting_rows"] + model.training_["validation_rows"] == 1500


def test_what_lies_after_the_cut_does_not_choose_the_trees_that_are_fitted(market):
    """Without refitting, the first tree has seen as many rows as are fitted, and no more."""
    X, y, times, _ = market
    model = RiskModel(**{**SMALL, "early_stopping_rounds": 1000}, bags=1, refit=False).fit(X, y, times=times)
    fitted = model.training_["fitting_rows"]
    leaves = model.booster_.dump_model()["tree_info"][0]["tree_structure"]
    assert leaves["internal_count"] == fitted < 1500


def test_the_calibration_is_part_of_the_booster(market, monkeypatch):
    X, y, times, _ = market
    plain = RiskModel(**SMALL).fit(X, y, times=times)
    line = Calibration(slope=2.0, intercept=0.5)
    monkeypatch.setattr("resellerrisk.model.growing.fit_calibration", lambda *_: line)
    forced = RiskModel(**SMALL).fit(X, y, times=times)
    raw = (plain.margin(X) - plain.calibration_.intercept) / plain.calibration_.slope
    np.testing.assert_allclose(forced.margin(X), line.apply(raw), rtol=0, atol=1e-9)


def test_noise_in_later_time_flattens_the_probabilities(market):
    X, y, times, _ = market
    late = times > np.quantile(times, 0.7)
    noisy = np.where(late & (np.random.default_rng(0).random(1500) < 0.25), 1 - y, y)
    plain, flat = (RiskModel(**SMALL, refit=False).fit(X, labels, times=times) for labels in (y, noisy))
    assert flat.calibration_.slope < plain.calibration_.slope


def test_growing_stops_where_later_time_gains_nothing_and_goes_on_where_it_does(market):
    X, y, times, _ = market
    patience = {**SMALL, "max_trees": 60, "early_stopping_rounds": 20, "bags": 1, "refit": False}
    noise = np.random.default_rng(0).permutation(y)
    assert RiskModel(**patience).fit(X, noise, times=times).training_["trees"][0] < 20
    assert RiskModel(**patience).fit(X, y, times=times).training_["trees"][0] > 30


def test_bags_differ_from_each_other(model):
    trees = [tree["tree_structure"] for tree in model.booster_.dump_model()["tree_info"]]
    first, second = (
        [tree["split_feature"] for tree in part[:20]]
        for part in (trees, trees[model.training_["trees"][0] :])
    )
    assert len(trees) == sum(model.training_["trees"]) + model.training_["additive_columns"]
    assert first != second


def test_weights_count(market):
    X, y, times, _ = market
    plain = RiskModel(**SMALL).fit(X, y, times=times)
    weight = np.where(y == 1, 5.0, 1.0)
    heavy = RiskModel(**SMALL).fit(X, y, sample_weight=weight, times=times)
    expected = np.average(y, weights=weight)
    assert abs(heavy.predict_proba(X)[:, 1] @ weight / weight.sum() / expected - 1) < 0.1
    assert abs(plain.predict_proba(X)[:, 1].mean() / y.mean() - 1) < 0.1


def test_copies_give_the_same_bits(model, market):
    X = market[0]
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(twin.margin(X), model.margin(X))


def test_an_array_serves_without_names(market):
    X, y, _, _ = market
    model = RiskModel(**SMALL, categories={"x5": 5}).fit(X.to_numpy(), y)
    assert model.columns_ == ["x0", "x1", "x2", "x3", "x4", "x5"]
    np.testing.assert_array_equal(model.predict(X.to_numpy()), (model.margin(X.to_numpy()) > 0).astype(int))
