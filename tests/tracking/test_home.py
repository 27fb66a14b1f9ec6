"""The home folder: versions, the champion, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from resellerrisk.errors import InputError, ModelError
from resellerrisk.tracking import HOME_VARIABLE, Home, keep, load


def test_the_home_is_what_is_given_then_the_variable_then_where_one_stands(monkeypatch, tmp_path):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "set"))
    assert Home(tmp_path / "given").folder == tmp_path / "given"
    assert Home().folder == tmp_path / "set"
    monkeypatch.delenv(HOME_VARIABLE)
    assert Home().folder == Path(".resellerrisk")


def test_the_first_version_serves_and_the_second_waits(tmp_path, trained):
    home = Home(tmp_path)
    first, serves = keep(home, trained)
    second, serves_too = keep(home, trained)
    assert (first.version, serves, second.version, serves_too) == ("account/1", True, "account/2", False)
    assert load(home, "account").version == "account/1"
    home.set_alias("account", "champion", 2)
    assert load(home, "account").version == "account/2"
    assert load(home, "account", "account/1").version == "account/1"


def test_a_training_is_a_run_and_a_registered_version(tmp_path, trained, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    home = Home(tmp_path)
    keep(home, trained)
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=home.store, registry_uri=home.store)
    version = client.get_model_version_by_alias("resellerrisk-account", "champion")
    run = client.get_run(version.run_id)
    assert run.data.params["data_fingerprint"] == trained.facts["data_fingerprint"]
    assert run.data.metrics["fakes"] == trained.facts["fakes"]
    assert version.tags["version"] == "1"


@pytest.mark.parametrize(
    ("named", "told"),
    [("account/9", "no version 9"), ("account", "NAME/VERSION"), ("shop/1", "NAME/VERSION")],
)
def test_a_model_that_is_not_there_is_refused(tmp_path, trained, named, told):
    keep(Home(tmp_path), trained)
    with pytest.raises((ModelError, InputError), match=told):
        load(Home(tmp_path), "account", named)


def test_a_model_of_another_subject_is_refused(tmp_path, trained):
    keep(Home(tmp_path), trained)
    with pytest.raises(ModelError, match="scores account subjects, not order"):
        load(Home(tmp_path), "order", "account/1")


def test_a_changed_byte_is_refused(tmp_path, trained):
    home = Home(tmp_path)
    keep(home, trained)
    text = home.path_of("account", 1) / "model.txt"
    content = bytearray(text.read_bytes())
    content[len(content) // 2] ^= 1
    text.write_bytes(content)
    with pytest.raises(ModelError, match=os.path.basename(text)):
        load(home, "account")
