"""What a family gives: a family that carries all is lost, one that says nothing is not, and only what counts for the subject is measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.evaluation import compare_families, give_nothing


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    fake = np.arange(400) < 40
    return pd.DataFrame(
        {
            "account_id": [f"A{i}" for i in range(400)],
            "as_of": pd.Timestamp("2020-03-31"),
            "known": False,
            "fake": fake,
            "probability": 1 / (1 + np.exp(3 - 4 * fake - rng.normal(size=400))),
        }
    )


@pytest.fixture(scope="module")
def table(rows):
    by_lot = np.random.default_rng(1).random(400)
    whole = rows["probability"].to_numpy()
    return compare_families(
        rows,
        "account",
        without={"carries": by_lot, "idle": whole},
        alone={"carries": whole, "idle": by_lot},
        counts={"carries": 3, "idle": 5},
        resamples=200,
    ).set_index("family")


def test_a_family_that_carries_all_is_lost_beyond_chance(table):
    assert table.loc["carries", "lost_without_low"] > 0.3
    assert table.loc["carries", "alone"] > 0.8 > 0.3 > table.loc["carries", "without"]


def test_a_family_that_says_nothing_loses_nothing(table):
    lost = table.loc["idle", ["lost_without", "lost_without_low", "lost_without_high"]]
    assert (lost == 0).all()
    assert table.loc["idle", "without"] == table.loc["carries", "alone"]


def test_known_accounts_are_left_out_of_every_ranking(rows):
    some = rows.assign(known=rows.index < 20)
    scores = np.where(rows.index < 20, 0.0, rows["fake"] + 1.0)
    found = compare_families(some, "account", {"f": scores}, {"f": scores}, {"f": 1}, resamples=50)
    assert found["alone"].tolist() == [1.0]


def test_orders_are_judged_by_the_discs_held_back(rows):
    orders = rows.assign(order_id=rows["account_id"], early_lines=1, early_units=1, lines=1)
    orders["early_units"] = np.where(orders.index == 0, 61, 1)
    only_the_big_one = np.where(orders.index == 0, 9.0, -1.0 * orders.index * ~orders["fake"])
    found = compare_families(
        orders, "order", {"f": only_the_big_one}, {"f": -only_the_big_one}, {"f": 1}, resamples=50
    )
    assert found["without"][0] >= 0.61 and found["alone"][0] < 0.1


def test_only_a_family_that_gives_nothing_on_every_market_goes():
    one = pd.DataFrame(
        {"family": ["links", "peers"], "lost_without": [0.0, 0.0], "lost_without_low": [-0.01, None]}
    )
    other = one.assign(lost_without=[0.02, 0.001])
    assert give_nothing([one, one]) == ["links", "peers"]
    assert give_nothing([one, other]) == ["peers"]
    unknown = one.assign(lost_without=[None, 0.0])
    assert give_nothing([one, unknown]) == ["peers"]
    sure = one.assign(lost_without=[0.001, 0.0], lost_without_low=[0.0005, -0.1])
    assert give_nothing([one, sure]) == ["peers"]
