"""A form's cells one by one, against the reader of whole columns."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resellerrisk.errors import InputError
from resellerrisk.signals.pending import read_form
from resellerrisk.tables import TABLES
from resellerrisk.tables.cells import read_cells
from resellerrisk.tables.declare import Kind

FORM = {"account_id": "A1", "applied_at": "2020-06-30 09:00:00"}
TIMES = [column for column in TABLES["accounts"].columns if column.kind in (Kind.TIME, Kind.DATE)]


def same(one, other) -> bool:
    """Whether two cells are the same, missing ones too."""
    return one == other or (pd.isna(one) and pd.isna(other))


@settings(max_examples=200)
@given(
    st.one_of(
        st.datetimes(dt.datetime(1690, 1, 1), dt.datetime(2250, 1, 1)).map(str),
        st.datetimes(dt.datetime(1690, 1, 1), dt.datetime(2250, 1, 1)).map(dt.datetime.isoformat),
        st.dates(dt.date(1690, 1, 1), dt.date(2250, 1, 1)).map(str),
        st.from_regex(
            r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+]02:00)?)?",
            fullmatch=True,
        ),
        st.sampled_from(
            [
                "2020-02-29",
                "2019-02-29",
                "2020-06-31",
                " 2020-06-30",
                "30.6.2020",
                "2020-06-30T24:00:00",
                "20200630",
            ]
        ),
    )
)
def test_a_time_in_a_form_is_what_a_column_of_times_makes_of_it(text):
    for column in TIMES:
        expected = read_cells(column, pa.chunked_array([[text]]))
        try:
            found = getattr(read_form(FORM | {column.name: text}), column.name)
        except InputError:
            assert expected.unusable[0]
            continue
        assert not expected.unusable[0]
        assert found.dtype == expected.values.dtype == np.dtype("datetime64[us]")
        assert found[0] == expected.values[0]


@pytest.mark.parametrize(
    "cell", ["Discs Ltd", " Discs ", "", None, "yes", "3", "store", "Commercial", "GB", 3, 2.5, True, np.nan]
)
def test_any_cell_of_a_form_is_what_a_column_makes_of_it_twice(cell):
    """Twice, since words and numbers are remembered."""
    for column in TABLES["accounts"].columns:
        if column.name in FORM or column.pattern:
            continue
        for _ in range(2):
            missing = cell is None or cell == "" or cell != cell
            try:
                expected = read_cells(column, pa.chunked_array([[None if missing else cell]]))
            except Exception as refused:
                with pytest.raises(type(refused)):
                    read_form(FORM | {column.name: cell})
                continue
            if expected.unusable[0]:
                with pytest.raises(InputError, match=column.name):
                    read_form(FORM | {column.name: cell})
                continue
            found = getattr(read_form(FORM | {column.name: cell}), column.name)
            assert same(found[0], expected.values[0]), (column.name, cell)


def test_true_and_one_are_not_taken_for_each_other_in_memory():
    assert read_form(FORM | {"store_count": 1}).store_count[0] == 1.0
    assert read_form(FORM | {"street_date_agreement": True}).street_date_agreement[0] == 1.0
    assert read_form(FORM | {"street_date_agreement": 1}).street_date_agreement[0] == 1.0
