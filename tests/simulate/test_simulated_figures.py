"""The default market shows the field's real figures, within tolerances stated beside each.

Sources: UCI Online Retail (4,338 wholesale customers, one year), 3,040 street dates, 427 first copies; see `assumptions`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def year(port) -> pd.DataFrame:
    """The order lines of one year, as the real figures are of one year."""
    return port.orders[port.orders.ordered_at.dt.year == 2019]


@pytest.fixture(scope="module")
def orders(year) -> pd.DataFrame:
    return (
        year.groupby(["account_id", "order_id"])
        .agg(lines=("line", "size"), at=("ordered_at", "first"))
        .reset_index()
    )


def test_orders_of_a_customer_in_a_year(orders) -> None:
    count = orders.groupby("account_id").size().quantile([0.25, 0.5, 0.75, 0.99]).to_numpy()
    np.testing.assert_allclose(count[:3], [1, 2, 5], atol=1)
    assert 20 <= count[3] <= 60  # real: 30; among some 600 customers six decide it


def test_lines_of_an_order(orders) -> None:
    lines = orders.lines.quantile([0.10, 0.25, 0.50, 0.75, 0.90, 0.99]).to_numpy()
    np.testing.assert_allclose(lines, [2, 6, 15, 27, 46, 104], rtol=0.2, atol=1)


def test_days_between_orders(orders) -> None:
    days = orders.assign(day=orders["at"].dt.normalize()).sort_values(["account_id", "at"])
    gaps = days.groupby("account_id").day.diff().dt.days.dropna()
    points = gaps.quantile([0.10, 0.25, 0.50, 0.75, 0.90, 0.99]).to_numpy()
    np.testing.assert_allclose(points, [0, 6, 21, 51, 103, 252], rtol=0.3, atol=3)


def test_how_much_the_biggest_customers_order(year) -> None:
    lines = year.groupby("account_id").size().sort_values(ascending=False)
    share = lines.cumsum() / lines.sum()
    assert share.iloc[round(len(lines) * 0.01) - 1] == pytest.approx(0.17, abs=0.05)
    assert share.iloc[round(len(lines) * 0.10) - 1] == pytest.approx(0.49, abs=0.06)


def test_the_months_the_days_and_the_hours(port) -> None:
    at = port.orders.ordered_at
    assert at.dt.month.isin([11, 12]).mean() == pytest.approx(0.27, abs=0.03)
    assert sorted(at.dt.dayofweek.unique()) == [0, 1, 2, 3, 4, 6]
    assert at.dt.hour.min() == 8
    assert at.dt.hour.max() == 17


def test_what_comes_back(port) -> None:
    customers = port.orders.account_id.nunique()
    assert port.returns.quantity.sum() / port.orders.quantity.sum() == pytest.approx(0.05, abs=0.015)
    assert port.returns.account_id.nunique() / customers == pytest.approx(0.37, abs=0.05)


def test_street_dates_are_tuesdays(port) -> None:
    tuesday = (port.last_street_date.dt.dayofweek == 1).mean()
    assert tuesday == pytest.approx(0.82, abs=0.03)


def first_copies(tables) -> pd.Series:
    """Days before street date of each film's first copy, for films of which a title is named."""
    copies = tables.leaks.merge(tables["truth/leaks"], on="leak_id")
    street = copies.dropna(subset="title_id").groupby("film_no").title_id.first().map(tables.last_street_date)
    return (street - copies.groupby("film_no").leaked_at.min()).dropna() / pd.Timedelta(days=1)


def test_first_copies_lead_their_street_date_as_real_ones_do(port) -> None:
    lead = first_copies(port)
    np.testing.assert_allclose(lead.quantile([0.25, 0.5, 0.75]), [7.3, 11.7, 16.5], atol=1.5)
    assert (lead > 0).mean() == pytest.approx(0.90, abs=0.04)


def test_titles_of_leaks_are_often_missing_and_formats_sometimes_unknown(port) -> None:
    assert port.leaks.title_id.isna().mean() == pytest.approx(0.40, abs=0.05)
    assert 0 < (port.leaks.format == "unknown").mean() < 0.1
    unsaid = port.leaks[port.leaks.format != "unknown"].dropna(subset="title_id")
    format_of = port.titles.set_index("title_id").format
    assert (unsaid.format == unsaid.title_id.map(format_of)).all()


def test_a_third_or_more_of_the_fakes_are_never_found_and_the_others_late(port) -> None:
    fakes = port["truth/accounts"].query("is_fake").set_index("account_id")
    found = port.outcomes[(port.outcomes.outcome == "fake") & port.outcomes.account_id.isin(fakes.index)]
    assert 0.25 < 1 - found.account_id.nunique() / len(fakes) < 0.6
    delay = (found.decided_at - found.account_id.map(fakes.since)).dt.days
    assert delay.min() >= 30
    assert 150 < delay.median() < 500


def test_most_accounts_never_get_a_decision(port) -> None:
    assert 0.05 < port.outcomes.account_id.nunique() / len(port.accounts) < 0.2
    assert set(port.outcomes.outcome) == {"fake", "genuine", "violation", "unknown"}
