"""The search keeps to its budget, repeats itself, and leaves the parameters alone where nothing is better."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("optuna")

from resellerrisk.errors import ModelError
from resellerrisk.model import LabelGapSplit, RiskModel, tune

rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(600, 3)), columns=["a", "b", "c"])
Y = (X["a"] + rng.normal(size=600) > 1.5).to_numpy(float)
CV = LabelGapSplit(2, times=pd.date_range("2018-01-01", periods=600, freq="D"))
MODEL = RiskModel(max_trees=10, bags=1, n_jobs=1)


def test_the_same_seed_searches_the_same_and_begins_with_what_there_is():
    first, second = (tune(MODEL, X, Y, CV, trials=3, seed=1) for _ in range(2))
    pd.testing.assert_frame_equal(first.trials, second.trials)
    assert first.trials.loc[0, "num_leaves"] == MODEL.num_leaves
    assert set(first.parameters) <= set(MODEL.get_params())


def test_parameters_stay_where_nothing_is_better_beyond_the_noise():
    alone = tune(MODEL, X, Y, CV, trials=1)
    assert not alone.better and alone.gain == 0
    assert alone.parameters["learning_rate"] == MODEL.learning_rate


def test_a_search_without_an_end_is_refused():
    with pytest.raises(ModelError, match="how long to search"):
        tune(MODEL, X, Y, CV)
