"""What holds for every score: contributions add up, bands and scores follow probability, alone is as in bulk, saved is the same."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from resellerrisk.pipeline import Trained, score
from resellerrisk.tables import data_dictionary
from resellerrisk.vocabulary import ACTIONS, BANDS

AS_OF = pd.Timestamp("2019-12-15")
SCORED_AT = pd.Timestamp("2020-01-01")


@pytest.fixture(scope="module")
def scored(market, signals, trained):
    return score(market, trained, as_of=AS_OF, signals=signals, scored_at=SCORED_AT)


def test_contributions_and_base_add_up_to_the_log_odds_of_the_probability(scored):
    parts = scored.contributions.drop(columns=["account_id", "as_of"])
    margin = parts.sum(axis=1).to_numpy()
    assert np.allclose(1 / (1 + np.exp(-margin)), scored.scores["probability"], rtol=0, atol=1e-12)
    assert (scored.contributions["base_value"] == scored.scores["base_value"]).all()


def test_contributions_are_those_of_shap(trained, scored):
    values = scored.signals.drop(columns=["account_id", "as_of"])
    theirs = trained.model.explainer().shap_values(values)
    ours = scored.contributions[values.columns].to_numpy()
    assert np.abs(theirs - ours).max() < 1e-9


def test_score_and_band_follow_the_probability(scored):
    ordered = scored.scores.sort_values("probability")
    assert ordered["score"].is_monotonic_increasing
    assert ordered["band"].map(BANDS.index).is_monotonic_increasing
    assert ordered["action"].isin(ACTIONS).all()
    assert ordered["score"].between(0, 1000).all()


def test_a_reason_tells_the_very_contribution_of_its_signal(scored):
    for place in range(1, 6):
        for row in range(len(scored.scores)):
            name = scored.scores[f"reason_{place}_signal"][row]
            if name is not None:
                assert scored.scores[f"reason_{place}_contribution"][row] == scored.contributions[name][row]


def test_accounts_scored_alone_are_the_same_to_the_bit(market, signals, trained, scored):
    chosen = np.random.default_rng(1).choice(len(scored.scores), 20, replace=False)
    for place in chosen:
        account = scored.scores["account_id"][place]
        alone = score(market, trained, as_of=AS_OF, accounts=[account], signals=signals, scored_at=SCORED_AT)
        for name in ("scores", "contributions", "signals"):
            bulk = getattr(scored, name).iloc[[place]].reset_index(drop=True)
            pd.testing.assert_frame_equal(getattr(alone, name), bulk, check_exact=True)


def test_a_model_that_was_saved_and_read_gives_the_same_scores(market, signals, trained, scored, tmp_path):
    trained.save(tmp_path / "model")
    again = Trained.load(tmp_path / "model")
    assert again.version == trained.version
    theirs = score(market, again, as_of=AS_OF, signals=signals, scored_at=SCORED_AT)
    pd.testing.assert_frame_equal(theirs.scores, scored.scores, check_exact=True)


def test_what_comes_after_changes_neither_model_nor_score(market, trained, scored):
    from resellerrisk.pipeline import train

    cut = market.before(AS_OF)
    again = train(cut, "account", trained.facts["as_of"])
    assert again.model.booster_.model_to_string() == trained.model.booster_.model_to_string()
    theirs = score(cut, trained, as_of=AS_OF, scored_at=SCORED_AT)
    pd.testing.assert_frame_equal(theirs.scores, scored.scores, check_exact=True)


def test_the_data_dictionary_tells_every_column_that_comes_back(scored):
    told = re.findall(r"^\| (.+?) \|", data_dictionary().split("## What comes back: scores")[1], re.M)
    names = {name for cell in told for name in re.findall(r"`(\w+)`", cell)}
    told_columns = names - {"order_id"} | {
        f"reason_{place}{part}" for place in range(1, 6) for part in ("", "_signal", "_contribution")
    }
    assert set(scored.scores.columns) == told_columns
