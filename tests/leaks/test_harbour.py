"""What tracing must show on the shared test market. The truth beside it measures; nothing is trained on it."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from resellerrisk.leaks import trace

AS_OF = pd.Timestamp("2019-12-31")


@pytest.fixture(scope="module")
def traced(harbour):
    return trace(harbour, AS_OF)


@pytest.fixture(scope="module")
def truth(shared):
    return {
        name: pd.read_parquet(shared / "data" / "harbour" / "truth" / f"{name}.parquet")
        for name in ("accounts", "leaks")
    }


def test_the_true_source_of_our_leaks_is_ranked_first_or_nearly(traced, truth, harbour):
    """Of leaks whose source had the disc: where an account went on being named after it was closed, no disc of ours was in it."""
    fakes = harbour.outcomes[harbour.outcomes["outcome"] == "fake"]
    closed = (
        fakes.assign(account_id=fakes["account_id"].astype(str)).groupby("account_id")["decided_at"].min()
    )
    leaks = harbour.leaks.assign(leak_id=harbour.leaks["leak_id"].astype(str)).set_index("leak_id")[
        "leaked_at"
    ]
    ours = truth["leaks"].dropna(subset=["account_id"]).set_index("leak_id")["account_id"]
    open_still = ~(ours.map(closed) < leaks.reindex(ours.index))
    accounts = traced.sources.dropna(subset=["account_id"]).copy()
    accounts["place"] = accounts.groupby("leak_id").cumcount()
    ours = ours[open_still & ours.index.isin(traced.sources["leak_id"])]
    found = accounts.merge(ours.rename("truth"), left_on="leak_id", right_index=True)
    found = found[found["account_id"] == found["truth"]]
    assert len(ours) > 500
    assert (found["place"] == 0).sum() / len(ours) >= 0.85
    assert (found["place"] < 3).sum() / len(ours) >= 0.95


def test_active_accounts_not_yet_known_are_ranked_without_any_label(traced, truth, harbour):
    orders = harbour.orders[
        harbour.orders["ordered_at"].between(AS_OF - pd.Timedelta(days=180), AS_OF, inclusive="left")
    ]
    known = harbour.outcomes[
        (harbour.outcomes["outcome"] == "fake") & (harbour.outcomes["decided_at"] < AS_OF)
    ]
    active = set(orders["account_id"].astype(str)) - set(known["account_id"].astype(str))
    score = traced.accounts.set_index("account_id")["source_probability"]
    score = score[score.index.isin(active)]
    account = truth["accounts"].set_index("account_id").loc[score.index]
    assert average_precision_score(account["is_fake"] & (account["since"] <= AS_OF), score) >= 0.65


def test_probabilities_mean_what_they_say(traced, truth):
    accounts = truth["accounts"].set_index("account_id").loc[traced.accounts["account_id"]]
    source = (accounts["is_fake"] & (accounts["since"] <= AS_OF)).to_numpy()
    score = traced.accounts["source_probability"].to_numpy()
    assert source[score > 0.95].mean() > 0.9
    assert source[score < 0.02].mean() < 0.03
