"""Rows to judge, written out so that the figures can be counted by hand."""

import pandas as pd
import pytest

from resellerrisk.decisions import read_settings


@pytest.fixture(scope="session")
def settings():
    return read_settings()


@pytest.fixture
def make_rows():
    """A function that makes judged rows: one letter per account in falling score, capital = fake."""

    def make(accounts: str, as_of="2020-03-31", **columns):
        count = len(accounts)
        rows = pd.DataFrame(
            {
                "account_id": list(accounts.lower()),
                "as_of": pd.Timestamp(as_of),
                "probability": [1 - (place + 0.5) / count for place in range(count)],
                "fake": [letter.isupper() for letter in accounts],
                "known": False,
            }
        )
        return rows.assign(**columns)

    return make


@pytest.fixture
def make_orders(make_rows):
    """A function that makes judged orders: (letter, early lines, early units) in falling score."""

    def make(*orders, **columns):
        letters = "".join(order[0] for order in orders)
        rows = make_rows(letters, order_id=[f"O{place}" for place in range(len(orders))])
        early, units = [order[1] for order in orders], [order[2] for order in orders]
        return rows.assign(
            early_lines=early, early_units=units, lines=[10 + count for count in early], **columns
        )

    return make
