"""Small markets for the tests of links, and the distributor's test market where it lies beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from resellerrisk.tables import Market, read_market

APPLIED = pd.Timestamp("2019-01-01 09:00:00")
_FORM = {
    "trading_name": "Discs",
    "business_type": "store",
    "country": "US",
    "region": "NY",
    "city": "Town",
    "postcode": None,
    "street": None,
    "address_kind": "commercial",
    "email": None,
    "phone": None,
    "website": None,
    "tax_id": None,
    "founded_on": None,
    "website_registered_on": None,
    "store_count": 1,
    "declared_monthly_units": 10,
    "street_date_agreement": True,
}
_ORDER = {
    "line": 1,
    "title_id": "T1",
    "quantity": 1,
    "unit_price": 9.0,
    "ship_method": "standard",
    "payment_method": "card",
}


def make_market(accounts, identifiers=(), orders=(), outcomes=()) -> Market:
    """A market from short rows.

    Parameters
    ----------
    accounts : dict of str to dict
        Account id to what differs from an empty form; `applied_at` defaults to `APPLIED`.
    identifiers : rows of (account_id, kind, value, seen_at)
    orders : rows of (account_id, ordered_at, ship_to)
    outcomes : rows of (account_id, outcome, decided_at)
    """
    forms = [
        {"account_id": name, "applied_at": APPLIED, "legal_name": f"Qx{name} Discs", **_FORM, **differs}
        for name, differs in accounts.items()
    ]
    placed = [
        {**_ORDER, "order_id": f"O{i}", "account_id": account, "ordered_at": at, "ship_to": place}
        for i, (account, at, place) in enumerate(orders)
    ]
    decided = [(*row, "review", None) for row in outcomes]
    frames = {
        "accounts": pd.DataFrame(forms),
        "titles": pd.DataFrame(
            {"title_id": ["T1"], "ean": ["5099999999999"], "name": ["Film"], "year": [2019], "studio": ["S"]}
        ).assign(format="dvd", list_price=20.0),
        "street_dates": pd.DataFrame(
            {"title_id": ["T1"], "street_date": ["2019-06-04"], "known_at": ["2019-01-01"]}
        ),
        "orders": pd.DataFrame(placed, columns=[*_ORDER, "order_id", "account_id", "ordered_at", "ship_to"]),
        "identifiers": pd.DataFrame(identifiers, columns=["account_id", "kind", "value", "seen_at"]),
        "outcomes": pd.DataFrame(decided, columns=["account_id", "outcome", "decided_at", "source", "note"]),
    }
    return Market.from_frames(frames)


@pytest.fixture(scope="session")
def market_of():
    """The maker of small markets."""
    return make_market


@pytest.fixture(scope="session")
def harbour():
    """The shared test market; skips where it is absent."""
    shared = Path(os.environ.get("RESELLERRISK_SHARED", Path(__file__).parents[2].parent / "shared"))
    folder = shared / "data" / "harbour"
    if not folder.exists():
        pytest.skip("the shared test market is not here (RESELLERRISK_SHARED names its folder)")
    return read_market(folder)
