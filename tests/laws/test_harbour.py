"""The main job on the harbour market, whole: what the README says of it must hold. Minutes long; skipped where the market is not here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from resellerrisk.matrix import known_fakes
from resellerrisk.pipeline import score, train
from resellerrisk.signals.peers import active_accounts

pytestmark = pytest.mark.slow

MOMENTS = ("2020-03-31", "2020-06-30", "2020-09-30")
SCORED_AT = pd.Timestamp("2021-01-01")


@pytest.fixture(scope="module")
def trained(harbour, harbour_signals):
    return train(harbour, "account", "2019-12-31", signals=harbour_signals)


@pytest.fixture(scope="module")
def scored(harbour, harbour_signals, trained):
    return {
        moment: score(harbour, trained, as_of=moment, signals=harbour_signals, scored_at=SCORED_AT)
        for moment in MOMENTS
    }


def test_accounts_are_ranked_as_the_readme_says(harbour, harbour_signals, scored, shared):
    truth = pd.read_parquet(shared / "data" / "harbour" / "truth" / "accounts.parquet").set_index(
        "account_id"
    )
    truth = truth.reindex(harbour.account_ids)
    found = []
    for moment in MOMENTS:
        at = pd.Timestamp(moment)
        active = active_accounts(harbour_signals.views, int(np.datetime64(at, "us").view(np.int64)))
        open_accounts = np.setdiff1d(active, known_fakes(harbour, at))
        fake = truth["is_fake"].iloc[open_accounts] & (truth["since"].iloc[open_accounts] <= at)
        probability = scored[moment].scores.set_index("account_id")["probability"]
        found.append(average_precision_score(fake, probability[harbour.account_ids[open_accounts]]))
    assert np.mean(found) > 0.92


def test_contributions_add_up_and_are_those_of_shap(trained, scored):
    columns = trained.model.columns_
    for each in scored.values():
        margin = trained.model.margin(each.signals[columns])
        parts = each.contributions[[*columns, "base_value"]].sum(axis=1)
        assert np.abs(parts - margin).max() < 1e-9
        theirs = trained.model.explainer().shap_values(each.signals[columns])
        assert np.abs(theirs - each.contributions[columns].to_numpy()).max() < 1e-9


def test_200_accounts_scored_alone_are_the_same_to_the_bit(harbour, harbour_signals, trained, scored):
    bulk = scored["2020-06-30"]
    for place in np.random.default_rng(0).choice(len(bulk.scores), 200, replace=False):
        account = bulk.scores["account_id"][place]
        alone = score(
            harbour,
            trained,
            as_of="2020-06-30",
            accounts=[account],
            signals=harbour_signals,
            scored_at=SCORED_AT,
        )
        for name in ("scores", "contributions", "signals"):
            expected = getattr(bulk, name).iloc[[place]].reset_index(drop=True)
            pd.testing.assert_frame_equal(getattr(alone, name), expected, check_exact=True)
