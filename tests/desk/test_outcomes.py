"""Decisions as the contract's outcomes: what they say, what a reversal takes back, and that a training learns from them."""

from __future__ import annotations

import csv
import shutil

import pandas as pd
import pytest

from resellerrisk.desk import SYSTEM, DeskError
from tests.desk.conftest import make_scores


@pytest.fixture
def filled(desk):
    desk.nights.load(SYSTEM, "account", make_scores([("A1", 0.95, "block"), ("A2", 0.4, "review")]))
    desk.nights.load(SYSTEM, "order", make_scores([("A1", 0.9, "block", "O1")], "order"))
    return desk


def decide(desk, by, case_id, action, reason, note=""):
    return desk.decisions.decide(by, case_id, desk.cases.get(case_id).version, action, reason, note)


def told(desk, until=None):
    return list(
        desk.outcomes.frame(until)[["account_id", "outcome", "source"]].itertuples(index=False, name=None)
    )


def test_a_proposal_says_nothing_until_it_is_confirmed(filled, staff):
    decide(filled, staff.ana, 1, "block", "authority")
    assert told(filled) == []
    case = filled.decisions.approve(staff.pia, 1, 2)
    assert told(filled) == [("A1", "fake", "law_enforcement")]
    assert filled.outcomes.frame()["decided_at"][0] == case.since
    assert told(filled, until=case.since) == []


def test_reasons_without_an_outcome_say_nothing(filled, staff):
    decide(filled, staff.ana, 2, "release", "nothing_to_hold")
    assert told(filled) == []


def test_what_is_taken_back_is_unknown(filled, staff):
    decide(filled, staff.ana, 2, "release", "broke_street_date")
    filled.decisions.reverse(staff.pia, 2, 2, "appeal")
    assert told(filled) == [("A2", "violation", "review"), ("A2", "unknown", "review")]


def test_what_else_stands_about_the_account_holds_after_a_reversal(filled, staff):
    for case in (1, 3):
        decide(filled, staff.ana, case, "block", "no_shop")
        filled.decisions.approve(staff.pia, case, 2)
    filled.decisions.reverse(staff.pia, 1, 3, "mistake")
    assert [row[1] for row in told(filled)] == ["fake", "fake", "fake"]
    filled.decisions.reverse(staff.pia, 3, 3, "mistake")
    assert told(filled)[-1] == ("A1", "unknown", "review")


def test_a_later_word_takes_the_place_of_an_earlier_one(filled, staff):
    decide(filled, staff.ana, 2, "review", "broke_street_date")
    decide(filled, staff.ana, 2, "release", "nothing_to_hold")
    filled.decisions.reverse(staff.pia, 2, 3, "mistake")
    assert [row[1] for row in told(filled)] == ["violation"]
    decide(filled, staff.ana, 2, "release", "shop_seen")
    filled.decisions.reverse(staff.pia, 2, 5, "mistake")
    assert [row[1] for row in told(filled)] == ["violation", "genuine", "unknown"]


@pytest.fixture(params=["csv", "parquet", "parts"])
def data(request, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    accounts = pd.DataFrame({"account_id": ["A1", "007"]})
    others = pd.DataFrame(
        {
            "account_id": ["007", "A1"],
            "outcome": ["fake", "genuine"],
            "decided_at": pd.to_datetime(["2018-01-01 10:00", "2018-02-01 00:00"]),
            "source": ["law_enforcement", None],
            "note": ['said "so",\nand so', None],
            "kept": [1.5, None],
        }
    )
    if request.param == "csv":
        accounts.to_csv(folder / "accounts.csv", index=False)
        others.to_csv(folder / "outcomes.csv", index=False)
    else:
        accounts.to_parquet(folder / "accounts.parquet")
        path = folder / "outcomes.parquet"
        if request.param == "parts":
            (folder / "outcomes").mkdir()
            path = folder / "outcomes" / "part-1.parquet"
        others.to_parquet(path, index=False)
    return folder


def read(folder):
    from resellerrisk.tables.files import open_folder

    tables, faults = open_folder(folder, ("outcomes",))
    assert not faults
    return tables["outcomes"].cells.to_pandas().astype(object)


def test_a_merge_puts_our_rows_beside_those_of_others_and_replaces_its_own(filled, staff, data):
    decide(filled, staff.ana, 2, "release", "shop_seen", note='=cmd("x")\n\x00 line')
    decide(filled, staff.ana, 1, "block", "no_shop")
    filled.decisions.approve(staff.pia, 1, 2, note="seen it")
    others = read(data).sort_values("account_id").reset_index(drop=True)
    assert filled.outcomes.merge(data) == (1, 1)
    assert filled.outcomes.merge(data) == (1, 1)
    rows = read(data)
    ours = rows["note"].astype(str).str.startswith("desk decision")
    kept = rows[~ours].sort_values("account_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, others, check_dtype=False)
    (row,) = rows[ours].to_dict("records")
    assert (row["account_id"], row["outcome"], row["source"]) == ("A1", "fake", "investigation")
    assert row["note"] == "desk decision 3: no_shop. seen it"
    filled.decisions.reverse(staff.pia, 1, 3, "mistake")
    assert filled.outcomes.merge(data) == (2, 1)
    assert not list(data.rglob("*.unfinished"))


def test_a_table_that_is_not_there_yet_is_made_in_the_form_of_the_others(filled, staff, tmp_path):
    decide(filled, staff.ana, 2, "release", "shop_seen", note="a, note")
    pd.DataFrame({"account_id": ["A2"]}).to_csv(tmp_path / "accounts.csv", index=False)
    assert filled.outcomes.merge(tmp_path) == (1, 0)
    with (tmp_path / "outcomes.csv").open(newline="") as file:
        header, row = csv.reader(file)
    assert header == ["account_id", "outcome", "decided_at", "source", "note"]
    assert row[:2] == ["A2", "genuine"] and row[4] == "desk decision 1: shop_seen. a, note"


def test_a_folder_without_accounts_is_refused(filled, tmp_path):
    with pytest.raises(DeskError, match="accounts table in .* cannot be read"):
        filled.outcomes.merge(tmp_path)
    with pytest.raises(DeskError, match="no folder of tables"):
        filled.outcomes.merge(tmp_path / "absent")


@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
def test_the_next_training_learns_from_what_was_decided(filled, staff, market_folder, tmp_path):
    from resellerrisk.pipeline import train
    from resellerrisk.tables import read_market

    data = tmp_path / "data"
    shutil.copytree(market_folder, data)
    before = read_market(data)
    undecided = before.orders[~before.orders["account_id"].isin(before.outcomes["account_id"])]
    account = str(undecided["account_id"].value_counts().idxmax())
    filled.nights.load(SYSTEM, "account", make_scores([(account, 0.95, "block")]))
    case = filled.cases.find("account", account)
    decide(filled, staff.ana, case.id, "block", "no_shop")
    filled.decisions.approve(staff.pia, case.id, 2)
    assert filled.outcomes.merge(data) == (1, 0)
    market = read_market(data)
    assert market.intake["quarantined"].sum() == before.intake["quarantined"].sum()
    row = market.outcomes[market.outcomes["account_id"] == account]
    assert row["outcome"].tolist() == ["fake"]
    later, at = "2020-01-02", "2019-12-31 23:00"
    found, missed = (train(market, "account", moment).facts["fakes"] for moment in (later, at))
    assert found == missed + 1
