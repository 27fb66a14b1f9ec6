"""A simulated market is a market by the contract, and wrong arguments are refused in words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.simulate import PURPOSES, SETTINGS, simulate_market
from resellerrisk.tables import TABLES, read_market


def test_each_table_has_the_columns_of_the_contract_in_its_order(small) -> None:
    for name, table in TABLES.items():
        assert tuple(small[name].columns) == table.names, name
        assert len(small[name]) == small.counts[name] > 0, name


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_row_of_any_setting_is_set_aside(tmp_path: Path, setting: str) -> None:
    counts = simulate_market(
        tmp_path, accounts=60, seed=11, start="2019-01-01", end="2019-12-31", setting=setting
    )
    market = read_market(tmp_path)
    assert not market.faults
    assert market.intake.quarantined.sum() == 0
    assert dict(zip(market.intake.table, market.intake.used, strict=True)) == {n: counts[n] for n in TABLES}


def test_a_market_in_csv_reads_as_the_same_market(tmp_path: Path) -> None:
    arguments = {"accounts": 40, "start": "2019-01-01", "end": "2019-06-30", "setting": "sample"}
    for format in ("csv", "parquet"):
        simulate_market(tmp_path / format, format=format, **arguments)
    assert read_market(tmp_path / "csv").fingerprint == read_market(tmp_path / "parquet").fingerprint


def test_the_truth_names_every_account_and_every_leak_once(small) -> None:
    people, leaks = small["truth/accounts"], small["truth/leaks"]
    assert list(people.columns) == ["account_id", "is_fake", "ring", "strategy", "since"]
    assert list(leaks.columns) == ["leak_id", "account_id", "film_no"]
    assert list(people.account_id) == list(small.accounts.account_id)
    assert list(leaks.leak_id) == list(small.leaks.leak_id)
    for column in ("ring", "strategy", "since"):
        assert (people[column].notna() == people.is_fake).all()
    assert leaks.account_id.dropna().isin(people.account_id[people.is_fake]).all()
    assert 0 < leaks.account_id.isna().mean() < 1


def test_order_names_are_unique_and_tell_neither_time_nor_account(port) -> None:
    orders = port.orders.drop_duplicates("order_id")
    assert not port.orders.duplicated(["order_id", "line"]).any()
    assert (orders.account_id.groupby(orders.order_id).nunique() == 1).all()
    number = orders.order_id.str[2:].astype(int)
    assert abs(number.corr(orders.ordered_at.astype("int64"))) < 0.03
    assert abs(number.corr(orders.account_id.str[1:].astype(int))) < 0.03


def test_every_setting_says_what_it_is_for() -> None:
    assert PURPOSES.keys() == SETTINGS.keys()
    assert all(PURPOSES.values())


def test_a_folder_with_tables_that_were_not_simulated_is_left_alone(tmp_path: Path) -> None:
    real = tmp_path / "orders.csv"
    real.write_text("order_id,line\n1,1\n")
    with pytest.raises(InputError, match=r"holds tables that were not simulated\.\nThere is: orders\.csv"):
        simulate_market(tmp_path, accounts=20)
    assert real.read_text() == "order_id,line\n1,1\n"
    assert list(tmp_path.iterdir()) == [real]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"accounts": 9}, "accounts is 9"),
        ({"seed": -1}, "seed is -1"),
        ({"setting": "harbor"}, "No setting is called 'harbor'.\nThere is: port,"),
        ({"format": "xlsx"}, "No market is written as 'xlsx'"),
        ({"start": "2019-02-30"}, "start is '2019-02-30', which is no day"),
        ({"start": "2019-01-01", "end": "2019-02-28"}, "too short"),
        ({"start": "2019-01-01", "end": "2018-01-01"}, "too short"),
    ],
)
def test_an_argument_out_of_range_is_refused_before_anything_is_written(
    tmp_path: Path, arguments: dict, message: str
) -> None:
    with pytest.raises(InputError) as refusal:
        simulate_market(tmp_path / "out", **arguments)
    assert message in str(refusal.value)
    assert "Hint: " in str(refusal.value)
    assert not (tmp_path / "out").exists()


def test_the_least_market_is_made(tmp_path: Path) -> None:
    counts = simulate_market(tmp_path, accounts=10, start="2019-01-01", end="2019-03-01")
    assert counts["accounts"] == 10
    assert pd.read_parquet(tmp_path / "orders.parquet").ordered_at.between("2019-01-01", "2019-03-02").all()


def test_progress_is_told_up_to_the_last_account(tmp_path: Path) -> None:
    told = []
    simulate_market(
        tmp_path, accounts=150, start="2019-01-01", end="2019-03-01", progress=lambda *done: told.append(done)
    )
    assert told == [(64, 150), (128, 150), (150, 150)]
