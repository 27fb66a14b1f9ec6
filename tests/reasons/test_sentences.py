"""What a reason says, and what it never says."""

from __future__ import annotations

from resellerrisk.reasons.sentences import names_typical, tell

NOTHING = float("nan")


def test_a_reason_states_value_window_and_what_is_typical(columns):
    told = tell(columns["before_street_date_share_90d"], 0.26, 0.03, 0.12, +0.9)
    assert told == (
        "26% of the lines in the last 90 days were for discs not yet on sale (shops like this: 3% to 12%). Raises the score."
    )


def test_the_ending_follows_the_sign_of_the_contribution_not_the_value(columns):
    column = columns["before_street_date_share_90d"]
    assert tell(column, 0.26, 0.03, 0.12, +0.001).endswith("Raises the score.")
    assert tell(column, 0.26, 0.03, 0.12, -0.001).endswith("Lowers the score.")


def test_a_missing_value_has_a_sentence_of_its_own(columns):
    told = tell(columns["lead_mean_90d"], NOTHING, 7.3, 16.5, +0.4)
    assert told == (
        "Not known for the last 90 days: days from the order to the street date "
        "(shops like this: 7.3 to 16.5 days). Raises the score."
    )


def test_a_missing_position_among_peers_says_of_what(columns):
    assert tell(columns["before_street_date_share_90d_vs_peers"], NOTHING, NOTHING, NOTHING, 0.4) == (
        "Not known for the last 90 days: where it stands among shops of the same type and size: "
        "order lines for discs that were not yet on sale. Raises the score."
    )


def test_a_value_of_zero_is_not_a_missing_one(columns):
    assert tell(columns["before_street_date_share_90d"], 0.0, 0.0, 0.0, -0.4).startswith("0% of the lines")


def test_what_is_typical_may_be_not_known(columns):
    assert "(shops like this: not known)" in tell(
        columns["before_street_date_share_90d"], 0.26, NOTHING, NOTHING, 0.1
    )
    assert "shops like this" not in tell(columns["lead_mean_90d"], NOTHING, NOTHING, NOTHING, 0.1)


def test_one_known_quartile_is_no_range(columns):
    for low, high in [(0.03, NOTHING), (NOTHING, 0.12)]:
        told = tell(columns["before_street_date_share_90d"], 0.26, low, high, 0.1)
        assert "(shops like this: not known)" in told


def test_quartiles_that_read_the_same_stand_once(columns):
    assert "(shops like this: 3%)" in tell(columns["before_street_date_share_90d"], 0.26, 0.031, 0.0312, 0.1)


def test_a_yes_or_no_is_never_a_range(columns):
    assert "(shops like this: some yes, some no)" in tell(columns["own_mail"], 1.0, 0.0, 1.0, -0.6)
    assert "(shops like this: mostly the same)" in tell(columns["own_mail"], 1.0, 1.0, 1.0, -0.6)


def test_only_sentences_that_name_what_is_typical_ask_for_it(columns):
    assert names_typical(columns["own_mail"]) and not names_typical(columns["lines_count_90d"])
