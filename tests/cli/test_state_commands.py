"""The commands about a kept state, as a person types them."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

from resellerrisk.cli import kept, scores  # noqa: F401 - their commands
from resellerrisk.cli.app import app
from resellerrisk.errors import InputError


def _run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_state_is_built_and_found_whole_until_the_tables_change(market_folder, tmp_path):
    data, state = tmp_path / "data", tmp_path / "state"
    shutil.copytree(market_folder, data)
    built = _run("state", "build", data, "--as-of", "2019-11-20", "--out", state)
    assert built.exit_code == 0 and "State as of 2019-11-20" in built.output
    checked = _run("state", "check", state, "--data", data)
    assert "whole and of this program" in checked.output
    assert "from 2019-11-20 00:00:00 to before 2019-11-25 00:00:00" in checked.output
    (data / "outcomes.parquet").unlink()
    late = _run("state", "check", state, "--data", data)
    assert isinstance(late.exception, InputError) and "outcomes.parquet" in str(late.exception)


def test_a_moment_that_cannot_be_read_builds_nothing(market_folder, tmp_path):
    told = _run("state", "build", market_folder, "--as-of", "soon", "--out", tmp_path / "state")
    assert isinstance(told.exception, InputError) and not (tmp_path / "state").exists()


def test_a_state_ends_with_its_month_where_that_comes_before_monday(market, tmp_path):
    from resellerrisk.state import build_state, open_state

    build_state(market, tmp_path / "state", "2019-11-27")
    assert str(open_state(tmp_path / "state").until[1]) == "2019-12-01 00:00:00"


def test_a_night_is_scored_from_a_state_that_is_built_first_and_then_followed(
    market, signals, tmp_path, monkeypatch
):
    from resellerrisk.pipeline import train
    from resellerrisk.state import open_state
    from resellerrisk.tables import read_market
    from tests.laws.arriving import Arriving

    monkeypatch.setenv("RESELLERRISK_HOME", str(tmp_path / "home"))
    train(market, "order", "2019-08-31", signals=signals).save(tmp_path / "model")
    data = Arriving(market, tmp_path / "data", pd.Timestamp("2019-11-19"))
    words = [
        "score",
        data.folder,
        "--subject",
        "order",
        "--model",
        tmp_path / "model",
        "--state",
        tmp_path / "state",
    ]
    for how in ("The state was built from all tables: there is no state.", "new or changed files were taken"):
        night = data.pass_night()
        told = _run(
            *words,
            "--as-of",
            night.date(),
            "--since",
            night.date() - pd.Timedelta(days=1),
            "--out",
            tmp_path / "out",
        )
        assert told.exit_code == 0 and how in told.output
    found = pd.read_parquet(tmp_path / "out" / "scores.parquet")
    orders = read_market(data.folder).orders
    placed = orders[orders["ordered_at"].between(night - pd.Timedelta(days=1), night, inclusive="left")]
    assert found["order_id"].nunique() == placed["order_id"].nunique() > 0
    checked = _run("state", "check", tmp_path / "state", "--data", data.folder)
    assert checked.exit_code == 0 and "follows nights from 2019-11-" in checked.output
    assert "The next night takes in" not in checked.output
    data.pass_night()
    assert (
        "The next night takes in" in _run("state", "check", tmp_path / "state", "--data", data.folder).output
    )
    refused = _run(*words, "--as-of", night.date(), "--engine", "parts")
    assert isinstance(refused.exception, InputError) and "follows the orders of nights" in str(
        refused.exception
    )
    with pytest.raises(InputError, match="follows the nights of score --state"):
        open_state(tmp_path / "state")
    part = next((tmp_path / "state").glob("base-*/run.json")).parent / "groups" / "root.npy"
    whole = part.read_bytes()
    part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    damaged = _run("state", "check", tmp_path / "state")
    assert isinstance(damaged.exception, InputError) and "root.npy" in str(damaged.exception)
