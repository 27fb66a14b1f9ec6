"""What an order's own lines say, against the order table itself."""

import numpy as np
import pytest

from resellerrisk.matrix import snapshot_orders
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.tables import read_market

OWN = [catalogue().column(name) for name in ("lines_count_this_order", "units_total_this_order")]


@pytest.fixture(scope="module")
def signals():
    return Signals(read_market("data/sample"), catalogue())


@pytest.fixture(scope="module")
def orders(signals):
    return snapshot_orders(signals.views, None, np.datetime64("2030-01-01"))


def test_an_order_counts_its_own_lines_and_units(signals, orders):
    by_order = signals.market.orders.groupby("order_id", observed=True)["quantity"].agg(["size", "sum"])
    expected = by_order.loc[signals.market.order_ids[orders.order]].to_numpy(float)
    assert len(orders) > 1_000
    assert np.array_equal(signals.compute(orders, OWN).to_numpy(), expected)


def test_the_snapshots_may_come_in_any_order(signals, orders):
    turned = np.random.default_rng(0).permutation(len(orders))
    mixed = Snapshots(orders.account[turned], orders.at[turned], orders.order[turned])
    expected = signals.compute(orders, OWN).to_numpy()[turned]
    assert np.array_equal(signals.compute(mixed, OWN).to_numpy(), expected)


def test_a_snapshot_that_is_no_order_has_no_lines_of_its_own(signals, orders):
    none = Snapshots(orders.account[:5], orders.at[:5])
    assert (signals.compute(none, OWN[:1]).to_numpy() == 0).all()
