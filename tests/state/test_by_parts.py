"""A state built by parts of the accounts is, byte for byte, the one built from all tables in memory."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.jobs.folder import hash_files
from resellerrisk.state import build_state, build_state_by_parts, by_parts, goes_by_parts, open_state
from resellerrisk.state.nights import Nights
from resellerrisk.tables import read_market, write_market

AS_OF = pd.Timestamp("2019-11-19 06:00")
#: A Wednesday night.
NIGHT = pd.Timestamp("2019-11-27")


@pytest.fixture(scope="module")
def frames(market_folder):
    return {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def shuffled(frames, tmp_path_factory):
    """The tables with their rows in no order, and order lines in two files: what came late stands in the second."""
    folder = tmp_path_factory.mktemp("shuffled")
    write_market({name: frame.sample(frac=1, random_state=7) for name, frame in frames.items()}, folder)
    orders = pd.read_parquet(folder / "orders.parquet")
    (folder / "orders.parquet").unlink()
    (folder / "orders").mkdir()
    late = orders["order_id"].isin(orders["order_id"].unique()[::50])
    orders[~late].to_parquet(folder / "orders" / "before.parquet", index=False)
    orders[late].to_parquet(folder / "orders" / "late.parquet", index=False)
    return folder


@pytest.fixture(scope="module")
def in_one_piece(shuffled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("one") / "state"
    build_state(read_market(shuffled), folder, AS_OF, shuffled)
    return hash_files(folder)


@pytest.mark.parametrize("parts", [2, 7])
def test_every_file_of_a_state_is_that_of_one_piece(shuffled, in_one_piece, tmp_path, parts):
    told = build_state_by_parts(shuffled, tmp_path / "state", AS_OF, parts=parts)
    assert hash_files(tmp_path / "state") == in_one_piece
    assert told["rows"]["orders"][0] > 1000
    assert [path.name for path in tmp_path.iterdir() if "parts" in path.name] == []
    assert open_state(tmp_path / "state").moment


def test_one_line_less_is_another_state(frames, shuffled, in_one_piece, tmp_path):
    data = shutil.copytree(shuffled, tmp_path / "data")
    orders = pd.read_parquet(data / "orders" / "before.parquet")
    known = orders["ordered_at"] < AS_OF
    orders.drop(orders.index[known][-1]).to_parquet(data / "orders" / "before.parquet", index=False)
    build_state_by_parts(data, tmp_path / "state", AS_OF, parts=2)
    found = hash_files(tmp_path / "state")
    assert {name for name in found if found[name] != in_one_piece.get(name)} > {"orders/at.npy", "run.json"}


def test_before_the_first_shipment_tracing_takes_order_lines_in_parts_too(frames, tmp_path):
    late = frames["shipments"][frames["shipments"]["shipped_at"] > AS_OF]
    write_market({**frames, "shipments": late}, tmp_path / "data")
    build_state(read_market(tmp_path / "data"), tmp_path / "one", AS_OF, tmp_path / "data")
    build_state_by_parts(tmp_path / "data", tmp_path / "parts", AS_OF, parts=3)
    assert hash_files(tmp_path / "parts") == hash_files(tmp_path / "one")


def test_every_file_of_a_state_of_nights_is_that_of_one_piece(shuffled, tmp_path):
    """Both Mondays' states and the rows since; accounts that apply after the first Monday are among those."""
    for name, parts in (("one", 1), ("parts", 4)):
        told = Nights(tmp_path / name, shuffled, parts).build(NIGHT, 0.05, "there is none")
        assert told.how == "built" and told.counts["orders"][0] > 1000
    found = hash_files(tmp_path / "parts")
    assert found == hash_files(tmp_path / "one")
    assert sum(name.endswith("orders/at.npy") for name in found) == 2
    assert all(name.split("-")[0] in ("base", "since", "run.json") for name in found)


def test_what_breaks_while_parts_are_worked_on_leaves_nothing_and_the_old_state(
    shuffled, in_one_piece, tmp_path, monkeypatch
):
    def break_off(*_):
        raise OSError("no room")

    build_state_by_parts(shuffled, tmp_path / "state", AS_OF, parts=2)
    monkeypatch.setattr(by_parts, "take_piece", break_off)
    with pytest.raises(OSError, match="no room"):
        build_state_by_parts(shuffled, tmp_path / "state", AS_OF + pd.Timedelta(hours=1), parts=2)
    assert hash_files(tmp_path / "state") == in_one_piece
    assert sorted(path.name for path in tmp_path.iterdir()) == [".state.lock", "state"]


def test_an_order_under_accounts_of_two_parts_is_refused(frames, tmp_path):
    orders = frames["orders"].astype({"order_id": object}).reset_index(drop=True)
    ids = sorted(orders["account_id"].unique())
    first = orders.loc[orders["account_id"] == ids[0], "order_id"].iloc[0]
    orders.loc[orders["account_id"] == ids[-1], "order_id"] = first
    write_market({**frames, "orders": orders.assign(line=range(len(orders)))}, tmp_path / "data")
    with pytest.raises(InputError, match="under accounts of several parts"):
        build_state_by_parts(tmp_path / "data", tmp_path / "state", AS_OF, parts=4)


def test_many_order_lines_go_by_parts_and_few_or_csv_do_not(shuffled, frames, tmp_path, monkeypatch):
    assert not goes_by_parts(shuffled) and goes_by_parts(shuffled, 2)
    monkeypatch.setattr(by_parts, "MOST_IN_MEMORY", len(frames["orders"]) - 1)
    assert goes_by_parts(shuffled) and not goes_by_parts(shuffled, 1)
    frames["orders"].to_csv(tmp_path / "orders.csv", index=False)
    assert not goes_by_parts(tmp_path)
