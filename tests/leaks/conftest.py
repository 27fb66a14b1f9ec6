"""Small markets for the tests of leaks: weekly launches, early deliveries, copies on the network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.tables import Market, read_market

FIRST_STREET = pd.Timestamp("2019-01-08")
ANNOUNCED = pd.Timestamp("2018-06-01")
_FORM = {
    "applied_at": pd.Timestamp("2018-01-01"),
    "legal_name": "Discs Ltd",
    "trading_name": "Discs",
    "business_type": "store",
    "country": "US",
    "region": "NY",
    "city": "Town",
    "postcode": "1",
    "street": "Street 1",
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


def street_of(film: int) -> pd.Timestamp:
    """The street date of a film: one a week."""
    return FIRST_STREET + pd.Timedelta(days=7 * film)


def name_of(film: int) -> str:
    return f"Harvest {chr(65 + film // 26)}{chr(97 + film % 26)}rd"


def make_market(n_accounts, n_films, deliveries, leaks, moved=()) -> Market:
    """A market from short rows.

    Parameters
    ----------
    n_accounts, n_films : int
        Accounts A00, A01, ...; films 0, 1, ... with one Blu-ray each, title T000, T001, ...
    deliveries : rows of (account, film, days before street date)
    leaks : rows of (film, days before street date, group or None, days until known)
    moved : rows of (film, new street date, known at)
    """
    title = [f"T{film:03d}" for film in range(n_films)]
    frames = {
        "accounts": pd.DataFrame([{"account_id": f"A{i:02d}", **_FORM} for i in range(n_accounts)]),
        "titles": pd.DataFrame(
            {
                "title_id": title,
                "ean": "5099999999999",
                "name": [name_of(film) for film in range(n_films)],
                "year": 2018,
                "studio": "S",
                "format": "bluray",
                "list_price": 20.0,
            }
        ),
        "street_dates": pd.DataFrame(
            [(title[film], street_of(film), ANNOUNCED) for film in range(n_films)]
            + [(title[film], date, known) for film, date, known in moved],
            columns=["title_id", "street_date", "known_at"],
        ),
        "leaks": pd.DataFrame(
            [
                (
                    f"L{i:03d}",
                    f"{name_of(film).replace(' ', '.')}.2018.1080p.BluRay.x264"
                    + (f"-{group}" if group else ""),
                    None,
                    street_of(film) - pd.Timedelta(days=days),
                    street_of(film) - pd.Timedelta(days=days) + pd.Timedelta(days=until),
                    "bluray",
                )
                for i, (film, days, group, until) in enumerate(leaks)
            ],
            columns=["leak_id", "release_name", "title_id", "leaked_at", "known_at", "format"],
        ),
        **_trade(deliveries, title),
    }
    return Market.from_frames(frames)


def _trade(deliveries, title) -> dict[str, pd.DataFrame]:
    rows = pd.DataFrame(deliveries, columns=["account", "film", "days"])
    at = pd.to_datetime(
        [street_of(f) - pd.Timedelta(days=d) for f, d in zip(rows["film"], rows["days"], strict=True)]
    )
    lines = pd.DataFrame(
        {
            "order_id": [f"O{i:05d}" for i in range(len(rows))],
            "line": 1,
            "account_id": [f"A{i:02d}" for i in rows["account"]],
            "title_id": [title[film] for film in rows["film"]],
            "quantity": 1,
        }
    )
    orders = lines.assign(
        ordered_at=at - pd.Timedelta(days=6),
        unit_price=9.0,
        ship_method="standard",
        ship_to="Street 1",
        payment_method="card",
    )
    return {
        "orders": orders,
        "shipments": lines.assign(shipped_at=at - pd.Timedelta(days=2), delivered_at=at),
    }


def background_trade(n_accounts: int, n_films: int, first: int = 2) -> list[tuple[int, int, float]]:
    """Early deliveries of honest shops: each holds a third of the films, 13 to 15 days before street date."""
    rng = np.random.default_rng(5)
    return [
        (account, film, 13 + 2 * rng.random())
        for account in range(first, n_accounts)
        for film in range(n_films)
        if rng.random() < 1 / 3
    ]


@pytest.fixture(scope="session")
def one_source() -> Market:
    """A00 holds 20 of 40 films and 12 of them leak two days later; A01 holds all films; 18 shops hold some.

    Two further films, which A00 never held, leak with other groups' tags.
    """
    leaked = [*range(0, 24, 2)]
    deliveries = [(0, film, 14.0) for film in range(0, 40, 2)] + [(1, film, 14.5) for film in range(40)]
    leaks = [(film, 12.0, "CREW", 1.0) for film in leaked] + [(5, 11.0, "ONE", 1.0), (9, 6.0, "TWO", 1.0)]
    return make_market(20, 40, deliveries + background_trade(20, 40), leaks)


@pytest.fixture(scope="session")
def harbour(shared) -> Market:
    """The shared test market."""
    return read_market(shared / "data" / "harbour")
