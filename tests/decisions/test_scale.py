"""Scores and bands follow the probability."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from resellerrisk.decisions import bands, read_settings, score_1000, thresholds
from resellerrisk.errors import InputError
from resellerrisk.vocabulary import BANDS, SUBJECTS

DEFAULTS = read_settings()
PROBABILITIES = st.lists(st.floats(0, 1), max_size=40)


@settings(deadline=None)
@given(PROBABILITIES)
def test_the_score_is_a_whole_number_from_0_to_1000_and_never_falls(probability):
    score = score_1000(np.sort(probability))
    assert score.dtype == np.int64
    assert ((score >= 0) & (score <= 1000)).all()
    assert (np.diff(score) >= 0).all()


def test_the_ends_of_the_scale_are_reached_at_its_ends_and_not_before():
    assert score_1000(expit([-9.2, -9.15, 6.85, 6.9])).tolist() == [0, 3, 997, 1000]


def test_the_score_keeps_apart_what_a_thousandfold_probability_presses_together():
    top = expit(np.linspace(3, 6.9, 240))
    assert len(set(score_1000(top))) > 4 * len(set(np.rint(1000 * top)))


@settings(deadline=None)
@given(PROBABILITIES, st.sampled_from(SUBJECTS))
def test_bands_never_fall_as_the_probability_grows(probability, subject):
    band = [BANDS.index(name) for name in bands(np.sort(probability), subject, DEFAULTS)]
    assert band == sorted(band)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_probability_at_the_threshold_is_still_in_the_lower_band(subject):
    begins = thresholds(subject, DEFAULTS)
    assert bands(begins, subject, DEFAULTS).tolist() == ["low", "guarded", "high"]
    assert bands(np.nextafter(begins, 1), subject, DEFAULTS).tolist() == ["guarded", "high", "severe"]


def test_a_threshold_balances_the_costs_on_either_side():
    guarded = thresholds("account", DEFAULTS)[0]
    loss = DEFAULTS.account.titles_at_stake * DEFAULTS.leaked_title
    saved = guarded * loss * (1 - DEFAULTS.loss_share_shipped_on_street_date)
    assert np.isclose(saved, (1 - guarded) * DEFAULTS.account.honest_delayed)


def test_dearer_leaks_lower_the_thresholds_and_severe_stays_above_its_limit():
    dearer = replace(DEFAULTS, leaked_title=10 * DEFAULTS.leaked_title)
    before, after = thresholds("order", DEFAULTS), thresholds("order", dearer)
    assert (after[:2] < before[:2]).all()
    assert before[2] == after[2] == DEFAULTS.block_above


def test_a_review_too_dear_to_pay_leaves_its_band_to_the_block():
    dear = replace(DEFAULTS, account=replace(DEFAULTS.account, review=1e6))
    assert thresholds("account", dear)[1:].tolist() == [0.9, 0.9]
    assert "high" not in bands(np.linspace(0, 1, 1000), "account", dear)


def test_nothing_at_stake_is_never_more_than_low():
    calm = replace(DEFAULTS, leaked_title=0.0)
    assert set(bands(np.linspace(0, 0.999, 100), "account", calm)) == {"low"}


def test_what_is_no_probability_has_no_score():
    with pytest.raises(InputError, match="2 of 3 probabilities"):
        score_1000([0.5, np.nan, 1.1])
