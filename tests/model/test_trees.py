"""Merging model texts: the merged Booster is the calibrated mean of its parts, whatever tool asks."""

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resellerrisk.errors import ModelError
from resellerrisk.model.boosting import open_booster
from resellerrisk.model.trees import merge_models


def some_rows(n=800, seed=0):
    """Rows with missing values, a category in the last column, and labels."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5)) * [1, 1e-6, 1e6, 1, 1]
    X[:, 4] = rng.integers(0, 7, n)
    y = (X[:, 0] + (X[:, 4] == 2) + rng.normal(size=n) > 1.5).astype(float)
    X[rng.random(X.shape) < 0.15] = np.nan
    return X, y


def grow(seed, trees=40, leaves=8, columns="abcde"):
    X, y = some_rows()
    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "verbosity": -1,
        "num_threads": 1,
        "feature_fraction": 0.6,
        "seed": seed,
    }
    names = list(columns)
    data = lightgbm.Dataset(X, label=y, feature_name=names, categorical_feature=[names[4]])
    return lightgbm.train(parameters, data, trees)


BOOSTERS = [grow(1), grow(2, leaves=3), grow(3, trees=1)]
TEXTS = [booster.model_to_string() for booster in BOOSTERS]


@settings(max_examples=25, deadline=None)
@given(
    chosen=st.lists(st.integers(0, 2), min_size=1, max_size=4),
    slope=st.floats(0.05, 20),
    intercept=st.floats(-8, 8),
)
def test_the_merged_margin_is_the_line_of_the_mean_margin(chosen, slope, intercept):
    X, _ = some_rows(seed=9)
    merged = open_booster(merge_models([TEXTS[i] for i in chosen], None, slope, intercept))
    margins = np.mean([BOOSTERS[i].predict(X, raw_score=True) for i in chosen], axis=0)
    expected = slope * margins + intercept
    np.testing.assert_allclose(merged.predict(X, raw_score=True), expected, rtol=1e-12, atol=1e-12)
    parts = merged.predict(X, pred_contrib=True)
    np.testing.assert_allclose(parts.sum(axis=1), expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(merged.predict(X), 1 / (1 + np.exp(-expected)), rtol=1e-9)


def test_models_are_added_up_by_their_weights():
    X, _ = some_rows(seed=4)
    merged = open_booster(merge_models(TEXTS[:2], (0.25, 2.0), 1.5, -1.0))
    first, second = (booster.predict(X, raw_score=True) for booster in BOOSTERS[:2])
    expected = 1.5 * (0.25 * first + 2.0 * second) - 1.0
    np.testing.assert_allclose(merged.predict(X, raw_score=True), expected, rtol=1e-12, atol=1e-12)


def test_contributions_scale_with_the_slope_and_the_intercept_touches_the_base_alone():
    X, _ = some_rows(seed=5)
    parts = np.mean([booster.predict(X, pred_contrib=True) for booster in BOOSTERS[:2]], axis=0) * 1.7
    parts[:, -1] += 0.4
    merged = open_booster(merge_models(TEXTS[:2], None, 1.7, 0.4))
    np.testing.assert_allclose(merged.predict(X, pred_contrib=True), parts, rtol=0, atol=1e-12)


def test_merging_one_model_by_the_identity_changes_no_number():
    merged, alone = merge_models([TEXTS[0]]), TEXTS[0]
    for kept in ("leaf_value=", "leaf_count=", "threshold=", "cat_threshold="):
        assert find_numbers(merged, kept) == find_numbers(alone, kept)


def test_the_sizes_in_the_head_are_the_sizes_of_the_trees():
    declared, trees = measure_trees(merge_models(TEXTS, None, 1.3, -0.2))
    assert declared == [len(tree.encode()) for tree in trees]


def find_numbers(text, name):
    lines = [line.partition("=")[2].split() for line in text.split("\n") if line.startswith(name)]
    return [[float(number) for number in line] for line in lines]


def measure_trees(text):
    """The sizes that the head declares, and the trees' texts."""
    blocks = text.partition("end of trees")[0].split("Tree=")[1:]
    return [int(size) for size in find_numbers(text, "tree_sizes=")[0]], ["Tree=" + block for block in blocks]


def test_opening_and_printing_a_merged_model_gives_the_same_trees():
    merged = merge_models(TEXTS, None, 1.3, -0.2)
    once = open_booster(merged).model_to_string()
    assert once == open_booster(once).model_to_string()
    assert find_numbers(merged, "leaf_value=") == find_numbers(once, "leaf_value=")


def test_trees_of_one_leaf_merge():
    X, y = some_rows()
    data = lightgbm.Dataset(np.ones((len(y), 2)), label=y)
    constant = lightgbm.train({"objective": "binary", "verbosity": -1, "num_threads": 1}, data, 5)
    merged = open_booster(merge_models([constant.model_to_string()] * 2, None, 2.0, 1.0))
    rate = np.log(y.mean() / (1 - y.mean()))
    np.testing.assert_allclose(merged.predict(np.ones((3, 2)), raw_score=True), 2 * rate + 1, atol=1e-9)
    assert merged.predict(np.ones((3, 2)), pred_contrib=True)[:, :2].tolist() == [[0, 0]] * 3


def test_models_over_other_columns_do_not_merge():
    with pytest.raises(ModelError, match="different columns"):
        merge_models([TEXTS[0], grow(1, columns="abcdf").model_to_string()])
