"""A training that was cut off at any step is completed by the next one on the same data, and nothing is written twice."""

from __future__ import annotations

import errno
import shutil

import pytest
from mlflow.exceptions import MlflowException

from resellerrisk.errors import ModelError
from resellerrisk.tracking import Home, Ledger, retrain
from resellerrisk.tracking.promotion import ledger_of, name_challenger, rollback
from resellerrisk.tracking.runs import is_recorded

QUICK = {"max_trees": 10, "bags": 1, "n_jobs": 1}


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(scope="module")
def train_again(market, signals):
    return lambda home: retrain(market, home, "account", "2019-08-31", signals=signals, **QUICK)


@pytest.fixture(scope="module")
def kept(train_again, tmp_path_factory):
    """A home after one whole training."""
    home = Home(tmp_path_factory.mktemp("whole"))
    train_again(home)
    return home


def cut_off(monkeypatch, place, name):
    def die(*_, **__):
        raise Killed

    monkeypatch.setattr(place, name, die)


@pytest.mark.parametrize("step", ["ledger", "alias", "run"])
def test_the_next_training_completes_what_was_cut_off(step, train_again, kept, monkeypatch, tmp_path):
    home = Home(tmp_path)
    with monkeypatch.context() as patch:
        if step == "ledger":
            cut_off(patch, Ledger, "add")
        elif step == "alias":
            cut_off(patch, Home, "set_alias")
        else:
            from resellerrisk.tracking import runs

            cut_off(patch, runs, "register")
        with pytest.raises(Killed):
            train_again(home)
    again = train_again(home)
    assert (again.version, again.new, again.serves) == (1, False, True)
    assert [entry["event"] for entry in Ledger(home.folder / "ledger.jsonl").read()] == ["trained", "first"]
    assert is_recorded(home, "account", 1)
    model = "models/account/1/model.txt"
    assert (home.folder / model).read_bytes() == (kept.folder / model).read_bytes()


def test_a_whole_training_is_not_written_down_again(train_again, kept):
    before = (kept.folder / "ledger.jsonl").read_bytes()
    assert not train_again(kept).new
    assert (kept.folder / "ledger.jsonl").read_bytes() == before


def test_a_report_that_was_left_half_is_replaced_whole(train_again, kept, tmp_path):
    home = Home(tmp_path)
    (home.report_of("account", 1)).mkdir(parents=True)
    (home.report_of("account", 1) / "half.txt").write_text("half")
    train_again(home)
    names = {path.name for path in home.report_of("account", 1).iterdir()}
    assert names == {path.name for path in kept.report_of("account", 1).iterdir()}


def test_a_store_that_is_away_keeps_the_model_and_the_run_is_added_when_it_is_back(
    train_again, monkeypatch, tmp_path
):
    home = Home(tmp_path)
    with monkeypatch.context() as away:
        away.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
        away.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        with pytest.raises(ModelError, match="account/1 is kept, but MLflow did not take its run") as error:
            train_again(home)
        assert "train again on the same data" in str(error.value)
        assert home.champion("account") == 1
    assert not train_again(home).new
    assert is_recorded(home, "account", 1)
    shutil.rmtree(home.folder)


def test_the_champion_file_that_names_nothing_is_one_message(kept, tmp_path):
    shutil.copytree(kept.folder / "models", tmp_path / "models")
    (tmp_path / "models" / "account" / "champion").write_text("one")
    with pytest.raises(ModelError, match=r"names no version of the account model.\nVersions: 1"):
        Home(tmp_path).champion("account")


def test_a_store_that_was_cut_off_half_made_is_made_anew(tmp_path, monkeypatch):
    from resellerrisk.tracking.mlflow_store import find_experiment, open_client

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / ".mlflow.db.unfinished").write_bytes(b"SQLite format 3\x00" + b"half" * 100)
    home = Home(tmp_path)
    assert find_experiment(open_client(home), home)
    assert (tmp_path / "mlflow.db").stat().st_size > 10_000
    assert not (tmp_path / ".mlflow.db.unfinished").exists()


def test_aliases_that_mlflow_was_not_told_of_follow_with_the_next_training(
    train_again, monkeypatch, tmp_path
):
    from resellerrisk.tracking import registry
    from resellerrisk.tracking.mlflow_store import open_client, registered_name

    home = Home(tmp_path)
    with monkeypatch.context() as patch:
        cut_off(patch, registry, "follow_aliases")
        with pytest.raises(Killed):
            train_again(home)
    client, name = open_client(home), registered_name("account")
    assert is_recorded(home, "account", 1) and not client.get_registered_model(name).aliases
    assert not train_again(home).new
    assert list(client.get_registered_model(name).aliases) == ["champion"]


def test_an_act_that_was_cut_off_between_ledger_and_alias_is_carried_to_its_end_once(
    kept, train_again, monkeypatch, tmp_path
):
    home = Home(tmp_path)
    for version in ("1", "2"):
        shutil.copytree(kept.folder / "models/account/1", tmp_path / "models/account" / version)
    home.set_alias("account", "champion", 1)
    ledger = ledger_of(home)
    ledger.add("first", "account", 1, why="No model served before.")
    for act in (
        lambda: name_challenger(home, "account", 2, why="a trial"),
        lambda: rollback(home, "account", to=2, why="a trial"),
        lambda: rollback(home, "account", why="a trial"),
    ):
        with monkeypatch.context() as patch:
            cut_off(patch, Home, "set_alias")
            with pytest.raises(Killed):
                act()
        written = ledger.read()
        act()
        assert ledger.read() == written
    assert [entry["event"] for entry in written] == ["first", "challenger", "rolled_back", "rolled_back"]
    assert (home.champion("account"), home.challenger("account")) == (1, None)


def test_a_rollback_said_again_writes_nothing_and_another_one_is_refused(kept, tmp_path):
    home = Home(tmp_path)
    for version in ("1", "2"):
        shutil.copytree(kept.folder / "models/account/1", tmp_path / "models/account" / version)
    home.set_alias("account", "champion", 1)
    ledger_of(home).add("first", "account", 1, why="No model served before.")
    with pytest.raises(ModelError, match="nothing to roll"):
        rollback(home, "account", to=1, why="it serves already")
    done = rollback(home, "account", to=2, why="a trial")
    assert rollback(home, "account", to=2, why="a trial") == done == ledger_of(home).read()[-1]


def test_a_champion_is_no_challenger_though_its_file_still_says_so(kept, tmp_path):
    home = Home(tmp_path)
    shutil.copytree(kept.folder / "models", tmp_path / "models")
    home.set_alias("account", "challenger", 1)
    assert (home.champion("account"), home.challenger("account")) == (1, None)


def test_mlflows_refusal_names_the_machines_reason_and_prints_no_trace(
    train_again, monkeypatch, tmp_path, caplog
):
    from resellerrisk.tracking import runs

    def refuse(*_, **__):
        try:
            raise OSError(errno.ENOSPC, "")
        except OSError as error:
            raise MlflowException("(sqlite3.OperationalError) rolled back") from error

    with monkeypatch.context() as patch:
        patch.setattr(runs, "register", refuse)
        patch.setattr("mlflow.MlflowClient.set_terminated", refuse)
        with pytest.raises(ModelError, match="did not take its run: No space left on device"):
            train_again(Home(tmp_path))
    assert "Traceback" not in caplog.text
    assert not train_again(Home(tmp_path)).new
    assert is_recorded(Home(tmp_path), "account", 1)
