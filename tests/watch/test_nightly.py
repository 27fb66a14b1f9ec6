"""How unusual a night is: what moved beyond its own past is unlikely, what only looks large is not."""

from __future__ import annotations

import numpy as np
import pytest

from resellerrisk.watch.nightly import MONTHS, Moves
from resellerrisk.watch.series import Nights, Series

NIGHTS = 800


def series(kind, total, support):
    return Series("x", kind, "", np.asarray(total, float), np.asarray(support, float), "")


def draw_share(seed, share=0.2, accounts=40):
    rng = np.random.default_rng(seed)
    support = np.full(NIGHTS, accounts)
    return rng.binomial(support, share), support


def test_a_share_that_trebles_is_unlikely_and_one_that_wavers_is_not():
    hits, support = draw_share(0)
    hits[-1], hits[-2] = 26, 10
    moves = Moves(series("share", hits, support))
    assert moves.at(-1, 3).p < 1e-5 and moves.at(-1, 3).unusual
    assert moves.at(-2, 3).p > 0.01


def test_p_values_of_quiet_nights_are_no_smaller_than_chance_makes_them():
    found = []
    for seed in range(4):
        moves = Moves(series("share", *draw_share(seed, share=0.03, accounts=12)))
        found += [moves.at(night, 3).p for night in range(500, NIGHTS)]
    found = np.array(found)
    assert (found < 0.01).mean() < 0.02 and (found < 0.001).mean() < 0.004


def test_a_word_met_three_times_among_thousands_of_nights_without_is_not_judged_by_a_normal_curve():
    hits, support = np.zeros(NIGHTS), np.full(NIGHTS, 30)
    hits[-1] = 1
    assert Moves(series("share", hits, support)).at(-1, 3).p > 1e-4
    hits[-1] = 12
    assert Moves(series("share", hits, support)).at(-1, 3).p < 1e-5


def test_a_weekday_without_orders_is_no_news_and_a_missing_weekday_is():
    rng = np.random.default_rng(1)
    week = np.array([300, 310, 320, 330, 280, 0, 200])
    rows = rng.poisson(week[np.arange(NIGHTS) % 7])
    night = 7 * 110 + 5
    assert Moves(series("count", rows, np.ones(NIGHTS))).at(night, 3).p > 0.1
    rows[night + 2] = 0
    assert Moves(series("count", rows, np.ones(NIGHTS))).at(night + 2, 3).p < 1e-6


def test_a_christmas_that_was_there_last_year_is_not_news_and_a_first_one_is_an_outlier():
    rng = np.random.default_rng(2)
    day = np.arange(NIGHTS)
    busy = (day % 365 > 320) & (day % 365 < 360)
    rows = rng.poisson(np.where(busy, 220, 100))
    second = 365 + 330
    moves = Moves(series("count", rows, np.ones(NIGHTS)))
    assert moves.at(second, 3).p > 1e-5 > moves.at(325, 3).p


def test_what_lies_ahead_changes_nothing():
    hits, support = draw_share(3)
    whole = Moves(series("share", hits, support)).at(700, 3)
    cut = Moves(series("share", hits[:701], support[:701])).at(-1, 3)
    assert (whole.p, whole.value, whole.expected) == (cut.p, cut.value, cut.expected)


@pytest.mark.parametrize("nights", [3, 40])
def test_with_little_history_nothing_is_judged(nights):
    hits, support = draw_share(4)
    assert np.isnan(Moves(series("share", hits[:nights], support[:nights])).at(-1, 3).p)


def test_with_too_few_accounts_nothing_is_judged():
    hits, support = draw_share(5)
    support[-1] = hits[-1] = 2
    assert np.isnan(Moves(series("share", hits, support)).at(-1, 3).p)


def test_a_month_that_moves_is_unlikely_among_months():
    rng = np.random.default_rng(6)
    accounts = np.full(24, 300.0)
    total = accounts * rng.normal(-5, 0.05, 24)
    assert Moves(series("score", total, accounts), grid=MONTHS).at(-1, 3).p > 1e-3
    total[-1] = 300 * -3.5
    assert Moves(series("score", total, accounts), grid=MONTHS).at(-1, 3).p < 1e-6


def test_a_night_ends_at_t_and_an_account_counts_once_in_it():
    import pandas as pd

    until = pd.Timestamp("2020-01-03T06:00")
    at = ["2020-01-02T05:59:59", "2020-01-02T06:00", "2020-01-03T05:59:59", "2020-01-03T06:00", "NaT"]
    nights = Nights(np.array(at, "datetime64[us]"), np.array([0, 1, 1, 1, 1]), until, 2)
    assert nights.rows.tolist() == [1, 2]
    total, support = nights.mean(np.array([1.0, 1.0, 0.0, 5.0, 5.0]))
    assert (total.tolist(), support.tolist()) == ([1.0, 0.5], [1.0, 1.0])
