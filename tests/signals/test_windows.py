"""Sums, means, different codes, highest values, first and last rows against the plainest loop over rows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resellerrisk.signals import windows
from resellerrisk.signals.compute import Snapshots, Turn
from tests.signals.rows_and_snapshots import columns, rows_and_snapshots, seen

ALL = np.empty(0, np.bool_)
SECOND = 1_000_000


class Asked:
    """The arguments that every measure takes, for two windows: the one drawn, and the half of it that is nearer."""

    def __init__(self, case, forever=False):
        self.rows, asked, far, near = case
        self.account, self.at, self.code = columns(self.rows)
        who, when = (np.array([each[i] for each in asked], np.int64) for i in range(2))
        self.turn = Turn(Snapshots(who, when))
        ends = [np.searchsorted(self.account, self.turn.accounts, side) for side in ("left", "right")]
        stretches = np.stack([*ends, self.turn.starts[:-1], self.turn.starts[1:]], axis=1)
        middle = (far + near + 1) // 2
        offsets = np.array([-1 if forever else far, middle, near])
        edges = np.empty((3, who.size), np.int32)
        windows.edges_by_account(stretches, self.at, self.turn.moments, offsets, edges)
        self.given = windows.narrow(stretches, edges), edges, np.array([0, 1]), np.array([2, 2])
        self.widths = np.array([-1 if forever else far - near, middle - near])
        self.out = np.full((2, who.size), -99.0)
        self.windows = [
            [seen(self.rows, *each, distance, near) for each in asked] for distance in (offsets[0], middle)
        ]

    def told(self):
        """What was found, in the snapshots' own order."""
        return [self.turn.put_back(row).tolist() for row in self.out]

    def expect(self, function):
        return [[function(rows) for rows in window] for window in self.windows]


def same(found, expected):
    return all(
        a == b or (math.isnan(a) and math.isnan(b))
        for one, other in zip(found, expected, strict=True)
        for a, b in zip(one, other, strict=True)
    )


@given(rows_and_snapshots(), st.booleans())
def test_a_sum_is_the_sum_of_the_rows_in_the_window(case, forever):
    asked = Asked(case, forever)
    windows.sums(*asked.given, asked.code, ALL, 10, False, asked.out)
    assert same(asked.told(), asked.expect(lambda rows: sum(row[2] for row in rows) / 10))


@given(rows_and_snapshots(), st.booleans())
def test_a_mean_counts_only_rows_with_a_value_and_is_missing_on_silence(case, forever):
    asked = Asked(case, forever)
    windows.sums(
        *asked.given, np.maximum(asked.code, 0) > 2, asked.code >= 0, 1, averaged=True, out=asked.out
    )

    def share(rows):
        known = [row[2] > 2 for row in rows if row[2] >= 0]
        return sum(known) / len(known) if known else math.nan

    assert same(asked.told(), asked.expect(share))


@given(rows_and_snapshots(), st.booleans())
def test_a_distinct_count_is_the_number_of_different_codes_in_the_window(case, forever):
    asked = Asked(case, forever)
    windows.distinct(*asked.given, asked.at, asked.code, asked.widths, asked.out)
    assert same(asked.told(), asked.expect(lambda rows: float(len({row[2] for row in rows if row[2] >= 0}))))


@given(rows_and_snapshots(), st.booleans())
def test_the_highest_value_counts_only_known_rows(case, forever):
    asked = Asked(case, forever)
    windows.highest(*asked.given, asked.code, asked.code != 0, 1, asked.out)
    assert same(
        asked.told(),
        asked.expect(lambda rows: float(max((r[2] for r in rows if r[2] != 0), default=math.nan))),
    )


@pytest.mark.parametrize("rows", [1, 2, 500, 513, 2**16, 2**16 + 1, 70_000])
def test_the_highest_of_a_long_window_is_found_however_it_lies(rows):
    values = np.random.default_rng(rows).integers(0, 10**6, rows)
    lows = np.random.default_rng(rows + 9).integers(0, rows, 400)
    spans = np.random.default_rng(rows + 99).integers(0, rows + 1, 400)
    highs = np.minimum(lows + np.where(np.arange(400) % 3, spans, spans % 20), rows)
    out, stretches = np.empty((1, 400)), np.array([[0, rows, 0, 400]])
    windows.highest(stretches, np.stack([lows, highs]), np.array([0]), np.array([1]), values, ALL, 1, out)
    for low, high, found in zip(lows, highs, out[0], strict=True):
        assert np.isnan(found) if low == high else found == values[low:high].max()


@given(rows_and_snapshots(), st.booleans(), st.booleans())
def test_the_last_and_the_first_true_row_are_found(case, forever, newest):
    asked = Asked(case, forever)
    flags, choose = asked.code > 2, max if newest else min
    times, moments = asked.at * SECOND, asked.turn.moments * SECOND
    windows.since(*asked.given, times, moments, flags, newest, asked.out)
    expected = [
        [
            (when - choose(row[1] for row in rows if row[2] > 2)) / 86_400
            if any(row[2] > 2 for row in rows)
            else math.nan
            for (_, when), rows in zip(case[1], window, strict=True)
        ]
        for window in asked.windows
    ]
    assert same(asked.told(), expected)


def test_rows_that_no_edge_encloses_are_left_out_and_every_edge_stays_inside():
    stretches = np.array([[0, 9, 0, 2], [9, 20, 2, 3]])
    edges = np.array([[3, 2, 12], [5, 8, 12]], np.int32)
    assert windows.narrow(stretches, edges).tolist() == [[2, 8, 0, 2], [12, 12, 2, 3]]


def test_real_values_and_spans_become_whole_numbers_and_missing_ones_are_told():
    found, known, every = windows.whole_numbers(np.array([0.5, np.nan, -0.25]), 10)
    assert (found.tolist(), known.tolist(), every) == ([5, 0, -2], [True, False, True], False)
    spans = np.array([1_500_000, -1, 0], "timedelta64[us]")
    found, _, every = windows.whole_seconds(spans.view(np.int64))
    assert every
    assert found.tolist() == spans.astype("timedelta64[s]").astype(np.int64).tolist()
