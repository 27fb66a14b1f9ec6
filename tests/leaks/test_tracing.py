"""Tracing on small markets whose right answer is plain, and its laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from resellerrisk.errors import InputError
from resellerrisk.leaks import trace
from tests.leaks.conftest import background_trade, make_market, street_of

END = "2019-12-31"


def probability_of(traced, account):
    return traced.accounts.set_index("account_id")["source_probability"][account]


def test_the_account_whose_discs_leak_is_the_likeliest_source(one_source):
    traced = trace(one_source, END)
    assert traced.accounts["account_id"][0] == "A00"
    assert probability_of(traced, "A00") > 0.95
    best = traced.sources[(traced.sources["rank"] == 1) & (traced.sources["leak_id"] <= "L011")]
    assert set(best["account_id"]) == {"A00"}


def test_discs_held_that_did_not_leak_exonerate(one_source):
    """A01 held every disc that leaked, and 28 that did not."""
    assert probability_of(trace(one_source, END), "A01") < 0.1


def test_a_leak_of_what_the_likely_source_never_held_is_laid_to_others(one_source):
    sources = trace(one_source, END).sources
    strange = sources[sources["leak_id"].isin(["L012", "L013"])]
    held = strange[strange["standing"] == "held"]
    assert "A00" not in set(held["account_id"])
    assert (strange[strange["standing"] == "none"]["probability"] > 0.5).all()


def test_the_probabilities_of_a_leak_add_up_to_one(one_source):
    sums = trace(one_source, END).sources.groupby("leak_id")["probability"].sum()
    np.testing.assert_allclose(sums, 1, atol=0.02)


def test_two_look_alikes_share_the_suspicion():
    """Both held the same discs on the same days: one of them is a source, and nothing says which."""
    deliveries = [(account, film, 14.0) for account in (0, 1) for film in range(0, 30, 2)]
    leaks = [(film, 12.0, "CREW", 1.0) for film in range(0, 16, 2)]
    traced = trace(make_market(20, 30, deliveries + background_trade(20, 30), leaks), END)
    one, two = probability_of(traced, "A00"), probability_of(traced, "A01")
    assert 0.25 < one < 0.85 and 0.25 < two < 0.85
    assert 0.8 < one + two < 1.5


def test_look_alikes_taken_as_one_are_a_sure_source():
    deliveries = [(account, film, 14.0) for account in (0, 1) for film in range(0, 30, 2)]
    leaks = [(film, 12.0, "CREW", 1.0) for film in range(0, 16, 2)]
    market = make_market(20, 30, deliveries + background_trade(20, 30), leaks)
    traced = trace(market, END, groups=np.array([7, 7, *range(100, 118)]))
    assert probability_of(traced, "A00") == probability_of(traced, "A01") > 0.95


def test_copies_of_discs_nobody_held_raise_the_background_and_nobodys_probability():
    trade = [row for row in background_trade(20, 40, first=0) if row[1] % 2]
    quiet = trace(make_market(20, 40, trade, []), END)
    loud = trace(make_market(20, 40, trade, [(film, 12.0, "CREW", 1.0) for film in range(0, 40, 2)]), END)
    assert loud.background_rate > 3 * quiet.background_rate
    assert loud.accounts["source_probability"].max() < 0.1
    assert set(loud.sources["standing"]) == {"none"}


def test_without_leaks_everybody_is_near_the_prior():
    traced = trace(make_market(20, 40, background_trade(20, 40, first=0), []), END)
    assert traced.sources.empty
    assert traced.accounts["source_probability"].between(0, 0.05).all()
    assert (traced.accounts["expected_leaks"] == 0).all()


def test_without_any_delivery_nothing_is_traced_and_nothing_fails():
    traced = trace(make_market(3, 4, [], [(0, 12.0, "CREW", 1.0)]), END)
    assert traced.sources["standing"].tolist() == ["none"]
    assert traced.accounts["source_probability"].between(0, 0.05).all()


@pytest.mark.parametrize("days", [12.1, 18.0])
def test_a_delivery_before_the_copy_can_be_its_source(days):
    assert "A00" in held_by(days)


@pytest.mark.parametrize("days", [11.9, 1.0, -2.0])
def test_a_delivery_after_the_copy_can_not(days):
    assert "A00" not in held_by(days)


def held_by(days):
    market = make_market(4, 20, [(0, 3, days), (1, 5, 14.0)], [(3, 12.0, "CREW", 1.0)])
    sources = trace(market, END).sources
    return set(sources[sources["standing"] == "held"]["account_id"])


def test_a_copy_from_the_street_date_on_tells_nothing():
    market = make_market(4, 20, [(0, 3, 14.0)], [(3, 0.0, "CREW", 1.0), (4, 0.1, "CREW", 1.0)])
    sources = trace(market, END).sources.set_index("leak_id")
    assert sources.loc["L000", "standing"] == "not before street date"
    assert sources.loc["L001", "standing"] == "none"


def test_the_street_date_that_counts_is_the_newest_one_known():
    """Film 3 came out a week later than first announced: what was delivered in that week was early after all."""
    moved = [(3, street_of(3) + pd.Timedelta(days=7), street_of(3) - pd.Timedelta(days=20))]
    market = make_market(4, 20, [(0, 3, -2.0)], [(3, -4.0, "CREW", 1.0)], moved)
    assert "A00" in set(trace(market, END).sources["account_id"])


def test_a_leak_not_yet_known_changes_nothing(one_source):
    known = one_source.leaks["known_at"]
    moment = known.sort_values().iloc[8]
    fewer = one_source.with_tables(leaks=one_source.leaks[known < moment])
    assert_same(trace(one_source, moment), trace(fewer, moment))
    later = trace(one_source, moment + pd.Timedelta(microseconds=1))
    assert (
        len(later.sources["leak_id"].unique())
        == len(trace(one_source, moment).sources["leak_id"].unique()) + 1
    )


@pytest.mark.parametrize("moment", ["2019-02-03", "2019-05-14 11:30:00", END])
def test_as_of_a_moment_is_what_the_market_before_it_gives(one_source, moment):
    assert_same(trace(one_source, moment), trace(one_source.before(moment), moment))


@pytest.mark.parametrize(
    "moment", [street_of(8) - pd.Timedelta(days=14), street_of(8) - pd.Timedelta(days=20)]
)
def test_at_the_very_second_of_a_delivery_or_a_new_street_date_neither_is_known(moment):
    moved = [(8, street_of(8) + pd.Timedelta(days=10), street_of(8) - pd.Timedelta(days=20))]
    deliveries = [(0, film, 14.0) for film in range(0, 20, 2)] + background_trade(20, 20)
    market = make_market(20, 20, deliveries, [(film, 12.0, "CREW", 1.0) for film in (0, 2, 4)], moved)
    assert_same(trace(market, moment), trace(market.before(moment), moment))
    after = moment + pd.Timedelta(microseconds=1)
    assert_same(trace(market, after), trace(market.before(after), after))


def test_row_order_changes_nothing(one_source):
    mixed = {
        name: frame.sample(frac=1, random_state=2).reset_index(drop=True)
        for name, frame in one_source.tables().items()
        if name in ("accounts", "titles", "street_dates", "orders", "shipments", "leaks")
    }
    assert_same(trace(one_source, END), trace(one_source.with_tables(**mixed), END))


def test_what_turned_out_changes_nothing(one_source):
    outcomes = pd.DataFrame(
        {
            "account_id": ["A00", "A01"],
            "outcome": ["genuine", "fake"],
            "decided_at": pd.Timestamp("2019-01-01"),
            "source": "review",
            "note": None,
        }
    )
    assert_same(trace(one_source, END), trace(one_source.with_tables(outcomes=outcomes), END))


def test_orders_stand_in_where_there_are_no_shipments(one_source):
    without = one_source.with_tables(shipments=one_source.shipments.iloc[:0])
    traced = trace(without, END)
    assert traced.accounts["account_id"][0] == "A00"
    assert probability_of(traced, "A00") > 0.9


def test_several_releases_of_one_disc_by_one_group_count_once():
    deliveries = [(0, film, 14.0) for film in range(10)] + background_trade(20, 20)
    once = make_market(20, 20, deliveries, [(3, 12.0, "CREW", 1.0)])
    thrice = make_market(20, 20, deliveries, [(3, days, "CREW", 1.0) for days in (12.0, 11.8, 11.5)])
    assert_frame_equal(trace(once, END).accounts, trace(thrice, END).accounts)
    assert trace(thrice, END).sources.groupby("leak_id").size().nunique() == 1


def test_an_account_taken_over_is_seen_though_its_past_was_honest():
    """Of the even films it held the first ninety did not leak, the last six did; others had leaks all along."""
    trade = [(0, film, 14.0) for film in range(0, 192, 2)] + background_trade(20, 192)
    leaks = [(film, 12.0, "CREW", 1.0) for film in range(180, 192, 2)]
    leaks += [(film, 5.0 + film % 9, f"G{film}", 1.0) for film in range(1, 180, 6)]
    lately = trace(make_market(20, 192, trade, leaks), "2022-12-01")
    assert probability_of(lately, "A00") > 0.9


def test_the_interval_holds_nine_draws_of_ten(one_source):
    traced = trace(one_source, "2019-06-01")
    table = traced.accounts.set_index("account_id").loc[
        one_source.account_ids[traced.posterior.suspect].astype(str)
    ]
    counts = traced.posterior.counts
    inside = (counts >= table["low"].to_numpy()) & (counts <= table["high"].to_numpy())
    assert (inside.mean(axis=0) >= 0.9).all()
    assert (table["low"] < table["high"]).any()


def test_a_moment_that_is_none_is_refused(one_source):
    with pytest.raises(InputError, match="'soon' is no moment"):
        trace(one_source, "soon")


def test_groups_of_another_length_are_refused(one_source):
    with pytest.raises(InputError, match="groups has 3 codes"):
        trace(one_source, END, groups=np.zeros(3, int))


def assert_same(one, two):
    assert_frame_equal(one.accounts, two.accounts, check_exact=True)
    assert_frame_equal(one.sources, two.sources, check_exact=True)
    assert one.background_rate == two.background_rate
    assert one.prevalence == two.prevalence
