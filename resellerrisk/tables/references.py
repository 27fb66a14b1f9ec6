"""What one table says of another: rows without their account, title, order or order line; shipments before orders.

A row is held against the *good* rows of the other table. Where that table stops the run anyway, all its rows count, so
that one mistake there is not told again in every table that refers to it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.tables.declare import Column
from resellerrisk.tables.faults import Severity
from resellerrisk.tables.inspection import Inspection
from resellerrisk.tables.passes import (
    find_before,
    find_lines,
    have_key,
    kind_of_codes,
    spread,
    under_others,
    used_codes,
)


def apply_references(inspection: Inspection, others: dict[str, Inspection]) -> None:
    """Set rows aside that contradict other tables.

    Parameters
    ----------
    inspection : Inspection
        The table looked at; its own rules have been applied.
    others : dict of Inspection
        The tables it may refer to, fully inspected. One that is not there is not held against anybody.
    """
    for column in inspection.table.columns:
        if column.refers_to in others and column.name in inspection.frame:
            _find_orphans(inspection, others[column.refers_to], column)
    if inspection.table.name == "orders":
        _check_orders(inspection, others.get("accounts"))
    if inspection.table.name == "shipments" and "orders" in others:
        _check_shipments(inspection, others["orders"])


def used_ids(ids: pd.Series) -> pd.Index:
    """The different ids in a column, sorted.

    Examples
    --------
    >>> used_ids(pd.Series(["b", "a", "b"], dtype="category").iloc[[0, 2]]).tolist()
    ['b']
    """
    codes = ids.cat.codes.to_numpy()
    used = used_codes(codes, len(ids.cat.categories))
    return ids.cat.categories if used.all() else ids.cat.categories[used]


def recode(ids: pd.Series | pd.Categorical, known: pd.Index) -> np.ndarray:
    """Codes of ids in another list of ids; -1 where missing or not in the list.

    Parameters
    ----------
    ids : pandas.Series or Categorical, shape (rows,)
    known : pandas.Index
        Different ids.

    Returns
    -------
    numpy.ndarray of int, shape (rows,)

    Examples
    --------
    >>> recode(pd.Categorical(["b", None, "c"]), pd.Index(["a", "b"])).tolist()
    [1, -1, -1]
    """
    ids = ids.cat if isinstance(ids, pd.Series) else ids
    if ids.categories is known or ids.categories.equals(known):
        return np.asarray(ids.codes)
    place = known.get_indexer(ids.categories).astype(kind_of_codes(len(known)))
    return spread(place, np.asarray(ids.codes), -1)


def _rows_that_count(inspection: Inspection) -> np.ndarray:
    return np.ones_like(inspection.good) if inspection.stopped else inspection.good


def _find_orphans(inspection: Inspection, parent: Inspection, column: Column) -> None:
    """Note ids that name no row of the parent, and code the others over the parent's list of ids."""
    if column.name not in parent.frame:
        return
    ids, of_parent = inspection.frame[column.name], parent.frame[column.name]
    there = of_parent.cat.categories
    codes = recode(ids, there)
    inspection.frame[column.name] = pd.Categorical.from_codes(codes, dtype=of_parent.dtype, validate=False)
    unknown = _lost_on_the_way(ids.cat.codes.to_numpy(), codes)
    expected = f"{column.name} of a row of {parent.table.name}"
    if column.loose:
        hint = "nothing, where these rows are older than the other table"
        what, severity = "unknown id, set to missing", Severity.NOTICE
    else:
        hint = _advise_on_ids(ids.iloc[unknown], there, parent.raw.file) if unknown.size else ""
        what, severity = "unknown id", Severity.QUARANTINE
    inspection.note(column.name, what, unknown, expected, hint, severity)
    if not column.loose:
        _find_rows_of_bad_parents(inspection, parent, column.name, codes)


