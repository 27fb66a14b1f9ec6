"""The harbour market read from PostgreSQL gives the model and the scores that its parquet files give, bit for bit. Minutes long."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.matrix import prepare_signals
from resellerrisk.pipeline import score, train
from resellerrisk.tables import read_market

pytestmark = pytest.mark.slow

SCORED_AT = pd.Timestamp("2021-01-01")
TABLES = ("scores", "contributions", "signals")


@pytest.fixture(scope="module")
def from_postgres(shared, postgres):
    folder = shared / "data" / "harbour"
    frames = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
    postgres.ask("CREATE DATABASE harbour")
    market = read_market(postgres.fill("harbour", frames))
    return market, prepare_signals(market)


def test_the_run_from_postgresql_is_the_run_from_parquet(harbour, harbour_signals, from_postgres):
    market, signals = from_postgres
    assert market.fingerprint == harbour.fingerprint
    trained = train(harbour, "account", "2019-12-31", signals=harbour_signals)
    again = train(market, "account", "2019-12-31", signals=signals)
    assert again.model.booster_.model_to_string() == trained.model.booster_.model_to_string()
    asked = {"as_of": "2020-06-30", "scored_at": SCORED_AT}
    one = score(harbour, trained, signals=harbour_signals, **asked)
    other = score(market, again, signals=signals, **asked)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(other, name), getattr(one, name), check_exact=True)


def test_orders_have_the_signals_that_parquet_gives_in_the_order_of_their_key(
    harbour, harbour_signals, from_postgres
):
    market, signals = from_postgres
    trained = train(harbour, "order", "2018-12-31", signals=harbour_signals, max_trees=20)
    asked = {"since": "2020-06-01", "until": "2020-06-15", "scored_at": SCORED_AT}
    one = score(harbour, trained, signals=harbour_signals, **asked)
    other = score(market, trained, signals=signals, **asked)
    for name in TABLES:
        pd.testing.assert_frame_equal(
            in_order(getattr(other, name)), in_order(getattr(one, name)), check_exact=True
        )
    assert np.isfinite(other.scores["probability"]).all() and len(other.scores) > 500


def in_order(frame):
    return frame.sort_values("order_id", ignore_index=True)
