"""TreeSHAP by quadrature: LightGBM's own values on grown models, and the definition of Shapley where LightGBM has none."""

import re
from itertools import combinations
from math import factorial

import lightgbm
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resellerrisk.errors import ModelError
from resellerrisk.model.boosting import open_booster
from resellerrisk.model.explaining import Trees, explain, margins
from resellerrisk.model.forest import UnlikeForest, read_forest
from resellerrisk.model.trees import merge_models
from resellerrisk.model.treeshap import BLOCK, explain_rows, find_margins

COLUMNS = 6
ODD = {
    "seed": 0,
    "leaves": 31,
    "depth": -1,
    "objective": "binary",
    "max_cat_to_onehot": 4,
    "feature_fraction": 1.0,
}


def some_rows(seed, n=700):
    """Rows with missing values, exact zeros, a category in the last column and one that never changes."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, COLUMNS)) * [1, 1e-6, 1e6, 1, 1, 1]
    X[:, 3] = np.round(X[:, 3])
    X[:, 4] = 7.0
    X[:, 5] = rng.integers(0, 40, n)
    y = X[:, 0] * (1 + (X[:, 5] % 3 == 2)) + X[:, 3] + rng.normal(size=n)
    X[rng.random(X.shape) < 0.15] = np.nan
    return X, y


def grow(X, y, trees=8, **parameters):
    data = lightgbm.Dataset(X, label=y, categorical_feature=[5])
    parameters = {
        "verbosity": -1,
        "num_threads": 1,
        "deterministic": True,
        "min_data_in_leaf": 3,
    } | parameters
    return lightgbm.train(parameters, data, trees)


def trees_of(booster):
    return Trees(booster.model_to_string())


def odd_rows(X):
    """What a row may hold at worst: zeros, tiny numbers, categories nobody saw, fractions, infinities."""
    rng = np.random.default_rng(1)
    X = X[:90].copy()
    X[:60, 5] = rng.choice([-1.0, -0.5, 0.0, 2.5, 39.0, 40.0, 64.0, 1e6, np.nan, 31.0, 32.0], 60)
    X[60:, 0] = rng.choice([0.0, -0.0, 1e-36, -1e-36, 1e-34, np.inf, -np.inf], 30)
    X[40:70, 3] = rng.choice([0.0, 1e-36, np.nan], 30)
    return X


def assert_explains(booster, X, forest=None):
    """Equal to LightGBM: the margin to the bit, contributions to 1e-9, and additive."""
    margin, parts = explain_rows(forest or read_forest(booster.model_to_string()), X)
    np.testing.assert_array_equal(margin, booster.predict(X, raw_score=True, num_threads=1))
    np.testing.assert_array_equal(find_margins(forest or read_forest(booster.model_to_string()), X), margin)
    np.testing.assert_allclose(parts, booster.predict(X, pred_contrib=True, num_threads=1), rtol=0, atol=1e-9)
    np.testing.assert_allclose(parts.sum(axis=1), margin, rtol=0, atol=1e-9)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 1000),
    leaves=st.integers(2, 40),
    depth=st.sampled_from([-1, 1, 3, 6]),
    use_missing=st.booleans(),
    zero_as_missing=st.booleans(),
    objective=st.sampled_from(["binary", "regression"]),
    max_cat_to_onehot=st.sampled_from([1, 4, 64]),
    feature_fraction=st.sampled_from([0.4, 1.0]),
)
@example(**ODD, use_missing=True, zero_as_missing=False)
@example(**ODD, use_missing=True, zero_as_missing=True)
@example(**ODD, use_missing=False, zero_as_missing=False)
def test_grown_models_are_explained_as_lightgbm_does(seed, objective, leaves, depth, **parameters):
    X, y = some_rows(seed)
    y = (y > 0.5).astype(float) if objective == "binary" else y
    booster = grow(X, y, objective=objective, num_leaves=leaves, max_depth=depth, **parameters)
    assert_explains(booster, np.vstack([X[:80], odd_rows(X)]))


def test_a_merged_and_calibrated_model_is_explained():
    X, y = some_rows(0)
    texts = [
        grow(
            X, (y > 1).astype(float), objective="binary", seed=s, bagging_fraction=0.5, bagging_freq=1
        ).model_to_string()
        for s in (1, 2)
    ]
    assert_explains(open_booster(merge_models(texts, None, 1.7, -0.4)), odd_rows(X))


def test_trees_as_deep_as_a_chain_are_explained():
    """One column, split off leaf by leaf, and sixty columns on one path: more points than small trees need."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 60))
    y = np.where(X.max(axis=1) > 2.2, 0.0, 1.0) * 8 + np.exp(2 * X[:, 0]) + X @ rng.normal(size=60)
    data = lightgbm.Dataset(X, label=y)
    chain = {
        "objective": "regression",
        "num_leaves": 120,
        "min_data_in_leaf": 1,
        "verbosity": -1,
        "num_threads": 1,
    }
    booster = lightgbm.train(chain | {"min_sum_hessian_in_leaf": 0}, data, 2)
    forest = read_forest(booster.model_to_string())
    assert forest.points.max() >= 5 and (forest.before >= 0).any()
    assert_explains(booster, X[:150], forest)


