"""The order lines of one account as they were known at a moment, with the street date known when each was ordered.

What a case shows of an account's past. Nothing is judged or counted here, and no row of the moment itself or later is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.tables import Market, as_utc

if TYPE_CHECKING:
    from resellerrisk.signals.rows import Views

LINE_COLUMNS = (
    "order_id",
    "line",
    "ordered_at",
    "title_id",
    "title",
    "format",
    "quantity",
    "street_date",
    "lead_days",
    "ship_method",
    "delivered_at",
    "delivered_lead_days",
)


def case_orders(market: Market, account_id: str, as_of: Any, views: Views | None = None) -> pd.DataFrame:
    """The order lines of one account, oldest first, as they were known at a moment.

    Parameters
    ----------
    market : Market
        Checked tables.
    account_id : str
    as_of : str, datetime or Timestamp
        Rows strictly before it are read; without a zone it is UTC.
    views : Views, optional
        The market's views, where they are already prepared.

    Returns
    -------
    DataFrame with the columns `LINE_COLUMNS`
        ``street_date`` is the newest one announced strictly before the line was ordered, ``lead_days`` the days from the
        order to it (above 0: ordered before street date). ``delivered_at`` is the first delivery known by then, and
        ``delivered_lead_days`` the days from it to the street date known at that moment. What was not known is missing.
        No rows for an account that had not ordered.

    Raises
    ------
    InputError
        Where the market has no such account.
    """
    if account_id not in market.account_ids:
        raise InputError(f"There is no account {account_id!r}.", hint="look for its id in the accounts table")
    from resellerrisk.signals.rows import Views

    moment, views = as_utc(as_of), views or Views(market)
    code = market.account_ids.get_loc(account_id)
    lines = _rows_of(market.orders, code)
    lines = lines[(lines["ordered_at"] < moment).to_numpy()]
    lines = lines.sort_values(["ordered_at", "order_id", "line"], kind="stable").reset_index(drop=True)
    lines = _with_titles(lines, market.titles)
    lines["delivered_at"] = _first_deliveries(market.shipments, code, moment, lines)
    lines["street_date"], lines["lead_days"] = _street_dates(views, lines, "ordered_at")
    _, lines["delivered_lead_days"] = _street_dates(views, lines, "delivered_at")
    return lines[list(LINE_COLUMNS)]


def _with_titles(lines: pd.DataFrame, titles: pd.DataFrame) -> pd.DataFrame:
    known = titles.set_index(titles["title_id"].astype(object))
    ids = lines["title_id"].astype(object)
    return lines.assign(title=ids.map(known["name"]), format=ids.map(known["format"].astype(object)))


def _first_deliveries(
    shipments: pd.DataFrame, code: int, moment: pd.Timestamp, lines: pd.DataFrame
) -> np.ndarray:
    """When each line first arrived, as far as it had; a line may leave in parts."""
    if not len(shipments):
        return np.full(len(lines), np.datetime64("NaT"), dtype="datetime64[us]")
    came = _rows_of(shipments, code)
    came = came[(came["delivered_at"] < moment).to_numpy()]
    # Orders and shipments share one list of order ids, so that codes compare.
    came = pd.DataFrame(
        {
            "order": came["order_id"].cat.codes.to_numpy(),
            "line": came["line"].to_numpy(np.int64),
            "at": came["delivered_at"].to_numpy("datetime64[us]"),
        }
    )
    first = came.sort_values("at", kind="stable").drop_duplicates(["order", "line"])
    wanted = pd.DataFrame(
        {"order": lines["order_id"].cat.codes.to_numpy(), "line": lines["line"].to_numpy(np.int64)}
    )
    found: np.ndarray = wanted.merge(first, how="left", on=["order", "line"])["at"].to_numpy("datetime64[us]")
    return found


def _rows_of(frame: pd.DataFrame, code: int) -> pd.DataFrame:
    """The rows of one account, by its code."""
    return frame.iloc[np.flatnonzero(frame["account_id"].cat.codes.to_numpy() == code)]


def _street_dates(views: Views, lines: pd.DataFrame, at: str) -> tuple[np.ndarray, np.ndarray]:
    """The street date known at each line's moment, and the days until it; both missing where the moment is."""
    moments = lines[at].to_numpy("datetime64[us]")
    happened = ~np.isnat(moments)
    dates = np.full(len(lines), np.datetime64("NaT"), dtype="datetime64[us]")
    titles = lines["title_id"].cat.codes.to_numpy().astype(np.int64)
    dates[happened] = views.street_date_known(titles[happened], moments[happened])
    return dates, (dates - moments) / np.timedelta64(1, "D")
