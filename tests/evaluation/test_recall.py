"""Recall from a random slice, tested on the truth of a simulated market: right on average, and the interval holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from resellerrisk.decisions import add_random_reviews, read_settings
from resellerrisk.errors import InputError
from resellerrisk.evaluation import estimate_recall
from resellerrisk.evaluation.recall import over_time, weighted_poisson_interval

DAY, LATER = pd.Timestamp("2019-12-01"), pd.Timestamp("2020-03-01")


def decide(scores, fake):
    """What reviews find: the truth of everybody who was looked at."""
    seen = scores["sampled"] | (scores["review_probability"] == 1)
    found = np.where(fake, "fake", "genuine")
    return pd.DataFrame({"account_id": scores["account_id"], "outcome": found, "decided_at": LATER})[seen]


@pytest.fixture(scope="module")
def book():
    """A book of 4,000 accounts with 80 fakes, of which the scores send 60 to a person."""
    fake = np.arange(4000) < 80
    caught = (np.arange(4000) < 60) | (np.arange(4000) >= 3950)
    frame = pd.DataFrame({"account_id": [f"A{i}" for i in range(4000)], "as_of": DAY})
    return frame.assign(action=np.where(caught, "review", "release")), fake


def estimates(book, share, seeds):
    rows, fake = book
    settings = read_settings()
    for seed in seeds:
        account = replace(settings.account, random_review_share=share)
        scores = add_random_reviews(
            rows, "account", replace(settings, account=account, random_review_seed=float(seed))
        )
        yield estimate_recall(scores, decide(scores, fake))


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_missed_fakes_are_right_on_average_and_the_interval_holds_the_truth(book, share):
    found = list(estimates(book, share, range(200)))
    missed = np.array([one.missed for one in found])
    assert abs(missed.mean() - 20) < 4 * np.sqrt(20 * (1 - share) / share / 200)
    assert np.mean([one.missed_low <= 20 <= one.missed_high for one in found]) >= 0.95
    assert np.mean([one.low <= 0.75 <= one.high for one in found]) >= 0.95
    assert {one.caught for one in found} == {60.0}


def test_a_wider_slice_says_more(book):
    narrow, wide = (
        np.mean([one.high - one.low for one in estimates(book, share, range(20))]) for share in (0.05, 0.5)
    )
    assert wide < 0.6 * narrow


def test_recall_of_a_simulated_market_is_within_the_interval(market, market_folder, trained, signals):
    """Scores of a trained model, the slice as `score` draws it, decisions from the market's truth."""
    from resellerrisk.pipeline import score

    settings = read_settings()
    truth = pd.read_parquet(market_folder / "truth" / "accounts.parquet").set_index("account_id")
    held, shares = [], []
    for seed in range(12):
        account = replace(settings.account, random_review_share=0.3, reviews_per_day=1.0)
        chosen = replace(settings, account=account, random_review_seed=float(seed))
        scores = score(market, trained, as_of=DAY, settings=chosen, signals=signals).scores
        row = truth.loc[scores["account_id"]]
        fake = (row["is_fake"] & (row["since"] <= DAY)).to_numpy()
        found = estimate_recall(scores, decide(scores, fake))
        by_score = (scores["review_probability"] == 1).to_numpy()
        true = (fake & by_score).sum() / fake.sum()
        held.append(found.low <= true <= found.high)
        shares.append(scores["sampled"][~by_score].mean())
    assert 0 < true < 1, "some caught, some missed"
    assert np.mean(held) >= 0.9 and abs(np.mean(shares) - 0.3) < 0.05


def frame(*rows):
    return pd.DataFrame(rows, columns=["account_id", "as_of", "sampled", "review_probability"])


def outcome(account, what="fake", at=LATER):
    return pd.DataFrame({"account_id": [account], "outcome": [what], "decided_at": [at]})


def test_no_fake_in_the_slice_still_leaves_room_for_missed_ones():
    rows = [("a", DAY, False, 1.0), *((f"s{i}", DAY, True, 0.1) for i in range(10))]
    decided = [outcome("a"), *(outcome(f"s{i}", "genuine") for i in range(10))]
    found = estimate_recall(frame(*rows), pd.concat(decided))
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.02 < found.low < 0.05 and round(found.missed_high, 1) == 36.9


def test_without_any_reviewed_slice_nothing_is_known_of_the_missed():
    found = estimate_recall(frame(("a", DAY, False, 1.0), ("b", DAY, False, 0.1)), outcome("a"))
    assert np.isnan(found.value) and (found.low, found.high) == (0.0, 1.0) and found.missed_high == np.inf


def test_where_everybody_was_looked_at_nothing_is_missed():
    found = estimate_recall(
        frame(("a", DAY, False, 1.0), ("b", DAY, False, 1.0)),
        pd.concat([outcome("a"), outcome("b", "genuine")]),
    )
    assert (found.value, found.low, found.high, found.missed) == (1.0, 1.0, 1.0, 0.0)


def test_an_account_drawn_on_one_of_several_nights_counts_once():
    nights = frame(*(("a", DAY + pd.Timedelta(days=n), n == 2, 0.1) for n in range(5)))
    once = over_time(nights)
    assert len(once) == 1 and once["sampled"][0]
    assert once["review_probability"][0] == pytest.approx(1 - 0.9**5)
    assert estimate_recall(nights, outcome("a")).missed == pytest.approx(1 / (1 - 0.9**5))


@pytest.mark.parametrize(
    ("what", "at", "decided"),
    [("fake", DAY, True), ("fake", DAY - pd.Timedelta(seconds=1), False), ("unknown", LATER, False)],
)
def test_only_decisions_since_it_was_scored_count_and_unknown_is_none(what, at, decided):
    found = estimate_recall(frame(("a", DAY, True, 0.5)), outcome("a", what, at))
    assert (found.slice_reviewed, found.undecided) == ((1, 0) if decided else (0, 1))


def test_reviews_not_yet_decided_are_stood_for_by_the_others():
    rows = frame(("a", DAY, True, 0.5), ("b", DAY, True, 0.5), ("c", DAY, False, 0.5))
    assert estimate_recall(rows, outcome("a")).missed == 4.0


def test_the_weighted_interval_of_equal_weights_is_garwoods():
    from scipy.stats import chi2

    low, high = weighted_poisson_interval(np.full(6, 20.0), 20.0, 0.95)
    assert low == pytest.approx(20 * chi2.ppf(0.025, 12) / 2)
    assert high == pytest.approx(20 * chi2.ppf(0.975, 14) / 2)


def test_scores_of_an_older_version_are_refused():
    with pytest.raises(InputError, match=r"lack sampled, review_probability"):
        estimate_recall(pd.DataFrame({"account_id": ["a"], "as_of": [DAY]}), outcome("a"))
    with pytest.raises(InputError, match="not between 0 and 1"):
        estimate_recall(frame(("a", DAY, True, np.nan)), outcome("a"))
