"""Discs held back, at a share of honest lines delayed."""

import pytest

from resellerrisk.evaluation import take_judged
from resellerrisk.evaluation.holding import measure_held_back
from resellerrisk.evaluation.resampling import draw_weights


def hold(orders):
    judged = take_judged(orders, "order")
    return measure_held_back(judged, draw_weights(judged.clusters, resamples=20))


def test_discs_count_until_one_percent_of_honest_lines_are_delayed(make_orders):
    # 100 honest lines: the first may be delayed, the second may not
    orders = make_orders(("A", 5, 30), ("b", 1, 9), ("A", 2, 10), ("c", 1, 9), ("A", 4, 60), ("d", 98, 200))
    figures, table, _ = hold(orders)
    assert figures["held_back_at_1_percent"]["value"] == pytest.approx(40 / 100)
    assert figures["held_back_at_2_percent"]["value"] == 1
    assert table.loc[0, ["honest_early_lines", "fake_early_units"]].tolist() == [100, 100]


def test_lines_after_their_street_date_delay_nobody(make_orders):
    orders = make_orders(("b", 0, 0), ("A", 5, 30), ("c", 1, 1))
    assert hold(orders)[0]["held_back_at_1_percent"]["value"] == 1


def test_one_line_before_street_date_delays_its_shop(make_orders):
    orders = make_orders(("b", 1, 1), ("A", 5, 30), ("c", 1, 1))
    assert hold(orders)[0]["held_back_at_1_percent"]["value"] == 0


def test_discs_count_only_before_the_account_was_found_out(make_orders):
    orders = make_orders(("A", 5, 30), ("c", 1, 1), ("A", 5, 70), known=[True, False, False])
    assert hold(orders)[0]["held_back_at_1_percent"]["value"] == 0


def test_the_curve_rises_to_what_the_figure_says(make_orders):
    orders = make_orders(("A", 5, 30), ("b", 1, 9), ("A", 2, 70), ("d", 99, 200))
    curve = hold(orders)[2]["probability"]
    assert curve["held_back"].is_monotonic_increasing
    assert curve["held_back"].iloc[[0, -1]].tolist() == [0.3, 1]


@pytest.mark.parametrize(
    ("orders", "why"),
    [
        ((("A", 0, 0), ("b", 0, 0)), "no order with a line before street date"),
        ((("A", 0, 0), ("b", 3, 3)), "no fake's discs before street date"),
        ((("A", 3, 3), ("b", 0, 0)), "no honest line before street date"),
    ],
)
def test_it_says_why_nothing_can_be_measured(make_orders, orders, why):
    figures, _, curves = hold(make_orders(*orders))
    assert figures["held_back_at_1_percent"]["value"] is None
    assert figures["held_back_at_1_percent"]["note"] == f"not measurable: {why}"
    assert curves == {}
