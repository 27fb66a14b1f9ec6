"""The desk's database and its audit log: opened, chained, and found out when changed."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from resellerrisk.desk.audit import Audit
from resellerrisk.desk.database import URL_VARIABLE, Database
from resellerrisk.desk.refusals import DeskError
from resellerrisk.desk.sheets import neutralise, restore


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    opened = Database(None, tmp_path, None)
    for number in range(3):
        with opened.change() as change:
            change.note("mira", "tried", f"case/{number}", note="=1+1\x00\ud800 \u202eعربى")
    return opened


def tamper(database: Database, *statements: str) -> None:
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER desk_keep_audit_{verb}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_an_untouched_log_verifies_after_a_second_opening(database, tmp_path):
    verdict = Audit(Database(None, tmp_path, None)).verify()
    assert verdict.sound and verdict.entries == 3 and verdict.anchored == 3


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE audit SET who = 'lea' WHERE number = 2"],
        ["DELETE FROM audit WHERE number = 2"],
        ["UPDATE audit SET number = 9 WHERE number = 2", "UPDATE audit SET number = 2 WHERE number = 3"],
        ["DELETE FROM audit WHERE number = 3"],
        [
            "DELETE FROM audit WHERE number = 3",
            "UPDATE audit_head SET number = 2, hash = (SELECT hash FROM audit WHERE number = 2)",
        ],
    ],
    ids=["edited", "deleted", "re-ordered", "tail cut off", "tail and head cut off"],
)
def test_a_changed_log_is_found(database, statements):
    tamper(database, *statements)
    assert not Audit(database).verify().sound


def test_the_database_itself_refuses_to_change_the_log(database):
    with pytest.raises(DBAPIError, match="never change"), database.change() as change:
        change.connection.exec_driver_sql("DELETE FROM audit")


def test_what_fails_leaves_no_entry(database):
    with pytest.raises(ZeroDivisionError), database.change() as change:
        change.note("mira", "tried", "case/9")
        raise ZeroDivisionError
    assert Audit(database).verify().entries == 3


def test_a_password_in_a_given_address_is_refused_and_not_printed(tmp_path):
    with pytest.raises(DeskError) as refused:
        Database("postgresql://mira:secret@localhost/desk", tmp_path, None)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "'=1", " =1", "O'Hara", "", "＝1"])
def test_a_cell_is_neutral_and_comes_back(text):
    assert restore(neutralise(text)) == text
    assert not neutralise(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
