"""Signals and model as scikit-learn's own tools take them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline

from resellerrisk.errors import InputError
from resellerrisk.matrix import SignalBuilder, build_matrix, snapshot_accounts
from resellerrisk.model import LabelGapSplit, RiskModel
from resellerrisk.pipeline.rows import keys_of, labelled_rows

TRAINED = "2019-08-31"
FEW = ("identity", "ordering")


@pytest.fixture(scope="module")
def rows(signals):
    return labelled_rows(signals, "account", TRAINED)


def _pipeline(signals):
    builder = SignalBuilder(signals, "account", FEW).set_output(transform="pandas")
    return Pipeline([("signals", builder), ("model", RiskModel(max_trees=10, bags=1, n_jobs=1))])


def test_the_transformer_gives_the_matrix(signals):
    snapshots = snapshot_accounts(signals.views, pd.Timestamp(TRAINED))
    keys = keys_of(signals, snapshots).set_index(np.arange(len(snapshots)) + 7)
    builder = SignalBuilder(signals).fit(keys)
    ours = build_matrix(signals, snapshots, signals.catalogue.for_subject("account")).values
    got = builder.transform(keys)
    pd.testing.assert_frame_equal(got.reset_index(drop=True), ours)
    assert list(got.index) == list(keys.index)
    assert list(builder.get_feature_names_out()) == list(ours)


def test_a_clone_shares_the_market_and_is_not_fitted(signals, rows):
    builder = SignalBuilder(signals, "account", FEW).fit(rows.X)
    copied = clone(builder)
    assert copied.signals is signals and copied.families == FEW and not hasattr(copied, "columns_")


def test_a_pipeline_is_searched_validated_and_inspected(signals, rows):
    cv = LabelGapSplit(1, times=rows.times)
    found = cross_validate(
        _pipeline(signals),
        rows.X,
        rows.y,
        cv=cv,
        scoring="neg_log_loss",
        error_score="raise",
    )
    assert np.isfinite(found["test_score"]).all()
    search = GridSearchCV(
        _pipeline(signals),
        {"signals__families": [FEW, ("identity",)]},
        cv=cv,
        scoring="neg_log_loss",
        error_score="raise",
    ).fit(rows.X, rows.y)
    best = search.best_estimator_
    values = best[:-1].transform(rows.X)
    assert list(best[-1].feature_names_in_) == list(values)
    told = permutation_importance(best[-1], values.head(80), rows.y[:80], n_repeats=1, random_state=0)
    assert told.importances_mean.shape == (values.shape[1],)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda keys: keys.drop(columns="as_of"), "Snapshots lack as_of"),
        (lambda keys: keys.assign(account_id="X9"), "No such account_id: X9"),
        (lambda keys: keys.assign(as_of=pd.NaT), "as_of is missing"),
    ],
)
def test_snapshots_that_cannot_be_read_are_refused(signals, rows, change, told):
    with pytest.raises(InputError, match=told):
        SignalBuilder(signals, "account", FEW).fit(change(rows.X.head(3)))


def test_scores_come_as_shaps_own_explanation(market, signals, trained):
    from resellerrisk.pipeline import score

    scored = score(market, trained, as_of=TRAINED, signals=signals)
    told = scored.explanation()
    assert told.feature_names == trained.model.columns_
    np.testing.assert_array_equal(told.base_values, scored.contributions["base_value"])
    np.testing.assert_array_equal(told.values, scored.contributions[trained.model.columns_])
    np.testing.assert_array_equal(told.data, scored.signals[trained.model.columns_])


def test_a_pipelines_steps_give_frames_with_the_signals_names(signals, rows):
    pipeline = clone(_pipeline(signals)).set_output(transform="pandas").fit(rows.X, rows.y)
    values = pipeline[:-1].transform(rows.X.head(7))
    assert isinstance(values, pd.DataFrame) and list(values.index) == list(rows.X.index[:7])
    assert list(values) == list(pipeline["signals"].get_feature_names_out()) == pipeline["model"].columns_
    plain = pipeline.predict_proba(rows.X.head(7))
    np.testing.assert_array_equal(plain, pipeline["model"].predict_proba(values))


def test_groups_and_times_reach_the_folds_of_a_search(signals, rows):
    cv = LabelGapSplit(1, times=rows.times)
    grid = {"model__num_leaves": [4, 8]}
    search = GridSearchCV(_pipeline(signals), grid, cv=cv, scoring="neg_log_loss", error_score="raise")
    search.fit(rows.X, rows.y, groups=rows.ring)
    assert search.best_params_["model__num_leaves"] in {4, 8}
    assert len(search.cv_results_["params"]) == 2


def test_partial_dependence_never_turns_against_a_declared_direction(signals, trained):
    values = build_matrix(
        signals, snapshot_accounts(signals.views, pd.Timestamp(TRAINED)), trained.columns
    ).values
    directions = {column.name: column.riskier for column in trained.columns if column.riskier}
    moved = 0
    for name in ("before_street_date_share_365d", "source_probability"):
        known = values[
            values[name].notna()
        ]  # scikit-learn's grid is drawn from the column, and takes no missing value
        told = partial_dependence(trained.model, known, [name], grid_resolution=12)["average"][0]
        assert (np.diff(told) * directions[name] >= -1e-12).all()
        moved += np.ptp(told) > 0
    assert moved
    with pytest.raises(ValueError, match="no_such_signal"):
        partial_dependence(trained.model, values, ["no_such_signal"])
