"""The baselines: honest rivals that rank by the same call as the model."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from resellerrisk.errors import MatrixError
from resellerrisk.model import LogisticBaseline, RuleBaseline


def some_rows(n=600, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": np.exp(rng.normal(size=n)), "b": rng.normal(size=n), "nothing": np.nan})
    X["kind"] = rng.integers(0, 4, n).astype(float)
    y = (np.log(X["a"]) + 2 * (X["kind"] == 1) + rng.normal(size=n) > 1.5).astype(int)
    X.loc[rng.random(n) < 0.1, "a"] = np.nan
    return X, y


def test_the_logistic_regression_ranks_through_missing_values_outliers_and_unseen_codes():
    X, y = some_rows()
    model = LogisticBaseline(categories={"kind": 4}).fit(X, y)
    later, truth = some_rows(seed=1)
    assert roc_auc_score(truth, model.predict_proba(later)[:, 1]) > 0.8
    strange = later.assign(a=1e300, kind=np.where(later["b"] > 0, np.nan, 9.0))
    assert np.isfinite(model.predict_proba(strange)).all()
    assert model.predict_proba(later.iloc[:0]).shape == (0, 2)
    assert set(model.predict(later)) == {0, 1}


def test_a_category_is_no_quantity():
    X, y = some_rows(3000)
    as_code, as_quantity = LogisticBaseline(categories={"kind": 4}), LogisticBaseline()
    scores = [roc_auc_score(y, m.fit(X, y).predict_proba(X)[:, 1]) for m in (as_code, as_quantity)]
    assert scores[0] > scores[1] + 0.03


@pytest.mark.parametrize("direction", [1, -1])
def test_the_rule_ranks_by_its_column_alone(direction):
    X, y = some_rows()
    ranking = RuleBaseline("b", direction).fit(X, y).predict_proba(X)[:, 1]
    np.testing.assert_array_equal(np.argsort(ranking), np.argsort(direction * X["b"].to_numpy()))


def test_a_missing_value_ranks_below_every_other():
    X, y = some_rows()
    ranking = RuleBaseline("a").fit(X, y).predict_proba(X)[:, 1]
    assert ranking[X["a"].isna()].max() == 0 < ranking[X["a"].notna()].min()


def test_a_rule_without_its_column_is_refused():
    X, y = some_rows()
    with pytest.raises(MatrixError, match="'lead_days', which the matrix lacks"):
        RuleBaseline("lead_days").fit(X, y)


def test_naming_the_rooms_loads_no_heavy_library():
    code = (
        "import sys, resellerrisk.model, resellerrisk.decisions;"
        "heavy = {'lightgbm', 'shap', 'sklearn', 'scipy', 'numba'} & set(sys.modules);"
        "assert not heavy, heavy;"
        "from resellerrisk.model import RiskModel;"
        "RiskModel();"
        "assert 'shap' not in sys.modules and 'lightgbm' not in sys.modules;"
        "from resellerrisk.decisions import actions;"
        "assert callable(actions)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
