"""Tracing on a calendar: the figures that become signals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.leaks import LEAK_FIGURES, trace, trace_calendar, trace_figures
from tests.leaks.conftest import background_trade, make_market

MOMENTS = np.array(["2019-02-04", "2019-05-13", "2019-09-30"], "datetime64[us]")


@pytest.fixture(scope="module")
def figures(one_source):
    return trace_figures(one_source, MOMENTS)


def test_every_declared_figure_is_there_once(figures, one_source):
    names = [figure.name for figure in LEAK_FIGURES]
    assert list(figures) == names and len(set(names)) == len(names)
    assert all(values.shape == (3, len(one_source.account_ids)) for values in figures.values())


@pytest.mark.parametrize("row", range(3))
def test_figures_at_a_moment_are_those_of_the_trace_of_the_market_before_it(figures, one_source, row):
    table = trace(one_source.before(MOMENTS[row]), MOMENTS[row]).accounts.set_index("account_id")
    table = table.loc[one_source.account_ids.astype(str)]
    for name, values in figures.items():
        np.testing.assert_array_equal(values[row], table[name].to_numpy(), err_msg=name)


def test_other_moments_change_nothing(figures, one_source):
    alone = trace_figures(one_source, MOMENTS[1:2])
    for name, values in figures.items():
        np.testing.assert_array_equal(alone[name][0], values[1], err_msg=name)


def test_counts_are_those_of_the_plain_rows(figures, one_source):
    """By 13 May 18 films were out: A00 held the even ones, all of which had leaked two days after delivery."""
    source = list(one_source.account_ids).index("A00")
    leaks = one_source.leaks[one_source.leaks["known_at"] < MOMENTS[1]]
    assert figures["leaked_held_count"][1, source] == len(leaks) - 2
    assert figures["held_early_count"][1, source] == 10
    assert figures["expected_leaks_180d"][1, source] <= figures["expected_leaks"][1, source]


def test_likely_leaks_are_those_listed_with_more_than_half():
    deliveries = [(account, film, 14.0) for account in (0, 1) for film in range(0, 30, 2)]
    leaks = [(film, 12.0, "CREW", 1.0) for film in range(0, 16, 2)]
    leaks += [(film, 12.0, "RIVALS", 1.0) for film in range(1, 13, 2)]
    trade = [*deliveries, *[(2, film, 14.0) for film in range(1, 20, 2)], *background_trade(20, 30, first=3)]
    traced = trace(make_market(20, 30, trade, leaks), "2019-12-31")
    held = traced.sources[(traced.sources["standing"] == "held") & (traced.sources["probability"] > 0.5)]
    listed = held.drop_duplicates(["leak_id", "account_id"])["account_id"].value_counts()
    table = traced.accounts.set_index("account_id")["likely_leaks"]
    assert table[table > 0].to_dict() == listed.to_dict()
    assert traced.sources["probability"].between(0.2, 0.5).any()


def test_without_a_leaks_table_all_figures_are_missing(one_source):
    import dataclasses

    without = dataclasses.replace(one_source, present=one_source.present - {"leaks"})
    assert all(np.isnan(values).all() for values in trace_figures(without, MOMENTS).values())


def test_the_calendar_is_mondays_at_midnight():
    calendar = trace_calendar("2018-12-31", pd.Timestamp("2019-01-14 08:00"))
    assert calendar.astype("datetime64[D]").tolist() == list(
        pd.to_datetime(["2018-12-31", "2019-01-07", "2019-01-14"]).date
    )
    assert len(trace_calendar("2019-01-01", "2019-01-05")) == 0
