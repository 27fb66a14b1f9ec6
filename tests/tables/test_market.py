"""The market: shared codes, what was known before a moment, its fingerprint, and the law that no row is lost."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resellerrisk import vocabulary
from resellerrisk.errors import InputError
from resellerrisk.tables import TABLES, Market, build_schema, read_market
from resellerrisk.tables.checking import check_tables
from resellerrisk.tables.files import from_frame
from resellerrisk.tables.market import build_market


@pytest.fixture
def market(frames):
    return Market.from_frames(frames)


def test_every_table_has_the_columns_and_types_of_the_contract(market):
    for name, table in TABLES.items():
        frame = getattr(market, name)
        assert tuple(frame) == table.names
        assert isinstance(frame.index, pd.RangeIndex)
        assert {column.name: column.dtype for column in table.columns} == frame.dtypes.astype(str).to_dict()


def test_tables_that_are_not_there_are_empty_with_the_same_types(frames):
    whole = Market.from_frames(frames)
    few = Market.from_frames({name: frames[name] for name in vocabulary.REQUIRED_TABLES})
    assert few.present == frozenset(vocabulary.REQUIRED_TABLES)
    for name in set(TABLES) - few.present:
        assert len(getattr(few, name)) == 0
        assert (
            getattr(few, name).dtypes.astype(str).to_dict()
            == getattr(whole, name).dtypes.astype(str).to_dict()
        )
    assert few.shipments["account_id"].cat.categories.equals(few.account_ids)


def test_what_was_read_passes_the_pandera_schemas(market):
    for name in TABLES:
        build_schema(name).validate(getattr(market, name))


def test_codes_compare_between_tables(market):
    for name, frame in market.tables().items():
        for column, ids in (
            ("account_id", market.account_ids),
            ("title_id", market.title_ids),
            ("order_id", market.order_ids),
        ):
            if column in frame:
                assert frame[column].cat.categories is ids or frame[column].cat.categories.equals(ids), name
    assert market.account_ids.tolist() == ["00123", "A2"]
    assert market.orders["account_id"].cat.codes.tolist() == [0, 0, 1, 0]


def test_ids_set_aside_are_in_no_list(frames):
    frames["orders"]["quantity"] = [3, 1, 0, 2]
    market = Market.from_frames(frames, limit=1)
    assert market.order_ids.tolist() == ["O1", "O3"]
    assert market.shipments["order_id"].tolist() == ["O1"]
    assert market.orders.index.tolist() == [0, 1, 2]


def test_words_are_coded_in_the_order_of_the_vocabulary(market):
    assert tuple(market.accounts["business_type"].cat.categories) == vocabulary.BUSINESS_TYPES
    assert tuple(market.outcomes["outcome"].cat.categories) == vocabulary.OUTCOMES
    assert tuple(market.leaks["format"].cat.categories) == vocabulary.LEAK_FORMATS


def test_what_was_known_before_a_moment_is_strictly_before_it(market):
    at = market.before("2019-02-20 10:00:00")
    assert at.leaks["leak_id"].tolist() == []
    assert market.before("2019-02-20 10:00:01").leaks["leak_id"].tolist() == ["L1"]
    assert (
        at.street_dates["street_date"].astype(str).tolist() == ["2019-03-05", "2019-05-07", "2019-03-12"]
        or (at.street_dates["known_at"] < pd.Timestamp("2019-02-20 10:00:00")).all()
    )
    assert at.orders["order_id"].tolist() == ["O1", "O1", "O2"]
    assert at.outcomes.empty
    assert len(at.titles) == 2


def test_rows_come_known_by_the_column_their_table_names(market):
    for name, table in TABLES.items():
        for moment in getattr(market, name)[table.known_at] if table.known_at else ():
            before, after = market.before(moment), market.before(moment + pd.Timedelta(microseconds=1))
            assert (getattr(before, name)[table.known_at] < moment).all()
            assert len(getattr(after, name)) > len(getattr(before, name))


def test_a_delivery_is_not_known_before_it_happened(market):
    assert market.before("2019-02-10 10:00:00").shipments["order_id"].tolist() == ["O2"]
    assert market.before("2019-02-12 10:00:00").shipments["delivered_at"].isna().all()
    later = market.before("2019-02-12 10:00:01").shipments
    assert later["delivered_at"].tolist()[0] == pd.Timestamp("2019-02-12 10:00:00")
    assert market.shipments["delivered_at"].notna().tolist() == [True, False]


def test_codes_stay_the_same_before_a_moment(market):
    early = market.before("2018-03-01")
    assert early.accounts["account_id"].tolist() == ["00123"]
    assert early.account_ids.tolist() == ["00123", "A2"]
    assert tuple(early.orders["ship_to"].cat.categories) == tuple(market.orders["ship_to"].cat.categories)


def test_a_moment_may_have_a_zone(market):
    assert len(market.before("2019-02-01T12:00:01+02:00").orders) == 2
    assert len(market.before("2019-02-01T12:00:00+02:00").orders) == 0
    assert len(market.before(pd.Timestamp("2019-02-01 10:00:01")).orders) == 2


@pytest.mark.parametrize("moment", ["soon", "", None, "NaT"])
def test_what_is_no_time_is_refused(market, moment):
    with pytest.raises(InputError, match="is no moment"):
        market.before(moment)


def test_the_fingerprint_hangs_on_content_alone(frames, market):
    turned = {name: frame.iloc[::-1].assign(extra=1) for name, frame in frames.items()}
    assert Market.from_frames(turned).fingerprint == market.fingerprint
    assert len(market.fingerprint) == 64


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("orders", "unit_price", 12.500000000000002),
        ("orders", "ship_to", "Dock 8"),
        ("orders", "ship_method", "pickup"),
        ("orders", "ordered_at", "2019-04-01 12:00:01"),
        ("accounts", "legal_name", "Corner  Video"),
        ("accounts", "store_count", 0),
        ("outcomes", "note", ""),
    ],
)
def test_the_fingerprint_moves_with_any_cell(frames, market, table, column, cell):
    frames[table] = frames[table].astype(object)
    frames[table].loc[len(frames[table]) - 1, column] = cell
    assert Market.from_frames(frames).fingerprint != market.fingerprint


def test_the_fingerprint_moves_when_cells_change_places(frames, market):
    frames["returns"] = frames["returns"].assign(quantity=2)
    frames["orders"]["quantity"] = [1, 3, 1, 2]
    assert Market.from_frames(frames).fingerprint != market.fingerprint


def test_the_fingerprint_moves_when_two_cells_of_a_row_change_places(frames, market):
    frames["accounts"] = frames["accounts"].rename(columns={"legal_name": "city", "city": "legal_name"})
    assert Market.from_frames(frames).fingerprint != market.fingerprint


def test_a_row_twice_is_not_the_same_as_once(frames, market):
    frames["returns"] = pd.concat([frames["returns"]] * 2)
    assert Market.from_frames(frames).fingerprint != market.fingerprint


def test_tables_can_be_replaced_without_a_check(market):
    changed = market.with_tables(orders=market.orders.assign(quantity=-1).iloc[:2])
    assert changed.orders["quantity"].tolist() == [-1, -1]
    assert changed.orders.dtypes.astype(str).equals(market.orders.dtypes.astype(str))
    assert changed.order_ids.tolist() == ["O1"]
    assert changed.shipments["order_id"].isna().tolist() == [False, True]
    assert market.orders["quantity"].tolist() == [3, 1, 1, 2]


def test_replacing_nothing_changes_nothing(market):
    same = market.with_tables(**market.tables())
    assert same.fingerprint == market.fingerprint
    for name, frame in market.tables().items():
        pd.testing.assert_frame_equal(frame, getattr(same, name))


def test_a_replaced_table_needs_its_columns(market):
    with pytest.raises(InputError, match="The frame orders cannot be typed.\nquantity · missing column"):
        market.with_tables(orders=market.orders.drop(columns="quantity"))
    with pytest.raises(InputError, match="quantity · missing cell"):
        market.with_tables(orders=market.orders.assign(quantity=[1, 2, None, 4]))
    with pytest.raises(InputError, match="quantity · not readable in row 3: 'few'"):
        market.with_tables(orders=market.orders.assign(quantity=[1, 2, "few", 4]))
    with pytest.raises(InputError, match="No table is named order"):
        market.with_tables(order=market.orders)


def test_frames_by_another_name_are_refused(frames):
    with pytest.raises(InputError, match="No table is named customers"):
        Market.from_frames(frames | {"customers": frames["accounts"]})


def test_a_frame_that_names_a_column_twice_is_refused(frames):
    frames["titles"] = pd.concat([frames["titles"], frames["titles"][["ean"]]], axis=1)
    with pytest.raises(InputError, match="The frame titles names a column twice"):
        Market.from_frames(frames)


def test_frames_of_any_pandas_type_are_taken(frames, market):
    typed = {name: frame.convert_dtypes() for name, frame in frames.items()}
    assert Market.from_frames(typed).fingerprint == market.fingerprint
    coded = {name: frame.astype("category") for name, frame in frames.items()}
    assert Market.from_frames(coded).fingerprint == market.fingerprint
    assert Market.from_frames(market.tables()).fingerprint == market.fingerprint


CELLS = st.sampled_from(
    [
        None,
        "",
        "00123",
        "A2",
        "T1",
        "O1",
        "2019-02-01 10:00:00",
        "1500-01-01",
        "soon",
        "0",
        "1",
        "-3",
        "store",
        "dvd",
    ]
)


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_rows_read_are_rows_used_and_rows_set_aside(make_frames, data):
    frames = make_frames()
    for _ in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from(sorted(frames)))
        frame = pd.concat([frames[name]] * data.draw(st.integers(1, 3)), ignore_index=True).astype(object)
        row = data.draw(st.integers(0, len(frame) - 1))
        frame.loc[row, data.draw(st.sampled_from(list(frame)))] = data.draw(CELLS)
        frames[name] = frame
    checked = check_tables({name: from_frame(name, frame) for name, frame in frames.items()}, [], "here", 1.0)
    intake = checked.report.intake.set_index("table")
    assert (intake["read"] == [len(frames[name]) for name in intake.index]).all()
    assert (intake["read"] == intake["used"] + intake["quarantined"]).all()
    assert (intake[["used", "quarantined"]] >= 0).all().all()
    for name, inspection in checked.inspections.items():
        bad = inspection.bad_rows()
        assert len(bad) == intake["quarantined"][name]
        assert (bad["reason"] != "").all()
    if checked.report.ok:
        for name, frame in build_market(checked).tables().items():
            assert len(frame) == intake["used"][name]
            build_schema(name).validate(frame)


def shared_folder() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared"
    return Path(os.environ.get("RESELLERRISK_SHARED", beside)) / "data" / "harbour"


@pytest.mark.skipif(not shared_folder().is_dir(), reason="the harbour market is not here")
def test_harbour_is_read_without_a_fault():
    market = read_market(shared_folder(), limit=0)
    assert market.faults == ()
    assert market.intake.set_index("table")["used"]["orders"] == 1_367_197
    assert (market.orders["account_id"].cat.codes >= 0).all()
    early = market.before("2019-12-31")
    assert np.isin(
        early.orders["account_id"].cat.codes.unique(), early.accounts["account_id"].cat.codes
    ).all()
