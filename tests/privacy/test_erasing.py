"""A person's data is handed over and removed wherever it is kept; what is proved afterwards is that nothing of it is found."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from resellerrisk.desk import SYSTEM, Desk
from resellerrisk.errors import InputError
from resellerrisk.jobs import run_job
from resellerrisk.jobs.folder import FACTS, hash_files
from resellerrisk.privacy import erase_files, find_files
from resellerrisk.state import build_state
from resellerrisk.state.nights import Nights
from resellerrisk.tables import write_frame


@pytest.fixture
def nights(tmp_path):
    """A result with rows of two accounts, and case files of both."""

    def work(job):
        frame = pd.DataFrame({"account_id": ["A1", "A12", "A1"], "score": [1, 2, 3]})
        write_frame(frame, job.folder / "scores.parquet")
        write_frame(frame, job.folder / "quarantine.csv")

    assert run_job("night", tmp_path / "nights", "2020-06-30", work) == 0
    for name, account in (("A1", "A1"), ("case", "A1"), ("A12", "A12")):
        (tmp_path / "nights" / f"{name}.html").write_text(f"<p>{account}</p>")
        (tmp_path / "nights" / f"{name}.json").write_text(json.dumps({"account_id": account}))
    return tmp_path / "nights"


def test_rows_and_case_files_of_the_account_go_and_those_of_another_stay(nights):
    erased, left = erase_files([nights], "A1")
    assert left == [] and find_files([nights], "A1") == []
    assert sorted((held.path.name, held.kind, held.count) for held in erased) == [
        ("A1.html", "case file", 1),
        ("A1.json", "case file", 1),
        ("case.html", "case file", 1),
        ("case.json", "case file", 1),
        ("quarantine.csv", "rows", 2),
        ("scores.parquet", "rows", 2),
    ]
    assert pd.read_parquet(nights / "scores.parquet")["account_id"].tolist() == ["A12"]
    assert (nights / "A12.html").exists() and (nights / "A12.json").exists()


def test_a_result_is_still_what_its_facts_say(nights):
    erase_files([nights], "A1")
    told = json.loads((nights / FACTS).read_text())["files"]
    found = hash_files(nights)
    assert {name: found[name] for name in told} == told


def test_a_mention_elsewhere_is_told_and_not_touched(nights):
    (nights / "notes.txt").write_text("spoke with A1, not with A12")
    _, left = erase_files([nights], "A1")
    assert [(held.path.name, held.kind) for held in left] == [("notes.txt", "mention")]
    assert find_files([nights], "A2") == []


def test_no_account_and_no_folder_are_refused(nights, tmp_path):
    with pytest.raises(InputError, match="No account is named"):
        find_files([nights], " ")
    with pytest.raises(InputError, match="is not a folder"):
        find_files([tmp_path / "none"], "A1")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    """A desk with a typed application."""
    url = None
    if request.param == "postgresql":
        server, name = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_database")
        url = server.url(name)
    with Desk(url, home=tmp_path / "home") as desk:
        desk.applications.add(
            SYSTEM, {"legal_name": "Marked Person Ltd", "email": "marked@person.example"}, "A1"
        )
        desk.applications.add(SYSTEM, {"legal_name": "Another Ltd"}, "A12")
        yield desk


def test_the_desk_forgets_the_form_and_its_log_still_verifies(store):
    assert store.erasing.held("A1")["forms"][0]["form"]["legal_name"] == "Marked Person Ltd"
    assert store.erasing.erase("A1")["forms"] == 1
    assert store.erasing.held("A1") == {} and store.applications.get("A12") is not None
    verdict = store.audit.verify()
    assert verdict.faults == () and store.audit.entries(limit=1)[0].event == "erased personal data"
    assert "Marked" not in json.dumps([vars(entry) for entry in store.audit.read()], default=str)
    assert set(store.erasing.erase("A1").values()) == {0} and store.audit.verify().entries == verdict.entries


def test_after_an_erasure_the_forms_are_kept_as_before(store):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    store.erasing.erase("A1")
    with pytest.raises(DBAPIError, match="never change"), store._database.engine.begin() as connection:
        connection.execute(text("DELETE FROM forms"))


def test_the_commands_hand_over_and_remove(run, nights, tmp_path):
    home = tmp_path / "home"
    with Desk(home=home) as desk:
        desk.applications.add(SYSTEM, {"legal_name": "Marked Person Ltd"}, "A1")
    shutil.copytree(nights, home / "shadow")
    code, *_ = run(
        "--home", home, "privacy", "export", "A1", "--results", nights, "--out", tmp_path / "A1.json.txt"
    )
    told = json.loads((tmp_path / "A1.json.txt").read_text())
    assert code == 0 and told["desk"]["forms"][0]["form"]["legal_name"] == "Marked Person Ltd"
    assert len(told["files"][str(nights / "scores.parquet")]) == 2
    (tmp_path / "A1.json.txt").unlink()
    code, out, _ = run("--home", home, "privacy", "erase", "A1", "--results", nights)
    kept = b"".join(path.read_bytes() for path in home.glob("desk.db*"))
    assert b"Marked Person" not in kept and len(kept) > 1000
    assert "The desk's log verifies" in out and find_files([nights], "A1") == []
    assert code in (0, 4) and "desk: 1 forms removed" in out


def test_a_kept_state_that_knows_the_account_is_told_until_it_is_built_anew(market, run, tmp_path):
    account = str(market.account_ids[0])
    build_state(market, tmp_path / "kept" / "state", "2019-06-03")
    code, _, err = run(
        "--home", tmp_path / "home", "privacy", "erase", account, "--results", tmp_path / "kept"
    )
    assert code == 4 and "resellerrisk state build DATA" in err
    build_state(market.part(market.account_ids != account), tmp_path / "kept" / "state", "2019-06-03")
    code, out, _ = run(
        "--home", tmp_path / "home", "privacy", "erase", account, "--results", tmp_path / "kept"
    )
    assert code == 0 and "nothing about" in out


def test_a_state_that_cannot_be_opened_is_taken_to_know_the_account(market, tmp_path):
    build_state(market, tmp_path / "state", "2019-06-03")
    (tmp_path / "state" / "keys.arrow").write_bytes(b"cut")
    assert [held.kind for held in find_files([tmp_path], "A99")] == ["state"]


def test_a_state_of_nights_that_knows_the_account_is_to_be_removed(market, market_folder, run, tmp_path):
    state, account = tmp_path / "kept" / "state", str(market.account_ids[0])
    Nights(state, market_folder).take(pd.Timestamp("2019-06-05"))
    words = ("--home", tmp_path / "home", "privacy", "erase", account, "--results", tmp_path / "kept")
    code, _, err = run(*words)
    assert code == 4 and "the next night builds it anew" in err
    assert [(held.path, held.kind) for held in find_files([tmp_path], account)] == [(state, "state")]
    assert find_files([tmp_path], "A99999") == []
