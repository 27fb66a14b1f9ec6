"""A market in parts: the small tables checked as a whole, the large ones part of the accounts by part, by the same rules.

What one part is told of the others is the small tables only, so two rules look no further than the part: the key of orders, and
one account an order. `resellerrisk.parts` sees to the rest. No file of a large table is opened here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from resellerrisk.tables.checking import CheckedTables, check_tables
from resellerrisk.tables.faults import CheckReport, Fault
from resellerrisk.tables.files import RawTable
from resellerrisk.tables.inspection import Inspection
from resellerrisk.tables.market import Market, _finish, _share_ids, _with_columns, build_market
from resellerrisk.tables.opening import open_tables
from resellerrisk.tables.passes import spread
from resellerrisk.tables.references import apply_references
from resellerrisk.tables.schemas import TABLES

#: Tables that grow with the lines ordered.
LARGE = ("orders", "shipments", "returns", "payments")
SMALL = tuple(name for name in TABLES if name not in LARGE)


@dataclass(frozen=True)
class SmallTables:
    """The small tables of a folder, checked.

    Attributes
    ----------
    source : str
        The folder.
    market : Market
        The small tables; the large ones that are there are empty.
    checked : CheckedTables
    """

    source: str
    market: Market
    checked: CheckedTables


def read_small_tables(folder: str | os.PathLike, limit: float) -> SmallTables:
    """Read and check the small tables of a folder, and the columns of the large ones.

    Raises
    ------
    InputError
        As `read_market` does; a large table that is CSV is read whole, so it is refused here.
    """
    raw, faults = open_tables(folder, SMALL)
    columns, more = open_tables(folder, LARGE, rows=False)
    return check_small_tables(raw | columns, faults + more, str(folder), limit)


def check_small_tables(
    raw: dict[str, RawTable], faults: list[Fault], source: str, limit: float
) -> SmallTables:
    """Check the small tables that somebody opened, and the columns of the large ones, given without their rows.

    Raises
    ------
    InputError
        As `read_market` does.
    """
    checked = check_tables(raw, faults, source, limit)
    return SmallTables(source, build_market(checked), checked)


def check_part(
    small: SmallTables, raw: dict[str, RawTable], accounts: np.ndarray, part: Market | None = None
) -> tuple[Market, dict[str, Inspection]]:
    """The market of some accounts, their rows of the large tables checked.

    Parameters
    ----------
    small : SmallTables
    raw : dict of RawTable
        Rows of large tables, of these accounts only.
    accounts : bool array, shape (n_accounts,)
        Which of the market's accounts.
    part : Market, optional
        Their rows of the small tables, where they are at hand.

    Returns
    -------
    Market, dict of Inspection

    Raises
    ------
    InputError
        A fault that stops the run. Whether too many rows are bad is not looked at: that is for all parts together.
    """
    inspections = dict(small.checked.inspections)
    for name in LARGE:
        if name in raw:
            one = inspections[name] = Inspection(raw[name])
            one.apply_rules()
            apply_references(one, inspections)
            one.apply_key()
    found = {name: inspections[name] for name in LARGE if name in raw}
    faults = tuple(fault for one in found.values() for fault in one.faults)
    report = CheckReport(small.source, faults, small.market.intake)
    if not report.ok:
        raise report.as_error()
    part = small.market.part(accounts) if part is None else part
    large = {name: _code_in(_finish(one), small.market, accounts, part) for name, one in found.items()}
    return add_large(part, large), found


def assemble_part(market: Market, large: dict, accounts: np.ndarray) -> Market:
    """The market of some accounts from their rows of the small tables and given large ones."""
    return add_large(market.part(accounts), large)


def add_large(part: Market, large: dict[str, pd.DataFrame]) -> Market:
    """The market of some accounts with their rows of the large tables."""
    return replace(part, **_share_ids(part.tables() | large))


def _code_in(frame: pd.DataFrame, market: Market, accounts: np.ndarray, part: Market) -> pd.DataFrame:
    """A table's accounts coded as in their part: by place, where they are coded as in the market, rather than by looking every id up."""
    ids = frame["account_id"].cat
    if ids.categories is not market.account_ids or accounts.sum() != len(part.account_ids):
        return frame
    place = np.where(accounts, np.cumsum(accounts, dtype=np.int32) - np.int32(1), np.int32(-1))
    dtype = part.accounts["account_id"].dtype
    codes = spread(place, ids.codes.to_numpy(), -1)
    return _with_columns(frame, {"account_id": pd.Categorical.from_codes(codes, dtype=dtype, validate=False)})
