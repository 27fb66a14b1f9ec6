"""Under pseudonyms every signal, link and score is that of the original, bit for bit, and nothing leads back to a person."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from resellerrisk.links.find import find_links
from resellerrisk.links.near import near_names
from resellerrisk.links.wording import person_key
from resellerrisk.matrix import prepare_signals
from resellerrisk.pipeline import score, train
from resellerrisk.privacy import Key, pseudonymise
from resellerrisk.privacy.key import VARIABLE
from resellerrisk.privacy.names import Names
from resellerrisk.privacy.pseudonyms import account_pseudonyms
from resellerrisk.tables import Market, read_market
from tests.conftest import TRAINED

SECRET = "0123456789abcdef" * 2
AS_OF = "2019-11-30"


@pytest.fixture(scope="module")
def varied(market):
    """The small market with what people write: near names, spellings, placeholders, accents, own addresses written otherwise."""
    form, seen = market.accounts.copy(), market.identifiers.copy()
    form.loc[:5, "legal_name"] = [
        "Acme Discs 12 Ltd",
        "Acme Dics 12 Ltd",
        "Acme Discs 13",
        "n/a",
        "The Co.",
        "Çelik",
    ]
    form.loc[:3, "street"] = [
        "Hauptstraße 5",
        "Hauptstr. 5",
        "12 Café Éléonore Road",
        "12 Cafe Eleonore Road",
    ]
    form.loc[:3, "postcode"] = ["10115", "10115", "TW8 5YJ", "TW85YJ"]
    form.loc[4:6, "email"] = ["not an address", "info@shop.acme-discs.com", "Jo.Shop+dvd@GoogleMail.com"]
    form.loc[5:6, "website"] = ["https://www.acme-discs.com/shop", "gmail.com"]
    form.loc[7:10, "phone"] = ["12", "+44 20 7946 0958", "000-0000", "0089 897232"]
    form.loc[10, "country"] = "NL"
    form.loc[7:9, "tax_id"] = ["DE 136.695.976", "n/a", "12345"]
    value = seen["value"].astype(object)
    officers = np.flatnonzero(seen["kind"] == "officer")[:6]
    value.iloc[officers] = [
        "Gabriela Baxter",
        "Gabriella Baxter",
        "BAXTER, Gabriela",
        "Prince",
        "Jo Smith",
        "Jo Smyth",
    ]
    spelled = np.flatnonzero(seen["kind"] == "email")[:2]
    value.iloc[spelled] = ["Jo.Shop@gmail.com", "joshop@gmail.com"]
    seen["account_id"] = seen["account_id"].astype(str)
    seen.loc[seen.index[spelled], "account_id"] = seen["account_id"].iloc[spelled[0]]
    seen["value"] = value
    orders = market.orders.copy()
    orders["ship_to"] = orders["ship_to"].astype(object)
    of_first = {
        0: ["Hauptstr. 5, 10115 Berlin", "HAUPTSTRASSE 5, 10115 Berlin"],
        2: ["The Shop, 12 café-éléonore road, TW8 5YJ London", "12 Cafe Eleonore Rd, TW85YJ London"],
    }
    for code, places in of_first.items():
        own = np.flatnonzero(orders["account_id"].cat.codes == code)
        for turn, place in enumerate(places):
            orders.loc[own[turn::3], "ship_to"] = place
    return market.with_tables(accounts=form, identifiers=seen, orders=orders)


@pytest.fixture(scope="module")
def made(market):
    """The small market under pseudonyms."""
    return pseudonymise(market, Key(SECRET)).tables


def _made(market):
    key = Key(SECRET)
    made = pseudonymise(market, key)
    return Market.from_frames(made.tables, limit=0), account_pseudonyms(market, key), made


def _assert_same(market, signals, as_of, trained_at, subjects):
    """All signals, contributions and probabilities, row by row; models trained on each market apart."""
    under, names, made = _made(market)
    assert made.likenesses_lost == 0
    one, other = find_links(market).entries, find_links(under).entries
    for name in set(one) - {"own_value", "other_value"}:
        assert np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f"), name
    theirs = prepare_signals(under)
    for subject in subjects:
        models = [
            train(where, subject, trained_at, signals=told)
            for where, told in ((market, signals), (under, theirs))
        ]
        mine = score(market, models[0], as_of=as_of, signals=signals)
        for model in models:
            told = score(under, model, as_of=as_of, signals=theirs)
            if subject == "order":
                made_up = mine.scores["order_id"].map(
                    lambda one: "o" + Key(SECRET).digest("order", str(one)).hex()[:16]
                )
                place = told.scores.set_index(told.scores["order_id"].astype(str)).index.get_indexer(made_up)
            else:
                wanted = names.loc[mine.scores["account_id"].astype(str)]
                place = pd.Index(told.scores["account_id"].astype(str)).get_indexer(wanted)
            assert (np.sort(place) == np.arange(len(mine.scores))).all()
            for part in ("signals", "contributions"):
                left, right = getattr(mine, part), getattr(told, part).iloc[place].reset_index(drop=True)
                for column in left.columns.difference(["account_id", "order_id", "as_of"]):
                    same = np.array_equal(
                        left[column].to_numpy(float), right[column].to_numpy(float), equal_nan=True
                    )
                    assert same, (subject, part, column)
            assert (
                mine.scores["probability"].to_numpy() == told.scores["probability"].to_numpy()[place]
            ).all()


def test_signals_links_and_scores_are_the_same_bits_under_pseudonyms(varied):
    _assert_same(varied, prepare_signals(varied), AS_OF, TRAINED, ("account", "application", "order"))


@pytest.mark.slow
def test_harbour_is_the_same_bits_under_pseudonyms(harbour):
    """Two pairs of its accounts applied in the same second, where nothing but the id tells which comes first: put a second apart."""
    form = harbour.accounts.sort_values("account_id", ignore_index=True)
    tied = form["applied_at"].duplicated()
    form["applied_at"] += pd.to_timedelta(tied.astype(int), "s")
    apart = harbour.with_tables(accounts=form)
    assert tied.sum() == 2
    _assert_same(apart, prepare_signals(apart), "2020-06-30", "2019-12-31", ("account",))


def test_the_market_of_this_law_has_what_it_speaks_of(varied):
    near = find_links(varied).entries["near"]
    own = prepare_signals(varied).views.orders.ship_to_own
    assert near.any() and own.any() and not own.all()


def _personal(market):
    """Every text of the market that names or reaches somebody, as typed."""
    form, seen = market.accounts, market.identifiers
    for column in ("legal_name", "trading_name", "street", "email", "phone", "website", "tax_id"):
        yield from form[column].dropna().astype(str)
    yield from market.orders["ship_to"].dropna().astype(str).unique()
    yield from seen["value"].astype(str).unique()
    yield from market.account_ids
    yield from market.order_ids
    yield from market.outcomes["note"].dropna().astype(str)


def test_nothing_of_a_person_stands_in_any_file(market_folder, market, made, run, monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, SECRET)
    code, out, err = run(
        "privacy", "pseudonymise", market_folder, "--out", tmp_path / "made", "--format", "csv"
    )
    assert (code, err) == (0, "")
    told = out
    for path in sorted((tmp_path / "made").iterdir()):
        if path.stem not in ("titles", "leaks", "street_dates"):
            told += path.read_text("utf-8")
    assert (
        SECRET not in told
        and read_market(tmp_path / "made").fingerprint == Market.from_frames(made).fingerprint
    )
    words = {match.casefold() for match in re.findall(r"[^\s,;|\"]+", told)}
    texts = {text for text in _personal(market) if len(text) > 3}
    assert len(texts) > 1000
    assert [text for text in texts if text.casefold() in words or (" " in text and text in told)] == []


def test_without_a_key_one_message_says_what_to_do(market_folder, run, monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE, raising=False)
    code, _, err = run("privacy", "pseudonymise", market_folder, "--out", tmp_path / "made")
    assert code == 2 and VARIABLE in err and "Hint: export" in err and not (tmp_path / "made").exists()
    monkeypatch.setenv(VARIABLE, "short")
    code, _, err = run("privacy", "pseudonymise", market_folder, "--out", tmp_path / "made")
    assert code == 2 and "has 5 signs" in err and "short" not in err.replace("At least", "")


def test_the_same_key_gives_the_same_pseudonyms_and_another_key_others(market, made):
    early, whole = pseudonymise(market.before("2018-06-30"), Key(SECRET)).tables, made
    other = pseudonymise(market, Key(SECRET[::-1])).tables
    for column in ("account_id", "email", "phone", "website", "tax_id", "street", "legal_name"):
        then, now, theirs = (told["accounts"][column].astype(object) for told in (early, whole, other))
        assert (then.fillna("") == now[: len(then)].fillna("")).all(), column
        assert (now.dropna() != theirs.dropna()).mean() > 0.95, column


def test_who_holds_the_key_and_the_data_finds_the_account_again(market_folder, market, run, monkeypatch):
    monkeypatch.setenv(VARIABLE, SECRET)
    account, made = next(account_pseudonyms(market, Key(SECRET)).items())
    code, out, _ = run("privacy", "resolve", market_folder, made)
    assert code == 0 and account in out
    monkeypatch.setenv(VARIABLE, SECRET[::-1])
    code, _, err = run("privacy", "resolve", market_folder, made)
    assert code == 2 and "key_mark" in err


def test_columns_outside_the_contract_and_remarks_are_left_out(market):
    few = market.part(np.arange(len(market.account_ids)) < 3)
    made = pseudonymise(few.with_tables(accounts=few.accounts.assign(contact="Jo Shop")), Key(SECRET)).tables
    assert "contact" not in made["accounts"] and "note" not in made["outcomes"]
    assert "note" in market.outcomes


def test_names_one_slip_apart_stay_so_and_others_do_not_become_so():
    names = Names(Key(SECRET), "person")
    people = ["gabriela baxter", "gabriella baxter", "donald smith", "ronald smith", "jo smith", "jo smyth"]
    names.learn([dict.fromkeys(people, 1)])
    made = [person_key(names(one)) for one in people]
    assert near_names(made) == near_names(people) == [(0, 1)]
