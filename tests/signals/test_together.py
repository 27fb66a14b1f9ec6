"""Titles that linked accounts asked for earlier the same day, and claims among earlier ones: literal rows beside near misses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.signals.together import asked_by_linked, monday_of, place_among_earlier

MONDAY, TUESDAY = "2020-03-09", "2020-03-10"
DAY = 86_400_000_000


class Joined:
    """Accounts 0 and 1 (and 2 from 16 March on) are one group, 3 is alone."""

    def groups(self, moment):
        late = pd.Timestamp(moment) >= pd.Timestamp("2020-03-16")
        return np.array([0, 0, 0 if late else 2, 3], np.int32)


def arrays(lines):
    """Account, title and moment of short lines."""
    account, title, at = zip(*lines, strict=True)
    return np.array(account), np.array(title), np.array(at, "datetime64[us]").view(np.int64)


def is_asked(line, *asks):
    """Whether a line is marked, its own ask among the asks."""
    return asked_by_linked(*arrays([line]), arrays([line, *asks]), Joined()).tolist()[0]


def test_the_later_line_of_two_linked_accounts_is_marked_and_the_earlier_is_not():
    early, late = (0, 7, f"{TUESDAY}T09:00"), (1, 7, f"{TUESDAY}T09:01")
    assert is_asked(late, early) and not is_asked(early, late)


@pytest.mark.parametrize(
    "other",
    [
        (1, 8, f"{TUESDAY}T09:00"),
        (1, 7, f"{MONDAY}T23:59"),
        (1, 7, f"{TUESDAY}T12:00"),
        (3, 7, f"{TUESDAY}T09:00"),
        (2, 7, f"{TUESDAY}T09:00"),
        (0, 7, f"{TUESDAY}T09:00"),
    ],
    ids=["another title", "the day before", "the same moment", "not linked", "linked only later", "itself"],
)
def test_a_near_miss_is_not_marked(other):
    assert not is_asked((0, 7, f"{TUESDAY}T12:00"), other)


def test_links_count_from_the_next_monday_on():
    assert not is_asked((2, 7, "2020-03-15T13:00"), (0, 7, "2020-03-15T12:00"))
    assert is_asked((2, 7, "2020-03-16T13:00"), (0, 7, "2020-03-16T12:00"))


def test_the_accounts_own_earlier_line_does_not_hide_a_linked_one():
    own, linked = (0, 7, f"{TUESDAY}T08:00"), (1, 7, f"{TUESDAY}T09:00")
    line = arrays([(0, 7, f"{TUESDAY}T10:00")])
    assert asked_by_linked(*line, arrays([own, linked]), Joined()).tolist() == [True]
    assert asked_by_linked(*line, arrays([own]), Joined()).tolist() == [False]


def test_it_equals_the_plain_double_loop():
    rng = np.random.default_rng(1)
    n = 400
    account, title = rng.integers(0, 4, n), rng.integers(0, 30, n)
    at = np.datetime64("2020-03-12", "us").view(np.int64) + rng.integers(0, 8 * 24, n) * (DAY // 24)
    order = np.lexsort((at, title, account))
    first = order[np.r_[True, (np.diff(account[order]) != 0) | (np.diff(title[order]) != 0)]]
    groups = [Joined().groups(m.astype("datetime64[us]")) for m in monday_of(at)]
    expected = [
        any(
            at[j] < at[i]
            and at[j] // DAY == at[i] // DAY
            and title[j] == title[i]
            and account[j] != account[i]
            and groups[i][account[j]] == groups[i][account[i]]
            for j in first
        )
        for i in range(n)
    ]
    found = asked_by_linked(account, title, at, (account[first], title[first], at[first]), Joined())
    assert found.tolist() == expected and 10 < sum(expected) < n - 10


def test_nothing_ordered_is_nothing_marked():
    none = np.empty(0, np.int64)
    assert asked_by_linked(none, none, none, (none, none, none), Joined()).tolist() == []


def claims(stores, kinds, days):
    return place_among_earlier(np.array(stores, float), np.array(kinds), np.array(days) * DAY)


def test_a_claim_stands_among_earlier_ones_of_its_type_only():
    found = claims([*range(20), 10, 10], [0] * 21 + [1], [*range(20), 30, 30])
    assert np.isnan(found[:20]).all(), "fewer than twenty to compare with"
    assert found[20] == 10.5 / 20
    assert np.isnan(found[21]), "no earlier application of that type"


def test_a_later_application_and_one_of_the_same_moment_change_nothing():
    stores, days = [*range(20), 10], [*range(20), 30]
    alone = claims(stores, [0] * 21, days)[20]
    assert claims([*stores, 0, 0], [0] * 23, [*days, 30, 31])[20] == alone


def test_a_claim_that_is_missing_is_not_placed_and_not_counted():
    found = claims([np.nan, *range(20), 10], [0] * 22, [0, *range(20), 30])
    assert np.isnan(found[0]) and found[21] == 10.5 / 20
