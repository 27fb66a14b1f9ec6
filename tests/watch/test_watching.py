"""A night that is spoilt is named, a quiet one raises nothing, and the report says both."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from resellerrisk.matrix import prepare_signals
from resellerrisk.pipeline import train
from resellerrisk.tables import Market
from resellerrisk.watch import read_watch_settings, send_alarm, watch_night
from resellerrisk.watch.alarm import describe
from resellerrisk.webhooks import Receiver, WebhookError

from .conftest import TONIGHT, tonight


def spoil(frames, **changed):
    return Market.from_frames({name: frame for name, frame in (frames | changed).items()})


def named(market):
    return {finding.figure: finding for finding in watch_night(market, as_of=TONIGHT).findings}


@pytest.fixture(scope="module")
def watched(watched_market):
    signals = prepare_signals(watched_market)
    models = {
        subject: train(watched_market, subject, "2018-12-31", signals=signals)
        for subject in ("account", "order")
    }
    return watch_night(watched_market, models, as_of=TONIGHT, signals=signals)


def test_a_quiet_night_raises_nothing_and_looks_at_many_figures(watched):
    assert not watched.findings and not watched.notes
    assert watched.conditions["figures looked at"] > 100


def test_what_lies_ahead_changes_nothing(watched_market):
    whole = watch_night(watched_market, as_of=TONIGHT)
    before = watch_night(watched_market.before(TONIGHT), as_of=TONIGHT)
    pd.testing.assert_frame_equal(whole.to_frame(), before.to_frame())
    assert whole.conditions == before.conditions


def test_prices_times_three_are_named_within_the_night(frames):
    orders = frames["orders"].copy()
    orders.loc[tonight(orders, "ordered_at"), "unit_price"] *= 3
    found = named(spoil(frames, orders=orders))
    assert re.search(r"(2\.[89]|3\.[01])\d* times", found["orders.unit_price over list price"].text)


def test_prices_up_by_a_tenth_are_no_news(frames):
    orders = frames["orders"].copy()
    orders.loc[tonight(orders, "ordered_at"), "unit_price"] *= 1.1
    assert "orders.unit_price over list price" not in named(spoil(frames, orders=orders))


def test_a_new_storefront_type_is_named_within_the_night(frames):
    accounts = frames["accounts"].copy()
    newest = accounts.index[accounts["applied_at"] < TONIGHT][-1]
    accounts.loc[newest, ["business_type", "applied_at"]] = ["Pop-up shop", TONIGHT - pd.Timedelta(hours=9)]
    gone = accounts.loc[newest, "account_id"]
    kept = {
        name: frame[frame["account_id"] != gone]
        for name, frame in frames.items()
        if "account_id" in frame and name != "accounts"
    }
    found = named(spoil(frames, accounts=accounts, **kept))
    assert "'pop_up_shop'" in found["accounts.business_type unknown words"].text


def test_a_word_long_met_is_not_named_again(frames):
    orders = frames["orders"].copy()
    older = orders.index[orders["ordered_at"] < TONIGHT - pd.Timedelta(days=60)][:3]
    orders["ship_method"] = orders["ship_method"].astype(object)
    orders.loc[older, "ship_method"] = "drone"
    orders.loc[orders.index[tonight(orders, "ordered_at")][0], "ship_method"] = "drone"
    assert "orders.ship_method unknown words" not in named(
        spoil(frames, orders=orders, shipments=frames["shipments"][:0])
    )


def test_a_new_ship_method_is_named_within_the_night(frames):
    orders = frames["orders"].copy()
    orders["ship_method"] = orders["ship_method"].astype(object)
    orders.loc[orders.index[tonight(orders, "ordered_at")][:5], "ship_method"] = "drone"
    found = named(spoil(frames, orders=orders))
    assert "'drone' is not in the contract; 5 rows" in found["orders.ship_method unknown words"].text


def test_announcements_that_stopped_coming_are_named(frames):
    dates = frames["street_dates"]
    found = named(spoil(frames, street_dates=dates[dates["known_at"] < TONIGHT - pd.Timedelta(days=30)]))
    assert "street_dates rows" in found


def test_street_dates_left_empty_are_named_within_the_night(frames):
    dates = frames["street_dates"].copy()
    last = dates["known_at"] >= TONIGHT - pd.Timedelta(days=1)
    dates.loc[dates.index[-3:], "known_at"] = TONIGHT - pd.Timedelta(hours=5)
    last |= dates["known_at"] == TONIGHT - pd.Timedelta(hours=5)
    dates.loc[last & (dates["known_at"] < TONIGHT), "street_date"] = None
    assert "street_dates set aside" in named(spoil(frames, street_dates=dates))


def test_a_night_without_orders_where_there_are_always_some_is_named(frames):
    orders = frames["orders"]
    kept = orders[~tonight(orders, "ordered_at")]
    rest = {
        name: frames[name][frames[name]["order_id"].isin(kept["order_id"])]
        for name in ("shipments", "payments")
    }
    assert "orders rows" in named(spoil(frames, orders=kept, **rest))


def test_months_without_any_outcome_are_told_and_break_nothing(frames, tmp_path):
    market = spoil(frames, outcomes=frames["outcomes"][frames["outcomes"]["decided_at"] < "2019-06-01"])
    signals = prepare_signals(market)
    models = {"account": train(market, "account", "2018-12-31", signals=signals)}
    watched = watch_night(market, models, as_of=TONIGHT, signals=signals)
    assert watched.outcomes.by_decision["decided"].tail(4).tolist() == [0, 0, 0, 0]
    assert "nothing decided" in watched.write(tmp_path)[0].read_text("utf-8")


def test_a_young_house_is_told_that_its_nights_are_too_few(watched_market):
    watched = watch_night(watched_market, as_of="2018-07-10")
    assert not watched.findings and "too few" in watched.notes[0]


def test_cases_stand_on_two_clocks(watched):
    told = watched.outcomes
    decided = told.by_case["decided"].sum()
    assert told.by_case["cases"].sum() >= decided
    assert (told.by_case["fakes"] <= told.by_case["decided"]).all()
    assert (told.by_decision["fakes_asked"] <= told.by_decision["fakes"]).all()
    months = told.calibration
    assert months.loc[months["mature"], "month"].max() <= TONIGHT - pd.Timedelta(days=365)
    assert (months["foretold"] > 0).all()


def test_the_report_has_the_same_bytes_and_names_what_is_raised(frames, tmp_path):
    orders = frames["orders"].copy()
    orders.loc[tonight(orders, "ordered_at"), "unit_price"] *= 3
    market = spoil(frames, orders=orders)
    files = [watch_night(market, as_of=TONIGHT).write(tmp_path / name) for name in ("one", "two")]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]
    page, told = files[0][0].read_text("utf-8"), json.loads(files[0][1].read_text("utf-8"))
    assert "orders.unit_price over list price" in page and "<svg" in page and "<script" not in page
    assert "orders.unit_price over list price" in {finding["figure"] for finding in told["findings"]}


def test_an_alarm_names_figures_without_values_and_is_tried_again(frames, monkeypatch):
    orders = frames["orders"].copy()
    orders["ship_method"] = orders["ship_method"].astype(object)
    orders.loc[orders.index[tonight(orders, "ordered_at")][:5], "ship_method"] = "Jane Doe"
    watched = watch_night(spoil(frames, orders=orders), as_of=TONIGHT)
    assert "jane" not in json.dumps(describe(watched)).lower()
    tries, waits = [], []

    def send(receiver, id, content):
        tries.append((id, content))
        if len(tries) < 3:
            raise WebhookError("The webhook's receiver does not answer.")
        return 200

    monkeypatch.setattr("resellerrisk.watch.alarm.send", send)
    assert send_alarm(watched, Receiver("https://example.org/", "whsec_x"), waits.append) == 200
    assert len({id for id, _ in tries}) == 1 and waits == [2.0, 8.0]


def test_settings_name_every_fault_at_once(tmp_path):
    path = tmp_path / "watch.toml"
    path.write_text("share_moves = -1\nsense = 3\n")
    with pytest.raises(Exception, match="(?s)sense.*least_accounts|least_accounts.*sense") as error:
        read_watch_settings(path)
    assert "share_moves: -1 is no number above 0" in str(error.value)
