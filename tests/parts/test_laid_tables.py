"""A checked table of a part comes back from disk as it was, but for what nobody asks for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.parts.laid_tables import NOT_ASKED, load_rows, save_rows
from resellerrisk.pipeline.laid_down import by_delivery
from resellerrisk.signals.arrange import arrange
from resellerrisk.tables.parts import LARGE


@pytest.fixture(scope="module")
def damaged(market):
    """The large tables with cells missing in every column where some may."""
    frames = {name: frame.copy() for name, frame in market.tables().items() if name in LARGE}
    frames["orders"].loc[3:7, "unit_price"] = np.nan
    frames["orders"].loc[4:9, "ship_to"] = np.nan
    frames["orders"].loc[5:8, "ship_method"] = np.nan
    frames["shipments"].loc[2:6, "delivered_at"] = pd.NaT
    frames["payments"].loc[1:3, "amount"] = -0.0
    return frames


@pytest.mark.parametrize("name", LARGE)
def test_what_is_asked_of_a_table_comes_back_to_the_bit(damaged, tmp_path, name):
    frame = damaged[name].assign(**{"a column of the distributor's own": "x"})
    save_rows(tmp_path / "rows", name, frame)
    found = load_rows(tmp_path / "rows", name)
    kept = [column for column in damaged[name] if column not in NOT_ASKED.get(name, ())]
    pd.testing.assert_frame_equal(found[kept], damaged[name][kept], check_exact=True)
    assert not set(found) - set(damaged[name])
    if name == "payments":
        assert np.signbit(found["amount"][1:4]).all()


def test_ids_that_nobody_asks_for_are_missing(damaged, tmp_path):
    save_rows(tmp_path / "rows", "shipments", damaged["shipments"])
    found = load_rows(tmp_path / "rows", "shipments")
    assert found["order_id"].isna().all() and (found["line"] == 0).all()


def test_shipments_stand_by_account_and_delivery_and_are_the_same_rows(market):
    frame = by_delivery(market).shipments
    account, at = frame["account_id"].cat.codes.to_numpy(), frame["delivered_at"].to_numpy().view(np.int64)
    assert arrange(account, len(market.account_ids), at)[0] is None
    order = np.lexsort(
        (market.shipments["delivered_at"].to_numpy().view(np.int64), market.shipments["account_id"].cat.codes)
    )
    pd.testing.assert_frame_equal(frame, market.shipments.iloc[order].reset_index(drop=True))
    assert (order != np.arange(order.size)).any()
