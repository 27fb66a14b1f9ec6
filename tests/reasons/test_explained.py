"""A case of a real account: it adds up, tells no future, and its page holds the evidence."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import resellerrisk as rr
from resellerrisk.errors import InputError
from resellerrisk.reasons import show_parts

AS_OF = pd.Timestamp("2019-12-01")


@pytest.fixture(scope="module")
def explainer(market, trained, signals):
    return rr.Explainer(market, trained, signals=signals)


@pytest.fixture(scope="module")
def case(market, trained, signals, explainer):
    scores = rr.score(market, trained, as_of=AS_OF, signals=signals).scores
    return explainer.explain(scores.nlargest(1, "probability")["account_id"].iloc[0], as_of=AS_OF)


def test_the_reasons_add_up_to_the_score(case):
    told = sum(reason.contribution for reason in case.reasons)
    assert told == pytest.approx(case.margin - case.base_value, abs=1e-9)
    assert sum(reason.share for reason in case.reasons) == pytest.approx(1)


def test_every_finding_has_evidence_that_recomputes(case):
    findings = [finding for reason in case.reasons for finding in reason.findings]
    assert findings
    for finding in findings:
        found = case.evidence[finding.signal]
        assert found.value == pytest.approx(finding.number, nan_ok=True)
        assert found.recompute() == pytest.approx(finding.number, rel=1e-9, nan_ok=True)


def test_a_case_is_the_same_from_the_market_as_it_was_known_then(market, trained, case):
    before = rr.explain(market.before(AS_OF), trained, case.account_id, as_of=AS_OF)
    own, theirs = (json.loads(one.to_json()) for one in (case, before))
    for name in (
        "score",
        "reasons",
        "evidence",
        "orders",
        "links",
        "traces",
        "history",
        "similar",
        "known_rows",
    ):
        assert own[name] == theirs[name], name


def test_the_history_is_what_was_scored_at_each_moment(market, trained, signals, case):
    assert case.history[-1].score == case.score and case.history[-1].as_of == AS_OF
    for past in case.history[:-1:4]:
        then = rr.score(market, trained, as_of=past.as_of, accounts=[case.account_id], signals=signals)
        assert then.scores["probability"].iloc[0] == past.probability


def test_similar_accounts_had_been_decided_by_then(market, case):
    assert case.similar
    for one in case.similar:
        decided = market.outcomes[market.outcomes["account_id"] == one.account_id]
        assert one.decided_at < AS_OF and one.decided_at in set(decided["decided_at"])
        assert one.account_id != case.account_id and 0 < one.likeness <= 1 + 1e-12
    assert np.all(np.diff([one.likeness for one in case.similar]) <= 0)


def test_the_parts_of_a_case_can_stand_in_another_page(case):
    parts = show_parts(case)
    assert "Evidence:" in parts["reasons"] and "Recomputed from these rows" in parts["reasons"]
    assert case.similar[0].account_id in parts["similar"]


def test_a_case_before_the_account_applied_is_refused(explainer, case):
    with pytest.raises(InputError, match="was not known before"):
        explainer.explain(case.account_id, as_of="2000-01-01")
