"""What rows know at their own moment, on literal rows beside near misses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.signals.rows import Rows, Views
from resellerrisk.tables import Market

FORM = {
    "legal_name": "Bell Ltd",
    "trading_name": "Bell",
    "business_type": "store",
    "country": "GB",
    "region": None,
    "city": "Leeds",
    "address_kind": "commercial",
    "email": "a@bell.example",
    "phone": None,
    "website": None,
    "tax_id": None,
    "founded_on": pd.Timestamp("2010-01-01"),
    "website_registered_on": pd.NaT,
    "store_count": 1,
    "declared_monthly_units": 20,
    "street_date_agreement": True,
}


def make_market(lines, street_dates=(("T1", "2020-03-10", "2020-01-01"),)):
    """A market of two accounts and two titles; lines are (account, moment, title, ship_to)."""
    accounts = pd.DataFrame(
        [
            FORM
            | {"account_id": "A1", "applied_at": "2019-01-01", "street": "4 Mill Rd.", "postcode": "LS1 4AB"},
            FORM
            | {"account_id": "A2", "applied_at": "2019-01-01", "street": "9 Oak St", "postcode": "LS2 7XY"},
        ]
    )
    accounts["applied_at"] = pd.to_datetime(accounts["applied_at"])
    titles = pd.DataFrame(
        {
            "title_id": ["T1", "T2"],
            "ean": None,
            "name": ["One", "Two"],
            "year": 2020,
            "studio": "S",
            "format": "dvd",
            "list_price": 9.0,
        }
    )
    dates = pd.DataFrame(street_dates, columns=["title_id", "street_date", "known_at"])
    orders = pd.DataFrame(lines, columns=["account_id", "ordered_at", "title_id", "ship_to"])
    orders = orders.assign(
        order_id=[f"O{i}" for i in range(len(orders))],
        line=1,
        quantity=1,
        unit_price=5.0,
        ship_method="standard",
        payment_method="card",
    )
    for frame, names in ((dates, ["street_date", "known_at"]), (orders, ["ordered_at"])):
        for name in names:
            frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    frames = {"accounts": accounts, "titles": titles, "street_dates": dates, "orders": orders}
    return Market.from_frames(frames, limit=1.0)


def one_line(ship_to="4 Mill Rd|LS1 4AB", moment="2020-02-01", **words):
    return Views(make_market([("A1", moment, "T1", ship_to)], **words)).orders


@pytest.mark.parametrize(
    ("ship_to", "own"),
    [
        ("4 Mill Rd.|LS1 4AB", True),
        ("4 MILL RD, LS1 4AB Leeds", True),
        ("4 Mill Rd|LS1 4AC", False),
        ("9 Oak St|LS2 7XY", False),
        ("Dock 7, Hull", False),
    ],
)
def test_an_address_is_the_accounts_own_however_it_is_written(ship_to, own):
    assert one_line(ship_to).ship_to_own.tolist() == [own]


def test_the_street_date_that_counts_is_the_newest_one_announced_before_the_order():
    moved = (("T1", "2020-03-10", "2020-01-01"), ("T1", "2020-04-07", "2020-02-01 00:00:00"))
    assert one_line(moment="2020-02-01 00:00:00", street_dates=moved).street_date[0] == np.datetime64(
        "2020-03-10"
    )
    assert one_line(moment="2020-02-01 00:00:01", street_dates=moved).street_date[0] == np.datetime64(
        "2020-04-07"
    )


def test_an_order_on_the_street_date_is_not_early_and_one_the_second_before_is():
    assert one_line(moment="2020-03-09 23:59:59").early.tolist() == [True]
    assert one_line(moment="2020-03-10").early.tolist() == [False]


def test_a_title_without_an_announcement_is_neither_early_nor_late():
    rows = one_line(moment="2019-12-31")
    assert (rows.dated.tolist(), rows.early.tolist()) == ([False], [False])


def test_a_title_was_ordered_before_only_by_the_same_account_at_an_earlier_moment():
    lines = [
        ("A1", "2020-01-05", "T1", "x"),
        ("A1", "2020-01-05", "T1", "x"),
        ("A1", "2020-01-06", "T2", "x"),
        ("A1", "2020-01-07", "T1", "x"),
        ("A2", "2020-01-08", "T1", "x"),
    ]
    rows = Views(make_market(lines)).orders
    assert np.isnat(rows.title_before).tolist() == [True, True, True, False, True]
    assert rows.title_before[3] == np.datetime64("2020-01-05")


def test_askers_are_the_accounts_that_had_ordered_the_title_strictly_before():
    lines = [
        ("A1", "2020-01-05", "T1", "x"),
        ("A2", "2020-01-05", "T1", "x"),
        ("A1", "2020-01-07", "T1", "x"),
        ("A2", "2020-01-08", "T2", "x"),
        ("A2", "2020-01-09", "T1", "x"),
    ]
    rows = Views(make_market(lines)).orders
    found = dict(
        zip(
            zip(rows.account.tolist(), rows.at.astype("datetime64[D]").astype(str), strict=True),
            rows.askers,
            strict=True,
        )
    )
    assert found == {
        (0, "2020-01-05"): 0,
        (1, "2020-01-05"): 0,
        (0, "2020-01-07"): 2,
        (1, "2020-01-08"): 0,
        (1, "2020-01-09"): 2,
    }


def test_each_order_has_one_first_line():
    lines = [
        ("A1", "2020-01-05", "T1", "x"),
        ("A1", "2020-01-05", "T2", "x"),
        ("A2", "2020-01-05", "T2", "x"),
    ]
    assert Views(make_market(lines)).orders.first_line.tolist() == [True, True, True]


def test_where_an_account_s_rows_stand_is_known_without_a_column_of_accounts():
    lines = [
        ("A2", "2020-01-03", "T1", None),
        ("A1", "2020-01-02", "T1", None),
        ("A2", "2020-01-01", "T2", None),
    ]
    rows = Views(make_market(lines)).orders
    accounts = np.array([0, 1])
    told = [part.tolist() for part in rows.stretches(accounts)]
    assert told == [[0, 1], [1, 3]]
    looked_up = Rows({"account": rows.account}).stretches(accounts)
    assert told == [part.tolist() for part in looked_up]
    assert [part.tolist() for part in rows.stretches(np.array([1]))] == [[1], [3]]


@pytest.mark.parametrize(
    ("price", "quantity", "cents"),
    [
        (1.005, 3, 301),
        (0.285, 1, 28),
        (0.295, 1, 30),
        (19.99, 7, 13_993),
        (0.0, 5, 0),
        (1e9, 9, 900_000_000_000),
    ],
)
def test_cents_are_rounded_as_one_number_rounds_them(price, quantity, cents):
    market = make_market([("A1", "2020-01-02", "T1", None)])
    market = market.with_tables(orders=market.orders.assign(unit_price=price, quantity=quantity))
    assert Views(market).orders.cents.tolist() == [cents]
    assert cents == int(np.rint(price * 100 * quantity))
