"""What is past its period goes, from files and desk, and a second look finds none; what is within it stays."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from resellerrisk.desk import SYSTEM, Desk
from resellerrisk.errors import DeclarationError
from resellerrisk.jobs import run_job
from resellerrisk.jobs.folder import FACTS, hash_files
from resellerrisk.privacy.expiring import find_expired, remove_expired
from resellerrisk.privacy.periods import KINDS, read_periods
from resellerrisk.state import build_state
from resellerrisk.tables import write_frame

NOW = datetime(2020, 6, 30)
PERIODS = read_periods()


def _days_ago(kind: str, more: int) -> datetime:
    return NOW - timedelta(days=PERIODS[kind].days + more)


def _result(folder: Path, moment: datetime) -> None:
    def work(job):
        for name in ("scores", "contributions", "signals"):
            write_frame(
                pd.DataFrame({"account_id": ["A1"], "as_of": [moment]}), job.folder / f"{name}.parquet"
            )
        write_frame(pd.DataFrame({"signal": ["x"]}), job.folder / "watched.parquet")

    assert run_job("night", folder, "2020-06-30", work) == 0


@pytest.fixture
def kept(tmp_path):
    """Results, case files, shadow nights and quarantine a day past their period and a day within it."""
    for word, more in (("old", 1), ("new", -1)):
        _result(tmp_path / "nights" / word, _days_ago("scores", more))
        shadow = tmp_path / "shadow" / "account" / "1-2"
        shadow.mkdir(parents=True, exist_ok=True)
        at = _days_ago("shadow_nights", more)
        write_frame(pd.DataFrame({"account_id": ["A1"]}), shadow / f"{at:%Y%m%dT%H%M%S}.parquet")
        told = {"account_id": "A1", "as_of": _days_ago("case_files", more).isoformat()}
        (tmp_path / f"{word}.json").write_text(json.dumps(told))
        (tmp_path / f"{word}.html").write_text("<p>A1</p>")
        (tmp_path / word / "quarantine").mkdir(parents=True)
        rows = pd.DataFrame({"account_id": ["A1"], "as_of": [_days_ago("quarantine", more)]})
        write_frame(rows, tmp_path / word / "quarantine" / "orders.csv")
    (tmp_path / "notes.json").write_text("[1]")
    write_frame(
        pd.DataFrame({"account_id": ["A1"], "ordered_at": ["2001-01-01"]}), tmp_path / "orders.parquet"
    )
    return tmp_path


def test_what_is_past_its_period_goes_and_what_is_within_stays(kept):
    found = find_expired([kept], PERIODS, NOW)
    assert sorted((held.kind, held.path.name) for held in found) == [
        ("case_files", "old.html"),
        ("case_files", "old.json"),
        ("contributions", "contributions.parquet"),
        ("quarantine", "orders.csv"),
        ("scores", "scores.parquet"),
        ("shadow_nights", f"{_days_ago('shadow_nights', 1):%Y%m%dT%H%M%S}.parquet"),
        ("signals", "signals.parquet"),
    ]
    before = {path for path in kept.rglob("*") if path.is_file()}
    remove_expired(found, [kept])
    assert find_expired([kept], PERIODS, NOW) == []
    assert before - {path for path in kept.rglob("*") if path.is_file()} == {held.path for held in found}


def test_a_result_that_lost_its_tables_is_still_what_its_facts_say(kept):
    remove_expired(find_expired([kept], PERIODS, NOW), [kept])
    told = json.loads((kept / "nights" / "old" / FACTS).read_text())["files"]
    found = hash_files(kept / "nights" / "old")
    assert list(told) == ["watched.parquet"] and told["watched.parquet"] == found["watched.parquet"]


def test_the_tables_of_data_are_never_looked_at(kept):
    assert "orders.parquet" not in {
        held.path.name for held in find_expired([kept], PERIODS, datetime(2100, 1, 1))
    }


def test_a_kept_state_goes_whole(market, tmp_path):
    build_state(market, tmp_path / "state", "2019-06-03")
    within = datetime(2019, 6, 3) + timedelta(days=PERIODS["kept_state"].days)
    assert find_expired([tmp_path], PERIODS, within) == []
    (held,) = find_expired([tmp_path], PERIODS, within + timedelta(days=1))
    assert (held.kind, held.path) == ("kept_state", tmp_path / "state")
    remove_expired([held], [tmp_path])
    assert not (tmp_path / "state").exists()


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request, tmp_path):
    """A desk with a form and a session of long ago, and ones of now."""
    url = None
    if request.param == "postgresql":
        server, name = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_database")
        url = server.url(name)
    moment = [_days_ago("desk_forms", 1)]
    with Desk(url, home=tmp_path / "home", clock=lambda: moment[0]) as store:
        store.applications.add(SYSTEM, {"legal_name": "Marked Person Ltd"}, "A1")
        moment[0] = NOW
        store.applications.add(SYSTEM, {"legal_name": "Another Ltd"}, "A12")
        yield store


def _cuts() -> dict[str, datetime]:
    return {kind: PERIODS[kind].cut(NOW) for kind in KINDS if kind.startswith("desk_")}


def test_the_desk_forgets_old_forms_and_its_log_still_verifies(desk):
    assert desk.expiring.due(_cuts()) == {"desk_forms": 1}
    assert desk.expiring.remove(_cuts()) == {"desk_forms": 1}
    assert desk.applications.get("A1") is None and desk.applications.get("A12") is not None
    verdict = desk.audit.verify()
    assert verdict.faults == () and desk.audit.entries(limit=1)[0].event == "removed what was past its period"
    assert desk.expiring.remove(_cuts()) == {} and desk.audit.verify().entries == verdict.entries


def test_after_it_the_forms_are_kept_as_before(desk):
    from sqlalchemy.exc import DBAPIError

    desk.expiring.remove(_cuts())
    with pytest.raises(DBAPIError, match="never change"), desk._database.engine.begin() as connection:
        connection.execute(text("DELETE FROM forms"))


def test_names_messages_and_traces_of_logins_have_periods_of_their_own(desk):
    old, now = (_days_ago("desk_names", 1)), NOW
    case = (
        "INSERT INTO cases (version, subject, account_id, order_id, title, found_by, state, since, probability,"
        " expected_loss, asked, band) VALUES (1, 'account', :account, '', :title, '', :state, :since, 0, 0, '', 'low')"
    )
    message = (
        'INSERT INTO messages ("key", event, body, state, attempts, next_at, last_error)'
        " VALUES (:key, 'scored', '{}', :state, 0, :at, '')"
    )
    with desk._database.engine.begin() as connection:
        for account, state, since in (("B1", "decided", old), ("B2", "open", old), ("B3", "decided", now)):
            connection.execute(
                text(case), {"account": account, "title": f"{account} Ltd", "state": state, "since": since}
            )
        for key, state, at in (("1", "sent", old), ("2", "waiting", old), ("3", "sent", now)):
            connection.execute(text(message), {"key": key, "state": state, "at": at})
        for about, at in (("anna", old), ("anna", now)):
            connection.execute(
                text("INSERT INTO failures (about, at) VALUES (:about, :at)"), {"about": about, "at": at}
            )
    assert desk.expiring.remove(_cuts()) == {
        "desk_forms": 1,
        "desk_names": 1,
        "desk_messages": 1,
        "desk_sessions": 1,
    }
    with desk._database.engine.begin() as connection:
        titles = connection.execute(text("SELECT title FROM cases ORDER BY account_id")).scalars().all()
        keys = connection.execute(text('SELECT "key" FROM messages ORDER BY "key"')).scalars().all()
    assert (titles, keys) == (["B1", "B2 Ltd", "B3 Ltd"], ["2", "3"])
    assert desk.audit.verify().faults == ()


def test_the_command_lists_and_removes_only_when_told_to(run, kept, tmp_path):
    words = ["--home", tmp_path / "home", "privacy", "expire", "--results", kept, "--as-of", "2020-06-30"]
    with Desk(home=tmp_path / "home", clock=lambda: _days_ago("desk_forms", 1)) as store:
        store.applications.add(SYSTEM, {"legal_name": "Marked Person Ltd"}, "A1")
    code, out, _ = run(*words)
    assert (
        code == 0 and "Nothing was removed" in out and (kept / "nights" / "old" / "scores.parquet").exists()
    )
    code, out, err = run(*words, "--yes")
    assert code == 0 and "log verifies" in out and "looked again: nothing is past its period" in out, err
    assert "Marked" not in out + err
    assert b"Marked Person" not in b"".join(
        path.read_bytes() for path in (tmp_path / "home").glob("desk.db*")
    )
    code, out, _ = run(*words, "--yes")
    assert code == 0 and "Nothing is past its period" in out


def test_every_period_has_days_and_a_reason_and_a_wrong_file_is_told_whole(tmp_path):
    file = tmp_path / "periods.toml"
    packaged = (Path(__file__).parents[2] / "resellerrisk/privacy/periods.toml").read_text()
    assert set(tomllib.loads(packaged)) == set(KINDS)
    file.write_text(packaged.replace("days = 90", "days = 0.5", 1).replace("[kept_state]", "[keept]"))
    with pytest.raises(DeclarationError) as error:
        read_periods(file)
    told = str(error.value)
    assert (
        "quarantine.days: 0.5" in told
        and "keept: there is no such period" in told
        and "kept_state: missing" in told
    )
    file.write_text(packaged.replace("days = 90", "days = 30", 1))
    assert read_periods(file)["quarantine"].days == 30
