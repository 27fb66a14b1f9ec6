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
from resellerrisk.tables.rules import pack_key


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
    counts = np.bincount(codes[codes >= 0], minlength=len(ids.cat.categories))
    return ids.cat.categories[counts > 0]


def recode(ids: pd.Series | pd.Categorical, known: pd.Index) -> np.ndarray:
    """Codes of ids in another list of ids; -1 where missing or not in the list.

    Parameters
    ----------
    ids : pandas.Series or Categorical, shape (rows,)
    known : pandas.Index
        Different ids.

    Returns
    -------
    numpy.ndarray of int32, shape (rows,)

    Examples
    --------
    >>> recode(pd.Categorical(["b", None, "c"]), pd.Index(["a", "b"])).tolist()
    [1, -1, -1]
    """
    ids = ids.cat if isinstance(ids, pd.Series) else ids
    place = known.get_indexer(ids.categories).astype(np.int32)
    return np.append(place, np.int32(-1))[np.asarray(ids.codes)]


def _rows_that_count(inspection: Inspection) -> pd.DataFrame:
    if inspection.stopped or inspection.good.all():
        return inspection.frame
    return inspection.frame[inspection.good]


def _find_orphans(inspection: Inspection, parent: Inspection, column: Column) -> None:
    if column.name not in parent.frame:
        return
    ids = inspection.frame[column.name]
    filled = ids.cat.codes.to_numpy() >= 0
    there = used_ids(parent.frame[column.name])
    unknown = filled & (recode(ids, there) < 0)
    expected = f"an {column.name} of {parent.table.name}".replace("an title", "a title")
    if column.loose:
        hint = "nothing, where these orders are older than the table of orders"
        inspection.note(
            column.name, "unknown id, set to missing", unknown.nonzero()[0], expected, hint, Severity.NOTICE
        )
        return
    hint = _advise_on_ids(ids[unknown], there, parent.raw.file)
    inspection.note(column.name, "unknown id", unknown.nonzero()[0], expected, hint)
    kept = used_ids(_rows_that_count(parent)[column.name])
    lost = filled & ~unknown & (recode(ids, kept) < 0)
    hint = f"mend the faults of {parent.raw.file}"
    inspection.note(
        column.name, "its row was set aside", lost.nonzero()[0], f"{expected} that is itself in order", hint
    )


def _advise_on_ids(unknown: pd.Series, there: pd.Index, file: str) -> str:
    """Tell lost zeros from rows that are simply not there."""
    stripped = {known.lstrip("0"): known for known in there}
    for lost in used_ids(unknown)[:100]:
        if lost.lstrip("0") in stripped:
            return f"write ids as text: '{lost}' here seems to be '{stripped[lost.lstrip('0')]}' in {file}"
    return f"add what is missing to {file}, or drop these rows"


def _check_orders(orders: Inspection, accounts: Inspection | None) -> None:
    frame = orders.frame
    if {"order_id", "account_id"} <= set(frame):
        first = frame.drop_duplicates("order_id")
        account_of = np.full(len(frame["order_id"].cat.categories) + 1, -1)
        account_of[first["order_id"].cat.codes] = first["account_id"].cat.codes
        order, account = frame["order_id"].cat.codes.to_numpy(), frame["account_id"].cat.codes.to_numpy()
        other = (order >= 0) & (account >= 0) & (account != account_of[order])
        expected = "the account of the order's first line"
        hint = "give the orders of different accounts different ids"
        orders.note("order_id, account_id", "two accounts in one order", other.nonzero()[0], expected, hint)
    if (
        accounts
        and {"account_id", "applied_at"} <= set(accounts.frame)
        and {"account_id", "ordered_at"} <= set(frame)
    ):
        known = accounts.frame.drop_duplicates("account_id").dropna(subset=["account_id"])
        applied_at = np.append(known["applied_at"].to_numpy(), np.datetime64("NaT"))
        early = (
            frame["ordered_at"].to_numpy()
            < applied_at[recode(frame["account_id"], pd.Index(known["account_id"]))]
        )
        hint = f"where accounts were moved from another system, give applied_at of {accounts.raw.file} as it was there"
        expected = "a time at or after the account's applied_at"
        orders.note("ordered_at", "before its account", early.nonzero()[0], expected, hint)


def _check_shipments(shipments: Inspection, orders: Inspection) -> None:
    lines = _rows_that_count(orders)
    if not {"order_id", "line"} <= set(lines) or not {"order_id", "line"} <= set(shipments.frame):
        return
    packed = pack_key(lines, ["order_id", "line"])
    if orders.stopped:
        once = ~packed.duplicated().to_numpy()
        lines, packed = lines[once], packed[once]
    order = pd.Categorical.from_codes(
        recode(shipments.frame["order_id"], lines["order_id"].cat.categories),
        dtype=lines["order_id"].dtype,
        validate=False,
    )
    asked = pack_key(shipments.frame.assign(order_id=order), ["order_id", "line"]).to_numpy()
    at = pd.Index(packed.to_numpy()).get_indexer(asked)
    missing = (asked >= 0) & (at < 0) & shipments.good
    hint = "ship what was ordered: see whether lines were renumbered"
    expected = f"an order line of {orders.raw.file}"
    shipments.note("order_id, line", "unknown order line", missing.nonzero()[0], expected, hint)
    _compare_with_lines(shipments, orders, lines, np.where(asked >= 0, at, -1))


def _compare_with_lines(
    shipments: Inspection, orders: Inspection, lines: pd.DataFrame, at: np.ndarray
) -> None:
    """Hold shipments against their order lines; `at` is the row of the line, -1 for none."""
    for column in ("account_id", "title_id"):
        if column in lines and column in shipments.frame:
            of_line = np.append(lines[column].cat.codes.to_numpy(), -1)[at]
            own = recode(shipments.frame[column], lines[column].cat.categories)
            other = ((own != of_line) & (at >= 0) & (own >= 0)).nonzero()[0]
            hint = f"see which of {shipments.raw.file} and {orders.raw.file} is right"
            shipments.note(column, "not as ordered", other, f"the {column} of the order line", hint)
    if "ordered_at" in lines and "shipped_at" in shipments.frame:
        ordered_at = np.append(lines["ordered_at"].to_numpy(), np.datetime64("NaT"))[at]
        early = (shipments.frame["shipped_at"].to_numpy() < ordered_at).nonzero()[0]
        hint = "see whether both are in UTC"
        shipments.note("shipped_at", "shipped before ordered", early, "a time at or after ordered_at", hint)
