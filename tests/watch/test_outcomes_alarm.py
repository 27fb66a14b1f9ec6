"""Scores that did not come true are raised, and what a lucky or an unlucky month would do is not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from resellerrisk.watch import read_watch_settings
from resellerrisk.watch.findings import find_untrue
from resellerrisk.watch.outcomes import Outcomes, judge_outcomes

SETTINGS = read_watch_settings()
MONTH, UNTIL = pd.Timestamp("2018-04-01"), pd.Timestamp("2019-12-31")
#: A model that had learnt from nothing of the month.
MODEL = SimpleNamespace(facts={"as_of": "2018-02-01"})


def cases(decided, fakes, learnt=False):
    row = {"month": MONTH, "learnt": learnt, "cases": decided, "decided": decided, "fakes": fakes}
    return Outcomes(pd.DataFrame([row]), pd.DataFrame(), pd.DataFrame())


def foretold(foretold, found, mature=True, learnt=False):
    row = {"month": MONTH, "learnt": learnt, "mature": mature, "foretold": foretold, "found": found}
    return Outcomes(pd.DataFrame(), pd.DataFrame(), pd.DataFrame([row]))


@pytest.mark.parametrize(
    ("decided", "fakes", "raised"), [(60, 1, True), (60, 10, False), (20, 0, False), (0, 0, False)]
)
def test_precision_below_what_a_review_costs_is_raised_where_chance_is_ruled_out(decided, fakes, raised):
    found = find_untrue(cases(decided, fakes), SETTINGS)
    assert [finding.figure for finding in found] == ["precision of decided cases"] * raised
    if raised:
        assert "1 of 60 decided cases" in found[0].text and found[0].p < 0.001


def test_cases_that_the_model_had_learnt_from_do_not_speak_for_its_precision():
    assert not find_untrue(cases(60, 1, learnt=True), SETTINGS)


@pytest.mark.parametrize(
    ("foretold_fakes", "found_fakes", "raised"),
    [(30.0, 3, True), (30.0, 12, False), (10.0, 40, True), (10.0, 28, False), (4.0, 0, False)],
)
def test_probabilities_far_from_what_was_found_are_raised(foretold_fakes, found_fakes, raised):
    found = find_untrue(foretold(foretold_fakes, found_fakes), SETTINGS)
    assert [finding.figure for finding in found] == ["calibration"] * raised


@pytest.mark.parametrize("state", [{"mature": False}, {"learnt": True}])
def test_a_month_whose_fakes_had_no_time_to_be_found_says_nothing(state):
    assert not find_untrue(foretold(30.0, 3, **state), SETTINGS)


@pytest.fixture
def asked(market):
    """Sixty accounts that were sent to review on the first of a month."""
    codes = np.flatnonzero(
        market.accounts.set_index("account_id")["applied_at"].reindex(market.account_ids) < MONTH
    )
    codes = codes[:60]
    frame = pd.DataFrame({"account": codes, "at": MONTH, "probability": 0.5, "action": "review"})
    return market.account_ids[codes], frame


def _decide(market, accounts, fakes):
    """All of them are decided about in the year after, so many as fake."""
    rows = pd.DataFrame(
        {
            "account_id": pd.Categorical(accounts, categories=market.outcomes["account_id"].cat.categories),
            "outcome": ["fake"] * fakes + ["genuine"] * (len(accounts) - fakes),
            "decided_at": MONTH + pd.Timedelta(days=90),
            "source": "review",
            "note": None,
        }
    )
    return market.with_tables(outcomes=rows)


def test_decisions_against_the_scores_raise_both_and_decisions_with_them_neither(market, asked):
    accounts, scored = asked
    assert len(accounts) == 60
    against = judge_outcomes(_decide(market, accounts, 1), MODEL, scored, UNTIL)
    assert {finding.figure for finding in find_untrue(against, SETTINGS)} == {
        "precision of decided cases",
        "calibration",
    }
    as_foretold = judge_outcomes(_decide(market, accounts, 30), MODEL, scored, UNTIL)
    assert not find_untrue(as_foretold, SETTINGS)
    too_soon = judge_outcomes(_decide(market, accounts, 1), MODEL, scored, MONTH + pd.Timedelta(days=80))
    assert not find_untrue(too_soon, SETTINGS)
