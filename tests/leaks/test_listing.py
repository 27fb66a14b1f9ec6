"""A trace as tables: every leak is listed once, a group is one holder, a choice of accounts keeps what concerns them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.leaks import list_trace, trace
from tests.leaks.conftest import background_trade, make_market

END = pd.Timestamp("2019-12-31")


@pytest.fixture(scope="module")
def traced(one_source):
    return trace(one_source, END)


def test_every_known_leak_is_listed_once_with_its_state(one_source, traced):
    leaks = list_trace(traced, one_source).leaks
    assert sorted(leaks["leak_id"]) == sorted(one_source.leaks["leak_id"])
    assert leaks["known_at"].is_monotonic_increasing
    assert set(leaks["state"]) == {"traced"}
    names = one_source.leaks.set_index("leak_id")["release_name"]
    assert leaks["release_name"].tolist() == names[leaks["leak_id"]].tolist()


def test_a_leak_not_yet_known_is_not_listed(one_source):
    moment = one_source.leaks["known_at"].sort_values().iloc[4]
    listed = list_trace(trace(one_source, moment), one_source)
    assert len(listed.leaks) == (one_source.leaks["known_at"] < moment).sum() > 0
    assert set(listed.sources["leak_id"]) <= set(listed.leaks["leak_id"])


def test_leaks_that_are_not_traced_say_why(one_source):
    titles = one_source.titles.copy()
    twin = titles.iloc[[7]].assign(title_id="T999")
    twin["title_id"] = twin["title_id"].astype(object)
    titles = pd.concat([titles.astype({"title_id": object}), twin])
    titles.loc[titles["title_id"] == "T999", "year"] = 2019
    new = one_source.leaks.iloc[:3].copy()
    new["leak_id"] = ["X1", "X2", "X3"]
    harvest = one_source.titles.set_index("title_id").loc["T007", "name"].replace(" ", ".")
    new["release_name"] = [
        f"{harvest}.BDRip.x264-CREW",
        "Nothing.Of.The.Kind.2018.BDRip.x264-CREW",
        one_source.leaks["release_name"].iloc[0],
    ]
    new["leaked_at"] = pd.to_datetime(["2019-02-01", "2019-02-01", "2019-12-01"])
    new["known_at"] = new["leaked_at"] + pd.Timedelta(days=1)
    market = one_source.with_tables(titles=titles, leaks=pd.concat([one_source.leaks, new]))
    listed = list_trace(trace(market, END), market)
    leaks = listed.leaks.set_index("leak_id")
    assert leaks.loc[["X1", "X2", "X3"], "state"].tolist() == [
        "ambiguous",
        "no such title",
        "not before street date",
    ]
    assert leaks.loc["X1", "could_be"] == "T007 T999" and pd.isna(leaks.loc["X1", "title_id"])
    assert leaks.loc["X3", "title_id"] == "T000" and pd.isna(leaks.loc["X3", "none_probability"])
    assert not {"X1", "X2", "X3"} & set(listed.sources["leak_id"])


def test_the_ways_of_a_leak_are_ranked_and_none_of_ours_is_one_of_them(one_source, traced):
    listed = list_trace(traced, one_source)
    for _, ways in listed.sources.groupby("leak_id"):
        assert ways["rank"].tolist() == [*range(1, len(ways) + 1)]
        assert ways["probability"].is_monotonic_decreasing
        assert (ways["standing"] == "none").sum() == 1
    none = listed.sources[listed.sources["standing"] == "none"].set_index("leak_id")["probability"]
    told = listed.leaks.set_index("leak_id")["none_probability"]
    assert told.to_dict() == none.to_dict()


def test_a_chosen_account_keeps_its_leaks_with_all_their_ways(one_source, traced):
    everything, some = list_trace(traced, one_source), list_trace(traced, one_source, accounts=["A00"])
    theirs = set(everything.sources.loc[everything.sources["account_id"] == "A00", "leak_id"])
    assert 0 < len(theirs) < len(everything.leaks)
    assert some.accounts["account_id"].tolist() == ["A00"]
    assert set(some.leaks["leak_id"]) == theirs
    assert len(some.sources) == everything.sources["leak_id"].isin(theirs).sum()


def test_a_group_is_one_row_under_its_first_account():
    deliveries = [(account, film, 14.0) for account in (0, 1) for film in range(0, 30, 2)]
    leaks = [(film, 12.0, "CREW", 1.0) for film in range(0, 16, 2)]
    market = make_market(20, 30, deliveries + background_trade(20, 30), leaks)
    traced = trace(market, END, groups=np.array([7, 7, *range(100, 118)]))
    listed = list_trace(traced, market, accounts=["A01"])
    assert listed.accounts[["account_id", "members"]].values.tolist() == [["A00", 2]]
    assert listed.members.values.tolist() == [["A00", "A00"], ["A00", "A01"]]
    assert len(list_trace(traced, market).accounts) == 19


def test_a_group_whose_first_account_has_not_applied_stands_under_one_that_has():
    deliveries = [(1, film, 14.0) for film in range(0, 30, 2)]
    market = make_market(
        20,
        30,
        deliveries + background_trade(20, 30),
        [(film, 12.0, "CREW", 1.0) for film in range(0, 16, 2)],
    )
    accounts = market.accounts.copy()
    accounts.loc[accounts["account_id"] == "A00", "applied_at"] = pd.Timestamp("2021-01-01")
    market = market.with_tables(accounts=accounts)
    listed = list_trace(trace(market, END, groups=np.array([7, 7, *range(100, 118)])), market)
    assert listed.accounts.loc[0, ["account_id", "members"]].tolist() == ["A01", 1]
    assert "A01" in set(listed.sources["account_id"]) and "A00" not in set(listed.sources["account_id"])


@pytest.mark.parametrize("choice", [{"accounts": ["A00", "B7"]}, {"suspects": ("A00", "B7")}])
def test_an_account_that_is_not_there_is_named(one_source, traced, choice):
    with pytest.raises(InputError, match="No such account before 2019-12-31 00:00:00: B7"):
        list_trace(traced, one_source, **choice)


def test_an_account_that_applied_later_is_not_there_yet(one_source):
    with pytest.raises(InputError, match="A00"):
        list_trace(trace(one_source, "2017-06-01"), one_source, accounts=["A00"])


def test_files_say_what_the_tables_say(one_source, traced, tmp_path):
    listed = list_trace(traced, one_source, suspects=("A00", "A01"))
    written = listed.write(tmp_path / "deep", "csv")
    assert [path.name for path in written] == [
        "accounts.csv",
        "leaks.csv",
        "sources.csv",
        "members.csv",
        "tests.csv",
    ]
    assert len(pd.read_csv(tmp_path / "deep" / "sources.csv")) == len(listed.sources)
    assert list_trace(traced, one_source).tests is None
