"""Marked persons go in, and no command, job, log, report or model repeats a mark: outputs carry ids only.

The one page about one account is made to show who it is (`explain`), and rows set aside are kept as they stood (`--quarantine`): both are
asked for by name and kept where the data are kept, so they are not looked at here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from resellerrisk.privacy.key import VARIABLE

MARK = "zqxmark"
ROOT = Path(__file__).parents[2]
#: Where a person's data stand, by table.
PERSONAL = {
    "accounts": ("legal_name", "trading_name", "street", "email", "phone", "website", "tax_id"),
    "orders": ("ship_to",),
    "identifiers": ("value",),
    "outcomes": ("note",),
}


@pytest.fixture(scope="module")
def marked(market_folder, tmp_path_factory):
    """The small market with a mark in every personal cell, the cells still different where they were different."""
    place = tmp_path_factory.mktemp("marked")
    for path in market_folder.glob("*.parquet"):
        frame = pd.read_parquet(path)
        for column in PERSONAL.get(path.stem, ()):
            cells = frame[column].astype(object)
            frame[column] = cells.where(cells.isna(), MARK + "-" + cells.astype(str))
        frame.to_parquet(place / path.name)
    return place


def look_for_marks(*places: Path) -> list[str]:
    """Files in which a mark stands; tables are read, others looked at byte by byte."""
    found = []
    for path in (path for place in places for path in sorted(place.rglob("*")) if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = pd.read_parquet(path).to_csv().encode()
        if MARK.encode() in content.lower():
            found.append(path.name)
    return found


def test_the_marks_are_found_where_they_are(marked):
    assert look_for_marks(marked) == [
        "accounts.parquet",
        "identifiers.parquet",
        "orders.parquet",
        "outcomes.parquet",
    ]


def test_no_output_of_any_command_repeats_a_marked_person(marked, run, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "0123456789abcdef" * 2)
    home, told = ["--home", tmp_path / "home"], []
    train = ["train", marked, "--subject", "account", "--as-of", "2019-08-31"]
    for words in (
        ["check", marked],
        train,
        [*train, "--seed", "1"],
        [
            "score",
            marked,
            "--subject",
            "account",
            "--as-of",
            "2019-10-31",
            "--out",
            tmp_path / "out" / "scores",
        ],
        ["trace", marked, "--as-of", "2019-10-31", "--out", tmp_path / "out" / "traced"],
        [
            "evaluate",
            marked,
            "--subject",
            "account",
            "--as-of",
            "2019-06-30",
            "--out",
            tmp_path / "out" / "report",
        ],
        ["watch", marked, "--as-of", "2019-10-31", "--out", tmp_path / "out" / "watched"],
        ["privacy", "pseudonymise", marked, "--out", tmp_path / "out" / "pseudonyms"],
        ["privacy", "expire", "--results", tmp_path / "out", "--as-of", "2019-12-01"],
        ["models"],
        ["ledger"],
    ):
        code, out, err = run(*home, *words)
        assert code in (0, 4), (words, err)
        told.append(out + err)
    assert MARK not in "".join(told).lower()
    assert look_for_marks(tmp_path / "home", tmp_path / "out") == []
    assert len(list((tmp_path / "out").rglob("*.*"))) > 10


def test_no_message_about_faulty_rows_repeats_a_marked_person(marked, run, tmp_path):
    frames = {path.stem: pd.read_parquet(path) for path in marked.glob("*.parquet")}
    frames["accounts"]["legal_name"] = f"{MARK} " + "x" * 20_000
    frames["accounts"]["email"] = [f"{MARK}-{row}".encode() for row in range(len(frames["accounts"]))]
    frames["accounts"].loc[3:, "country"] = "XYZ"
    frames["orders"].loc[:5, "quantity"] = -1
    frames["accounts"] = pd.concat([frames["accounts"], frames["accounts"].head(2)])
    (tmp_path / "data").mkdir()
    for name, frame in frames.items():
        frame.to_parquet(tmp_path / "data" / f"{name}.parquet")
    for words in (
        ["check", tmp_path / "data"],
        ["train", tmp_path / "data", "--subject", "order", "--as-of", "2019-08-31"],
    ):
        code, out, err = run("--home", tmp_path / "home", *words)
        assert code == 2 and "Hint" in out + err
        assert MARK not in (out + err).lower(), words


def test_no_line_of_a_jobs_log_repeats_a_marked_person(marked, tmp_path):
    words = [
        "-m",
        "pipelines.retrain",
        marked,
        "--as-of",
        "2019-08-31",
        "--subject",
        "order",
        "--out",
        tmp_path / "out",
        "--home",
        tmp_path / "home",
    ]
    ended = subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert lines[-1]["step"] == "end" and ended.returncode == 0
    assert MARK not in (ended.stdout + ended.stderr).lower()
    assert look_for_marks(tmp_path / "out", tmp_path / "home") == []
