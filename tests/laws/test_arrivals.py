"""An application that is added in memory meets the figures of a market whose tables hold it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.matrix import prepare_signals
from resellerrisk.pipeline import score, train
from resellerrisk.pipeline.arriving import Arrivals

NOW = pd.Timestamp("2019-11-13 10:30")
SECOND = pd.Timedelta(seconds=1)


@pytest.fixture(scope="module")
def arrivals(market, signals):
    model = train(market, "application", "2019-08-31", signals=signals)
    return Arrivals(signals, model)


@pytest.fixture(scope="module")
def newcomer(market):
    """A form that gives the street, mail and telephone of an account that is there."""
    form = market.accounts.iloc[[7]].astype({"account_id": object})
    return form.assign(account_id="00-NEW", applied_at=NOW - 2 * SECOND, legal_name="Another Name Ltd")


def _in_the_tables(market, form):
    """The same market with the newcomer's row in its tables."""
    rows = market.accounts
    plain = {name: object for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)}
    return market.with_tables(accounts=pd.concat([rows.astype(plain), form.astype(plain)], ignore_index=True))


def _score(market, signals, model):
    return score(market, model, since=NOW - 5 * SECOND, until=NOW, accounts=["00-NEW"], signals=signals)


def test_a_newcomer_in_memory_meets_the_figures_of_one_in_the_tables(arrivals, market, newcomer):
    alone = arrivals.add(newcomer)
    whole = _in_the_tables(market, newcomer)
    quick = _score(alone.market, alone, arrivals.trained)
    slow = _score(whole, prepare_signals(whole), arrivals.trained)
    pd.testing.assert_frame_equal(quick.signals, slow.signals, check_exact=True)
    assert quick.scores.drop(columns="scored_at").equals(slow.scores.drop(columns="scored_at"))


def test_whom_a_newcomer_shares_a_value_with_is_seen_and_one_who_shares_nothing_is_not_linked(
    arrivals, newcomer
):
    form = newcomer
    linked = _score(*_both(arrivals.add(form)), arrivals.trained).signals
    blank = {
        name: [None] for name in ("street", "postcode", "email", "phone", "website", "tax_id", "trading_name")
    }
    stranger = form.assign(**blank, legal_name="Quite Unlike Any Other Zyx")
    unlinked = _score(*_both(arrivals.add(stranger)), arrivals.trained).signals
    names = [name for name in linked if name.startswith("linked_") and name.endswith("count")]
    assert names
    assert np.nansum(linked[names].to_numpy(float)) > np.nansum(unlinked[names].to_numpy(float))


def test_an_account_that_is_there_cannot_apply_again(arrivals, market, newcomer):
    form = newcomer
    there = str(market.account_ids[3])
    with pytest.raises(InputError, match="is in the accounts table already"):
        arrivals.add(form.assign(account_id=there))


def test_a_form_is_held_to_the_contract(arrivals, newcomer):
    form = newcomer
    with pytest.raises(InputError, match="business_type"):
        arrivals.add(form.astype({"business_type": object}).assign(business_type="palace"))


def _both(signals):
    return signals.market, signals
