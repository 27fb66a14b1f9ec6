"""One subject alone, answered while someone waits, has the very values of all of them scored in bulk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.matrix import prepare_signals, snapshot_accounts, snapshot_orders, take
from resellerrisk.pipeline import Scorer, score, train
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.single import Single

TRAINED = "2019-08-31"
LINE = ("title_id", "quantity", "unit_price", "ship_method", "ship_to", "payment_method")
PLAIN = ("order_id", "account_id", "title_id", "ship_method", "ship_to", "payment_method")


@pytest.fixture(scope="module")
def order_model(market, signals):
    return train(market, "order", TRAINED, signals=signals)


@pytest.fixture(scope="module")
def scorer(order_model, signals):
    return Scorer(order_model, signals)


def assert_same(one, bulk, row: int) -> None:
    """Signals, score, contributions and reasons, to the bit."""
    told = bulk.scores.iloc[row]
    for name, value in one.signals.items():
        assert np.array_equal(value, bulk.signals[name].iloc[row], equal_nan=True), name
    for name, value in one.contributions.items():
        assert value == bulk.contributions[name].iloc[row], name
    names = ["score", "probability", "band", "action", "sampled", "review_probability"]
    assert [getattr(one, name) for name in names] == [told[name] for name in names]
    assert one.base_value == told["base_value"]
    reasons = [told[f"reason_{n}"] for n in range(1, 6) if told[f"reason_{n}"] is not None]
    assert [sentence for sentence, _, _ in one.reasons] == reasons


@pytest.mark.parametrize("subject", ["account", "order"])
def test_every_signal_of_one_subject_is_that_of_all_of_them(market, signals, subject):
    """Of the whole catalogue, not only of what one model uses."""
    until = pd.Timestamp("2019-11-20 13:00")
    if subject == "account":
        snapshots = snapshot_accounts(signals.views, until)
    else:
        snapshots = snapshot_orders(signals.views, until - pd.Timedelta(days=40), until)
    columns = catalogue().for_subject(subject)
    expected = signals.compute(snapshots, columns)
    single, rows = Single(signals, columns, subject == "order"), signals.views.orders
    assert len(snapshots) > 30
    for n in range(len(snapshots)):
        own = None
        if subject == "order":
            own = Scorer._own_lines(rows, np.flatnonzero(rows.order == snapshots.order[n]))
        found = single.values(int(snapshots.account[n]), int(snapshots.at[n]), own)
        differing = [
            column.name
            for column in columns
            if not np.array_equal(found[column.name], expected[column.name].iloc[n], equal_nan=True)
        ]
        assert not differing


def test_an_order_of_the_tables_scores_as_in_bulk(market, signals, order_model, scorer):
    bulk = score(market, order_model, since="2019-10-28", until="2019-11-21", signals=signals)
    assert len(bulk.scores) > 10
    for row, order_id in enumerate(bulk.scores["order_id"]):
        assert_same(scorer.order(order_id), bulk, row)


def test_an_account_scores_as_in_bulk(market, signals, trained):
    bulk = score(market, trained, as_of="2019-12-15", signals=signals)
    scorer = Scorer(trained, signals)
    for row in range(0, len(bulk.scores), 5):
        assert_same(scorer.account(bulk.scores["account_id"][row], "2019-12-15"), bulk, row)


@pytest.fixture(scope="module")
def held_back(market, order_model):
    """A scorer of the market without its last orders, and those orders' lines."""
    orders = market.orders
    last = orders["order_id"].isin(orders.loc[orders["ordered_at"] >= "2019-11-20", "order_id"].unique())
    rest = orders[~last].astype({name: object for name in PLAIN})
    ids = set(orders.loc[last, "order_id"])
    shipped = market.shipments["order_id"].isin(ids)
    paid = market.payments["order_id"].isin(ids)
    without = market.with_tables(
        orders=rest,
        shipments=market.shipments[~shipped].astype(
            {"order_id": object, "account_id": object, "title_id": object}
        ),
        payments=market.payments[~paid].astype({"order_id": object, "account_id": object}),
    )
    return Scorer(order_model, without), orders[last]


