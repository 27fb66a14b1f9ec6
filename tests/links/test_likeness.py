"""How like names are to those of accounts found fake: only what had been found, never the account itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.links.likeness import LookAlikes, found_fake_times

NAMES = [
    ["Silver Reel Ltd", "Silver Reels Inc.", "Oak Books", "REEL, SILVER", None],
    ["Silver Reel", None, "Oak", None, "n/a"],
]


def highest(accounts, at, since=10, until=99, fake=0):
    found = pd.DataFrame({"account": [fake], "since": [since], "until": [until]})
    return LookAlikes(NAMES, found).highest(np.array(accounts), np.full(len(accounts), at))


def test_a_slip_is_nearly_the_same_words_in_any_order_are_the_same_and_another_name_is_neither():
    found = highest([1, 3, 2], 50)
    assert 0.9 < found[0] < 1 and found[1] == 1 and found[2] < 0.6


def test_an_account_is_not_compared_with_itself_and_no_name_is_no_likeness():
    assert np.isnan(highest([0, 4], 50)).all()


@pytest.mark.parametrize(("at", "counts"), [(10, False), (11, True), (99, True), (100, False)])
def test_a_finding_counts_from_after_its_decision_until_it_is_reversed(at, counts):
    assert np.isnan(highest([3], at)[0]) != counts


def test_the_newest_decision_counts_and_fake_wins_a_tie():
    decided = pd.DataFrame(
        [("b", 5, True), ("b", 9, False), ("a", 7, False), ("a", 7, True), ("c", 3, False), ("zz", 1, True)],
        columns=["account_id", "moment", "fake"],
    )
    times = found_fake_times(decided, ["a", "b", "c"])
    assert times.values.tolist() == [[0, 7, np.iinfo(np.int64).max], [1, 5, 9]]


def test_without_any_finding_all_is_missing():
    none = pd.DataFrame({"account": [], "since": [], "until": []}, dtype=np.int64)
    assert np.isnan(LookAlikes(NAMES, none).highest(np.arange(5), np.full(5, 50))).all()
