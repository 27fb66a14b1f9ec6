"""Average precision, shares gained for a price, and rows taken, on rankings small enough to count by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from resellerrisk.evaluation.ranking import rank, take_highest
from resellerrisk.evaluation.resampling import draw_weights


def seen(score, gain, price):
    return rank(score, np.array(gain), np.array(price), np.arange(len(score)), len(score)).as_seen()


def test_average_precision_is_the_mean_precision_at_the_fakes():
    ranked = seen([0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0], [0, 1, 0, 1])
    assert ranked.average_precision()[0] == pytest.approx((1 + 2 / 3) / 2)


def test_equal_scores_share_a_place_whatever_their_order():
    one = seen([0.9, 0.5, 0.5, 0.1], [0, 1, 0, 0], [1, 0, 1, 1])
    other = seen([0.9, 0.5, 0.5, 0.1], [0, 0, 1, 0], [1, 1, 0, 1])
    assert one.average_precision()[0] == other.average_precision()[0] == pytest.approx(1 / 3)


def test_a_score_a_hair_higher_has_a_place_of_its_own():
    ranked = seen([0.9, 0.5 + 1e-12, 0.5, 0.1], [0, 1, 0, 0], [1, 0, 1, 1])
    assert ranked.average_precision()[0] == pytest.approx(1 / 2)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40))
def test_average_precision_is_scikit_learns(rows):
    score, fake = np.array([row[0] for row in rows], float), np.array([row[1] for row in rows])
    ours = seen(score, fake, ~fake).average_precision()[0]
    if fake.any():
        assert ours == pytest.approx(average_precision_score(fake, score), abs=1e-12)
    else:
        assert np.isnan(ours)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 5)), min_size=2, max_size=25))
def test_a_draw_is_the_same_as_a_sample_with_its_rows_repeated(rows):
    score, fake = np.array([row[0] for row in rows], float), np.array([row[1] for row in rows])
    cluster = np.array([row[2] for row in rows])
    weights = draw_weights(6, resamples=8, seed=3)
    drawn = rank(score, fake, ~fake, cluster, 6).weigh(weights).average_precision()
    for column in range(weights.shape[1]):
        times = weights[cluster, column].astype(int)
        again_fake, again_score = np.repeat(fake, times), np.repeat(score, times)
        if again_fake.any():
            expected = average_precision_score(again_fake, again_score)
            assert drawn[column] == pytest.approx(expected, abs=1e-12)
        else:
            assert np.isnan(drawn[column])


def test_what_is_gained_ends_where_the_price_is_spent():
    # 10 discs for nothing, then 4 honest lines, then 30 discs, then 6 honest lines, then 10 discs
    ranked = seen([5, 4, 3, 2, 1], [10, 0, 30, 0, 10], [0, 4, 0, 6, 0])
    assert ranked.price[0] == 10
    assert [ranked.gain_at(spent)[0] for spent in (0, 3.9, 4, 9.9, 10)] == [0.2, 0.2, 0.8, 0.8, 1.0]


def test_a_level_that_is_half_paid_for_gives_half_of_its_gain():
    ranked = seen([2, 2, 1], [8, 0, 2], [0, 4, 0])
    assert ranked.gain_at(2)[0] == pytest.approx(0.4)
    assert ranked.gain_at(0)[0] == 0


def test_taking_more_than_there_is_takes_everything():
    assert take_highest(np.array([0.2, 0.1]), 5).tolist() == [1, 1]
    assert take_highest(np.array([0.2, 0.1]), 0).tolist() == [0, 0]
    assert take_highest(np.array([]), 3).tolist() == []