def _with_order(market, lines):
    """A market whose tables hold one more order."""
    rows = market.orders.astype({name: object for name in PLAIN})
    more = lines.astype({name: object for name in PLAIN})
    return market.with_tables(orders=pd.concat([rows, more], ignore_index=True))


@pytest.mark.parametrize("place", [0, 7])
def test_a_pending_order_scores_as_if_it_stood_in_the_tables(held_back, order_model, place):
    scorer, kept = held_back
    order_id = kept["order_id"].astype(object).unique()[place]
    _assert_pending(scorer, order_model, kept[kept["order_id"] == order_id])


def test_a_pending_order_to_another_accounts_address_is_linked_with_it(held_back, order_model):
    """Addresses that the account was never seen with: one that others use, and near misses, one slip apart and unlike any."""
    scorer, kept = held_back
    market = scorer.signals.market
    order_id = kept["order_id"].astype(object).unique()[3]
    lines = kept[kept["order_id"] == order_id].astype({name: object for name in PLAIN})
    others = market.orders[market.orders["account_id"] != lines["account_id"].iloc[0]]
    used = others["ship_to"].astype(object).value_counts()
    rare = used.index[-1]
    slip = rare[:4] + rare[5:]
    linked = []
    for address in (rare, slip, "1 Nowhere Road, 99999 Elsewhere"):
        linked.append(_assert_pending(scorer, order_model, lines.assign(ship_to=address)))
    assert linked[0] > linked[2]


def _assert_pending(held_back, order_model, lines) -> float:
    """The answer is that of tables that hold the order: all of it, and every figure of links."""
    scorer = held_back
    account, at = str(lines["account_id"].iloc[0]), lines["ordered_at"].iloc[0]
    told = lines.astype(object)[list(LINE)].sort_index().to_dict("records")
    told = [{name: None if pd.isna(cell) else cell for name, cell in line.items()} for line in told]
    one = scorer.pending_order(account, told, at, str(lines["order_id"].iloc[0]))
    whole = prepare_signals(_with_order(scorer.signals.market, lines))
    just_then = {"since": at, "until": at + pd.Timedelta(microseconds=1), "accounts": [account]}
    bulk = score(whole.market, order_model, signals=whole, **just_then)
    row = int(np.flatnonzero(bulk.scores["order_id"] == str(lines["order_id"].iloc[0]))[0])
    assert_same(one, bulk, row)
    columns = [c for c in catalogue().for_subject("order") if c.declaration.table == "links"]
    snapshot = snapshot_orders(whole.views, just_then["since"], just_then["until"])
    mine = np.flatnonzero(whole.market.order_ids[snapshot.order] == str(lines["order_id"].iloc[0]))
    values = whole.compute(take(snapshot, mine), columns).iloc[0]
    code, moment = scorer._find(account), int(at.to_datetime64().astype("datetime64[us]").astype(np.int64))
    around = scorer._links_around(code, moment, [line["ship_to"] for line in told])
    found = Single(scorer.signals, columns, True).values(code, moment, None, around)
    for name in values.index:
        assert np.array_equal(found[name], values[name], equal_nan=True), name
    return found["link_strength_total"]


def test_what_came_later_changes_no_answer(market, order_model, scorer):
    order_id = str(market.orders["order_id"].iloc[-200])
    at = market.orders.loc[market.orders["order_id"] == order_id, "ordered_at"].iloc[0]
    then = Scorer(order_model, market.before(at + pd.Timedelta(microseconds=1)))
    # Written down, for a missing value equals nothing, not even itself.
    assert repr(then.order(order_id)) == repr(scorer.order(order_id))


def test_what_cannot_be_scored_is_told(scorer, market):
    with pytest.raises(InputError, match="No such account: nobody"):
        scorer.pending_order("nobody", [{"title_id": "x", "quantity": 1}], "2019-12-01")
    account = str(market.account_ids[0])
    with pytest.raises(InputError, match="line 1: no such title\nline 2: quantity"):
        title = str(market.title_ids[0])
        scorer.pending_order(
            account, [{"title_id": "x", "quantity": 1}, {"title_id": title, "quantity": 0}], "2019-12-01"
        )
    with pytest.raises(InputError, match="No such order: 17"):
        scorer.order("17")
    with pytest.raises(InputError, match="scores the subject order, not account"):
        scorer.account(account, "2019-12-01")
