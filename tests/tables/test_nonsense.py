"""500 files of nonsense: each gives a market or one message that says what to do. `make torture` feeds 10,000 more."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resellerrisk.errors import InputError
from resellerrisk.tables import TABLES, check_market, read_market, refusing, write_market
from tests.torture.feeding import ODD_TEXTS, eat, feed_one

_CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(ODD_TEXTS),
    st.integers(),
    st.floats(),
    st.none(),
    st.booleans(),
    st.dates(),
)


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_400_spoiled_markets_are_read_or_refused_in_words(start, tmp_path):
    outcomes = {}
    for number in range(start, start + 100):
        try:
            outcome = feed_one(tmp_path / "fed" / "data", number, seed=8).outcome
        except Exception as error:
            raise AssertionError(f"meal {number}") from error
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert outcomes["refused"] > 20 and outcomes["read"] > 5 and outcomes["read, rows set aside"] > 5


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_100_tables_made_by_hypothesis_are_read_or_refused_in_words(frames_of_accounts, data):
    place, name = frames_of_accounts, data.draw(st.sampled_from(sorted(TABLES)))
    columns = data.draw(st.lists(st.sampled_from([*TABLES[name].names, "further"]), min_size=1, max_size=6))
    rows = data.draw(st.lists(st.tuples(*[_CELLS] * len(columns)), max_size=4))
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    for old in place.glob(f"{name}.*"):
        old.unlink()
    frame.to_csv(place / f"{name}.csv", index=False, errors="replace")
    eat(str(place), place)


@pytest.fixture
def frames_of_accounts(frames, tmp_path):
    write_market(frames, tmp_path / "data" / "market", "csv")
    return tmp_path / "data" / "market"


def test_numbers_beyond_what_64_bits_tell_apart_are_no_ids_and_no_counts(frames, tmp_path):
    frames["accounts"]["account_id"] = [float("inf"), 1e308]
    frames["orders"]["quantity"] = [2**62, 1, 1, 1]
    write_market(frames, tmp_path / "data")
    text = check_market(tmp_path / "data").render()
    assert "account_id · wrong type (numbers too large to be told apart)" in text
    assert "quantity · not readable in row 1: '4611686018427387904'" in text


def test_a_text_of_20000_signs_is_set_aside_and_one_of_10000_is_not(frames, tmp_path):
    frames["accounts"]["legal_name"] = ["x" * 20_000, "y" * 10_000]
    write_market(frames, tmp_path / "data")
    text = check_market(tmp_path / "data", limit=0.5).render()
    assert "legal_name · text too long in row 1 · expected at most 10,000 characters" in text
    assert "xxxx" not in text
    assert len(text) < 5_000


def test_a_name_that_a_terminal_would_obey_is_told_without_its_power(frames, tmp_path):
    frames["accounts"] = frames["accounts"].rename(columns={"email": "email\x1b[2J"})
    write_market(frames, tmp_path / "data")
    with pytest.raises(InputError) as error:
        read_market(tmp_path / "data")
    assert "rename 'email�[2J' to 'email'" in str(error.value) and "\x1b" not in str(error.value)


def test_a_link_out_of_the_folder_is_refused_and_one_within_is_read(frames, tmp_path):
    write_market(frames, tmp_path / "data")
    outside = tmp_path / "secret.parquet"
    os.rename(tmp_path / "data" / "titles.parquet", outside)
    (tmp_path / "data" / "titles.parquet").symlink_to(outside)
    with pytest.raises(InputError, match=r"titles.parquet\n.*is a link that leads out of the folder"):
        read_market(tmp_path / "data")
    (tmp_path / "data" / "titles.parquet").unlink()
    os.rename(outside, tmp_path / "data" / "the-titles.parquet")
    (tmp_path / "data" / "titles.parquet").symlink_to("the-titles.parquet")
    assert len(read_market(tmp_path / "data").titles) == 2


def test_a_folder_of_files_may_not_lead_out_either(frames, tmp_path):
    write_market(frames, tmp_path / "data")
    (tmp_path / "data" / "orders").mkdir()
    outside = tmp_path / "secret.parquet"
    os.rename(tmp_path / "data" / "orders.parquet", outside)
    (tmp_path / "data" / "orders" / "one.parquet").symlink_to(outside)
    with pytest.raises(InputError, match=r"leads out of the folder \(one.parquet\)"):
        read_market(tmp_path / "data")


@pytest.mark.parametrize("name", ["orders.zip", "orders.csv.gz", "orders.tar"])
def test_an_archive_is_refused_and_told_to_be_unpacked(frames, tmp_path, name):
    write_market(frames, tmp_path / "data")
    (tmp_path / "data" / "orders.parquet").unlink()
    with zipfile.ZipFile(tmp_path / "data" / name, "w") as archive:
        archive.writestr("../../orders.csv", "order_id\n")
    with pytest.raises(
        InputError, match=rf"is packed · expected a file that is not packed · Hint: unpack {name}"
    ):
        read_market(tmp_path / "data")
    assert not (tmp_path.parent / "orders.csv").exists()


def test_an_archive_beside_its_unpacked_table_is_left_alone(frames, tmp_path):
    write_market(frames, tmp_path / "data")
    (tmp_path / "data" / "orders.zip").write_bytes(b"PK")
    assert len(read_market(tmp_path / "data").orders) == 4


def test_a_small_file_that_unpacks_to_more_than_memory_is_refused_before_it_is_read(
    frames, tmp_path, monkeypatch
):
    write_market(frames, tmp_path / "data")
    names = list(TABLES["returns"].names)
    cells = pa.repeat(pa.scalar("A" * 1000), 2_000)
    pq.write_table(
        pa.table([cells] * 4, names=names), tmp_path / "data" / "returns.parquet", use_dictionary=False
    )
    real = os.sysconf
    monkeypatch.setattr(os, "sysconf", lambda name: 1 if name == "SC_PHYS_PAGES" else real(name))
    with pytest.raises(
        InputError, match=r"returns.parquet\n.*unpacks to .* GiB · expected at most this machine's"
    ):
        read_market(tmp_path / "data")


def test_more_rows_than_32_bits_count_are_refused(frames, tmp_path, monkeypatch):
    monkeypatch.setattr(refusing, "LARGEST_TABLE", 3)
    write_market(frames, tmp_path / "data")
    with pytest.raises(
        InputError, match="has 4 rows · expected at most 3 · Hint: split the table into a folder"
    ):
        read_market(tmp_path / "data")


def test_data_that_is_a_file_is_refused_in_words(tmp_path):
    packed = Path(tmp_path / "data.zip")
    packed.write_bytes(b"PK")
    with pytest.raises(InputError, match="is not a folder"):
        read_market(packed)


def test_a_moment_beyond_pythons_calendar_is_shown_as_the_number_it_is_stored_as(frames, tmp_path):
    write_market(frames, tmp_path)
    orders = pq.read_table(tmp_path / "orders.parquet")
    at = orders.column_names.index("ordered_at")
    moments = orders["ordered_at"].cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()
    damaged = pa.array([2**62, *moments[1:]], pa.timestamp("us"))
    pq.write_table(orders.set_column(at, "ordered_at", damaged), tmp_path / "orders.parquet")
    report = check_market(tmp_path, limit=1)
    assert "4611686018427387904 timestamp[us]" in str(report)
    read_market(tmp_path, limit=1, quarantine=tmp_path / "aside")
    assert "4611686018427387904" in (tmp_path / "aside" / "orders.csv").read_text("utf-8")
