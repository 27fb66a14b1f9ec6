"""Labels with their delay: fake, genuine, violation, reversed and never decided, each beside a near miss."""

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.matrix import known_fakes, label_snapshots, newest_outcomes
from resellerrisk.signals.compute import Snapshots

IDS = pd.Index(["A1", "A2", "A3"])


class Decided:
    """The part of a market that labels read."""

    def __init__(self, *rows):
        account, outcome, decided = zip(*rows, strict=True)
        self.outcomes = pd.DataFrame(
            {
                "account_id": pd.Categorical(account, categories=IDS),
                "outcome": list(outcome),
                "decided_at": pd.to_datetime(list(decided)).astype("datetime64[us]"),
            }
        )


def at(*moments, account=0):
    when = np.array(moments, "datetime64[us]").view(np.int64)
    return Snapshots(np.full(when.size, account), when)


def label(market, snapshots, until="2020-01-01", **words):
    return label_snapshots(market, snapshots, pd.Timestamp(until), "account", **words).tolist()


def test_a_fake_is_positive_from_the_lead_to_the_decision_and_left_out_elsewhere():
    market = Decided(("A1", "fake", "2019-06-01"))
    found = label(market, at("2018-05-31", "2018-06-01", "2019-05-31T23:59:59", "2019-06-01"), lead_days=365)
    assert str(found) == "[nan, 1.0, 1.0, nan]"


@pytest.mark.parametrize("outcome", ["genuine", "violation"])
def test_genuine_and_violation_are_negative_whatever_is_done_with_the_unlabelled(outcome):
    market = Decided(("A1", outcome, "2019-06-01"))
    assert label(market, at("2019-01-01"), unlabelled="left_out") == [0.0]


def test_the_unlabelled_are_negative_or_left_out_as_the_policy_says():
    market = Decided(("A2", "fake", "2019-06-01"))
    assert label(market, at("2019-01-01")) == [0.0]
    assert np.isnan(label(market, at("2019-01-01"), unlabelled="left_out")).all()
    with pytest.raises(InputError, match="There is: doubtful_left_out, negative, left_out"):
        label(market, at("2019-01-01"), unlabelled="maybe")


def test_unknown_reverses_a_fake_from_its_own_moment_on():
    market = Decided(("A1", "fake", "2019-03-01"), ("A1", "unknown", "2019-06-01"))
    assert label(market, at("2019-02-01"), until="2019-06-01") == [1.0]
    assert label(market, at("2019-02-01"), until="2019-06-02") == [0.0]
    assert known_fakes(market, pd.Timestamp("2019-06-01")).tolist() == [0]
    assert known_fakes(market, pd.Timestamp("2019-06-02")).tolist() == []


def test_the_newest_outcome_counts_in_whatever_order_the_rows_stand():
    rows = [("A3", "genuine", "2019-01-01"), ("A3", "fake", "2019-02-01")]
    for market in (Decided(*rows), Decided(*rows[::-1])):
        assert newest_outcomes(market, pd.Timestamp("2020-01-01")).loc[2, "outcome"] == "fake"
        assert newest_outcomes(market, pd.Timestamp("2019-02-01")).loc[2, "outcome"] == "genuine"
