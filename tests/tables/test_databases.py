"""A database gives the very market that parquet gives; what is wrong is named by its key, and a password never shows."""

from __future__ import annotations

import sqlite3

import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.tables import check_market, read_market, write_market


def fill_duckdb(path, frames):
    import duckdb

    with duckdb.connect(str(path)) as connection:
        for table, frame in frames.items():
            shuffled = frame.sample(frac=1, random_state=5)
            connection.register("given", shuffled)
            connection.execute(f'CREATE TABLE "{table}" AS SELECT * FROM given')
            connection.unregister("given")
    return f"duckdb:///{path}"


def fill_sqlite(path, frames):
    with sqlite3.connect(path) as connection:
        for table, frame in frames.items():
            frame.sample(frac=1, random_state=5).to_sql(table, connection, index=False)
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture(params=["postgresql", "sqlite", "duckdb"])
def fill(request, tmp_path):
    """Fill a new database of a kind; gives its address."""
    if request.param == "postgresql":
        server, name = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_database")
        return lambda frames: server.fill(name, frames)
    if request.param == "duckdb":
        pytest.importorskip("duckdb")
        return lambda frames: fill_duckdb(tmp_path / "market.duckdb", frames)
    return lambda frames: fill_sqlite(tmp_path / "market.db", frames)


def in_order(frame):
    return frame.sort_values(list(frame.columns), ignore_index=True)


def test_every_table_is_the_one_that_parquet_holds_to_the_last_bit(fill, market_folder):
    frames = {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}
    there, wanted = read_market(fill(frames)), read_market(market_folder)
    assert there.fingerprint == wanted.fingerprint
    assert there.present == wanted.present
    for name, frame in wanted.tables().items():
        pd.testing.assert_frame_equal(
            in_order(getattr(there, name)), in_order(frame), check_exact=True, check_column_type=True
        )


def test_odd_numbers_texts_and_gaps_survive(fill, frames):
    frames["titles"]["list_price"] = [0.1 + 0.2, 5e-324]
    frames["titles"]["name"] = ['A "quoted", name\nin two lines', "Ünïcode; déjà\tvu"]
    frames["accounts"]["trading_name"] = ["NaN", None]
    read = read_market(fill(frames))
    assert read.titles["list_price"].tolist() == [0.1 + 0.2, 5e-324]
    assert read.titles["name"].tolist() == ['A "quoted", name\nin two lines', "Ünïcode; déjà\tvu"]
    assert read.accounts["trading_name"].tolist()[0] == "NaN" and read.accounts["trading_name"].isna()[1]
    assert read.accounts["account_id"].tolist() == ["00123", "A2"]


def test_a_fault_names_table_column_value_and_the_key_of_the_row(fill, frames):
    frames["orders"].loc[1, "quantity"] = 0
    report = check_market(fill(frames), limit=0.5)
    text = report.render()
    assert "table orders\n" in text
    assert (
        "quantity · out of bounds in row 2 (order_id O1, line 2): '0' · expected a whole number, 1 or more"
        in text
    )
    assert not report.stops


def test_the_same_fault_in_a_file_is_named_by_its_row_alone(frames, tmp_path):
    frames["orders"].loc[1, "quantity"] = 0
    write_market(frames, tmp_path / "data", "csv")
    text = check_market(tmp_path / "data", limit=0.5).render()
    assert "quantity · out of bounds in row 2: '0'" in text


def test_a_missing_column_is_told_with_the_one_that_may_be_meant(fill, frames):
    frames["accounts"] = frames["accounts"].drop(columns="email")
    with pytest.raises(InputError, match="email · missing column · expected a text · Hint: add the column"):
        read_market(fill(frames))


def test_a_column_of_another_name_is_suggested(tmp_path, frames):
    address = fill_sqlite(tmp_path / "market.db", frames)
    with sqlite3.connect(tmp_path / "market.db") as connection:
        connection.execute("ALTER TABLE accounts RENAME COLUMN email TO emails")
    connection.close()
    with pytest.raises(InputError, match="rename 'emails' to 'email'"):
        read_market(address)


def test_a_missing_table_is_told_and_an_optional_one_may_be_missing(fill, frames):
    frames.pop("titles"), frames.pop("leaks")
    with pytest.raises(InputError, match="missing table") as error:
        read_market(fill(frames))
    assert "leaks" not in str(error.value)


def test_tables_that_may_not_be_read_are_all_named(postgres, postgres_database, frames):
    postgres.fill(postgres_database, frames)
    postgres.ask("DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN")
    with pytest.raises(InputError) as error:
        read_market(postgres.url(postgres_database, user="stranger"))
    for name in ("accounts", "orders", "titles"):
        assert f"permission denied for table {name}" in str(error.value)


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database_is_one_message(tmp_path, scheme):
    (tmp_path / "erp.db").write_text("no database " * 400)
    with pytest.raises(InputError, match=r"The database erp.db cannot be read"):
        read_market(f"{scheme}:///{tmp_path / 'erp.db'}")


def test_all_tables_belong_to_one_moment(postgres, postgres_database, frames):
    from resellerrisk.tables.databases import open_database

    with open_database(postgres.fill(postgres_database, frames)) as database:
        assert database.count("orders") == 4
        postgres.ask("DELETE FROM orders", "DELETE FROM returns", name=postgres_database)
        assert len(database.read("orders").cells) == 4 and len(database.read("returns").cells) == 1


def test_nothing_can_be_written_through_the_reader(fill, frames):
    from resellerrisk.tables.databases import open_database

    with open_database(fill(frames)) as database, pytest.raises(InputError, match=r"read.?only"):
        database._ask("DELETE FROM orders")


def test_a_database_that_goes_away_in_the_midst_of_reading_is_one_message_and_no_fault_of_a_table(
    postgres, postgres_database, frames, monkeypatch
):
    from resellerrisk.tables.postgresql import PostgreSQL

    address = postgres.fill(postgres_database, frames)
    read = PostgreSQL.read

    def lose(self, name):
        if name == "orders":
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'resellerrisk'"
            postgres.ask(end)
        return read(self, name)

    monkeypatch.setattr(PostgreSQL, "read", lose)
    with pytest.raises(InputError, match=r"^The database went away while it was read\.") as error:
        read_market(address)
    assert not error.value.faults and "Hint: run it again" in str(error.value)