def test_trees_of_one_leaf_add_to_the_base_value_alone():
    X, y = some_rows(0)
    booster = grow(np.full_like(X, 1.0), (y > 0).astype(float), objective="binary", trees=3)
    assert_explains(booster, X[:5])
    assert not explain_rows(read_forest(booster.model_to_string()), X[:5])[1][:, :-1].any()


def test_one_leaf_beside_grown_trees_and_no_rows_at_all():
    X, y = some_rows(2)
    constant = grow(np.full_like(X, 1.0), y, trees=1).model_to_string()
    merged = open_booster(merge_models([constant, grow(X, y, num_leaves=5).model_to_string(), constant]))
    assert_explains(merged, X[:100])
    margin, parts = explain_rows(read_forest(merged.model_to_string()), X[:0])
    assert margin.shape == (0,) and parts.shape == (0, COLUMNS + 1)


# -- Counts of zero: LightGBM gives NaN there, the definition does not --------------------------------------------------


CHAIN = """num_class=1
num_tree_per_iteration=1
max_feature_idx=2
objective=regression
feature_names=a b c
feature_infos=none none none

Tree=0
num_leaves=5
num_cat=0
split_feature=0 1 0 2
split_gain=1 1 1 1
threshold=0.5 0.5 0.25 0.5
decision_type=8 8 8 8
left_child=1 2 -1 -4
right_child=3 -3 -2 -5
leaf_value=1 -2 4 8 -16
leaf_weight=1 1 1 1 1
leaf_count={leaves}
internal_value=0 0 0 0
internal_weight=0 0 0 0
internal_count={nodes}
is_linear=0
shrinkage=1


end of trees
"""


def value_of(row, known):
    """The tree of CHAIN, where unknown columns follow the training rows: the definition's value of a coalition."""

    def walk(node):
        if isinstance(node, float):
            return node
        column, threshold, left, right, count_left, count_right = node
        if column in known:
            return walk(left if row[column] <= threshold else right)
        whole = count_left + count_right
        share = count_left / whole if whole else 0.5
        return share * walk(left) + (1 - share) * walk(right)

    return walk


def shapley(tree, row):
    columns = range(3)
    out = np.zeros(3)
    for column in columns:
        others = [other for other in columns if other != column]
        for size in range(3):
            weight = factorial(size) * factorial(2 - size) / factorial(3)
            for known in combinations(others, size):
                gain = value_of(row, {*known, column})(tree) - value_of(row, set(known))(tree)
                out[column] += weight * gain
    return out


