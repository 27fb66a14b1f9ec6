"""The order lines of a case: what was known then, and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.reasons import case_orders
from resellerrisk.reasons.history import LINE_COLUMNS
from resellerrisk.tables import Market, as_utc
from resellerrisk.tables.schemas import TABLES


def whole(name: str, rows: list[dict]) -> pd.DataFrame:
    """A table of the contract in which only some columns are filled."""
    names = [column.name for column in TABLES[name].columns if not column.may_be_absent]
    return pd.DataFrame([[row.get(name) for name in names] for row in rows], columns=names, dtype=object)


@pytest.fixture
def market() -> Market:
    """A1 orders T1 twice around a moved street date, and T2 which has none; A2 orders beside it."""

    def order(number, account, title, at):
        return {
            "order_id": number,
            "line": 1,
            "account_id": account,
            "title_id": title,
            "ordered_at": at,
            "quantity": 2,
        }

    def shipment(number, title, shipped, delivered):
        row = {"order_id": number, "line": 1, "account_id": "A1", "title_id": title, "quantity": 1}
        return row | {"shipped_at": shipped, "delivered_at": delivered}

    return Market.from_frames(
        {
            "accounts": whole(
                "accounts", [{"account_id": name, "applied_at": "2018-01-01"} for name in ("A1", "A2", "A3")]
            ),
            "titles": whole(
                "titles",
                [
                    {"title_id": "T1", "name": "Some Film", "format": "uhd"},
                    {"title_id": "T2", "name": "Another", "format": "dvd"},
                ],
            ),
            "street_dates": whole(
                "street_dates",
                [
                    {"title_id": "T1", "street_date": "2019-03-05", "known_at": "2019-01-01 08:00:00"},
                    {"title_id": "T1", "street_date": "2019-03-12", "known_at": "2019-02-20 08:00:00"},
                ],
            ),
            "orders": whole(
                "orders",
                [
                    order("O1", "A1", "T1", "2019-02-01 12:00:00"),
                    order("O2", "A2", "T1", "2019-02-02 12:00:00"),
                    order("O3", "A1", "T1", "2019-02-20 08:00:00"),
                    order("O4", "A1", "T1", "2019-02-20 08:00:01"),
                    order("O5", "A1", "T2", "2019-04-01 12:00:00"),
                ],
            ),
            "shipments": whole(
                "shipments",
                [
                    shipment("O1", "T1", "2019-02-10 10:00:00", "2019-02-14 00:00:00"),
                    shipment("O1", "T1", "2019-02-10 10:00:00", "2019-02-12 00:00:00"),
                    shipment("O3", "T1", "2019-02-25 10:00:00", "2019-03-10 00:00:00"),
                ],
            ),
        },
        limit=1.0,
    )


def test_the_street_date_is_the_one_known_when_ordering(market):
    lines = case_orders(market, "A1", "2020-01-01").set_index("order_id")
    assert list(lines["street_date"].dt.day[:3]) == [5, 5, 12]
    assert lines.loc["O1", "lead_days"] == 31.5
    assert pd.isna(lines.loc["O5", "street_date"]) and pd.isna(lines.loc["O5", "lead_days"])


def test_a_delivery_is_held_against_the_street_date_known_when_it_came(market):
    lines = case_orders(market, "A1", "2020-01-01").set_index("order_id")
    assert lines.loc["O3", "delivered_lead_days"] == 2.0
    assert lines.loc["O1", "delivered_at"] == pd.Timestamp("2019-02-12")


def test_a_line_of_the_very_moment_is_not_known_yet(market):
    assert list(case_orders(market, "A1", "2019-02-20 08:00:00")["order_id"]) == ["O1"]
    assert list(case_orders(market, "A1", "2019-02-20 08:00:01")["order_id"]) == ["O1", "O3"]


def test_a_delivery_is_not_known_before_it_has_happened(market):
    def delivered(as_of):
        return case_orders(market, "A1", as_of)["delivered_at"].iloc[0]

    assert pd.isna(delivered("2019-02-12 00:00:00"))
    assert delivered("2019-02-12 00:00:01") == pd.Timestamp("2019-02-12")


def test_the_future_changes_nothing(market):
    then = "2019-02-20 08:00:01"
    pd.testing.assert_frame_equal(
        case_orders(market, "A1", then), case_orders(market.before(then), "A1", then)
    )


def test_an_account_without_orders_has_no_lines_but_all_columns(market):
    lines = case_orders(market, "A3", "2020-01-01")
    assert len(lines) == 0 and list(lines) == list(LINE_COLUMNS)


def test_a_market_without_shipments_knows_no_delivery(market):
    without = market.with_tables(shipments=market.shipments[:0])
    lines = case_orders(without, "A1", "2020-01-01")
    assert (
        len(lines) == 4 and lines["delivered_at"].isna().all() and lines["delivered_lead_days"].isna().all()
    )


def test_an_unknown_account_is_refused(market):
    with pytest.raises(InputError, match="no account 'A9'"):
        case_orders(market, "A9", "2020-01-01")


def test_a_moment_that_cannot_be_read_is_refused():
    for moment in ("yesterday-ish", "NaT", None):
        with pytest.raises(InputError, match="is no moment"):
            as_utc(moment)