def _lost_on_the_way(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Rows that had a code before and have none now."""
    if not after.size or after.min() >= 0:
        return np.empty(0, np.int64)
    return ((after < 0) & (before >= 0)).nonzero()[0]


def _find_rows_of_bad_parents(
    inspection: Inspection, parent: Inspection, column: str, codes: np.ndarray
) -> None:
    of_parent = parent.frame[column].cat.codes.to_numpy()
    kept = np.zeros(len(parent.frame[column].cat.categories) + 1, dtype=bool)
    kept[of_parent[_rows_that_count(parent)]] = True
    if kept[:-1].all():  # the last stands for rows of the parent without an id
        return
    lost = spread(~kept[:-1], codes, False).nonzero()[0]
    expected = f"{column} of a row of {parent.table.name} that is itself in order"
    hint = f"mend the faults of {parent.raw.file}"
    inspection.note(column, "its row was set aside", lost, expected, hint)


def _advise_on_ids(unknown: pd.Series, there: pd.Index, file: str) -> str:
    """Tell lost zeros from rows that are simply not there."""
    stripped = {known.lstrip("0"): known for known in there}
    for lost in used_ids(unknown)[:100]:
        if lost.lstrip("0") in stripped:
            return f"write ids as text: '{lost}' here seems to be '{stripped[lost.lstrip('0')]}' in {file}"
    return f"add what is missing to {file}, or drop these rows"


def _codes(inspection: Inspection, column: str) -> np.ndarray:
    return inspection.frame[column].cat.codes.to_numpy()


def _check_orders(orders: Inspection, accounts: Inspection | None) -> None:
    there = set(orders.frame)
    if {"order_id", "account_id"} <= there:
        order, account = _codes(orders, "order_id"), _codes(orders, "account_id")
        other = under_others(order, account, len(orders.frame["order_id"].cat.categories))
        expected = "the account of the order's first line"
        hint = "give the orders of different accounts different ids"
        orders.note("order_id, account_id", "two accounts in one order", other, expected, hint)
    if (
        accounts
        and {"account_id", "applied_at"} <= set(accounts.frame)
        and {"account_id", "ordered_at"} <= there
    ):
        applied_at = np.full(len(accounts.frame["account_id"].cat.categories) + 1, np.datetime64("NaT", "us"))
        applied_at[_codes(accounts, "account_id")[::-1]] = accounts.frame["applied_at"].to_numpy()[::-1]
        applied_at[-1] = np.datetime64("NaT")
        early = find_before(orders.frame["ordered_at"].to_numpy(), _codes(orders, "account_id"), applied_at)
        hint = (
            f"where accounts came from another system, give applied_at of {accounts.raw.file} as it was there"
        )
        expected = "a time at or after the account's applied_at"
        orders.note("ordered_at", "before its account", early, expected, hint)


def _check_shipments(shipments: Inspection, orders: Inspection) -> None:
    key = ["order_id", "line"]
    if not set(key) <= set(orders.frame) or not set(key) <= set(shipments.frame):
        return
    order = orders.frame["order_id"].cat
    own = shipments.frame["order_id"].cat
    asked = own.codes.to_numpy(), shipments.frame["line"].to_numpy()
    at, there = find_lines(
        order.codes.to_numpy(),
        orders.frame["line"].to_numpy(),
        _rows_that_count(orders),
        len(order.categories),
        *asked,
    )
    missing = (have_key(*asked) & (at < 0) & shipments.good).nonzero()[0]
    lost = there[missing]
    expected = f"an order line of {orders.raw.file}"
    hint = "see whether lines were renumbered"
    shipments.note("order_id, line", "unknown order line", missing[~lost], expected, hint)
    expected, hint = f"{expected} that is itself in order", f"mend the faults of {orders.raw.file}"
    shipments.note("order_id, line", "its row was set aside", missing[lost], expected, hint)
    _compare_with_lines(shipments, orders, at)


def _compare_with_lines(shipments: Inspection, orders: Inspection, at: np.ndarray) -> None:
    """Hold shipments against their order lines; `at` is the row of the line in orders, -1 for none."""
    there = set(orders.frame) & set(shipments.frame)
    for column in {"account_id", "title_id"} & there:
        of_line, own = np.append(_codes(orders, column), -1)[at], _codes(shipments, column)
        other = ((own != of_line) & (of_line >= 0) & (own >= 0)).nonzero()[0]
        hint = f"see which of {shipments.raw.file} and {orders.raw.file} is right"
        shipments.note(column, "not as ordered", other, f"the {column} of the order line", hint)
    if "ordered_at" in orders.frame and "shipped_at" in shipments.frame:
        ordered_at = np.append(orders.frame["ordered_at"].to_numpy(), np.datetime64("NaT"))[at]
        early = (shipments.frame["shipped_at"].to_numpy() < ordered_at).nonzero()[0]
        hint = "see whether both are in UTC"
        shipments.note("shipped_at", "shipped before ordered", early, "a time at or after ordered_at", hint)
