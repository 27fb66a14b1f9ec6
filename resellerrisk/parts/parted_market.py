"""A market in parts: its rows on disk, dealt out to parts of the accounts, each checked when it is first read.

Parts are runs of accounts in the order of their ids, so what is written part after part stands in the market's own order.
No signal is computed here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.parts import chunks
from resellerrisk.parts.checks import PartFound, finish_check, note_part, refuse_shared_orders, seal_parts
from resellerrisk.parts.laid_tables import load_rows, save_rows
from resellerrisk.tables import TABLES, Market
from resellerrisk.tables.cells import read_cells
from resellerrisk.tables.checking import LIMIT
from resellerrisk.tables.databases import is_address
from resellerrisk.tables.files import RawTable
from resellerrisk.tables.parts import LARGE, SmallTables, add_large, check_part, read_small_tables
from resellerrisk.tables.references import recode
from resellerrisk.workers import each_part

#: Order lines that a part holds on average; about 1.7 kB of memory each while it is worked on.
PART_ROWS = 500_000


#: Parts side by side whose small tables are taken out of the whole market's at once.
TOGETHER = 16


def deal_out(
    data: str | os.PathLike,
    folder: str | os.PathLike,
    *,
    parts: int | None = None,
    limit: float = LIMIT,
    before: pd.Timestamp | None = None,
    arranged: Callable[[Market], Market] = lambda market: market,
) -> PartedMarket:
    """Deal the large tables of a market out to parts of its accounts.

    Parameters
    ----------
    data : path
        Folder of the contract's tables, or a database's address; of a database the large tables are read one after the
        other, so let nothing be written into it meanwhile.
    folder : path
        Where the parts go; made, and to be removed by the caller. Takes about as much room as the data twice.
    parts : int, optional
        By default so many that one holds `PART_ROWS` order lines on average.
    limit : float
        Largest share of a table's rows that may be bad, 0 to 1.
    before : Timestamp, optional
        The fingerprint is that of what was known before this moment.
    arranged : function of a Market, optional
        Puts a checked part's rows in the order in which they are kept.

    Returns
    -------
    PartedMarket

    Raises
    ------
    InputError
        As `read_market` does for the small tables; bad rows of the large ones are found when their part is first read.
    """
    small = read_small_tables(data, limit)
    found = {name: chunks.StoredTable(str(data), name) for name in LARGE if name in small.market.present}
    rows = {name: table.count() for name, table in found.items()}
    accounts = len(small.market.account_ids)
    parts = max(1, min(parts or -(-rows["orders"] // PART_ROWS), max(accounts, 1)))
    part_of = np.arange(accounts) * parts // max(accounts, 1)
    Path(folder).mkdir(parents=True, exist_ok=True)
    names = list(found)

    def deal(number: int) -> list[Path]:
        name = names[number]
        return _deal_table(name, found[name].chunks(), small.market, part_of, parts, Path(folder))

    # A database is asked by one process.
    dealt = each_part(deal, len(names), 1 if is_address(data) else None)
    files = dict(zip(names, dealt, strict=True))
    return PartedMarket(small, Path(folder), files, part_of, parts, limit, before, arranged)


def _deal_table(
    name: str, rows: Iterable[pa.Table], market: Market, part_of: np.ndarray, parts: int, folder: Path
) -> list[Path]:
    """Write a table's rows by part; a row whose account is not known goes to the first part, to be set aside there."""
    column, paths = (
        TABLES[name]["account_id"],
        [folder / f"{name}-{number:05d}.arrows" for number in range(parts)],
    )
    for table in rows:
        ids = read_cells(column, table["account_id"]).values
        part = np.append(part_of, 0)[recode(ids, market.account_ids)]
        chunks.append_pieces(table, part, paths)
    return paths if paths[0].exists() else []


