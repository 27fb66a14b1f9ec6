"""`trace` on the command line: what is printed, what is written, what is refused."""

from __future__ import annotations

import json

import pandas as pd
import pytest

AS_OF = "2019-10-01"


def test_the_files_hold_what_trace_says(run, market, market_folder, tmp_path):
    from resellerrisk.leaks import trace

    code, out, _ = run("trace", market_folder, "--as-of", AS_OF, "--out", tmp_path, "--format", "csv")
    traced = trace(market, AS_OF)
    accounts = pd.read_csv(tmp_path / "accounts.csv", dtype={"account_id": str}, float_precision="round_trip")
    assert code == 0
    assert accounts["account_id"].tolist() == traced.accounts["account_id"].tolist()
    assert accounts["source_probability"].tolist() == traced.accounts["source_probability"].tolist()
    facts = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert facts["background_rate"] == traced.background_rate and facts["by_group"] is False
    assert accounts["account_id"][0] in out and "none of ours" in out


def test_holders_of_a_group_are_one_row(run, market, market_folder, tmp_path):
    from resellerrisk.links import find_links

    run("trace", market_folder, "--as-of", AS_OF, "--by-group", "--out", tmp_path)
    members = pd.read_parquet(tmp_path / "members.parquet")
    groups = pd.Series(find_links(market).groups(AS_OF), index=market.account_ids)
    joined = members.groupby("holder")["account_id"].agg(set)
    assert (joined.map(len) > 1).any()
    for theirs in joined[joined.map(len) > 1]:
        assert groups[list(theirs)].nunique() == 1
    assert len(pd.read_parquet(tmp_path / "accounts.parquet")) == len(joined)


def test_suspects_get_the_titles_that_tell_them_apart(run, market_folder, tmp_path):
    names = pd.read_parquet(market_folder / "accounts.parquet")["account_id"].iloc[:2]
    words = ("trace", market_folder, "--as-of", AS_OF, "--suspects", ",".join(names), "--out", tmp_path)
    code, out, _ = run(*words)
    tests = pd.read_parquet(tmp_path / "tests.parquet")
    assert code == 0 and f"tell {names.iloc[0]} from {names.iloc[1]}" in out
    assert len(tests) and (tests["street_date"] > pd.Timestamp(AS_OF)).all()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--as-of", "soon"), "--as-of 'soon' is no time"),
        (("--as-of", AS_OF, "--account", "X9"), "No such account"),
        (("--as-of", AS_OF, "--suspects", "A00001"), "is not two accounts"),
        (("--as-of", AS_OF, "--suspects", "A00001,A00001"), "are one holder"),
        (("--as-of", AS_OF, "--format", "xls"), "'xls'"),
    ],
)
def test_what_is_wrong_is_one_message_and_nothing_is_written(run, market_folder, tmp_path, words, told):
    code, out, err = run("trace", market_folder, *words, "--out", tmp_path / "traced")
    assert (code, told in err, (tmp_path / "traced").exists()) == (2, True, False)
    assert "Traceback" not in out + err
