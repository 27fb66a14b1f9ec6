"""The price of closing a gap, counted by hand."""

import numpy as np
import pytest

from resellerrisk.decisions import expected_costs
from resellerrisk.evaluation import judge, take_judged
from resellerrisk.evaluation.fairness import measure_gaps, release_least_risky
from resellerrisk.evaluation.resampling import draw_weights


@pytest.fixture
def ten(make_rows):
    """Ten accounts in falling score: A and D fake; of the young ones c, e and g are honest, of the others b, f, h, i and j."""
    return make_rows("AbcDefghij", young=[letter in "aAcDdeg" for letter in "AbcDefghij"])


def _measure(rows, settings, holds, subject="account"):
    judged = take_judged(rows, subject)
    chosen = np.where(np.arange(len(rows)) < holds, "ship_on_street_date", "release").astype(str)
    return measure_gaps(judged, settings, chosen, draw_weights(judged.clusters, 200))


def test_the_price_of_a_gap_counted_by_hand(ten, settings):
    """Held are A b c D e: of three honest young shops two (c, e), of five others one (b). A fifth of three is 0.6: c stays to six tenths,
    D and e are released, so one of two fakes goes through."""
    figures, table = _measure(ten, settings, 5)
    young = table.set_index("honest_shops").loc["young shops"]
    assert (young["held_share"], young["held_share_of_others"]) == (
        pytest.approx(2 / 3),
        pytest.approx(1 / 5),
    )
    assert figures["gap/young"]["value"] == pytest.approx(2 / 3 - 1 / 5)
    assert young["honest_released"] == pytest.approx(0.4 + 1) and young["fakes_released"] == 1
    assert figures["closing_loses/young"]["value"] == pytest.approx(1 / 2)
    assert young["held_from"] == pytest.approx(0.55) and young["held_from_then"] == pytest.approx(0.75)
    costs = expected_costs([0.0, 1.0], "account", settings)
    saved = 1.4 * (costs["ship_on_street_date"] - costs["release"])[0]
    paid = (costs["release"] - costs["ship_on_street_date"])[1]
    assert young["costs_more"] == pytest.approx(paid - saved) and paid > saved > 0
    assert (
        "held from 75.00% on instead of 55.00%" in young["in_words"]
        and "50.0% of the fakes" in young["in_words"]
    )


def test_after_closing_both_are_held_alike(ten, settings):
    judged = take_judged(ten, "account")
    young, fake = (judged.frame[name].to_numpy() for name in ("young", "fake"))
    held = np.arange(10) < 5
    kept = release_least_risky(judged.frame["probability"].to_numpy(), young & ~fake, held & young, 0.6)
    assert (kept * (young & ~fake)).sum() / (young & ~fake).sum() == pytest.approx(1 / 5)


def test_a_kind_held_less_often_than_others_has_nothing_to_close(ten, settings):
    figures, table = _measure(ten.assign(young=~ten["young"]), settings, 5)
    assert figures["gap/young"]["value"] < 0
    assert figures["closing_loses/young"]["value"] == 0 and table["costs_more"].item() == 0
    assert "nothing to close" in table["in_words"].item()


def test_a_gap_above_all_fakes_costs_nothing_but_saves(make_rows, settings):
    """The held young shop stands below both fakes: releasing it loses none of them."""
    rows = make_rows("ABcdef", young=[False, False, True, False, False, False])
    figures, table = _measure(rows, settings, 3)
    assert figures["closing_loses/young"]["value"] == 0 and table["costs_more"].item() < 0
    assert "it saves" in table["in_words"].item() and "all of them are released" in table["in_words"].item()


def test_equal_probabilities_are_released_in_equal_part():
    kept = release_least_risky(np.array([0.5, 0.5]), np.array([True, True]), np.array([True, True]), 1)
    assert kept.tolist() == [0.5, 0.5]


def test_of_orders_the_discs_that_go_through_are_told(make_orders, settings):
    rows = make_orders(
        ("a", 1, 1),
        ("B", 1, 30),
        ("C", 1, 10),
        ("d", 1, 1),
        ("e", 1, 1),
        young=[True, True, False, False, False],
    )
    figures, _ = _measure(rows, settings, 2, "order")
    assert figures["closing_loses_discs/young"]["value"] == pytest.approx(30 / 40)


def test_every_evaluation_tells_gaps_and_prices_with_intervals(make_rows, settings):
    letters = "AbCdEfghijklmnopqrst"
    rows = make_rows(
        letters,
        **{kind: [n % 3 == place for n in range(20)] for place, kind in enumerate(("small", "young"))},
    )
    report = judge(rows, subject="account", settings=settings, conditions={})
    for kind in ("small", "young"):
        assert report.figures[f"gap/{kind}"]["low"] <= report.figures[f"gap/{kind}"]["high"]
    assert "What it would cost to hold all honest shops alike" in report.to_markdown()
    assert "small shops" in report.to_markdown()
