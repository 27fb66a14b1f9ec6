"""Folders of parquet and CSV: what is read, what is refused, and that one message tells everything."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.tables import Severity, check_market, read_market, write_market


@pytest.fixture(params=["csv", "parquet"])
def format(request):
    return request.param


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def test_a_missing_column_a_wrong_type_an_unknown_word_and_a_duplicate_key_stand_in_one_message(
    frames, folder, format
):
    frames["accounts"] = frames["accounts"].drop(columns="email")
    frames["accounts"]["business_type"] = ["store", "kiosk"]
    frames["orders"]["quantity"] = ["three", "one", "one", "two"]
    frames["titles"]["title_id"] = ["T1", "T1"]
    write_market(frames, folder, format)
    with pytest.raises(InputError) as error:
        read_market(folder)
    message = str(error.value)
    assert "email · missing column · expected a text · Hint: add the column" in message
    assert "business_type · unknown value in row 2: 'kiosk' · expected one of store, online" in message
    assert (
        "quantity · wrong type in rows 1, 2, 3, 4: 'three', 'one', 'two' · expected a whole number" in message
    )
    assert "title_id · duplicate key in row 2: 'T1' · expected each once" in message
    for name in ("accounts", "orders", "titles"):
        assert f"\n{name}.{format}\n" in message
    assert message.endswith(f"Hint: mend what is listed, then look again: resellerrisk check {folder}")


def test_the_message_names_the_small_faults_beside_what_stops_the_run(frames, folder):
    frames["orders"] = pd.concat([frames["orders"].iloc[[3]].assign(line=line) for line in range(1, 41)])
    frames["orders"]["quantity"] = [0] + [1] * 39
    for name in ("shipments", "payments"):
        frames.pop(name)
    write_market(frames, folder, "csv")
    assert len(read_market(folder).orders) == 39
    write_market({"titles": frames["titles"].drop(columns="ean")}, folder, "csv")
    with pytest.raises(InputError, match=r"\[rows set aside\] quantity · out of bounds in row 1: '0'"):
        read_market(folder)


def test_checking_tells_the_same_and_raises_nothing(frames, folder):
    frames["titles"] = frames["titles"].drop(columns="ean").assign(eam="1")
    write_market(frames, folder, "csv")
    report = check_market(folder)
    (fault,) = report.faults
    assert (fault.table, fault.file, fault.column) == ("titles", "titles.csv", "ean")
    assert fault.hint.startswith("rename 'eam' to 'ean'")
    assert not report.ok
    assert "missing column" in report.render()


def test_a_tidy_market_is_reported_in_numbers(frames, folder):
    write_market(frames, folder)
    lines = check_market(folder).render().splitlines()
    assert lines[0].split() == ["table", "read", "used", "quarantined"]
    assert ["orders", "4", "4", "0"] in [line.split() for line in lines]
    assert lines[-1] == "No faults."


def test_parquet_and_csv_give_the_same_market(frames, tmp_path):
    for format in ("csv", "parquet"):
        write_market(frames, tmp_path / format, format)
    one, other = read_market(tmp_path / "csv"), read_market(tmp_path / "parquet")
    for name, frame in one.tables().items():
        pd.testing.assert_frame_equal(frame, other.tables()[name])
    assert one.fingerprint == other.fingerprint


def test_both_formats_of_one_table_are_one_too_many(frames, folder):
    write_market(frames, folder)
    frames["titles"].to_csv(folder / "titles.csv")
    with pytest.raises(InputError, match=r"titles.parquet and titles.csv\n.*stands there twice"):
        read_market(folder)


def test_a_missing_required_table_stops_the_run_and_an_optional_one_does_not(frames, folder):
    for name in ("street_dates", "leaks", "outcomes"):
        frames.pop(name)
    write_market(frames, folder)
    (fault,) = check_market(folder).faults
    assert (fault.table, fault.what) == ("street_dates", "missing table")


def test_a_folder_that_is_not_there_is_named(folder):
    with pytest.raises(InputError, match="data is not a folder"):
        read_market(folder)


def test_a_file_cut_short_is_one_fault_among_the_others(frames, folder, format):
    frames["accounts"] = frames["accounts"].drop(columns="email")
    write_market(frames, folder, format)
    file = folder / f"titles.{format}"
    file.write_bytes(file.read_bytes()[:-20] if format == "parquet" else b"")
    faults = {(fault.table, fault.column): fault.what for fault in check_market(folder).faults}
    assert faults["accounts", "email"] == "missing column"
    assert faults["titles", ""] in ("cannot be read as parquet", "is empty")


def rewrite(folder, name, change):
    path = folder / f"{name}.csv"
    path.write_bytes(change(path.read_bytes()))


def test_a_byte_order_mark_windows_line_ends_and_blank_lines_change_nothing(frames, folder):
    write_market(frames, folder, "csv")
    plain = read_market(folder)
    for name in frames:
        rewrite(folder, name, lambda text: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert read_market(folder).fingerprint == plain.fingerprint


def test_a_row_with_too_many_cells_is_set_aside_whole_and_rows_keep_their_numbers(frames, folder, tmp_path):
    write_market(frames, folder, "csv")
    rewrite(
        folder,
        "returns",
        lambda text: text + b'00123,"T1, or so",2019-05-01,1,extra\n00123,T1,2019-05-02,0\n',
    )
    market = read_market(folder, limit=1, quarantine=tmp_path / "bad")
    assert {(fault.what, fault.rows) for fault in market.faults} == {
        ("wrong number of cells", (2,)),
        ("out of bounds", (3,)),
    }
    bad = pd.read_csv(tmp_path / "bad" / "returns.csv", dtype=str)
    assert bad["row"].tolist() == ["2", "3"]
    assert bad["account_id"].tolist() == ['00123,"T1, or so",2019-05-01,1,extra', "00123"]
    assert market.intake.set_index("table").loc["returns"].tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda text: text.replace(b",", b";"), "is not separated by commas"),
        (lambda text: text.replace("ö".encode(), b"\xf6"), "cannot be read as CSV"),
        (lambda text: text.replace(b"legal_name", b"city"), "names city twice"),
        (lambda text: b"", "is empty"),
    ],
)
def test_a_csv_of_another_making_is_told_in_one_line(frames, folder, change, what):
    write_market(frames, folder, "csv")
    rewrite(folder, "accounts", change)
    fault = check_market(folder).faults[0]
    assert (fault.table, fault.what, fault.severity) == ("accounts", what, Severity.STOP)


def test_line_breaks_and_commas_inside_quotes_belong_to_the_cell(frames, folder):
    frames["accounts"]["legal_name"] = ['Bell, "Söhne"\nand others', "Corner Video"]
    write_market(frames, folder, "csv")
    assert read_market(folder).accounts["legal_name"].tolist() == [
        'Bell, "Söhne"\nand others',
        "Corner Video",
    ]


def test_a_night_without_orders_and_a_market_without_any_row_are_read(frames, folder, format):
    for name in ("shipments", "payments"):
        frames.pop(name)
    write_market(frames | {"orders": frames["orders"].iloc[:0]}, folder, format)
    market = read_market(folder)
    assert len(market.orders) == len(market.order_ids) == 0
    assert market.orders["quantity"].dtype == "int64"
    assert market.orders["account_id"].cat.categories.tolist() == ["00123", "A2"]
    write_market({name: frame.iloc[:0] for name, frame in frames.items()}, folder, format)
    assert read_market(folder).intake["read"].sum() == 0


def test_bad_rows_go_to_the_quarantine_as_they_were_with_row_and_reasons(frames, folder, tmp_path, format):
    frames["orders"]["ordered_at"] = [
        "2019-02-01 10:00:00",
        "soon",
        "2019-02-02 11:00:00",
        "2019-04-01 12:00:00",
    ]
    frames["orders"]["quantity"] = [3, 0, 1, 2]
    write_market(frames, folder, format)
    read_market(folder, limit=0.5, quarantine=tmp_path / "bad")
    assert os.listdir(tmp_path / "bad") == ["orders.csv"]
    bad = pd.read_csv(tmp_path / "bad" / "orders.csv", dtype=str).iloc[0]
    assert (bad["row"], bad["ordered_at"], bad["account_id"]) == ("2", "soon", "00123")
    assert (bad["line"], bad["quantity"], bad["unit_price"]) == ("2", "0", "9.0")
    assert "ordered_at: not readable, expected a time like" in bad["reason"]
    assert "; quantity: out of bounds, expected a whole number, 1 or more" in bad["reason"]


def test_the_quarantine_is_written_when_the_run_stops_and_cleared_when_all_is_well(frames, folder, tmp_path):
    write_market(frames | {"orders": frames["orders"].assign(quantity=[0, 1, 1, 1])}, folder)
    with pytest.raises(InputError, match=r"1 of 4 rows are bad \(25.0%\)"):
        read_market(folder, quarantine=tmp_path / "bad")
    assert (tmp_path / "bad" / "orders.csv").exists()
    write_market(frames, folder)
    read_market(folder, quarantine=tmp_path / "bad")
    assert os.listdir(tmp_path / "bad") == []


def test_the_data_itself_is_never_taken_for_a_quarantine(frames, folder):
    write_market(frames, folder, "csv")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError, match="is no quarantine file and is not replaced"):
        read_market(folder, quarantine=folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("limit", [-0.1, 1.5, float("nan")])
def test_a_limit_that_is_no_share_is_refused(frames, folder, limit):
    write_market(frames, folder)
    with pytest.raises(InputError, match="The limit of bad rows is"):
        read_market(folder, limit=limit)


def test_further_columns_are_left_alone(frames, folder, format):
    frames["orders"]["warehouse"] = ["N", "S", "N", "S"]
    frames["orders"]["quantity"] = [0, 1, 1, 2]
    frames.pop("shipments")
    write_market(frames, folder, format)
    assert read_market(folder, limit=0.5).orders["warehouse"].tolist() == ["S", "N", "S"]


def test_a_hostile_cell_cannot_flood_or_break_the_message(frames, folder):
    frames["orders"].loc[3, "ship_method"] = "\x1b[31m\nHint: all is well" + "x" * 10_000
    write_market(frames, folder)
    text = check_market(folder).render()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) < 600
    assert not any(line.startswith("Hint") for line in text.splitlines())


def test_writing_leaves_whole_files_only(frames, folder):
    write_market(frames, folder)
    assert sorted(os.listdir(folder)) == sorted(f"{name}.parquet" for name in frames)
    whole = (folder / "titles.parquet").read_bytes()
    with pytest.raises(Exception, match="Conversion failed|Expected bytes"):
        write_market({"titles": pd.DataFrame({"title_id": ["T1", 2]})}, folder)
    assert (folder / "titles.parquet").read_bytes() == whole
    with pytest.raises(UnicodeEncodeError):
        write_market({"titles": pd.DataFrame({"title_id": ["no text: \ud800"]})}, folder / "other", "csv")
    assert os.listdir(folder / "other") == []


def test_writing_refuses_a_second_format_another_format_and_another_table(frames, folder):
    write_market(frames, folder)
    with pytest.raises(InputError, match="accounts.parquet stands there already"):
        write_market(frames, folder, "csv")
    with pytest.raises(InputError, match="not written as 'xlsx'"):
        write_market(frames, folder, "xlsx")
    with pytest.raises(InputError, match="No table is named customers"):
        write_market({"customers": frames["accounts"]}, folder)
