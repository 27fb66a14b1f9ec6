"""What is no plain table of a sane size is refused before it is read, in words that name it; what only looks odd is read."""

from __future__ import annotations

import gzip
import os
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resellerrisk.errors import InputError
from resellerrisk.tables import read_market, refusing, write_market
from resellerrisk.tables.parts import read_small_tables

READERS = {"in memory": read_market, "in parts": lambda data: read_small_tables(data, 0.05)}


@pytest.fixture(params=READERS)
def refuse(request, frames, tmp_path):
    """A function that spoils the orders of a market and gives the refusal, by each way of reading."""
    data = tmp_path / "data"
    write_market(frames, data)

    def try_it(spoil, ending="parquet"):
        path = data / f"orders.{ending}"
        (data / "orders.parquet").rename(tmp_path / "orders.parquet")
        spoil(path)
        with pytest.raises(InputError) as error:
            READERS[request.param](data)
        return str(error.value)

    return try_it


def zip_it(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("orders.csv", "order_id,line\n")


def gzip_it(path):
    path.write_bytes(gzip.compress(b"order_id,line\n"))


def tar_it(path):
    with tarfile.open(path, "w") as file:
        file.add(__file__, "orders.csv")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize(
    ("pack", "told"), [(zip_it, "a zip archive"), (gzip_it, "packed by gzip"), (tar_it, "a tar archive")]
)
def test_what_is_packed_is_refused_whatever_its_name(refuse, pack, ending, told):
    message = refuse(pack, ending)
    assert f"is {told}, whatever its name" in message and f"Hint: unpack orders.{ending}" in message


def test_a_link_that_leads_out_of_the_folder_is_refused(refuse):
    assert "is a link that leads out of the folder (orders.parquet)" in refuse(
        lambda path: path.symlink_to("../orders.parquet")
    )


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.symlink_to("nothing"), "is a link that leads nowhere (orders.parquet)"),
        (lambda path: path.symlink_to("orders.parquet"), "is a link that leads nowhere (orders.parquet)"),
        (lambda path: path.symlink_to("/dev/zero"), "is a link that leads out of the folder"),
        (os.mkfifo, "is no file but a pipe or a device (orders.parquet)"),
        (lambda path: path.mkdir(), "Hint: name a folder of parquet files orders"),
    ],
)
def test_what_is_no_file_of_its_own_is_refused_and_never_opened(refuse, spoil, told):
    assert told in refuse(spoil)


def test_a_link_within_the_folder_is_followed(frames, tmp_path):
    write_market(frames, tmp_path / "real")
    (tmp_path / "real" / "orders.parquet").rename(tmp_path / "real" / "of_today.parquet")
    (tmp_path / "real" / "orders.parquet").symlink_to("of_today.parquet")
    (tmp_path / "data").symlink_to("real")
    assert len(read_market(tmp_path / "real" / ".." / "data").orders) == 4


def test_an_optional_table_that_cannot_be_opened_is_named_and_not_taken_for_missing(frames, tmp_path):
    write_market({name: frame for name, frame in frames.items() if name != "leaks"}, tmp_path)
    read_market(tmp_path)
    (tmp_path / "leaks.csv").symlink_to("nothing")
    with pytest.raises(InputError, match=r"leaks\.csv\n.*leads nowhere"):
        read_market(tmp_path)


def test_a_hole_of_ten_gigabytes_is_refused_at_once(refuse):
    def make_hole(path):
        path.touch()
        os.truncate(path, 10 * 2**30)

    assert "cannot be read as parquet" in refuse(make_hole)


def test_a_csv_whose_first_line_does_not_end_is_refused_at_once(refuse):
    def make_hole(path):
        path.touch()
        os.truncate(path, 10 * 2**30)

    assert "has a first line of more than 1,048,576 characters" in refuse(make_hole, "csv")


def test_a_csv_larger_than_memory_is_refused_before_it_is_read(refuse, frames, monkeypatch):
    real = os.sysconf
    monkeypatch.setattr(os, "sysconf", lambda name: 1 if name == "SC_PHYS_PAGES" else real(name))

    def write(path):
        path.write_text(",".join(frames["orders"].columns) + "\n" + "x" * 5000)

    assert "unpacks to 0.0 GiB · expected at most this machine's 0.0 GiB" in refuse(write, "csv")


def test_a_row_that_does_not_end_is_told(refuse, frames):
    def write(path):
        frames["orders"].to_csv(path, index=False)
        with path.open("a") as file:
            file.write('"' + "x" * 3_000_000)

    assert "mend a row longer than a million characters: its quotes may not end" in refuse(write, "csv")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_as_many_columns_as_no_table_has_are_refused_and_some_strange_ones_are_not(
    refuse, frames, tmp_path, ending
):
    names = [f"column {number}" for number in range(refusing.MOST_COLUMNS + 1)]

    def write(path):
        if ending == "csv":
            path.write_text(",".join(names) + "\n")
        else:
            pq.write_table(pa.table([pa.array([1])] * len(names), names=names), path)

    assert "has 10,001 columns · expected at most 10,000" in refuse(write, ending)
    more = frames["orders"].assign(**dict.fromkeys(names[:50], "1"))
    write_market(frames | {"orders": more}, tmp_path / "other", ending)
    assert len(read_market(tmp_path / "other").orders) == 4
