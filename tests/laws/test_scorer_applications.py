"""A form that stands in no table yet, answered while someone waits, has the very values it has in the tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.matrix import prepare_signals, snapshot_applications, take
from resellerrisk.pipeline import Scorer, score, train
from resellerrisk.signals.catalogue import catalogue

NOW = pd.Timestamp("2019-11-13 10:30")
MOMENT = pd.Timedelta(microseconds=1)


@pytest.fixture(scope="module")
def scorer(market, signals):
    return Scorer(train(market, "application", "2019-08-31", signals=signals), signals)


def _form(market, place: int, **others) -> dict:
    """What an account of the market wrote, with some cells changed."""
    cells = market.accounts.astype(object).iloc[place].to_dict()
    form = {name: None if pd.isna(cell) else cell for name, cell in cells.items()}
    return form | {"account_id": "A00NEW", "applied_at": NOW} | others


FORMS = [
    {"legal_name": "Another Name Ltd"},
    {
        "legal_name": "Quite Unlike Any Other Zyx",
        "email": None,
        "phone": None,
        "website": None,
        "tax_id": None,
        "street": None,
    },
    {"email": "someone@gmail.com", "business_type": None, "store_count": None},
]


@pytest.mark.parametrize("others", FORMS)
def test_an_application_scores_as_if_it_stood_in_the_tables(market, scorer, others):
    form = _form(market, 7, **others)
    one = scorer.application(form)
    rows = market.accounts
    plain = {name: object for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)}
    more = pd.DataFrame([form]).reindex(columns=rows.columns).astype(object)
    whole = prepare_signals(
        market.with_tables(accounts=pd.concat([rows.astype(plain), more], ignore_index=True))
    )
    bulk = score(
        whole.market, scorer.trained, since=NOW, until=NOW + MOMENT, accounts=["A00NEW"], signals=whole
    )
    for name, value in one.signals.items():
        assert np.array_equal(value, bulk.signals[name].iloc[0], equal_nan=True), name
    told = bulk.scores.iloc[0]
    names = ["score", "probability", "band", "action", "sampled", "review_probability", "base_value"]
    assert [getattr(one, name) for name in names] == [told[name] for name in names]
    assert [sentence for sentence, _, _ in one.reasons] == [
        told[f"reason_{n}"] for n in range(1, 6) if told[f"reason_{n}"] is not None
    ]
    every = catalogue().for_subject("application")
    snapshots = snapshot_applications(whole.views, NOW, NOW + MOMENT)
    mine = np.flatnonzero(whole.market.account_ids[snapshots.account] == "A00NEW")
    expected = whole.compute(take(snapshots, mine), every).iloc[0]
    found = _all_signals(scorer, every, form)
    differing = [
        name for name in expected.index if not np.array_equal(found[name], expected[name], equal_nan=True)
    ]
    assert not differing, [(found[n], expected[n]) for n in differing]


def _all_signals(scorer, columns, form) -> dict:
    """Every signal of an application, not only those of one model."""
    from resellerrisk.links.extend import sights_of_form
    from resellerrisk.signals.pending import read_form
    from resellerrisk.signals.single import NOBODY, Single

    rows, moment = read_form(form), int(NOW.to_datetime64().astype("datetime64[us]").astype(np.int64))
    told = {name: cell for name, cell in form.items() if cell is not None}
    around = scorer._finder.around(NOBODY, moment, sights_of_form(told), told.get("country"), "A00NEW")
    return Single(scorer.signals, columns, False).newcomer(rows, moment, around)


def test_whom_a_newcomer_shares_a_value_with_is_seen_and_one_who_shares_nothing_is_not_linked(market, scorer):
    linked, unlinked = (
        _all_signals(scorer, catalogue().for_subject("application"), _form(market, 7, **o)) for o in FORMS[:2]
    )
    assert linked["linked_accounts_count"] > unlinked["linked_accounts_count"] == 0


def test_a_form_is_held_to_the_contract(market, scorer):
    with pytest.raises(InputError, match="business_type: expected one of") as told:
        scorer.application(_form(market, 7, business_type="palace", store_count=-1, colour="red"))
    assert "store_count" in str(told.value) and "colour: there is no such column" in str(told.value)


def test_an_account_that_is_there_cannot_apply_again(market, scorer):
    there = str(market.account_ids[3])
    with pytest.raises(InputError, match="is in the accounts table already"):
        scorer.application(_form(market, 7, account_id=there))
