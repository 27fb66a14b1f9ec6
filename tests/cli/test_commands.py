"""The command line as its users meet it: the verbs in their order, and one clear message with exit code 2 for what is wrong."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

TRAINED, SCORED = "2019-08-31", "2019-12-15"


@pytest.fixture(scope="module")
def home(market, trained, tmp_path_factory):
    """A home in which the small market's account model serves."""
    from resellerrisk.tracking import Home, keep

    home = Home(tmp_path_factory.mktemp("home"))
    keep(home, trained)
    return home.folder


def test_check_says_that_a_sound_market_is_sound(run, market_folder):
    code, out, _ = run("check", market_folder)
    assert code == 0
    assert "orders" in out


def test_train_registers_a_version_and_makes_it_champion_only_where_none_is(run, market_folder, tmp_path):
    words = ("--home", tmp_path, "train", market_folder, "--subject", "application", "--as-of", TRAINED)
    code, out, _ = run(*words)
    assert (code, "application/1" in out, "It serves now" in out) == (0, True, True)
    code, out, _ = run(*words)
    assert (code, "application/1 is this very model, to the byte" in out) == (0, True)
    code, out, _ = run(*words, "--seed", "1")
    assert (code, "application/2" in out, "still application/1" in out) == (0, True, True)


def test_score_writes_the_contracts_tables(run, market_folder, home, tmp_path):
    out_folder = tmp_path / "scores"
    words = (
        "--home",
        home,
        "score",
        market_folder,
        "--subject",
        "account",
        "--as-of",
        SCORED,
        "--out",
        out_folder,
    )
    code, out, _ = run(*words, "--format", "csv")
    assert code == 0 and "account/1" not in out.splitlines()[0]
    scores = pd.read_csv(out_folder / "scores.csv", dtype={"account_id": str})
    assert {"account_id", "as_of", "score", "probability", "band", "action", "reason_5", "base_value"} <= set(
        scores
    )
    assert set(scores["model_version"]) == {"account/1"}
    assert (out_folder / "run.json").is_file()
    assert len(pd.read_csv(out_folder / "signals.csv")) == len(scores)


def test_one_account_is_scored_as_among_all(run, market_folder, home, tmp_path):
    words = ("--home", home, "score", market_folder, "--subject", "account", "--as-of", SCORED)
    run(*words, "--out", tmp_path / "all")
    everybody = pd.read_parquet(tmp_path / "all" / "scores.parquet").drop(columns="scored_at")
    name = everybody["account_id"].iloc[3]
    run(*words, "--account", name, "--out", tmp_path / "one")
    one = pd.read_parquet(tmp_path / "one" / "scores.parquet").drop(columns="scored_at")
    pd.testing.assert_frame_equal(one, everybody.iloc[[3]].reset_index(drop=True))


def test_explain_writes_one_page(run, market_folder, home, market, tmp_path):
    name = market.accounts["account_id"].iloc[0]
    page = tmp_path / "deep" / "case.html"
    code, out, _ = run("--home", home, "explain", market_folder, name, "--as-of", SCORED, "--out", page)
    assert code == 0 and str(page) in out
    assert name in page.read_text("utf-8")


def test_signals_lists_the_catalogue(run):
    code, out, _ = run("signals", "--format", "csv")
    assert code == 0
    assert out.splitlines()[0] == "signal,family,meaning,unit,window,riskier,source"
    assert len(out.splitlines()) > 120


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("score", "{market}", "--subject", "order", "--as-of", SCORED), "No model serves 'order'"),
        (("score", "{market}", "--subject", "account"), "without a moment"),
        (("score", "{market}", "--subject", "account", "--as-of", "soon"), "--as-of 'soon' is no time"),
        (
            ("score", "{market}", "--subject", "account", "--as-of", SCORED, "--account", "X9"),
            "No such account: X9",
        ),
        (
            ("score", "{market}", "--subject", "account", "--as-of", SCORED, "--model", "account/9"),
            "no version 9",
        ),
        (("score", "{market}", "--subject", "account", "--as-of", SCORED, "--format", "xls"), "'xls'"),
        (("score", "nowhere", "--subject", "account", "--as-of", SCORED), "nowhere"),
        (("train", "{market}", "--subject", "shop", "--as-of", TRAINED), "no subject 'shop'"),
        (("train", "{market}", "--subject", "account", "--as-of", "2015-01-15"), "nothing to learn from"),
        (("explain", "{market}", "X9", "--as-of", SCORED), "X9"),
        (("signals", "--family", "shoes"), "no family 'shoes'"),
        (("evaluate", "{market}", "--subject", "account", "--as-of", "2019-12-30"), "nothing to judge"),
    ],
)
def test_what_is_wrong_is_one_message_and_exit_code_2(run, market_folder, home, words, told):
    code, out, err = run("--home", home, *(word.format(market=market_folder) for word in words))
    assert code == 2
    assert told in err
    assert "Traceback" not in out + err


def test_four_faults_at_once_are_one_message_that_names_all_four(run, market_folder, home, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(market_folder, folder)
    accounts = pd.read_parquet(folder / "accounts.parquet")
    accounts.loc[4, "business_type"] = "stroe"
    pd.concat([accounts, accounts.iloc[[7]]]).to_parquet(folder / "accounts.parquet")
    pd.read_parquet(folder / "titles.parquet").drop(columns="studio").to_parquet(folder / "titles.parquet")
    orders = pd.read_parquet(folder / "orders.parquet")
    orders.assign(quantity="many").to_parquet(folder / "orders.parquet")
    code, _, err = run("--home", home, "score", folder, "--subject", "account", "--as-of", SCORED)
    assert code == 2
    for told in ("stroe", accounts["account_id"].iloc[7], "studio", "quantity", "many"):
        assert told in err


def test_a_bad_row_is_set_aside_and_the_run_goes_on(run, market_folder, home, tmp_path):
    folder = tmp_path / "dented"
    shutil.copytree(market_folder, folder)
    orders = pd.read_parquet(folder / "orders.parquet")
    orders.loc[2, "quantity"] = 0
    orders.to_parquet(folder / "orders.parquet")
    words = ("score", folder, "--subject", "account", "--as-of", SCORED, "--quarantine", tmp_path / "aside")
    code, _, err = run("--home", home, *words)
    assert code == 0
    assert "orders: 1 of" in err
    assert len(pd.read_csv(tmp_path / "aside" / "orders.csv")) == 1


def test_a_night_without_orders_gives_empty_tables(run, market_folder, home, tmp_path):
    assert run("--home", home, "train", market_folder, "--subject", "order", "--as-of", TRAINED)[0] == 0
    words = ("score", market_folder, "--subject", "order", "--since", "2021-05-01", "--until", "2021-05-02")
    code, out, _ = run("--home", home, *words, "--out", tmp_path / "night")
    assert code == 0 and "Actions: none" in out
    assert len(pd.read_parquet(tmp_path / "night" / "scores.parquet")) == 0


def test_explain_writes_a_page_in_the_language_asked_for_and_names_those_there_are(run, tmp_path):
    code, _, told = run("explain", "data/sample", "A00012", "--as-of", "2020-06-30", "--lang", "it")
    assert code == 2 and "There is: en, fr, de, nl." in told and "Hint: --lang en" in told
