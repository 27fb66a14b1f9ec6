"""An account's rows of one table in the order of its view, as people know them, and the arithmetic over their counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: The contract's columns shown of each view, and the moment from which a row is known.
SHOWN = {
    "orders": (
        "order_id",
        "line",
        "ordered_at",
        "title_id",
        "quantity",
        "unit_price",
        "ship_method",
        "ship_to",
        "payment_method",
    ),
    "deliveries": ("order_id", "line", "shipped_at", "delivered_at", "title_id", "quantity"),
    "returns": ("returned_at", "title_id", "quantity"),
    "payments": ("order_id", "recorded_at", "method", "amount", "status"),
    "identifiers": ("kind", "value", "seen_at"),
}
TABLE = {"deliveries": "shipments"}
KNOWN_AT = {
    "orders": "ordered_at",
    "deliveries": "delivered_at",
    "returns": "returned_at",
    "payments": "recorded_at",
    "identifiers": "seen_at",
}


def list_rows(alone, view: str) -> pd.DataFrame:
    """All rows of one account in a view's order, with the street date known at the row's moment where titles have one.

    Parameters
    ----------
    alone : Alone
    view : str
        A view with rows of accounts.

    Returns
    -------
    DataFrame
        The index counts the rows of the contract's table.
    """
    frame, at = getattr(alone.market, TABLE.get(view, view)), KNOWN_AT[view]
    mine = frame["account_id"].cat.codes.to_numpy() == alone.account
    if view == "deliveries":
        mine &= frame["delivered_at"].notna().to_numpy()
    rows = frame.iloc[np.flatnonzero(mine)]
    moments = rows[at].to_numpy("datetime64[us]")
    keys = (moments,)
    if view == "orders":
        keys = (rows["line"].to_numpy(), rows["order_id"].cat.codes.to_numpy(), moments)
    order = np.lexsort(keys)
    rows = rows.iloc[order][list(SHOWN[view])]
    if view in {"orders", "deliveries"}:
        seen = getattr(alone.views, view)
        rows = rows.assign(street_date=seen.street_date)
    return rows


def _mean(found) -> float:
    counts = found.rows["counts"].dropna()
    return counts.sum() / len(counts) if len(counts) else float("nan")


def _entropy(found) -> float:
    share = found.rows["counts"].value_counts(normalize=True).to_numpy()
    return float(-(share * np.log2(share)).sum()) + 0.0 if len(share) else float("nan")


def _since(which: str):
    def since(found) -> float:
        moments = found.rows[KNOWN_AT[found.kind]][found.rows["counts"].to_numpy(bool)]
        if not len(moments):
            return float("nan")
        passed = found.as_of - (moments.max() if which == "last" else moments.min())
        return (passed // pd.Timedelta(seconds=1)) / 86_400

    return since


#: How a measure's value is recomputed from what the rows give.
RECIPES = {
    "mean": _mean,
    "sum": lambda found: float(found.rows["counts"].sum()),
    "distinct": lambda found: float(found.rows["counts"].nunique()),
    "highest": lambda found: float(found.rows["counts"].max()) if len(found.rows) else float("nan"),
    "entropy": _entropy,
    "since_last": _since("last"),
    "since_first": _since("first"),
}
