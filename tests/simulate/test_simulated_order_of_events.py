"""Nothing in a simulated market comes before what brought it about, and nothing is known after the last day."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.simulate import SETTINGS
from resellerrisk.simulate.calendar import NEVER, seconds
from resellerrisk.simulate.slate import draw_slate
from resellerrisk.tables import TABLES


@pytest.fixture(params=["small", "port"])
def tables(request):
    return request.getfixturevalue(request.param)


def test_a_title_is_announced_before_it_is_ordered(tables) -> None:
    announced = tables.street_dates.groupby("title_id").known_at.min()
    assert (tables.orders.ordered_at > tables.orders.title_id.map(announced)).all()


def test_lines_are_ordered_after_the_application_shipped_after_the_order_delivered_after_the_shipment(
    tables,
) -> None:
    lines = tables.delivered_lines
    applied = tables.accounts.set_index("account_id").applied_at
    assert (tables.orders.ordered_at > tables.orders.account_id.map(applied)).all()
    assert (lines.shipped_at >= lines.ordered_at).all()
    there = lines.delivered_at.notna()
    assert 0.95 < there.mean() < 1
    assert (lines.delivered_at > lines.shipped_at)[there].all()


def test_no_more_units_come_back_than_were_delivered_before(tables) -> None:
    lines = tables.delivered_lines.dropna(subset="delivered_at")
    had = lines.groupby(["account_id", "title_id"]).agg(
        units=("quantity", "sum"), first=("delivered_at", "min")
    )
    back = tables.returns.join(had, on=["account_id", "title_id"])
    assert (back.returned_at > back["first"]).all()
    sent_back = back.groupby(["account_id", "title_id"]).agg(
        back=("quantity", "sum"), units=("units", "first")
    )
    assert (sent_back.back <= sent_back.units).all()


def test_payments_follow_their_order_and_match_its_lines(tables) -> None:
    worth = tables.orders.assign(worth=tables.orders.quantity * tables.orders.unit_price)
    orders = worth.groupby("order_id").agg(at=("ordered_at", "first"), worth=("worth", "sum"))
    paid = tables.payments.join(orders, on="order_id")
    assert (paid.recorded_at > paid["at"]).all()
    assert ((paid.amount - paid.worth).abs() < 0.005).all()


def test_no_copy_appears_before_its_source_held_the_disc(tables) -> None:
    copies = tables.leaks.merge(tables["truth/leaks"], on="leak_id").dropna(subset=["account_id", "title_id"])
    came = tables.delivered_lines.groupby(["account_id", "title_id"]).delivered_at.min().rename("came")
    held = copies.join(came, on=["account_id", "title_id"])
    assert len(held) > 20
    assert held.came.notna().all()
    assert (held.leaked_at > held.came).all()
    since = tables["truth/accounts"].set_index("account_id").since
    assert (held.leaked_at > held.account_id.map(since)).all()


def test_a_fake_is_found_after_it_held_a_disc_before_street_date(tables) -> None:
    truth = tables["truth/accounts"].set_index("account_id")
    lines = tables.delivered_lines
    early = lines[(lines.came_ahead > 0) & (lines.ordered_at >= lines.account_id.map(truth.since))]
    acted = early.groupby("account_id").delivered_at.min()
    found = tables.outcomes[tables.outcomes.outcome == "fake"]
    found = found[found.account_id.map(truth.is_fake)]
    assert len(found) >= 5
    assert (found.decided_at > found.account_id.map(acted)).all()


def test_a_violation_is_decided_after_discs_were_held_before_a_street_date(tables) -> None:
    lines = tables.delivered_lines
    street = lines[lines.came_ahead > 0].groupby("account_id").street.min()
    broke = tables.outcomes[tables.outcomes.outcome == "violation"]
    assert len(broke) > 0
    assert (broke.decided_at > broke.account_id.map(street)).all()
    assert not broke.account_id.isin(tables["truth/accounts"].query("is_fake").account_id).any()


def test_what_is_taken_back_was_decided_before(port) -> None:
    taken_back = port.outcomes[port.outcomes.outcome == "unknown"]
    assert len(taken_back) > 0
    fake = port.outcomes[port.outcomes.outcome == "fake"].set_index("account_id").decided_at
    assert (taken_back.decided_at > taken_back.account_id.map(fake)).all()


def test_an_identifier_is_seen_after_its_account_applied(tables) -> None:
    applied = tables.accounts.set_index("account_id").applied_at
    assert (tables.identifiers.seen_at >= tables.identifiers.account_id.map(applied)).all()


def test_a_street_date_moves_after_it_was_first_named_and_before_it_has_passed(tables) -> None:
    dates = tables.street_dates.sort_values("known_at", kind="stable")
    before = dates.groupby("title_id").shift()
    moved = before.street_date.notna()
    assert 0.02 < moved.sum() / dates.title_id.nunique() < 0.15
    assert (dates.known_at > before.known_at)[moved].all()
    assert (dates.known_at < before.street_date)[moved].all()
    assert (dates.known_at < dates.street_date)[moved].all()


def test_a_date_is_named_first_and_moved_later() -> None:
    slate = draw_slate(SETTINGS["port"], seconds("2017-01-01"), seconds("2021-01-01"), 0)
    moved = slate.moved_at < NEVER
    assert (slate.moved_at > slate.announced_at)[moved].all()
    assert (slate.announced_at < slate.street).all()
    assert (slate.moved_to != slate.street)[moved].all()


def test_what_has_not_left_when_its_date_moves_waits_for_the_new_date(port) -> None:
    dates = port.street_dates.sort_values("known_at", kind="stable").groupby("title_id")
    moved = pd.DataFrame(
        {"named": dates.street_date.first(), "known_at": dates.known_at.last(), "rows": dates.size()}
    )
    lines = port.delivered_lines.join(moved, on="title_id")
    later = (lines.rows > 1) & (lines.street - lines.named > pd.Timedelta(days=13))
    in_time = (
        later & (lines.named - lines.known_at > pd.Timedelta(days=15)) & (lines.ordered_at < lines.known_at)
    )
    stores = port.accounts.account_id[port.accounts.business_type == "store"]
    waiting = lines[in_time & lines.account_id.isin(stores)]
    assert len(waiting) > 50
    assert 0 < waiting.came_ahead.median() < 5
    by_accident = lines[later & (lines.shipped_at < lines.known_at)]
    assert by_accident.came_ahead.median() > 10


def test_nothing_is_known_after_the_last_day(tables) -> None:
    last = {"port": "2021-01-01"}.get(tables.folder.name.rstrip("0123456789"), "2020-01-01")
    for name, table in TABLES.items():
        if table.known_at:
            assert (tables[name][table.known_at] < pd.Timestamp(last)).all(), name
    assert (tables.shipments.delivered_at.dropna() < pd.Timestamp(last)).all()
    assert tables.shipments.shipped_at.max() > pd.Timestamp(last) - pd.Timedelta(days=5)
