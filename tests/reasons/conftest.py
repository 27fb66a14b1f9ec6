"""Three declared signals, a case that adds up, and a market of a few rows: what the tests of reasons stand on."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.reasons import Case, Link, Trace, find_reasons, group_by_family, make_steps
from resellerrisk.reasons.case import probability_of
from resellerrisk.signals.declare import (
    COUNT,
    DAYS,
    HIGHER,
    LOWER,
    NEITHER,
    SHARE,
    YES_NO,
    Column,
    as_is,
    columns_of,
    last,
    mean,
    signal,
)


@signal(
    "orders",
    SHARE,
    last(30, 90),
    riskier=HIGHER,
    family="street date",
    source="-",
    reason="{value} of the lines in {window} were for discs not yet on sale (shops like this: {typical}).",
)
def before_street_date(orders):
    """Order lines for discs that were not yet on sale."""


@signal(
    "orders",
    mean(DAYS),
    last(90),
    riskier=HIGHER,
    family="street date",
    source="-",
    reason="Discs not yet on sale were ordered {value} ahead in {window} (shops like this: {typical}).",
)
def lead(orders):
    """Days from the order to the street date."""


@signal(
    "orders",
    COUNT,
    last(90),
    riskier=NEITHER,
    family="ordering",
    source="-",
    reason="{value} lines in {window}.",
)
def lines(orders):
    """Order lines."""


@signal(
    "form",
    as_is(YES_NO),
    riskier=LOWER,
    family="identity",
    source="-",
    reason="Mail address at the web site's own domain: {value} (shops like this: {typical}).",
)
def own_mail(form):
    """Whether the mail address is at the web site's own domain."""


def _against_peers(base: Column) -> Column:
    """A position among peers, as the catalogue makes it."""

    def position(value):
        """Position among shops of the same type and size."""

    declare = signal(
        "peers",
        as_is(SHARE.unit),
        riskier=HIGHER,
        family="peers",
        source="-",
        reason="Higher than {value} of shops.",
    )
    return Column(f"{base.name}_vs_peers", declare(position).declared, base.window, base)


@pytest.fixture
def columns() -> dict[str, Column]:
    told = [
        column
        for function in (before_street_date, lead, lines, own_mail)
        for column in columns_of(function.declared)
    ]
    told.append(_against_peers(told[1]))
    return {column.name: column for column in told}


@pytest.fixture
def values() -> pd.Series:
    return pd.Series(
        {
            "before_street_date_share_30d": 0.5,
            "before_street_date_share_90d": 0.26,
            "lead_mean_90d": float("nan"),
            "lines_count_90d": 1204.0,
            "own_mail": 1.0,
            "before_street_date_share_90d_vs_peers": 0.97,
        }
    )


@pytest.fixture
def contributions(values) -> pd.Series:
    return pd.Series([0.3, 0.9, 0.4, -0.2, -0.6, 0.8], index=values.index)


@pytest.fixture
def typical():
    return {
        "before_street_date_share_90d": [[0.03, 0.12]],
        "lead_mean_90d": [[7.3, 16.5]],
        "own_mail": [[0.0, 1.0]],
    }


@pytest.fixture
def orders() -> pd.DataFrame:
    """One line before street date, one after, one long on sale, one without a street date."""
    moments = pd.to_datetime(["2020-05-01", "2020-05-20", "2020-06-01", "2020-06-10"])
    dates = pd.to_datetime(["2020-05-13", "2020-05-13", "2015-01-06", None])
    return pd.DataFrame(
        {
            "order_id": ["O1", "O2", "O3", "O4"],
            "line": 1,
            "ordered_at": moments,
            "title_id": ["T1", "T1", "T2", "T3"],
            "title": ["Some Film", "Some Film", "Old Film", None],
            "format": ["dvd", "bluray", "uhd", None],
            "quantity": [2, 12, 1, 1],
            "street_date": dates,
            "lead_days": (dates - moments) / pd.Timedelta(days=1),
            "ship_method": ["express", "standard", "pickup", None],
            "delivered_at": pd.to_datetime(["2020-05-03", None, None, None]),
            "delivered_lead_days": [10.0, None, None, None],
        }
    )


@pytest.fixture
def make_case(columns, values, contributions, typical, orders):
    """A function that makes a case which adds up; keywords replace its parts."""

    def make(**parts) -> Case:
        base = -3.0
        whole = {
            "account_id": "A00012",
            "as_of": "2020-06-30",
            "score": 412,
            "probability": probability_of(base + contributions.sum()),
            "band": "high",
            "action": "ship_on_street_date",
            "base_value": base,
            "reasons": find_reasons(values, contributions, typical, columns),
            "steps": make_steps(values, contributions, columns),
            "families": group_by_family(contributions, columns),
            "orders": orders,
            "links": (Link("A00077", "bank", pd.Timestamp("2019-02-03"), "fake"),),
            "traces": (Trace("Some.Film.2019.1080p-GRP", "Some Film", pd.Timestamp("2020-05-09"), 0.61),),
            "form": {
                "Legal name": "Kim, Little and Bell",
                "Founded": pd.Timestamp("1997-04-25"),
                "Web site": None,
            },
            "model_version": "account/3",
            "data_fingerprint": "9f2c",
            "training": {"Trained as of": "2019-12-31"},
            "known_rows": {"orders": 41230},
        }
        return Case(**(whole | parts))

    return make
