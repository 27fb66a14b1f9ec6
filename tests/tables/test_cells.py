"""Cells of every kind: what is taken, what is not, and the near misses beside."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from resellerrisk.tables.cells import WrongType, read_cells
from resellerrisk.tables.declare import Column, Kind


def read(kind, cells, **declared):
    raw = cells if isinstance(cells, pa.Array) else pa.array(cells, pa.string())
    return read_cells(Column("column", kind, "A column.", **declared), pa.chunked_array([raw]))


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2019-12-31 23:59:59", "2019-12-31 23:59:59"),
        ("2019-12-31T23:59:59+02:00", "2019-12-31 21:59:59"),
        ("2019-12-31T23:59:59Z", "2019-12-31 23:59:59"),
        ("2019-12-31 23:59:59.123456", "2019-12-31 23:59:59.123456"),
        (" 2019-12-31 ", "2019-12-31"),
        ("20191231", "2019-12-31"),
    ],
)
def test_a_time_is_taken_in_utc_and_mixed_zones_stand_in_one_column(cell, utc):
    cells = read(Kind.TIME, [cell, "2019-01-01T00:00:00-05:00", None, "2019-01-01"])
    assert cells.values.dtype == "datetime64[us]"
    expected = np.array([utc, "2019-01-01T05:00", "NaT", "2019-01-01"], dtype="datetime64[us]")
    np.testing.assert_array_equal(cells.values, expected)
    assert not cells.unusable.any()


@pytest.mark.parametrize(
    "cell", ["2019", "2019-12", "31/12/2019", "2019-13-01", "2019-02-29", "2019-12-31 25:00", "soon", "1576"]
)
def test_what_is_less_than_a_day_or_no_day_at_all_is_no_time(cell):
    cells = read(Kind.TIME, [cell, "2019-12-31"])
    assert cells.unusable.tolist() == [True, False]
    assert np.isnat(cells.values[0])


def test_of_a_date_the_day_counts_as_it_is_written():
    cells = read(
        Kind.DATE, ["2019-12-31", "2019-12-31T23:00:00-05:00", "2019-12-31T00:30+02:00", "2019-12-32"]
    )
    assert (cells.values[:3] == np.datetime64("2019-12-31")).all()
    assert cells.unusable.tolist() == [False, False, False, True]


def test_stored_times_are_taken_whatever_their_unit_and_zone():
    moment = dt.datetime(2019, 12, 31, 23, 30, tzinfo=dt.UTC)
    for unit in ("s", "ms", "us", "ns"):
        stored = pa.array([moment, None], pa.timestamp(unit, "Europe/Berlin"))
        np.testing.assert_array_equal(
            read(Kind.TIME, stored).values, np.array(["2019-12-31T23:30", "NaT"], dtype="datetime64[us]")
        )
        assert read(Kind.DATE, stored).values[0] == np.datetime64("2020-01-01")
    assert read(Kind.TIME, pa.array([dt.date(2019, 12, 31)])).values[0] == np.datetime64("2019-12-31")


def test_a_number_is_read_exactly_as_written():
    written = [repr(0.1 + 0.2), "1e3", "-7", "+7", ".5", "5.", " 12 ", "", None, "9007199254740993.0"]
    values = read(Kind.NUMBER, written).values
    assert values[:7].tolist() == [0.1 + 0.2, 1000.0, -7.0, 7.0, 0.5, 5.0, 12.0]
    assert np.isnan(values[7:9]).all()
    assert values[9] == float("9007199254740993.0")


@pytest.mark.parametrize(
    "cell", ["1,234.50", "1.234,50", "five", "0x10", "inf", "NaN", "1_000", "-", "1e", "€5"]
)
def test_what_only_looks_like_a_number_is_none(cell):
    assert read(Kind.NUMBER, [cell, "5"]).unusable.tolist() == [True, False]


def test_a_whole_number_may_be_written_with_a_point_but_not_with_a_fraction():
    cells = read(Kind.WHOLE, ["5.0", "5.5", "5"])
    assert cells.unusable.tolist() == [False, True, False]
    stored = read(Kind.WHOLE, pa.array([5.0, 5.5, np.nan, np.inf]))
    assert stored.unusable.tolist() == [False, True, False, True]


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.uint16()])
def test_whole_numbers_stored_as_such_stay_so_where_each_row_must_have_one(kind):
    whole = read(Kind.WHOLE, pa.array([1, 30_000], kind), required=True)
    assert (whole.values.dtype, whole.values.tolist()) == (np.int64, [1, 30_000])
    assert read(Kind.WHOLE, pa.array([1, 30_000], kind)).values.dtype == np.float64


@pytest.mark.parametrize("far", [2**53 + 2, -(2**53) - 2])
def test_a_stored_whole_number_that_floats_do_not_tell_apart_is_unusable_and_the_largest_that_they_do_is_not(
    far,
):
    cells = read(Kind.WHOLE, pa.array([1, far]), required=True)
    assert cells.unusable.tolist() == [False, True]
    near = far - 2 if far > 0 else far + 2
    assert not read(Kind.WHOLE, pa.array([1, near]), required=True).unusable.any()


def test_a_stored_whole_number_that_is_missing_is_seen():
    cells = read(Kind.WHOLE, pa.array([1, None]), required=True)
    assert np.isnan(cells.values).tolist() == [False, True]


def test_flags_are_one_zero_or_missing():
    cells = read(Kind.FLAG, ["True", "no", "1", "0.0", "", "maybe"])
    np.testing.assert_array_equal(cells.values, [1, 0, 1, 0, np.nan, np.nan])
    assert cells.unusable.tolist() == [False] * 5 + [True]
    np.testing.assert_array_equal(read(Kind.FLAG, pa.array([True, None, False])).values, [1, np.nan, 0])
    assert read(Kind.FLAG, pa.array([1, 2, None])).unusable.tolist() == [False, True, False]


def test_words_forgive_capitals_and_blanks_but_not_other_words():
    cells = read(
        Kind.WORD, ["Store ", "law-enforcement", "stor", "", None], allowed=("store", "law_enforcement")
    )
    assert cells.values.tolist() == ["store", "law_enforcement", np.nan, np.nan, np.nan]
    assert cells.values.categories.tolist() == ["store", "law_enforcement"]
    assert cells.unusable.tolist() == [False, False, True, False, False]


def test_ids_keep_their_zeros_and_their_blanks():
    cells = read(Kind.ID, ["00123", "123", " 123", None, "", "00123"])
    assert cells.values.tolist() == ["00123", "123", " 123", np.nan, np.nan, "00123"]
    assert cells.values.categories.tolist() == [" 123", "00123", "123"]


def test_ids_stored_as_numbers_become_text_and_are_told():
    for stored in (pa.array([123, None]), pa.array([123.0, np.nan])):
        cells = read(Kind.ID, stored)
        assert cells.values.tolist() == ["123", np.nan]
        assert cells.were_numbers


def test_the_order_of_the_file_and_words_no_row_holds_change_no_code():
    one = read(Kind.ID, pa.DictionaryArray.from_arrays([1, 0, None], ["b", "a", "unused"]))
    other = read(Kind.ID, ["a", "b", None])
    assert one.values.codes.tolist() == other.values.codes.tolist()
    assert one.values.categories.tolist() == ["a", "b"]


def test_text_that_does_not_repeat_stays_text():
    cells = read(Kind.TEXT, ["NA", "", None])
    assert cells.values.tolist() == ["NA", None, None]


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (Kind.TIME, pa.array([1576000000])),
        (Kind.TIME, pa.array([True])),
        (Kind.WHOLE, pa.array([True])),
        (Kind.NUMBER, pa.array([dt.date(2019, 1, 1)])),
        (Kind.ID, pa.array([1.5])),
        (Kind.ID, pa.array([["a"]])),
        (Kind.TEXT, pa.array([True])),
        (Kind.WORD, pa.array([1])),
        (Kind.FLAG, pa.array([dt.date(2019, 1, 1)])),
    ],
)
def test_a_type_that_cannot_be_meant_is_refused_as_a_whole(kind, stored):
    with pytest.raises(WrongType):
        read(kind, stored)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_column_without_rows_or_without_any_cell_filled_is_read(kind):
    for stored in (pa.array([], pa.string()), pa.array([], pa.null()), pa.array([None, None], pa.null())):
        cells = read(kind, stored)
        assert pd.isna(cells.values).all()
        assert len(cells.values) == len(cells.unusable) == len(stored)
