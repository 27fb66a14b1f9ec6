"""What tracing must show on the shared test market. The truth beside it measures; nothing is trained on it."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from resellerrisk.leaks import trace
from tests.figures.__main__ import JUDGED
from tests.figures.traced import measure_tracing

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


def test_in_ten_bins_what_was_foretold_lies_within_the_interval_of_what_was_seen(harbour_signals, shared):
    """Wilson's 95 % interval of ten bins of equal width, the three dates of 2020 together."""
    told = measure_tracing(harbour_signals, shared / "data" / "harbour" / "truth", JUDGED)
    bins = pd.DataFrame(told["calibration"])
    assert len(bins) == 10 and bins["rows"].sum() > 9000
    assert bins["fake_within"].all()
    bolder = bins["foretold"] ** 0.3  # what claims far too much is seen to do so
    assert not bolder.between(bins["fake_low"], bins["fake_high"]).all()


def test_the_true_source_of_all_leaks_of_ours_is_first_in_six_of_ten(harbour_signals, shared):
    """Of all leaks whose source is one of ours, those named after the account was found out and closed among them."""
    told = measure_tracing(harbour_signals, shared / "data" / "harbour" / "truth", ["2020-06-30"])
    every, still_open, _ = told["ranks"]
    assert every["first"] >= 0.60
    assert still_open["first"] >= 0.85 and still_open["three"] >= 0.95
