"""Watching the harbour market: quiet nights raise nothing, a spoilt night is named. Skipped where the shared data are not here."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from resellerrisk.tables import Market
from resellerrisk.watch import watch_night

#: T: the night is Wednesday 11 March 2020.
TONIGHT = pd.Timestamp("2020-03-12")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def frames(shared):
    """The tables as they are handed over, to the end of the night."""
    folder = shared / "data" / "harbour"
    return {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}


def _tonight(frame: pd.DataFrame, known_at: str) -> pd.Series:
    at = pd.to_datetime(frame[known_at], utc=True).dt.tz_localize(None)
    return (at >= TONIGHT - pd.Timedelta(days=1)) & (at < TONIGHT)


def _at(moment: pd.Timestamp, like: pd.Series) -> pd.Timestamp:
    """A moment as a column holds its own."""
    return moment if like.dt.tz is None else moment.tz_localize(like.dt.tz)


def test_a_quiet_night_raises_nothing(harbour, harbour_signals):
    watched = watch_night(harbour, as_of=TONIGHT, signals=harbour_signals)
    assert watched.conditions["figures looked at"] > 150
    assert not watched.findings, [finding.text for finding in watched.findings]


def test_prices_a_new_storefront_type_and_empty_street_dates_are_named_in_one_night(frames):
    """Three faults in one night, each named by its own figure."""
    orders, accounts, dates = (frames[name].copy() for name in ("orders", "accounts", "street_dates"))
    orders.loc[_tonight(orders, "ordered_at"), "unit_price"] *= 3
    newest = accounts.index[accounts["applied_at"] < _at(TONIGHT, accounts["applied_at"])][-1]
    copied = accounts.loc[[newest]].assign(account_id="NEW", business_type="pop-up shop")
    copied["applied_at"] = _at(TONIGHT - pd.Timedelta(hours=9), accounts["applied_at"])
    accounts = pd.concat([accounts, copied], ignore_index=True)
    last = dates.index[dates["known_at"] < _at(TONIGHT, dates["known_at"])][-3:]
    dates.loc[last, "known_at"] = _at(TONIGHT - pd.Timedelta(hours=5), dates["known_at"])
    dates.loc[last, "street_date"] = None
    spoilt = Market.from_frames(frames | {"orders": orders, "accounts": accounts, "street_dates": dates})
    named = {finding.figure: finding.text for finding in watch_night(spoilt, as_of=TONIGHT).findings}
    assert re.search(r"(2\.9|3\.0)\d? times", named["orders.unit_price over list price"])
    assert "'pop_up_shop'" in named["accounts.business_type unknown words"]
    assert "street_dates set aside" in named
