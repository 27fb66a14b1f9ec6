"""Signed models: what a trusted key signed loads, and nothing else does; without keys nothing changes."""

from __future__ import annotations

import shutil

import pytest

from resellerrisk.errors import ModelError
from resellerrisk.model.signing import SIGNATURE, SIGNING_VARIABLE, TRUSTED_VARIABLE, new_keys
from resellerrisk.model.store import read_model, write_model

pytest.importorskip("cryptography")


@pytest.fixture
def keys(monkeypatch):
    """A pair that this environment signs with and trusts."""
    private, public = new_keys()
    monkeypatch.setenv(SIGNING_VARIABLE, private)
    monkeypatch.setenv(TRUSTED_VARIABLE, public)
    return private, public


def test_a_signed_model_loads_and_the_same_model_has_the_same_signature(keys, tmp_path):
    for name in ("one", "two"):
        write_model(tmp_path / name, "tree", {"facts": 1})
        assert read_model(tmp_path / name)[0] == "tree"
    assert (tmp_path / "one" / SIGNATURE).read_bytes() == (tmp_path / "two" / SIGNATURE).read_bytes()


def test_a_forged_model_with_a_good_seal_is_refused(keys, tmp_path, monkeypatch):
    write_model(tmp_path / "good", "tree", {"facts": 1})
    monkeypatch.setenv(SIGNING_VARIABLE, new_keys()[0])
    write_model(tmp_path / "forged", "another tree", {"facts": 1})
    with pytest.raises(ModelError, match="is not signed by a key that is trusted"):
        read_model(tmp_path / "forged")
    shutil.copy(tmp_path / "good" / SIGNATURE, tmp_path / "forged" / SIGNATURE)
    with pytest.raises(ModelError, match="is not signed by a key that is trusted"):
        read_model(tmp_path / "forged")


def test_an_unsigned_model_loads_only_where_no_key_is_trusted(tmp_path, monkeypatch):
    monkeypatch.delenv(SIGNING_VARIABLE, raising=False)
    monkeypatch.delenv(TRUSTED_VARIABLE, raising=False)
    write_model(tmp_path / "plain", "tree", {})
    assert not (tmp_path / "plain" / SIGNATURE).exists()
    assert read_model(tmp_path / "plain")[0] == "tree"
    monkeypatch.setenv(TRUSTED_VARIABLE, new_keys()[1])
    with pytest.raises(ModelError, match="is not signed"):
        read_model(tmp_path / "plain")


def test_one_of_several_trusted_keys_is_enough(keys, tmp_path, monkeypatch):
    write_model(tmp_path / "model", "tree", {})
    monkeypatch.setenv(TRUSTED_VARIABLE, f"{new_keys()[1]}, {keys[1]}")
    assert read_model(tmp_path / "model")[0] == "tree"


@pytest.mark.parametrize("variable", [SIGNING_VARIABLE, TRUSTED_VARIABLE])
def test_a_word_that_is_no_key_is_told_and_not_repeated(keys, tmp_path, monkeypatch, variable):
    write_model(tmp_path / "model", "tree", {})
    monkeypatch.setenv(variable, "hunter2")
    with pytest.raises(ModelError, match=f"{variable} holds no key") as error:
        write_model(tmp_path / "other", "tree", {})
        read_model(tmp_path / "model")
    assert "hunter2" not in str(error.value)
