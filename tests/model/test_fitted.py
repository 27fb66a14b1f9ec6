"""A model from its folder: the bits of the one that was fitted, by LightGBM's own margins, without loading LightGBM or scikit-learn."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import MatrixError, ModelError
from resellerrisk.model import FittedModel, RiskModel


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(1500, 3)), columns=["lead_days", "lines", "kind"])
    X["kind"] = rng.integers(0, 4, len(X)).astype(float)
    return X.mask(rng.random(X.shape) < 0.1)


@pytest.fixture(scope="module")
def fitted(rows):
    y = (rows["lead_days"] + (rows["kind"] == 2) > 1).to_numpy()
    return RiskModel(max_trees=30, bags=1, n_jobs=1, categories={"kind": 4}).fit(rows, y)


@pytest.fixture(scope="module")
def folder(fitted, tmp_path_factory):
    place = tmp_path_factory.mktemp("fitted") / "model"
    fitted.save(place, {"subject": "account"})
    return place


def test_it_gives_the_bits_of_the_fitted_model_and_of_lightgbm(fitted, folder, rows):
    loaded = FittedModel.load(folder)
    odd = rows.assign(kind=rows["kind"].where(rows.index % 7 > 0, 9.0))  # a code that nobody declared
    for X in (rows, odd):
        np.testing.assert_array_equal(loaded.margin(X), fitted.margin(X))
        np.testing.assert_array_equal(loaded.explained(X).margin, fitted.margin(X))
        np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
        pd.testing.assert_frame_equal(loaded.contributions(X), fitted.contributions(X), check_exact=True)
    np.testing.assert_array_equal(
        loaded.margin(odd),
        fitted.booster_.predict(odd.assign(kind=odd["kind"].where(odd["kind"] < 4)), raw_score=True),
    )
    np.testing.assert_array_equal(loaded.margin(rows.to_numpy()), fitted.margin(rows))


def test_saved_again_it_is_the_same_folder(folder, tmp_path):
    FittedModel.load(folder).save(tmp_path / "again")
    for name in ("model.txt", "model.json"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_other_columns_and_other_values_are_refused(folder, rows):
    loaded = FittedModel.load(folder)
    for wrong, words in (
        (rows[["lines", "lead_days", "kind"]], "stands at 0, expected at 1"),
        (rows.drop(columns="kind"), "missing"),
        (rows.assign(lines=np.inf), "1500 infinite"),
        (rows.assign(lines="three"), "lines"),
        (rows.to_numpy()[:, :2], r"shape \(1500, 2\)"),
        (rows.to_numpy()[0], r"shape \(3,\)"),
        (np.full((2, 3), np.inf), "infinite"),
        ([["a", "b", "c"]], "numbers only"),
    ):
        with pytest.raises(MatrixError, match=words):
            loaded.margin(wrong)
    assert loaded.margin(rows.iloc[:0]).shape == (0,)


def test_neither_lightgbm_nor_scikit_learn_is_loaded_to_score(folder):
    code = (
        "import sys, numpy as np; from resellerrisk.model import FittedModel;"
        "model = FittedModel.load(sys.argv[1]); model.explained(np.zeros((3, 3))); model.predict_proba(np.zeros((3, 3)));"
        "heavy = {'lightgbm', 'sklearn', 'shap', 'joblib'} & set(sys.modules); assert not heavy, heavy;"
        "model.booster_; assert 'lightgbm' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)


def test_a_model_that_is_not_fitted_says_so(tmp_path):
    with pytest.raises(ValueError, match="not fitted"):
        RiskModel().save(tmp_path / "model")
    with pytest.raises(ModelError, match="no model"):
        FittedModel.load(tmp_path / "model")
