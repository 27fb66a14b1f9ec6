"""Time is law: what was not yet known changes no signal of any subject, and neither does the order of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resellerrisk.matrix import (
    label_snapshots,
    prepare_signals,
    snapshot_accounts,
    snapshot_applications,
    snapshot_orders,
    take,
)
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Snapshots

FEW = settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
JUST_AFTER = pd.Timedelta(microseconds=1)


def compute(signals, snapshots, subject="account"):
    return signals.compute(snapshots, catalogue().for_subject(subject))


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Equal to the bit, column by column, missing values included."""
    differing = [
        name
        for name in expected
        if not np.array_equal(found[name].to_numpy(), expected[name].to_numpy(), equal_nan=True)
    ]
    assert not differing


@FEW
@given(day=st.integers(120, 720), seconds=st.integers(0, 86_399))
def test_what_was_not_yet_known_changes_no_signal_of_an_account(market, signals, day, seconds):
    moment = pd.Timestamp("2018-01-01") + pd.Timedelta(days=day, seconds=seconds)
    cut = prepare_signals(market.before(moment))
    snapshots = snapshot_accounts(signals.views, moment)
    assert_same(compute(cut, snapshots), compute(signals, snapshots))


@FEW
@given(place=st.integers(0, 10_000))
def test_the_moment_of_a_row_itself_does_not_count(market, signals, place):
    moment = market.orders["ordered_at"].iloc[place % len(market.orders)]
    snapshots = snapshot_accounts(signals.views, moment)
    assert_same(compute(prepare_signals(market.before(moment)), snapshots), compute(signals, snapshots))


@FEW
@given(place=st.integers(0, 10_000))
def test_an_order_sees_itself_and_otherwise_only_what_was_known(market, signals, place):
    moment = market.orders["ordered_at"].iloc[place % len(market.orders)]
    snapshots = snapshot_orders(signals.views, moment, moment + JUST_AFTER)
    assert len(snapshots)
    cut = prepare_signals(market.before(moment + JUST_AFTER))
    theirs = snapshot_orders(cut.views, moment, moment + JUST_AFTER)
    assert_same(compute(cut, theirs, "order"), compute(signals, snapshots, "order"))


@FEW
@given(place=st.integers(0, 10_000))
def test_an_application_sees_its_own_form_and_otherwise_only_what_was_known(market, signals, place):
    moment = market.accounts["applied_at"].iloc[place % len(market.accounts)]
    snapshots = snapshot_applications(signals.views, moment, moment + JUST_AFTER)
    cut = prepare_signals(market.before(moment + JUST_AFTER))
    theirs = snapshot_applications(cut.views, moment, moment + JUST_AFTER)
    assert_same(compute(cut, theirs, "application"), compute(signals, snapshots, "application"))


@FEW
@given(seed=st.integers(0, 99))
def test_the_order_of_rows_changes_no_signal(market, signals, seed):
    shuffled = {name: frame.sample(frac=1, random_state=seed) for name, frame in market.tables().items()}
    snapshots = snapshot_accounts(signals.views, pd.Timestamp("2019-09-14"))
    assert_same(
        compute(prepare_signals(market.with_tables(**shuffled)), snapshots), compute(signals, snapshots)
    )


@pytest.mark.parametrize("subject", ["account", "application", "order"])
def test_one_subject_alone_is_the_same_as_in_bulk(market, signals, subject):
    end = pd.Timestamp("2019-11-20")
    choose = {
        "account": lambda: snapshot_accounts(signals.views, end),
        "application": lambda: snapshot_applications(signals.views, None, end),
        "order": lambda: snapshot_orders(signals.views, pd.Timestamp("2019-11-01"), end),
    }
    snapshots = choose[subject]()
    bulk = compute(signals, snapshots, subject)
    fresh = prepare_signals(market)
    for place in np.random.default_rng(0).choice(len(snapshots), 12, replace=False):
        alone = compute(fresh, take(snapshots, np.array([place])), subject)
        assert_same(alone, bulk.iloc[[place]])


@FEW
@given(account=st.integers(0, 159))
def test_another_account_changes_nothing_of_an_accounts_own_history(market, signals, account):
    own = [
        column
        for column in catalogue().for_subject("account")
        if column.declaration.table
        in {"form", "moment", "orders", "deliveries", "returns", "payments", "identifiers"}
        and not column.name.startswith(("sought_after", "also_by_linked"))
    ]
    moment = np.datetime64("2019-10-01", "us").view(np.int64)
    snapshots = Snapshots(np.array([account]), np.array([moment]))
    name = market.account_ids[account]
    apart = {
        table: frame[frame["account_id"] == name]
        for table, frame in market.tables().items()
        if "account_id" in frame and table != "accounts"
    }
    alone = prepare_signals(market.with_tables(**apart))
    assert_same(alone.compute(snapshots, own), signals.compute(snapshots, own))


@FEW
@given(day=st.integers(200, 720))
def test_a_label_uses_only_what_had_been_decided(market, signals, day):
    moment = pd.Timestamp("2018-01-01") + pd.Timedelta(days=day)
    snapshots = snapshot_accounts(signals.views, pd.Timestamp("2018-06-01"))
    known = label_snapshots(market.before(moment), snapshots, moment, "account")
    assert np.array_equal(label_snapshots(market, snapshots, moment, "account"), known, equal_nan=True)


def test_an_outcome_decided_at_the_very_moment_is_not_yet_a_label_and_just_after_it_is(market, signals):
    fake = market.outcomes[market.outcomes["outcome"] == "fake"].iloc[0]
    code = market.account_ids.get_loc(fake["account_id"])
    decided = fake["decided_at"]
    snapshot = Snapshots(
        np.array([code]),
        np.array([(decided - pd.Timedelta(days=3)).to_datetime64()], "datetime64[us]").view(np.int64),
    )
    assert label_snapshots(market, snapshot, decided, "account").tolist() == [0.0]
    assert label_snapshots(market, snapshot, decided + JUST_AFTER, "account").tolist() == [1.0]
