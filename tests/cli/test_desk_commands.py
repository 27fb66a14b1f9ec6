"""The desk on the command line."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from resellerrisk.decisions.settings import DEFAULTS
from resellerrisk.desk import Desk
from tests.desk.conftest import make_scores, make_signals


@pytest.fixture
def call(run, tmp_path, monkeypatch):
    monkeypatch.delenv("RESELLERRISK_DESK_URL", raising=False)
    return lambda *words: run("--home", tmp_path / "home", *words)


@pytest.fixture
def scored(tmp_path):
    scores = make_scores([("A1", 0.95, "block"), ("A2", 0.001, "release")])
    folder = tmp_path / "scores"
    folder.mkdir()
    scores.to_parquet(folder / "scores.parquet")
    make_signals(scores, tenure=1.0).to_parquet(folder / "signals.parquet")
    return folder


def test_scores_go_in_and_outcomes_come_out(call, scored, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    pd.DataFrame({"account_id": ["A1"], "legal_name": ["[red]<b>Disc"]}).to_csv(
        data / "accounts.csv", index=False
    )
    code, out, _ = call("desk", "load", scored, "--data", data)
    assert code == 0 and "Night 1: 2 scores; 1 cases new to the queue" in out
    assert "nothing changed" in call("desk", "load", scored)[1]
    with Desk(home=tmp_path / "home") as desk:
        mira, lea = (desk.people.from_proxy(name, "approver") for name in ("mira", "lea"))
        desk.decisions.decide(mira, 1, 1, "block", "no_shop")
        desk.decisions.approve(lea, 1, 2)
        assert desk.cases.get(1).title == "[red]<b>Disc"
    code, out, _ = call("desk", "outcomes", data)
    assert code == 0 and "1 outcomes of the desk" in out
    assert pd.read_csv(data / "outcomes.csv")["outcome"].tolist() == ["fake"]


def test_settings_are_shown_tried_and_saved(call, scored, tmp_path):
    call("desk", "load", scored)
    other = tmp_path / "other.toml"
    other.write_text(DEFAULTS.read_text("utf-8").replace("leaked_title = 3000.0", "leaked_title = 5000.0"))
    code, out, _ = call("desk", "settings", "--use", other)
    assert code == 0 and "Not saved" in out and "proposed" in out
    code, out, _ = call(
        "desk", "settings", "--use", other, "--why", "a dearer year", "--out", tmp_path / "now.toml"
    )
    assert code == 0 and "Edition 1" in out and "a dearer year" in out
    assert "leaked_title = 5000.0" in (tmp_path / "now.toml").read_text()


def test_users_are_added_changed_and_listed(call):
    assert "mira: approver, may come in" in call("desk", "user", "mira", "--role", "approver")[1]
    code, out, _ = call("desk", "user", "adam", "--role", "admin", "--reset")
    assert code == 0 and "One-time token" in out
    assert "mira: viewer, may not come in" in call("desk", "user", "mira", "--role", "viewer", "--close")[1]
    out = call("desk", "users")[1]
    assert "2 users" in out and "mira" in out
    code, _, told = call("desk", "user", "nobody", "--close")
    assert code == 2 and "no user 'nobody'" in told and "Hint: resellerrisk desk users" in told


def test_the_audit_log_is_verified_and_exported(call, scored, tmp_path):
    call("desk", "load", scored)
    assert "1 entries verify, 1 of them anchored" in call("audit", "verify")[1]
    assert call("audit", "export", tmp_path / "log.jsonl")[0] == 0
    (line,) = (tmp_path / "log.jsonl").read_text().splitlines()
    assert json.loads(line)["event"] == "loaded scores"
    anchor = tmp_path / "home" / "desk.anchor"
    anchor.write_text("1 " + "0" * 64 + "\n")
    code, _, told = call("audit", "verify")
    assert code == 2 and "The anchor knows entry 1 otherwise" in told and "Hint:" in told


def test_a_folder_without_scores_is_told(call, tmp_path):
    code, _, told = call("desk", "load", tmp_path)
    assert code == 2 and "no scores" in told and "Traceback" not in told


def test_without_a_receiver_nothing_is_sent(call, scored):
    call("desk", "load", scored)
    assert call("desk", "deliver")[1] == "0 sent, 0 failed; those are tried again.\n"
