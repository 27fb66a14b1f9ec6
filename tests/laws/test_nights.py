"""What nights make of a state is what the tables say from scratch, bit for bit: scores, contributions and signals of every night's orders."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.matrix import build_matrix, snapshot_orders
from resellerrisk.pipeline import score, train
from resellerrisk.pipeline.scoring import score_matrix
from resellerrisk.decisions import read_settings
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.state.merging import Base, Merged, known_accounts, put_beside, rows_since
from resellerrisk.state.store import write_state

MONDAY = pd.Timestamp("2019-11-18")
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def order_model(market, signals):
    return train(market, "order", "2019-08-31", signals=signals)


@pytest.fixture(scope="module")
def base(market, tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    known = market.part(known_accounts(market, MONDAY)).before(MONDAY)
    write_state(Signals(known, catalogue()), MONDAY, folder)
    return Base(folder)


def test_a_week(market, base, signals, order_model):
    met = 0
    for night in pd.date_range(MONDAY + DAY, MONDAY + 7 * DAY):
        merged = Merged(base, put_beside(base, rows_since(market.before(night), MONDAY)))
        rows = market.orders[(market.orders.ordered_at >= night - DAY) & (market.orders.ordered_at < night)]
        codes = pd.Index(merged.since.account_ids).get_indexer(rows["account_id"].astype(object).unique())
        small = merged.signals(codes)
        snaps = snapshot_orders(small.views, night - DAY, night)
        matrix = build_matrix(small, snaps, order_model.columns)
        found = score_matrix(small, matrix, order_model, read_settings(None), night)
        wanted = score(market, order_model, since=night - DAY, until=night, signals=signals, scored_at=night)
        met += len(wanted.scores)
        for name in ("signals", "contributions", "scores"):
            a, b = getattr(wanted, name), getattr(found, name)
            differing = [c for c in a if not a[c].equals(b[c])]
            assert not differing, (night, differing)
        pd.testing.assert_frame_equal(wanted.scores, found.scores, check_exact=True)
    assert met > 10
