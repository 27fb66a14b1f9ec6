"""The pipelines as a scheduler meets them: the same bytes twice, exit codes that mean something, no person in the log."""

from __future__ import annotations

import importlib
import json
import shutil
import sys

import pandas as pd
import pytest

from resellerrisk.jobs.folder import hash_files, hold_lock
from resellerrisk.pipeline import train
from resellerrisk.tracking import Home, keep

TONIGHT = "2019-12-12"


@pytest.fixture(scope="module")
def home(market, signals, trained, tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    keep(home, trained)
    for subject in ("order", "application"):
        keep(home, train(market, subject, "2019-08-31", signals=signals))
    return home.folder


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a pipeline; gives exit code and log lines."""

    def call(name, *words):
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        code = importlib.import_module(f"pipelines.{name}").main()
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return call


@pytest.mark.parametrize("name", ["score_nightly_orders", "onboard_applications", "watch"])
def test_two_runs_give_the_same_bytes_and_a_line_a_step(run, market_folder, home, tmp_path, name):
    codes = []
    for out in ("one", "two"):
        code, lines = run(name, market_folder, "--as-of", TONIGHT, "--out", tmp_path / out, "--home", home)
        codes.append(code)
        assert lines[0]["step"] == "read" and lines[0]["rows_in"] == lines[0]["rows_out"] > 0
        assert lines[-1]["exit_code"] == code
    assert codes[0] == codes[1] and codes[0] in {0, 4}
    assert hash_files(tmp_path / "one") == hash_files(tmp_path / "two")


def test_a_night_without_orders_is_done_with_empty_tables(run, market_folder, home, tmp_path):
    words = (market_folder, "--as-of", "2021-05-02", "--out", tmp_path / "out", "--home", home)
    code, _ = run("score_nightly_orders", *words)
    assert code == 0 and pd.read_parquet(tmp_path / "out" / "scores.parquet").empty


def test_rows_of_the_night_that_were_set_aside_are_exit_code_4(run, market_folder, home, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(market_folder, folder)
    orders = pd.read_parquet(folder / "orders.parquet")
    night = orders.index[orders["ordered_at"] < TONIGHT]
    newest = orders.loc[night, "ordered_at"].idxmax()
    until = orders.loc[newest, "ordered_at"] + pd.Timedelta(hours=1)
    orders["ship_method"] = orders["ship_method"].astype(object)
    orders.loc[newest, "ship_method"] = "drone"
    orders.to_parquet(folder / "orders.parquet")
    words = (folder, "--as-of", until.isoformat(), "--out", tmp_path / "out", "--home", home)
    code, lines = run("score_nightly_orders", *words)
    assert code == 4 and "1 rows of the night's orders were set aside" in lines[-1]["look"][0]
    assert "drone" not in json.dumps(lines)
    assert len(pd.read_csv(tmp_path / "out" / "quarantine" / "orders.csv")) == 1


def test_an_application_of_a_new_business_type_is_set_aside_and_the_others_are_scored(
    run, market_folder, home, tmp_path
):
    folder = tmp_path / "data"
    shutil.copytree(market_folder, folder)
    accounts = pd.read_parquet(folder / "accounts.parquet").sort_values("applied_at", ignore_index=True)
    lines = pd.read_parquet(folder / "orders.parquet")["account_id"].value_counts()
    late = accounts.index[accounts["applied_at"] > "2018-06-01"]
    new = accounts["account_id"][late].map(lines).fillna(0).idxmin()
    accounts["business_type"] = accounts["business_type"].astype(object)
    accounts.loc[new, "business_type"] = "popup"
    accounts.to_parquet(folder / "accounts.parquet")
    since, until = accounts["applied_at"][new - 3], accounts["applied_at"][new] + pd.Timedelta(seconds=1)
    words = (
        "--as-of",
        until.isoformat(),
        "--since",
        since.isoformat(),
        "--out",
        tmp_path / "out",
        "--home",
        home,
    )
    code, told = run("onboard_applications", folder, *words)
    assert code == 4 and "1 rows of the night's accounts were set aside" in told[-1]["look"][0]
    scored = pd.read_parquet(tmp_path / "out" / "scores.parquet")["account_id"]
    assert set(scored) == set(accounts["account_id"][new - 3 : new])


def test_a_broken_file_is_exit_code_2_and_leaves_nothing(run, market_folder, home, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(market_folder, folder)
    whole = (folder / "orders.parquet").read_bytes()
    (folder / "orders.parquet").write_bytes(whole[: len(whole) // 2])
    code, lines = run(
        "score_nightly_orders", folder, "--as-of", TONIGHT, "--out", tmp_path / "out", "--home", home
    )
    assert code == 2 and lines[-1]["faults"][0]["file"] == "orders.parquet"
    assert not (tmp_path / "out").exists()


def test_a_moment_that_is_none_and_a_missing_model_are_exit_code_2(run, market_folder, home, tmp_path):
    words = ("--out", tmp_path / "out", "--home")
    assert run("score_nightly_orders", market_folder, "--as-of", "soon", *words, home)[0] == 2
    assert run("score_nightly_orders", market_folder, "--as-of", TONIGHT, *words, tmp_path / "none")[0] == 2


def test_a_second_run_at_the_same_time_is_exit_code_3(run, market_folder, home, tmp_path):
    with hold_lock(tmp_path / ".out.lock"):
        code, _ = run("watch", market_folder, "--as-of", TONIGHT, "--out", tmp_path / "out", "--home", home)
    assert code == 3


def test_retraining_twice_finds_the_very_same_model(run, market_folder, tmp_path):
    words = (market_folder, "--as-of", "2019-08-31", "--subject", "application", "--home", tmp_path / "home")
    for out in ("one", "two"):
        assert run("retrain", *words, "--out", tmp_path / out)[0] == 0
    assert hash_files(tmp_path / "one") == hash_files(tmp_path / "two")
    assert Home(tmp_path / "home").versions("application") == [1]


def test_a_state_gives_the_bytes_of_all_tables_and_a_second_run_gives_them_again(
    run, market_folder, home, tmp_path
):
    words = (market_folder, "--as-of", TONIGHT, "--home", home)
    run("score_nightly_orders", *words, "--out", tmp_path / "tables")
    for how, files in (("built", 10), ("rows", 0)):
        code, lines = run(
            "score_nightly_orders", *words, "--out", tmp_path / how, "--state", tmp_path / "state"
        )
        assert code == 0 and lines[0]["state"] == how and lines[0]["files"] == files
        found, wanted = hash_files(tmp_path / how), hash_files(tmp_path / "tables")
        for name in ("scores", "contributions", "signals"):
            assert found[f"{name}.parquet"] == wanted[f"{name}.parquet"]
    assert len(pd.read_parquet(tmp_path / "rows" / "scores.parquet"))


def test_a_night_without_orders_is_done_with_empty_tables_from_a_state_too(
    run, market_folder, home, tmp_path
):
    words = (market_folder, "--as-of", "2021-05-02", "--out", tmp_path / "out", "--home", home)
    code, _ = run("score_nightly_orders", *words, "--state", tmp_path / "state")
    assert code == 0 and pd.read_parquet(tmp_path / "out" / "scores.parquet").empty
