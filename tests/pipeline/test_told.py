"""Single answers put together are the very tables of `score`."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from resellerrisk.decisions import read_settings
from resellerrisk.pipeline import Scorer, score, to_scores, train

UNTIL = pd.Timestamp("2019-11-20 13:00")
AT = pd.Timestamp("2020-01-01")


@pytest.mark.parametrize("subject", ["account", "order"])
def test_they_are_the_tables_of_bulk_scoring_column_for_column(market, signals, subject):
    trained = train(market, subject, "2019-08-31", signals=signals)
    since = {} if subject == "account" else {"since": UNTIL - pd.Timedelta(days=9)}
    bulk = score(market, trained, until=UNTIL, **since, signals=signals, scored_at=AT)
    scorer, keys = Scorer(trained, signals), bulk.scores
    assert len(keys) > 5
    if subject == "account":
        told = [scorer.account(account, UNTIL) for account in keys["account_id"]]
    else:
        told = [scorer.order(order) for order in keys["order_id"]]
    found = to_scores(told, AT)
    for name in ("scores", "contributions", "signals"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(bulk, name), check_exact=True)


def test_other_settings_move_what_is_recommended_and_nothing_else(market, signals):
    scorer = Scorer(train(market, "account", "2019-08-31", signals=signals), signals)
    settings = read_settings(None)
    careful = scorer.with_settings(
        replace(settings, account=replace(settings.account, random_review_share=1.0))
    )
    account = str(market.account_ids[0])
    one, other = scorer.account(account, UNTIL), careful.account(account, UNTIL)
    assert other.review_probability == 1.0 != one.review_probability
    assert (one.score, one.contributions, one.reasons) == (other.score, other.contributions, other.reasons)
    assert scorer.settings is not careful.settings
