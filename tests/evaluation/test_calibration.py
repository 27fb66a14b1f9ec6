"""Calibration: bins, intervals and scores counted by hand."""

import numpy as np
import pandas as pd
import pytest

from resellerrisk.evaluation import take_judged
from resellerrisk.evaluation.calibration import cut_bins, measure_calibration, tabulate_calibration
from resellerrisk.evaluation.resampling import draw_weights, wilson


def test_bins_hold_equally_many_rows():
    assert np.bincount(cut_bins(np.linspace(0, 1, 100), np.ones(100))).tolist() == [10] * 10


def test_equal_probabilities_share_a_bin():
    assert len(set(cut_bins(np.full(100, 0.3), np.ones(100)))) == 1


def test_bins_of_equal_expected_fakes_look_at_the_high_end():
    probability = np.concatenate([np.full(900, 0.001), np.linspace(0.5, 0.9, 20)])
    assert len(set(cut_bins(probability, np.ones(920))[900:])) == 1
    assert len(set(cut_bins(probability, probability)[900:])) > 5


def test_probabilities_of_zero_are_one_bin():
    assert cut_bins(np.zeros(5), np.zeros(5)).tolist() == [0] * 5


def test_an_account_at_several_moments_is_one_observation(make_rows):
    once = make_rows("Abcd", probability=0.25)
    thrice = pd.concat([once, once, once])
    table = tabulate_calibration(thrice, np.ones(12))
    assert table.loc[0, ["rows", "accounts", "fakes"]].tolist() == [12, 4, 1]
    assert table.loc[0, ["seen_low", "seen_high"]].tolist() == list(wilson(0.25, 4))


def test_scores_are_those_counted_by_hand(make_rows):
    judged = take_judged(make_rows("Ab", probability=[0.8, 0.4]), "account")
    figures, _ = measure_calibration(judged, draw_weights(judged.clusters, 5))
    assert figures["brier"]["value"] == pytest.approx((0.04 + 0.16) / 2)
    assert figures["log_loss"]["value"] == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert figures["foretold_over_seen"]["value"] == pytest.approx(1.2)
    assert figures["brier_of_base_rate"]["value"] == pytest.approx(0.25)


def test_a_right_bin_is_within_and_a_wrong_one_is_not(make_rows):
    letters = [f"A{place}" for place in range(100)]
    fake = [place < 30 for place in range(100)]
    right = make_rows("x" * 100, account_id=letters, fake=fake, probability=0.3)
    assert tabulate_calibration(right, np.ones(100))["within"].tolist() == [True]
    assert tabulate_calibration(right.assign(probability=0.6), np.ones(100))["within"].tolist() == [False]


def test_certainty_that_was_wrong_does_not_become_infinite(make_rows):
    judged = take_judged(make_rows("Ab", probability=[0.0, 1.0]), "account")
    figures, _ = measure_calibration(judged, draw_weights(judged.clusters, 5))
    assert 13 < figures["log_loss"]["value"] < 14
