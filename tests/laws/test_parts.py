"""An account beside a part of the market gets the very values that it gets beside all of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.matrix import (
    prepare_signals,
    snapshot_accounts,
    snapshot_applications,
    snapshot_orders,
)
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.kernel import DAY
from resellerrisk.signals.peers import compared_columns, join_peers, month_of, take_peers
from resellerrisk.signals.rows import micros
from resellerrisk.signals.whole import Whole, join_extracts, take_extract

AS_OF = pd.Timestamp("2019-09-17 11:00")
SINCE = pd.Timestamp("2019-07-10")


def cut(market, parts: int, seed: int):
    """The market's accounts, dealt out at random."""
    dealt = np.random.default_rng(seed).integers(0, parts, len(market.account_ids))
    return [market.part(dealt == part) for part in range(parts)]


def gather(market, parts, subject):
    """The whole from the extracts of the parts, and the peers of the months that the subjects stand in."""
    gaps = {
        declared.function.__name__: min(w.far - w.near for w in declared.windows) * DAY
        for declared in catalogue().market_wide()
    }
    extracts = [take_extract(Signals(part, catalogue())) for part in parts]
    bare = market.with_tables(orders=market.orders.iloc[:0], shipments=market.shipments.iloc[:0])
    whole = Whole.of_parts(bare, join_extracts(extracts, market.account_ids, gaps))
    compared = compared_columns(catalogue().for_subject(subject))
    days = pd.date_range(SINCE, AS_OF).to_numpy("datetime64[us]")
    months = np.unique(month_of(micros(days)))
    return whole, {
        int(month): join_peers(
            [take_peers(Signals(part, catalogue(), whole), int(month), compared) for part in parts]
        )
        for month in months
    }


def snapshots_of(signals, subject):
    if subject == "account":
        return snapshot_accounts(signals.views, AS_OF)
    choose = snapshot_applications if subject == "application" else snapshot_orders
    return choose(signals.views, pd.Timestamp("2018-01-01") if subject == "application" else SINCE, AS_OF)


def frame_of(signals, subject):
    snapshots = snapshots_of(signals, subject)
    values = signals.compute(snapshots, catalogue().for_subject(subject))
    names = signals.market.account_ids[snapshots.account]
    return values.set_index(
        pd.MultiIndex.from_arrays([names, snapshots.at, snapshots.order >= 0])
    ).sort_index(kind="stable")


@pytest.mark.parametrize("subject", ["account", "order"])
@pytest.mark.parametrize("parts", [1, 5])
def test_signals_of_a_part_are_those_of_the_whole_to_the_bit(market, signals, subject, parts):
    dealt = cut(market, parts, seed=parts)
    whole, months = gather(market, dealt, subject)
    found = pd.concat(
        [frame_of(Signals(part, catalogue(), whole, months), subject) for part in dealt]
    ).sort_index(kind="stable")
    expected = frame_of(signals, subject)
    assert len(found) == len(expected) > 50
    differing = [name for name in expected if not np.array_equal(found[name], expected[name], equal_nan=True)]
    assert not differing


def test_a_part_without_the_whole_around_it_gets_other_values(market, signals):
    """The near miss: if this passed by itself, the law above would hold of nothing."""
    part = cut(market, 5, seed=5)[0]
    alone, beside = frame_of(prepare_signals(part), "account"), frame_of(signals, "account")
    beside = beside.loc[alone.index]
    differing = {name for name in beside if not np.array_equal(alone[name], beside[name], equal_nan=True)}
    assert {"slate_90d", "sought_after_mean_365d", "source_probability"} <= differing
    assert any(name.endswith("_vs_peers") for name in differing)


def test_typical_values_of_peers_are_those_of_the_whole(market, signals):
    dealt = cut(market, 3, seed=1)
    whole, months = gather(market, dealt, "account")
    column = catalogue().column("before_street_date_share_365d")
    for part in dealt:
        theirs = Signals(part, catalogue(), whole, months)
        mine = snapshots_of(theirs, "account")
        named = signals.market.account_ids.get_indexer(part.account_ids)[mine.account]
        all_of_them = snapshots_of(signals, "account")
        row_of = {account: row for row, account in enumerate(all_of_them.account)}
        rows = [row_of[account] for account in named]
        sizes = signals.peers.sizes(all_of_them)
        expected = signals.peers.typical(column, all_of_them, sizes)[rows]
        found = theirs.peers.typical(column, mine, theirs.peers.sizes(mine))
        assert np.array_equal(found, expected, equal_nan=True) and np.isfinite(found).any()
