"""On the harbour market: the reasons shown carry the score, and every reason's evidence gives its value again. Slow."""

from __future__ import annotations

import numpy as np
import pytest

from resellerrisk.pipeline import Explainer, score, train

pytestmark = pytest.mark.slow

AS_OF, CASES, SEED = "2019-12-31", 20, 4


@pytest.fixture(scope="module")
def told(harbour, harbour_signals):
    """Twenty random cases of those that ask for a look, with what raises each by column."""
    trained = train(harbour, "account", "2019-06-30", signals=harbour_signals)
    scored = score(harbour, trained, as_of=AS_OF, signals=harbour_signals)
    ids = scored.scores.loc[scored.scores["action"] != "release", "account_id"].astype(str).to_numpy()
    explainer = Explainer(harbour, trained, signals=harbour_signals)
    added = scored.contributions.set_index("account_id")[list(trained.model.columns_)]
    chosen = np.random.default_rng(SEED).choice(ids, CASES, replace=False)
    return [(explainer.explain(id, as_of=AS_OF), added.loc[id].to_numpy(float)) for id in chosen]


def test_every_reason_recomputes_from_its_evidence(told):
    seen = 0
    for case, _ in told:
        for finding in (finding for reason in case.reasons for finding in reason.findings):
            found = case.evidence[finding.signal].recompute()
            assert np.isclose(found, finding.number, rtol=1e-9, atol=1e-9, equal_nan=True), finding.signal
            seen += 1
    assert seen > 10 * CASES


def test_the_reasons_shown_cover_most_of_what_raises_the_score(told):
    shown = [
        sum(reason.contribution - reason.untold_contribution for reason in case.raising)
        / added[added > 0].sum()
        for case, added in told
    ]
    print(f"raised log-odds told: median {np.median(shown):.3f}, least {min(shown):.3f}")
    assert np.median(shown) >= 0.85
