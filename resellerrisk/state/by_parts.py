"""States of a market that need not fit in memory: made part by part of the accounts, and the same bytes as in one piece.

Two rounds over a `PartedMarket` for each moment: take each part's extract; then, with the whole around, take what is kept of the part's
accounts (`pieces`) and lay it down. Both are done by processes side by side. What is kept of all accounts is joined column by column.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.jobs.folder import FACTS, whole_folder
from resellerrisk.parts import PartedMarket, deal_out
from resellerrisk.parts.chunks import StoredTable
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.laid_extracts import join_laid, lay_extract, slate_gaps
from resellerrisk.signals.whole import Extract, Whole, take_extract
from resellerrisk.state.pieces import Piece, lay_piece, take_piece
from resellerrisk.state.store import first_of_month, micros_of, stat_files, write_pieces
from resellerrisk.tables import Market, as_utc
from resellerrisk.tables.checking import LIMIT
from resellerrisk.tables.databases import is_address
from resellerrisk.tables.files import find_files
from resellerrisk.tables.moments import monday_of
from resellerrisk.workers import each_part, run_side_by_side

#: Order lines up to which a market is read into memory; about 1 kB of memory each.
MOST_IN_MEMORY = 2_000_000
#: The market of some accounts as a state is to know it.
Cut = Callable[[Market], Market]


def goes_by_parts(data: str | os.PathLike, parts: int | None = None) -> bool:
    """Whether the state of some tables is built by parts: where several are asked for, or the order lines are many.

    Order lines in one CSV file are read whole in any case, so that they are not dealt out unless it is asked for.
    """
    if parts is not None:
        return parts > 1
    if not is_address(str(data)):
        found = find_files(Path(data), "orders")
        if not found or found[0].suffix == ".csv":
            return False
    return StoredTable(str(data), "orders").count() > MOST_IN_MEMORY


def build_state_by_parts(
    data: str | os.PathLike,
    out: str | os.PathLike,
    as_of,
    *,
    parts: int | None = None,
    limit: float = LIMIT,
) -> dict:
    """Build the state of tables that need not fit in memory: the very files that `build_state` writes.

    Parameters
    ----------
    data : path
        Folder of the contract's tables, or a database's address.
    out : path
        The state's folder; the parts lie beside it while at work, and take about twice the room of the data.
    as_of : str or Timestamp
    parts : int, optional
        By default as `deal_out` has it.
    limit : float
        Largest share of a table's rows that may be bad.

    Returns
    -------
    dict
        As `build_state`, with ``intake`` beside.

    Raises
    ------
    InputError
        As `read_market`; and where an order stands under accounts of two parts.
    """
    moment = as_utc(as_of)
    with whole_folder(out) as folder, work_folder(folder.with_name(f"{folder.name}.parts")) as work:
        parted = deal_out(data, work, parts=parts, limit=limit)
        files = stat_files(Path(data)) if Path(data).is_dir() else {}
        write_state_of_parts(parted, lambda market: market.before(moment), moment, folder, work, files)
        return json.loads((folder / FACTS).read_text()) | {"intake": parted.market.intake}


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to work in, gone when the block ends; one that a killed run left is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_state_of_parts(
    parted: PartedMarket,
    cut: Cut,
    moment: pd.Timestamp,
    folder: Path,
    work: Path,
    data: dict | None = None,
    also: Callable[[Market], object] | None = None,
) -> list:
    """Write the state of a market in parts into an empty folder; gives what ``also`` says of each part's market, not yet cut.

    Parameters
    ----------
    parted : PartedMarket
    cut : function
        The market of a part, or of all accounts without the large tables, as the state is to know it.
    moment, folder, data
        As for `store.write_state`.
    work : Path
        Where extracts and pieces lie until they are joined.
    also : function
    """
    looked, whole, extract = _first_round(parted, cut, work, also)
    small = cut(parted.market)
    at = micros_of(moment)
    month = first_of_month(at)
    mondays = np.unique(monday_of(np.array([at, month])))
    whole.settle(mondays, run_side_by_side)
    # What links and tracing are made from is let go before the workers begin.
    whole, pieces = whole.settled(mondays), []

    def take(number: int) -> Piece | None:
        market = cut(parted.part(number))
        if not len(market.account_ids):
            return None
        piece = take_piece(Signals(market, catalogue(), whole), at, month, _places(small, market))
        return lay_piece(work / f"piece-{number:05d}", piece)

    pieces = [piece for piece in each_part(take, parted.parts_count) if piece is not None]
    write_pieces(small, whole, extract, pieces, moment, folder, data)
    for path in work.glob("piece-*"):
        shutil.rmtree(path)
    return looked


def _first_round(parted: PartedMarket, cut: Cut, work: Path, also) -> tuple[list, Whole, Extract]:
    """Check all parts and take their extracts: what ``also`` says of each, the whole, and what of the extract is kept."""
    found = _extracts(parted, cut, work, parted.has_shipments, also)
    shipments = any(there for _, _, there in found)
    laid = [extract for _, extract, _ in found if extract is not None]
    if parted.has_shipments and not shipments:
        # Tracing takes order lines for deliveries where no shipment is known yet.
        again = _extracts(parted, cut, work, False, None)
        laid = [extract for _, extract, _ in again if extract is not None]
    small = cut(parted.finish_check())
    extract = join_laid(laid, small.account_ids, slate_gaps())
    whole = Whole.of_parts(small, extract, shipments)
    rows = [name for name in extract.__dict__ if name.startswith(("ask_", "order_"))]
    nothing = dict.fromkeys(rows, np.empty(0, np.int64))
    return [told for told, _, _ in found], whole, replace(extract, places=np.empty(0, object), **nothing)


def _extracts(parted: PartedMarket, cut: Cut, work: Path, shipments: bool, also) -> list[tuple]:
    """Of each part what ``also`` says, its extract (none where nobody is known), and whether any shipment is known."""
    small = cut(parted.market)

    def look(number: int):
        market = parted.part(number)
        told, market = also and also(market), cut(market)
        laid = None
        if len(market.account_ids):
            extract = take_extract(Signals(market, catalogue()), shipments)
            laid = lay_extract(work, number, extract, _places(small, market))
        return (told, laid, len(market.shipments) > 0), parted.found_in(number)

    out = []
    for number, (told, found) in enumerate(each_part(look, parted.parts_count)):
        parted.take_found(number, found)
        out.append(told)
    return out


def _places(small: Market, part: Market) -> np.ndarray:
    """Codes of a part's accounts in the whole market."""
    return small.account_ids.get_indexer(part.account_ids).astype(np.int64)
