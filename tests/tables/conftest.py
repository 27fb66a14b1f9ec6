"""A market of a few rows in which everything is in order, to break one thing at a time."""

from __future__ import annotations

import pandas as pd
import pytest


def tidy_frames() -> dict[str, pd.DataFrame]:
    """Two accounts, two titles, four order lines, and a row or two of everything else."""
    return {
        "accounts": pd.DataFrame(
            {
                "account_id": ["00123", "A2"],
                "applied_at": ["2018-01-01 09:00:00", "2018-06-01 10:30:00"],
                "legal_name": ["Bell & Söhne", "Corner Video"],
                "trading_name": ["Bell", None],
                "business_type": ["store", "online"],
                "country": ["NA", "US"],
                "region": [None, "NJ"],
                "city": ["Windhoek", "Newark"],
                "postcode": ["09000", "07102"],
                "street": ["Main 1, rear", "Side 2"],
                "address_kind": ["commercial", "residential"],
                "email": ["a@bell.na", "b@corner.us"],
                "phone": ["061 1", "973 2"],
                "website": [None, "corner.us"],
                "tax_id": ["0042", None],
                "founded_on": ["1997-04-25", "2018-05-30"],
                "website_registered_on": [None, "2018-05-31"],
                "store_count": [2, None],
                "declared_monthly_units": [100, 20],
                "street_date_agreement": [True, None],
            }
        ),
        "titles": pd.DataFrame(
            {
                "title_id": ["T1", "T2"],
                "ean": ["0012345678905", "5012345678900"],
                "name": ["Some Film", "Another"],
                "year": [2018, None],
                "studio": ["North", "North"],
                "format": ["dvd", "uhd"],
                "list_price": [19.99, 0.1 + 0.2],
            }
        ),
        "street_dates": pd.DataFrame(
            {
                "title_id": ["T1", "T1", "T2"],
                "street_date": ["2019-03-05", "2019-03-12", "2019-05-07"],
                "known_at": ["2019-01-01 08:00:00", "2019-02-20 08:00:00", "2019-01-01 08:00:00"],
            }
        ),
        "orders": pd.DataFrame(
            {
                "order_id": ["O1", "O1", "O2", "O3"],
                "line": [1, 2, 1, 1],
                "account_id": ["00123", "00123", "A2", "00123"],
                "ordered_at": [*["2019-02-01 10:00:00"] * 2, "2019-02-02 11:00:00", "2019-04-01 12:00:00"],
                "title_id": ["T1", "T2", "T1", "T1"],
                "quantity": [3, 1, 1, 2],
                "unit_price": [12.5, 9.0, 0.0, 12.5],
                "ship_method": ["standard", "standard", "courier", None],
                "ship_to": ["Main 1, rear", "Main 1, rear", "Dock 9", "Main 1, rear"],
                "payment_method": ["terms", "terms", "prepaid", "terms"],
            }
        ),
        "shipments": pd.DataFrame(
            {
                "order_id": ["O1", "O2"],
                "line": [1, 1],
                "account_id": ["00123", "A2"],
                "title_id": ["T1", "T1"],
                "shipped_at": ["2019-02-10 10:00:00", "2019-02-02 11:00:00"],
                "delivered_at": ["2019-02-12 10:00:00", None],
                "quantity": [3, 1],
            }
        ),
        "returns": pd.DataFrame(
            {"account_id": ["00123"], "title_id": ["T1"], "returned_at": ["2019-05-01"], "quantity": [1]}
        ),
        "payments": pd.DataFrame(
            {
                "account_id": ["00123", "A2"],
                "order_id": ["O1", None],
                "recorded_at": ["2019-02-01 10:05:00", "2019-02-03 00:00:00"],
                "method": ["terms", "prepaid"],
                "amount": [46.5, -3.0],
                "status": ["late", "settled"],
            }
        ),
        "identifiers": pd.DataFrame(
            {
                "account_id": ["A2", "00123"],
                "kind": ["phone", "bank"],
                "value": ["973 2", "B1"],
                "seen_at": ["2018-06-01 10:30:00", "2018-01-02"],
            }
        ),
        "leaks": pd.DataFrame(
            {
                "leak_id": ["L1", "L2"],
                "release_name": ["Some.Film.2018.DVDRip-GROUP", "Unheard.Of.2017.1080p.BluRay.x264-GROUP"],
                "title_id": ["T1", None],
                "leaked_at": ["2019-02-20 10:00:00", "2019-02-21"],
                "known_at": ["2019-02-20 10:00:00", "2019-02-25"],
                "format": ["dvd", "unknown"],
            }
        ),
        "outcomes": pd.DataFrame(
            {
                "account_id": ["A2"],
                "outcome": ["violation"],
                "decided_at": ["2019-06-01 10:00:00"],
                "source": ["review"],
                "note": ["honest, late driver"],
            }
        ),
    }


@pytest.fixture(scope="session")
def make_frames():
    return tidy_frames


@pytest.fixture
def frames():
    return tidy_frames()
