"""A model in a folder: the same bits back, and not one byte of it changed."""

import json

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import ModelError
from resellerrisk.model import RiskModel
from resellerrisk.model.store import read_model, write_model


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(300, 3)), columns=["a", "b", "kind"]).assign(
        kind=rng.integers(0, 4, 300)
    )


@pytest.fixture(scope="module")
def model(X):
    return RiskModel(max_trees=20, categories={"kind": np.int64(4)}, monotone={"a": 1}).fit(X, X["a"] > 0.5)


def test_save_load_same_bits_same_refusals(model, X, tmp_path):
    model.save(tmp_path / "deep" / "model", facts={"as_of": "2019-12-31", "rows": np.int64(300)})
    loaded = RiskModel.load(tmp_path / "deep" / "model")
    np.testing.assert_array_equal(loaded.margin(X), model.margin(X))
    pd.testing.assert_frame_equal(loaded.contributions(X), model.contributions(X), check_exact=True)
    np.testing.assert_array_equal(loaded.margin(X.assign(kind=9)), model.margin(X.assign(kind=np.nan)))
    assert loaded.facts_ == {"as_of": "2019-12-31", "rows": 300}
    assert loaded.get_params() == model.get_params()
    assert (loaded.training_, loaded.calibration_) == (model.training_, model.calibration_)
    assert loaded.predict(X).dtype == model.predict(X).dtype == bool
    with pytest.raises(ModelError, match="same order"):
        loaded.margin(X[["b", "a", "kind"]])


def test_a_loaded_model_saves_the_same_bytes_over_the_old_ones(model, tmp_path):
    folder = tmp_path / "model"
    model.save(folder, facts={"note": "größer"})
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    RiskModel.load(folder).save(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert set(first) == {"model.txt", "model.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
def test_any_changed_byte_is_refused(model, tmp_path, name):
    model.save(tmp_path / "model")
    path = tmp_path / "model" / name
    content = path.read_bytes()
    for place in np.random.default_rng(1).integers(0, len(content), 40):
        changed = bytearray(content)
        changed[place] ^= 0x01
        path.write_bytes(changed)
        with pytest.raises(ModelError):
            RiskModel.load(tmp_path / "model")
    path.write_bytes(content[:-1])
    with pytest.raises(ModelError):
        RiskModel.load(tmp_path / "model")
    path.write_bytes(content)
    RiskModel.load(tmp_path / "model")


def test_an_edited_manifest_is_refused(model, tmp_path):
    model.save(tmp_path / "model")
    path = tmp_path / "model" / "model.json"
    manifest = json.loads(path.read_text())
    manifest["columns"] = ["b", "a", "kind"]
    path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    with pytest.raises(ModelError, match="not as it was written"):
        RiskModel.load(tmp_path / "model")


def test_a_folder_with_other_files_is_left_alone(model, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ModelError, match="holds other files"):
        model.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_facts_that_are_not_for_json_leave_the_old_model_in_place(model, tmp_path):
    model.save(tmp_path / "model", facts={"first": 1})
    for facts in ({"when": {1, 2}}, {"share": float("nan")}):
        with pytest.raises(ModelError, match="cannot be written as JSON"):
            model.save(tmp_path / "model", facts=facts)
    assert RiskModel.load(tmp_path / "model").facts_ == {"first": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_model_half_written_is_not_seen(tmp_path, monkeypatch):
    write_model(tmp_path / "model", "old", {})

    def fail(*_):
        raise OSError("full")

    monkeypatch.setattr("resellerrisk.model.store._put_in_place", fail)
    with pytest.raises(OSError, match="full"):
        write_model(tmp_path / "model", "new", {})
    assert read_model(tmp_path / "model")[0] == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_without_a_model_is_no_model(tmp_path):
    with pytest.raises(ModelError, match="holds no model"):
        RiskModel.load(tmp_path)


def test_a_later_format_is_refused_with_ours(model, tmp_path, monkeypatch):
    monkeypatch.setattr("resellerrisk.model.store.FORMAT", 2)
    model.save(tmp_path / "model")
    monkeypatch.undo()
    with pytest.raises(ModelError, match="(?s)has format 2.*reads format 1"):
        RiskModel.load(tmp_path / "model")
