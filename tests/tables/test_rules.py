"""Every rule on purpose: a row that breaks it, and beside it a near miss that does not."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.tables import Market
from resellerrisk.tables.checking import check_tables
from resellerrisk.tables.faults import Severity
from resellerrisk.tables.files import from_frame


def check(frames, limit=1.0):
    return check_tables(
        {name: from_frame(name, frame) for name, frame in frames.items()}, [], "here", limit
    ).report


def put(frames, table, row, **cells):
    """Change cells of one row (counted from 1)."""
    frame = frames[table].astype(object)
    for column, cell in cells.items():
        frame.loc[row - 1, column] = cell
    frames[table] = frame


def test_a_tidy_market_has_no_faults(frames):
    report = check(frames, limit=0.0)
    assert report.faults == ()
    assert report.ok
    assert (report.intake["read"] == report.intake["used"]).all()


BROKEN = [
    ("orders", 4, {"quantity": 0}, "quantity", "out of bounds"),
    ("orders", 4, {"quantity": -2}, "quantity", "out of bounds"),
    ("orders", 4, {"quantity": None}, "quantity", "missing cell"),
    ("orders", 4, {"quantity": "two"}, "quantity", "not readable"),
    ("orders", 4, {"quantity": 2.5}, "quantity", "not readable"),
    ("orders", 4, {"unit_price": -0.01}, "unit_price", "out of bounds"),
    ("orders", 4, {"line": -1}, "line", "out of bounds"),
    ("orders", 4, {"order_id": ""}, "order_id", "missing cell"),
    ("orders", 4, {"account_id": "A9"}, "account_id", "unknown id"),
    ("orders", 4, {"account_id": "123"}, "account_id", "unknown id"),
    ("orders", 4, {"title_id": "T9"}, "title_id", "unknown id"),
    ("orders", 4, {"ship_method": "drone"}, "ship_method", "unknown value"),
    ("accounts", 2, {"founded_on": "1899-12-31"}, "founded_on", "out of bounds"),
    ("orders", 4, {"ordered_at": "2101-01-01"}, "ordered_at", "out of bounds"),
    ("orders", 4, {"ordered_at": "2019-02-30"}, "ordered_at", "not readable"),
    ("orders", 4, {"ordered_at": "2018-01-01 08:59:59"}, "ordered_at", "before its account"),
    ("orders", 2, {"account_id": "A2"}, "order_id, account_id", "two accounts in one order"),
    ("orders", 2, {"line": 1}, "order_id, line", "duplicate key"),
    ("accounts", 2, {"country": "USA"}, "country", "out of bounds"),
    ("accounts", 2, {"store_count": -1}, "store_count", "out of bounds"),
    ("accounts", 2, {"account_id": "00123"}, "account_id", "duplicate key"),
    ("titles", 2, {"title_id": "T1"}, "title_id", "duplicate key"),
    ("titles", 2, {"year": 1492}, "year", "out of bounds"),
    ("leaks", 2, {"leak_id": "L1"}, "leak_id", "duplicate key"),
    ("leaks", 2, {"title_id": "T9"}, "title_id", "unknown id"),
    ("leaks", 2, {"known_at": "2019-02-20 23:59:59"}, "leaked_at, known_at", "reversed times"),
    ("shipments", 2, {"order_id": "O9"}, "order_id", "unknown id"),
    ("shipments", 2, {"line": 2}, "order_id, line", "unknown order line"),
    ("shipments", 2, {"account_id": "00123"}, "account_id", "not as ordered"),
    ("shipments", 2, {"title_id": "T2"}, "title_id", "not as ordered"),
    ("shipments", 2, {"shipped_at": "2019-02-02 10:59:59"}, "shipped_at", "shipped before ordered"),
    ("shipments", 1, {"delivered_at": "2019-02-10 09:59:59"}, "shipped_at, delivered_at", "reversed times"),
    ("payments", 2, {"account_id": "A9"}, "account_id", "unknown id"),
    ("identifiers", 2, {"account_id": "A9"}, "account_id", "unknown id"),
    ("identifiers", 2, {"value": ""}, "value", "missing cell"),
    ("street_dates", 3, {"title_id": "T9"}, "title_id", "unknown id"),
    ("street_dates", 3, {"street_date": "soon"}, "street_date", "not readable"),
]


@pytest.mark.parametrize(("table", "row", "cells", "column", "what"), BROKEN)
def test_a_broken_row_is_set_aside_and_named(frames, table, row, cells, column, what):
    put(frames, table, row, **cells)
    report = check(frames)
    (fault,) = (fault for fault in report.faults if fault.table == table)
    assert (fault.column, fault.what, fault.rows, fault.count) == (column, what, (row,), 1)
    assert fault.severity is Severity.QUARANTINE
    assert fault.expected and fault.hint
    assert all(str(cell) in " ".join(fault.values) for cell in cells.values() if cell)
    intake = report.intake.set_index("table").loc[table]
    assert (intake["quarantined"], intake["read"]) == (1, intake["used"] + 1)


NEAR_MISSES = [
    ("orders", 4, {"quantity": 1}),
    ("orders", 4, {"quantity": "2.0"}),
    ("orders", 4, {"unit_price": 0}),
    ("orders", 4, {"unit_price": None}),
    ("orders", 4, {"line": 0}),
    ("orders", 4, {"ship_method": " Courier"}),
    ("orders", 4, {"ordered_at": "2018-01-01 09:00:00"}),
    ("orders", 4, {"ordered_at": "2018-01-01 10:00:00+01:00"}),
    ("orders", 4, {"ordered_at": "2100-12-31 23:59:59"}),
    ("orders", 2, {"line": 3}),
    ("accounts", 1, {"website_registered_on": "2030-01-01"}),
    ("accounts", 1, {"business_type": None}),
    ("accounts", 1, {"founded_on": "1900-01-01"}),
    ("leaks", 2, {"known_at": "2019-02-21"}),
    ("shipments", 2, {"shipped_at": "2019-02-02 12:00:00+01:00"}),
    ("shipments", 1, {"delivered_at": "2019-02-10 10:00:00"}),
    ("payments", 1, {"amount": -5}),
]


@pytest.mark.parametrize(("table", "row", "cells"), NEAR_MISSES)
def test_a_near_miss_is_used(frames, table, row, cells):
    put(frames, table, row, **cells)
    assert check(frames, limit=0.0).faults == ()


def test_a_part_shipment_is_no_duplicate(frames):
    frames["shipments"] = pd.concat([frames["shipments"]] * 2, ignore_index=True)
    assert check(frames, limit=0.0).faults == ()


def test_of_rows_with_one_key_the_first_good_one_is_used(frames):
    again = frames["orders"].iloc[[0, 0]].assign(unit_price=[99.0, 98.0])
    frames["orders"] = pd.concat([frames["orders"], again], ignore_index=True)
    assert Market.from_frames(frames, limit=1).orders["unit_price"].iloc[0] == 12.5
    put(frames, "orders", 1, quantity=0)
    frames.pop("shipments")
    market = Market.from_frames(frames, limit=1)
    assert market.orders["unit_price"].tolist() == [9.0, 0.0, 12.5, 99.0]
    assert {(fault.what, fault.rows) for fault in market.faults} == {
        ("out of bounds", (1,)),
        ("duplicate key", (6,)),
    }


def test_rows_of_an_account_that_was_set_aside_are_told_apart_from_rows_of_nobody(frames):
    put(frames, "accounts", 2, founded_on="2018-02-30")
    put(frames, "orders", 4, account_id="A9")
    faults = [fault for fault in check(frames).faults if fault.table == "orders"]
    assert {(fault.what, fault.rows) for fault in faults} == {
        ("unknown id", (4,)),
        ("its row was set aside", (3,)),
    }


def test_rows_of_accounts_without_any_id_are_rows_of_nobody(frames):
    frames["accounts"]["account_id"] = None
    found = {(fault.table, fault.what) for fault in check(frames).faults if fault.column == "account_id"}
    assert {("accounts", "missing cell"), ("orders", "unknown id")} <= found
    assert ("orders", "its row was set aside") not in found


def test_a_shipment_of_a_line_that_was_set_aside_is_told_apart_from_one_of_no_line(frames):
    put(frames, "orders", 1, quantity=0)
    put(frames, "shipments", 2, line=7)
    faults = [fault for fault in check(frames).faults if fault.table == "shipments"]
    assert {(fault.what, fault.rows) for fault in faults} == {
        ("its row was set aside", (1,)),
        ("unknown order line", (2,)),
    }


def test_shipments_find_their_lines_where_orders_stop_the_run_for_lines_twice(frames):
    frames["orders"] = pd.concat([frames["orders"]] * 2, ignore_index=True)
    assert {(fault.table, fault.what[:13]) for fault in check(frames, limit=0).faults} == {
        ("orders", "duplicate key"),
        ("orders", "4 of 8 rows a"),
    }


def test_frames_that_cannot_be_used_are_told_without_a_folder(frames):
    frames.pop("titles")
    with pytest.raises(InputError) as error:
        Market.from_frames(frames)
    assert str(error.value).splitlines()[0] == "The market cannot be used: 1 fault in 1 file stops the run."
    assert "add a frame of this name" in str(error.value)


def test_a_table_that_stops_the_run_is_not_told_again_in_every_other(frames):
    put(frames, "accounts", 2, founded_on="2018-02-30")
    report = check(frames, limit=0.1)
    assert {fault.table for fault in report.faults} == {"accounts"}
    assert not report.ok


def test_lost_zeros_are_recognised(frames):
    frames["orders"]["account_id"] = ["123", "123", "A2", "123"]
    fault = next(fault for fault in check(frames).faults if fault.what == "unknown id")
    assert "'123' here seems to be '00123'" in fault.hint


def test_ids_stored_as_numbers_are_told_and_used(frames):
    frames["titles"]["title_id"] = [1, 2]
    for name in ("orders", "shipments", "street_dates", "returns", "leaks"):
        frames[name]["title_id"] = frames[name]["title_id"].str.lstrip("T")
    report = check(frames, limit=0.0)
    assert [(fault.table, fault.column, fault.severity) for fault in report.faults] == [
        ("titles", "title_id", Severity.NOTICE)
    ]
    assert report.ok


def test_a_payment_for_an_order_that_is_not_there_is_kept_and_told(frames):
    put(frames, "payments", 1, order_id="O0")
    market = Market.from_frames(frames, limit=0)
    assert market.payments["order_id"].isna().all()
    assert [(fault.what, fault.severity) for fault in market.faults] == [
        ("unknown id, set to missing", Severity.NOTICE)
    ]


def test_all_faults_of_one_row_are_told(frames):
    put(frames, "orders", 4, quantity=0, title_id="T9", ship_method="drone", ordered_at="never")
    report = check(frames)
    assert {fault.column for fault in report.faults} == {"quantity", "title_id", "ship_method", "ordered_at"}
    assert report.intake.set_index("table")["quarantined"]["orders"] == 1


def test_the_nearest_word_is_suggested(frames):
    put(frames, "orders", 4, ship_method="curier")
    assert check(frames).faults[0].hint == "write 'courier' for 'curier'"
    put(frames, "orders", 4, ship_method="drone")
    assert check(frames).faults[0].hint == "write one of the words above or leave it empty"


def test_a_column_mostly_unusable_is_one_fault_and_marks_no_rows(frames):
    frames["orders"]["quantity"] = ["two", "many", "few", 1]
    report = check(frames)
    (fault,) = report.faults
    assert (fault.column, fault.what, fault.severity) == ("quantity", "wrong type", Severity.STOP)
    assert report.intake["quarantined"].sum() == 0


@pytest.mark.parametrize(("bad", "stops"), [(1, False), (2, True)])
def test_the_run_stops_past_the_limit_and_not_at_it(frames, bad, stops):
    frames["orders"] = pd.concat([frames["orders"].iloc[[3]].assign(line=line) for line in range(20)])
    frames["orders"]["quantity"] = [0] * bad + [1] * (20 - bad)
    for name in ("shipments", "payments"):
        frames.pop(name)
    assert check(frames, limit=0.05).ok is not stops


def test_the_time_of_an_order_is_held_against_its_own_account(frames):
    put(frames, "orders", 3, ordered_at="2018-03-01")
    frames.pop("shipments")
    (fault,) = check(frames).faults
    assert (fault.what, fault.rows) == ("before its account", (3,))
    put(frames, "orders", 3, ordered_at="2019-02-02 11:00:00")
    put(frames, "orders", 4, ordered_at="2018-03-01")
    assert check(frames).faults == ()


def test_a_name_that_slipped_into_a_column_of_codes_is_not_shown(frames):
    put(frames, "accounts", 2, country="Jane Doe")
    (fault,) = (fault for fault in check(frames).faults if fault.table == "accounts")
    assert (fault.column, fault.what, fault.values) == ("country", "out of bounds", ())
