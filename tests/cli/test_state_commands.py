"""The commands about a kept state, as a person types them."""

from __future__ import annotations

import shutil

from typer.testing import CliRunner

from resellerrisk.cli import kept  # noqa: F401 - its commands
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
