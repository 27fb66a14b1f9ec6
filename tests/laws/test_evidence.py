"""A law over the whole catalogue: the rows shown behind a value give that value again, and none of them was not yet known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import resellerrisk as rr
from resellerrisk.errors import InputError
from resellerrisk.matrix import snapshot_accounts, snapshot_applications, snapshot_orders, take
from resellerrisk.signals.alone import Alone
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.evidence import find_evidence
from resellerrisk.signals.evidence.listed import KNOWN_AT

CHOSEN = 8


def choose(signals, subject: str, day: str):
    """Some subjects by chance, at one moment or before it."""
    end = pd.Timestamp(day)
    every = {
        "account": lambda: snapshot_accounts(signals.views, end),
        "application": lambda: snapshot_applications(signals.views, None, end),
        "order": lambda: snapshot_orders(signals.views, end - pd.Timedelta(days=20), end),
    }[subject]()
    return take(every, np.random.default_rng(len(day)).choice(len(every), CHOSEN, replace=False))


def is_same(found: float, expected: float) -> bool:
    both_missing = np.isnan(found) and np.isnan(expected)
    return both_missing or abs(found - expected) <= 1e-9 * max(1.0, abs(expected))


@pytest.mark.parametrize(
    ("subject", "day"),
    [
        ("account", "2019-03-14T12:00"),
        ("account", "2019-12-01"),
        ("order", "2019-11-20"),
        ("application", "2019-12-01"),
    ],
)
def test_the_rows_behind_every_signal_give_its_value_again(signals, subject, day):
    columns = catalogue().for_subject(subject)
    snapshots = choose(signals, subject, day)
    values = signals.compute(snapshots, columns)
    differing = []
    for place in range(len(snapshots)):
        one = take(snapshots, np.array([place]))
        found = find_evidence(Alone(signals, int(one.account[0])), one, columns)
        for name, evidence in found.items():
            expected = values[name].iloc[place]
            if not (is_same(evidence.value, expected) and is_same(evidence.recompute(), expected)):
                differing.append((name, expected, evidence.value, evidence.recompute()))
    assert not differing


def test_no_row_of_evidence_was_known_at_the_moment_or_later(signals):
    columns = [
        column for column in catalogue().for_subject("account") if column.declaration.table in KNOWN_AT
    ]
    snapshots = choose(signals, "account", "2019-12-01")
    seen = 0
    for place in range(len(snapshots)):
        one = take(snapshots, np.array([place]))
        for evidence in find_evidence(Alone(signals, int(one.account[0])), one, columns).values():
            if len(evidence.rows):
                moments = evidence.rows[KNOWN_AT[evidence.kind]]
                assert (moments < evidence.as_of).all() and (moments < evidence.until).all()
                assert evidence.since is None or (moments >= evidence.since).all()
                seen += len(evidence.rows)
    assert seen


def test_a_row_less_is_another_value(market, signals):
    account = market.orders["account_id"].value_counts().index[0]
    found = rr.evidence(signals, account, "lines_count_365d", "2019-12-01")
    assert found.recompute() == found.value == len(found.rows) > 1
    object.__setattr__(found, "rows", found.rows.iloc[1:])
    assert found.recompute() == found.value - 1


def test_one_account_alone_has_the_bits_of_the_market(signals):
    columns, snapshots = catalogue().for_subject("account"), choose(signals, "account", "2019-12-01")
    bulk = signals.compute(snapshots, columns)
    for place in range(len(snapshots)):
        one = take(snapshots, np.array([place]))
        alone = Alone(signals, int(one.account[0])).compute(one, columns)
        assert np.array_equal(alone.to_numpy()[0], bulk.to_numpy()[place], equal_nan=True)


def test_evidence_of_what_is_not_there_is_refused(signals, market):
    account = market.account_ids[0]
    with pytest.raises(InputError, match="no account"):
        rr.evidence(signals, "nobody", "lines_count_365d", "2019-12-01")
    with pytest.raises(InputError, match="no signal"):
        rr.evidence(signals, account, "nothing", "2019-12-01")
    with pytest.raises(InputError, match="no order is named"):
        rr.evidence(signals, account, "lines_count_this_order", "2019-12-01")
