"""Actions follow probabilities, costs and the desk's day; near misses stand beside hits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resellerrisk.decisions import SECOND_PERSON, actions, expected_costs, read_settings, thresholds
from resellerrisk.decisions.settings import OrderSettings, Settings
from resellerrisk.errors import InputError
from resellerrisk.vocabulary import ACTIONS, SUBJECTS

DEFAULTS = read_settings()
MONEY = st.floats(0, 1e6)


def rank(chosen):
    """Severity of actions, 0 the mildest."""
    return np.array([ACTIONS.index(action) for action in chosen])


@st.composite
def any_settings(draw):
    """Settings that read_settings would take, the same for every subject."""
    shipped, delayed = draw(st.floats(0, 1)), draw(MONEY)
    subject = OrderSettings(
        draw(st.floats(0, 50)), delayed, draw(MONEY), delayed + draw(MONEY), 1e9, 0.0, draw(st.floats(0, 50))
    )
    leaked, reviewed = draw(MONEY), shipped * draw(st.floats(0, 1))
    return Settings(
        leaked_title=leaked,
        loss_share_shipped_on_street_date=shipped,
        loss_share_reviewed=reviewed,
        block_above=draw(st.floats(0, 1)),
        quarantine_share=0.05,
        random_review_seed=1.0,
        **dict.fromkeys(SUBJECTS, subject),
    )


@settings(max_examples=150, deadline=None)
@given(
    any_settings(),
    st.sampled_from(SUBJECTS),
    st.lists(st.floats(0, 1), min_size=2, max_size=30),
    st.booleans(),
)
def test_a_higher_probability_never_earns_a_milder_action(chosen_settings, subject, probability, early):
    probability = np.sort(np.round(probability, 6))
    early_lines = np.full(len(probability), early) if subject == "order" else None
    severity = rank(actions(probability, subject, chosen_settings, early_lines))
    costs = expected_costs(probability, subject, chosen_settings, early_lines).to_numpy()
    taken, falls = costs[np.arange(len(costs)), severity], np.flatnonzero(np.diff(severity) < 0)
    for i in falls:  # only rounding between actions that cost the same may part two rows
        assert np.isclose(costs[i + 1, severity[i]], taken[i + 1], rtol=1e-9, atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=40), st.integers(0, 10))
def test_the_desk_is_never_given_more_reviews_than_it_can_do(probability, reviews):
    chosen = actions(probability, "account", DEFAULTS, reviews=reviews)
    wanted = actions(probability, "account", DEFAULTS, reviews=10**9) == "review"
    assert (chosen == "review").sum() == min(reviews, wanted.sum())


def test_reviews_go_where_they_save_most_and_the_rest_get_the_next_best_action():
    probability = [0.3, 0.6, 0.2, 0.5, 0.1]
    chosen = actions(probability, "account", DEFAULTS, reviews=2).tolist()
    ship = "ship_on_street_date"
    assert chosen == [ship, "review", ship, "review", ship]


def test_more_at_stake_goes_before_more_probable():
    chosen = actions([0.6, 0.5], "account", DEFAULTS, titles_at_stake=[2, 20], reviews=1)
    assert chosen.tolist() == ["ship_on_street_date", "review"]


def test_above_the_block_limit_the_desk_without_time_still_gets_a_block():
    assert actions([0.95], "account", DEFAULTS, reviews=0).tolist() == ["block"]


def test_rows_that_save_the_same_are_told_apart_by_id_in_any_order():
    ids = np.array(["c", "a", "b", "d"])
    for places in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        chosen = actions([0.5] * 4, "account", DEFAULTS, reviews=2, ids=ids[places])
        assert set(ids[places][chosen == "review"]) == {"a", "b"}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_action_changes_at_the_threshold_and_not_before(subject):
    begins = thresholds(subject, DEFAULTS)
    below, above = (rank(actions(begins + step, subject, DEFAULTS)) for step in (-1e-9, 1e-9))
    assert below.tolist() == [0, 1, 2]
    assert above.tolist() == [1, 2, 3]


def test_an_order_without_early_lines_is_never_shipped_on_the_street_date():
    probability = np.linspace(0, 1, 200)
    none_early = actions(probability, "order", DEFAULTS, np.zeros(200, dtype=bool), reviews=10**6)
    assert set(none_early) == {"release", "review", "block"}
    all_early = actions(probability, "order", DEFAULTS, np.ones(200, dtype=bool), reviews=10**6)
    assert set(all_early) == set(ACTIONS)


def test_block_is_recommended_above_its_limit_only_and_needs_a_second_person():
    assert actions([0.9, 0.9 + 1e-12], "account", DEFAULTS).tolist() == ["review", "block"]
    assert actions([1.0], "account", replace(DEFAULTS, block_above=1.0)).tolist() == ["review"]
    assert SECOND_PERSON == ("block",)


def test_nothing_to_score_is_no_action():
    assert actions([], "order", DEFAULTS, early_lines=np.empty(0, dtype=bool)).shape == (0,)
    assert expected_costs([], "order", DEFAULTS).shape == (0, 4)


@pytest.mark.parametrize("probability", [[np.nan], [-1e-9], [1 + 1e-9], [np.inf]])
def test_what_is_no_probability_is_refused(probability):
    with pytest.raises(InputError, match="1 of 1 probabilities"):
        actions(probability, "account", DEFAULTS)


def test_an_argument_that_does_not_fit_is_refused():
    with pytest.raises(InputError, match="no subject 'supplier'"):
        actions([0.5], "supplier", DEFAULTS)
    with pytest.raises(InputError, match="speaks of orders"):
        actions([0.5], "account", DEFAULTS, early_lines=[True])
    with pytest.raises(InputError, match="expected 2 truth values"):
        actions([0.5, 0.5], "order", DEFAULTS, early_lines=[True])
    with pytest.raises(InputError, match="expected 1 truth values"):
        actions([0.5], "order", DEFAULTS, early_lines=[np.nan])
    with pytest.raises(InputError, match="one finite number"):
        actions([0.5], "account", DEFAULTS, titles_at_stake=[-1])
    with pytest.raises(InputError, match="reviews is -1"):
        actions([0.5], "account", DEFAULTS, reviews=-1)
    with pytest.raises(InputError, match="ids has 2 rows"):
        actions([0.5], "account", DEFAULTS, ids=["a", "b"])
