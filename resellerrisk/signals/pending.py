"""The lines of an order that is not in the tables yet, as signals see order lines: every column as known at the order's moment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.errors import InputError
from resellerrisk.signals.addresses import holds_own_address
from resellerrisk.signals.rows import Rows
from resellerrisk.signals.words import Words
from resellerrisk.tables import TABLES
from resellerrisk.tables.cells import read_cells
from resellerrisk.tables.declare import Kind
from resellerrisk.vocabulary import PAYMENT_METHODS, SHIP_METHODS


def read_lines(lines: Sequence[Mapping], title_ids: pd.Index) -> dict[str, np.ndarray]:
    """Columns of some order lines, held to the contract.

    Parameters
    ----------
    lines : sequence of mapping
        ``title_id``, ``quantity`` and, where known, ``unit_price``, ``ship_method``, ``ship_to``, ``payment_method``.
    title_ids : Index
        What title codes count.

    Raises
    ------
    InputError
        No line, a title that is not there, a quantity below one, a word that is none of the contract's.
    """
    if not lines:
        raise InputError("The order has no lines.", hint="give each line as title_id and quantity")
    told = [line.get("title_id") for line in lines]
    titles = np.array([title_ids.get_loc(title) if title in title_ids else -1 for title in told], np.int64)
    quantity = np.array([line.get("quantity") or 0 for line in lines], float)
    price = np.array(
        [np.nan if line.get("unit_price") is None else line["unit_price"] for line in lines], float
    )
    faults = [f"line {n + 1}: no such title" for n in np.flatnonzero(titles < 0)]
    faults += [
        f"line {n + 1}: quantity is no whole number from 1"
        for n in np.flatnonzero(~((quantity >= 1) & (quantity == np.floor(quantity))))
    ]
    faults += [f"line {n + 1}: unit_price is below 0" for n in np.flatnonzero(price < 0)]
    words = {}
    for name, allowed in (("ship_method", SHIP_METHODS), ("payment_method", PAYMENT_METHODS)):
        told = [line.get(name) for line in lines]
        faults += [
            f"line {n + 1}: {name} is none of {', '.join(allowed)}"
            for n, word in enumerate(told)
            if word is not None and word not in allowed
        ]
        codes = [allowed.index(word) if word in allowed else -1 for word in told]
        words[name] = Words(np.array(codes, np.int8), allowed)
    if faults:
        raise InputError("The order cannot be used.", "\n".join(faults))
    cents = np.rint(price * 100 * quantity)
    return {
        "title": titles,
        "quantity": quantity.astype(np.int64),
        "cents": np.nan_to_num(cents, nan=float(_NO_CENTS)).astype(np.int64),
        **words,
    }


def read_form(cells: Mapping) -> Rows:
    """One application form as signals see forms, held to the contract; ``names`` are the columns.

    Raises
    ------
    InputError
        A column or a cell that the contract does not allow; all of them in one report.

    Examples
    --------
    >>> form = read_form({"account_id": "A1", "applied_at": "2020-06-30", "store_count": 2})
    >>> form.store_count, form.applied_at.tolist()
    (array([2.]), [datetime.datetime(2020, 6, 30, 0, 0)])
    """
    table = TABLES["accounts"]
    names = table.names
    faults = [f"{name}: there is no such column" for name in cells if name not in names]
    columns, shown = {}, dict.fromkeys(names) | dict(cells)
    for column in table.columns:
        cell = shown[column.name]
        missing = cell is None or cell == "" or cell != cell
        values, unusable = _read_cell(column, None if missing else _plain_cell(cell))
        unfit = unusable or (not missing and _breaks(column, values[0]))
        if unfit or (missing and column.required):
            faults.append(f"{column.name}: expected {column.expected}")
        columns[column.name] = values
    if faults:
        raise InputError("The form cannot be used.", "\n".join(faults))
    return Rows({**columns, "names": names})


def _read_cell(column, cell):
    """One cell as `read_cells` reads a column of it, and whether it is unusable: plain texts and times at once, words from memory."""
    if type(cell) is str:
        if column.kind in (Kind.TEXT, Kind.ID):
            return np.array([cell], object), False
        if column.kind in (Kind.TIME, Kind.DATE) and _PLAIN_TIME.fullmatch(cell):
            return np.array([cell[:10] if column.kind is Kind.DATE else cell], "datetime64[us]"), False
    if column.kind in (Kind.ID, Kind.TIME, Kind.TEXT) and cell is not None:
        return _read_column(column, cell)
    return _read_word(column.name, type(cell), cell)


@lru_cache(maxsize=4096)
def _read_word(name, kind, cell):
    """A cell of a column of accounts, remembered: words, flags, numbers and what is missing come again."""
    return _read_column(TABLES["accounts"][name], cell)


def _read_column(column, cell):
    read = read_cells(column, pa.chunked_array([[cell]]))
    return read.values, bool(read.unusable[0])


def _plain_cell(cell):
    """Times as text with their zone, everything else as it is."""
    return (
        cell.isoformat()
        if hasattr(cell, "isoformat")
        else str(cell)
        if isinstance(cell, np.datetime64)
        else cell
    )


def _breaks(column, value) -> bool:
    if column.pattern:
        return re.fullmatch(column.pattern, str(value)) is None
    low = column.minimum is not None and value < column.minimum
    return low or (column.maximum is not None and value > column.maximum)


#: A time that needs no second look: no zone, no fraction finer than a microsecond, within what a count of nanoseconds holds.
_PLAIN_TIME = re.compile(
    r"(1[7-9]|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])([ T]([01][0-9]|2[0-3])(:[0-5][0-9]){2}([.][0-9]{1,6})?)?"
)
#: What a missing price becomes where rows are read in bulk.
_NO_CENTS = np.iinfo(np.int64).min


def pending_rows(views, account: int, moment: int, columns: dict, places: Sequence[str | None], past) -> Rows:
    """Rows of the view of orders for lines at a moment.

    Parameters
    ----------
    views : Views
        Of the market.
    account : int
    moment : int
        Microseconds.
    columns : dict
        As `read_lines` gives them.
    places : sequence of str or None
        Where each line goes.
    past : rows of the view of orders
        The account's own, any moments.
    """
    count = len(places)
    at = np.full(count, moment).view("datetime64[us]")
    before = int(np.searchsorted(np.asarray(past.at).view(np.int64), moment))
    form = views.form
    street, postcode = form.street[account], form.postcode[account]
    own = {place: bool(place) and holds_own_address(place, street, postcode) for place in set(places)}
    addresses = views.place_codes(places)
    known = {
        "account": np.full(count, account),
        "at": at,
        "ordered_at": at,
        "order": np.full(count, -1),
        "ship_to": addresses,
        "ship_to_own": np.array([own[place] for place in places], bool),
        "first_line": np.arange(count) == 0,
        "previous_order_at": np.full(count, past.at[before - 1] if before else np.datetime64("NaT"), _US),
        **columns,
    }
    makers = views.order_makers | {
        f"{name}_before": lambda rows, name=name: _last_seen(
            np.append(views.older_lines(account, name)[0], getattr(past, name)[:before]),
            np.append(views.older_lines(account, name)[1], past.at[:before]),
            getattr(rows, name),
        )
        for name in ("title", "ship_to")
    }
    return Rows(known, makers)


_US = "datetime64[us]"


def _last_seen(codes: np.ndarray, at: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """When each code last stood in some rows; NaT where it never did."""
    out = np.full(wanted.size, np.datetime64("NaT"), _US)
    for n, code in enumerate(wanted):
        found = np.flatnonzero(codes == code)
        if found.size:
            out[n] = at[found].max()
    return out
