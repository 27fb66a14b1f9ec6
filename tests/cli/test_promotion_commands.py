"""Who serves, on the command line: a yes is exit code 0, a refusal 4, what is wrong 2."""

from __future__ import annotations

import json

import pytest

TRAINED, NIGHT, JUDGED = "2019-08-31", "2019-09-15", "2019-12-31"


@pytest.fixture
def home(market, trained, tmp_path):
    """A home with two versions, the first of which serves."""
    from resellerrisk.tracking import Home, keep

    home = Home(tmp_path / "home")
    keep(home, trained)
    keep(home, trained)
    return home.folder


def test_a_challenger_is_named_scored_and_refused_for_want_of_nights(run, home, market_folder):
    subject = ("--subject", "account")
    code, out, _ = run("--home", home, "challenge", "account/2", "--why", "to see")
    assert (code, "account/2 is scored beside account/1" in out) == (0, True)
    code, out, _ = run("--home", home, "shadow", market_folder, *subject, "--as-of", NIGHT)
    assert code == 0 and "20190915T000000.parquet" in out
    words = (market_folder, *subject, "--as-of", JUDGED)
    code, out, _ = run("--home", home, "gate", *words)
    assert (code, "scored 1 night from 2019-08-31" in out, "The gate refuses" in out) == (4, True, True)
    assert run("--home", home, "promote", *words, "--why", "to see")[0] == 4
    code, out, _ = run("--home", home, "ledger", "--format", "json")
    entries = [json.loads(line) for line in out.splitlines()]
    assert [e["event"] for e in entries] == ["trained", "first", "trained", "challenger", "refused"]
    assert "1 night" in entries[-1]["why"]
    code, out, _ = run("--home", home, "models")
    assert (code, "champion" in out, "challenger" in out) == (0, True, True)


def test_rollback_names_what_serves_again(run, home):
    code, out, _ = run("--home", home, "rollback", "--subject", "account", "--to", 2, "--why", "to see")
    assert (code, "account/2 serves again, instead of account/1" in out) == (0, True)
    code, out, _ = run("--home", home, "rollback", "--subject", "account", "--why", "back", "--who", "mira")
    assert (code, "account/1 serves again" in out) == (0, True)
    assert "mira" in run("--home", home, "ledger")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("challenge", "account/9", "--why", "x"), "no version 9"),
        (("challenge", "shop", "--why", "x"), "no model 'shop'"),
        (("challenge", "account/2", "--why", ""), "No reason is given"),
        (("rollback", "--subject", "account", "--why", "x"), "nothing to roll the account model back to"),
        (("gate", "{market}", "--subject", "account", "--as-of", JUDGED), "no challenger for 'account'"),
        (
            ("train", "{market}", "--subject", "account", "--as-of", TRAINED, "--parameters", "no.json"),
            "no.json",
        ),
        (("gate", "{market}", "--subject", "account", "--as-of", JUDGED, "--rules", "no.toml"), "no.toml"),
    ],
)
def test_what_is_wrong_is_one_message_and_exit_code_2(run, home, market_folder, words, told):
    code, out, err = run("--home", home, *(str(word).format(market=market_folder) for word in words))
    assert (code, told in err, "Traceback" in out + err) == (2, True, False)