class PartedMarket:
    """A market in parts. Made by `deal_out`.

    Parameters
    ----------
    small : SmallTables
    folder : path
    files : dict of list of path
        By large table the file of each part; empty where the table has no rows.
    part_of : int64[n_accounts]
        The part of each account.
    parts_count : int
    limit : float
    before : Timestamp, optional
    arranged : function of a Market, optional

    Attributes
    ----------
    market : Market
        All accounts with the small tables; the large ones are empty.
    """

    def __init__(
        self,
        small: SmallTables,
        folder: Path,
        files: dict[str, list[Path]],
        part_of: np.ndarray,
        parts_count: int,
        limit: float,
        before: pd.Timestamp | None = None,
        arranged: Callable[[Market], Market] = lambda market: market,
    ) -> None:
        self.market, self.parts_count = small.market, parts_count
        self._small, self._folder, self._files, self._part_of, self._limit = (
            small,
            folder,
            files,
            part_of,
            limit,
        )
        self._before, self._arranged = before, arranged
        self._found: dict[int, PartFound] = {}
        self._near: tuple[int, Market] | None = None

    @property
    def has_shipments(self) -> bool:
        """Whether there is any shipment."""
        return bool(self._files.get("shipments"))

    def part(self, number: int) -> Market:
        """The market of one part of the accounts; checked the first time, and kept typed on disk for the next.

        Raises
        ------
        InputError
            A fault that stops the run.
        """
        if number in self._found:
            return add_large(self.accounts(number), self._load(number))
        raw = {name: self._raw(name, number) for name, paths in self._files.items() if paths}
        market, found = check_part(self._small, raw, self._part_of == number, self.accounts(number))
        self._found[number] = note_part(market, found, self._before)
        market = self._arranged(market)
        for name in raw:
            save_rows(self._path(number, name), name, getattr(market, name))
        return market

    def found_in(self, number: int) -> PartFound:
        """What checking a part found, once it has been read."""
        return self._found[number]

    def take_found(self, number: int, found: PartFound) -> None:
        """Note what another process found in a part: it lies checked on disk."""
        self._found[number] = found

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the whole market, once every part has been read."""
        return seal_parts(self.market, [one.sums for one in self._found.values()], self._before)

    def accounts(self, number: int) -> Market:
        """The market of a part's accounts without their rows of the large tables.

        It is taken out of the market of some parts side by side, so that what a part costs does not grow with the whole market.
        """
        first = number // TOGETHER * TOGETHER
        if self._near is None or self._near[0] != first:
            self._near = first, self.run(first, first + TOGETHER)
        start, end = np.searchsorted(self._part_of, (first, first + TOGETHER))
        return self._near[1].part(self._part_of[start:end] == number)

    def run(self, first: int, end: int) -> Market:
        """The market of the accounts of parts ``first`` to ``end - 1`` without their rows of the large tables."""
        return self.market.part((self._part_of >= first) & (self._part_of < end))

    def places(self, number: int) -> np.ndarray:
        """Codes of a part's accounts in `market`, rising."""
        return np.arange(self.accounts_before(number), self.accounts_before(number + 1))

    def accounts_before(self, number: int) -> int:
        """How many accounts the parts before one hold."""
        return int(np.searchsorted(self._part_of, number))

    def _raw(self, name: str, number: int) -> RawTable:
        table = chunks.read_part(self._files[name][number])
        rows = table[chunks.ROW].to_numpy()
        return RawTable(
            name,
            name,
            table.drop_columns([chunks.ROW]),
            numbers=rows,
        )

    def _path(self, number: int, name: str) -> Path:
        return self._folder / f"part-{number:05d}-{name}.arrow"

    def _load(self, number: int) -> dict[str, pd.DataFrame]:
        return {
            name: load_rows(self._path(number, name), name) for name, paths in self._files.items() if paths
        }

    def finish_check(self) -> Market:
        """What can be said only when every part has been read: too many bad rows, an order under two parts' accounts.

        Returns
        -------
        Market
            `market`, with the rows counted and the faults found.

        Raises
        ------
        InputError
        """
        found = [self._found[number] for number in sorted(self._found)]
        codes = np.sort(np.concatenate([one.orders for one in found] or [np.empty(0, np.uint64)]))
        refuse_shared_orders(self._small.source, int((codes[1:] == codes[:-1]).sum()))
        self.market, self._near = finish_check(self._small, found, self._limit), None
        return self.market
