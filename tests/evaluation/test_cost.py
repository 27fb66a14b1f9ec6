"""Costs that were paid, with the packaged settings' figures replaced by round ones."""

from dataclasses import replace

import numpy as np
import pytest

from resellerrisk.decisions import expected_costs
from resellerrisk.evaluation import take_judged
from resellerrisk.evaluation.cost import charge, choose_actions, find_threshold, measure_cost
from resellerrisk.evaluation.resampling import draw_weights


@pytest.fixture
def round_settings(settings):
    """A fake costs 1000 released, 200 held, 110 reviewed; an honest one 50 held, 60 reviewed, 500 blocked."""
    costs = {"titles_at_stake": 1.0, "honest_delayed": 50.0, "review": 10.0, "honest_blocked": 500.0}
    return replace(
        settings,
        leaked_title=1000.0,
        loss_share_shipped_on_street_date=0.2,
        loss_share_reviewed=0.1,
        account=replace(settings.account, **costs),
        order=replace(settings.order, **costs, titles_at_stake_without_early_lines=0.5),
    )


def test_every_row_is_charged_for_what_it_turned_out_to_be(make_rows, round_settings):
    costs = charge(take_judged(make_rows("Ab"), "account"), round_settings)
    assert costs.iloc[0].tolist() == [1000, 200, 110, 0]
    assert costs.iloc[1].tolist() == [0, 50, 60, 500]


def test_an_order_without_early_lines_cannot_be_held(make_orders, round_settings):
    costs = charge(take_judged(make_orders(("A", 0, 0), ("B", 1, 1), ("c", 0, 0)), "order"), round_settings)
    assert costs["ship_on_street_date"].tolist() == [500, 200, 0]


def test_the_threshold_is_where_holding_and_releasing_cost_the_same(round_settings):
    threshold = find_threshold("account", round_settings)
    at = expected_costs([threshold], "account", round_settings).iloc[0]
    assert at["release"] == pytest.approx(at["ship_on_street_date"])
    below = expected_costs([threshold - 0.01], "account", round_settings).iloc[0]
    assert below["release"] < below["ship_on_street_date"]


def test_policies_are_compared_at_the_same_number_held(make_rows, round_settings):
    rows = make_rows("Abcd", probability=[0.9, 0.8, 0.01, 0.0], rule=[0.0, 1.0, 1.0, 1.0])
    judged = take_judged(rows, "account")
    chosen = np.array(["review", "release", "release", "release"])
    figures, table, _ = measure_cost(judged, round_settings, chosen, draw_weights(judged.clusters, 20))
    cost = table.set_index("policy")["cost"]
    assert cost["release everything"] == 1000
    assert cost["hold everything"] == 200 + 3 * 50
    assert cost["the settings' actions"] == 110
    assert cost["hold the 2 highest of this model"] == 200 + 50
    # the rule has three at the top: two thirds of each are held, and the fake is released
    assert cost["hold the 2 highest of one-line rule"] == pytest.approx(1000 + 3 * 50 * 2 / 3)
    assert figures["cost_per_1000"]["value"] == pytest.approx(110 * 1000 / 4)
    assert figures["cost_share_of_release_everything"]["value"] == pytest.approx(0.11)
    assert figures["held_cost_share_of_release_everything"]["value"] == pytest.approx(0.25)


def test_the_curve_holds_everything_below_the_lowest_and_nothing_above_the_highest(make_rows, round_settings):
    rows = make_rows("Ab", probability=[0.5, 0.3])
    judged = take_judged(rows, "account")
    _, _, curve = measure_cost(
        judged, round_settings, np.array(["release"] * 2), draw_weights(judged.clusters, 5)
    )
    assert curve["cost"].iloc[[0, -1]].tolist() == [1000 * (200 + 50) / 2, 1000 * 1000 / 2]
    between = curve[curve["threshold"].between(0.31, 0.49)]
    assert (between["cost"] == 1000 * 200 / 2).all() and len(between)


def test_actions_come_from_the_rows_where_they_are_told(make_rows, settings):
    rows = make_rows("Ab", action=["release", "block"])
    assert choose_actions(take_judged(rows, "account"), settings, 5).tolist() == ["release", "block"]


def test_the_desks_reviews_are_spent_at_each_moment_anew(make_rows, settings):
    import pandas as pd

    rows = pd.concat([make_rows("ABCd"), make_rows("ABCd", as_of="2020-06-30")])
    rows["probability"] = [0.6, 0.5, 0.4, 0.0] * 2
    judged = take_judged(rows, "account")
    chosen = pd.Series(choose_actions(judged, settings, 2))
    assert (chosen == "review").groupby(judged.frame["moment"]).sum().tolist() == [2, 2]


def test_without_fakes_there_is_nothing_to_save(make_rows, settings):
    judged = take_judged(make_rows("ab"), "account")
    chosen = np.array(["release", "release"])
    figures, _, _ = measure_cost(judged, settings, chosen, draw_weights(judged.clusters, 5))
    assert figures["cost_share_of_release_everything"]["note"] == "not measurable: no fakes"