@pytest.mark.parametrize(
    "counts",
    [(3, 4, 5, 6, 7), (0, 4, 5, 6, 7), (3, 0, 5, 0, 7), (0, 4, 0, 6, 7), (0, 0, 5, 6, 7), (0, 0, 0, 6, 0)],
)
def test_leaves_that_no_row_met_follow_the_definition(counts):
    a, b, c, d, e = counts
    text = CHAIN.format(leaves=" ".join(map(str, counts)), nodes=f"{sum(counts)} {a + b + c} {a + b} {d + e}")
    low = (0, 0.25, 1.0, -2.0, a, b)
    tree = (0, 0.5, (1, 0.5, low, 4.0, a + b, c), (2, 0.5, 8.0, -16.0, d, e), a + b + c, d + e)
    rows = np.array([[x, y, z] for x in (0.1, 0.3, 0.9) for y in (0.0, 1.0) for z in (0.0, 1.0)])
    margin, parts = explain_rows(read_forest(text), rows)
    np.testing.assert_allclose(parts[:, :3], [shapley(tree, row) for row in rows], rtol=0, atol=1e-12)
    np.testing.assert_allclose(parts.sum(axis=1), margin, rtol=0, atol=1e-12)


# -- Bits ---------------------------------------------------------------------------------------------------------------


def test_a_row_alone_in_any_block_and_on_any_threads_has_the_same_bits():
    X, y = some_rows(3, n=3 * BLOCK + 5)
    forest = read_forest(grow(X, y, num_leaves=20).model_to_string())
    margin, parts = explain_rows(forest, X)
    for threads in (2, 3, 7):
        np.testing.assert_array_equal(find_margins(forest, X, threads), margin)
        for found, expected in zip(explain_rows(forest, X, threads), (margin, parts), strict=True):
            np.testing.assert_array_equal(found, expected)
    for size in (1, 2, 3, 7, 9, BLOCK - 1):
        for first in range(0, len(X) - size, 37):
            part = slice(first, first + size)
            for found, expected in zip(
                explain_rows(forest, X[part]), (margin[part], parts[part]), strict=True
            ):
                np.testing.assert_array_equal(found, expected)


# -- What is left to LightGBM -------------------------------------------------------------------------------------------


def test_a_supported_model_is_explained_by_quadrature_and_it_is_said():
    X, y = some_rows(0)
    assert explain(trees_of(grow(X, y)), X[:3]).by == "quadrature"


@pytest.mark.parametrize(
    ("reason", "parameters"),
    [
        ("linear leaves", {"objective": "regression", "linear_tree": True}),
        ("averaged", {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1}),
    ],
)
def test_what_the_arrays_cannot_hold_is_left_to_lightgbm_and_it_is_said(reason, parameters):
    X, y = some_rows(0)
    booster = grow(np.nan_to_num(X), y, **parameters)
    trees = trees_of(booster)
    assert reason in trees.forest
    if reason == "averaged":
        explained = explain(trees, X[:9])
        assert explained.by == f"LightGBM: {trees.forest}"
        np.testing.assert_array_equal(explained.parts, booster.predict(X[:9], pred_contrib=True))
        np.testing.assert_array_equal(margins(trees, X[:9]), booster.predict(X[:9], raw_score=True))
        assert explain(trees, X[:0]).parts.shape == (0, COLUMNS + 1)
        assert margins(trees, X[:0]).shape == (0,)


def test_several_classes_are_left_to_lightgbm():
    X, y = some_rows(0)
    booster = grow(X, np.digitize(y, [-1, 1]), objective="multiclass", num_class=3)
    assert "several classes" in trees_of(booster).forest


def test_counts_that_contradict_each_other_are_left_to_lightgbm():
    X, y = some_rows(0)
    text = grow(X, y).model_to_string()
    with pytest.raises(UnlikeForest, match="contradict"):
        read_forest(
            re.sub(r"internal_count=(\d+)", lambda found: f"internal_count={int(found[1]) + 1}", text)
        )
    with pytest.raises(UnlikeForest, match="does not say"):
        read_forest(re.sub(r"leaf_count=.*", "leaf_count=", text))


def test_lightgbms_values_are_checked_too():
    X, y = some_rows(0)
    booster = grow(np.nan_to_num(X), y, boosting="rf", bagging_fraction=0.5, bagging_freq=1)

    class Faulty:
        num_feature = booster.num_feature

        def predict(self, values, pred_contrib=False, **how):
            return booster.predict(values, pred_contrib=pred_contrib, **how) + (1e-6 if pred_contrib else 0.0)

    with pytest.raises(ModelError, match="9 of 9 rows"):
        trees = trees_of(booster)
        trees.booster = Faulty()
        explain(trees, X[:9])
