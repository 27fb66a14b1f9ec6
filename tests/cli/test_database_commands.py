"""Commands take a database as DATA; an address that holds a password or leads nowhere is one message."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.tables import read_market

TRAINED = "2019-08-31"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://reader:topsecret@db.example/erp",
        "postgresql://reader:top/secret@db.example/erp",
        "postgresql://reader@db.example/erp?password=topsecret",
        "postgresql://db.example/erp?pass%77ord=topsecret",
        "mysql://reader:topsecret@db.example/erp",
    ],
)
@pytest.mark.parametrize("command", ["check", "trace"])
def test_a_password_in_the_address_is_refused_and_not_repeated(run, command, address):
    words = [command, address, *(["--as-of", "2020-01-01"] if command == "trace" else [])]
    code, out, err = run(*words)
    assert code == 2 and "set PGPASSWORD" in err
    assert "secret" not in out + err


def test_a_password_of_the_environment_opens_the_door_and_a_wrong_one_is_not_repeated(
    postgres, postgres_database, market_folder, monkeypatch, run
):
    frames = {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}
    postgres.fill(postgres_database, frames)
    postgres.ask("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN PASSWORD 'topsecret'")
    postgres.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", name=postgres_database)
    address = postgres.url(postgres_database, user="reader", tcp=True)
    monkeypatch.setenv("PGPASSWORD", "topsecret")
    assert len(read_market(address).orders) == len(frames["orders"])
    monkeypatch.setenv("PGPASSWORD", "topsecret-no")
    code, out, err = run("check", address)
    assert code == 2 and "password authentication failed" in err and "PGPASSWORD" in err
    assert "topsecret" not in out + err


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("sqlite:///no-such-file.db", "There is no file no-such-file.db"),
        ("duckdb:///", "names no file"),
        ("https://db.example/orders", "cannot be read from https:// addresses"),
        ("postgresql://reader@127.0.0.1:1/erp", "The database cannot be read: connection failed"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_message(run, address, told):
    code, out, err = run("check", address)
    assert code == 2 and told in err and "Hint: " in err and "Traceback" not in err


def test_train_and_score_take_a_database_and_write_what_the_files_give(
    run, postgres, postgres_database, market_folder, tmp_path
):
    frames = {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}
    address = postgres.fill(postgres_database, frames)
    for home, data in (("files", str(market_folder)), ("database", address)):
        where = ["--home", tmp_path / home]
        code, *_ = run(*where, "train", data, "--subject", "account", "--as-of", TRAINED)
        assert code == 0
        code, *_ = run(
            *where,
            "score",
            data,
            "--subject",
            "account",
            "--as-of",
            "2019-10-31",
            "--out",
            tmp_path / home / "out",
        )
        assert code == 0
    for name in ("scores", "contributions", "signals"):
        one, other = (
            pd.read_parquet(tmp_path / home / "out" / f"{name}.parquet") for home in ("files", "database")
        )
        pd.testing.assert_frame_equal(
            one.drop(columns="scored_at", errors="ignore"),
            other.drop(columns="scored_at", errors="ignore"),
            check_exact=True,
        )
    models = [next((tmp_path / home).rglob("model.txt")).read_bytes() for home in ("files", "database")]
    assert models[0] == models[1]


def test_a_nightly_job_takes_a_database_and_refuses_one_with_a_password(
    postgres, postgres_database, market_folder, tmp_path, monkeypatch, capsys
):
    from pipelines import score_nightly_orders

    words = [
        "night",
        "postgresql://reader:topsecret@db.example/erp",
        "--as-of",
        "2019-10-31",
        "--out",
        tmp_path / "out",
    ]
    monkeypatch.setattr("sys.argv", [str(word) for word in words])
    assert score_nightly_orders.main() == 2
    told = capsys.readouterr()
    assert "topsecret" not in told.out + told.err
