"""A state answers as the tables that it was built from, bit for bit, or not at all."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.matrix import prepare_signals
from resellerrisk.pipeline import Scorer, train
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.pending import pending_rows
from resellerrisk.signals.plan import stretch_of
from resellerrisk.signals.single import Single
from resellerrisk.state import build_state, open_state, stale_files, store

AS_OF = pd.Timestamp("2019-11-19 06:00")
NEXT_MONDAY = pd.Timestamp("2019-11-25")


@pytest.fixture(scope="module")
def order_model(market, signals):
    return train(market, "order", "2019-08-31", signals=signals)


@pytest.fixture(scope="module")
def built(market, tmp_path_factory):
    folder = tmp_path_factory.mktemp("state") / "kept"
    return folder, build_state(market, folder, AS_OF)


@pytest.fixture(scope="module")
def before(market):
    """What was known when the state was built, with all of its history."""
    return prepare_signals(market.before(AS_OF))


@pytest.fixture()
def copied(built, tmp_path):
    shutil.copytree(built[0], tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize(
    "at", [AS_OF, AS_OF + pd.Timedelta(days=2, hours=3), NEXT_MONDAY - pd.Timedelta(microseconds=1)]
)
def test_every_signal_of_every_account_is_that_of_all_history(built, before, at):
    columns, kept = catalogue().for_subject("account"), open_state(built[0])
    whole, small = Single(before, columns, False), Single(kept, columns, False)
    moment = int(at.to_datetime64().astype("datetime64[us]").astype(np.int64))
    known = np.flatnonzero(before.views.applied < moment)
    assert known.size > 100
    for account in known:
        expected, found = whole.values(int(account), moment), small.values(int(account), moment)
        differing = [n for n in expected if not np.array_equal(expected[n], found[n], equal_nan=True)]
        assert not differing


def test_every_pending_order_of_the_week_is_answered_as_from_the_tables(market, built, before, order_model):
    rows = market.orders[(market.orders["ordered_at"] >= AS_OF) & (market.orders["ordered_at"] < NEXT_MONDAY)]
    rows = rows.astype({"order_id": object, "account_id": object, "title_id": object})
    small, whole = Scorer.open(order_model, built[0]), Scorer(order_model, before)
    names = ["title_id", "quantity", "unit_price", "ship_method", "ship_to", "payment_method"]
    assert rows["order_id"].nunique() > 5
    for order_id, lines in rows.groupby("order_id"):
        told = lines[names].astype(object).to_dict("records")
        asked = (lines["account_id"].iloc[0], told, lines["ordered_at"].iloc[0], order_id)
        assert repr(small.pending_order(*asked)) == repr(whole.pending_order(*asked))


def test_when_a_title_or_address_was_last_ordered_is_known_though_that_line_is_not_kept(built, before):
    """Of every account, for lines of all that it ever ordered and of what it never did."""
    kept, met = open_state(built[0]), 0
    moment = int(AS_OF.to_datetime64().astype("datetime64[us]").astype(np.int64))
    for account in range(100):
        whole, small = (_past(signals, account) for signals in (before, kept))
        titles = np.unique(np.append(np.asarray(whole.title, np.int64), 0))
        places = [
            None,
            *before.views.place_texts[np.unique(whole.ship_to[whole.ship_to >= 0])],
            "Nowhere 1",
        ]
        for name, columns, going in (
            ("title_before", {"title": titles}, [None] * titles.size),
            ("ship_to_before", {"title": titles[:1].repeat(len(places))}, places),
        ):
            expected, found = (
                getattr(pending_rows(signals.views, account, moment, columns, going, past), name)
                for signals, past in ((before, whole), (kept, small))
            )
            assert np.array_equal(expected, found, equal_nan=True)
            met += int((~np.isnat(expected)).sum())
        assert len(small) <= len(whole)
    assert met > 1000


def _past(signals, account):
    rows = signals.views.orders
    return stretch_of(rows, *map(int, np.searchsorted(rows.account, [account, account + 1])))


def test_rows_that_no_window_reaches_are_not_kept(built, before):
    kept, all_of_them = built[1]["rows"]["orders"]
    assert kept < all_of_them == len(before.views.orders)
    at = open_state(built[0]).views.orders.at
    oldest = np.datetime64(AS_OF - pd.Timedelta(days=455))
    assert (at < oldest).any() and (at < oldest).sum() < (before.views.orders.at < oldest).sum()


def test_without_the_anchors_signals_that_have_no_beginning_would_differ(
    market, before, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "resellerrisk.state.choosing._anchors", lambda account, *_: np.zeros(account.size, bool)
    )
    monkeypatch.setattr(
        "resellerrisk.state.choosing._last_of", lambda account, *_: np.zeros(account.size, bool)
    )
    build_state(market, tmp_path / "bare", AS_OF)
    columns = [catalogue().column("early_order_since_first_days_ever")]
    moment = int(AS_OF.to_datetime64().astype("datetime64[us]").astype(np.int64))
    whole, small = Single(before, columns, False), Single(open_state(tmp_path / "bare"), columns, False)
    name = columns[0].name
    differ = [
        not np.array_equal(whole.values(a, moment)[name], small.values(a, moment)[name], equal_nan=True)
        for a in range(100)
    ]
    assert any(differ)


@pytest.mark.parametrize("at", ["2019-11-19 05:59", "2019-11-25", "2019-12-02"])
def test_a_moment_that_the_state_cannot_answer_for_is_refused(market, built, order_model, at):
    title, account = str(market.title_ids[0]), str(market.accounts["account_id"].astype(object).iloc[0])
    with pytest.raises(InputError, match="too old for|The state is of"):
        Scorer.open(order_model, built[0]).pending_order(account, [{"title_id": title, "quantity": 1}], at)


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["orders/at.npy", "links/seen.npy", "accounts.arrow", "orders/words.json"])
@pytest.mark.parametrize(
    "harm", [_flip, lambda path: path.write_bytes(path.read_bytes()[:-9]), lambda path: path.unlink()]
)
def test_a_changed_cut_or_missing_file_is_noticed(copied, name, harm):
    harm(copied / name)
    with pytest.raises(InputError, match=f"damaged: {name}"):
        open_state(copied)


def test_another_programs_state_and_no_state_are_refused(copied, tmp_path):
    facts = json.loads((copied / "run.json").read_text())
    (copied / "run.json").write_text(json.dumps(facts | {"program": "0" * 64}))
    with pytest.raises(InputError, match="another version"):
        open_state(copied)
    with pytest.raises(InputError, match="holds no state"):
        open_state(tmp_path / "nothing")


def test_what_breaks_while_a_state_is_built_leaves_the_old_one(market, copied, monkeypatch):
    def break_off(*_):
        raise OSError("no room")

    monkeypatch.setattr(store, "_write_whole", break_off)
    with pytest.raises(OSError, match="no room"):
        build_state(market, copied, AS_OF + pd.Timedelta(hours=1))
    assert open_state(copied).moment == open_state(copied).moment
    assert [path.name for path in copied.parent.iterdir() if "unfinished" in path.name] == []


def test_files_that_changed_since_are_named(market, market_folder, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(market_folder, data)
    build_state(market, tmp_path / "kept", AS_OF, data)
    assert stale_files(tmp_path / "kept", data) == []
    with (data / "returns.parquet").open("ab") as file:
        file.write(b"late")
    (data / "outcomes.parquet").unlink()
    assert stale_files(tmp_path / "kept", data) == ["outcomes.parquet", "returns.parquet"]
